-- What the day asks of alerts: findings that are new, and late reports of which somebody must decide. Lapses that are
-- just noticed are in neither, so the watch pays nothing.
CREATE INDEX IF NOT EXISTS alert_new_findings ON alert (opened_at, person) WHERE closed_at IS NULL AND duty IS NULL;
CREATE INDEX IF NOT EXISTS alert_to_decide ON alert (person) WHERE closed_at IS NULL AND step = 'decide';
-- The caseload's order of alerts: since when, over the whole register.
CREATE INDEX IF NOT EXISTS alert_open_by_since ON alert (since_at, person) WHERE closed_at IS NULL;
