-- The caseload shows what orders owe: with the kind in the index it still needn't look at the duties themselves.
CREATE INDEX IF NOT EXISTS duty_open_by_limit_of_kind ON duty (limit_at, id) INCLUDE (person, subject_kind) WHERE state = 'open';
DROP INDEX IF EXISTS duty_open_in_order;
