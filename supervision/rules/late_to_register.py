"""RE-12 逾期未报到: the clocks that run from the day after the limit of the first report."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from supervision.days import add_days, add_months, local_day, start_of
from supervision.language import N_
from supervision.rules.absence import within_order
from supervision.rules.base import MOMENT, Duty, Facts, Finding, Order, Rule, Terms
from supervision.rules.timing import ONCE

ID = "RE-12"
ARTICLE = N_("《社区矫正法》第30条，《社区矫正法实施办法》第38条")
ADMONITION = N_("《社区矫正法实施办法》第34条第1项")
WARNING = N_("《社区矫正法实施办法》第35条第2项")
BEYOND_A_MONTH = {
    "probation": ("revoke_probation", N_("《社区矫正法实施办法》第46条第2项")),
    "parole": ("revoke_parole", N_("《社区矫正法实施办法》第47条第1项")),
    "public_surveillance": ("police_penalty", N_("《社区矫正法实施办法》第36条")),
}
"""Public surveillance knows no revocation (CL 38); of a temporary execution outside the law counts no month (IM 49)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One stage of lateness: its first day, and what the article lets the office propose. Proposed, never decided."""

    variant: str
    from_on: date
    proposes: str
    article: str
    severity: str


def late_to_register(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """A person who hasn't reported is looked for at once; what the law proposes grows with the days.

    Lateness counts from the day after the last day in time: up to ten days an admonition (训诫), over ten a warning (警告),
    over a month the revocation of probation or parole (of those only; under public surveillance a penalty by the police).
    Each ends when the person is registered, or when the order ends. After custody the last first report counts. Whoever is
    handed over (暂予监外执行) owes no first report, and so is never late with it.
    """
    report = next((duty for duty in reversed(duties) if duty.rule == "RE-06"), None)
    if report is None or report.state in ("excused", "void"):
        return
    order = facts.order
    registered_at = order.registered_at
    for clock in clocks(order, report.slot.limit_at):
        if registered_at is None or start_of(clock.from_on) < registered_at:
            yield from within_order(_finding(clock, facts), facts)


def clocks(order: Order, limit_at: datetime) -> list[Clock]:
    """The stages, from the limit of the first report: day 11, day 21, and the day after a month."""
    last_day_in_time = local_day(limit_at - MOMENT)
    proposes, article = BEYOND_A_MONTH.get(order.kind, ("warning", WARNING))
    return [
        Clock("not_reported", add_days(last_day_in_time, 1), "admonition", ADMONITION, "serious"),
        Clock("over_ten_days", add_days(last_day_in_time, 11), "warning", WARNING, "grave"),
        Clock("over_one_month", add_days(add_months(last_day_in_time, 1), 1), proposes, article, "grave"),
    ]


def _finding(clock: Clock, facts: Facts) -> Finding:
    found = Finding(ID, clock.variant, ONCE, start_of(clock.from_on), clock.severity, _why(clock, facts.order))
    if facts.order.registered_at is None:
        return found
    act = next((act for act in facts.acts if act.kind == "registration"), None)
    kind, id = (act.kind, act.id) if act else ("order", facts.subject.id)
    return replace(found, ended_at=facts.order.registered_at, fact_kind=kind, fact_id=id)


def _why(clock: Clock, order: Order) -> dict[str, Any]:
    return {
        "rule": ID,
        "article": ARTICLE,
        "variant": clock.variant,
        "since": start_of(clock.from_on).isoformat(),
        "order_kind": order.kind,
        "proposes": clock.proposes,
        "proposed_under": clock.article,
    }


RULE = Rule(
    id=ID,
    title=N_("逾期未报到"),
    article=ARTICLE,
    owed_by="organ",
    findings=late_to_register,
    severity="grave",
    runs_before_ledger=True,
)
