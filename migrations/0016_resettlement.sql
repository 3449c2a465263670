-- Resettlement help (law a.14, b.12): periods of help, their steps, and what was done to help.
CREATE TABLE IF NOT EXISTS assistance (
    id SERIAL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    known_on DATE NOT NULL,
    release_on DATE,
    connected_at TIMESTAMPTZ,
    from_on DATE,
    to_on DATE,
    state TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    end_kind TEXT,
    prison TEXT,
    crime TEXT,
    sentence TEXT,
    details_sealed TEXT,
    order_id INTEGER REFERENCES orders,
    ledger_from DATE NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by INTEGER REFERENCES staff,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT assistance_source_known CHECK (source IN ('prison', 'detention', 'correction', 'survey', 'moved_in', 'other')),
    CONSTRAINT assistance_kind_known CHECK (kind IN ('key', 'general')),
    CONSTRAINT assistance_state_known CHECK (state IN ('in_prison', 'verifying', 'verified', 'verify_failed', 'to_connect',
        'not_connected', 'connected', 'in_help', 'off', 'dual', 'transfer', 'moved', 'expired', 'deceased', 'reoffended', 'taken_back')),
    CONSTRAINT assistance_end_known CHECK (end_kind IN ('moved', 'expired', 'deceased', 'reoffended', 'taken_back')),
    CONSTRAINT assistance_end_is_whole CHECK ((ended_at IS NULL) = (end_kind IS NULL)),
    CONSTRAINT assistance_end_is_its_state CHECK ((ended_at IS NULL AND state NOT IN ('moved', 'expired', 'deceased', 'reoffended', 'taken_back'))
        OR (ended_at IS NOT NULL AND state = end_kind))
);
-- Nobody is helped twice at once, and a period of correction is handed over once.
CREATE UNIQUE INDEX IF NOT EXISTS assistance_open_once ON assistance (person) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS assistance_order_once ON assistance (order_id) WHERE end_kind IS DISTINCT FROM 'taken_back';
CREATE INDEX IF NOT EXISTS assistance_person ON assistance (person);
CREATE INDEX IF NOT EXISTS assistance_state ON assistance (state);

CREATE TABLE IF NOT EXISTS assistance_step (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    event TEXT NOT NULL,
    code TEXT,
    old_state TEXT,
    new_state TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    said_sealed TEXT,
    office INTEGER REFERENCES office,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT assistance_step_event_known CHECK (event IN ('ask', 'verified', 'waiting', 'failed', 'returned', 'readdressed',
        'prison_changed', 'escaped', 'notice', 'told', 'fetched', 'arrived', 'missed', 'searched', 'police', 'found',
        'found_elsewhere', 'lives_elsewhere', 'agreement', 'file', 'lost', 'found_again', 'dual_asked', 'dual', 'dual_refused',
        'dual_ended', 'move_asked', 'move_accepted', 'move_refused', 'expired', 'deceased', 'reoffended', 'taken_back',
        'known', 'announced', 'came', 'carried_over')),
    CONSTRAINT assistance_step_state_known CHECK (new_state IN ('in_prison', 'verifying', 'verified', 'verify_failed', 'to_connect',
        'not_connected', 'connected', 'in_help', 'off', 'dual', 'transfer', 'moved', 'expired', 'deceased', 'reoffended', 'taken_back'))
);
CREATE INDEX IF NOT EXISTS assistance_step_assistance ON assistance_step (assistance, id);

CREATE TABLE IF NOT EXISTS assistance_class (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    level TEXT NOT NULL,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT assistance_class_level_known CHECK (level IN ('first', 'second', 'third'))
);
CREATE INDEX IF NOT EXISTS assistance_class_assistance ON assistance_class (assistance, happened_at);

CREATE TABLE IF NOT EXISTS help_visit (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    place TEXT NOT NULL,
    met TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    needs_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT help_visit_place_known CHECK (place IN ('home', 'office', 'work', 'phone', 'other')),
    CONSTRAINT help_visit_met_known CHECK (met IN ('person', 'family', 'nobody'))
);
CREATE INDEX IF NOT EXISTS help_visit_assistance ON help_visit (assistance, happened_at);

CREATE TABLE IF NOT EXISTS help_member (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT help_member_kind_known CHECK (kind IN ('office', 'police', 'village', 'warden', 'family'))
);
CREATE INDEX IF NOT EXISTS help_member_assistance ON help_member (assistance);

CREATE TABLE IF NOT EXISTS support (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    kind TEXT NOT NULL,
    code TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT support_kind_known CHECK (kind IN ('placement', 'job_service', 'social_aid', 'legal_aid', 'mediation', 'training', 'relief'))
);
CREATE INDEX IF NOT EXISTS support_assistance ON support (assistance, happened_at);

-- Why somebody whose correction ended isn't helped on (law RA-22).
CREATE TABLE IF NOT EXISTS not_handed_over (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX IF NOT EXISTS not_handed_over_once ON not_handed_over (order_id) WHERE withdrawn_at IS NULL;

-- The sheets of this register are taken in like those of the other.
ALTER TABLE import_run DROP CONSTRAINT IF EXISTS import_run_kind_known;
ALTER TABLE import_run ADD CONSTRAINT import_run_kind_known CHECK (kind IN ('roster', 'history', 'assistance'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON assistance, assistance_step, assistance_class, help_visit, help_member, support,
            not_handed_over TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE assistance_id_seq, assistance_step_id_seq, assistance_class_id_seq, help_visit_id_seq,
            help_member_id_seq, support_id_seq, not_handed_over_id_seq TO supervision_app;
    END IF;
END $$;
