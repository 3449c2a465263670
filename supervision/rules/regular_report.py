"""SU-01 定期报告: the model rule. Read this file first; every other rule is built the same way.

A rule is a pure function from facts to slots. It says *when* by a `Timing` (a day and what is counted from it) and keeps
in `why` what it went by, so that anybody can compute the dates again. What became of a slot is no business of its rule:
`settle.py` matches acts to slots, the same way for all. What follows from days and parameters alone is remembered
(`remember`): people who were registered on one day share their slots, and nobody may change one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, count

from supervision.days import DAY, Calendar, every, local_day, remember
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Rule, Slot, Start, Terms
from supervision.rules.timing import (
    Ask,
    Spell,
    Timing,
    first_of_each_period,
    first_to_open,
    in_term,
    opening_in,
    spells,
)

ID = "SU-01"
ARTICLE = N_("《社区矫正法实施办法》第24条")
MODES = ("phone", "in_person", "written")


def regular_reports(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The person reports by phone, in person and in writing, at the intervals of the class of management.

    The due days lie on a grid that counts from the day of registration; a late report doesn't move it (law T-11). On the
    last day of the term a last phone report is due, so that nobody is without a future duty before the end.
    """
    order = facts.order
    if order.registered_at is None:
        return
    start = order.start
    found = spells(facts, terms, start.enrolled_on)
    for mode in MODES:
        stretches = [(spell, asked(mode, spell.level, spell.parameters)) for spell in found]
        on_grid = (report for spell, asks in stretches for report in reports_in(spell, asks, start, terms.calendar))
        owed = (report for report in on_grid if in_term(report, order))
        yield from first_of_each_period(chain(owed, last_call(stretches, facts, terms) if mode == "phone" else ()))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the parameters ask for in one mode, as long as nothing changes."""

    every: str
    opens_before: str
    grace: int
    shifts: bool
    each: Ask
    """What the reports share."""
    closing: Ask
    """The same of the report that closes the term."""


@remember
def asked(mode: str, level: str, parameters: InForce) -> Asked:
    """The interval, window and grace of a mode in a class. Raises ValueError for a cadence that isn't `fixed`."""
    keys = _keys(mode, level)
    values = {name: parameters[key] for name, key in keys.items()}
    if values["cadence"] != "fixed":
        raise ValueError(f"cadence.{mode} is {values['cadence']!r}: only 'fixed' is supported")
    weekly = mode == "in_person" and every(values["every"]) == every("1w")
    opens = "opens_weekly" if weekly else "opens"
    used = {keys[name]: values[name] for name in ("every", opens, "grace", "counts")}
    why = {"rule": ID, "article": ARTICLE, "variant": mode, "level": level, "parameters": used}
    each = Ask(mode, why, late=values["every"], met_by=frozenset(("report", by) for by in values["counts"]))
    return Asked(
        every=values["every"],
        opens_before=values[opens],
        grace=values["grace"],
        shifts=mode == "in_person",
        each=each,
        closing=replace(each, why={**why, "anchor_is": "end_on"}),
    )


def _keys(mode: str, level: str) -> dict[str, str]:
    return {
        "every": f"report.{mode}.{level}",
        "opens": f"opens.{mode}",
        "opens_weekly": "opens.in_person.weekly",
        "grace": f"grace.{mode}",
        "counts": f"report.counts.{mode}",
        "cadence": f"cadence.{mode}",
    }


@remember
def reports_in(spell: Spell, asks: Asked, start: Start, calendar: Calendar) -> tuple[Slot, ...]:
    """The slots of one mode that open in the stretch."""
    from_on = max(local_day(spell.from_at), first_due_on(asks, start.ledger_from, calendar))
    return tuple(opening_in(spell, asks.each, timings(asks, start.enrolled_on, from_on), calendar))


def first_due_on(asks: Asked, ledger_from: date, calendar: Calendar) -> date:
    """The earliest day on the grid of a report that lapses in the ledger: its shift and its grace may carry it there."""
    due_on = ledger_from - timedelta(days=asks.grace)
    return calendar.add_working_days(due_on, -1) + DAY if asks.shifts else due_on


def timings(asks: Asked, anchor: date, from_on: date) -> Iterator[Timing]:
    """The grid, without end: from the first step that isn't before the day."""
    step_size = every(asks.every)
    first = step_size.first_step(anchor, from_on)
    before = step_size.after(anchor, first - 1)
    for step in count(first):
        not_before, before = before + DAY, step_size.after(anchor, step)
        yield Timing(anchor, asks.every, step, asks.opens_before, asks.grace, not_before, shifts=asks.shifts)


def last_call(stretches: list[tuple[Spell, Asked]], facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The report by phone that closes the last, cut period: due on the last day of the term, in whatever class."""
    order = facts.order
    if order.end_on is not None and order.end_on > max(order.enrolled_on, order.ledger_from - DAY):
        from_on = order.enrolled_on + DAY
        offers = (
            (spell, asks.closing, Timing(order.end_on, "0d", opens_before=asks.opens_before, not_before=from_on))
            for spell, asks in stretches
        )
        yield from first_to_open(offers, terms.calendar)


RULE = Rule(
    id=ID,
    title=N_("定期报告"),
    article=ARTICLE,
    owed_by="person",
    slots=regular_reports,
    meets={mode: frozenset({("report", mode)}) for mode in MODES}
    | {"phone": frozenset({("report", "phone"), ("report", "in_person")})},
    paused_by={
        "phone": frozenset({"custody", "hospital"}),
        "in_person": frozenset({"custody", "hospital", "leave"}),
        "written": frozenset({"custody", "hospital"}),
    },
    remind_days={"phone": (1,), "in_person": (4, 1), "written": (4, 1)},
    tells_of_miss=frozenset({"phone", "in_person"}),
    parameters=("report.*", "opens.*", "grace.*", "cadence.*"),
)
