"""What time does to bookings, level for level: slots that nobody confirmed are given back, and who didn't come is noted."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from supervision.db import Record, alone, fetch
from supervision.errors import Refusal
from supervision.rules.base import Parameters
from supervision.rules.video_visit import arrive_between, confirm_until
from supervision.settings.terms import load_terms
from supervision.video_visits.steps import Taken, lock_for, put_down

Past = Callable[[Record, Parameters], datetime]


async def release(now: datetime) -> tuple[int, int]:
    """Give back every slot past its cut-off, and note every family that didn't come; how many of each.

    Idempotent, however late or often it runs: it asks what is past, not what is due now.
    """
    parameters = (await load_terms(now, now)).parameters
    return (
        await _all_past("scheduled", "release", _cut_off, parameters, now=now),
        await _all_past("confirmed", "miss", _given_up, parameters, now=now),
    )


def _cut_off(row: Record, parameters: Parameters) -> datetime:
    return confirm_until(row["taken_at"], row["from_at"], parameters.in_force(row["taken_at"]))


def _given_up(row: Record, parameters: Parameters) -> datetime:
    return arrive_between(row["from_at"], parameters.in_force(row["taken_at"]))[1]


async def _all_past(state: str, step: str, limit_of: Past, parameters: Parameters, *, now: datetime) -> int:
    rows = await fetch(
        """SELECT b.id, s.from_at, s.taken_at FROM booking b JOIN booking_slot s ON s.booking = b.id AND s.freed_at IS NULL
            WHERE b.state = $1 AND b.withdrawn_at IS NULL ORDER BY b.id""",
        state,
    )
    past = [row["id"] for row in rows if limit_of(row, parameters) <= now]
    return sum([bool(await alone(partial(_take, booking, step, now))) for booking in past])


async def _take(booking: int, step: str, now: datetime) -> int:
    try:
        return await put_down(None, await lock_for(booking, step), Taken(step, now), now)
    except Refusal:  # meanwhile somebody confirmed it, called it off, or noted the same
        return 0
