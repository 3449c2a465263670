-- A sheet between its dry run and its import, whole and sealed; it is thrown away after a day.
CREATE TABLE IF NOT EXISTS upload (
    id SERIAL PRIMARY KEY,
    staff INTEGER NOT NULL REFERENCES staff,
    at TIMESTAMPTZ NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    office INTEGER REFERENCES office,
    answers JSONB NOT NULL DEFAULT '{}',
    content_sealed TEXT NOT NULL,
    run INTEGER REFERENCES import_run
);
CREATE INDEX IF NOT EXISTS upload_at ON upload USING btree (at);

-- What was imported in one run: found when it is undone.
CREATE INDEX IF NOT EXISTS orders_import_run ON orders (import_run);
CREATE INDEX IF NOT EXISTS person_import_run ON person (import_run);
CREATE INDEX IF NOT EXISTS report_import_run ON report (import_run) WHERE import_run IS NOT NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON upload TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE upload_id_seq TO supervision_app;
    END IF;
END $$;
