"""What the ledger may know of check-ins: reports, visits, checks, appointments and who didn't come, as acts."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.rules.base import Act


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → what was reported, visited, checked and appointed (that at the time which was given), without what was withdrawn."""
    rows = await fetch(
        """SELECT order_id, 'report' AS kind, id, mode, happened_at, recorded_at
             FROM report WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'visit', id, CASE met WHEN 'nobody' THEN 'nobody' ELSE 'field' END, happened_at, recorded_at
             FROM visit WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'info_check', id, result, happened_at, recorded_at
             FROM info_check WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'appointment', id, kind, at, recorded_at
             FROM appointment WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT n.order_id, 'no_show', n.id, a.kind, n.happened_at, n.recorded_at
             FROM no_show n JOIN appointment a ON a.id = n.appointment
            WHERE n.order_id = ANY($1) AND n.withdrawn_at IS NULL""",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        act = Act(row["kind"], row["id"], row["mode"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
