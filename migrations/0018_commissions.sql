-- An investigation asked for by a court, a procuratorate, the police or a prison (law a.1, b.1). Only its state changes.
CREATE TABLE IF NOT EXISTS commission (
    id SERIAL PRIMARY KEY,
    number TEXT NOT NULL,
    organ TEXT NOT NULL,
    organ_name TEXT NOT NULL,
    letter_number TEXT NOT NULL,
    commissioned_on DATE NOT NULL,
    subject_kind TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person,
    minor BOOLEAN NOT NULL DEFAULT false,
    fast_track BOOLEAN NOT NULL DEFAULT false,
    crime TEXT NOT NULL,
    intended_kind TEXT NOT NULL,
    address_sealed TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by INTEGER REFERENCES staff,
    CONSTRAINT commission_number_once UNIQUE (number),
    CONSTRAINT commission_organ_known CHECK (organ IN ('court', 'procuratorate', 'police', 'prison')),
    CONSTRAINT commission_subject_kind_known CHECK (subject_kind IN ('suspect', 'defendant', 'offender', 'other')),
    CONSTRAINT commission_intended_kind_known CHECK (intended_kind IN ('public_surveillance', 'probation', 'parole', 'temporary_outside')),
    CONSTRAINT commission_state_known CHECK (state IN ('received', 'assigned', 'investigating', 'extension_pending', 'drafted', 'reviewed', 'signed', 'sent', 'returned', 'unable', 'withdrawn', 'closed', 'void'))
);
-- One letter is one commission; one that was put down by mistake gives its letter free.
CREATE UNIQUE INDEX IF NOT EXISTS commission_letter_once ON commission (organ_name, letter_number) WHERE state <> 'void';
CREATE INDEX IF NOT EXISTS commission_person ON commission (person);
CREATE INDEX IF NOT EXISTS commission_state ON commission (state, id);

-- A plain act of a commission: taken up, handed back, refused, extended, sent, who was told. Never updated but withdrawn.
CREATE TABLE IF NOT EXISTS commission_act (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    kind TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    document_number TEXT,
    note_sealed TEXT,
    until_on DATE,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT commission_act_kind_known CHECK (kind IN ('received', 'resent', 'returned', 'unable', 'accepted', 'refused', 'extension_asked', 'extension_agreed', 'extension_refused', 'approved', 'rejected', 'sent', 'closed', 'organ_withdrew', 'informed', 'copied', 'explained')),
    CONSTRAINT commission_act_extension_has_its_day CHECK ((kind = 'extension_agreed') = (until_on IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS commission_act_commission ON commission_act (commission, happened_at);
CREATE INDEX IF NOT EXISTS commission_act_received ON commission_act (happened_at) WHERE kind = 'received';

-- The office that investigates, and the two who do.
CREATE TABLE IF NOT EXISTS commission_assignment (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    office INTEGER NOT NULL REFERENCES office,
    lead INTEGER NOT NULL REFERENCES staff,
    second INTEGER NOT NULL REFERENCES staff,
    happened_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT commission_assignment_of_two CHECK (lead <> second)
);
CREATE UNIQUE INDEX IF NOT EXISTS commission_assignment_once ON commission_assignment (commission)
    WHERE ended_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS commission_assignment_lead ON commission_assignment (lead) WHERE ended_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS commission_assignment_second ON commission_assignment (second) WHERE ended_at IS NULL AND withdrawn_at IS NULL;

-- What somebody was asked, by two investigators (law CI-06, CI-11).
CREATE TABLE IF NOT EXISTS investigation_record (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    source TEXT NOT NULL,
    heard_sealed TEXT NOT NULL,
    place TEXT NOT NULL,
    content_sealed TEXT NOT NULL,
    first_investigator INTEGER NOT NULL REFERENCES staff,
    second_investigator INTEGER NOT NULL REFERENCES staff,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT investigation_record_source_known CHECK (source IN ('residence', 'family', 'village', 'victim', 'subject', 'police', 'workplace', 'other')),
    CONSTRAINT investigation_record_by_two CHECK (first_investigator <> second_investigator)
);
CREATE INDEX IF NOT EXISTS investigation_record_commission ON investigation_record (commission);

-- The office's draft with the seven contents of IM 14; each submission is a row of its own.
CREATE TABLE IF NOT EXISTS commission_draft (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    residence_sealed TEXT NOT NULL,
    family_sealed TEXT NOT NULL,
    consequences_sealed TEXT NOT NULL,
    opinions_sealed TEXT NOT NULL,
    prohibitions_sealed TEXT NOT NULL,
    danger_sealed TEXT NOT NULL,
    community_sealed TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT
);
CREATE INDEX IF NOT EXISTS commission_draft_commission ON commission_draft (commission);

-- What was decided after the collective assessment (law CI-11).
CREATE TABLE IF NOT EXISTS commission_opinion (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    conclusion TEXT NOT NULL,
    document_number TEXT NOT NULL,
    met_at TIMESTAMPTZ NOT NULL,
    attended TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT commission_opinion_conclusion_known CHECK (conclusion IN ('suitable', 'unsuitable', 'other'))
);
CREATE INDEX IF NOT EXISTS commission_opinion_commission ON commission_opinion (commission);
CREATE UNIQUE INDEX IF NOT EXISTS commission_opinion_number_once ON commission_opinion (document_number) WHERE withdrawn_at IS NULL;

-- What the deciding organ made of it (law CI-09).
CREATE TABLE IF NOT EXISTS commission_result (
    id SERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    adoption TEXT NOT NULL,
    sentence TEXT NOT NULL,
    in_district BOOLEAN NOT NULL DEFAULT false,
    document_number TEXT,
    decided_on DATE,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT commission_result_adoption_known CHECK (adoption IN ('adopted', 'not_adopted', 'unknown')),
    CONSTRAINT commission_result_sentence_known CHECK (sentence IN ('public_surveillance', 'probation', 'parole', 'temporary_outside', 'other', 'unknown'))
);
CREATE INDEX IF NOT EXISTS commission_result_commission ON commission_result (commission);

-- Each transition of a commission, append-only.
CREATE TABLE IF NOT EXISTS commission_event (
    id BIGSERIAL PRIMARY KEY,
    commission INTEGER NOT NULL REFERENCES commission,
    at TIMESTAMPTZ NOT NULL,
    event TEXT NOT NULL,
    old_state TEXT,
    new_state TEXT NOT NULL,
    fact_kind TEXT,
    fact_id INTEGER,
    staff INTEGER REFERENCES staff,
    role TEXT
);
CREATE INDEX IF NOT EXISTS commission_event_commission ON commission_event (commission, id);
DROP TRIGGER IF EXISTS commission_event_append_only ON commission_event;
CREATE TRIGGER commission_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who will come by a judgment that isn't effective yet (law b.2 EXPECTED 待报到): not on the register. Only its state changes.
CREATE TABLE IF NOT EXISTS expected_order (
    id SERIAL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    kind TEXT NOT NULL,
    crime TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    expected_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by INTEGER REFERENCES staff,
    ended_reason TEXT,
    order_id INTEGER REFERENCES orders,
    created_at TIMESTAMPTZ NOT NULL,
    created_by INTEGER REFERENCES staff,
    CONSTRAINT expected_order_kind_known CHECK (kind IN ('public_surveillance', 'probation', 'parole', 'temporary_outside')),
    CONSTRAINT expected_order_state_known CHECK (state IN ('expected', 'due', 'dropped')),
    CONSTRAINT expected_order_end_is_whole CHECK ((state = 'expected') = (ended_at IS NULL)),
    CONSTRAINT expected_order_due_has_its_order CHECK ((state = 'due') = (order_id IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS expected_order_once ON expected_order (source_kind, source_id) WHERE state <> 'dropped';
CREATE INDEX IF NOT EXISTS expected_order_person ON expected_order (person);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON commission, commission_act, commission_assignment, investigation_record,
            commission_draft, commission_opinion, commission_result, expected_order TO supervision_app;
        GRANT SELECT, INSERT ON commission_event TO supervision_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON commission_event FROM supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE commission_id_seq, commission_act_id_seq, commission_assignment_id_seq,
            investigation_record_id_seq, commission_draft_id_seq, commission_opinion_id_seq, commission_result_id_seq,
            commission_event_id_seq, expected_order_id_seq TO supervision_app;
    END IF;
END $$;
