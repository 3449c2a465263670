"""CI-03, CI-04: the limit to the second, extensions, stopped and new clocks, the amber days, and what is said of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.days import DAY, SHANGHAI, end_of, local_day, start_of
from supervision.rules import evaluate
from supervision.rules.base import Act, Duty, Facts, Finding, Subject
from supervision.rules.commission import Commission, Run
from supervision.rules.explain import recompute, sentence
from tests.rules.cast import CALENDAR, OFF_2026, SECOND, WORK_2026, at, terms

MONDAY = at("2026-03-02 15:20")
DAYS = (at("2026-01-01 00:00").replace(tzinfo=None), at("2026-11-30 23:59").replace(tzinfo=None))


def facts(*runs: Run, fast: bool = False, acts: tuple[Act, ...] = (), ended_at: datetime | None = None) -> Facts:
    return Facts(Subject("commission", 1), Commission(fast, runs, ended_at), acts)


def sent(moment: str) -> Act:
    return Act("sent", 5, "letter", at(moment), at(moment))


def opinions(given: Facts) -> list[Duty]:
    return [duty for duty in evaluate(given, terms())[0] if duty.slot.variant == "opinion"]


def ambers(given: Facts) -> list[Finding]:
    return [finding for finding in evaluate(given, terms())[1] if finding.variant == "amber"]


@pytest.mark.parametrize(
    ("fast", "rule", "last"), [(False, "CI-03", date(2026, 3, 16)), (True, "CI-04", date(2026, 3, 9))]
)
def test_the_limit_is_the_end_of_the_tenth_working_day_or_the_fifth(fast: bool, rule: str, last: date) -> None:
    (duty,) = opinions(facts(Run(1, MONDAY), fast=fast))
    assert (duty.rule, duty.slot.raw_due_on, duty.slot.limit_at) == (rule, last, end_of(last))
    assert not duty.lapsed(duty.slot.limit_at - SECOND) and duty.lapsed(duty.slot.limit_at)


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-02-13 23:59", "2026-03-05"),  # the Spring Festival, with Saturdays worked on both sides
        ("2026-02-14 09:00", "2026-03-06"),  # a Saturday that is worked is a day like others
        ("2026-02-15 09:00", "2026-03-06"),  # received on a day off
        ("2026-04-30 09:00", "2026-05-18"),  # May, with a Saturday that is worked
        ("2026-09-30 17:00", "2026-10-20"),
    ],
)
def test_working_days_follow_the_official_calendar(received: str, last: str) -> None:
    (duty,) = opinions(facts(Run(1, at(received))))
    assert duty.slot.raw_due_on.isoformat() == last


def test_the_opinion_meets_it_up_to_the_last_second_and_is_late_after() -> None:
    run = Run(1, MONDAY)
    in_time = opinions(facts(run, acts=(sent("2026-03-16 23:59"),)))[0]
    late = opinions(facts(run, acts=(sent("2026-03-17 00:00"),)))[0]
    assert (in_time.state, late.state) == ("met", "met_late")


def test_an_agreed_day_takes_the_place_of_the_limit() -> None:
    (duty,) = opinions(facts(Run(1, MONDAY, until_on=date(2026, 3, 20))))
    assert (duty.slot.opens_at, duty.slot.limit_at) == (start_of(date(2026, 3, 2)), end_of(date(2026, 3, 20)))


@pytest.mark.parametrize(
    ("run", "fast", "since"),
    [
        (Run(1, MONDAY), False, "2026-03-12"),
        (Run(1, MONDAY), True, "2026-03-06"),
        (Run(1, MONDAY, until_on=date(2026, 3, 20)), False, "2026-03-18"),
    ],
)
def test_r_07_amber_from_the_eighth_working_day_or_the_fourth(run: Run, fast: bool, since: str) -> None:
    (amber,) = ambers(facts(run, fast=fast))
    assert (amber.since_at, amber.severity, amber.ended_at) == (at(f"{since} 00:00"), "notice", None)
    assert "办理期限将满" in sentence(amber.why)


def test_amber_ends_with_the_opinion_and_never_begins_after_it() -> None:
    run = Run(1, MONDAY)
    (amber,) = ambers(facts(run, acts=(sent("2026-03-13 10:00"),)))
    assert (amber.ended_at, amber.fact_kind, amber.fact_id) == (at("2026-03-13 10:00"), "sent", 5)
    assert ambers(facts(run, acts=(sent("2026-03-11 23:59"),))) == []


def test_what_was_handed_back_in_time_is_owed_no_more_and_what_had_lapsed_stays() -> None:
    back = replace(Run(1, MONDAY), ended_by="returned")
    assert opinions(facts(replace(back, to_at=at("2026-03-16 23:59")))) == []
    (lapsed,) = opinions(facts(replace(back, to_at=at("2026-03-17 00:00"))))
    assert lapsed.state == "open"


def test_material_that_comes_again_starts_a_new_clock() -> None:
    first = Run(1, MONDAY, at("2026-03-04 10:00"), "returned")
    (duty,) = opinions(facts(first, Run(2, at("2026-03-09 10:00"))))
    assert (duty.slot.period, duty.slot.raw_due_on) == ("2026-03-09", date(2026, 3, 23))


def test_an_organ_that_calls_it_off_leaves_only_a_lapse() -> None:
    run = Run(1, MONDAY, at("2026-03-10 10:00"), "organ_withdrew")
    assert opinions(facts(run, ended_at=at("2026-03-10 10:00"))) == []


def by_hand(first: date, count: int) -> date:
    """The plain recount: a day after the other, and each is asked of the table of holidays."""
    day = first
    while count:
        day += DAY
        off = day in OFF_2026 or (day.weekday() >= 5 and day not in WORK_2026)
        count -= not off
    return day


@given(
    received=st.datetimes(DAYS[0], DAYS[1]),
    fast=st.booleans(),
    extended=st.none() | st.integers(1, 30),
)
def test_the_clock_is_a_plain_recount_and_its_explanation_gives_it_again(
    received: datetime, fast: bool, extended: int | None
) -> None:
    moment = received.replace(tzinfo=SHANGHAI)
    last = by_hand(local_day(moment), 5 if fast else 10)
    agreed = last + timedelta(days=extended) if extended else None
    (duty,) = opinions(facts(Run(1, moment, until_on=agreed), fast=fast))
    assert duty.slot.limit_at == end_of(agreed or last)
    assert recompute(duty.slot.why) == (duty.slot.opens_at, duty.slot.due_at, duty.slot.limit_at)
    assert duty.slot.opens_at == start_of(local_day(moment))
    assert sentence(duty.slot.why).startswith("依据")
    assert CALENDAR.is_working(duty.slot.raw_due_on) or agreed
