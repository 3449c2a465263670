"""Booked and served: each figure is its list, as known at a moment, without what was withdrawn by then."""

from datetime import date, datetime, timedelta

from supervision.db import Record, fetch, insert
from supervision.video_visits.booking import withdraw_booking
from supervision.video_visits.figures import BOOKED, SERVED
from tests.cast import NOW, Cast
from tests.register import viewer_of
from tests.video_visits.makers import Family, a_booking, a_family

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


async def held(family: Family, *, came: int, step: str = "end") -> int:
    """A session to which so many of the family came."""
    booking, _ = await a_booking(family, state="done")
    for member in family.members[:came]:
        row = {"booking": booking, "family": member, "happened_at": NOW, "recorded_at": NOW}
        await insert("booking_arrival", row)
    state = {"end": "done", "breach": "terminated", "fail": "failed"}[step]
    event = {"booking": booking, "step": step, "new_state": state, "happened_at": NOW, "recorded_at": NOW}
    await insert("booking_event", event)
    return booking


async def listed(sql: str, at: datetime = NOW, year: tuple[date, date] = YEAR) -> list[Record]:
    return await fetch(sql, *year, at)


async def test_every_booking_is_booked_and_only_who_came_to_a_held_session_is_served(cast: Cast) -> None:
    await held(await a_family(size=3), came=2)
    await held(await a_family(size=3), came=3, step="breach")
    await held(await a_family(size=2), came=1, step="fail")
    await a_booking(await a_family(), state="returned")
    assert len(await listed(BOOKED)) == 4
    assert len(await listed(SERVED)) == 5
    assert await listed(BOOKED, year=(date(2025, 1, 1), date(2025, 12, 31))) == []
    assert await listed(SERVED, NOW - timedelta(seconds=1)) == []


async def test_a_booking_that_was_withdrawn_is_one_less_and_the_past_stays_as_it_was_known(cast: Cast) -> None:
    booking = await held(await a_family(size=2), came=2)
    await held(await a_family(), came=1)
    later = NOW + timedelta(hours=1)
    await withdraw_booking(await viewer_of(cast.dan), booking, reason="重复录入", now=later)
    assert (len(await listed(BOOKED, later)), len(await listed(SERVED, later))) == (1, 1)
    assert (len(await listed(BOOKED, NOW)), len(await listed(SERVED, NOW))) == (2, 3)
