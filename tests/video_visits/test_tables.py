"""The constraints that hold a room's time and a month's turn, whatever the program does."""

from datetime import date, timedelta

import asyncpg
import pytest

from supervision.db import execute, insert, tx
from tests.cast import NOW, Cast
from tests.video_visits.makers import a_booking, a_family, a_room

HALF = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("shift", "fits"), [(-31, True), (-30, True), (-29, False), (0, False), (29, False), (30, True)]
)
async def test_a_room_is_held_once_at_a_time_and_the_end_is_free_again(cast: Cast, shift: int, fits: bool) -> None:
    room = await a_room()
    one, other = await a_booking(await a_family(cast)), await a_booking(await a_family(cast))
    await _hold(one, room, 0)
    if fits:
        await _hold(other, room, shift)
    else:
        with pytest.raises(asyncpg.ExclusionViolationError, match="booking_slot_room_once"):
            async with tx():
                await _hold(other, room, shift)


async def test_a_freed_slot_is_given_again(cast: Cast) -> None:
    room = await a_room()
    one, other = await a_booking(await a_family(cast)), await a_booking(await a_family(cast))
    await _hold(one, room, 0)
    await execute("UPDATE booking_slot SET freed_at = $1", NOW)
    await _hold(other, room, 0)


async def test_a_prisoner_is_never_before_two_screens(cast: Cast) -> None:
    family = await a_family(cast)
    await _hold(await a_booking(family), await a_room("一号"), 0)
    with pytest.raises(asyncpg.ExclusionViolationError, match="booking_slot_prisoner_once"):
        async with tx():
            await _hold(await a_booking(family), await a_room("二号"), 10)


async def test_a_turn_of_a_month_is_used_once_until_it_is_given_back(cast: Cast) -> None:
    family = await a_family(cast)
    turn = {"prisoner": family.prisoner, "month": date(2026, 12, 1), "turn": 1, "taken_at": NOW}
    await insert("booking_month", turn | {"booking": (await a_booking(family))[0]})
    with pytest.raises(asyncpg.UniqueViolationError, match="booking_month_once"):
        async with tx():
            await insert("booking_month", turn | {"booking": (await a_booking(family))[0]})
    await execute("UPDATE booking_month SET freed_at = $1", NOW)
    await insert("booking_month", turn | {"booking": (await a_booking(family))[0]})


async def test_what_happened_to_a_booking_is_never_rewritten(cast: Cast) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tx():
            await execute("DELETE FROM booking_event")


async def _hold(booking: tuple[int, int], room: int, shift: int) -> None:
    from_at = NOW + timedelta(days=10, minutes=shift)
    row = {"booking": booking[0], "prisoner": booking[1], "room": room, "from_at": from_at, "to_at": from_at + HALF}
    await insert("booking_slot", row | {"taken_at": NOW})
