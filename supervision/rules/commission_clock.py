"""CI-03, CI-04 提交调查评估意见: the opinion is due within ten (fast track: five) working days of the full material."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from supervision.days import Calendar, local_day, remember, start_of
from supervision.language import N_
from supervision.rules.base import Duty, Facts, Finding, InForce, Rule, Slot, Terms
from supervision.rules.commission import Commission, Run
from supervision.rules.timing import Ask, Timing, days_before, slot

ARTICLE = N_("《社区矫正法实施办法》第14条")
NORMAL, FAST, AMBER, OPINION = "CI-03", "CI-04", "amber", "opinion"
SENT = "sent"
"""The kind of act by which the opinion left the house."""


def opinion(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office submits its opinion within ten working days of the day on which letter and full material were there.

    That day isn't counted; make-up working days count (law T-2). A later day to which the commissioning organ agreed before
    the limit takes its place; without agreement the original one counts (CI-05). What was handed back, or could not be
    assessed, is owed no more; its clock starts anew when the material comes again.
    """
    if not facts.matter.fast_track:
        yield from _slots(facts.matter, terms, NORMAL)


def fast_opinion(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """In a fast-track case (速裁程序) the office submits its opinion within five working days, counted as in CI-03."""
    if facts.matter.fast_track:
        yield from _slots(facts.matter, terms, FAST)


def _slots(commission: Commission, terms: Terms, rule: str) -> Iterator[Slot]:
    taken: dict[str, Slot] = {}
    for run in commission.runs:
        offer = _slot(run, terms, rule)
        if run.to_at is None or offer.limit_at <= run.to_at:
            taken[offer.period] = offer
    yield from taken.values()


def _slot(run: Run, terms: Terms, rule: str) -> Slot:
    begun_on = local_day(run.from_at)
    parameters = terms.parameters.in_force(start_of(begun_on))
    ask = _asked(rule, begun_on, parameters)
    return slot(ask, timing_of(run, parameters[_key("days", rule)]), terms.calendar)


def timing_of(run: Run, days: int) -> Timing:
    """So many working days after the day of the full material, or the day that was agreed."""
    begun_on = local_day(run.from_at)
    if run.until_on is None:
        return Timing(begun_on, f"{days}wd", opens_before=f"{days}wd", not_before=begun_on)
    agreed = f"{(run.until_on - begun_on).days}d"
    return Timing(begun_on, agreed, opens_before=agreed)


def last_day(run: Run, *, fast_track: bool, terms: Terms) -> date:
    """The last day on which the opinion may be submitted."""
    rule = FAST if fast_track else NORMAL
    return _slot(run, terms, rule).raw_due_on


def _key(what: str, rule: str) -> str:
    return f"commission.{what}.{'fast' if rule == FAST else 'normal'}"


@remember
def _asked(rule: str, begun_on: date, parameters: InForce) -> Ask:
    used = parameters.among([_key("days", rule)])
    why = {"rule": rule, "article": ARTICLE, "variant": OPINION, "anchor_is": "received_on", "parameters": used}
    return Ask(OPINION, why, period=begun_on.isoformat())


# -- the warning ahead of the limit -----------------------------------------------------------------------------


def soon(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """From the eighth working day (fast track: the fourth; agreed day: as long before it) on it is said that time runs out."""
    for duty in duties:
        if duty.rule in (NORMAL, FAST):
            yield from _warning(duty, terms)


def _warning(duty: Duty, terms: Terms) -> Iterator[Finding]:
    since_at = start_of(amber_on(duty.slot, duty.rule, terms))
    if duty.closed_at is not None and duty.closed_at <= since_at:
        return
    why: dict[str, Any] = {"rule": duty.rule, "article": ARTICLE, "since": since_at.isoformat()}
    if duty.slot.why.get("provisional"):
        why["provisional"] = True
    yield Finding(
        rule=duty.rule,
        variant=AMBER,
        period=duty.slot.period,
        since_at=since_at,
        severity="notice",
        why=why,
        ended_at=duty.closed_at,
        fact_kind=duty.fact_kind,
        fact_id=duty.fact_id,
    )


def amber_on(slot: Slot, rule: str, terms: Terms) -> date:
    """The day from which it is amber: as many working days before the last one as the parameters say."""
    parameters = terms.parameters.in_force(slot.opens_at)
    ahead = parameters[_key("days", rule)] - parameters[_key("amber", rule)]
    return _working_days_before(slot.raw_due_on, ahead, terms.calendar)


def _working_days_before(day: date, count: int, calendar: Calendar) -> date:
    return days_before(day, f"{count}wd", calendar) if count else day


def _rule(id: str, title: str, *, fast: bool) -> Rule:
    return Rule(
        id=id,
        title=title,
        article=ARTICLE,
        owed_by="staff",
        slots=fast_opinion if fast else opinion,
        findings=fast_soon if fast else normal_soon,
        meets={OPINION: frozenset({(SENT, "*")})},
        severity="serious",
        parameters=("commission.days.fast", "commission.amber.fast")
        if fast
        else ("commission.days.normal", "commission.amber.normal"),
        subject="commission",
    )


def normal_soon(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """The warning of an ordinary case."""
    return soon(facts, terms, tuple(duty for duty in duties if duty.rule == NORMAL))


def fast_soon(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """The warning of a fast-track case."""
    return soon(facts, terms, tuple(duty for duty in duties if duty.rule == FAST))


RULES = (
    _rule(NORMAL, N_("提交调查评估意见"), fast=False),
    _rule(FAST, N_("提交调查评估意见（速裁）"), fast=True),
)
