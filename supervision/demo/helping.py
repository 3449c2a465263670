"""How help goes on from day to day: a file two days after the correction ended, the visits of each period, and the end."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.days import local_day
from supervision.db import fetch, fetch_row, tx
from supervision.demo.frame import clock
from supervision.demo.world import World
from supervision.demo.years import on_weekday
from supervision.resettlement.actions import SUBJECT, Taken, take_step
from supervision.resettlement.records import Visit, add_member, decide_class, record_visit

FILED_AFTER: Final = timedelta(days=2)
FOUND: Final = (
    "找到工作，生活稳定。",
    "在家务农，家庭和睦。",
    "打零工，收入不稳定，需要就业帮助。",
    "身体不好，已办理低保。",
)
SAID: Final = "帮教期内生活稳定，期满办结"

Step = tuple[datetime, Callable[[], Awaitable[object]]]


@dataclass(frozen=True, slots=True)
class HelpOwed:
    """An open duty about a period of help, and who helps."""

    assistance: int
    rule: str
    period: str
    opens_at: datetime
    due_at: datetime
    office: int
    staff: int | None


async def made_ahead(now: datetime) -> None:
    """What is owed to those who are helped, as far ahead as each night makes it: in the months in bulk once a month."""
    rows = await fetch("SELECT id FROM assistance WHERE ended_at IS NULL ORDER BY id")
    await follow([row["id"] for row in rows], now, kind=SUBJECT)


async def helping(world: World, first: datetime, last: datetime) -> Iterator[Step]:
    """What is done for those who are helped from a moment to before another: visits that are due soon, and ends."""
    rows = await fetch(
        """SELECT d.subject_id, d.rule, d.period, d.opens_at, d.due_at, r.office, r.staff
             FROM duty d JOIN responsibility r ON r.subject_kind = 'assistance' AND r.subject_id = d.subject_id
                                              AND r.role = 'main' AND r.to_at IS NULL
            WHERE d.subject_kind = 'assistance' AND d.state = 'open' AND d.rule = ANY($3)
              AND d.opens_at < $2 AND d.limit_at > $1 ORDER BY d.id""",
        first,
        last,
        list(ACTS),
    )
    return (step for row in rows for step in _step(world, HelpOwed(*row.values()), first, last))


def _step(world: World, owed: HelpOwed, first: datetime, last: datetime) -> Iterator[Step]:
    random = world.frame.random("helping", owed.assistance, owed.rule, owed.period)
    at = max(_moment(owed, random.random(), random.randint(0, 50)), first + timedelta(hours=random.randint(9, 15)))
    if at < last:
        yield at, partial(ACTS[owed.rule], world, owed, at)


def _moment(owed: HelpOwed, share: float, minute: int) -> datetime:
    """Somewhere in the time that it may be done in, before it is due; an end soon after its day."""
    opens, due = local_day(owed.opens_at), local_day(owed.due_at)
    if owed.rule == "RA-21":
        return clock(on_weekday(due + timedelta(days=1 + int(share * 5))), 10, minute)
    day = on_weekday(opens + timedelta(days=int((due - opens).days * share)))
    return clock(day, 15, minute)


async def _visit(world: World, owed: HelpOwed, at: datetime) -> None:
    found = world.frame.random("found", owed.assistance, owed.period).choice(FOUND)
    if await _is_open(owed.assistance, "in_help"):
        await record_visit(_helper(world, owed), owed.assistance, Visit("home", "person", at, found), at)


async def _end(world: World, owed: HelpOwed, at: datetime) -> None:
    if await _is_open(owed.assistance, "in_help"):
        taken = Taken("expired", at, said=SAID)
        await take_step(world.district.head(owed.office), owed.assistance, taken, at)


ACTS: Final = {"RA-14": _visit, "RA-21": _end}


def filing(world: World, order: int, ended_at: datetime, last: datetime) -> Step:
    """Who was released from correction has a group, an agreement, a file and a class two days later (law RA-12)."""
    day: date = on_weekday(local_day(ended_at + FILED_AFTER))
    at = max(min(clock(day, 10, ended_at.minute), last - timedelta(minutes=30)), ended_at + timedelta(hours=1))
    return at, partial(_open_file, world, order, at)


async def _open_file(world: World, order: int, at: datetime) -> None:
    row = await fetch_row(
        """SELECT h.id, r.office FROM assistance h JOIN responsibility r ON r.subject_kind = 'assistance'
              AND r.subject_id = h.id AND r.to_at IS NULL AND r.role = 'main'
            WHERE h.order_id = $1 AND h.state = 'connected'""",
        order,
    )
    if row is not None:
        head = world.district.head(row["office"])
        async with tx():
            await add_member(head, row["id"], "office", head.name, at)
            await take_step(head, row["id"], Taken("agreement", at), at)
            await take_step(head, row["id"], Taken("file", at, said="谈话了解困难，打算继续务工"), at)
            await decide_class(head, row["id"], "third", "生活稳定，风险较低", at)


def _helper(world: World, owed: HelpOwed) -> Viewer:
    return world.district.of(owed.staff) if owed.staff else world.district.head(owed.office)


async def _is_open(assistance: int, state: str) -> bool:
    return await fetch_row("SELECT 1 FROM assistance WHERE id = $1 AND state = $2", assistance, state) is not None
