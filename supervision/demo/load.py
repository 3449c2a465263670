"""Load the demo district into this installation's database, unless it is there: a line a step."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import asyncpg

from supervision.access.absences import record_absence
from supervision.clock import FixedClock
from supervision.days import SHANGHAI, add_days, add_months, local_day, start_of
from supervision.db import execute, fetch, fetch_value, insert, tx
from supervision.demo.archive import take_over, visits_behind_us
from supervision.demo.daily import one_day
from supervision.demo.district import raise_district, signs_in
from supervision.demo.frame import Frame, Size, clock
from supervision.demo.history import month
from supervision.demo.intake import first_register, latest_sheet
from supervision.demo.people import population
from supervision.demo.strangers import Strangers
from supervision.demo.texts import BAD, UNCLEAR, DemoProvider
from supervision.demo.world import LOOKING, TEXTING, World
from supervision.errors import Refusal
from supervision.house import House, at_work, heads_file, prepare
from supervision.rules.reception import COUNTED

__all__ = ["Size", "load", "make", "signs_in"]

MARK, LOADING, IN_USE = "demo", "demo_loading", "in use"
NOT_OURS: Final = (
    "This database is in use and is not a demo: it is left alone. Point SUPERVISION_DATA_DIR to another folder."
)
ABSENT, STAND_IN, ABSENT_AGO, ABSENT_DAYS = "huifeng1", "huifeng2", 2, 6
UNASKED_DAYS: Final = 400
TAKEN_UP: Final = "启用本功能之日"
FAILING: Final = {UNCLEAR: 2, BAD: 4}
"""Case → from how many days ago on its texts fail."""


def load(house: House, *, reset: bool = False, size: Size | None = None) -> Iterator[str]:
    """Bring the demo up, made anew with `reset`; lines that say what happens. Raises Refusal for a database in real use."""
    with asyncio.Runner() as runner:
        lines = _load(house, reset, size or Size())
        while (line := runner.run(_next(lines))) is not None:
            yield line


async def _next(lines: AsyncGenerator[str, None]) -> str | None:
    return await anext(lines, None)


async def _load(house: House, reset: bool, size: Size) -> AsyncGenerator[str, None]:
    await prepare(house)
    state = await _state(house)
    now = house.clock.now()
    if state == MARK and not reset:
        yield f"The demo district is there; it is {await _age(house, now)} days old (RESET=1 starts over)."
        return
    if state == IN_USE:
        raise Refusal(NOT_OURS)
    if state:
        yield "The demo is dropped and made anew." if state == MARK else "A load that was cut off is dropped."
        await _drop(house)
        await prepare(house)
    async with at_work(replace(house, dsn=_quick(house.dsn)), pool_size=2):
        async for line in make(house.settings.bureau, Frame(size, now)):
            yield line


def _quick(dsn: str) -> str:
    """The same database, not waiting for the disk at each commit: a load that is cut off is made anew anyway."""
    return f"{dsn}{'&' if '?' in dsn else '?'}synchronous_commit=off"


async def _state(house: House) -> str:
    """demo, demo_loading, in use, or nothing for an empty database."""
    async with at_work(house, pool_size=2):
        marks = await fetch("SELECT key FROM installation WHERE key = ANY($1) ORDER BY key", [MARK, LOADING])
        if marks:
            return str(marks[0]["key"])
        return IN_USE if await fetch_value("SELECT EXISTS (SELECT FROM staff)") else ""


async def _age(house: House, now: datetime) -> int:
    async with at_work(house, pool_size=2):
        made = datetime.fromisoformat(await fetch_value("SELECT value FROM installation WHERE key = $1", MARK))
        return (local_day(now) - local_day(made)).days


async def _drop(house: House) -> None:
    """Everything in the database goes, and the heads of its audit chain; the keys stay."""
    heads_file(house.settings).unlink(missing_ok=True)
    owner = await asyncpg.connect(house.owner_dsn)
    try:
        await owner.execute("DROP SCHEMA public CASCADE")
        await owner.execute("CREATE SCHEMA public")
    finally:
        await owner.close()


async def make(bureau: str, frame: Frame) -> AsyncGenerator[str, None]:
    """Make the district in an empty database whose pool is open; marked as a demo from the first row to the last."""
    await _mark(LOADING, frame)
    world = await _world(bureau, frame)
    yield f"{len(world.district.offices) - 1} offices and the bureau, {len(world.district.viewers)} staff"
    await _take_up(frame)
    yield await first_register(world)
    for first, last in frame.bounds():
        yield await month(world, first, last)
    await latest_sheet(world)
    async for line in take_over(world, bureau):
        yield line
    for day in frame.days():
        await _absence(world, day)
        yield await one_day(world, day)
    yield await visits_behind_us(world)
    await world.run(frame.now, *LOOKING, *TEXTING, "seal", "end_sessions")
    async with tx():
        await execute("DELETE FROM installation WHERE key = $1", LOADING)
        await _mark(MARK, frame)
    yield f"{len(world.orders)} people are on the register, ending {frame.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


async def _take_up(frame: Frame) -> None:
    """What this district was never asked for before: reception steps, lists and appraisals of help count from now on."""
    unasked, month = add_days(frame.register_on, -UNASKED_DAYS), add_months(frame.daily_from.replace(day=1), 1)
    rows: tuple[tuple[str, date, Any], ...] = (
        (COUNTED, unasked, False),
        (COUNTED, frame.daily_from, True),
        ("ra.lists.first_month", unasked, f"{month:%Y-%m}"),
        ("ra.appraisal.first_year", unasked, frame.today.year),
    )
    for key, day, value in rows:
        values = {"key": key, "valid_from": start_of(day), "value": json.dumps(value), "source": TAKEN_UP}
        await insert("parameter", values | {"recorded_at": clock(frame.register_on, 7)})


async def _mark(key: str, frame: Frame) -> None:
    await insert("installation", {"key": key, "value": frame.now.astimezone(SHANGHAI).isoformat()})


async def _world(bureau: str, frame: Frame) -> World:
    begun = clock(frame.register_on, 7)
    district = await raise_district(bureau, frame.size.seed, begun)
    at = FixedClock(begun)
    cast = population(frame)
    strangers = Strangers(frame, {one.doc for one in cast})
    world = World(frame, district, cast, at, DemoProvider(at), strangers)
    for one in world.cast:
        if one.case and one.case.code in FAILING:
            world.provider.let_fail(one.phone, start_of(frame.ago(FAILING[one.case.code])), one.case.code)
    return world


async def _absence(world: World, day: date) -> None:
    """An officer is away these days, and a colleague stands in."""
    if day != world.frame.ago(ABSENT_AGO):
        return
    viewers = world.district.viewers
    absent, deputy = viewers[ABSENT], viewers[STAND_IN]
    since = start_of(day)
    to_at = start_of(add_days(day, ABSENT_DAYS))
    security = viewers["security"]
    await record_absence(security, absent.id, from_at=since, to_at=to_at, deputy=deputy.id, now=since)
    world.stand_ins[absent.id] = (since, deputy)
