-- A field visit or an office interview that was given a time and place. It is never changed: one that was moved is withdrawn
-- and replaced, so the history says who moved what when, and why.
CREATE TABLE IF NOT EXISTS appointment (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    place_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    replaces BIGINT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    withdrawn_as TEXT,
    CONSTRAINT appointment_kind_known CHECK (kind IN ('field', 'office')),
    CONSTRAINT appointment_withdrawn_as_known CHECK (withdrawn_as IN ('moved', 'cancelled')),
    CONSTRAINT appointment_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_as IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
-- The day is the period of its duty: one of a kind a day.
CREATE UNIQUE INDEX IF NOT EXISTS appointment_one_a_day ON appointment (order_id, kind, ((at AT TIME ZONE 'Asia/Shanghai')::date))
    WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS appointment_order ON appointment (order_id, at);

-- The person didn't come, or nobody was met: that too was put down.
CREATE TABLE IF NOT EXISTS no_show (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    appointment BIGINT NOT NULL REFERENCES appointment ON DELETE RESTRICT,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS no_show_once ON no_show (appointment) WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS no_show_order ON no_show (order_id, happened_at);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON appointment, no_show TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE appointment_id_seq, no_show_id_seq TO supervision_app;
    END IF;
END $$;
