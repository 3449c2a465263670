"""What the ledger may know of cases: their steps, the measures in force, candidates of revocation and their decisions."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.rules.base import Act
from supervision.rules.discipline_earlier import DECIDED, MEASURE, OPENED
from supervision.rules.discipline_steps import ENTERED, LEFT

ACTS = f"""
WITH mine AS (
    SELECT c.order_id, e.id, e.case_id, e.new_state, e.at, lead(e.id) OVER steps AS next_id, lead(e.at) OVER steps AS next_at
      FROM discipline_case c JOIN discipline_event e ON e.case_id = c.id
     WHERE c.order_id = ANY($1) AND e.old_state IS DISTINCT FROM e.new_state
    WINDOW steps AS (PARTITION BY e.case_id ORDER BY e.id))
SELECT order_id, '{ENTERED}' AS kind, id, new_state AS mode, at AS happened_at, at AS recorded_at FROM mine
UNION ALL
SELECT order_id, '{LEFT}', next_id, id::text, next_at, next_at FROM mine WHERE next_id IS NOT NULL
UNION ALL
SELECT d.order_id, '{MEASURE}', s.id, d.measure, s.happened_at, s.recorded_at
  FROM discipline_decision d JOIN discipline_service s ON s.decision = d.id
 WHERE d.order_id = ANY($1) AND d.withdrawn_at IS NULL AND d.measure IN ('admonition', 'warning')
UNION ALL
SELECT r.order_id, '{OPENED}', r.id, concat_ws('|', 'other', 'case-' || r.case_id || '-' || r.item, r.item, b.since_on, b.until_on),
       r.happened_at, r.recorded_at
  FROM revocation_candidate r
  LEFT JOIN LATERAL (SELECT since_on, until_on FROM discipline_breach x WHERE x.case_id = r.case_id ORDER BY x.id DESC LIMIT 1) b
    ON true
 WHERE r.order_id = ANY($1)
UNION ALL
SELECT order_id, '{DECIDED}', id, ground || '|' || period, happened_at, recorded_at
  FROM revocation_decision WHERE order_id = ANY($1)
 ORDER BY 1, 2, 3
"""


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → what its cases did, as acts that meet the steps' duties and open and close candidates."""
    found: dict[int, list[Act]] = {}
    for row in await fetch(ACTS, list(ids)):
        act = Act(row["kind"], row["id"], row["mode"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
