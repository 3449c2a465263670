-- A judicial office (司法所) or the bureau itself.
CREATE TABLE IF NOT EXISTS office (
    id SERIAL PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    closed_at TIMESTAMPTZ,
    CONSTRAINT office_code_once UNIQUE (code),
    CONSTRAINT office_kind_known CHECK (kind IN ('judicial_office', 'bureau'))
);

-- When a job last did its work to the end: the page shows it, the doctor judges it.
CREATE TABLE IF NOT EXISTS heartbeat (
    id SERIAL PRIMARY KEY,
    job TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    note TEXT,
    CONSTRAINT heartbeat_job_once UNIQUE (job)
);

-- Facts about this database: the key's fingerprint, whether it is a demo, since when it is live.
CREATE TABLE IF NOT EXISTS installation (
    id SERIAL PRIMARY KEY,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT installation_key_once UNIQUE (key)
);

-- One slot of a scheduled job: the fence against running it twice.
CREATE TABLE IF NOT EXISTS job_run (
    id BIGSERIAL PRIMARY KEY,
    job TEXT NOT NULL,
    slot TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ok BOOLEAN,
    note TEXT,
    CONSTRAINT job_run_slot_once UNIQUE (job, slot)
);

-- A transition of a duty, append-only: so any past moment can be shown as it was known then.
CREATE TABLE IF NOT EXISTS duty_event (
    id BIGSERIAL PRIMARY KEY,
    duty BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    old_state TEXT NOT NULL,
    new_state TEXT NOT NULL,
    fact_kind TEXT,
    fact_id BIGINT,
    staff INTEGER,
    cause TEXT
);
CREATE INDEX IF NOT EXISTS duty_event_duty ON duty_event USING btree (duty);

-- Up to when a subject's slots have been made: what reconcile must find again.
CREATE TABLE IF NOT EXISTS ledger_subject (
    id SERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    synced_to TIMESTAMPTZ NOT NULL,
    synced_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT ledger_subject_once UNIQUE (subject_kind, subject_id)
);

-- What happened to an alert: opened, claimed, stepped, noted, handed over, closed, reopened; append-only.
CREATE TABLE IF NOT EXISTS alert_event (
    id BIGSERIAL PRIMARY KEY,
    alert BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    staff INTEGER,
    detail JSONB NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS alert_event_alert ON alert_event USING btree (alert);

-- A provider's word on a message, as it came, applied or not.
CREATE TABLE IF NOT EXISTS receipt (
    id BIGSERIAL PRIMARY KEY,
    provider_ref TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS receipt_provider_ref ON receipt USING btree (provider_ref);

-- One day's roll call as it was taken, with the hash of its list.
CREATE TABLE IF NOT EXISTS roll_call (
    id SERIAL PRIMARY KEY,
    day DATE NOT NULL,
    taken_at TIMESTAMPTZ NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    remainder INTEGER NOT NULL DEFAULT 0,
    buckets JSONB NOT NULL DEFAULT '{}',
    headline JSONB NOT NULL DEFAULT '{}',
    list_hash TEXT NOT NULL,
    CONSTRAINT roll_call_day_once UNIQUE (day)
);

-- A member of the staff: one sign-in, one role, one office.
CREATE TABLE IF NOT EXISTS staff (
    id SERIAL PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    office INTEGER NOT NULL REFERENCES office,
    on_desk BOOLEAN NOT NULL DEFAULT false,
    password_hash TEXT NOT NULL,
    one_time_until TIMESTAMPTZ,
    failed_count INTEGER NOT NULL DEFAULT 0,
    locked_until TIMESTAMPTZ,
    phone_sealed TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    disabled_at TIMESTAMPTZ,
    CONSTRAINT staff_login_once UNIQUE (login),
    CONSTRAINT staff_role_known CHECK (role IN ('officer', 'head', 'clerk', 'cca_head', 'legal', 'leader', 'helper', 'inspector', 'system_admin', 'security_admin', 'audit_admin'))
);

-- Which bucket each registration was in that day, so that yesterday + in − out = today can be held as sets.
CREATE TABLE IF NOT EXISTS roll_call_entry (
    id BIGSERIAL PRIMARY KEY,
    roll_call INTEGER NOT NULL REFERENCES roll_call ON DELETE CASCADE,
    register TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    person INTEGER NOT NULL,
    bucket TEXT NOT NULL,
    proof TEXT NOT NULL,
    CONSTRAINT roll_call_entry_once UNIQUE (roll_call, register, subject_id)
);

-- A time in which a member of the staff is not on duty, and who stands in.
CREATE TABLE IF NOT EXISTS absence (
    id SERIAL PRIMARY KEY,
    staff INTEGER NOT NULL REFERENCES staff,
    deputy INTEGER REFERENCES staff,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT absence_has_length CHECK (from_at < to_at)
);

-- A signed-in browser; only the hash of its token is kept.
CREATE TABLE IF NOT EXISTS staff_session (
    id SERIAL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    staff INTEGER NOT NULL REFERENCES staff,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    agent TEXT NOT NULL,
    CONSTRAINT staff_session_token_once UNIQUE (token_hash)
);

-- One act of one member of the staff (none: a job or a command) on people's files or on the settings.
CREATE TABLE IF NOT EXISTS audit_row (
    id BIGSERIAL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    staff INTEGER REFERENCES staff,
    office INTEGER REFERENCES office,
    action TEXT NOT NULL,
    subject_kind TEXT,
    subject_id INTEGER,
    people INTEGER[] NOT NULL DEFAULT '{}',
    detail JSONB NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS audit_row_at ON audit_row USING btree (at);

-- An exception to the plain week: a day off, or a make-up working day (调休).
CREATE TABLE IF NOT EXISTS holiday (
    id SERIAL PRIMARY KEY,
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT holiday_day_once UNIQUE (day),
    CONSTRAINT holiday_kind_known CHECK (kind IN ('off', 'work'))
);

-- One sheet that was taken in: what it did, so that the day's import can be undone.
CREATE TABLE IF NOT EXISTS import_run (
    id SERIAL PRIMARY KEY,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    staff INTEGER REFERENCES staff,
    office INTEGER REFERENCES office,
    counts JSONB NOT NULL DEFAULT '{}',
    detail JSONB NOT NULL DEFAULT '{}',
    undone_at TIMESTAMPTZ,
    undone_by INTEGER REFERENCES staff,
    CONSTRAINT import_run_kind_known CHECK (kind IN ('roster', 'history'))
);

-- A value of a rule's parameter from a moment on; the older rows stay.
CREATE TABLE IF NOT EXISTS parameter (
    id SERIAL PRIMARY KEY,
    key TEXT NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    value JSONB NOT NULL DEFAULT 'null',
    source TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT parameter_once_a_moment UNIQUE (key, valid_from)
);

-- A time in which some duties rest (model §4); its end is told by a later fact.
CREATE TABLE IF NOT EXISTS pause (
    id SERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ,
    evidence TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    ended_recorded_at TIMESTAMPTZ,
    ended_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT pause_kind_known CHECK (kind IN ('custody', 'hospital', 'leave', 'own_outage', 'decision')),
    CONSTRAINT pause_has_length CHECK (to_at IS NULL OR from_at < to_at)
);
CREATE INDEX IF NOT EXISTS pause_subject_id ON pause USING btree (subject_id);

-- A named human's word on one duty: missed (dealt with), excused, void.
CREATE TABLE IF NOT EXISTS duty_decision (
    id SERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    variant TEXT NOT NULL,
    period TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT duty_decision_outcome_known CHECK (outcome IN ('missed', 'excused', 'void'))
);
CREATE INDEX IF NOT EXISTS duty_decision_subject_id ON duty_decision USING btree (subject_id);

-- Anyone on a register: one row however many cases.
CREATE TABLE IF NOT EXISTS person (
    id SERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    pinyin TEXT NOT NULL,
    sex TEXT NOT NULL,
    born_on DATE,
    doc_kind TEXT NOT NULL,
    doc_sealed TEXT,
    doc_key TEXT,
    doc_tail_key TEXT,
    merged_into INTEGER,
    created_at TIMESTAMPTZ NOT NULL,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT person_doc_once UNIQUE (doc_key),
    CONSTRAINT person_sex_known CHECK (sex IN ('male', 'female', 'unknown'))
);

-- A phone number or an address, as a fact: a correction is a new row.
CREATE TABLE IF NOT EXISTS contact (
    id BIGSERIAL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    kind TEXT NOT NULL,
    value_sealed TEXT NOT NULL,
    key TEXT NOT NULL,
    tail_key TEXT,
    holder TEXT NOT NULL,
    rank INTEGER NOT NULL DEFAULT 1,
    ok_from TIMESTAMPTZ NOT NULL,
    bad_since TIMESTAMPTZ,
    consent TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT contact_kind_known CHECK (kind IN ('phone', 'address_now', 'address_household')),
    CONSTRAINT contact_holder_known CHECK (holder IN ('self', 'family')),
    CONSTRAINT contact_consent_known CHECK (consent IN ('yes', 'no'))
);
CREATE INDEX IF NOT EXISTS contact_key ON contact USING btree (key);
CREATE INDEX IF NOT EXISTS contact_tail_key ON contact USING btree (tail_key);

-- A remark on a person's file; sealed, since anything may be written in it.
CREATE TABLE IF NOT EXISTS note (
    id SERIAL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    text_sealed TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff
);

-- Which office, and who in it, has a file during a time; two of one role never overlap (an exclusion constraint).
CREATE TABLE IF NOT EXISTS responsibility (
    id BIGSERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES person,
    office INTEGER NOT NULL REFERENCES office,
    staff INTEGER REFERENCES staff,
    role TEXT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT responsibility_role_known CHECK (role IN ('main', 'dual'))
);

-- One period of community correction: 管制, 缓刑, 假释, 暂予监外执行. Its columns follow the facts below.
CREATE TABLE IF NOT EXISTS orders (
    id SERIAL PRIMARY KEY,
    number TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person,
    kind TEXT NOT NULL,
    crime TEXT NOT NULL,
    risk TEXT,
    effective_on DATE,
    received_at TIMESTAMPTZ,
    registered_at TIMESTAMPTZ,
    start_on DATE NOT NULL,
    end_on DATE,
    state TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    end_kind TEXT,
    ledger_from DATE NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by INTEGER REFERENCES staff,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT orders_number_once UNIQUE (number),
    CONSTRAINT orders_kind_known CHECK (kind IN ('public_surveillance', 'probation', 'parole', 'temporary_outside')),
    CONSTRAINT orders_state_known CHECK (state IN ('due', 'in_correction', 'expired_hold', 'released', 'revoked', 'imprisoned', 'deceased', 'moved_out', 'other_end')),
    CONSTRAINT orders_end_is_whole CHECK ((ended_at IS NULL) = (end_kind IS NULL))
);
CREATE INDEX IF NOT EXISTS orders_state ON orders USING btree (state);

-- Something owed by a time under a rule. *Lapsed* is derived (`is_lapsed`), never stored.
CREATE TABLE IF NOT EXISTS duty (
    id BIGSERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    person INTEGER REFERENCES person,
    owed_by TEXT NOT NULL,
    rule TEXT NOT NULL,
    variant TEXT NOT NULL,
    period TEXT NOT NULL,
    opens_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    limit_at TIMESTAMPTZ NOT NULL,
    raw_due_on DATE NOT NULL,
    state TEXT NOT NULL,
    closed_at TIMESTAMPTZ,
    fact_kind TEXT,
    fact_id BIGINT,
    closed_by INTEGER REFERENCES staff,
    cause TEXT,
    alerted_at TIMESTAMPTZ,
    remind_at TIMESTAMPTZ,
    source TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    why JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT duty_slot_once UNIQUE (subject_kind, subject_id, rule, variant, period),
    CONSTRAINT duty_state_known CHECK (state IN ('open', 'met', 'met_late', 'missed', 'excused', 'void')),
    CONSTRAINT duty_owed_by_known CHECK (owed_by IN ('person', 'staff', 'organ')),
    CONSTRAINT duty_source_known CHECK (source IN ('rule', 'import')),
    CONSTRAINT duty_times_in_order CHECK (opens_at <= due_at AND due_at <= limit_at),
    CONSTRAINT duty_end_is_whole CHECK ((state = 'open') = (closed_at IS NULL))
);

-- Something wrong since a moment (also one to come), until a fact mends it.
CREATE TABLE IF NOT EXISTS finding (
    id BIGSERIAL PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    person INTEGER REFERENCES person,
    rule TEXT NOT NULL,
    variant TEXT NOT NULL,
    period TEXT NOT NULL,
    since_at TIMESTAMPTZ NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    fact_kind TEXT,
    fact_id BIGINT,
    alerted_at TIMESTAMPTZ,
    why JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT finding_once UNIQUE (subject_kind, subject_id, rule, variant, period),
    CONSTRAINT finding_state_known CHECK (state IN ('open', 'ended')),
    CONSTRAINT finding_severity_known CHECK (severity IN ('notice', 'serious', 'grave'))
);

-- One cause of worry about one subject; a person's open alerts are shown as one card.
CREATE TABLE IF NOT EXISTS alert (
    id BIGSERIAL PRIMARY KEY,
    duty BIGINT,
    finding BIGINT,
    finding_key TEXT,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    person INTEGER REFERENCES person,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    since_at TIMESTAMPTZ NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    assigned_to INTEGER NOT NULL REFERENCES staff,
    rung INTEGER NOT NULL DEFAULT 0,
    anchor_at TIMESTAMPTZ NOT NULL,
    anchor_rung INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL,
    next_step_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    outcome TEXT,
    reason TEXT,
    closed_by INTEGER REFERENCES staff,
    fact_kind TEXT,
    fact_id BIGINT,
    CONSTRAINT alert_step_known CHECK (step IN ('look', 'act', 'decide')),
    CONSTRAINT alert_severity_known CHECK (severity IN ('notice', 'serious', 'grave')),
    CONSTRAINT alert_has_one_cause CHECK ((duty IS NULL) <> (finding_key IS NULL)),
    CONSTRAINT alert_ends_by_someone_or_fact CHECK (closed_at IS NULL OR (outcome IS NOT NULL AND ((closed_by IS NOT NULL AND reason <> '') OR (fact_kind IS NOT NULL AND fact_id IS NOT NULL))))
);

-- One text to one number. `unknown`: the provider's answer was unclear; a human decides, it is never resent blindly.
CREATE TABLE IF NOT EXISTS message (
    id BIGSERIAL PRIMARY KEY,
    person INTEGER REFERENCES person,
    staff INTEGER REFERENCES staff,
    contact BIGINT REFERENCES contact,
    recipient_sealed TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    once_key TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    not_after TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ,
    claimed_by TEXT,
    provider TEXT,
    provider_ref TEXT,
    provider_status TEXT,
    error TEXT,
    ended_at TIMESTAMPTZ,
    looked_at TIMESTAMPTZ,
    looked_by INTEGER REFERENCES staff,
    looked_note TEXT,
    CONSTRAINT message_once UNIQUE (once_key),
    CONSTRAINT message_state_known CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown', 'expired', 'cancelled')),
    CONSTRAINT message_has_one_reader CHECK ((person IS NULL) <> (staff IS NULL))
);
CREATE INDEX IF NOT EXISTS message_provider_ref ON message USING btree (provider_ref);

-- A class of management decided by the bureau (law SU-07, IM 21).
CREATE TABLE IF NOT EXISTS class_decision (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    level TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT class_decision_level_known CHECK (level IN ('strict', 'normal', 'loose'))
);

-- What an old register didn't say (待补录): a list to work off, never an alert (model §6).
CREATE TABLE IF NOT EXISTS debt (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    person INTEGER NOT NULL REFERENCES person,
    kind TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    closed_by INTEGER REFERENCES staff,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT debt_once UNIQUE (order_id, kind)
);

-- A document of the end of the term that was written: summary, appraisal, certificate (law TE-01..03).
CREATE TABLE IF NOT EXISTS document_record (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    kind TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    reference TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT document_record_kind_known CHECK (kind IN ('summary', 'appraisal', 'certificate'))
);

-- The fact that ended an order: released, revoked, imprisoned, deceased, moved out.
CREATE TABLE IF NOT EXISTS order_end (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    kind TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT order_end_kind_known CHECK (kind IN ('released', 'revoked', 'imprisoned', 'deceased', 'moved_out', 'other_end'))
);

-- Somebody asked whether a pause still stands (model §4).
CREATE TABLE IF NOT EXISTS pause_check (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    happened_at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ
);

-- The person reported and was enrolled (law RE-06, RE-09).
CREATE TABLE IF NOT EXISTS registration (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    import_run INTEGER REFERENCES import_run
);

-- A new start or end of the term, by a document of the deciding organ (law T-4).
CREATE TABLE IF NOT EXISTS term_change (
    id SERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    start_on DATE,
    end_on DATE,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    import_run INTEGER REFERENCES import_run
);

-- A check by call, message or position (law SU-04, IM 23).
CREATE TABLE IF NOT EXISTS info_check (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    channel TEXT NOT NULL,
    result TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT info_check_channel_known CHECK (channel IN ('call', 'video', 'position', 'message')),
    CONSTRAINT info_check_result_known CHECK (result IN ('ok', 'abnormal', 'unreached'))
);

-- The person's own regular report (law SU-01, IM 24).
CREATE TABLE IF NOT EXISTS report (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    mode TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT report_mode_known CHECK (mode IN ('phone', 'in_person', 'written'))
);

-- An officer's visit to a person (law SU-04, CCL 26).
CREATE TABLE IF NOT EXISTS visit (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    met TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces INTEGER,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    import_run INTEGER REFERENCES import_run,
    CONSTRAINT visit_met_known CHECK (met IN ('person', 'family', 'nobody'))
);

-- What a message speaks of: never two for one (recipient, duty, kind, version).
CREATE TABLE IF NOT EXISTS message_about (
    id BIGSERIAL PRIMARY KEY,
    message BIGINT NOT NULL REFERENCES message,
    recipient_key TEXT NOT NULL,
    duty BIGINT NOT NULL,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    CONSTRAINT message_about_once UNIQUE (recipient_key, duty, kind, version)
);

