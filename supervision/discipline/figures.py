"""How many were admonished and warned in a period: persons (人) and times (人次), each with its list, as known at a moment.

A measure counts in the period in which it was served, once its service was put down; one that was withdrawn by a correcting
act counts no more from that act on. A person warned twice is one 人, two 人次.
"""

COUNTED = """
SELECT d.id AS decision, d.case_id, d.order_id, c.person, d.measure, d.item, d.happened_at AS decided_at,
       s.happened_at AS served_at, p.name,
       (SELECT r.office FROM responsibility r WHERE r.subject_kind = 'order' AND r.subject_id = d.order_id
           AND r.role = 'main' AND r.from_at <= s.happened_at AND (r.to_at IS NULL OR r.to_at > s.happened_at) LIMIT 1) AS office
  FROM discipline_decision d
  JOIN discipline_service s ON s.decision = d.id
  JOIN discipline_case c ON c.id = d.case_id
  JOIN person p ON p.id = c.person
 WHERE d.measure = $1 AND s.happened_at >= $2 AND s.happened_at < $3
   AND s.recorded_at <= $4 AND (d.withdrawn_at IS NULL OR d.withdrawn_at > $4)
"""
"""One row a time (人次). Arguments: measure (admonition | warning), from, to (exclusive), and the moment as of which it is known."""

PEOPLE_LIST = f"""
SELECT person, min(name) AS name, count(*) AS times, min(served_at) AS first_at, max(served_at) AS last_at
  FROM ({COUNTED}) counted GROUP BY person ORDER BY min(served_at), person
"""
"""One row a person (人), with how many times."""

TIMES_LIST = f"{COUNTED} ORDER BY s.happened_at, d.id"
"""One row a time (人次), in order."""

TOTALS = f"SELECT count(DISTINCT person) AS people, count(*) AS times FROM ({COUNTED}) counted"
"""people 人 and times 人次."""
