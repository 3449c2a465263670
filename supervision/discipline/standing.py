"""Where a person stands before a case: the measures in force, and the lapses that a case may be made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.days import Calendar, local_day
from supervision.db import Record, fetch, fetch_row
from supervision.discipline.proposal import Standing
from supervision.rules import title_of
from supervision.settings.terms import load_terms

SHIFTED = frozenset({"RE-06"})
"""Limits that alert on the raw day and are counted from the shifted one (law T-3, model §3)."""
OFF_CONTROL = frozenset({("RE-06", "in_person"), ("SU-01", "in_person")})
"""Not coming at the appointed time (不按规定时间报到); missing another report breaks the rules on reporting."""

ASKED = """
SELECT o.kind, (SELECT max(d.happened_at) FROM discipline_decision d WHERE d.case_id = $2 AND d.withdrawn_at IS NULL)
         AS decided_at
  FROM orders o WHERE o.id = $1
"""
IN_FORCE = """
SELECT d.order_id, d.measure, s.happened_at
  FROM discipline_decision d JOIN discipline_service s ON s.decision = d.id
 WHERE d.order_id = $1 AND d.measure IN ('admonition', 'warning') AND d.withdrawn_at IS NULL
   AND d.case_id IS DISTINCT FROM $2 AND ($3::timestamptz IS NULL OR s.happened_at <= $3)
 ORDER BY s.happened_at, d.id
"""
CLASS_CHANGED = """
SELECT happened_at FROM class_decision c WHERE c.order_id = $1 AND c.withdrawn_at IS NULL
   AND ($2::timestamptz IS NULL OR c.happened_at <= $2)
   AND EXISTS (SELECT FROM class_decision e WHERE e.order_id = c.order_id AND e.withdrawn_at IS NULL
                  AND (e.happened_at, e.id) < (c.happened_at, c.id))
 ORDER BY c.happened_at DESC, c.id DESC LIMIT 1
"""


async def standing_of(order: int, case: int | None = None) -> Standing:
    """The order's kind, its measures in force by the day of their service, and when the class last changed (law DI-C1).

    Before `case`, where one is told: without its own measure, and from its decision on without what came after that.
    """
    row = await fetch_row(ASKED, order, case)
    assert row is not None
    rows = await fetch(IN_FORCE, order, case, row["decided_at"])
    changed = await fetch_row(CLASS_CHANGED, order, row["decided_at"])
    return Standing(
        row["kind"],
        tuple(_days(rows, "admonition")),
        tuple(_days(rows, "warning")),
        local_day(changed["happened_at"]) if changed else None,
    )


def _days(rows: Iterable[Record], measure: str) -> list[date]:
    return [local_day(row["happened_at"]) for row in rows if row["measure"] == measure]


@dataclass(frozen=True, slots=True)
class Lapse:
    """An open alert of the person's own: what was missed, from which day it counts, and when it was made up."""

    alert: int
    title: str
    kind: str
    """The kind of breach that it would be."""
    since_on: date
    """The last day in time, moved to the next working day where law T-3 does."""
    raw_on: date
    until_on: date | None
    """The day on which it was done after all; None: not yet."""

    def days(self, today: date) -> int:
        """Days late, so far or until it was done."""
        return max(0, ((self.until_on or today) - self.since_on).days)


LAPSES = """
SELECT a.id AS alert, d.rule, d.variant, d.limit_at, d.state, d.closed_at
  FROM alert a JOIN duty d ON d.id = a.duty
 WHERE a.subject_kind = 'order' AND a.subject_id = $1 AND a.closed_at IS NULL AND d.owed_by = 'person'
   AND NOT EXISTS (SELECT FROM discipline_cause c JOIN discipline_case k ON k.id = c.case_id
                    WHERE c.alert = a.id AND k.closed_at IS NULL)
 ORDER BY d.limit_at, a.id
"""


async def lapses_of(order: int, now: datetime) -> list[Lapse]:
    """The person's own lapses with an open alert that no open case deals with, the oldest first."""
    rows = await fetch(LAPSES, order)
    if not rows:
        return []
    calendar = (await load_terms(now, now)).calendar
    return [_lapse(row, calendar) for row in rows]


def _lapse(row: Any, calendar: Calendar) -> Lapse:
    raw_on = local_day(row["limit_at"] - timedelta(microseconds=1))
    done = row["state"] == "met_late" and row["closed_at"]
    return Lapse(
        alert=row["alert"],
        title=title_of(row["rule"], row["variant"]),
        kind=_kind(row["rule"], row["variant"]),
        since_on=calendar.next_working_day(raw_on) if row["rule"] in SHIFTED else raw_on,
        raw_on=raw_on,
        until_on=local_day(row["closed_at"]) if done else None,
    )


def _kind(rule: str, variant: str) -> str:
    return "off_control" if (rule, variant) in OFF_CONTROL else "rules"


OUT = """
SELECT c.search, c.since_on, e.happened_at AS ended_at FROM off_control c
  LEFT JOIN search_end e ON e.search = c.search AND e.withdrawn_at IS NULL
 WHERE c.order_id = $1 AND c.withdrawn_at IS NULL
   AND NOT EXISTS (SELECT FROM discipline_case k JOIN discipline_breach b ON b.case_id = k.id
                    WHERE k.order_id = c.order_id AND b.kind = 'off_control' AND b.since_on = c.since_on
                      AND k.state <> 'closed_no')
 ORDER BY c.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Out:
    """A time out of supervision (脱管) that a named person verified: the last lawful contact, and when the person was found."""

    search: int
    since_on: date
    until_on: date | None


async def out_of(order: int) -> Out | None:
    """The last 脱管 of the order that stands and that no case is about (law LO-05, DI-X1, DI-W2)."""
    row = await fetch_row(OUT, order)
    if row is None:
        return None
    return Out(row["search"], row["since_on"], local_day(row["ended_at"]) if row["ended_at"] else None)


def heaviest(lapses: Sequence[Lapse], today: date) -> Lapse | None:
    """The lapse from which a case's form is filled: not coming before not reporting, then the longest."""
    return max(lapses, key=lambda one: (one.kind == "off_control", one.days(today), -one.alert), default=None)
