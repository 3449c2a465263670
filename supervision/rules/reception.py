"""What the rules of reception (law a.2) share: which clocks count, how their slots are made, and who must be in a team. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from supervision.days import DAY, Calendar, add_months, remember, start_of
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Order, Rule, Slot, Terms
from supervision.rules.settle import counts
from supervision.rules.timing import ONCE, Ask, Timing, slot

COUNTED: Final = "reception.counted"
"""The parameter that says whether the clocks that begin on a day are counted: an office that took this up later wasn't asked."""
LONGEST: Final = 92 * DAY
"""No clock of reception runs longer."""
OF_AGE: Final = 18
SIGNED: Final = "signed"


def is_old(order: Order) -> bool:
    """Whether the order had been on the register for so long when its ledger began that no clock of its reception runs."""
    return order.ledger_from - order.enrolled_on > LONGEST and order.registered_at is not None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One limit of the reception: its rule and variant, the parameter that holds it, and the acts that meet it.

    Equal to itself only, so that its slots are remembered by it at no cost.
    """

    rule: str
    variant: str
    key: str
    article: str
    anchor_is: str
    met_by: frozenset[tuple[str, str]]
    shown_shifted: bool = False
    """A limit of organs: where its last day is a day off, the next working day is shown beside it (law T-3)."""
    awaits: bool = False
    """By its duty the roll call knows who is awaited: asked of whoever isn't registered, whatever the office counts."""


def any_mode(*kinds: str) -> frozenset[tuple[str, str]]:
    """Acts of these kinds, in whatever manner."""
    return frozenset((kind, "*") for kind in kinds)


def effective_on(order: Order) -> tuple[date, str]:
    """The day on which the decision takes effect, and what it is called; missing data excuses nobody."""
    return (order.effective_on, "effective_on") if order.effective_on else (order.start_on, "start_on")


def owed_once(step: Step, anchor: date, facts: Facts, terms: Terms, *, called: str = "") -> Iterator[Slot]:
    """The slot of a step whose clock begins on the day `anchor`, which isn't counted.

    Not where the clocks of that day aren't counted, nor where it ran out before the ledger began, nor where it was done before.
    A clock by which somebody is awaited runs on all the same, as long as they aren't registered.
    """
    parameters = terms.parameters.in_force(start_of(anchor))
    if not (parameters[COUNTED] or step.awaits):
        return
    owed = _slot(step, called or step.anchor_is, anchor, parameters, terms.calendar)
    if not (step.awaits and facts.order.registered_at is None) and not _runs(owed, facts.order, terms):
        return
    if not any(counts(act, step.met_by) and act.happened_at < owed.opens_at for act in facts.acts):
        yield owed


def _runs(owed: Slot, order: Order, terms: Terms) -> bool:
    """It ends after the ledger began, and opens within the horizon."""
    return owed.limit_at > start_of(order.ledger_from) and owed.opens_at <= terms.until


def rule_of(
    step: Step, title: str, owed_by: str, slots: Callable[[Facts, Terms], Iterator[Slot]], *, severity: str = "serious"
) -> Rule:
    """The rule in force that asks for a step; its source is the step's."""
    return Rule(
        id=step.rule,
        title=title,
        article=step.article,
        owed_by=owed_by,
        slots=slots,
        meets={step.variant: step.met_by},
        severity=severity,
        runs_before_ledger=step.awaits,
        parameters=(step.key,) if step.awaits else (step.key, COUNTED),
        of_reception=True,
    )


@remember
def _slot(step: Step, called: str, anchor: date, parameters: InForce, calendar: Calendar) -> Slot:
    used = parameters.among([step.key])
    timing = timing_of(anchor, used[step.key])
    why = {"rule": step.rule, "article": step.article, "variant": step.variant, "anchor_is": called, "parameters": used}
    raw, shifted = raw_and_shifted(timing, calendar)
    if step.shown_shifted and shifted != raw:
        why["shifted_on"] = shifted.isoformat()
    return slot(Ask(step.variant, why, period=ONCE), timing, calendar)


def timing_of(anchor: date, within: str) -> Timing:
    """Open from the day itself until so long after it: 5d, 5wd, 1m."""
    if within.endswith("wd"):
        return Timing(anchor, within, opens_before=within, not_before=anchor)
    last = Timing(anchor, within).days(_NO_CALENDAR).raw_due_on
    return Timing(anchor, within, opens_before=f"{(last - anchor).days}d")


_NO_CALENDAR: Final = Calendar({})


def raw_and_shifted(timing: Timing, calendar: Calendar) -> tuple[date, date]:
    """The last day by the calendar, and that day moved off a day off (law T-3); alerts go by the first, the second is shown."""
    raw = timing.days(calendar).raw_due_on
    return raw, calendar.next_working_day(raw)


# -- minors, and who must be in a team --------------------------------------------------------------------------


def is_minor(born_on: date | None, on: date) -> bool:
    """Whether somebody is under eighteen on the day (of entry, of a commission); the birthday still counts as before (T-10)."""
    return born_on is not None and on <= add_months(born_on, OF_AGE * 12)


WOMAN: Final = "woman"
MINORS: Final = "minors"
LACKS = {
    WOMAN: N_("矫正对象是女性，矫正小组应有女性成员（《社区矫正法》第25条）。"),
    MINORS: N_("矫正对象是未成年人，矫正小组应有熟悉未成年人身心特点的人员（《社区矫正法》第52条）。"),
}
"""What a team may lack, and the sentence that says so."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team (矫正小组), as far as the rules ask: a woman, somebody who knows minors, from when to when."""

    id: int
    woman: bool
    knows_minors: bool
    from_at: datetime
    to_at: datetime | None = None


FITS: dict[str, Callable[[Member], bool]] = {WOMAN: lambda one: one.woman, MINORS: lambda one: one.knows_minors}


def needs_of(*, woman: bool, minor: bool) -> tuple[str, ...]:
    """What the team of a woman, of a minor must have."""
    return (*((WOMAN,) if woman else ()), *((MINORS,) if minor else ()))


def team_lacks(members: Iterable[Member], *, woman: bool, minor: bool) -> list[str]:
    """What a team of these members lacks for this person: codes of LACKS."""
    there = list(members)
    return [need for need in needs_of(woman=woman, minor=minor) if not any(FITS[need](one) for one in there)]
