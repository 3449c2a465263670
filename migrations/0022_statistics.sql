-- Monthly tables as they were printed (append-only), and the reports of each day for the charts.
CREATE TABLE IF NOT EXISTS kept_table (
    id SERIAL PRIMARY KEY NOT NULL,
    month DATE NOT NULL,
    edition INTEGER NOT NULL DEFAULT 1,
    known_at TIMESTAMP WITH TIME ZONE NOT NULL,
    kept_by INTEGER REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE CASCADE,
    rows JSONB NOT NULL DEFAULT '[]',
    rows_hash TEXT NOT NULL,
    CONSTRAINT kept_table_edition_once UNIQUE (month, edition),
    CONSTRAINT kept_table_of_a_month CHECK (extract(day from month) = 1)
);
CREATE TABLE IF NOT EXISTS report_day (
    id BIGSERIAL PRIMARY KEY NOT NULL,
    day DATE NOT NULL,
    office INTEGER NOT NULL REFERENCES office (id) ON DELETE RESTRICT ON UPDATE CASCADE,
    due INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL DEFAULT 0,
    late INTEGER NOT NULL DEFAULT 0,
    missed INTEGER NOT NULL DEFAULT 0,
    excused INTEGER NOT NULL DEFAULT 0,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT report_day_once UNIQUE (day, office)
);

DROP TRIGGER IF EXISTS kept_table_append_only ON kept_table;
CREATE TRIGGER kept_table_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_table
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT ON kept_table TO supervision_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON kept_table FROM supervision_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON report_day TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE kept_table_id_seq, report_day_id_seq TO supervision_app;
    END IF;
END $$;
