-- The caseload walks over what is owed next: with the person in the index it needn't look at the duties themselves.
CREATE INDEX IF NOT EXISTS duty_open_in_order ON duty (limit_at, id) INCLUDE (person) WHERE state = 'open';
DROP INDEX IF EXISTS duty_open_by_limit;

-- The class that was decided last is the last entry of the order: nothing to sort.
CREATE INDEX IF NOT EXISTS class_decision_latest ON class_decision (order_id, happened_at, id);
DROP INDEX IF EXISTS class_decision_order;
