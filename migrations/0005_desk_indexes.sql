-- What is owed next, over the whole register: the caseload's order, its tabs of lapses and of today.
CREATE INDEX IF NOT EXISTS duty_open_by_limit ON duty (limit_at, id) WHERE state = 'open';

-- Who was enrolled lately, whose term ends soon, and an order found by the beginning of its number.
CREATE INDEX IF NOT EXISTS orders_open_by_registered ON orders (registered_at, person) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS orders_open_by_end ON orders (end_on, person) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS orders_number_prefix ON orders (number text_pattern_ops);
