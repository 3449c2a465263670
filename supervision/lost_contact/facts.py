"""What the ledger may know of searches: that one was opened, what was done in it, and how it ended."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.rules.base import Act
from supervision.rules.lost_contact import ATTEMPT, FALSE_ALARM, FOUND, OFF_CONTROL, POLICE, PROCURATORATE, SEARCH

ACTS = f"""
WITH mine AS (SELECT id, order_id, last_contact_on, happened_at, recorded_at FROM contact_search WHERE order_id = ANY($1))
SELECT m.order_id, '{SEARCH}' AS kind, m.id, coalesce(c.since_on, m.last_contact_on)::text AS mode, m.happened_at, m.recorded_at
  FROM mine m LEFT JOIN off_control c ON c.search = m.id AND c.withdrawn_at IS NULL
UNION ALL
SELECT m.order_id, '{ATTEMPT}', a.id, m.id::text, a.happened_at, a.recorded_at
  FROM mine m JOIN search_attempt a ON a.search = m.id AND a.withdrawn_at IS NULL
UNION ALL
SELECT m.order_id, CASE n.organ WHEN 'police' THEN '{POLICE}' ELSE '{PROCURATORATE}' END, n.id, m.id::text, n.happened_at, n.recorded_at
  FROM mine m JOIN search_notice n ON n.search = m.id AND n.withdrawn_at IS NULL
UNION ALL
SELECT m.order_id, '{OFF_CONTROL}', c.id, m.id::text, c.happened_at, c.recorded_at
  FROM mine m JOIN off_control c ON c.search = m.id AND c.withdrawn_at IS NULL
UNION ALL
SELECT m.order_id, CASE e.kind WHEN 'found' THEN '{FOUND}' ELSE '{FALSE_ALARM}' END, e.id, m.id::text, e.happened_at, e.recorded_at
  FROM mine m JOIN search_end e ON e.search = m.id AND e.withdrawn_at IS NULL
 ORDER BY 1, 2, 3
"""


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → its searches, as acts that meet their duties and open and end what is wrong."""
    found: dict[int, list[Act]] = {}
    for row in await fetch(ACTS, list(ids)):
        act = Act(row["kind"], row["id"], row["mode"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
