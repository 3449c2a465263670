-- What a table class can't say: exclusion, partial indexes, the one SQL definition of a lapse, append-only tables, the app's role.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A lapse: open and at or past its limit (its twin in Python is supervision.rules.base.is_lapsed).
CREATE OR REPLACE FUNCTION is_lapsed(state text, limit_at timestamptz, at timestamptz) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN state = 'open' AND limit_at <= at;

-- Two people (or offices) are never responsible for one file in one role at one time.
ALTER TABLE responsibility DROP CONSTRAINT IF EXISTS responsibility_no_overlap;
ALTER TABLE responsibility ADD CONSTRAINT responsibility_no_overlap
    EXCLUDE USING gist (subject_kind WITH =, subject_id WITH =, role WITH =, tstzrange(from_at, to_at) WITH &&);
CREATE INDEX IF NOT EXISTS responsibility_current_office ON responsibility (office, person) WHERE to_at IS NULL;
CREATE INDEX IF NOT EXISTS responsibility_current_staff ON responsibility (staff, person) WHERE to_at IS NULL;
CREATE INDEX IF NOT EXISTS responsibility_person ON responsibility (person);

-- The watch costs O(lapses): it reads these two and nothing else.
CREATE INDEX IF NOT EXISTS duty_to_alert ON duty (limit_at) WHERE state = 'open' AND alerted_at IS NULL;
CREATE INDEX IF NOT EXISTS finding_to_alert ON finding (since_at) WHERE state = 'open' AND alerted_at IS NULL;
CREATE INDEX IF NOT EXISTS duty_to_remind ON duty (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS duty_open_by_person ON duty (person, limit_at) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS duty_person ON duty (person);

CREATE UNIQUE INDEX IF NOT EXISTS alert_open_duty_once ON alert (duty) WHERE closed_at IS NULL AND duty IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS alert_open_finding_once ON alert (finding_key) WHERE closed_at IS NULL AND finding_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS alert_to_step ON alert (next_step_at) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS alert_open_by_owner ON alert (assigned_to, next_step_at) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS alert_open_by_person ON alert (person) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS alert_duty ON alert (duty);
CREATE INDEX IF NOT EXISTS alert_person ON alert (person);

CREATE INDEX IF NOT EXISTS message_to_send ON message (next_try_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS message_sending ON message (claimed_at) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS message_unknown ON message (id) WHERE state = 'unknown' AND looked_at IS NULL;
CREATE INDEX IF NOT EXISTS message_person ON message (person);
CREATE INDEX IF NOT EXISTS message_about_message ON message_about (message);

CREATE INDEX IF NOT EXISTS contact_person ON contact (person);
CREATE INDEX IF NOT EXISTS orders_person ON orders (person);
CREATE UNIQUE INDEX IF NOT EXISTS orders_one_open ON orders (person) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS person_name_prefix ON person (name text_pattern_ops);
CREATE INDEX IF NOT EXISTS person_pinyin_trigram ON person USING gin (pinyin gin_trgm_ops);
CREATE INDEX IF NOT EXISTS person_doc_tail ON person (doc_tail_key);
CREATE INDEX IF NOT EXISTS note_person ON note (person);
CREATE INDEX IF NOT EXISTS audit_row_people ON audit_row USING gin (people);
CREATE INDEX IF NOT EXISTS report_order ON report (order_id, happened_at);
CREATE INDEX IF NOT EXISTS visit_order ON visit (order_id, happened_at);
CREATE INDEX IF NOT EXISTS info_check_order ON info_check (order_id, happened_at);
CREATE INDEX IF NOT EXISTS class_decision_order ON class_decision (order_id);
CREATE INDEX IF NOT EXISTS registration_order ON registration (order_id);
CREATE INDEX IF NOT EXISTS document_record_order ON document_record (order_id);
CREATE INDEX IF NOT EXISTS pause_check_order ON pause_check (order_id);
CREATE INDEX IF NOT EXISTS term_change_order ON term_change (order_id);
CREATE INDEX IF NOT EXISTS order_end_order ON order_end (order_id);
CREATE INDEX IF NOT EXISTS debt_open ON debt (kind, id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS staff_session_staff ON staff_session (staff);

-- Append-only means append-only, whoever asks.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
DO $$
DECLARE place text;
BEGIN
    FOREACH place IN ARRAY ARRAY['audit_row', 'duty_event', 'alert_event', 'receipt'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I_append_only ON %I', place, place);
        EXECUTE format('CREATE TRIGGER %I_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', place, place);
    END LOOP;
END $$;

-- The web and the jobs work as this role; only migrations run as the database's owner. Where we may not make roles
-- (the office's own server), its administrator gives the role of SUPERVISION_DATABASE_URL these rights: deploy/runbook.md.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        CREATE ROLE supervision_app LOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server made it meanwhile
    WHEN insufficient_privilege THEN NULL;
END $$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT USAGE ON SCHEMA public TO supervision_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO supervision_app;
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO supervision_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_row, duty_event, alert_event, receipt FROM supervision_app;
        REVOKE INSERT, UPDATE, DELETE ON migration FROM supervision_app;
    END IF;
END $$;
