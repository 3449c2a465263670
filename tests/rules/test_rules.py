"""The list of rules, their names, and their purity."""

from pathlib import Path

import pytest

from supervision.rules import RULES, VARIANT_TITLES, by_id, evaluate, title_of
from supervision.rules import __file__ as package
from tests.rules.cast import at, facts, order, terms, unregistered

FOLDER = Path(package).parent


def test_no_rule_asks_what_time_it_is():
    for file in FOLDER.glob("*.py"):
        assert ".now" not in file.read_text(encoding="utf-8").replace("limit_at <= now", ""), file.name


@pytest.mark.parametrize(
    ("rule", "variant", "title"),
    [
        ("RE-06", "in_person", "首次报到"),
        ("SU-01", "phone", "电话报告"),
        ("SU-01", "in_person", "当面报到"),
        ("SU-01", "written", "书面报告"),
        ("SU-01", "", "定期报告"),
        ("SU-04", "field", "实地走访"),
        ("SU-04", "info", "信息化核查"),
        ("TE-01", "summary", "个人总结"),
        ("TE-02", "appraisal", "期满鉴定"),
        ("TE-03", "certificate", "解除证明"),
        ("RE-12", "over_ten_days", "逾期未报到超过十日"),
        ("no_officer", "", "无责任工作人员"),
        ("ZZ-99", "phone", "ZZ-99"),
    ],
)
def test_users_read_titles(rule, variant, title):
    assert title_of(rule, variant) == title


def test_every_variant_title_belongs_to_a_rule_that_says_it():
    said = {(rule.id, variant) for rule in RULES for variant in rule.meets}
    of_findings = {rule.id for rule in RULES if rule.findings.__name__ != "_no_findings"}
    assert {key for key in VARIANT_TITLES if key[0] not in of_findings} <= said
    for rule in RULES:
        assert {*rule.paused_by, *rule.rests_through, *rule.remind_days, *rule.tells_of_miss} <= set(rule.meets)


def test_a_rule_is_found_by_its_id():
    assert [by_id(rule.id) for rule in RULES] == list(RULES)
    with pytest.raises(KeyError):
        by_id("ZZ-99")


def test_the_whole_year_of_a_healthy_person_is_owed_in_reading_order():
    duties, findings = evaluate(facts(), terms())
    counts = {rule.id: sum(duty.rule == rule.id for duty in duties) for rule in RULES}
    assert {id: n for id, n in counts.items() if n} == {
        "RE-06": 1,
        **dict.fromkeys(("RE-01", "RE-02", "RE-04", "RE-13", "RE-14", "RE-15", "RE-17", "RE-18"), 1),
        "SU-01": 52 + 11 + 11,
        "SU-04": 4 + 52,
        "TE-01": 1,
        "TE-02": 1,
    }
    assert [finding.rule for finding in findings] == []
    assert [rule.id for rule in RULES if counts[rule.id]] == list(dict.fromkeys(duty.rule for duty in duties))


def test_an_ended_order_has_no_open_duty_after_its_end_and_no_open_finding():
    ended = order(ended_at=at("2026-05-20 10:00"), end_kind="revoked")
    duties, findings = evaluate(facts(ended, level=None, phones=(), responsibilities=()), terms())
    assert max(duty.slot.limit_at for duty in duties) <= at("2026-05-20 10:00")
    assert {finding.ended_at for finding in findings} == {at("2026-05-20 10:00")}
    assert {finding.rule for finding in findings} == {"no_officer", "no_class", "no_phone", "reach_otherwise"}


def test_a_person_who_never_came_is_found_by_the_clocks_and_by_nothing_else():
    _, findings = evaluate(facts(unregistered(), level=None, phones=(), responsibilities=()), terms())
    assert {finding.rule for finding in findings} == {"RE-12", "RV-12"}
