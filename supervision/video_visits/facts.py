"""What the ledger may know of video visits: each booking, and its steps as acts that meet duties."""

from collections.abc import Sequence
from datetime import datetime

from supervision.db import Record, fetch
from supervision.rules.base import Act
from supervision.rules.video_visit import Booking
from supervision.rules.video_visit_clocks import KIND

OVER = frozenset({"returned", "prison_refused", "released", "cancelled", "no_show", "done", "terminated", "failed"})
"""States after which nothing is to happen any more."""


async def bookings(ids: Sequence[int]) -> dict[int, tuple[int, Booking]]:
    """Booking → whoever applied for it, and itself. Locks the rows: two syncs of one booking wait for each other."""
    rows = await fetch(
        """SELECT b.*, s.from_at, s.to_at, s.taken_at
             FROM booking b
             LEFT JOIN LATERAL (SELECT from_at, to_at, taken_at FROM booking_slot WHERE booking = b.id ORDER BY id DESC LIMIT 1) s ON TRUE
            WHERE b.id = ANY($1) ORDER BY b.id FOR NO KEY UPDATE OF b""",
        list(ids),
    )
    moments = await _moments(ids)
    return {row["id"]: (row["person"], _booking(row, moments.get(row["id"], {}))) for row in rows}


async def _moments(ids: Sequence[int]) -> dict[int, dict[str, datetime]]:
    """Booking → step → when it happened."""
    rows = await fetch(
        "SELECT booking, step, happened_at FROM booking_event WHERE booking = ANY($1) ORDER BY id", list(ids)
    )
    found: dict[int, dict[str, datetime]] = {}
    for row in rows:
        found.setdefault(row["booking"], {})[row["step"]] = row["happened_at"]
    return found


def _booking(row: Record, at: dict[str, datetime]) -> Booking:
    withdrawn_at = row["withdrawn_at"]
    over = withdrawn_at is None and row["state"] in OVER
    return Booking(
        state="withdrawn" if withdrawn_at else row["state"],
        applied_at=row["happened_at"],
        forwarded_at=at.get("forward"),
        scheduled_at=row["taken_at"],
        start_at=row["from_at"],
        end_at=row["to_at"],
        arrived_at=at.get("arrive"),
        ended_at=withdrawn_at or (max(at.values(), default=None) if over else None),
    )


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Booking → its steps, in their order."""
    rows = await fetch(
        "SELECT booking, id, step, happened_at, recorded_at FROM booking_event WHERE booking = ANY($1) ORDER BY id",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        found.setdefault(row["booking"], []).append(
            Act(KIND, row["id"], row["step"], row["happened_at"], row["recorded_at"])
        )
    return found
