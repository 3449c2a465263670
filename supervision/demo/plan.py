"""When people and staff do what is owed: chance that depends on the duty alone, so that any part can be asked again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from supervision.days import DAY, local_day, start_of
from supervision.db import Record, fetch
from supervision.demo.frame import Frame
from supervision.demo.people import Invented

MOMENT: Final = timedelta(microseconds=1)
BACK: Final = {
    "phone": (0, 0, 0, 0, 0, 0, 0, 1, 1, 2),
    "in_person": (0, 0, 0, 1, 2),
    "written": (0, 1, 1, 2, 3, 5),
    "info": (0, 0, 1, 1, 2, 3),
    "field": (0, 2, 4, 7, 12, 20),
    "summary": (0, 2, 5, 8),
    "appraisal": (0, 3, 6),
}
"""variant → how many days before the due day it is done, each as likely."""
MISSES: Final = {"phone": 35, "in_person": 30, "written": 25, "info": 10}
"""variant → how many of a thousand aren't done in time."""
RULES: Final = ("SU-01", "SU-04", "TE-01", "TE-02", "TE-03", "confirm_pause")
"""What is done as the chance of the plan has it; the steps of a reception are done in their order (`reception.py`)."""
ON_WORKING_DAYS: Final = frozenset({"phone", "in_person", "info", "field", "appraisal", "custody", "hospital"})
LAST_OF_THE_DAY: Final = timedelta(hours=16, minutes=50)
MADE_LATE: Final = frozenset({"in_person", "written"})
"""After these a late report still comes sometimes; one by phone would already be the next."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An open duty with who works on it: the officer, or (None) whoever heads the office."""

    order: int
    rule: str
    variant: str
    period: str
    opens_at: datetime
    due_at: datetime
    limit_at: datetime
    staff: int | None
    office: int


async def owed(opens_before: datetime, limit_from: datetime, limit_to: datetime) -> list[Owed]:
    """The open duties of open orders that open before a moment and whose limit lies in a stretch, by limit: those of RULES."""
    rows = await fetch(
        """SELECT d.subject_id, d.rule, d.variant, d.period, d.opens_at, d.due_at, d.limit_at, r.staff, r.office
             FROM duty d JOIN orders o ON o.id = d.subject_id
             JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = o.id AND r.role = 'main' AND r.to_at IS NULL
            WHERE d.subject_kind = 'order' AND d.state = 'open' AND o.ended_at IS NULL AND d.rule = ANY($4)
              AND d.opens_at < $1 AND d.limit_at > $2 AND d.limit_at <= $3 ORDER BY d.limit_at, d.id""",
        opens_before,
        limit_from,
        limit_to,
        list(RULES),
    )
    return [_owed(row) for row in rows]


def _owed(row: Record) -> Owed:
    return Owed(*row.values())


@dataclass(frozen=True, slots=True)
class Planned:
    """When it is done; `late` where that is after the limit, `at` None where it never is."""

    at: datetime | None
    late: bool = False


def planned(duty: Owed, one: Invented, frame: Frame, *, misses: float = 1.0) -> Planned:
    """When somebody does it. `misses` makes misses rarer, as in the months in bulk."""
    if _rests(duty, one, frame):
        return Planned(None)
    random = frame.random(one.doc, duty.rule, duty.variant, duty.period)
    if one.case is None and random.random() * 1000 < MISSES.get(duty.variant, 0) * misses:
        return _missed(duty, random)
    if one.case and one.case.calls_on_due_day and duty.variant == "phone":
        return Planned(start_of(local_day(duty.due_at - MOMENT)) + timedelta(hours=10, minutes=random.randint(0, 60)))
    return Planned(_moment(duty, random))


def _missed(duty: Owed, random: Random) -> Planned:
    if duty.variant in MADE_LATE and random.random() < 0.5:
        return Planned(duty.limit_at + timedelta(hours=9, minutes=random.randint(0, 450)), late=True)
    return Planned(None)


def _moment(duty: Owed, random: Random) -> datetime:
    """A moment of office hours, not before it opens and always in time."""
    back = random.choice(BACK.get(duty.variant, (0,)))
    first, day = local_day(duty.opens_at), local_day(duty.due_at - MOMENT) - timedelta(days=back)
    while duty.variant in ON_WORKING_DAYS and day.weekday() >= 5 and day > first:
        day -= DAY
    hour = LAST_OF_THE_DAY if duty.variant == "certificate" else timedelta(hours=9, minutes=random.randint(0, 465))
    return start_of(max(day, first)) + hour


def _rests(duty: Owed, one: Invented, frame: Frame) -> bool:
    """The case says that this isn't done."""
    case = one.case
    if case is None:
        return False
    if case.stays_open and duty.variant == "certificate":
        return True
    due_on = local_day(duty.due_at - MOMENT)
    by_person = duty.rule in ("SU-01", "TE-01")
    if by_person and duty.rule == "SU-01" and duty.variant not in case.quiet_in:
        return False
    return (by_person or (case.unchecked and duty.rule == "SU-04")) and _is_quiet(due_on, one, frame)


def _is_quiet(day: date, one: Invented, frame: Frame) -> bool:
    quiet = one.case.quiet if one.case else None
    return quiet is not None and frame.ago(quiet[0]) <= day and (quiet[1] == 0 or day < frame.ago(quiet[1]))
