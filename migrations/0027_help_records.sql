-- More of resettlement help (law RA-02, RA-09, RA-10, RA-19, RA-20), and what its form said before a later sheet.
ALTER TABLE assistance ADD COLUMN IF NOT EXISTS report_by DATE;
ALTER TABLE support ADD COLUMN IF NOT EXISTS department TEXT;

ALTER TABLE assistance_step DROP CONSTRAINT IF EXISTS assistance_step_event_known;
ALTER TABLE assistance_step ADD CONSTRAINT assistance_step_event_known CHECK (event IN ('ask', 'verified', 'waiting', 'failed',
    'returned', 'readdressed', 'prison_changed', 'escaped', 'notice', 'told', 'fetched', 'arrived', 'missed', 'searched', 'police',
    'found', 'found_elsewhere', 'lives_elsewhere', 'reported', 'agreement', 'file', 'lost', 'found_again', 'dual_asked', 'dual',
    'dual_refused', 'dual_ended', 'move_asked', 'move_accepted', 'move_refused', 'expired', 'deceased', 'reoffended',
    'taken_back', 'known', 'announced', 'came', 'carried_over'));

CREATE TABLE IF NOT EXISTS help_assessment (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    kind TEXT NOT NULL,
    old_kind TEXT NOT NULL,
    factors_sealed TEXT,
    content_sealed TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT help_assessment_kind_known CHECK (kind IN ('key', 'general')),
    CONSTRAINT help_assessment_old_kind_known CHECK (old_kind IN ('key', 'general'))
);
CREATE INDEX IF NOT EXISTS help_assessment_assistance ON help_assessment (assistance, id);

CREATE TABLE IF NOT EXISTS help_appraisal (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    side TEXT NOT NULL,
    grade TEXT NOT NULL,
    assessor TEXT NOT NULL,
    content_sealed TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT help_appraisal_side_known CHECK (side IN ('village', 'township')),
    CONSTRAINT help_appraisal_grade_known CHECK (grade IN ('good', 'steady', 'needs'))
);
CREATE INDEX IF NOT EXISTS help_appraisal_assistance ON help_appraisal (assistance, happened_at);

CREATE TABLE IF NOT EXISTS help_child (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    name_sealed TEXT NOT NULL,
    born_on DATE NOT NULL,
    guardian TEXT NOT NULL,
    hardship TEXT NOT NULL,
    content_sealed TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT help_child_guardian_known CHECK (guardian IN ('parent', 'grandparent', 'relative', 'welfare', 'nobody')),
    CONSTRAINT help_child_hardship_known CHECK (hardship IN ('none', 'poor', 'no_school', 'wandering', 'ill', 'other'))
);
CREATE INDEX IF NOT EXISTS help_child_assistance ON help_child (assistance, happened_at);

CREATE TABLE IF NOT EXISTS assistance_details (
    id BIGSERIAL PRIMARY KEY,
    assistance INTEGER NOT NULL REFERENCES assistance,
    details_sealed TEXT NOT NULL,
    replaced_at TIMESTAMPTZ NOT NULL,
    replaced_by INTEGER REFERENCES staff,
    import_run INTEGER REFERENCES import_run
);
CREATE INDEX IF NOT EXISTS assistance_details_assistance ON assistance_details (assistance, id);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON help_assessment, help_appraisal, help_child, assistance_details TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE help_assessment_id_seq, help_appraisal_id_seq, help_child_id_seq,
            assistance_details_id_seq TO supervision_app;
    END IF;
END $$;
