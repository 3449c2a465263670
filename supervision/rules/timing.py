"""From a day to the three moments of a slot, and the stretches of time in which the same terms are in force. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from supervision.days import DAY, Calendar, at_hour, end_of, every, local_day, remember, start_of
from supervision.rules.base import MOMENT, NEVER, Facts, InForce, Order, Slot, Terms, Why, level_in

ONCE = "once"


class WorkingDays(Protocol):
    """What the timing of a slot asks of a calendar."""

    def next_working_day(self, day: date) -> date: ...
    def add_working_days(self, day: date, count: int) -> date: ...


class Days(NamedTuple):
    """The days from which a slot's moments are made."""

    raw_due_on: date
    """On the unshifted grid."""
    earliest_on: date
    """So long before it, whatever `not_before` says."""
    opens_on: date
    due_on: date
    last_on: date
    """The last day in time."""


class Timing(NamedTuple):
    """All that the moments of a slot follow from; a slot keeps it in `why`, so anybody can compute them again."""

    anchor: date
    every: str
    """A step of the grid: 6d, 1w, 3m; or 10wd, so many working days after the anchor."""
    step: int = 1
    opens_before: str = "0d"
    """Before the raw due day: 6d, or 5wd for working days."""
    limit_after: int = 0
    """Days from the due day to the last day in time."""
    not_before: date | None = None
    """Opens (and is due) no earlier than this day."""
    due_hour: int | None = None
    """The due hour; without it the due day's end."""
    shifts: bool = False
    """A due day on a day off moves to the next working day (law T-3)."""

    def days(self, calendar: WorkingDays) -> Days:
        """The days of the slot; `not_before` holds back its opening and its due day, never its limit."""
        raw = self._raw(calendar)
        due = calendar.next_working_day(raw) if self.shifts else raw
        last = due + timedelta(days=self.limit_after) if self.limit_after else due
        earliest = days_before(raw, self.opens_before, calendar)
        if self.not_before is None:
            return Days(raw, earliest, earliest, due, last)
        return Days(raw, earliest, max(earliest, self.not_before), max(due, self.not_before), last)

    def _raw(self, calendar: WorkingDays) -> date:
        if self.every.endswith("wd"):
            return calendar.add_working_days(self.anchor, _back(self.every)[0] * self.step)
        return every(self.every).after(self.anchor, self.step)

    def moments(self, days: Days) -> tuple[datetime, datetime, datetime]:
        """When it opens, is due and lapses."""
        due_at = end_of(days.due_on) if self.due_hour is None else at_hour(days.due_on, self.due_hour)
        return start_of(days.opens_on), due_at, end_of(days.last_on)


def days_before(day: date, text: str, calendar: WorkingDays) -> date:
    """The day so many days (6d) or working days (5wd) before. Raises ValueError for anything else."""
    count, working = _back(text)
    return calendar.add_working_days(day, -count) if working else day - timedelta(days=count)


@remember
def _back(text: str) -> tuple[int, bool]:
    found = re.fullmatch(r"([0-9]+)(w?d)", text)
    if found is None:
        raise ValueError(f"{text!r} is not a number of days like 6d, or of working days like 5wd")
    return int(found[1]), found[2] == "wd"


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What all slots of one kind share as long as nothing changes; equal to itself only, so slots are remembered by it."""

    variant: str
    why: Mapping[str, Any]
    """What the rule went by; each slot adds its timing."""
    late: str = ""
    """A late act meets a slot for so long a step after its limit; empty: for ever."""
    period: str = ""
    """Empty: the raw due day."""
    met_by: frozenset[tuple[str, str]] | None = None


@remember
def slot(ask: Ask, timing: Timing, calendar: Calendar) -> Slot:
    """The slot of a timing; people whose days are the same share it."""
    days = timing.days(calendar)
    opens_at, due_at, limit_at = timing.moments(days)
    return Slot(
        ask.variant,
        ask.period or days.raw_due_on.isoformat(),
        opens_at,
        due_at,
        limit_at,
        days.raw_due_on,
        told(timing, days, calendar, ask.why),
        start_of(every(ask.late).after(days.last_on + DAY)) if ask.late else None,
        ask.met_by,
    )


def told(timing: Timing, days: Days, calendar: Calendar, why: Mapping[str, Any]) -> Why:
    """The whole explanation, without what the timing doesn't use."""
    said = Why(why)
    said["anchor"] = timing.anchor.isoformat()
    said["every"] = timing.every
    said["step"] = timing.step
    said["opens_before"] = timing.opens_before
    said["limit_after"] = timing.limit_after
    if timing.not_before is not None:
        said["not_before"] = timing.not_before.isoformat()
    if timing.due_hour is not None:
        said["due_hour"] = timing.due_hour
    if timing.shifts or timing.opens_before.endswith("wd"):
        said.update(_calendar_told(timing, days, calendar))
    return said


def _calendar_told(timing: Timing, days: Days, calendar: Calendar) -> dict[str, Any]:
    """The days off that were stepped over, the shift, and whether the year's calendar is a guess."""
    off = [day.isoformat() for day in calendar.days_off_between(days.earliest_on, days.due_on)]
    said: dict[str, Any] = {
        "shifts": timing.shifts,
        "days_off": off,
        "shift_days": (days.due_on - days.raw_due_on).days,
    }
    if calendar.is_provisional(days.earliest_on) or calendar.is_provisional(days.due_on):
        said["provisional"] = True
    return said


# -- which slots there are --------------------------------------------------------------------------------------


class Spell(NamedTuple):
    """A stretch of time in which neither the class nor any parameter changes."""

    from_at: datetime
    to_at: datetime
    level: str
    parameters: InForce


def spells(facts: Facts, terms: Terms, begins_on: date) -> list[Spell]:
    """The stretches in which a slot may open, in order; it keeps the terms of the one in which it opens (model §5)."""
    begins_at, levels = start_of(begins_on), facts.levels()
    stop = max(begins_at, min(closes_at(facts.order), terms.until + MOMENT))
    changes = (*(from_at for from_at, _ in levels), *terms.parameters.changes)
    inside = {min(max(moment, begins_at), stop) for moment in changes} - {begins_at, stop}
    bounds = [begins_at, *sorted(inside), stop]
    return [
        Spell(start, end, level_in(levels, start), terms.parameters.in_force(start)) for start, end in pairwise(bounds)
    ]


def closes_at(order: Order) -> datetime:
    """From here nothing opens any more: the end of the last day of the order."""
    last_days = [day for day in (order.end_on, order.ended_at and local_day(order.ended_at)) if day]
    return end_of(min(last_days)) if last_days else NEVER


def opening_in(spell: Spell, ask: Ask, timings: Iterable[Timing], calendar: Calendar) -> Iterator[Slot]:
    """The slots that open in the stretch, from timings in the order of their openings."""
    for timing in timings:
        offer = slot(ask, timing, calendar)
        if offer.opens_at >= spell.to_at:
            return
        if offer.opens_at >= spell.from_at:
            yield offer


def in_term(slot: Slot, order: Order) -> bool:
    """The slot's due day isn't after the order's last."""
    return order.end_on is None or slot.due_at <= end_of(order.end_on)


def first_of_each_period(slots: Iterable[Slot]) -> Iterator[Slot]:
    """One slot a period: where a change of class offers a second one for the same day, the first opened stays."""
    taken: set[str] = set()
    for slot in slots:
        if slot.period not in taken:
            taken.add(slot.period)
            yield slot


def first_to_open(offers: Iterable[tuple[Spell, Ask, Timing]], calendar: Calendar) -> Iterator[Slot]:
    """Of a slot that is owed once: its form in the first stretch in which it opens or was already open."""
    for spell, ask, timing in offers:
        if start_of(timing.days(calendar).opens_on) < spell.to_at:
            yield slot(ask, timing, calendar)
            return
