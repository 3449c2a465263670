"""What our texts say, what they must never say, and when they may go out."""

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.days import SHANGHAI
from supervision.messages import texts
from supervision.messages.outbox import may_send, next_moment
from supervision.messages.texts import (
    FIELD_WORDS,
    WORDS,
    Counts,
    Item,
    compose,
    kind_of,
    lint,
    missed,
    reminder,
    segments,
    staff_digest,
    valid_for,
)

FRIDAY = date(2026, 11, 27)
OFFICE = "柴村司法所"
SECOND = timedelta(seconds=1)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
items = st.lists(st.builds(Item, st.sampled_from(sorted(WORDS)), days), min_size=1, max_size=40)
offices = st.sampled_from([OFFICE, "汇丰司法所", "区司法局社区矫正科", ""]) | st.text(max_size=40)
holders = st.sampled_from(["self", "father", "spouse", "guarantor"])
counts = st.builds(Counts, *[st.integers(0, 10**9)] * 4)


def local(day, hour, minute=0, second=0):
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


# --- what they say


def test_a_reminder_names_the_day_and_what_was_agreed():
    assert reminder([Item("phone", FRIDAY)], OFFICE).body == "柴村提醒：11月27日来电，请按约办理。"


def test_one_text_holds_all_that_is_due_in_the_order_of_days():
    due = [Item("written", date(2026, 12, 1)), Item("in_person", FRIDAY), Item("phone", FRIDAY), Item("phone", FRIDAY)]
    body = "柴村提醒：11月27日来电、见面，12月1日交材料，请按约办理。"
    assert reminder(due, OFFICE) == texts.Text(body, 1)


def test_five_days_are_all_named_and_a_sixth_is_counted():
    due = [Item("phone", FRIDAY + timedelta(days=n)) for n in range(6)]
    assert reminder(due[:5], OFFICE).body.count("来电") == 5
    assert "12月1日来电，请按约" in reminder(due[:5], OFFICE).body
    assert "12月1日来电等6项，请按约" in reminder(due, OFFICE).body


def test_a_missed_text_asks_to_get_in_touch():
    body = "柴村提醒：11月27日见面还没有完成，请尽快与我们联系。"
    assert missed([Item("in_person", FRIDAY)], OFFICE).body == body


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_a_family_number_is_told_no_reason(kind):
    due = [Item(kind, FRIDAY)]
    assert reminder(due, OFFICE, "father").body == "柴村提醒：请转告您的家人：11月27日有约，请按时。"
    assert missed(due, OFFICE, "father").body == "柴村提醒：请转告您的家人：请尽快与我们联系。"


@pytest.mark.parametrize(
    ("office", "sender"),
    [
        ("柴村司法所", "柴村提醒："),
        ("汇丰街道", "汇丰街道提醒："),
        ("司法所", "提醒："),
        ("", "提醒："),
        ("区司法局社区矫正科", "提醒："),
        ("13800000001", "提醒："),
        ("一二三四五六七八", "提醒："),
        ("太原中北高新技术开发区", "提醒："),
    ],
)
def test_the_sender_is_the_place_alone_or_nobody(office, sender):
    assert reminder([Item("phone", FRIDAY)], office).body.startswith(sender + "11月27日")


def test_the_digest_is_in_figures_alone():
    assert staff_digest(Counts(12, 3, 1)).body == "今日应办12项，逾期3项，待处置1条，请登录系统查看。"
    assert staff_digest(Counts(12, 3, 1, 2)).body == "今日应办12项，逾期3项，其他待办2项，待处置1条，请登录系统查看。"


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (999, "999"), (1000, "999+"), (10**8, "999+")])
def test_a_large_figure_of_the_digest_never_looks_like_a_number_to_call(count, shown):
    assert staff_digest(Counts(count, 0, 0)).body.startswith(f"今日应办{shown}项")


def test_a_text_of_nothing_is_our_bug():
    with pytest.raises(AssertionError):
        reminder([], OFFICE)


@pytest.mark.parametrize(
    ("rule", "variant", "kind"),
    [
        ("SU-01", "phone", "phone"),
        ("SU-01", "in_person", "in_person"),
        ("SU-01", "written", "written"),
        ("RE-06", "in_person", "first_report"),
        ("BX-01", "written", "health"),
        ("BX-02", "written", "re_check"),
        ("TE-01", "written", "summary"),
    ],
)
def test_each_rule_that_reminds_a_person_has_its_word(rule, variant, kind):
    assert kind_of(rule, variant) == kind
    assert kind in WORDS


# --- what they never say


@given(items, offices, holders)
def test_no_text_to_a_person_or_family_has_a_breach(due, office, holder):
    for text in (reminder(due, office, holder), missed(due, office, holder)):
        assert lint(text.body) == []
        assert text.segments == segments(text.body) <= 4


@given(counts)
def test_no_digest_has_a_breach(figures):
    assert lint(staff_digest(figures).body) == []
    assert staff_digest(figures).segments == 1


@given(st.lists(st.builds(Item, st.sampled_from(sorted(WORDS)), days), min_size=1, max_size=3))
def test_three_duties_fit_one_segment_with_the_longest_sender(due):
    place = "村" * texts.LONGEST_PLACE
    assert reminder(due, place).segments == 1
    assert missed(due, place).segments == 1


@given(items, holders)
def test_a_text_is_made_of_the_place_the_days_and_known_words_only(due, holder):
    known = ["柴村", "提醒", "请按约办理", "还没有完成", "请尽快与我们联系", "请转告您的家人", "有约", "请按时"]
    words = [*known, *WORDS.values()]
    grammar = "(?:" + "|".join(words) + r"|\d{1,2}月\d{1,2}日|等\d+项|[，。、：])+"
    assert re.fullmatch(grammar, reminder(due, OFFICE, holder).body)
    assert re.fullmatch(grammar, missed(due, OFFICE, holder).body)


@given(items, st.sampled_from(["father", "spouse", "guarantor"]))
def test_a_family_text_is_the_same_whatever_is_due(due, holder):
    plain = [Item("phone", item.on) for item in due]
    assert reminder(due, OFFICE, holder) == reminder(plain, OFFICE, holder)
    assert missed(due, OFFICE, holder) == missed(plain, OFFICE, holder)


@pytest.mark.parametrize(
    ("body", "breach"),
    [
        *((f"请{word}来", f"field word {word}") for word in FIELD_WORDS),
        ("请到社区矫 正中心", "field word 矫正"),
        ("司\u200b法所", "field word 司法"),
        ("司_法", "field word 司法"),
        ("请打13800000001", "number"),
        ("请打138-0000-0001", "number"),
        ("请打138 0000 0001", "number"),
        ("请打１３８００００", "number"),
        ("电话0351-3333333", "number"),
        ("14010819900101001X", "number"),
        ("请打一三八零零零零", "number"),
        ("1234567", "number"),
        ("见https://a.cn", "link"),
        ("见www.gov", "link"),
        ("见a.cn/x", "link"),
        ("见ａ．ｃｎ", "link"),
        ("写信a@b", "link"),
        ("约" * 501, "too long"),
        ("", "empty"),
        (" \u200b", "empty"),
    ],
)
def test_each_breach_is_named_and_never_composed(body, breach):
    assert breach in lint(body)
    with pytest.raises(AssertionError):
        compose(body)


@pytest.mark.parametrize(
    "body", ["123456", "11月27日、11月28日、12月1日", "约" * 500, "今日应办999+项", "一二三四五六"]
)
def test_what_is_just_within_the_rules_passes(body):
    assert lint(body) == []


def test_all_breaches_of_a_text_are_named_at_once():
    assert lint("司法所13800000001") == ["field word 司法", "number"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("约" * 69, 1),
        ("约" * 70, 1),
        ("约" * 71, 2),
        ("约" * 134, 2),
        ("约" * 135, 3),
        ("𠮷" * 35, 1),
        ("𠮷" * 36, 2),
    ],
)
def test_segments_are_counted_in_ucs2(body, count):
    assert segments(body) == compose(body).segments == count


# --- when they go out


@given(st.timedeltas(timedelta(0), timedelta(days=5000)), st.booleans())
def test_the_next_moment_is_within_the_hours_never_earlier_and_settled(since, to_staff):
    wanted = datetime(2020, 1, 1, tzinfo=SHANGHAI) + since
    moment = next_moment(wanted, to_staff=to_staff)
    assert may_send(moment, to_staff=to_staff)
    assert wanted <= moment < wanted + timedelta(hours=13) + SECOND
    assert next_moment(moment, to_staff=to_staff) == moment


@pytest.mark.parametrize(
    ("now", "useless_from", "left"),
    [
        (local(FRIDAY, 9), local(FRIDAY + timedelta(days=1), 0), timedelta(hours=11)),
        (local(FRIDAY, 19, 59, 59), local(FRIDAY + timedelta(days=9), 0), SECOND),
        (local(FRIDAY, 10), local(FRIDAY, 12), timedelta(hours=2)),
        (local(FRIDAY, 12), local(FRIDAY, 12), timedelta(0)),
        (local(FRIDAY, 13), local(FRIDAY, 12), -timedelta(hours=1)),
    ],
)
def test_a_text_may_arrive_until_it_is_useless_or_the_evening_comes(now, useless_from, left):
    assert valid_for(now, useless_from) == left
