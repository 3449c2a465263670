-- What was done between a sentence and a person in correction: each act is a fact, and a wrong one is withdrawn.
CREATE TABLE IF NOT EXISTS reception_act (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    how TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    content_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_reason TEXT,
    CONSTRAINT reception_act_kind_known CHECK (kind IN (
        'notified', 'documents_received', 'documents_asked', 'receipt_returned', 'forwarded', 'notice_given', 'handed_over',
        'file_kept_by', 'identity_taken', 'team_formed', 'guardian_called', 'announced', 'plan_made', 'exit_ban_reported',
        'came_to_office', 'exit_ban_cancelled')),
    CONSTRAINT reception_act_withdrawn_whole CHECK (
        (withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL OR coalesce(btrim(withdrawn_reason), '') <> ''))
);
CREATE INDEX IF NOT EXISTS reception_act_order ON reception_act (order_id, happened_at);

-- Who is in the team (矫正小组) of an order, from when to when. `act`: the founding of the team with which the member came.
CREATE TABLE IF NOT EXISTS team_member (
    id BIGSERIAL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE RESTRICT,
    act BIGINT REFERENCES reception_act ON DELETE RESTRICT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    sex TEXT NOT NULL,
    knows_minors BOOLEAN NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    ended_recorded_at TIMESTAMPTZ,
    ended_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT team_member_sex_known CHECK (sex IN ('male', 'female')),
    CONSTRAINT team_member_role_known CHECK (role IN (
        'office', 'village', 'employer', 'school', 'family', 'guarantor', 'volunteer', 'social_worker', 'other')),
    CONSTRAINT team_member_has_length CHECK (to_at IS NULL OR from_at < to_at),
    CONSTRAINT team_member_ended_whole CHECK ((to_at IS NULL) = (ended_recorded_at IS NULL))
);
CREATE INDEX IF NOT EXISTS team_member_order ON team_member (order_id);
CREATE INDEX IF NOT EXISTS team_member_act ON team_member (act);

-- An attack on the staff or their relatives (law DI-P4) is a breach of its own: it goes to the police.
ALTER TABLE discipline_breach DROP CONSTRAINT IF EXISTS discipline_breach_kind_known;
ALTER TABLE discipline_breach ADD CONSTRAINT discipline_breach_kind_known
    CHECK (kind IN ('off_control', 'rules', 'education', 'ban', 'recheck', 'attack', 'other'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON reception_act, team_member TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE reception_act_id_seq, team_member_id_seq TO supervision_app;
    END IF;
END $$;
