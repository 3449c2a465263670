"""SU-04: field visits in calendar periods and weekly checks, as tables of days."""

from datetime import date

import pytest

from supervision.rules.base import ClassDecision, Facts
from tests.rules.cast import SECOND, act, at, changed_parameters, days, duties_of, facts, order, pause, terms


def slots(variant: str, given: Facts, until: date = date(2026, 12, 31), **more):
    return [duty.slot for duty in duties_of("SU-04", variant, given, terms(until, **more))]


def registered(day: str, **more):
    return order(registered_at=at(f"{day} 09:00"), ledger_from=date.fromisoformat(day), **more)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (
            "strict",
            [
                ("2026-01-05 00:00", "2026-01-29 00:00", "2026-02-01 00:00"),
                ("2026-02-01 00:00", "2026-02-26 00:00", "2026-03-01 00:00"),
            ],
        ),
        (
            "normal",
            [
                ("2026-01-05 00:00", "2026-03-29 00:00", "2026-04-01 00:00"),
                ("2026-04-01 00:00", "2026-06-28 00:00", "2026-07-01 00:00"),
            ],
        ),
        (
            "loose",
            [
                ("2026-01-05 00:00", "2026-06-28 00:00", "2026-07-01 00:00"),
                ("2026-07-01 00:00", "2026-12-29 00:00", "2027-01-01 00:00"),
            ],
        ),
    ],
)
def test_a_visit_is_due_three_days_before_the_end_of_each_calendar_period_of_the_class(level, expected):
    assert [days(slot) for slot in slots("field", facts(level=level))[:2]] == expected


def test_a_check_is_due_on_friday_and_lapses_with_the_week_in_every_class():
    for level in ("strict", "normal", "loose"):
        first, second = slots("info", facts(level=level))[:2]
        assert days(first) == ("2026-01-05 00:00", "2026-01-10 00:00", "2026-01-12 00:00")
        assert days(second) == ("2026-01-12 00:00", "2026-01-17 00:00", "2026-01-19 00:00")
        assert (first.period, second.period) == ("2026-01-09", "2026-01-16")


@pytest.mark.parametrize(
    ("day", "first_visit"),
    [
        ("2026-04-01", ("2026-04-01 00:00", "2026-04-30")),
        ("2026-04-20", ("2026-04-20 00:00", "2026-04-30")),  # ten of thirty days remain
        ("2026-04-21", ("2026-05-01 00:00", "2026-05-31")),  # nine
        ("2026-05-20", ("2026-05-20 00:00", "2026-05-31")),  # eleven of thirty-one
        ("2026-05-21", ("2026-06-01 00:00", "2026-06-30")),  # ten
    ],
)
def test_a_first_month_of_which_less_than_a_third_remains_is_not_owed(day, first_visit):
    slot = slots("field", facts(registered(day), level="strict"))[0]
    assert (days(slot)[0], slot.why["anchor"]) == first_visit


@pytest.mark.parametrize(
    ("day", "first_week_ends"),
    [
        ("2026-01-07", "2026-01-11"),
        ("2026-01-08", "2026-01-11"),
        ("2026-01-09", "2026-01-18"),
        ("2026-01-12", "2026-01-18"),
    ],
)
def test_a_first_week_of_which_less_than_a_third_remains_is_not_owed(day, first_week_ends):
    assert slots("info", facts(registered(day)))[0].why["anchor"] == first_week_ends


def test_in_an_old_register_the_periods_begin_with_the_ledger():
    slot = slots("field", facts(order(ledger_from=date(2026, 8, 10))))[0]
    assert days(slot) == ("2026-08-10 00:00", "2026-09-28 00:00", "2026-10-01 00:00")
    assert slot.why["not_before"] == "2026-08-10"
    assert "not_before" not in slots("field", facts())[1].why


@pytest.mark.parametrize(("end_on", "last"), [(date(2026, 3, 27), None), (date(2026, 3, 28), "2026-03-28")])
def test_a_visit_whose_due_day_lies_after_the_term_is_not_owed(end_on, last):
    found = slots("field", facts(order(end_on=end_on)))
    assert (found[-1].period if found else None) == last


@pytest.mark.parametrize(("until", "count"), [(date(2026, 3, 31), 1), (date(2026, 4, 1), 2)])
def test_a_visit_is_made_when_the_horizon_reaches_its_period(until, count):
    assert len(slots("field", facts(), until)) == count


def test_nobody_is_visited_before_the_registration():
    given = facts(order(registered_at=None))
    assert slots("field", given) + slots("info", given) == []


@pytest.mark.parametrize(
    ("from_at", "level"),
    [
        (at("2026-04-01 00:00") - SECOND, "strict"),
        (at("2026-04-01 00:00"), "strict"),
        (at("2026-04-01 00:00") + SECOND, "normal"),
    ],
)
def test_a_period_keeps_the_class_with_which_it_begins(from_at, level):
    changed = (ClassDecision(1, "normal", at("2026-01-05 09:00")), ClassDecision(2, "strict", from_at))
    (april,) = [slot for slot in slots("field", facts(classes=changed)) if slot.opens_at == at("2026-04-01 00:00")]
    assert april.why["level"] == level


def test_a_change_within_a_quarter_brings_the_months_that_begin_after_it_once():
    changed = (ClassDecision(1, "normal", at("2026-01-05 09:00")), ClassDecision(2, "strict", at("2026-01-20 09:00")))
    found = [duty.slot for duty in duties_of("SU-04", "field", facts(classes=changed))]
    assert [slot.period for slot in found][:3] == ["2026-02-25", "2026-03-28", "2026-04-27"]
    assert [slot.why["unit"] for slot in found][:3] == ["month", "quarter", "month"]


@pytest.mark.parametrize(
    ("kind", "mode", "visit", "check"),
    [
        ("visit", "field", "met", "open"),
        ("visit", "nobody", "open", "open"),
        ("info_check", "ok", "open", "met"),
        ("info_check", "unreached", "open", "open"),
        ("report", "phone", "open", "open"),
    ],
)
def test_only_a_visit_that_met_and_a_check_that_reached_count(kind, mode, visit, check):
    given = facts(acts=(act(kind, mode, "2026-01-07 10:00"),))
    found = [duties_of("SU-04", variant, given)[0].state for variant in ("field", "info")]
    assert found == [visit, check]


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (at("2026-04-01 00:00") - SECOND, "met"),
        (at("2026-04-01 00:00"), "met_late"),
        (at("2026-07-01 00:00") - SECOND, "met_late"),
        (at("2026-07-01 00:00"), "open"),
    ],
)
def test_a_late_visit_counts_until_the_end_of_the_next_quarter(moment, state):
    early = act("visit", "field", "2026-04-01 00:00", id=1)
    given = facts(
        acts=(early, act("visit", "field", moment, id=2)) if state != "met" else (act("visit", "field", moment),)
    )
    assert duties_of("SU-04", "field", given)[0].state == state


@pytest.mark.parametrize(
    ("kind", "start", "end", "visit", "check"),
    [
        ("custody", "2026-01-10 09:00", "2026-04-02 09:00", "excused", "excused"),
        ("custody", "2026-01-04 09:00", "2026-04-02 09:00", "void", "void"),
        ("leave", "2026-01-04 09:00", "2026-04-02 09:00", "void", "open"),
        ("leave", "2026-01-05 00:00", "2026-04-01 00:00", "void", "open"),
        ("leave", "2026-01-05 00:01", "2026-04-01 00:00", "open", "open"),
        ("leave", "2026-01-05 00:00", "2026-03-31 23:59", "open", "open"),
        ("hospital", "2026-01-04 09:00", "2026-04-02 09:00", "open", "open"),
    ],
)
def test_custody_excuses_both_and_leave_a_visit_only_if_it_covers_the_whole_period(kind, start, end, visit, check):
    given = facts(pauses=(pause(kind, start, end),))
    found = [duties_of("SU-04", variant, given)[0].state for variant in ("field", "info")]
    assert found == [visit, check]


def test_a_parameter_sets_another_period_and_an_unknown_one_is_refused():
    monthly = changed_parameters(("check.info", at("2020-01-01 00:00"), "month"))
    assert days(slots("info", facts(), parameters=monthly)[1]) == (
        "2026-02-01 00:00",
        "2026-02-27 00:00",
        "2026-03-01 00:00",
    )
    unknown = changed_parameters(("check.info", at("2020-01-01 00:00"), "fortnight"))
    with pytest.raises(ValueError, match="fortnight"):
        slots("info", facts(), parameters=unknown)


def test_why_names_class_period_and_parameters():
    assert slots("field", facts(level="loose"))[0].why == {
        "rule": "SU-04",
        "article": "《社区矫正法》第26条，《社区矫正法实施办法》第23条",
        "variant": "field",
        "level": "loose",
        "parameters": {"visit.field.loose": "half_year", "visit.field.due_days": 3},
        "unit": "half_year",
        "anchor": "2026-06-30",
        "every": "-3d",
        "step": 1,
        "opens_before": "177d",
        "limit_after": 3,
        "not_before": "2026-01-05",
    }


@pytest.mark.parametrize(("registered", "not_before"), [("2026-01-05", None), ("2026-01-06", "2026-01-06")])
def test_why_names_the_day_of_beginning_only_where_it_cuts_the_period(registered, not_before):
    of = order(registered_at=at(f"{registered} 09:00"), ledger_from=date.fromisoformat(registered))
    assert slots("info", facts(of))[0].why.get("not_before") == not_before
