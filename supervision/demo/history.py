"""The months in bulk: each month its sheet, its reports at once, and one after another what ends or was missed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from supervision.alerts.actions import close_all
from supervision.checkins.actions import Entry, record_many
from supervision.days import local_day
from supervision.db import fetch
from supervision.demo.doing import do, fact_of, typed_at
from supervision.demo.frame import clock
from supervision.demo.helping import filing, helping, made_ahead
from supervision.demo.intake import monthly_sheet, old_register
from supervision.demo.people import Invented
from supervision.demo.plan import Owed, Planned, owed, planned
from supervision.demo.script import perform, scripted
from supervision.demo.world import LOOKING, World
from supervision.orders.actions import Ending, end_order

RARELY: Final = 0.03
"""How much rarer a report is missed here: each miss is dealt with one by one."""
REASONS: Final = {
    "revoked": "撤销缓刑裁定书（演示）",
    "moved_out": "执行地变更决定书（演示）",
    "deceased": "死亡证明（演示）",
}
DEALT_WITH: Final = (
    "已电话联系本人并批评教育，下次按时。",
    "本人记错日期，已当面提醒。",
    "已联系家属转告，本人次日来电说明。",
)
AS_FACTS: Final = frozenset({"SU-01", "SU-04"})
OPENS_AHEAD: Final = timedelta(days=200)
"""A visit of the half-year may be made long before its limit."""

YEAR: Final = timedelta(days=366)
Step = tuple[datetime, Callable[[], Awaitable[object]]]


async def month(world: World, first: datetime, last: datetime) -> str:
    """One month: its sheet, all that is done in it, and what ends; a line about it.

    The reports of the month are put down at its beginning, each with its own moment: what the ledger knows of any moment of
    the month is then what was known at it, and no lapse comes up that a report of the same batch disproves.
    """
    world.clock.at = first
    came = await monthly_sheet(world)
    await made_ahead(first)
    if local_day(last) == world.frame.daily_from:
        came += await old_register(world)
    duties = [duty for duty in await owed(last, first, last + OPENS_AHEAD) if duty.opens_at < last]
    plans = [(duty, planned(duty, world.people[duty.order], world.frame, misses=RARELY)) for duty in duties]
    done = [(duty, at) for duty, plan in plans if (at := _moment(world, duty, plan, first)) is not None and at < last]
    entries = list(_entries(world, done))
    await record_many(entries, first)
    steps = [*_single(world, done), *other_ends(world, first, last), *_scripted(world, first, last)]
    steps += [*_filings(world, done, last), *await helping(world, first, last)]
    steps += _pause_checks(world, first, last)
    steps += _misses(world, [duty for duty, plan in plans if plan.at is None or plan.late], last)
    for at, step in sorted(steps, key=lambda one: one[0]):
        world.clock.at = max(at, world.clock.at)
        await step()
    ended = sum(duty.variant == "certificate" for duty, _ in done)
    return f"{local_day(first):%Y-%m}: {came} came, {ended} went, {len(entries)} reports, visits and checks"


def _moment(world: World, duty: Owed, plan: Planned, first: datetime) -> datetime | None:
    """When it is done in this month; never after another end of the order."""
    if plan.at is None or plan.late:
        return None
    at = max(plan.at, first + timedelta(hours=1))
    end = world.people[duty.order].ends_otherwise
    return None if end and at >= clock(end[1], 9) else at


def _entries(world: World, done: Sequence[tuple[Owed, datetime]]) -> Iterator[Entry]:
    """The facts of the batch; whoever comes to the office in the week of a call doesn't call."""
    in_person: dict[int, list[datetime]] = {}
    for duty, at in done:
        if duty.variant == "in_person":
            in_person.setdefault(duty.order, []).append(at)
    for duty, at in done:
        came = in_person.get(duty.order, ()) if duty.variant == "phone" else ()
        if duty.rule in AS_FACTS and not any(duty.opens_at <= one < duty.limit_at for one in came):
            random = world.frame.random("fact", world.people[duty.order].doc, duty.variant, duty.period)
            fact = fact_of(duty, at, random)
            assert fact is not None
            yield Entry(duty.order, fact, typed_at(at, random), world.worker(duty, at).id)


def _single(world: World, done: Sequence[tuple[Owed, datetime]]) -> Iterator[Step]:
    """What has no batch form: the documents of the end."""
    return ((at, partial(do, world, duty, at)) for duty, at in done if duty.rule.startswith("TE-"))


def _filings(world: World, done: Sequence[tuple[Owed, datetime]], last: datetime) -> Iterator[Step]:
    """Whoever is released is helped on."""
    return (filing(world, duty.order, at, last) for duty, at in done if duty.variant == "certificate")


def _pause_checks(world: World, first: datetime, last: datetime) -> Iterator[Step]:
    """Every other day somebody asks after those in custody or in hospital, also those of this very month."""
    if any(one.act.what in ("custody", "hospital") for one in scripted(world, first - YEAR, last)):
        at = first + timedelta(hours=8)
        while at < last:
            yield at, partial(_check_pauses, world, at)
            at += timedelta(days=2)


async def _check_pauses(world: World, at: datetime) -> None:
    for duty in await owed(at, at, at + timedelta(days=7)):
        plan = planned(duty, world.people[duty.order], world.frame)
        if duty.rule == "confirm_pause" and plan.at is not None and plan.at < at + timedelta(days=1):
            await do(world, duty, at)


def _scripted(world: World, first: datetime, last: datetime) -> Iterator[Step]:
    return ((one.at, partial(perform, world, one)) for one in scripted(world, first, last))


def other_ends(world: World, first: datetime, last: datetime) -> Iterator[Step]:
    """Those whose order ends in a stretch, but not by its term."""
    for order, one in world.people.items():
        if one.ends_otherwise and first <= (at := clock(one.ends_otherwise[1], 11)) < last:
            yield at, partial(_end, world, order, one, at)


async def _end(world: World, order: int, one: Invented, at: datetime) -> None:
    assert one.ends_otherwise is not None
    kind = one.ends_otherwise[0]
    await end_order(world.district.clerk, order, Ending(kind, at, REASONS[kind]), at)


def _misses(world: World, duties: Sequence[Owed], last: datetime) -> Iterator[Step]:
    """What wasn't done is noticed at its limit, and its officer ends it the next morning."""
    for duty in duties:
        if duty.limit_at < last and world.people[duty.order].case is None:
            yield duty.limit_at, partial(world.run, duty.limit_at, *LOOKING)
            at = duty.limit_at + timedelta(hours=10)
            yield at, partial(_deal_with, world, duty, at)


async def _deal_with(world: World, duty: Owed, at: datetime) -> None:
    one = world.people[duty.order]
    rows = await fetch(
        """SELECT id, assigned_to FROM alert
            WHERE subject_kind = 'order' AND subject_id = $1 AND kind = $2 AND closed_at IS NULL ORDER BY id""",
        duty.order,
        duty.rule,
    )
    if rows:
        reason = world.frame.random("reason", one.doc, duty.period).choice(DEALT_WITH)
        owner = world.district.of(rows[0]["assigned_to"])
        await close_all(owner, [row["id"] for row in rows], "dealt_with", reason, now=at)
