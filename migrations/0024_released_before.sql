-- A reason is looked up by its order, also one that was withdrawn since.
CREATE INDEX IF NOT EXISTS not_handed_over_order ON not_handed_over (order_id);
-- Whoever was released before there was a register of help was handed over on paper: said once, so that nobody is named as lost.
INSERT INTO not_handed_over (order_id, reason, recorded_at)
SELECT o.id, '在启用安置帮教名册之前解除', o.ended_at
  FROM orders o
 WHERE o.ended_at IS NOT NULL AND o.end_kind = 'released'
   AND NOT EXISTS (SELECT FROM assistance h WHERE h.person = o.person)
ON CONFLICT DO NOTHING;
