"""The window's week: the video visits of today and of the next working days, booked in time, confirmed, and held as they come."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from supervision.access.viewer import Viewer
from supervision.days import add_days
from supervision.db import fetch, fetch_value
from supervision.demo.frame import clock
from supervision.demo.visited import ROOMS, TIMES
from supervision.demo.world import World
from supervision.people.actions import DOC
from supervision.sealed import open_sealed
from supervision.settings.terms import load_terms
from supervision.video_visits.actions import Arrival, Place, arrive, confirm, end, schedule, start, step
from supervision.video_visits.booking import NewBooking, book
from supervision.video_visits.families import add_room
from supervision.video_visits.steps import Taken

A_DAY: Final = (10, 6, 4)
"""So many sessions today (or on the next working day) and on the working days after it."""
WAITING: Final = 3
"""So many bookings of yesterday wait for the prison's answer."""
WAITING_FOR: Final = 14
"""Days ahead that they ask for."""
BOOKED_AGO: Final = 20
ANSWERED_AGO: Final = 18
LENGTH: Final = timedelta(minutes=30)
EARLY: Final = timedelta(minutes=10)
UNCONFIRMED: Final = 4
"""Of the later ones each so-many-th is still to be confirmed."""

Step = tuple[datetime, Callable[[], Awaitable[object]]]


@dataclass(frozen=True, slots=True)
class Session:
    """The n-th session: on a day, at a time, in a room; `waits`: the prison hasn't answered yet."""

    n: int
    day: date
    from_at: datetime
    room: str
    waits: bool = False


async def _sessions(world: World) -> list[Session]:
    calendar = (await load_terms(world.clock.at, world.clock.at)).calendar
    day, found = world.frame.today, list[Session]()
    for count in A_DAY:
        day = calendar.next_working_day(day)
        for at in range(count):
            from_at = clock(day, *TIMES[at // len(ROOMS)])
            found.append(Session(len(found), day, from_at, ROOMS[at % len(ROOMS)]))
        day = add_days(day, 1)
    day = calendar.next_working_day(add_days(world.frame.today, WAITING_FOR))
    waiting = [Session(len(found) + n, day, clock(day, 9), "", waits=True) for n in range(WAITING)]
    return [*found, *waiting]


async def sessions(world: World, day: date) -> list[Step]:
    """What is done for them on a day; nothing in a demo whose days are too few to have booked in time."""
    if world.frame.size.days < BOOKED_AGO:
        return []
    return [
        (at, partial(what, world, one, at))
        for one in await _sessions(world)
        for what, at in _when(world, one)
        if at.date() == day
    ]


Act = Callable[[World, Session, datetime], Awaitable[None]]


def _when(world: World, one: Session) -> Iterator[tuple[Act, datetime]]:
    if one.waits:
        yield _book, clock(world.frame.ago(1), 9, one.n)
        return
    answered = clock(world.frame.ago(ANSWERED_AGO), 9, one.n)
    yield _book, clock(world.frame.ago(BOOKED_AGO), 9, one.n)
    yield _schedule, answered
    is_today = one.day == world.frame.today
    if is_today or one.n % UNCONFIRMED:
        yield _confirm, answered + timedelta(hours=5)
    if is_today:
        yield _arrive, one.from_at - EARLY
        yield _start, one.from_at
        yield _end, one.from_at + LENGTH


def _window(world: World) -> Viewer:
    return world.district.viewers["window"]


async def _booking(world: World, one: Session) -> int:
    found = "SELECT id FROM booking WHERE prisoner = $1 AND wanted_on = $2"
    return int(await fetch_value(found, world.homes[-1 - one.n].prisoner, one.day))


async def _book(world: World, one: Session, at: datetime) -> None:
    home = world.homes[-1 - one.n]
    made = await book(_window(world), NewBooking(home.prisoner, home.relatives[:3], (one.day,)), at)
    await step(_window(world), made, Taken("forward", at), at)


async def _schedule(world: World, one: Session, at: datetime) -> None:
    room = await fetch_value("SELECT id FROM visit_room WHERE name = $1", one.room)
    if room is None:
        room = await add_room(_window(world), one.room, at)
    await schedule(_window(world), await _booking(world, one), Place(room, one.from_at), at)


async def _confirm(world: World, one: Session, at: datetime) -> None:
    await confirm(_window(world), await _booking(world, one), at, at)


async def _arrive(world: World, one: Session, at: datetime) -> None:
    home = world.homes[-1 - one.n]
    rows = await fetch(
        """SELECT f.id, p.doc_sealed FROM family_member f JOIN person p ON p.id = f.person
            WHERE f.id = ANY($1) ORDER BY f.id""",
        list(home.relatives[:3]),
    )
    cards = {row["id"]: open_sealed(row["doc_sealed"], DOC)[-4:] for row in rows}
    await arrive(_window(world), await _booking(world, one), Arrival(cards, at, faces_match=True), at)


async def _start(world: World, one: Session, at: datetime) -> None:
    await start(_window(world), await _booking(world, one), at, at)


async def _end(world: World, one: Session, at: datetime) -> None:
    await end(_window(world), await _booking(world, one), at, at)
