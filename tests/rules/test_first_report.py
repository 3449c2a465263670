"""RE-06: tables of days, each edge with both neighbours."""

from dataclasses import replace
from datetime import date

import pytest

from supervision.rules.base import Facts
from tests.rules.cast import (
    SECOND,
    at,
    changed_parameters,
    days,
    duties_of,
    facts,
    findings_of,
    order,
    pause,
    registration,
    terms,
    unregistered,
)

LIMIT = at("2026-01-13 00:00")


def first_report(given: Facts, asked=None):
    found = duties_of("RE-06", "in_person", given, asked)
    assert len(found) <= 1
    return found[0] if found else None


def test_v01_a_judgment_effective_on_2_march_is_to_be_reported_until_the_end_of_12_march():
    slot = first_report(facts(unregistered(effective_on=date(2026, 3, 2)))).slot
    assert days(slot) == ("2026-03-02 00:00", "2026-03-11 00:00", "2026-03-13 00:00")
    assert (slot.period, slot.late_until) == ("once", None)


def test_a_holiday_moves_nothing():
    slot = first_report(facts(unregistered(effective_on=date(2026, 2, 7)))).slot
    assert days(slot) == ("2026-02-07 00:00", "2026-02-16 00:00", "2026-02-18 00:00")


def test_without_an_effective_day_the_first_day_of_the_term_stands_for_it():
    slot = first_report(facts(unregistered(effective_on=None, start_on=date(2026, 3, 2)))).slot
    assert days(slot) == ("2026-03-02 00:00", "2026-03-11 00:00", "2026-03-13 00:00")
    assert slot.why["anchor_is"] == "start_on"


@pytest.mark.parametrize(
    ("reported_at", "state"),
    [
        (at("2026-01-02 00:00"), "met"),
        (at("2026-01-02 00:00") + SECOND, "met"),
        (LIMIT - SECOND, "met"),
        (LIMIT, "met_late"),
        (LIMIT + SECOND, "met_late"),
        (at("2026-12-01 09:00"), "met_late"),
    ],
)
def test_the_registration_meets_it_in_time_until_the_last_second_and_late_for_ever(reported_at, state):
    given = facts(order(registered_at=reported_at, ledger_from=date(2026, 1, 2)))
    assert first_report(given).state == state


def test_who_was_registered_before_the_judgment_took_effect_owes_no_first_report():
    early = at("2026-01-02 00:00") - SECOND
    assert first_report(facts(order(registered_at=early, ledger_from=date(2026, 1, 1)))) is None


def test_it_lapses_at_its_limit_and_not_a_second_before():
    duty = first_report(facts(unregistered()))
    assert [duty.lapsed(moment) for moment in (LIMIT - SECOND, LIMIT, LIMIT + SECOND)] == [False, True, True]


@pytest.mark.parametrize(("until", "made"), [(date(2026, 3, 1), False), (date(2026, 3, 2), True)])
def test_it_is_made_when_the_horizon_reaches_the_effective_day(until, made):
    assert (first_report(facts(unregistered(effective_on=date(2026, 3, 2))), terms(until)) is not None) is made


@pytest.mark.parametrize(
    ("ledger_from", "made"),
    [(date(2026, 1, 12), True), (date(2026, 1, 13), False), (date(2026, 1, 14), False)],
)
def test_of_a_registered_person_a_limit_before_the_ledger_is_debt(ledger_from, made):
    assert (first_report(facts(order(ledger_from=ledger_from))) is not None) is made


def test_of_a_person_who_never_came_the_clock_still_runs_when_an_old_register_goes_live():
    assert first_report(facts(unregistered(effective_on=date(2025, 6, 2)))).slot.limit_at == at("2025-06-13 00:00")


def test_custody_over_the_limit_excuses_it():
    duty = first_report(facts(unregistered(), pauses=(pause("custody", "2026-01-10 12:00"),)))
    assert (duty.state, duty.cause, duty.fact_kind) == ("excused", "custody", "pause")


def test_its_days_are_those_of_the_parameters_in_force_on_the_effective_day():
    parameters = changed_parameters(("first_report.limit_days", at("2026-03-02 00:00"), 15))
    earlier = first_report(facts(unregistered(effective_on=date(2026, 3, 1))), terms(parameters=parameters)).slot
    later = first_report(facts(unregistered(effective_on=date(2026, 3, 2))), terms(parameters=parameters)).slot
    assert (earlier.limit_at, later.limit_at) == (at("2026-03-12 00:00"), at("2026-03-18 00:00"))


def test_whoever_is_not_registered_owes_nothing_else_and_the_organ_that_decided_its_papers():
    from supervision.rules import evaluate

    duties, _ = evaluate(facts(unregistered()), terms())
    assert [duty.rule for duty in duties] == ["RE-06", "RE-01", "RE-02"]


def test_an_order_that_ended_before_it_took_effect_owes_nothing():
    ended = unregistered(effective_on=date(2026, 3, 2), ended_at=at("2026-03-01 09:00"), end_kind="other")
    assert first_report(facts(ended)) is None


def test_a_registration_names_the_fact_that_met_it():
    duty = first_report(facts())
    assert (duty.state, duty.fact_kind, duty.fact_id) == (
        "met",
        "registration",
        registration(at("2026-01-05 09:00")).id,
    )


CUSTODY = pause("custody", "2026-01-10 09:00", "2026-01-20 15:00")


def test_custody_that_covers_the_limit_excuses_and_the_ten_days_count_anew_from_its_end():
    old, new = duties_of("RE-06", "in_person", facts(unregistered(), pauses=(CUSTODY,)))
    assert (old.slot.period, old.state) == ("once", "excused")
    assert (new.slot.period, new.state, new.slot.why["anchor_is"]) == ("after-2026-01-20", "open", "custody_ended_on")
    assert days(new.slot) == ("2026-01-20 00:00", "2026-01-29 00:00", "2026-01-31 00:00")


def test_custody_that_still_runs_or_ended_before_the_limit_brings_no_second_clock():
    running = replace(CUSTODY, to_at=None)
    before = replace(CUSTODY, to_at=LIMIT - SECOND)
    for one in (running, before):
        assert len(duties_of("RE-06", "in_person", facts(unregistered(), pauses=(one,)))) == 1


def test_after_custody_the_lateness_counts_from_the_new_limit():
    found = findings_of("RE-12", facts(unregistered(), pauses=(CUSTODY,)))
    assert [finding.since_at for finding in found][0] == at("2026-01-31 00:00")
