-- Offices of help (law RA-24, RA-25): full-time workers and the monthly lists; and that a prison told the family (law VV-01).
CREATE TABLE IF NOT EXISTS help_count (
    id BIGSERIAL PRIMARY KEY,
    office INTEGER NOT NULL REFERENCES office,
    month DATE NOT NULL,
    helped INTEGER NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT help_count_once UNIQUE (office, month)
);

CREATE TABLE IF NOT EXISTS help_worker (
    id BIGSERIAL PRIMARY KEY,
    office INTEGER NOT NULL REFERENCES office,
    name TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    ended_at TIMESTAMPTZ,
    ended_by INTEGER REFERENCES staff
);
CREATE INDEX IF NOT EXISTS help_worker_office ON help_worker (office);

CREATE TABLE IF NOT EXISTS help_list (
    id BIGSERIAL PRIMARY KEY,
    office INTEGER NOT NULL REFERENCES office,
    kind TEXT NOT NULL,
    people INTEGER[] NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT help_list_kind_known CHECK (kind IN ('release', 'unconnected'))
);
CREATE INDEX IF NOT EXISTS help_list_office ON help_list (office, happened_at);

ALTER TABLE prisoner ADD COLUMN IF NOT EXISTS intake_on DATE;
CREATE TABLE IF NOT EXISTS prisoner_notice (
    id BIGSERIAL PRIMARY KEY,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff
);
CREATE INDEX IF NOT EXISTS prisoner_notice_prisoner ON prisoner_notice (prisoner);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON help_count, help_worker, help_list, prisoner_notice TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE help_count_id_seq, help_worker_id_seq, help_list_id_seq, prisoner_notice_id_seq TO supervision_app;
    END IF;
END $$;
