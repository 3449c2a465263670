-- Who took the alert in hand, or was handed it; it is theirs until the ladder goes up.
ALTER TABLE alert ADD COLUMN IF NOT EXISTS taken_by INTEGER REFERENCES staff;

-- An action brings the alerts of its subject in line: found by the subject, open and closed.
CREATE INDEX IF NOT EXISTS alert_subject ON alert (subject_kind, subject_id);
