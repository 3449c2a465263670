-- Who took the alert in hand, or was handed it; it is theirs until the ladder goes up.
ALTER TABLE alert ADD COLUMN IF NOT EXISTS taken_by INTEGER REFERENCES staff;

-- An action brings the alerts of its subject in line: found by the subject, open and closed.
CREATE INDEX IF NOT EXISTS alert_subject ON alert (subject_kind, subject_id);

-- A reason that isn't there is no reason: NULL <> '' is unknown, and a check lets the unknown pass.
ALTER TABLE alert DROP CONSTRAINT IF EXISTS alert_ends_by_someone_or_fact;
ALTER TABLE alert ADD CONSTRAINT alert_ends_by_someone_or_fact CHECK (closed_at IS NULL OR (outcome IS NOT NULL AND (
    (closed_by IS NOT NULL AND coalesce(btrim(reason), '') <> '') OR (fact_kind IS NOT NULL AND fact_id IS NOT NULL))));
