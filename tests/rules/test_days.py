"""Days, months, spans and working days; each edge with its neighbours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.days import (
    SHANGHAI,
    Calendar,
    Every,
    add_days,
    add_months,
    at_hour,
    end_of,
    every,
    local_day,
    span_of,
    start_of,
    term_end,
)

HOLIDAY = Calendar(
    {date(2026, 10, day): "off" for day in range(1, 8)}
    | {date(2026, 10, 10): "work", date(2026, 1, 1): "off", date(2026, 2, 28): "work"}
)
SECOND = timedelta(seconds=1)
any_day = st.dates(date(2000, 1, 1), date(2060, 12, 31))


# -- moments ----------------------------------------------------------------------------------------------------


def test_a_day_is_the_time_from_its_start_to_its_exclusive_end():
    day = date(2026, 3, 2)
    assert start_of(day) == datetime(2026, 3, 2, tzinfo=SHANGHAI) == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert end_of(day) == start_of(date(2026, 3, 3))
    assert at_hour(day, 17) == datetime(2026, 3, 2, 17, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 16, 0, 0, tzinfo=UTC), date(2026, 3, 3)),
    ],
)
def test_the_local_day_is_that_of_shanghai(moment, day):
    assert local_day(moment) == day


def test_a_naive_moment_is_refused():
    with pytest.raises(AssertionError, match="naive"):
        local_day(datetime(2026, 3, 2))  # noqa: DTZ001  the point


@given(any_day)
def test_start_and_end_lie_in_and_after_the_day(day):
    assert local_day(start_of(day)) == day == local_day(end_of(day) - SECOND)
    assert local_day(end_of(day)) == add_days(day, 1)


# -- months -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-01-15", 0, "2026-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", 11, "2026-12-15"),
        ("2026-01-15", 12, "2027-01-15"),
    ],
)
def test_months_are_added_with_the_day_clamped_to_the_months_end(day, count, expected):
    assert add_months(date.fromisoformat(day), count) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-03-11", 12, "2026-03-10"),
        ("2026-02-28", 1, "2026-03-30"),
        ("2025-08-31", 6, "2026-02-27"),
        ("2026-02-10", 3, "2026-05-09"),
        ("2026-01-01", 12, "2026-12-31"),
        ("2026-01-30", 1, "2026-02-27"),
        ("2026-04-30", 2, "2026-06-29"),
        ("2026-01-28", 1, "2026-02-27"),
        ("2026-01-29", 1, "2026-02-27"),
        ("2026-06-15", 6, "2026-12-14"),
        ("2026-06-15", 7, "2027-01-14"),
    ],
)
def test_a_term_of_months_ends_as_the_law_says(start, months, end):
    assert term_end(date.fromisoformat(start), months) == date.fromisoformat(end)


# -- steps and spans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("6d", Every(6, "d")),
        ("1w", Every(7, "d")),
        ("2w", Every(14, "d")),
        ("3m", Every(3, "m")),
        ("-30d", Every(-30, "d")),
        ("0d", Every(0, "d")),
    ],
)
def test_a_step_is_read_from_its_text(text, step):
    assert every(text) == step


@pytest.mark.parametrize("text", ["", "d", "1", "1y", "w1", "1 w", "1wd", "١w", "1.5w"])
def test_another_text_is_no_step(text):
    with pytest.raises(ValueError, match="is not a step"):
        every(text)


def test_steps_are_counted_from_the_anchor():
    anchor = date(2026, 1, 31)
    assert [every("1m").after(anchor, n) for n in (0, 1, 2)] == [anchor, date(2026, 2, 28), date(2026, 3, 31)]
    assert [every("2w").after(anchor, n) for n in (0, 1, 2)] == [anchor, date(2026, 2, 14), date(2026, 2, 28)]
    assert every("-3d").after(anchor) == date(2026, 1, 28)


@pytest.mark.parametrize(
    ("text", "day", "step"),
    [
        ("1w", "2025-01-01", 1),
        ("1w", "2026-01-31", 1),
        ("1w", "2026-02-06", 1),
        ("1w", "2026-02-07", 1),
        ("1w", "2026-02-08", 2),
        ("1m", "2026-01-31", 1),
        ("1m", "2026-02-28", 1),
        ("1m", "2026-03-01", 2),
        ("1m", "2026-03-31", 2),
        ("1m", "2026-04-01", 3),
        ("3m", "2026-04-30", 1),
        ("3m", "2026-05-01", 2),
        ("3m", "2026-07-31", 2),
        ("3m", "2026-08-01", 3),
        ("3m", "2027-01-31", 4),
    ],
)
def test_the_first_step_is_the_one_that_is_not_before_the_day(text, day, step):
    assert every(text).first_step(date(2026, 1, 31), date.fromisoformat(day)) == step


@given(any_day, any_day, st.sampled_from(["1d", "3d", "1w", "2w", "1m", "3m", "6m", "12m"]))
def test_no_smaller_step_would_do(anchor, day, text):
    step = every(text).first_step(anchor, day)
    assert every(text).after(anchor, step) >= day
    assert step == 1 or every(text).after(anchor, step - 1) < day


@pytest.mark.parametrize("text", ["0d", "-1w", "0m", "-1m"])
def test_a_grid_that_does_not_advance_is_refused(text):
    with pytest.raises(ValueError, match="at least one day"):
        every(text).first_step(date(2026, 1, 1), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("unit", "day", "first", "last"),
    [
        ("week", "2026-01-04", "2025-12-29", "2026-01-04"),
        ("week", "2026-01-05", "2026-01-05", "2026-01-11"),
        ("week", "2026-01-11", "2026-01-05", "2026-01-11"),
        ("month", "2026-02-01", "2026-02-01", "2026-02-28"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-03-31", "2026-01-01", "2026-03-31"),
        ("quarter", "2026-04-01", "2026-04-01", "2026-06-30"),
        ("quarter", "2026-12-31", "2026-10-01", "2026-12-31"),
        ("half_year", "2026-06-30", "2026-01-01", "2026-06-30"),
        ("half_year", "2026-07-01", "2026-07-01", "2026-12-31"),
    ],
)
def test_a_span_is_the_calendars_own(unit, day, first, last):
    assert span_of(unit, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_an_unknown_span_is_refused():
    with pytest.raises(ValueError, match="'year' is not one of"):
        span_of("year", date(2026, 1, 1))


@given(any_day, st.sampled_from(["week", "month", "quarter", "half_year"]))
def test_spans_follow_each_other(day, unit):
    first, last = span_of(unit, day)
    assert first <= day <= last
    assert span_of(unit, add_days(last, 1))[0] == add_days(last, 1)


# -- working days -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-09-30", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday that is worked
        ("2026-10-11", False),
        ("2026-10-12", True),
        ("2026-10-16", True),  # Friday
        ("2026-10-17", False),  # Saturday
    ],
)
def test_the_official_calendar_overrules_the_plain_week(day, working):
    assert HOLIDAY.is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-30", "2026-09-30"),
        ("2026-10-01", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-12"),
    ],
)
def test_the_next_working_day_is_the_day_itself_or_the_first_after_it(day, expected):
    assert HOLIDAY.next_working_day(date.fromisoformat(day)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-10-08", 0, "2026-10-08"),
        ("2026-10-03", 0, "2026-10-03"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-03", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", -1, "2026-09-30"),
        ("2026-10-12", -1, "2026-10-10"),
        ("2026-10-12", -4, "2026-09-30"),
        ("2026-12-30", 1, "2026-12-31"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2026-12-31", 300, "2028-02-24"),
        ("2026-01-02", -1, "2025-12-31"),
        ("2026-01-02", -300, "2024-11-07"),
    ],
)
def test_working_days_are_counted_without_the_day_itself_over_year_ends_too(day, count, expected):
    assert HOLIDAY.add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


@given(st.dates(date(2024, 1, 1), date(2029, 12, 31)), st.integers(-700, 700).filter(bool))
def test_counting_working_days_by_bisection_is_counting_them_one_by_one(day, count):
    step = timedelta(days=1 if count > 0 else -1)
    reached, left = day, abs(count)
    while left:
        reached += step
        left -= HOLIDAY.is_working(reached)
    assert HOLIDAY.add_working_days(day, count) == reached


def test_the_days_off_of_a_stretch_count_both_ends():
    assert HOLIDAY.days_off_between(date(2026, 10, 7), date(2026, 10, 11)) == [date(2026, 10, 7), date(2026, 10, 11)]
    assert HOLIDAY.days_off_between(date(2026, 10, 8), date(2026, 10, 8)) == []
    assert HOLIDAY.days_off_between(date(2026, 10, 11), date(2026, 10, 11)) == [date(2026, 10, 11)]
    assert HOLIDAY.days_off_between(date(2026, 10, 11), date(2026, 10, 10)) == []


def test_a_year_without_official_data_is_provisional():
    assert [HOLIDAY.is_provisional(date(year, 6, 1)) for year in (2025, 2026, 2027)] == [True, False, True]
    assert not Calendar({}, {2027}).is_provisional(date(2027, 6, 1))
