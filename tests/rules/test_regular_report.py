"""SU-01: the grids, windows and limits as tables of days; each edge with both neighbours."""

from datetime import date, timedelta

import pytest

from supervision.days import Calendar
from supervision.rules.base import ClassDecision, Facts
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
    report,
    terms,
)

DAY = timedelta(days=1)


def slots(mode: str, given: Facts, until: date = date(2026, 12, 31), **more):
    return [duty.slot for duty in duties_of("SU-01", mode, given, terms(until, **more))]


def periods(mode: str, given: Facts, until: date = date(2026, 12, 31), **more):
    return [slot.period for slot in slots(mode, given, until, **more)]


def state_of(mode: str, period: str, given: Facts):
    return {duty.slot.period: duty.state for duty in duties_of("SU-01", mode, given)}[period]


# -- the grids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "level", "first", "second", "third"),
    [
        ("phone", "strict", "2026-01-12", "2026-01-19", "2026-01-26"),
        ("phone", "normal", "2026-01-12", "2026-01-19", "2026-01-26"),
        ("phone", "loose", "2026-01-19", "2026-02-02", "2026-02-16"),
        ("in_person", "strict", "2026-01-12", "2026-01-19", "2026-01-26"),
        ("in_person", "normal", "2026-02-05", "2026-03-05", "2026-04-05"),
        ("in_person", "loose", "2026-02-05", "2026-03-05", "2026-04-05"),
        ("written", "strict", "2026-01-19", "2026-02-02", "2026-02-16"),
        ("written", "normal", "2026-02-05", "2026-03-05", "2026-04-05"),
        ("written", "loose", "2026-04-05", "2026-07-05", "2026-10-05"),
    ],
)
def test_each_class_has_its_grid_counted_from_the_registration(mode, level, first, second, third):
    assert periods(mode, facts(level=level))[:3] == [first, second, third]


@pytest.mark.parametrize(
    ("mode", "level", "period", "expected"),
    [
        ("phone", "normal", "2026-01-12", ("2026-01-06 00:00", "2026-01-13 00:00", "2026-01-13 00:00")),
        ("phone", "loose", "2026-01-19", ("2026-01-13 00:00", "2026-01-20 00:00", "2026-01-20 00:00")),
        ("in_person", "strict", "2026-01-12", ("2026-01-10 00:00", "2026-01-13 00:00", "2026-01-13 00:00")),
        ("in_person", "normal", "2026-02-05", ("2026-01-29 00:00", "2026-02-06 00:00", "2026-02-06 00:00")),
        ("written", "strict", "2026-01-19", ("2026-01-09 00:00", "2026-01-20 00:00", "2026-01-20 00:00")),
        ("written", "loose", "2026-04-05", ("2026-03-26 00:00", "2026-04-06 00:00", "2026-04-06 00:00")),
    ],
)
def test_each_mode_has_its_window(mode, level, period, expected):
    assert {slot.period: days(slot) for slot in slots(mode, facts(level=level))}[period] == expected


def test_windows_by_phone_follow_each_other_without_a_hole():
    calls = slots("phone", facts())
    assert all(later.opens_at == earlier.limit_at for earlier, later in zip(calls[:-2], calls[1:-1], strict=True))


def test_v21_a_monthly_grid_from_the_31st_is_clamped_and_comes_back_to_the_31st():
    given = facts(order(registered_at=at("2026-01-31 10:00"), ledger_from=date(2026, 1, 31)))
    assert periods("written", given)[:4] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_a_monthly_grid_finds_the_29th_of_february():
    given = facts(order(registered_at=at("2027-12-31 10:00"), ledger_from=date(2027, 12, 31), end_on=date(2029, 1, 1)))
    assert periods("written", given, date(2028, 4, 1))[:3] == ["2028-01-31", "2028-02-29", "2028-03-31"]


def test_a_late_act_does_not_move_the_grid():
    late = facts(acts=(report("written", "2026-02-20 10:00"),))
    assert periods("written", late) == periods("written", facts())


def test_nobody_owes_a_report_before_the_registration():
    given = facts(order(registered_at=None))
    assert [periods(mode, given) for mode in ("phone", "in_person", "written")] == [[], [], []]


# -- days off ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registered", "raw", "expected"),
    [
        ("2026-01-14", "2026-02-14", ("2026-02-09 00:00", "2026-02-15 00:00", "2026-02-15 00:00")),  # Saturday, works
        ("2026-01-15", "2026-02-15", ("2026-02-10 00:00", "2026-02-25 00:00", "2026-02-25 00:00")),  # first day off
        ("2026-01-23", "2026-02-23", ("2026-02-10 00:00", "2026-02-25 00:00", "2026-02-25 00:00")),  # last day off
        ("2026-01-24", "2026-02-24", ("2026-02-10 00:00", "2026-02-25 00:00", "2026-02-25 00:00")),  # works again
        ("2026-01-28", "2026-02-28", ("2026-02-14 00:00", "2026-03-01 00:00", "2026-03-01 00:00")),  # Saturday, works
        ("2026-02-01", "2026-03-01", ("2026-02-24 00:00", "2026-03-03 00:00", "2026-03-03 00:00")),  # plain Sunday
        ("2026-09-09", "2026-10-09", ("2026-09-25 00:00", "2026-10-10 00:00", "2026-10-10 00:00")),  # after a holiday
        ("2026-09-11", "2026-10-11", ("2026-09-29 00:00", "2026-10-13 00:00", "2026-10-13 00:00")),  # Sunday after one
    ],
)
def test_an_appointment_on_a_day_off_moves_to_the_next_working_day_and_keeps_its_period(registered, raw, expected):
    given = facts(order(registered_at=at(f"{registered} 09:00"), ledger_from=date.fromisoformat(registered)))
    found = slots("in_person", given)[0]
    assert (found.period, found.raw_due_on.isoformat(), days(found)) == (raw, raw, expected)


def test_calls_and_letters_know_no_days_off():
    given = facts(order(registered_at=at("2026-01-15 09:00"), ledger_from=date(2026, 1, 15)))
    assert days(slots("written", given)[0]) == ("2026-02-05 00:00", "2026-02-16 00:00", "2026-02-16 00:00")


def test_why_names_the_days_off_and_the_shift():
    given = facts(order(registered_at=at("2026-01-15 09:00"), ledger_from=date(2026, 1, 15)))
    why = slots("in_person", given)[0].why
    assert why["days_off"] == [f"2026-02-{day}" for day in range(15, 24)]
    assert (why["shift_days"], why.get("provisional")) == (9, None)


@pytest.mark.parametrize(("period", "provisional"), [("2026-12-05", None), ("2027-01-05", True), ("2027-02-05", True)])
def test_a_date_in_a_year_without_a_calendar_is_marked_provisional(period, provisional):
    given = facts(order(end_on=date(2028, 1, 1)))
    assert {slot.period: slot.why.get("provisional") for slot in slots("in_person", given, date(2027, 3, 1))}[
        period
    ] is provisional


def test_a_window_that_opens_in_a_known_year_and_ends_in_an_unknown_one_is_provisional():
    given = facts(order(registered_at=at("2026-12-01 09:00"), ledger_from=date(2026, 12, 1), end_on=date(2028, 1, 1)))
    (first,) = slots("in_person", given, date(2026, 12, 31))
    assert (days(first)[0], first.period, first.why["provisional"]) == ("2026-12-25 00:00", "2027-01-01", True)


def test_a_window_that_opens_in_an_unknown_year_and_ends_in_a_known_one_is_provisional():
    calendar = Calendar({date(2027, 1, 1): "off"})
    given = facts(order(registered_at=at("2026-12-02 09:00"), ledger_from=date(2026, 12, 2), end_on=date(2028, 1, 1)))
    (first,) = slots("in_person", given, date(2026, 12, 31), calendar=calendar)
    assert (days(first)[0], first.period, first.why["provisional"]) == ("2026-12-25 00:00", "2027-01-02", True)


# -- from the ledger's first day to the end ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ledger_from", "first"),
    [
        (date(2026, 1, 18), "2026-01-19"),
        (date(2026, 1, 19), "2026-01-19"),
        (date(2026, 1, 20), "2026-01-26"),
        (date(2026, 3, 1), "2026-03-02"),
    ],
)
def test_what_lapsed_before_the_ledger_begins_is_not_made(ledger_from, first):
    assert periods("phone", facts(order(ledger_from=ledger_from)))[0] == first


def test_an_appointment_that_a_holiday_moved_into_the_ledger_is_made():
    of = order(registered_at=at("2026-01-15 09:00"), ledger_from=date(2026, 2, 24))
    assert periods("in_person", facts(of))[0] == "2026-02-15"
    of = order(registered_at=at("2026-01-15 09:00"), ledger_from=date(2026, 2, 25))
    assert periods("in_person", facts(of))[0] == "2026-03-15"


def test_a_row_of_days_off_of_whatever_length_carries_an_appointment_into_the_ledger():
    shut = Calendar({date(2026, 1, 16) + n * DAY: "off" for n in range(80)}, {2026})  # until 5 April, a Sunday
    for ledger_from, first in ((date(2026, 4, 6), "2026-02-15"), (date(2026, 4, 7), "2026-04-15")):
        of = order(registered_at=at("2026-01-15 09:00"), ledger_from=ledger_from)
        assert periods("in_person", facts(of), calendar=shut)[0] == first


@pytest.mark.parametrize(
    ("grace", "first"), [(0, "2026-06-05"), (40, "2026-04-05"), (61, "2026-04-05"), (62, "2026-03-05")]
)
def test_grace_counts_in_what_has_not_yet_lapsed(grace, first):
    parameters = changed_parameters(("grace.written", at("2020-01-01 00:00"), grace))
    given = facts(order(ledger_from=date(2026, 5, 6)))
    assert periods("written", given, parameters=parameters)[0] == first


@pytest.mark.parametrize(
    ("hour", "last"), [("2026-01-19 23:59:59.999999", "2026-01-19"), ("2026-01-20 00:00", "2026-01-26")]
)
def test_a_slot_is_made_when_the_horizon_reaches_its_opening(hour, last):
    from dataclasses import replace

    asked = replace(terms(), until=at(hour))
    assert [duty.slot.period for duty in duties_of("SU-01", "phone", facts(), asked)][-1] == last


@pytest.mark.parametrize(
    ("end_on", "last_two"),
    [
        (date(2026, 3, 8), ["2026-03-02", "2026-03-08"]),
        (date(2026, 3, 9), ["2026-03-02", "2026-03-09"]),
        (date(2026, 3, 10), ["2026-03-09", "2026-03-10"]),
    ],
)
def test_a_last_call_is_due_on_the_last_day_of_the_term(end_on, last_two):
    calls = slots("phone", facts(order(end_on=end_on)))
    assert [call.period for call in calls][-2:] == last_two
    assert calls[-1].limit_at == at(f"{end_on + DAY} 00:00")
    assert calls[-1].opens_at == at(f"{end_on - 6 * DAY} 00:00")


@pytest.mark.parametrize(
    ("end_on", "calls"),
    [
        (date(2026, 1, 4), []),
        (date(2026, 1, 5), []),
        (date(2026, 1, 6), [("2026-01-06", "2026-01-06 00:00")]),
        (date(2026, 1, 7), [("2026-01-07", "2026-01-06 00:00")]),
    ],
)
def test_a_term_that_ends_with_the_registration_brings_no_call_and_a_day_later_one(end_on, calls):
    found = slots("phone", facts(order(end_on=end_on)))
    assert [(call.period, days(call)[0]) for call in found] == calls


@pytest.mark.parametrize(("ledger_from", "count"), [(date(2026, 3, 10), 1), (date(2026, 3, 11), 0)])
def test_the_last_call_before_the_ledger_is_not_made(ledger_from, count):
    assert len(slots("phone", facts(order(end_on=date(2026, 3, 10), ledger_from=ledger_from)))) == count


@pytest.mark.parametrize(
    ("end_on", "last"),
    [(date(2026, 5, 4), "2026-04-05"), (date(2026, 5, 5), "2026-04-05"), (date(2026, 5, 6), "2026-05-05")],
)
def test_an_appointment_is_owed_only_if_its_moved_day_still_lies_in_the_term(end_on, last):
    assert periods("in_person", facts(order(end_on=end_on)))[-1] == last


def test_without_an_end_the_grid_goes_on_to_the_horizon():
    assert periods("written", facts(order(end_on=None)), date(2027, 6, 1))[-1] == "2027-06-05"


@pytest.mark.parametrize(
    ("ended_at", "last"),
    [
        ("2026-01-19 23:59", "2026-01-12"),
        ("2026-01-20 00:00", "2026-01-19"),
        ("2026-01-20 09:00", "2026-01-19"),
    ],
)
def test_an_ended_order_keeps_its_lapses_and_owes_nothing_later(ended_at, last):
    given = facts(order(ended_at=at(ended_at), end_kind="revoked"))
    assert periods("phone", given)[-1] == last


def test_a_call_after_the_end_of_the_order_meets_nothing_that_opens_after_it():
    given = facts(
        order(ended_at=at("2026-01-16 09:00"), end_kind="revoked"), acts=(report("phone", "2026-01-21 09:00"),)
    )
    assert [(d.slot.period, d.state) for d in duties_of("SU-01", "phone", given)] == [("2026-01-12", "open")]


def test_an_ended_order_keeps_what_was_met_ahead_of_its_limit():
    given = facts(
        order(ended_at=at("2026-01-16 09:00"), end_kind="revoked"), acts=(report("phone", "2026-01-14 09:00"),)
    )
    assert [(d.slot.period, d.state) for d in duties_of("SU-01", "phone", given)] == [
        ("2026-01-12", "open"),
        ("2026-01-19", "met"),
    ]


# -- what meets it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "meets"),
    [
        ("phone", {"phone": "met", "in_person": "open", "written": "open"}),
        ("in_person", {"phone": "met", "in_person": "met", "written": "open"}),
        ("written", {"phone": "open", "in_person": "open", "written": "met"}),
    ],
)
def test_a_report_in_person_counts_as_a_call_and_nothing_else_for_another(mode, meets):
    given = facts(acts=(report(mode, "2026-02-05 10:00"),))
    found = {
        "phone": state_of("phone", "2026-02-09", given),
        "in_person": state_of("in_person", "2026-02-05", given),
        "written": state_of("written", "2026-02-05", given),
    }
    assert found == meets


def test_a_parameter_says_what_counts_from_the_slot_that_opens_after_it():
    parameters = changed_parameters(("report.counts.phone", at("2026-01-13 00:00"), ["phone"]))
    given = facts(acts=(report("in_person", "2026-01-08 10:00", id=1), report("in_person", "2026-01-15 10:00", id=2)))
    found = duties_of("SU-01", "phone", given, terms(parameters=parameters))
    assert [duty.state for duty in found][:2] == ["met", "open"]


@pytest.mark.parametrize(
    ("moment", "first", "second"),
    [
        (at("2026-01-06 00:00") - SECOND, "open", "open"),
        (at("2026-01-06 00:00"), "met", "open"),
        (at("2026-01-13 00:00") - SECOND, "met", "open"),
        (at("2026-01-13 00:00"), "open", "met"),
        (at("2026-01-20 00:00") - SECOND, "open", "met"),
        (at("2026-01-20 00:00"), "open", "open"),
    ],
)
def test_a_call_meets_the_slot_in_whose_window_it_was_made(moment, first, second):
    given = facts(acts=(report("phone", moment),))
    assert (state_of("phone", "2026-01-12", given), state_of("phone", "2026-01-19", given)) == (first, second)


@pytest.mark.parametrize(
    ("moment", "state"), [(at("2026-02-06 00:00") - SECOND, "met"), (at("2026-02-06 00:00"), "met_late")]
)
def test_a_letter_after_the_limit_meets_the_lapsed_slot_late(moment, state):
    assert state_of("written", "2026-02-05", facts(acts=(report("written", moment),))) == state


def test_a_letter_in_an_open_window_is_no_late_one_and_a_second_is():
    one = (report("written", "2026-02-24 10:00", id=1),)
    assert state_of("written", "2026-02-05", facts(acts=one)) == "open"
    two = (*one, report("written", "2026-02-24 11:00", id=2))
    assert state_of("written", "2026-02-05", facts(acts=two)) == "met_late"


@pytest.mark.parametrize(
    ("moment", "state"), [(at("2026-03-06 00:00") - SECOND, "met_late"), (at("2026-03-06 00:00"), "open")]
)
def test_a_visit_later_than_one_period_after_the_limit_meets_the_lapse_no_more(moment, state):
    parameters = changed_parameters(("opens.in_person", at("2020-01-01 00:00"), "0d"))
    given = facts(acts=(report("in_person", "2026-03-05 00:00", id=1), report("in_person", moment, id=2)))
    found = {d.slot.period: d.state for d in duties_of("SU-01", "in_person", given, terms(parameters=parameters))}
    assert found["2026-02-05"] == state


# -- changes of class and parameters ----------------------------------------------------------------------------


def test_a_change_of_class_keeps_the_slot_that_is_open_and_brings_the_new_grid():
    changed = (ClassDecision(1, "normal", at("2026-01-05 09:00")), ClassDecision(2, "strict", at("2026-01-30 09:00")))
    found = [duty.slot.period for duty in duties_of("SU-01", "in_person", facts(classes=changed))]
    assert found[:4] == ["2026-02-02", "2026-02-05", "2026-02-09", "2026-02-16"]


@pytest.mark.parametrize(
    ("from_at", "level"),
    [
        (at("2026-01-13 00:00") - SECOND, "strict"),
        (at("2026-01-13 00:00"), "strict"),
        (at("2026-01-13 00:00") + SECOND, "normal"),
    ],
)
def test_a_slot_keeps_the_class_in_force_when_it_opens(from_at, level):
    changed = (ClassDecision(1, "normal", at("2026-01-05 09:00")), ClassDecision(2, "strict", from_at))
    assert slots("phone", facts(classes=changed))[1].why["level"] == level


def test_of_two_slots_for_one_day_the_first_opened_stays():
    of = order(registered_at=at("2026-02-02 09:00"), ledger_from=date(2026, 2, 2))  # monthly and weekly: 2026-03-02
    changed = (ClassDecision(1, "normal", at("2026-02-02 09:00")), ClassDecision(2, "strict", at("2026-02-26 09:00")))
    found = {slot.period: slot for slot in slots("in_person", facts(of, classes=changed))}
    assert (found["2026-03-02"].why["level"], found["2026-03-09"].why["level"]) == ("normal", "strict")


def test_a_class_decided_on_the_day_of_registration_counts_from_the_start_of_that_day():
    later = (ClassDecision(1, "loose", at("2026-01-05 17:00")),)
    assert slots("phone", facts(classes=later))[0].why["level"] == "loose"


def test_before_any_class_the_intervals_of_normal_apply():
    assert slots("phone", facts(level=None))[0].why["level"] == "normal"


@pytest.mark.parametrize(("valid_from", "grace"), [(at("2026-01-06 00:00"), 2), (at("2026-01-06 00:00") + SECOND, 0)])
def test_a_slot_keeps_the_parameters_in_force_when_it_opens(valid_from, grace):
    parameters = changed_parameters(("grace.phone", valid_from, 2))
    first, second = slots("phone", facts(), parameters=parameters)[:2]
    assert first.limit_at - first.due_at == grace * DAY
    assert second.limit_at - second.due_at == 2 * DAY


def test_a_short_interval_opens_no_earlier_than_the_day_after_the_last_grid_day():
    parameters = changed_parameters(("report.written.normal", at("2020-01-01 00:00"), "1w"))
    first, second = slots("written", facts(), parameters=parameters)[:2]
    assert (days(first)[0], days(second)[0]) == ("2026-01-06 00:00", "2026-01-13 00:00")


def test_a_weekly_appointment_has_a_short_window_and_a_fortnightly_one_a_long_one():
    parameters = changed_parameters(("report.in_person.strict", at("2020-01-01 00:00"), "2w"))
    assert days(slots("in_person", facts(level="strict"), parameters=parameters)[0])[0] == "2026-01-12 00:00"
    assert days(slots("in_person", facts(level="strict"))[0])[0] == "2026-01-10 00:00"


def test_a_rolling_cadence_is_refused_in_a_clear_sentence():
    parameters = changed_parameters(("cadence.phone", at("2026-02-01 00:00"), "rolling"))
    with pytest.raises(ValueError, match="cadence.phone is 'rolling': only 'fixed' is supported"):
        slots("phone", facts(), parameters=parameters)


@pytest.mark.parametrize("value", ["0d", "-1w", "weekly", "1y", ""])
def test_a_value_that_is_no_interval_is_refused(value):
    parameters = changed_parameters(("report.phone.normal", at("2020-01-01 00:00"), value))
    with pytest.raises(ValueError, match="step"):
        slots("phone", facts(), parameters=parameters)


# -- pauses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("custody", {"phone": "excused", "in_person": "excused", "written": "excused"}),
        ("hospital", {"phone": "excused", "in_person": "excused", "written": "excused"}),
        ("leave", {"phone": "open", "in_person": "excused", "written": "open"}),
        ("decision", {"phone": "open", "in_person": "open", "written": "open"}),
    ],
)
def test_custody_and_hospital_excuse_all_and_leave_only_what_is_in_person(kind, states):
    given = facts(pauses=(pause(kind, "2026-02-04 09:00", "2026-02-12 09:00"),))
    found = {
        "phone": state_of("phone", "2026-02-09", given),
        "in_person": state_of("in_person", "2026-02-05", given),
        "written": state_of("written", "2026-02-05", given),
    }
    assert found == states


def test_why_says_all_that_it_went_by():
    why = slots("phone", facts(level="loose"))[0].why
    assert why == {
        "rule": "SU-01",
        "article": "《社区矫正法实施办法》第24条",
        "variant": "phone",
        "level": "loose",
        "parameters": {
            "report.phone.loose": "2w",
            "opens.phone": "6d",
            "grace.phone": 0,
            "report.counts.phone": ["phone", "in_person"],
        },
        "anchor": "2026-01-05",
        "every": "2w",
        "step": 1,
        "opens_before": "6d",
        "limit_after": 0,
        "not_before": "2026-01-06",
    }


def test_an_act_of_another_kind_meets_nothing():
    given = facts(acts=(act("visit", "phone", "2026-01-08 10:00"),))
    assert state_of("phone", "2026-01-12", given) == "open"
