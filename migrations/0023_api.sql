-- A token of another system: only its hash is kept; it acts in the name of a member of the staff, and within their rights.
CREATE TABLE IF NOT EXISTS api_token (
    id SERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    staff INTEGER NOT NULL REFERENCES staff (id) ON DELETE RESTRICT,
    office INTEGER REFERENCES office (id) ON DELETE RESTRICT,
    permissions TEXT[] NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    seen_at TIMESTAMPTZ,
    CONSTRAINT api_token_name_once UNIQUE (name),
    CONSTRAINT api_token_hash_once UNIQUE (token_hash),
    CONSTRAINT api_token_has_length CHECK (created_at < expires_at)
);

-- What was posted under an idempotency key, and what was answered; a refused request leaves no row.
CREATE TABLE IF NOT EXISTS api_request (
    id BIGSERIAL PRIMARY KEY,
    token INTEGER NOT NULL REFERENCES api_token (id) ON DELETE RESTRICT,
    key TEXT NOT NULL,
    body_mac TEXT NOT NULL,
    answer JSONB,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT api_request_once UNIQUE (token, key)
);

-- The feed of changes. A change waits from its own transaction on; once that is committed, a reader gives it its place.
-- Places are given under one lock, so that they become visible in their order: none is missed, none is told twice.
CREATE TABLE IF NOT EXISTS change_waiting (
    id BIGSERIAL PRIMARY KEY,
    source TEXT NOT NULL,
    source_id BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS change_log (
    seq BIGINT PRIMARY KEY,
    source TEXT NOT NULL,
    source_id BIGINT NOT NULL,
    CONSTRAINT change_log_source_once UNIQUE (source, source_id),
    CONSTRAINT change_log_source_known CHECK (source IN ('act', 'alert'))
);

CREATE OR REPLACE FUNCTION act_waits_to_be_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_waiting (source, source_id) VALUES ('act', NEW.id);
    RETURN NULL;
END $$;
-- Looking changes nothing: supervision.exchange.api.changes.LOOKING, held to this by a test.
DROP TRIGGER IF EXISTS act_waits_to_be_told ON audit_row;
CREATE TRIGGER act_waits_to_be_told AFTER INSERT ON audit_row FOR EACH ROW
    WHEN (cardinality(NEW.people) > 0
          AND NEW.action !~ '^(file|document)_opened$|_calendar_taken$|^see_|_(seen|listed|read|printed|tried|answered|unsealed|refused|exported|shown)$')
    EXECUTE FUNCTION act_waits_to_be_told();

CREATE OR REPLACE FUNCTION alerts_wait_to_be_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_waiting (source, source_id) SELECT 'alert', id FROM told ORDER BY id;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS alerts_wait_to_be_told ON alert_event;
CREATE TRIGGER alerts_wait_to_be_told AFTER INSERT ON alert_event REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION alerts_wait_to_be_told();

DROP TRIGGER IF EXISTS change_log_append_only ON change_log;
CREATE TRIGGER change_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        REVOKE ALL ON api_token, api_request, change_waiting, change_log FROM supervision_app;
        GRANT SELECT, INSERT, UPDATE ON api_token, api_request TO supervision_app;
        GRANT SELECT, INSERT, DELETE ON change_waiting TO supervision_app;
        GRANT SELECT, INSERT ON change_log TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE api_token_id_seq, api_request_id_seq, change_waiting_id_seq TO supervision_app;
    END IF;
END $$;
