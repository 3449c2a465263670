"""The sentences that users read, and the dates that an explanation gives back."""

from datetime import date

import pytest

from supervision.rules import evaluate
from supervision.rules.explain import day_text, interval_text, moment_text, recompute, sentence
from tests.rules.cast import at, duties_of, facts, order, pause, terms, unregistered


def sentences(given, rule: str, variant: str = "") -> list[str]:
    duties, findings = evaluate(given, terms())
    duty_whys = [d.slot.why for d in duties if d.rule == rule and variant in ("", d.slot.variant)]
    return [sentence(why) for why in [*duty_whys, *(f.why for f in findings if f.rule == rule)]]


@pytest.mark.parametrize(
    ("rule", "variant", "expected"),
    [
        (
            "RE-06",
            "",
            "依据《社区矫正法》第21条：自裁判生效日2026年1月2日起第8日；2026年1月2日起可以办理，"
            "应于2026年1月10日24时前办理，最迟2026年1月12日24时。",
        ),
        (
            "SU-01",
            "phone",
            "依据《社区矫正法实施办法》第24条：自登记接收日2026年1月5日起每周一次（普管），第1次；"
            "2026年1月6日起可以办理，最迟2026年1月12日24时。",
        ),
        (
            "SU-04",
            "field",
            "依据《社区矫正法》第26条，《社区矫正法实施办法》第23条：每季度一次（普管），本期至2026年3月31日；"
            "2026年1月5日起可以办理，应于2026年3月28日24时前办理，最迟2026年3月31日24时。",
        ),
        (
            "TE-01",
            "",
            "依据《社区矫正法实施办法》第53条：矫正期满日2026年10月1日前30日；2026年8月22日起可以办理，"
            "应于2026年9月1日24时前办理，最迟2026年9月11日24时。",
        ),
        (
            "TE-03",
            "",
            "依据《社区矫正法》第44条，《社区矫正法实施办法》第53条：矫正期满日2026年10月1日当日办理；"
            "2026年10月1日起可以办理，应于2026年10月1日17时前办理，最迟2026年10月1日24时。",
        ),
        (
            "confirm_pause",
            "",
            "依据《社区矫正法》第32条，《社区矫正法实施办法》第41条：自暂停起始日2026年6月1日起每周核实一次，第1次；"
            "2026年6月2日起可以办理，最迟2026年6月8日24时。",
        ),
    ],
)
def test_a_duty_is_explained_in_one_sentence(rule, variant, expected):
    given = facts(order(end_on=date(2026, 10, 1)), pauses=(pause("custody", "2026-06-01 09:00", "2026-06-20 09:00"),))
    assert sentences(given, rule, variant)[0] == expected


@pytest.mark.parametrize(
    ("every", "said"), [("2d", "自裁判生效日2026年1月2日起第2日"), ("1d", "自裁判生效日2026年1月2日起第1日"),
                        ("0d", "裁判生效日2026年1月2日当日办理"), ("-1d", "裁判生效日2026年1月2日前1日")]
)  # fmt: skip
def test_days_are_counted_after_on_and_before_the_anchor(every, said):
    (report,) = duties_of("RE-06", "in_person", facts(unregistered()))
    assert f"：{said}；" in sentence({**report.slot.why, "every": every})


def test_the_last_call_names_the_end_of_the_term():
    said = sentences(facts(order(end_on=date(2026, 3, 4)), level="strict"), "SU-01", "phone")
    assert said[-1] == (
        "依据《社区矫正法实施办法》第24条：矫正期满日2026年3月4日的最后一次报告（严管）；"
        "2026年2月26日起可以办理，最迟2026年3月4日24时。"
    )


def test_a_shift_and_an_outage_are_named():
    given = facts(
        order(registered_at=at("2026-01-15 09:00"), ledger_from=date(2026, 1, 15), end_on=None),
        pauses=(pause("own_outage", "2026-03-15 09:00", "2026-03-17 09:00"),),
    )
    first, second = sentences(given, "SU-01", "in_person")[:2]
    assert "原定日为休息日，顺延9日；" in first
    assert "系统故障至2026年3月17日，期限已顺延；" in second and "最迟2026年3月18日24时" in second


def test_a_guessed_calendar_is_named():
    given = facts(order(registered_at=at("2026-12-02 09:00"), ledger_from=date(2026, 12, 2), end_on=None))
    assert "；该年度放假安排尚未公布，暂按周末推算，公布后重新计算；" in sentences(given, "SU-01", "in_person")[0]


def test_a_first_report_without_an_effective_day_says_from_which_day_it_counts():
    assert "自矫正期起始日2026年1月2日起第8日" in sentences(facts(unregistered(effective_on=None)), "RE-06")[0]


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("no_officer", facts(responsibilities=()), "没有确定责任工作人员"),
        ("no_class", facts(level=None), "没有确定管理类别，暂按普管的频次执行"),
        ("no_phone", facts(phones=()), "没有可以联系到本人的有效电话"),
        (
            "reach_otherwise",
            facts(phones=()),
            "短信不能送达本人（不接收短信，或者没有可以收短信的号码），须以其他方式通知应办的事项",
        ),
    ],
)
def test_a_finding_says_what_is_missing_since_when(rule, given, expected):
    assert sentences(given, rule)[0].endswith(f"：自2026年1月5日9时起{expected}。")


@pytest.mark.parametrize(
    ("kind", "proposal"),
    [
        ("probation", "按《社区矫正法实施办法》第46条第2项可提请撤销缓刑"),
        ("parole", "按《社区矫正法实施办法》第47条第1项可提请撤销假释"),
        ("public_surveillance", "按《社区矫正法实施办法》第36条可提请公安机关给予治安管理处罚"),
    ],
)
def test_a_proposal_is_only_proposed(kind, proposal):
    said = sentences(facts(unregistered(kind=kind)), "RE-12")
    assert said[0].endswith("按《社区矫正法实施办法》第34条第1项可提出训诫建议，由工作人员决定。")
    assert said[-1].endswith(f"自2026年2月12日24时起逾期未报到，{proposal}，由工作人员决定。")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-03-01 00:00", "2026年2月28日24时"),
        ("2026-03-01 00:01", "2026年3月1日0时1分"),
        ("2026-03-01 17:00", "2026年3月1日17时"),
        ("2026-03-01 17:30", "2026年3月1日17时30分"),
    ],
)
def test_midnight_is_read_as_the_end_of_the_day_before(moment, text):
    assert moment_text(at(moment)) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [("1w", "每周"), ("2w", "每2周"), ("7d", "每周"), ("10d", "每10日"), ("1m", "每月"), ("3m", "每3个月")],
)
def test_an_interval_is_read_in_its_own_unit(text, read):
    assert interval_text(text) == read


def test_a_day_is_read_without_leading_zeros():
    assert day_text(date(2026, 3, 2)) == "2026年3月2日"


def test_an_explanation_that_went_through_json_gives_the_same_moments():
    import json

    duties, _ = evaluate(facts(level="strict"), terms())
    for duty in duties:
        why = json.loads(json.dumps(duty.slot.why))
        assert recompute(why) == (duty.slot.opens_at, duty.slot.due_at, duty.slot.limit_at)


def test_what_explains_no_slot_is_refused():
    with pytest.raises(KeyError):
        recompute({"rule": "no_class", "since": "2026-01-05T09:00:00+08:00"})
