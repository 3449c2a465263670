"""no_future_duty 无后续应办事项: a person with nothing owed and no legal end is the very definition of slipping out."""

from collections.abc import Iterator
from datetime import datetime

from supervision.days import end_of, local_day, start_of
from supervision.language import N_
from supervision.rules.base import Duty, Facts, Finding, Rule, Terms
from supervision.rules.timing import ONCE

OWED_BY_THE_PERSON = frozenset({"RE-06", "SU-01", "TE-01"})
AWAITED_BY = ("RE-06", "RE-07", "RE-08")
"""The duties by which somebody who isn't registered is awaited: their own first report, or the hand-over by an organ."""
RESTING = frozenset({"custody", "hospital"})


def no_future_duty(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Until the last day of the term there is always something that the person owes and whose limit is to come.

    Said ahead: it is true from the last limit that has been made so far, so of everybody in order it lies some sixty days
    ahead and moves on with each sync. What a named human took away doesn't count. Past the term the certificate stands for
    it, until it is written; before the registration the first report, or the hand-over by an organ. An open pause answers for
    it by its own weekly check.
    """
    order = facts.order
    if order.ended_at is not None or any(p.kind in RESTING and p.to_at is None for p in facts.pauses):
        return
    since_at = _nothing_since(facts, duties) if order.registered_at else _not_awaited_since(facts, duties)
    if since_at is not None:
        why = {"rule": RULE.id, "article": RULE.article, "since": since_at.isoformat()}
        yield Finding(RULE.id, "", ONCE, since_at, RULE.severity, why)


def _nothing_since(facts: Facts, duties: tuple[Duty, ...]) -> datetime | None:
    since_at, end_on = _owed_until(facts, duties), facts.order.end_on
    if end_on is None or since_at < end_of(end_on):
        return since_at
    certificates = [duty for duty in duties if duty.rule == "TE-03"]
    closed = [duty.closed_at for duty in certificates if duty.closed_at]
    return max([end_of(end_on), *closed]) if certificates and len(closed) == len(certificates) else None


def _owed_until(facts: Facts, duties: tuple[Duty, ...]) -> datetime:
    """The last limit of what the person owes, and at least the moment from which something must be owed."""
    order = facts.order
    begins_at = max(order.registered_at or start_of(order.start_on), start_of(order.ledger_from))
    owed = (d.slot.limit_at for d in duties if d.rule in OWED_BY_THE_PERSON and not _taken_away(d))
    return max([begins_at, *owed])


def _taken_away(duty: Duty) -> bool:
    return duty.fact_kind == "decision" and duty.state in ("void", "excused")


def _not_awaited_since(facts: Facts, duties: tuple[Duty, ...]) -> datetime | None:
    """From when nobody waits for the person any more.

    Of a first report that was missed the clocks of RE-12 run on. Who was handed over is registered on the same day (law RE-09).
    """
    awaited = [duty for duty in duties if duty.rule in AWAITED_BY]
    if any(duty.state == "open" or (duty.state == "missed" and duty.rule == "RE-06") for duty in awaited):
        return None
    ended = [_answered_at(duty, duty.closed_at) for duty in awaited if duty.closed_at]
    rested = [pause.to_at for pause in facts.pauses if pause.kind in RESTING and pause.to_at]
    return max([start_of(facts.order.ledger_from), *ended, *rested])


def _answered_at(duty: Duty, closed_at: datetime) -> datetime:
    return end_of(local_day(closed_at)) if duty.state in ("met", "met_late") else closed_at


RULE = Rule(
    id="no_future_duty",
    title=N_("无后续应办事项"),
    article=N_("《社区矫正法》第26条，《社区矫正法实施办法》第24条"),
    owed_by="organ",
    findings=no_future_duty,
    severity="grave",
)
