-- Bases of help (law RA-23): places with beds, who stays there from when, and who left.
CREATE TABLE IF NOT EXISTS help_base (
    id SERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    address_sealed TEXT NOT NULL,
    beds INTEGER NOT NULL,
    contact TEXT,
    opened_on DATE NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    closed_at TIMESTAMPTZ,
    closed_by INTEGER REFERENCES staff,
    closed_reason TEXT,
    CONSTRAINT help_base_kind_known CHECK (kind IN ('enterprise', 'government')),
    CONSTRAINT help_base_has_beds CHECK (beds >= 1),
    CONSTRAINT help_base_closing_is_whole CHECK ((closed_at IS NULL) = (closed_reason IS NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS help_base_name_once ON help_base (name) WHERE closed_at IS NULL;

CREATE TABLE IF NOT EXISTS help_stay (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    base INTEGER NOT NULL REFERENCES help_base,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT
);
CREATE INDEX IF NOT EXISTS help_stay_assistance ON help_stay (assistance, happened_at);
CREATE INDEX IF NOT EXISTS help_stay_base ON help_stay (base, happened_at);

CREATE TABLE IF NOT EXISTS help_leaving (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    stay BIGINT NOT NULL REFERENCES help_stay,
    reason_sealed TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT
);
CREATE INDEX IF NOT EXISTS help_leaving_assistance ON help_leaving (assistance, happened_at);
CREATE UNIQUE INDEX IF NOT EXISTS help_leaving_once ON help_leaving (stay) WHERE withdrawn_at IS NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON help_base, help_stay, help_leaving TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE help_base_id_seq, help_stay_id_seq, help_leaving_id_seq TO supervision_app;
    END IF;
END $$;
