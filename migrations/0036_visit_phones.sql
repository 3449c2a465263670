-- A number that a family gave to the window of video visits is a kind of its own: no register rests on it, and the window changes none of a register's.
ALTER TABLE contact DROP CONSTRAINT IF EXISTS contact_kind_known;
ALTER TABLE contact ADD CONSTRAINT contact_kind_known
    CHECK (kind IN ('phone', 'address_now', 'address_household', 'visit_phone'));

-- Whoever never was on a register has no number but the window's.
UPDATE contact c SET kind = 'visit_phone', tail_key = NULL
 WHERE c.kind = 'phone' AND EXISTS (SELECT FROM family_member f WHERE f.person = c.person)
   AND NOT EXISTS (SELECT FROM orders o WHERE o.person = c.person)
   AND NOT EXISTS (SELECT FROM assistance a WHERE a.person = c.person);

-- Whoever came on one since keeps the number there, and at the window too: it was put down in the act that put the relative down.
INSERT INTO contact (person, kind, value_sealed, key, holder, rank, ok_from, bad_since, consent, recorded_at, recorded_by)
SELECT DISTINCT ON (c.person) c.person, 'visit_phone', c.value_sealed, c.key, c.holder, c.rank, c.ok_from, c.bad_since, c.consent,
       c.recorded_at, c.recorded_by
  FROM contact c JOIN family_member f ON f.person = c.person AND f.recorded_at = c.recorded_at
 WHERE c.kind = 'phone' AND c.withdrawn_at IS NULL
   AND NOT EXISTS (SELECT FROM contact v WHERE v.person = c.person AND v.kind = 'visit_phone')
 ORDER BY c.person, c.id DESC;
