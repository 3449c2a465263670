"""RA-12, RA-14..RA-16, RA-21: the term, the file, visits by class, two places, a move, the end."""

from datetime import date

import pytest

from supervision.days import start_of
from supervision.rules.assistance import help_ends_on
from supervision.rules.base import ClassDecision, Pause
from supervision.rules.explain import recompute, sentence
from supervision.rules.parameters import default_parameters
from tests.rules.assistance_cast import awaited, facts, helped
from tests.rules.cast import act, at, changed_parameters, days, duties_of, evaluate, terms


@pytest.mark.parametrize(
    ("source", "begins", "ends"),
    [
        ("prison", date(2024, 2, 29), date(2029, 2, 27)),
        ("correction", date(2026, 1, 1), date(2028, 12, 31)),
    ],
    ids=["a leap day", "a new year"],
)
def test_help_ends_on_the_day_before_its_anniversary(source, begins, ends):
    assert help_ends_on(source, begins, default_parameters().in_force(start_of(begins))) == ends


def test_the_years_are_parameters():
    longer = changed_parameters(("ra.period.correction", at("2026-01-01 00:00"), 5))
    assert help_ends_on("correction", date(2026, 5, 20), longer.in_force(at("2026-05-20 09:00"))) == date(2031, 5, 19)


def test_a_file_is_opened_within_three_days_and_seven_at_the_latest():
    (duty,) = duties_of("RA-12", "file", facts(helped()))
    assert days(duty.slot) == ("2026-05-20 00:00", "2026-05-24 00:00", "2026-05-28 00:00")
    assert duties_of("RA-12", "file", facts(awaited())) == []
    assert duties_of("RA-12", "file", facts(helped(ledger_from=date(2026, 5, 21), imported=True))) == []
    elsewhere = (act("connection", "elsewhere", "2026-05-20 10:00"),)
    assert duties_of("RA-12", "file", facts(helped(), acts=elsewhere)) == []


def test_a_file_of_somebody_who_was_here_before_is_opened_from_the_day_on_which_the_office_knew() -> None:
    late = helped(known_on=date(2026, 6, 1), ledger_from=date(2026, 6, 1))
    (duty,) = duties_of("RA-12", "file", facts(late))
    assert days(duty.slot) == ("2026-06-01 00:00", "2026-06-05 00:00", "2026-06-09 00:00")


@pytest.mark.parametrize(("begun", "first"), [("2026-11-16", "2026-12-24"), ("2026-11-17", "2027-06-23")])
def test_forty_five_days_are_enough_for_a_visit_of_the_half_year(begun: str, first: str) -> None:
    late = helped(connected_at=at(f"{begun} 09:00"), known_on=date.fromisoformat(begun), ledger_from=date(2026, 11, 1))
    third = (ClassDecision(1, "third", at(f"{begun} 09:00")),)
    found = duties_of("RA-14", "visit", facts(late, classes=third), terms(date(2027, 1, 15)))
    assert found[0].slot.period == first


CLASSES = {
    "first": ["2026-05-24", "2026-06-23", "2026-07-24", "2026-08-24", "2026-09-23", "2026-10-24"],
    "second": ["2026-06-23", "2026-09-23"],
    "third": ["2026-12-24"],
    None: ["2026-06-23", "2026-09-23"],
}


@pytest.mark.parametrize(("level", "due"), CLASSES.items())
def test_visits_go_by_class_in_the_calendars_periods(level, due):
    classes = (ClassDecision(1, level, at("2026-05-20 11:00")),) if level else ()
    found = duties_of("RA-14", "visit", facts(helped(), classes=classes), terms(date(2026, 10, 31)))
    assert [duty.slot.period for duty in found if duty.slot.opens_at < at("2026-10-31 00:00")][: len(due)] == due


@pytest.mark.parametrize(("decided", "due"), [("2026-05-27 23:59", "2026-05-24"), ("2026-05-28 00:00", "2026-06-23")])
def test_a_class_that_is_decided_with_the_file_counts_from_the_connection(decided, due):
    given = facts(helped(), classes=(ClassDecision(1, "first", at(decided)),))
    assert duties_of("RA-14", "visit", given)[0].slot.period == due


def test_a_first_month_of_which_less_than_a_third_remains_is_not_owed():
    late = helped(connected_at=at("2026-05-22 09:00"))
    first = (ClassDecision(1, "first", at("2026-05-22 09:00")),)
    assert duties_of("RA-14", "visit", facts(late, classes=first))[0].slot.period == "2026-06-23"


@pytest.mark.parametrize(("mode", "state"), [("met", "met"), ("nobody", "open"), ("phone", "open")])
def test_a_visit_that_met_nobody_counts_for_nothing(mode, state):
    given = facts(helped(), acts=(act("help_visit", mode, "2026-06-30 23:59"),))
    assert duties_of("RA-14", "visit", given)[0].state == state


def test_visits_rest_while_somebody_is_looked_for():
    gone = (Pause(1, "off", at("2026-09-01 09:00"), None, at("2026-09-01 09:00")),)
    found = duties_of("RA-14", "visit", facts(helped(), pauses=gone), terms(date(2026, 12, 31)))
    assert [duty.state for duty in found] == ["open", "excused", "void"]


@pytest.mark.parametrize(
    ("rule", "kind", "limit"),
    [("RA-15", "dual_asked", "2026-06-09 00:00"), ("RA-16", "move_asked", "2026-06-12 00:00")],
)
def test_two_places_are_decided_in_seven_days_and_a_move_settled_in_ten(rule, kind, limit):
    given = facts(helped(), acts=(act(kind, "", "2026-06-01 09:00"),))
    (duty,) = duties_of(rule, "answer", given)
    assert days(duty.slot)[2] == limit and duty.state == "open"
    answered = (*given.acts, act(kind.replace("asked", "answer"), "accepted", "2026-06-08 23:59", id=2))
    assert duties_of(rule, "answer", facts(helped(), acts=answered))[0].state == "met"


def test_the_end_opens_thirty_days_before_and_lapses_ten_days_after():
    given = facts(helped(to_on=date(2026, 11, 20)))
    (duty,) = duties_of("RA-21", "end", given)
    assert days(duty.slot) == ("2026-10-21 00:00", "2026-11-21 00:00", "2026-12-01 00:00")


def test_an_end_that_passed_before_an_old_register_went_live_alarms():
    old = helped(
        connected_at=at("2021-05-20 09:00"), to_on=date(2026, 5, 19), ledger_from=date(2026, 8, 1), imported=True
    )
    (duty,) = duties_of("RA-21", "end", facts(old))
    assert days(duty.slot)[2] == "2026-05-30 00:00"
    assert duties_of("RA-14", "visit", facts(old)) == []


def test_every_explanation_gives_the_same_days_again_and_a_sentence():
    asked = [
        act(kind, "", "2026-05-25 09:00", id=n)
        for n, kind in enumerate(("verification_asked", "dual_asked", "move_asked"))
    ]
    noticed = act("notice", "", "2026-04-20 09:00", id=9)
    duties, _ = evaluate(facts(helped(to_on=date(2026, 11, 20)), acts=(*asked, noticed)), terms())
    assert {duty.rule for duty in duties} == {
        "RA-05",
        "RA-06",
        "RA-07",
        "RA-08",
        "RA-10",
        "RA-12",
        "RA-14",
        "RA-15",
        "RA-16",
        "RA-21",
    }
    for duty in duties:
        slot = duty.slot
        assert recompute(slot.why) == (slot.opens_at, slot.due_at, slot.limit_at), duty
        said = sentence(slot.why)
        assert said.startswith("依据") and not any(word in said for word in ("矫正", "违", "逾期", "训诫")), said
