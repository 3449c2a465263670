"""confirm_pause: a pause never leaves a person with nothing owed by anybody."""

from dataclasses import replace
from datetime import date

import pytest

from supervision.rules.base import Facts
from tests.rules.cast import (
    SECOND,
    act,
    at,
    changed_parameters,
    days,
    duties_of,
    facts,
    order,
    pause,
    terms,
    unregistered,
)

UNTIL = date(2026, 3, 1)


def checks(given: Facts, kind: str = "custody", until: date = UNTIL, **more):
    return duties_of("confirm_pause", kind, given, terms(until, **more))


def test_an_open_custody_is_confirmed_every_seven_days_from_its_first():
    found = [duty.slot for duty in checks(facts(pauses=(pause("custody", "2026-02-03 15:00"),)))]
    assert [days(slot) for slot in found[:2]] == [
        ("2026-02-04 00:00", "2026-02-11 00:00", "2026-02-11 00:00"),
        ("2026-02-11 00:00", "2026-02-18 00:00", "2026-02-18 00:00"),
    ]
    assert [slot.period for slot in found] == ["2026-02-10", "2026-02-17", "2026-02-24", "2026-03-03"]


@pytest.mark.parametrize(("kind", "count"), [("custody", 4), ("hospital", 4), ("leave", 0), ("decision", 0)])
def test_hospital_likewise_and_leave_not(kind, count):
    assert len(checks(facts(pauses=(pause(kind, "2026-02-03 15:00"),)), kind)) == count


@pytest.mark.parametrize(
    ("ends", "count"),
    [("2026-02-10 23:59", 0), ("2026-02-11 00:00", 1), ("2026-02-17 23:59", 1), ("2026-02-18 00:00", 2)],
)
def test_a_pause_that_has_ended_leaves_the_checks_that_fell_into_it(ends, count):
    assert len(checks(facts(pauses=(pause("custody", "2026-02-03 15:00", ends),)))) == count


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (at("2026-02-04 00:00") - SECOND, "open"),
        (at("2026-02-04 00:00"), "met"),
        (at("2026-02-11 00:00") - SECOND, "met"),
        (at("2026-02-11 00:00"), "open"),
    ],
)
def test_a_check_of_any_mode_meets_it(moment, first):
    given = facts(pauses=(pause("custody", "2026-02-03 15:00"),), acts=(act("pause_check", "asked", moment),))
    assert checks(given)[0].state == first


@pytest.mark.parametrize(
    ("ledger_from", "first"),
    [(date(2026, 2, 10), "2026-02-10"), (date(2026, 2, 11), "2026-02-17"), (date(2026, 2, 17), "2026-02-17")],
)
def test_checks_before_the_ledger_are_not_made(ledger_from, first):
    given = facts(order(ledger_from=ledger_from), pauses=(pause("custody", "2026-02-03 15:00"),))
    assert checks(given)[0].slot.period == first


def test_it_goes_on_before_the_registration_and_after_the_end_of_the_term():
    assert len(checks(facts(unregistered(), pauses=(pause("custody", "2026-02-03 15:00"),)))) == 4
    assert len(checks(facts(order(end_on=date(2026, 2, 5)), pauses=(pause("custody", "2026-02-03 15:00"),)))) == 4


@pytest.mark.parametrize(("ended_at", "count"), [("2026-02-17 23:59", 1), ("2026-02-18 00:00", 2)])
def test_it_ends_with_the_order(ended_at, count):
    given = facts(order(ended_at=at(ended_at), end_kind="revoked"), pauses=(pause("custody", "2026-02-03 15:00"),))
    assert len(checks(given)) == count


def test_a_check_after_the_end_of_the_order_meets_nothing():
    ended = order(ended_at=at("2026-02-11 00:00"), end_kind="revoked")
    late = act("pause_check", "asked", "2026-02-12 09:00")
    found = checks(facts(ended, pauses=(pause("custody", "2026-02-03 15:00"),), acts=(late,)))
    assert [(duty.slot.period, duty.state) for duty in found] == [("2026-02-10", "met_late")]


@pytest.mark.parametrize(("until", "count"), [(date(2026, 2, 3), 0), (date(2026, 2, 4), 1), (date(2026, 2, 11), 2)])
def test_it_is_made_as_far_as_the_horizon(until, count):
    assert len(checks(facts(pauses=(pause("custody", "2026-02-03 15:00"),)), until=until)) == count


@pytest.mark.parametrize(
    ("until", "count"), [(at("2026-02-11 00:00") - SECOND, 1), (at("2026-02-11 00:00"), 2), (at("2026-02-11 00:01"), 2)]
)
def test_the_horizon_itself_is_counted(until, count):
    given = facts(pauses=(pause("custody", "2026-02-03 15:00"),))
    assert len(duties_of("confirm_pause", "custody", given, replace(terms(), until=until))) == count


def test_two_pauses_that_ask_for_the_same_day_ask_once():
    twice = (pause("custody", "2026-02-03 15:00", id=1), pause("custody", "2026-02-10 15:00", id=2))
    assert [duty.slot.period for duty in checks(facts(pauses=twice))].count("2026-02-17") == 1


def test_a_late_check_counts_for_a_week_and_the_interval_is_a_parameter():
    given = facts(pauses=(pause("custody", "2026-02-03 15:00"),))
    parameters = changed_parameters(("pause.confirm", at("2020-01-01 00:00"), "2w"))
    assert checks(given)[0].slot.late_until == at("2026-02-18 00:00")
    assert checks(given, parameters=parameters)[0].slot.period == "2026-02-17"


def test_the_checks_themselves_do_not_rest():
    assert {duty.state for duty in checks(facts(pauses=(pause("custody", "2026-02-03 15:00"),)))} == {"open"}
