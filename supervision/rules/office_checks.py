"""SU-04 实地走访、信息化核查: what the office owes, so that it knows how the person lives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from supervision.days import DAY, Calendar, local_day, remember, span_of
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Rule, Slot, Terms
from supervision.rules.timing import Ask, Spell, Timing, first_of_each_period, in_term, opening_in, spells

ID = "SU-04"
ARTICLE = N_("《社区矫正法》第26条，《社区矫正法实施办法》第23条")


def office_checks(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office visits the person at home once in each period of the class, and checks by information once a week.

    Periods are those of the calendar: months, quarters, half-years; weeks from Monday to Sunday. A first, partial period in
    which less than a third of the days remain isn't owed. Checks are weekly in every class: no closer than needed (SU-06).
    """
    order = facts.order
    if order.registered_at is None:
        return
    enrolled_on = order.enrolled_on
    begun_on = max(enrolled_on, order.ledger_from)
    stretches = spells(facts, terms, enrolled_on)
    for variant in ("field", "info"):
        asks = [(spell, asked(variant, spell.level, spell.parameters)) for spell in stretches]
        found = (check for spell, ask in asks for check in checks_in(spell, ask, begun_on, terms.calendar))
        yield from first_of_each_period(check for check in found if in_term(check, order))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the parameters ask for in one variant, as long as nothing changes."""

    unit: str
    due_days: int
    each: Ask


@remember
def asked(variant: str, level: str, parameters: InForce) -> Asked:
    """The period of the calendar, and how many days before its end a check is due. Raises ValueError for another period."""
    used = parameters.among(_keys(variant, level))
    unit, due_days = used.values()
    if unit not in STEP_OF:
        raise ValueError(f"{unit!r} is not one of {', '.join(STEP_OF)}")
    why = {"rule": ID, "article": ARTICLE, "variant": variant, "level": level, "parameters": used, "unit": unit}
    return Asked(unit, due_days, Ask(variant, why, late=STEP_OF[unit]))


@remember
def checks_in(spell: Spell, asks: Asked, begun_on: date, calendar: Calendar) -> tuple[Slot, ...]:
    """The slots of one variant that open in the stretch."""
    return tuple(opening_in(spell, asks.each, timings(asks.unit, asks.due_days, begun_on, spell), calendar))


STEP_OF = {"week": "1w", "month": "1m", "quarter": "3m", "half_year": "6m"}


def _keys(variant: str, level: str) -> tuple[str, str]:
    return (
        (f"visit.field.{level}", "visit.field.due_days")
        if variant == "field"
        else ("check.info", "check.info.due_days")
    )


def timings(unit: str, due_days: int, begun_on: date, spell: Spell) -> Iterator[Timing]:
    """One timing a period, without end: from the period of the first day on which it can be owed."""
    first, last = span_of(unit, max(begun_on, local_day(spell.from_at)))
    while True:
        if is_owed(begun_on, first, last):
            yield Timing(
                anchor=last,
                every=f"-{due_days}d",
                opens_before=f"{(last - first).days - due_days}d",
                limit_after=due_days,
                not_before=begun_on if begun_on > first else None,
            )
        first, last = span_of(unit, last + DAY)


def is_owed(begun_on: date, first: date, last: date) -> bool:
    """At least a third of the period's days remain after the day on which the person came under supervision."""
    return (last - begun_on).days * 3 >= (last - first).days + 1


RULE = Rule(
    id=ID,
    title=N_("走访与核查"),
    article=ARTICLE,
    owed_by="staff",
    slots=office_checks,
    meets={"field": frozenset({("visit", "field")}), "info": frozenset({("info_check", "ok")})},
    paused_by={"field": frozenset({"custody"}), "info": frozenset({"custody"})},
    rests_through={"field": frozenset({"leave"})},
    parameters=("visit.field.*", "check.info*"),
)
