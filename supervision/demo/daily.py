"""The last days, one by one: the jobs at their moments, and between them what people and staff do, each by its own action."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from supervision.alerts.actions import claim_all, close_all, note_all
from supervision.checkins.actions import info_check, record_checkin
from supervision.checkins.calls import BY_PHONE, MOST, Call, record_calls
from supervision.days import add_days, end_of, start_of
from supervision.db import Record, fetch
from supervision.demo.doing import do
from supervision.demo.frame import clock, moment
from supervision.demo.helping import FILED_AFTER, filing, helping
from supervision.demo.history import DEALT_WITH, other_ends
from supervision.demo.morning import morning
from supervision.demo.people import Invented
from supervision.demo.plan import Owed, owed, planned
from supervision.demo.script import LEVELS, perform, scripted
from supervision.demo.sessions import sessions
from supervision.demo.world import LOOKING, TEXTING, World
from supervision.orders.actions import set_class
from supervision.resettlement.offices import send_list
from supervision.statistics.keeping import keep
from supervision.statistics.period import last_month, months_before

JOBS_AT: Final = (
    (time(0, 0, 10), LOOKING),
    (time(7, 30), (*LOOKING, "seal", "roll_call")),
    (time(8), (*LOOKING, *TEXTING)),
    (time(9), (*LOOKING, *TEXTING)),
    (time(12), (*LOOKING, *TEXTING)),
    (time(18), (*LOOKING, *TEXTING)),
)
"""When the jobs look: between these moments nothing happens that couldn't wait, and what an act meets it raises itself."""
RECONCILE_EVERY: Final = 7
LONG: Final = timedelta(days=400)
MONTHS_KEPT: Final = 12
EARLY: Final = 2
LONGEST_DAY: Final = timedelta(hours=24)

Step = tuple[datetime, Callable[[], Awaitable[object]]]


async def one_day(world: World, day: date) -> str:
    """One day from its first look to its last (today: to now); a line about it."""
    until = min(end_of(day), world.frame.now)
    early = [step for step in _jobs(world, day) if step[0] < clock(day, 0, 1)]
    await _run(world, early, until)
    todays = await _todays(world, day)
    steps = [*_jobs(world, day)[len(early) :], *_work(world, day, todays), *await _alerts(world, day)]
    steps += [*_classes(world, day), *_scripted(world, day, until), *other_ends(world, start_of(day), end_of(day))]
    steps += [*await helping(world, start_of(day), end_of(day)), *await _filings(world, day)]
    steps += [*morning(world, day), *await sessions(world, day), *_tables(world, day), *_lists(world, day)]
    done = await _run(world, steps, until)
    texts = await fetch("SELECT count(*) FROM message WHERE created_at >= $1", start_of(day))
    return f"{day}: {done} acts and looks, {len(todays.duties)} duties, {texts[0]['count']} texts"


async def _run(world: World, steps: Sequence[Step], until: datetime) -> int:
    due = sorted((step for step in steps if step[0] <= until), key=lambda one: one[0])
    for at, step in due:
        world.clock.at = max(at, world.clock.at)
        await step()
    return len(due)


def _jobs(world: World, day: date) -> list[Step]:
    steps: list[Step] = [(at, partial(world.run, at, *names)) for t, names in JOBS_AT for at in (moment(day, t),)]
    if (world.frame.today - day).days % RECONCILE_EVERY == 0:
        at = clock(day, 2)
        steps.append((at, partial(world.run, at, "reconcile")))
    return sorted(steps, key=lambda one: one[0])


def _scripted(world: World, day: date, until: datetime) -> Iterator[Step]:
    last = until + timedelta(microseconds=1) if day == world.frame.today else end_of(day)
    return ((one.at, partial(perform, world, one)) for one in scripted(world, start_of(day), last))


# -- what is owed -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Todays:
    """What is done on a day, each with its moment, and who isn't called for a check: a call would be the report."""

    duties: list[tuple[datetime, Owed]]
    uncalled: set[int]


async def _todays(world: World, day: date) -> Todays:
    """What is planned for this day, or was planned before and isn't done yet."""
    todays = Todays([], {order for order, one in world.people.items() if one.case and not one.case.is_called})
    for duty in await owed(end_of(day), start_of(day) - LONG, start_of(day) + LONG):
        plan = planned(duty, world.people[duty.order], world.frame)
        if plan.at is None and duty.variant == "phone":
            todays.uncalled.add(duty.order)
        if plan.at is not None and plan.at < end_of(day) and (plan.late or duty.limit_at > start_of(day)):
            todays.duties.append((max(plan.at, clock(day, 9, 5)), duty))
    return todays


def _work(world: World, day: date, todays: Todays) -> Iterator[Step]:
    """Calls go by pages, one an officer; everything else one by one."""
    pages: dict[int, set[int]] = {}
    for at, duty in todays.duties:
        if duty.variant not in ("phone", "info"):
            yield at, partial(_do, world, duty, at)
        elif duty.variant == "info" and duty.order in todays.uncalled:
            yield at, partial(_look_from_afar, world, duty, at)
        else:
            pages.setdefault(world.worker(duty, at).id, set()).add(duty.order)
    for caller, orders in pages.items():
        at = clock(day, 9, 30) + timedelta(minutes=world.frame.random("calls", caller, day).randint(0, 150))
        yield at, partial(_call, world, caller, sorted(orders), at)


async def _do(world: World, duty: Owed, at: datetime) -> None:
    if await _still_open([duty.order]):
        await do(world, duty, at)


async def _look_from_afar(world: World, duty: Owed, at: datetime) -> None:
    if await _still_open([duty.order]):
        await record_checkin(world.worker(duty, at), duty.order, info_check("position", "ok", at), at)


async def _call(world: World, caller: int, orders: Sequence[int], at: datetime) -> None:
    """One page of calls, the last one just made."""
    still = await _still_to_call(orders, at)
    calls = [Call(order, "answered", at - timedelta(minutes=4 * back)) for back, order in enumerate(still[:MOST])]
    if calls:
        await record_calls(world.district.of(caller), calls, at)


async def _still_to_call(orders: Sequence[int], at: datetime) -> list[int]:
    """Those who haven't been to the office meanwhile."""
    rows = await fetch(
        f"""SELECT DISTINCT o.id FROM orders o JOIN duty d ON d.subject_kind = 'order' AND d.subject_id = o.id
             WHERE o.id = ANY($1) AND o.ended_at IS NULL AND d.state = 'open' AND d.opens_at <= $2 AND {BY_PHONE}
             ORDER BY o.id""",
        list(orders),
        at - timedelta(hours=4),
    )
    return [row["id"] for row in rows]


async def _still_open(orders: Sequence[int]) -> list[int]:
    rows = await fetch("SELECT id FROM orders WHERE id = ANY($1) AND ended_at IS NULL ORDER BY id", list(orders))
    return [row["id"] for row in rows]


def _tables(world: World, day: date) -> Iterator[Step]:
    """The monthly tables of a year are kept on the day after the archive came, and on each first of a month the last one."""
    since, at = add_days(world.frame.daily_from, 1), clock(day, 9, 30)
    months = (
        months_before(at, MONTHS_KEPT) if day == since else [last_month(at)] if day.day == 1 and day > since else []
    )
    for n, month in enumerate(reversed(months)):
        then = at + timedelta(seconds=n)
        yield then, partial(keep, world.district.viewers["section"], month, then)


def _lists(world: World, day: date) -> Iterator[Step]:
    """The lists of help are sent: who is to be released early in each month, who was not met in its last days."""
    for kind, on in (("release", day.day == EARLY), ("unconnected", add_days(day, EARLY).day == 1)):
        if on:
            at = clock(day, 10)
            yield at, partial(send_list, world.district.clerk, kind, at)


async def _filings(world: World, day: date) -> list[Step]:
    """The files of those who were released two days ago, or over the weekend."""
    rows = await fetch(
        """SELECT order_id, connected_at FROM assistance
            WHERE state = 'connected' AND order_id IS NOT NULL AND connected_at < $1 ORDER BY id""",
        start_of(day) - FILED_AFTER + LONGEST_DAY,
    )
    if day.weekday() >= 5:
        return []
    return [filing(world, row["order_id"], clock(day, 9) - FILED_AFTER, end_of(day)) for row in rows]


def _classes(world: World, day: date) -> Iterator[Step]:
    """Whose class is another from this day on."""
    for order, one in world.people.items():
        if one.doc in world.levels and one.level_on(day) != world.levels[one.doc]:
            yield clock(day, 14), partial(_set_class, world, order, one, day)


async def _set_class(world: World, order: int, one: Invented, day: date) -> None:
    world.levels[one.doc] = one.level_on(day)
    if await _still_open([order]):
        await set_class(
            world.district.clerk, order, LEVELS[one.level_on(day)], "考核期满，调整管理类别", world.clock.at
        )


# -- alerts -----------------------------------------------------------------------------------------------------


async def _alerts(world: World, day: date) -> list[Step]:
    """What whoever has an alert does about it on a working day; what a case is about is left to its acts."""
    if day.weekday() >= 5:
        return []
    rows = await fetch(
        """SELECT a.person, min(a.subject_id) AS subject_id, max(a.rung) AS rung, bool_or(a.taken_by IS NOT NULL) AS taken,
                  bool_or(d.state = 'met_late') AS late
             FROM alert a JOIN duty d ON d.id = a.duty
            WHERE a.closed_at IS NULL AND a.subject_kind = 'order' GROUP BY a.person ORDER BY a.person"""
    )
    return [step for row in rows if _is_handled(world, row) for step in _handled(world, row, day)]


def _is_handled(world: World, row: Record) -> bool:
    case = world.people[row["subject_id"]].case
    return case is None or not case.alerts_wait


def _handled(world: World, row: Record, day: date) -> Iterator[Step]:
    random = world.frame.random("alert", world.people[row["subject_id"]].doc, day)
    draw, at = random.random(), clock(day, 10, random.randint(0, 59))
    reason = random.choice(DEALT_WITH)
    if row["late"]:
        yield at, partial(_close, world, row["person"], "met_late_accepted", "说明了迟到的原因，予以接受。", at=at)
    elif row["taken"] or row["rung"] or draw < 0.6:
        yield at, partial(_close, world, row["person"], "dealt_with", reason, at=at)
    elif draw < 0.85:
        yield at, partial(_claim, world, row["person"], at)
        later = at + timedelta(hours=5)
        yield later, partial(_note, world, row["person"], "两次拨打无人接听，已联系村（居）委会。", later)


async def _close(world: World, person: int, outcome: str, reason: str, *, at: datetime) -> None:
    owner, ids = await _held(person)
    if ids:
        await close_all(world.district.of(owner), ids, outcome, reason, now=at)


async def _claim(world: World, person: int, at: datetime) -> None:
    owner, ids = await _held(person)
    if ids:
        await claim_all(world.district.of(owner), ids, at)


async def _note(world: World, person: int, text: str, at: datetime) -> None:
    owner, ids = await _held(person)
    if ids:
        await note_all(world.district.of(owner), ids, text, at)


async def _held(person: int) -> tuple[int, list[int]]:
    """Who has the person's lapses now, and which they are."""
    rows = await fetch(
        "SELECT id, assigned_to FROM alert WHERE person = $1 AND closed_at IS NULL AND duty IS NOT NULL ORDER BY id",
        person,
    )
    owner = rows[0]["assigned_to"] if rows else 0
    return owner, [row["id"] for row in rows if row["assigned_to"] == owner]
