"""The rules in force, in reading order, and the one question that is asked of them: `evaluate`."""

from supervision.rules import (
    confirm_pause,
    ending,
    expired_hold,
    first_report,
    late_to_register,
    no_class,
    no_future_duty,
    no_officer,
    no_phone,
    office_checks,
    reach_otherwise,
    regular_report,
)
from supervision.rules.base import Duty, Facts, Finding, Order, Rule, Terms
from supervision.rules.settle import settle

RULES: tuple[Rule, ...] = (
    first_report.RULE,
    late_to_register.RULE,
    regular_report.RULE,
    office_checks.RULE,
    *ending.RULES,
    expired_hold.RULE,
    confirm_pause.RULE,
    no_officer.RULE,
    no_class.RULE,
    no_phone.RULE,
    reach_otherwise.RULE,
    no_future_duty.RULE,
)
VARIANT_TITLES = {
    ("RE-12", "not_reported"): "逾期未报到",
    ("RE-12", "over_ten_days"): "逾期未报到超过十日",
    ("RE-12", "over_one_month"): "逾期未报到超过一个月",
    ("SU-01", "phone"): "电话报告",
    ("SU-01", "in_person"): "当面报到",
    ("SU-01", "written"): "书面报告",
    ("SU-04", "field"): "实地走访",
    ("SU-04", "info"): "信息化核查",
    ("confirm_pause", "custody"): "核实羁押情况",
    ("confirm_pause", "hospital"): "核实住院情况",
}
OTHER_TITLES = {
    "duplicate_person": "跨司法所重复登记",
    "history_misses": "导入的近期缺报",
    "ledger_difference": "台账与事实不符",
}
"""Findings that no rule makes: an import raises them, or the nightly reconcile; a human ends them."""
_BY_ID = {rule.id: rule for rule in RULES}


def by_id(rule_id: str) -> Rule:
    """The rule of that id. Raises KeyError."""
    return _BY_ID[rule_id]


def title_of(rule_id: str, variant: str = "") -> str:
    """What users read for a duty or finding; an unknown rule is shown by its id."""
    rule = _BY_ID.get(rule_id)
    return VARIANT_TITLES.get((rule_id, variant)) or (rule.title if rule else OTHER_TITLES.get(rule_id, rule_id))


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
    """An ended order leaves its lapses and what was met in time; what would fall due later is owed no more."""
    return order.ended_at is None or duty.slot.limit_at <= order.ended_at or duty.state == "met"
