"""What is refused at the window, and in which words: each limit with its neighbours."""

from datetime import date, datetime, timedelta

import pytest

from supervision.days import SHANGHAI, Calendar
from supervision.errors import Refusal
from supervision.rules.base import InForce
from supervision.rules.parameters import VALID_FROM, default_parameters
from supervision.video_visits.limits import Asked, Standing, Visitor, free_turn, refuse_booking, refuse_time

TODAY = date(2026, 11, 25)
CALENDAR = Calendar({date(2026, 12, 4): "off"}, {2026})
LIMITS: InForce = default_parameters().in_force(VALID_FROM)
GROWN = Visitor("亲属", "ok", date(1980, 1, 1))
CHILD = Visitor("孩子", "ok", date(2008, 12, 3))
"""Eighteen on 3 December 2026, and of age from the day after, which is a day off."""
FINE = Asked((GROWN,), (date(2026, 12, 2),))


def told(asked: Asked = FINE, standing: Standing | None = None, today: date = TODAY) -> str:
    """What is said, or nothing."""
    try:
        refuse_booking(asked, standing or Standing("normal"), today, calendar=CALENDAR, limits=LIMITS)
    except Refusal as refusal:
        assert refusal.fields
        return refusal.sentence
    return ""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("count", "sentence"), [(0, "请选择来会见的亲属。"), (1, ""), (3, "")])
def test_one_to_three_visitors_may_come(count: int, sentence: str) -> None:
    assert told(Asked((GROWN,) * count, FINE.wanted)) == sentence


def test_four_visitors_are_refused() -> None:
    assert told(Asked((GROWN,) * 4, FINE.wanted)) == "一次会见最多 3 人，现选了 4 人。"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 12, 1), "须至少提前 5 个工作日预约，最早可约 2026-12-02。"),
        (date(2026, 12, 2), ""),
        (date(2026, 12, 3), ""),
        (date(2026, 12, 4), "2026-12-04 不是工作日，不安排会见。"),
        (date(2026, 12, 5), "2026-12-05 不是工作日，不安排会见。"),
    ],
)
def test_a_day_too_near_or_off_is_refused(day: date, sentence: str) -> None:
    assert told(Asked((GROWN,), (day,))) == sentence


def test_a_second_booking_in_the_same_month_is_refused() -> None:
    assert free_turn(set(), "normal", LIMITS) == 1
    with pytest.raises(Refusal, match="普管级每月会见 1 次，这个月已经约满 1 次。"):
        free_turn({1}, "normal", LIMITS)


def test_the_loose_class_has_two_turns_a_month_and_one_given_back_is_used_first() -> None:
    assert free_turn({1}, "loose", LIMITS) == 2
    assert free_turn({2}, "loose", LIMITS) == 1
    with pytest.raises(Refusal, match="每月会见 2 次"):
        free_turn({1, 2}, "loose", LIMITS)


def test_what_was_lost_without_fault_is_made_up_for_on_the_next_working_day() -> None:
    assert told(Asked((GROWN,), (date(2026, 11, 26),), makes_up=True)) == ""
    assert "最早可约 2026-11-26" in told(Asked((GROWN,), (date(2026, 11, 25),), makes_up=True))


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing("strict"), "严管级期间停止视频会见。"),
        (Standing("normal", may_visit=False), "监狱已停止该人的会见，不能预约。"),
        (Standing("normal", in_province=False), "只受理省内监狱的视频会见。"),
        (Standing("normal", suspended_until=date(2026, 12, 1)), ""),
        (Standing("normal", suspended_until=date(2026, 12, 2)), "会见暂停至 2026-12-02，请约在此后。"),
        (Standing("normal", missed_on=date(2026, 11, 2)), "30 日内不得再约。"),
        (Standing("normal", missed_on=date(2026, 11, 1)), ""),
    ],
)
def test_class_province_suspension_and_a_session_that_was_missed_stand_in_the_way(
    standing: Standing, sentence: str
) -> None:
    said = told(standing=standing)
    assert said.endswith(sentence) and bool(said) == bool(sentence)


def test_only_verified_relatives_come() -> None:
    assert told(Asked((GROWN, Visitor("生人", "new", None)), FINE.wanted)) == "生人还没有通过亲属核验。"


@pytest.mark.parametrize(
    ("day", "fits"), [(date(2026, 12, 2), False), (date(2026, 12, 3), False), (date(2026, 12, 7), True)]
)
def test_a_minor_comes_with_an_adult(day: date, fits: bool) -> None:
    assert (told(Asked((CHILD,), (day,))) == "") is fits
    assert told(Asked((CHILD, GROWN), (day,))) == ""


@pytest.mark.parametrize(("on", "minor"), [(3, True), (4, False)])
def test_of_age_is_who_had_the_birthday_the_day_before(on: int, minor: bool) -> None:
    assert CHILD.is_minor(date(2026, 12, on)) is minor


@pytest.mark.parametrize(
    ("begins", "fits"),
    [
        ("2026-12-03 08:29", False),
        ("2026-12-03 08:30", True),
        ("2026-12-03 11:00", True),
        ("2026-12-03 11:01", False),
        ("2026-12-03 14:29", False),
        ("2026-12-03 16:30", True),
        ("2026-12-03 16:31", False),
        ("2026-12-04 09:00", False),
        ("2026-12-03 23:50", False),
    ],
)
def test_sessions_lie_in_the_window_s_hours_of_working_days(begins: str, fits: bool) -> None:
    from_at = at(begins)
    if fits:
        refuse_time(from_at, from_at + timedelta(minutes=30), calendar=CALENDAR, limits=LIMITS)
        return
    with pytest.raises(Refusal, match="工作日"):
        refuse_time(from_at, from_at + timedelta(minutes=30), calendar=CALENDAR, limits=LIMITS)
