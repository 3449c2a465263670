-- The chain over the audit rows: each link's code is made with a key outside the database from the link before it.
CREATE TABLE IF NOT EXISTS audit_seal (
    seq BIGINT PRIMARY KEY,
    audit_row BIGINT NOT NULL,
    mac TEXT NOT NULL,
    CONSTRAINT audit_seal_row_once UNIQUE (audit_row)
);

-- Rows that wait for their link; one that commits late waits from then on, whatever its number.
CREATE TABLE IF NOT EXISTS audit_unsealed (
    audit_row BIGINT PRIMARY KEY
);

CREATE OR REPLACE FUNCTION audit_row_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (audit_row) VALUES (NEW.id);
    RETURN NULL;
END $$;
-- The trigger first: it waits for those who write, so that the rows listed after it are all there were.
DROP TRIGGER IF EXISTS audit_row_waits ON audit_row;
CREATE TRIGGER audit_row_waits AFTER INSERT ON audit_row FOR EACH ROW EXECUTE FUNCTION audit_row_waits();
INSERT INTO audit_unsealed (audit_row)
SELECT id FROM audit_row WHERE NOT EXISTS (SELECT FROM audit_seal WHERE audit_seal.audit_row = audit_row.id)
ON CONFLICT DO NOTHING;

DROP TRIGGER IF EXISTS audit_seal_append_only ON audit_seal;
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where the chain stood when the day's roll call was taken: printed on it.
ALTER TABLE roll_call ADD COLUMN IF NOT EXISTS audit_head TEXT;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        REVOKE ALL ON audit_seal, audit_unsealed FROM supervision_app;
        GRANT SELECT, INSERT ON audit_seal TO supervision_app;
        GRANT SELECT, INSERT, DELETE ON audit_unsealed TO supervision_app;
    END IF;
END $$;
