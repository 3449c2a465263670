"""The rules in force, in reading order, and the one question that is asked of them: `evaluate`."""

from datetime import datetime

from supervision.language import N_
from supervision.rules import (
    appointments,
    assistance_help,
    assistance_release,
    assistance_search,
    assistance_yearly,
    commission_clock,
    commission_notices,
    confirm_pause,
    discipline_earlier,
    discipline_steps,
    ending,
    expired_hold,
    first_report,
    help_office,
    late_to_register,
    lost_contact,
    no_class,
    no_future_duty,
    no_officer,
    no_phone,
    office_checks,
    reach_otherwise,
    reception_papers,
    reception_steps,
    regular_report,
    told_family,
    video_visit_clocks,
)
from supervision.rules.assistance import Assistance
from supervision.rules.base import Duty, Facts, Finding, Order, Rule, Terms
from supervision.rules.commission import Commission
from supervision.rules.reception import is_old
from supervision.rules.settle import settle
from supervision.rules.video_visit import Booking

RULES: tuple[Rule, ...] = (
    first_report.RULE,
    late_to_register.RULE,
    *reception_papers.RULES,
    *reception_steps.RULES,
    regular_report.RULE,
    office_checks.RULE,
    appointments.RULE,
    *ending.RULES,
    expired_hold.RULE,
    confirm_pause.RULE,
    no_officer.RULE,
    no_class.RULE,
    no_phone.RULE,
    reach_otherwise.RULE,
    no_future_duty.RULE,
    *lost_contact.RULES,
    *discipline_steps.RULES,
    *discipline_earlier.RULES,
    *assistance_release.RULES,
    *assistance_search.RULES,
    *assistance_help.RULES,
    *assistance_yearly.RULES,
    *help_office.RULES,
    told_family.RULE,
    *video_visit_clocks.RULES,
    *commission_clock.RULES,
    *commission_notices.RULES,
)
MATTERS: dict[str, type] = {"order": Order, "assistance": Assistance, "booking": Booking, "commission": Commission} | {
    help_office.SUBJECT: help_office.HelpOffice,
    told_family.SUBJECT: told_family.Prisoner,
}
"""Kind of subject → what the rules see of it: a frozen dataclass with `ended_at`, from when on nothing more falls due."""
RULES_OF: dict[str, tuple[Rule, ...]] = {
    kind: tuple(rule for rule in RULES if rule.subject == kind)
    for kind in dict.fromkeys(rule.subject for rule in RULES)
}
"""Kind of subject → the rules that are asked of it."""
ORDER = "order"
OF_OLD_ORDERS = tuple(rule for rule in RULES_OF[ORDER] if not rule.of_reception)
VARIANT_TITLES = {
    ("RE-12", "not_reported"): N_("逾期未报到"),
    ("RE-12", "over_ten_days"): N_("逾期未报到超过十日"),
    ("RE-12", "over_one_month"): N_("逾期未报到超过一个月"),
    ("R-08", "woman"): N_("女性的矫正小组没有女性成员"),
    ("R-08", "minors"): N_("未成年人的矫正小组没有熟悉未成年人的人员"),
    ("SU-01", "phone"): N_("电话报告"),
    ("SU-01", "in_person"): N_("当面报到"),
    ("SU-01", "written"): N_("书面报告"),
    ("SU-04", "field"): N_("实地走访"),
    ("SU-04", "info"): N_("信息化核查"),
    ("AP-01", "field"): N_("约定的走访"),
    ("AP-01", "office"): N_("约定的见面"),
    ("RA-08", "fetch"): N_("必接必送"),
    ("RA-08", "receive"): N_("衔接"),
    ("RA-20", "village"): N_("年度鉴定：村居意见"),
    ("RA-20", "township"): N_("年度鉴定：乡镇（街道）意见"),
    ("RA-25", "release"): N_("印发预释放名单"),
    ("RA-25", "unconnected"): N_("印发未衔接人员名单"),
    ("VV-13", "confirm"): N_("确认会见时间"),
    ("VV-13", "attend"): N_("按时到场会见"),
    ("CI-03", "amber"): N_("调查评估期限将满"),
    ("CI-04", "amber"): N_("调查评估（速裁）期限将满"),
    ("confirm_pause", "custody"): N_("核实羁押情况"),
    ("confirm_pause", "hospital"): N_("核实住院情况"),
    ("LO-05", "over_ten_days"): N_("脱管超过十日"),
    ("LO-05", "over_one_month"): N_("脱管超过一个月"),
    ("discipline_step", "clue"): N_("训诫、警告线索研判"),
    ("discipline_step", "opened"): N_("训诫、警告案件调查取证"),
    ("discipline_step", "investigated"): N_("提出训诫、警告建议"),
    ("discipline_step", "proposed"): N_("训诫、警告法制审核"),
    ("discipline_step", "reviewed"): N_("作出训诫、警告决定"),
    ("discipline_step", "decided"): N_("送达训诫、警告决定书"),
    ("discipline_step", "served"): N_("训诫、警告案件归档"),
    ("discipline_step", "objection"): N_("处理训诫、警告异议"),
    ("discipline_step", "psb_pending"): N_("询问治安管理处罚结果"),
    ("DI-W5", "two_admonitions"): N_("已受两次训诫"),
    ("DI-W5", "third_breach"): N_("两次训诫后又违反规定"),
    ("RV-12", "two_warnings"): N_("两次警告：撤销、收监候选"),
    ("RV-12", "over_a_month"): N_("逾期报到或者脱管超过一个月：撤销候选"),
}
OTHER_TITLES = {
    "duplicate_person": N_("跨司法所重复登记"),
    "history_misses": N_("导入的近期缺报"),
    "ledger_difference": N_("台账与事实不符"),
}
"""Findings that no rule makes: an import raises them, or the nightly reconcile; a human ends them."""
_BY_ID = {rule.id: rule for rule in RULES}


def by_id(rule_id: str) -> Rule:
    """The rule of that id. Raises KeyError."""
    return _BY_ID[rule_id]


def title_of(rule_id: str, variant: str = "") -> str:
    """What users read for a duty or finding, a page says it by `_()`; an unknown rule is shown by its id."""
    rule = _BY_ID.get(rule_id)
    return VARIANT_TITLES.get((rule_id, variant)) or (rule.title if rule else OTHER_TITLES.get(rule_id, rule_id))


def asked_of(facts: Facts) -> tuple[Rule, ...]:
    """The rules that are asked of a subject; of an order that was old when its ledger began none of its reception."""
    if facts.subject.kind == ORDER and is_old(facts.order):
        return OF_OLD_ORDERS
    return RULES_OF[facts.subject.kind]


def evaluate(facts: Facts, terms: Terms) -> tuple[tuple[Duty, ...], tuple[Finding, ...]]:
    """All that is owed by and for one subject, what became of it, and all that is wrong."""
    asked, ended_at = asked_of(facts), facts.matter.ended_at
    duties = tuple(
        duty
        for rule in asked
        if rule.owes and (slots := tuple(rule.slots(facts, terms)))
        for duty in settle(rule, slots, facts)
        if still_owed(duty, ended_at)
    )
    return duties, tuple(finding for rule in asked if rule.finds for finding in rule.findings(facts, terms, duties))


def still_owed(duty: Duty, ended_at: datetime | None) -> bool:
    """What has ended leaves its lapses and what was met in time; what would fall due later is owed no more."""
    return ended_at is None or duty.slot.limit_at <= ended_at or duty.state == "met"
