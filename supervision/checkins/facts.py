"""What the ledger may know of check-ins: reports, field visits and information checks, as acts that meet duties."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.rules.base import Act


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → what was reported, visited and checked, without what was withdrawn."""
    rows = await fetch(
        """SELECT order_id, 'report' AS kind, id, mode, happened_at, recorded_at
             FROM report WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'visit', id, CASE met WHEN 'nobody' THEN 'nobody' ELSE 'field' END, happened_at, recorded_at
             FROM visit WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'info_check', id, result, happened_at, recorded_at
             FROM info_check WHERE order_id = ANY($1) AND withdrawn_at IS NULL""",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        act = Act(row["kind"], row["id"], row["mode"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
