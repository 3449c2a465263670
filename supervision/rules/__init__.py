"""The rules in force, in reading order, and the one question that is asked of them: `evaluate`."""

from supervision.rules import first_report, regular_report
from supervision.rules.base import Duty, Facts, Finding, Order, Rule, Terms
from supervision.rules.settle import settle

RULES: tuple[Rule, ...] = (first_report.RULE, regular_report.RULE)
_BY_ID = {rule.id: rule for rule in RULES}


def by_id(rule_id: str) -> Rule:
    """The rule of that id. Raises KeyError."""
    return _BY_ID[rule_id]


def evaluate(facts: Facts, terms: Terms) -> tuple[tuple[Duty, ...], tuple[Finding, ...]]:
    """All that is owed by and for one subject, what became of it, and all that is wrong."""
    duties = tuple(
        duty
        for rule in RULES
        for duty in settle(rule, tuple(rule.slots(facts, terms)), facts)
        if still_owed(duty, facts.order)
    )
    return duties, tuple(finding for rule in RULES for finding in rule.findings(facts, terms, duties))


def still_owed(duty: Duty, order: Order) -> bool:
    """An ended order leaves its lapses and what was met; what would fall due later is owed no more."""
    return order.ended_at is None or duty.slot.limit_at <= order.ended_at or duty.state in ("met", "met_late")
