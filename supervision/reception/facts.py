"""What the ledger may know of a reception: its steps as acts, and who came into the team and left it."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.rules.base import Act
from supervision.rules.reception_steps import JOINED, LEFT, joined_as

_MODE = {
    (woman, knows): joined_as(woman=woman, knows_minors=knows) for woman in (True, False) for knows in (True, False)
}


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → the steps of its reception, and the members of its team, without what was withdrawn."""
    rows = await fetch(
        """SELECT order_id, kind, id, how, happened_at, recorded_at, NULL AS woman, NULL AS knows_minors
             FROM reception_act WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, $2, id, '', from_at, recorded_at, sex = 'female', knows_minors
             FROM team_member WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, $3, id, id::text, to_at, ended_recorded_at, NULL, NULL
             FROM team_member WHERE order_id = ANY($1) AND withdrawn_at IS NULL AND to_at IS NOT NULL""",
        list(ids),
        JOINED,
        LEFT,
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        mode = _MODE[row["woman"], row["knows_minors"]] if row["kind"] == JOINED else row["how"]
        act = Act(row["kind"], row["id"], mode, row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
