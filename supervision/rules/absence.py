"""Absence is a finding: the stretches in which an order lacks something that it must always have. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from supervision.days import add_days, local_day, start_of
from supervision.rules.base import Facts, Finding, Order, Rule


@dataclass(frozen=True, slots=True)
class Cover:
    """A stretch in which it is there, with the fact that says so; without an end it is there for good."""

    from_at: datetime
    to_at: datetime | None
    fact: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which it isn't, and the fact that ended it."""

    from_at: datetime
    to_at: datetime | None = None
    fact: tuple[str, int] | None = None


def absences(rule: Rule, covers: Iterable[Cover], facts: Facts) -> Iterator[Finding]:
    """One finding a gap, from the registration (or the ledger's first day) until the order ends.

    An old order that goes live without it is debt, not a finding (model §6); losing it later is a finding.
    """
    order = facts.order
    if order.registered_at is None:
        return
    begins_at = max(order.registered_at, start_of(order.ledger_from))
    for gap in one_a_day(gaps(covers, begins_at)):
        if not (is_imported(order) and gap.from_at == begins_at):
            yield from within_order(_finding(rule, gap), facts)


def gaps(covers: Iterable[Cover], begins_at: datetime) -> Iterator[Gap]:
    """What the stretches leave uncovered, from a moment on and for ever."""
    reached = begins_at
    for cover in sorted(covers, key=lambda cover: (cover.from_at, cover.fact)):
        if cover.from_at > reached:
            yield Gap(reached, cover.from_at, cover.fact)
            reached = cover.from_at
        if cover.to_at is None:
            return
        reached = max(reached, cover.to_at)
    yield Gap(reached)


def one_a_day(found: Iterable[Gap]) -> Iterable[Gap]:
    """Gaps that begin on the same day are one, from the first beginning to the last end."""
    by_day: dict[str, Gap] = {}
    for gap in found:
        day = local_day(gap.from_at).isoformat()
        by_day[day] = replace(gap, from_at=by_day[day].from_at) if day in by_day else gap
    return by_day.values()


def is_imported(order: Order) -> bool:
    """The ledger begins later than the day after the registration: the order came with an old register."""
    return order.imported and order.ledger_from > add_days(order.enrolled_on, 1)


def within_order(finding: Finding, facts: Facts) -> Iterator[Finding]:
    """No finding begins when the order has ended, or outlives it."""
    ended_at = facts.order.ended_at
    if ended_at is None or (finding.ended_at is not None and finding.ended_at <= ended_at):
        yield finding
    elif finding.since_at < ended_at:
        yield replace(finding, ended_at=ended_at, fact_kind="order_end", fact_id=facts.subject.id)


def _finding(rule: Rule, gap: Gap) -> Finding:
    kind, id = gap.fact or (None, None)
    return Finding(
        rule=rule.id,
        variant="",
        period=local_day(gap.from_at).isoformat(),
        since_at=gap.from_at,
        severity=rule.severity,
        why={"rule": rule.id, "article": rule.article, "since": gap.from_at.isoformat()},
        ended_at=gap.to_at,
        fact_kind=kind,
        fact_id=id,
    )
