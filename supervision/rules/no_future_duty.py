"""no_future_duty 无后续应办事项: a person with nothing owed and no legal end is the very definition of slipping out."""

from collections.abc import Iterator
from datetime import datetime

from supervision.days import end_of, start_of
from supervision.rules.base import Duty, Facts, Finding, Rule, Terms
from supervision.rules.timing import ONCE

OWED_BY_THE_PERSON = frozenset({"RE-06", "SU-01", "TE-01"})
RESTING = frozenset({"custody", "hospital"})


def no_future_duty(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Until the last day of the term there is always something that the person owes and whose limit is to come.

    Said ahead: it is true from the last limit that has been made so far, so of everybody in order it lies some sixty days
    ahead and moves on with each sync. What a named human took away doesn't count. An open pause answers for it by its own
    weekly check.
    """
    order = facts.order
    if order.registered_at is None or order.ended_at is not None:
        return
    if any(pause.kind in RESTING and pause.to_at is None for pause in facts.pauses):
        return
    since_at = _owed_until(facts, duties)
    if order.end_on is None or since_at < end_of(order.end_on):
        why = {"rule": RULE.id, "article": RULE.article, "since": since_at.isoformat()}
        yield Finding(RULE.id, "", ONCE, since_at, RULE.severity, why)


def _owed_until(facts: Facts, duties: tuple[Duty, ...]) -> datetime:
    """The last limit of what the person owes, and at least the moment from which something must be owed."""
    order = facts.order
    begins_at = max(order.registered_at or start_of(order.start_on), start_of(order.ledger_from))
    owed = (d.slot.limit_at for d in duties if d.rule in OWED_BY_THE_PERSON and not _taken_away(d))
    return max([begins_at, *owed])


def _taken_away(duty: Duty) -> bool:
    return duty.fact_kind == "decision" and duty.state in ("void", "excused")


RULE = Rule(
    id="no_future_duty",
    title="无后续应办事项",
    article="《社区矫正法》第26条，《社区矫正法实施办法》第24条",
    owed_by="organ",
    findings=no_future_duty,
    severity="grave",
)
