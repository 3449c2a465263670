"""What is counted of video visits (model §8): bookings of a time, and visitors of held sessions; each figure is its list.

Pure SQL: `$1` and `$2` are the first and the last local day, `$3` the moment as of which it is known. What was withdrawn by
then isn't counted; what was put down later isn't either.
"""

_KNOWN = "b.recorded_at <= $3 AND (b.withdrawn_at IS NULL OR b.withdrawn_at > $3)"
_DAY = "({} AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $1 AND $2"

BOOKED = f"""
SELECT b.id, b.number, b.happened_at, b.person, p.name
  FROM booking b JOIN person p ON p.id = b.person
 WHERE {_KNOWN} AND {_DAY.format("b.happened_at")}
 ORDER BY b.happened_at, b.id"""
"""预约: all bookings that were applied for in these days, one row a booking, whatever became of them."""

SERVED = f"""
SELECT a.id, b.id AS booking, b.number, e.happened_at, f.person, p.name
  FROM booking_arrival a
  JOIN booking b ON b.id = a.booking
  JOIN family_member f ON f.id = a.family
  JOIN person p ON p.id = f.person
  JOIN booking_event e ON e.booking = b.id AND e.step IN ('end', 'breach') AND e.recorded_at <= $3
 WHERE {_KNOWN} AND a.recorded_at <= $3 AND {_DAY.format("e.happened_at")}
 ORDER BY e.happened_at, a.id"""
"""服务家属: the visitors who came to sessions that were held in these days, one row a visitor and session (人次)."""
