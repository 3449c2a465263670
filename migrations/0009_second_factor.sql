-- A second factor of the sign-in: one that runs at most for each member of the staff; ended ones stay, without their secret.
CREATE TABLE IF NOT EXISTS second_factor (
    id SERIAL PRIMARY KEY,
    staff INTEGER NOT NULL REFERENCES staff ON DELETE RESTRICT,
    secret_sealed TEXT,
    last_step BIGINT NOT NULL,
    failed_count INTEGER NOT NULL DEFAULT 0,
    locked_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by INTEGER REFERENCES staff ON DELETE RESTRICT,
    told_at TIMESTAMPTZ,
    CONSTRAINT second_factor_has_secret CHECK (ended_at IS NOT NULL OR secret_sealed IS NOT NULL)
);
CREATE UNIQUE INDEX IF NOT EXISTS second_factor_one_running ON second_factor (staff) WHERE ended_at IS NULL;

-- Ten one-time codes for a lost telephone; only keyed hashes.
CREATE TABLE IF NOT EXISTS recovery_code (
    id SERIAL PRIMARY KEY,
    factor INTEGER NOT NULL REFERENCES second_factor ON DELETE RESTRICT,
    code_hash TEXT NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT recovery_code_once UNIQUE (factor, code_hash)
);

-- Sign-ins that were tried from a network address and did not succeed; what succeeds takes its row away.
CREATE TABLE IF NOT EXISTS sign_in_attempt (
    id BIGSERIAL PRIMARY KEY,
    source TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS sign_in_attempt_source ON sign_in_attempt (source, at);
CREATE INDEX IF NOT EXISTS sign_in_attempt_at ON sign_in_attempt (at);

-- What a session still owes before it may do anything, when its owner last proved who they are, and where it came from.
ALTER TABLE staff_session ADD COLUMN IF NOT EXISTS step TEXT NOT NULL DEFAULT 'in';
ALTER TABLE staff_session ADD COLUMN IF NOT EXISTS confirmed_at TIMESTAMPTZ;
UPDATE staff_session SET confirmed_at = created_at WHERE confirmed_at IS NULL;
ALTER TABLE staff_session ALTER COLUMN confirmed_at SET NOT NULL;
ALTER TABLE staff_session ADD COLUMN IF NOT EXISTS address TEXT NOT NULL DEFAULT '';
ALTER TABLE staff_session DROP CONSTRAINT IF EXISTS staff_session_step_known;
ALTER TABLE staff_session ADD CONSTRAINT staff_session_step_known CHECK (step IN ('code', 'enrol', 'in'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON second_factor, recovery_code, sign_in_attempt TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE second_factor_id_seq, recovery_code_id_seq, sign_in_attempt_id_seq TO supervision_app;
    END IF;
END $$;
