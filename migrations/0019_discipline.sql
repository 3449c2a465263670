-- Cases of admonition and warning (law a.8, b.7), candidates of revocation (law RV-12), and the documents that were issued.
CREATE TABLE IF NOT EXISTS discipline_case (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    person INTEGER NOT NULL REFERENCES person ON DELETE RESTRICT,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    opened_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    closed_at TIMESTAMPTZ,
    CONSTRAINT discipline_case_source_known CHECK (source IN ('alert', 'hand', 'procuratorate', 'police', 'tip')),
    CONSTRAINT discipline_case_state_known CHECK (state IN ('clue', 'opened', 'investigated', 'proposed', 'reviewed',
        'decided', 'served', 'objection', 'psb_pending', 'filed', 'closed_no', 'withdrawn'))
);
CREATE INDEX IF NOT EXISTS discipline_case_order ON discipline_case (order_id);
CREATE INDEX IF NOT EXISTS discipline_case_person ON discipline_case (person);
CREATE INDEX IF NOT EXISTS discipline_case_open ON discipline_case (opened_at, id) WHERE closed_at IS NULL;

CREATE TABLE IF NOT EXISTS discipline_event (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    event TEXT NOT NULL,
    old_state TEXT,
    new_state TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    staff INTEGER REFERENCES staff ON DELETE RESTRICT,
    detail JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT discipline_event_known CHECK (event IN ('report', 'open', 'dismiss', 'investigate', 'propose', 'review',
        'send_back', 'return', 'decide', 'educate', 'ask_police', 'police_answer', 'serve', 'object',
        'answer_objection', 'file', 'correct'))
);
CREATE INDEX IF NOT EXISTS discipline_event_case ON discipline_event (case_id, id);

CREATE TABLE IF NOT EXISTS discipline_cause (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    alert BIGINT NOT NULL REFERENCES alert ON DELETE RESTRICT,
    CONSTRAINT discipline_cause_once UNIQUE (case_id, alert)
);
CREATE INDEX IF NOT EXISTS discipline_cause_alert ON discipline_cause (alert);

CREATE TABLE IF NOT EXISTS discipline_breach (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    weight TEXT NOT NULL,
    since_on DATE,
    until_on DATE,
    hides BOOLEAN NOT NULL DEFAULT false,
    facts_sealed TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    replaces BIGINT REFERENCES discipline_breach ON DELETE RESTRICT,
    CONSTRAINT discipline_breach_kind_known CHECK (kind IN ('off_control', 'rules', 'education', 'ban', 'recheck', 'other')),
    CONSTRAINT discipline_breach_weight_known CHECK (weight IN ('minor', 'heavier', 'grave')),
    CONSTRAINT discipline_breach_days CHECK (until_on IS NULL OR (since_on IS NOT NULL AND since_on <= until_on))
);
CREATE INDEX IF NOT EXISTS discipline_breach_case ON discipline_breach (case_id, id);

CREATE TABLE IF NOT EXISTS discipline_evidence (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    content_sealed TEXT NOT NULL,
    file INTEGER,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT discipline_evidence_kind_known CHECK (kind IN ('hearing', 'statement', 'record', 'witness', 'education', 'other'))
);
CREATE INDEX IF NOT EXISTS discipline_evidence_case ON discipline_evidence (case_id);

CREATE TABLE IF NOT EXISTS discipline_proposal (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    item TEXT NOT NULL,
    reason TEXT NOT NULL,
    shown JSONB NOT NULL DEFAULT '{}',
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT
);
CREATE INDEX IF NOT EXISTS discipline_proposal_case ON discipline_proposal (case_id, id);

CREATE TABLE IF NOT EXISTS discipline_review (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    proposal BIGINT NOT NULL REFERENCES discipline_proposal ON DELETE RESTRICT,
    passed BOOLEAN NOT NULL,
    opinion TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT
);
CREATE INDEX IF NOT EXISTS discipline_review_case ON discipline_review (case_id, id);

CREATE TABLE IF NOT EXISTS discipline_decision (
    id BIGSERIAL PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    measure TEXT NOT NULL,
    item TEXT NOT NULL,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT discipline_decision_measure_known CHECK (measure IN ('education', 'admonition', 'warning', 'police_penalty')),
    CONSTRAINT discipline_decision_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)
        AND (withdrawn_at IS NULL OR coalesce(btrim(withdrawn_reason), '') <> ''))
);
-- A case has one decision in force.
CREATE UNIQUE INDEX IF NOT EXISTS discipline_decision_once ON discipline_decision (case_id) WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS discipline_decision_order ON discipline_decision (order_id);
CREATE INDEX IF NOT EXISTS discipline_decision_case ON discipline_decision (case_id);

CREATE TABLE IF NOT EXISTS discipline_service (
    id BIGSERIAL PRIMARY KEY,
    decision BIGINT NOT NULL REFERENCES discipline_decision ON DELETE RESTRICT,
    how TEXT NOT NULL,
    witness TEXT,
    note TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    CONSTRAINT discipline_service_once UNIQUE (decision),
    CONSTRAINT discipline_service_how_known CHECK (how IN ('signed', 'refused')),
    CONSTRAINT discipline_service_refused_is_witnessed CHECK (how <> 'refused'
        OR (coalesce(btrim(witness), '') <> '' AND coalesce(btrim(note), '') <> ''))
);
CREATE INDEX IF NOT EXISTS discipline_service_happened ON discipline_service (happened_at);

CREATE TABLE IF NOT EXISTS revocation_candidate (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    case_id BIGINT NOT NULL REFERENCES discipline_case ON DELETE RESTRICT,
    item TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    CONSTRAINT revocation_candidate_once UNIQUE (case_id, item)
);
CREATE INDEX IF NOT EXISTS revocation_candidate_order ON revocation_candidate (order_id);

CREATE TABLE IF NOT EXISTS revocation_decision (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    ground TEXT NOT NULL,
    period TEXT NOT NULL,
    outcome TEXT NOT NULL,
    item TEXT,
    reason TEXT NOT NULL,
    further_breach TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    CONSTRAINT revocation_decision_once UNIQUE (order_id, ground, period),
    CONSTRAINT revocation_decision_ground_known CHECK (ground IN ('two_warnings', 'over_a_month', 'other')),
    CONSTRAINT revocation_decision_outcome_known CHECK (outcome IN ('proposed', 'not_proposed'))
);

CREATE TABLE IF NOT EXISTS document_counter (
    id SERIAL PRIMARY KEY,
    form TEXT NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT document_counter_once UNIQUE (form, year)
);

CREATE TABLE IF NOT EXISTS issued_document (
    id BIGSERIAL PRIMARY KEY,
    form TEXT NOT NULL,
    year INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    number TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    person INTEGER REFERENCES person ON DELETE RESTRICT,
    pdf_file BIGINT NOT NULL REFERENCES file_record ON DELETE RESTRICT,
    word_file BIGINT NOT NULL REFERENCES file_record ON DELETE RESTRICT,
    scan_file BIGINT REFERENCES file_record ON DELETE RESTRICT,
    issued_at TIMESTAMPTZ NOT NULL,
    issued_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT issued_document_serial_once UNIQUE (form, year, serial),
    CONSTRAINT issued_document_number_once UNIQUE (number)
);
-- Printing twice gives the stored one.
CREATE UNIQUE INDEX IF NOT EXISTS issued_document_subject_once ON issued_document (form, subject_kind, subject_id)
    WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS issued_document_person ON issued_document (person);

DROP TRIGGER IF EXISTS discipline_event_append_only ON discipline_event;
CREATE TRIGGER discipline_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON discipline_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON discipline_case, discipline_cause, discipline_breach, discipline_evidence,
            discipline_proposal, discipline_review, discipline_decision, discipline_service, revocation_candidate,
            revocation_decision, document_counter, issued_document TO supervision_app;
        GRANT SELECT, INSERT ON discipline_event TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE discipline_case_id_seq, discipline_event_id_seq, discipline_cause_id_seq,
            discipline_breach_id_seq, discipline_evidence_id_seq, discipline_proposal_id_seq, discipline_review_id_seq,
            discipline_decision_id_seq, discipline_service_id_seq, revocation_candidate_id_seq,
            revocation_decision_id_seq, document_counter_id_seq, issued_document_id_seq TO supervision_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON discipline_event FROM supervision_app;
    END IF;
END $$;
