"""SU-01 定期报告: the model rule. Read this file first; every other rule is built the same way.

A rule is a pure function from facts to slots. It says *when* by a `Timing` (a day and what is counted from it) and keeps
in `why` what it went by, so that anybody can compute the dates again. What became of a slot is no business of its rule:
`settle.py` matches acts to slots, the same way for all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count
from typing import Any

from supervision.days import DAY, every, local_day
from supervision.rules.base import Facts, Parameters, Rule, Slot, Terms
from supervision.rules.timing import (
    LONGEST_SHIFT,
    Spell,
    Timing,
    first_of_each_period,
    first_to_open,
    in_ledger,
    slot,
    spells,
)

ID = "SU-01"
ARTICLE = "《社区矫正法实施办法》第24条"
MODES = ("phone", "in_person", "written")


def regular_reports(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The person reports by phone, in person and in writing, at the intervals of the class of management.

    The due days lie on a grid that counts from the day of registration; a late report doesn't move it (law T-11). On the
    last day of the term a last phone report is due, so that nobody is without a future duty before the end.
    """
    if facts.order.registered_at is None:
        return
    found = spells(facts, terms, facts.order.enrolled_on)
    for mode in MODES:
        stretches = [(spell, asked(mode, spell, terms.parameters)) for spell in found]
        on_grid = (report for spell, ask in stretches for report in reports_in(spell, ask, facts, terms))
        yield from first_of_each_period(chain(on_grid, last_call(stretches, facts, terms) if mode == "phone" else ()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the parameters ask for in one mode, as long as nothing changes."""

    mode: str
    every: str
    opens_before: str
    grace: int
    shifts: bool
    met_by: frozenset[tuple[str, str]]
    why: dict[str, Any]


def asked(mode: str, spell: Spell, parameters: Parameters) -> Asked:
    """The interval, window and grace of a mode in a class. Raises ValueError for a cadence that isn't `fixed`."""
    keys = _keys(mode, spell.level)
    values = {name: parameters.at(key, spell.from_at) for name, key in keys.items()}
    if values["cadence"] != "fixed":
        raise ValueError(f"cadence.{mode} is {values['cadence']!r}: only 'fixed' is supported")
    weekly = mode == "in_person" and every(values["every"]) == every("1w")
    opens = "opens_weekly" if weekly else "opens"
    used = {keys[name]: values[name] for name in ("every", opens, "grace", "counts")}
    return Asked(
        mode=mode,
        every=values["every"],
        opens_before=values[opens],
        grace=values["grace"],
        shifts=mode == "in_person",
        met_by=frozenset(("report", by) for by in values["counts"]),
        why={"rule": ID, "article": ARTICLE, "variant": mode, "level": spell.level, "parameters": used},
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


def reports_in(spell: Spell, ask: Asked, facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The slots of one mode that open in the stretch."""
    for timing in timings(ask, facts, spell):
        report = slot(ask.mode, timing, terms, late=ask.every, why=ask.why, met_by=ask.met_by)
        if report.opens_at >= spell.to_at:
            break
        if report.opens_at >= spell.from_at and in_ledger(report, facts.order):
            yield report


def timings(ask: Asked, facts: Facts, spell: Spell) -> Iterator[Timing]:
    """The grid, without end: from the first step that can still matter."""
    anchor, step_size = facts.order.enrolled_on, every(ask.every)
    may_lapse_on = facts.order.ledger_from - timedelta(days=LONGEST_SHIFT + ask.grace)
    first = step_size.first_step(anchor, max(local_day(spell.from_at), may_lapse_on))
    before = step_size.after(anchor, first - 1)
    for step in count(first):
        not_before, before = before + DAY, step_size.after(anchor, step)
        yield Timing(anchor, ask.every, step, ask.opens_before, ask.grace, not_before, shifts=ask.shifts)


def last_call(stretches: list[tuple[Spell, Asked]], facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The report by phone that closes the last, cut period: due on the last day of the term, in whatever class."""
    order = facts.order
    if order.end_on is not None and order.end_on > max(order.enrolled_on, order.ledger_from - DAY):
        yield from first_to_open((spell, _closing(order.end_on, ask, facts, terms)) for spell, ask in stretches)


def _closing(end_on: date, ask: Asked, facts: Facts, terms: Terms) -> Slot:
    timing = Timing(end_on, "0d", opens_before=ask.opens_before, not_before=facts.order.enrolled_on + DAY)
    why = {**ask.why, "anchor_is": "end_on"}
    return slot(ask.mode, timing, terms, late=ask.every, why=why, met_by=ask.met_by)


RULE = Rule(
    id=ID,
    title="定期报告",
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
