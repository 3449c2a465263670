-- Subjects of other kinds than orders owe duties too, and some have no person: a commission, say, before anybody is known.
ALTER TABLE responsibility ALTER COLUMN person DROP NOT NULL;
-- What is open about a subject without a person has a card of its own.
CREATE INDEX IF NOT EXISTS alert_open_subject ON alert (subject_kind, subject_id) WHERE closed_at IS NULL AND person IS NULL;
