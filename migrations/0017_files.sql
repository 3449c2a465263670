-- What people hand in or sign. The bytes lie sealed in the data folder under `place`; `key_sealed` opens them. Whatever a
-- slice keeps files about is named by (subject_kind, subject_id); `person` says whose scope they are in, where there is one.
CREATE TABLE IF NOT EXISTS file_record (
    id BIGSERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    person INTEGER REFERENCES person ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    name_sealed TEXT,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    place TEXT NOT NULL,
    key_sealed TEXT,
    digest TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    replaces BIGINT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    removed_at TIMESTAMPTZ,
    removed_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    removed_reason TEXT,
    CONSTRAINT file_record_place_once UNIQUE (place),
    CONSTRAINT file_record_kind_known CHECK (kind IN ('received', 'issued', 'signed', 'served', 'application', 'proof', 'record', 'photo', 'evidence', 'other')),
    CONSTRAINT file_record_media_type_known CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')),
    CONSTRAINT file_record_place_shape CHECK (place ~ '^[0-9a-f]{32}$'),
    CONSTRAINT file_record_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL)),
    CONSTRAINT file_record_removed_whole CHECK ((removed_at IS NULL) = (key_sealed IS NOT NULL AND name_sealed IS NOT NULL AND removed_reason IS NULL))
);
CREATE INDEX IF NOT EXISTS file_record_subject ON file_record (subject_kind, subject_id);
CREATE INDEX IF NOT EXISTS file_record_person ON file_record (person, happened_at) WHERE person IS NOT NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE ON file_record TO supervision_app;
        REVOKE DELETE, TRUNCATE ON file_record FROM supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE file_record_id_seq TO supervision_app;
    END IF;
END $$;
