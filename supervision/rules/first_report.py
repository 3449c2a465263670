"""RE-06 首次报到: who has been sentenced comes to the office within ten days, or is looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from supervision.days import remember, start_of
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Order, Pause, Rule, Slot, Terms
from supervision.rules.settle import custody_ended_on
from supervision.rules.timing import ONCE, Ask, Timing, first_to_open, spells

ID = "RE-06"
ARTICLE = N_("《社区矫正法》第21条")
HANDED_OVER = frozenset({"temporary_outside"})
"""Kinds of order whose people don't come by themselves: an organ hands them over (RE-07, RE-08)."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The day from which the ten days count."""

    day: date
    called: str
    period: str = ONCE


def first_report(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The person reports to the office within ten days of the day on which the judgment takes effect.

    Counted in calendar days, the effective day itself not counted, never moved by holidays. Where the effective day isn't
    known the term's first day stands for it: missing data excuses nobody. The clock runs on in an old register that goes
    live, as long as the person isn't registered. Custody that covers the limit excuses; the ten days then count anew from
    the day on which it ended. Whoever is temporarily outside prison (暂予监外执行) owes none: they are handed over.
    """
    order = facts.order
    if order.kind in HANDED_OVER:
        return
    anchor: _Anchor | None = _Anchor(
        order.effective_on or order.start_on, "effective_on" if order.effective_on else "start_on"
    )
    while anchor:
        report = next(_offers(anchor, facts, terms), None)
        if report is None or not _is_owed(report, order):
            return
        yield report
        anchor = _after_custody(report, facts.pauses)


def _offers(anchor: _Anchor, facts: Facts, terms: Terms) -> Iterator[Slot]:
    offers = ((spell, *_report(anchor, spell.parameters)) for spell in spells(facts, terms, anchor.day))
    return first_to_open(offers, terms.calendar)


def _after_custody(report: Slot, pauses: tuple[Pause, ...]) -> _Anchor | None:
    day = custody_ended_on(report, pauses)
    return _Anchor(day, "custody_ended_on", f"after-{day.isoformat()}") if day else None


def _report(anchor: _Anchor, parameters: InForce) -> tuple[Ask, Timing]:
    ask = _asked(anchor.called, anchor.period, parameters)
    due, limit = ask.why["parameters"].values()
    return ask, Timing(anchor=anchor.day, every=f"{due}d", opens_before=f"{due}d", limit_after=limit - due)


@remember
def _asked(called: str, period: str, parameters: InForce) -> Ask:
    used = parameters.among(["first_report.due_days", "first_report.limit_days"])
    why = {"rule": ID, "article": ARTICLE, "variant": "in_person", "anchor_is": called, "parameters": used}
    return Ask("in_person", why, period=period)


def _is_owed(report: Slot, order: Order) -> bool:
    """Not by who came before the judgment took effect (law RE-04), nor where the ledger begins after it was done."""
    if order.registered_at is None:
        return True
    return order.registered_at >= report.opens_at and report.limit_at > start_of(order.ledger_from)


RULE = Rule(
    id=ID,
    title=N_("首次报到"),
    article=ARTICLE,
    owed_by="person",
    slots=first_report,
    meets={"in_person": frozenset({("registration", "*")})},
    paused_by={"in_person": frozenset({"custody"})},
    remind_days={"in_person": (4, 1)},
    tells_of_miss=frozenset({"in_person"}),
    severity="grave",
    runs_before_ledger=True,
    parameters=("first_report.*",),
)
