-- A document from before this system has its number here, and is itself on paper.
ALTER TABLE issued_document ALTER COLUMN pdf_file DROP NOT NULL;
ALTER TABLE issued_document ALTER COLUMN word_file DROP NOT NULL;
ALTER TABLE issued_document DROP CONSTRAINT IF EXISTS issued_document_has_both_files;
ALTER TABLE issued_document ADD CONSTRAINT issued_document_has_both_files CHECK ((pdf_file IS NULL) = (word_file IS NULL));

-- Searches for whom nobody reaches any more (law a.10): what was done in them, what a named person calls it, how they ended.
CREATE TABLE IF NOT EXISTS contact_search (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    person INTEGER NOT NULL REFERENCES person ON DELETE RESTRICT,
    last_contact_on DATE NOT NULL,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    closed_at TIMESTAMPTZ
);
-- Whoever is looked for is looked for once.
CREATE UNIQUE INDEX IF NOT EXISTS contact_search_once ON contact_search (order_id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS contact_search_person ON contact_search (person);
CREATE INDEX IF NOT EXISTS contact_search_order ON contact_search (order_id);

CREATE TABLE IF NOT EXISTS search_cause (
    id BIGSERIAL PRIMARY KEY,
    search BIGINT NOT NULL REFERENCES contact_search ON DELETE RESTRICT,
    alert BIGINT NOT NULL REFERENCES alert ON DELETE RESTRICT,
    CONSTRAINT search_cause_once UNIQUE (search, alert)
);

CREATE TABLE IF NOT EXISTS search_attempt (
    id BIGSERIAL PRIMARY KEY,
    search BIGINT NOT NULL REFERENCES contact_search ON DELETE RESTRICT,
    method TEXT NOT NULL,
    place_sealed TEXT,
    result TEXT NOT NULL,
    note_sealed TEXT NOT NULL,
    first_staff INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    second_staff INTEGER REFERENCES staff ON DELETE RESTRICT,
    file BIGINT REFERENCES file_record ON DELETE RESTRICT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT search_attempt_method_known CHECK (method IN ('contact', 'info', 'field')),
    CONSTRAINT search_attempt_result_known CHECK (result IN ('nothing', 'trace', 'reached')),
    CONSTRAINT search_attempt_by_two CHECK (first_staff <> second_staff),
    CONSTRAINT search_attempt_visit_is_whole CHECK (method <> 'field' OR (second_staff IS NOT NULL AND place_sealed IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS search_attempt_search ON search_attempt (search);

CREATE TABLE IF NOT EXISTS search_notice (
    id BIGSERIAL PRIMARY KEY,
    search BIGINT NOT NULL REFERENCES contact_search ON DELETE RESTRICT,
    organ TEXT NOT NULL,
    reference TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT search_notice_organ_known CHECK (organ IN ('police', 'procuratorate'))
);
CREATE INDEX IF NOT EXISTS search_notice_search ON search_notice (search);

CREATE TABLE IF NOT EXISTS off_control (
    id BIGSERIAL PRIMARY KEY,
    search BIGINT NOT NULL REFERENCES contact_search ON DELETE RESTRICT,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    since_on DATE NOT NULL,
    basis TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS off_control_once ON off_control (search) WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS off_control_order ON off_control (order_id);
CREATE INDEX IF NOT EXISTS off_control_happened ON off_control (happened_at);

CREATE TABLE IF NOT EXISTS search_end (
    id BIGSERIAL PRIMARY KEY,
    search BIGINT NOT NULL REFERENCES contact_search ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    note TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT search_end_kind_known CHECK (kind IN ('found', 'false_alarm'))
);
CREATE UNIQUE INDEX IF NOT EXISTS search_end_once ON search_end (search) WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS search_end_search ON search_end (search);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON contact_search, search_cause, search_attempt, search_notice, off_control, search_end
            TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE contact_search_id_seq, search_cause_id_seq, search_attempt_id_seq, search_notice_id_seq,
            off_control_id_seq, search_end_id_seq TO supervision_app;
    END IF;
END $$;
