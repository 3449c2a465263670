"""The steps of one order in the law's order: their limits from the ledger, what was done and by whom, and the team."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from supervision.db import Record, fetch, fetch_row
from supervision.files.actions import Keeper, Kept, of_person
from supervision.reception.actions import CONTENT, SUBJECT, Received, received
from supervision.reception.kinds import FORMED, KINDS, Kind
from supervision.rules import by_id
from supervision.rules.base import is_lapsed
from supervision.rules.reception import Member as Asked
from supervision.rules.reception import team_lacks as lacks
from supervision.sealed import open_sealed


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was put down."""

    id: int
    how: str
    content: str
    happened_at: datetime
    recorded_at: datetime
    by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    files: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A step as the page shows it: until when, by whom it is owed, and what was done, the newest first."""

    code: str
    kind: Kind
    limit_at: datetime | None
    state: str
    """open, lapsed, met, met_late, excused, missed; done where no limit counts; empty: nothing is owed and nothing done."""
    organs: bool
    done: tuple[Done, ...]
    waits: bool
    """Not before the enrolment."""


@dataclass(frozen=True, slots=True)
class Reception:
    """All of it on one page."""

    order: Record
    whose: Received
    lines: tuple[Line, ...]
    team: tuple[Record, ...]
    formed: bool
    """The founding of the team stands; without it nobody comes into it."""
    lacking: tuple[str, ...]
    """What the present team lacks: codes of rules.reception.LACKS."""


ACTS = """
SELECT a.*, s.name AS by, w.name AS withdrawer FROM reception_act a
  LEFT JOIN staff s ON s.id = a.recorded_by LEFT JOIN staff w ON w.id = a.withdrawn_by
 WHERE a.order_id = $1 ORDER BY a.happened_at DESC, a.id DESC
"""
DUTIES = """
SELECT rule, limit_at, state FROM duty
 WHERE subject_kind = 'order' AND subject_id = $1 AND rule = ANY($2) AND state <> 'void' ORDER BY limit_at DESC
"""
TEAM = """
SELECT t.*, s.name AS by, w.name AS withdrawer FROM team_member t
  LEFT JOIN staff s ON s.id = t.recorded_by LEFT JOIN staff w ON w.id = t.withdrawn_by
 WHERE t.order_id = $1 ORDER BY t.withdrawn_at IS NOT NULL, t.to_at IS NOT NULL, t.from_at, t.id
"""


async def reception_of(viewer: Keeper, order_id: int, now: datetime) -> Reception:
    """The reception of an order in the viewer's scope: a fixed number of queries."""
    order = await fetch_row(
        "SELECT o.*, p.sex, p.born_on FROM orders o JOIN person p ON p.id = o.person WHERE o.id = $1", order_id
    )
    assert order is not None, "whoever calls has asked people.scope for the order"
    whose = received(order)
    rules = [rule for kind in KINDS.values() for rule in kind.rules]
    acts, team = await fetch(ACTS, order_id), await fetch(TEAM, order_id)
    duties = {row["rule"]: row for row in await fetch(DUTIES, order_id, rules)}
    files = await _files(viewer, whose.person, acts)
    lines = tuple(_line(code, acts, duties, files, whose, now) for code in KINDS if whose.has(code))
    present = [
        Asked(one["id"], one["sex"] == "female", one["knows_minors"], one["from_at"])
        for one in team
        if not (one["to_at"] or one["withdrawn_at"])
    ]
    founded = any(not one["withdrawn_at"] for one in team)
    lacking = lacks(present, woman=whose.woman, minor=whose.minor) if founded else []
    formed = any(row["kind"] == FORMED and not row["withdrawn_at"] for row in acts)
    return Reception(order, whose, lines, tuple(team), formed, tuple(lacking))


async def _files(viewer: Keeper, person: int, acts: Iterable[Record]) -> Mapping[int, tuple[Kept, ...]]:
    """Act → its files that the viewer may see."""
    mine = {row["id"] for row in acts}
    found: dict[int, tuple[Kept, ...]] = {}
    for one in await of_person(viewer, person) if mine and viewer.may("see_files") else ():
        kind, id = one.subject
        if kind == SUBJECT and id in mine and not one.withdrawn_at:
            found[id] = (*found.get(id, ()), one)
    return found


def _line(
    code: str,
    acts: Iterable[Record],
    duties: Mapping[str, Record],
    files: Mapping[int, tuple[Kept, ...]],
    whose: Received,
    now: datetime,
) -> Line:
    kind = KINDS[code]
    done = tuple(_done(row, files.get(row["id"], ())) for row in acts if row["kind"] == code)
    duty = min((duties[rule] for rule in kind.rules if rule in duties), key=lambda row: row["limit_at"], default=None)
    organs = any(by_id(rule).owed_by == "organ" for rule in kind.rules)
    return Line(
        code,
        kind,
        duty and duty["limit_at"],
        _state(duty, done, now),
        organs,
        done,
        kind.enrolled and not whose.enrolled,
    )


def _state(duty: Record | None, done: Iterable[Done], now: datetime) -> str:
    if duty:
        return "lapsed" if is_lapsed(duty["state"], duty["limit_at"], now) else str(duty["state"])
    return "done" if any(not one.withdrawn_at for one in done) else ""


def _done(row: Record, files: tuple[Kept, ...]) -> Done:
    return Done(
        id=row["id"],
        how=row["how"],
        content=open_sealed(row["content_sealed"], CONTENT) if row["content_sealed"] else "",
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        by=row["by"] or "",
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawer"] or "",
        withdrawn_reason=row["withdrawn_reason"] or "",
        files=files,
    )
