"""RA-19, RA-20: once a year, late in the year, and not of a year of which there is too little."""

from datetime import date

import pytest

from supervision.rules.base import Pause
from supervision.rules.explain import recompute, sentence
from tests.rules.assistance_cast import awaited, facts, helped
from tests.rules.cast import act, at, changed_parameters, days, duties_of, terms

LATER = terms(date(2028, 6, 1))


@pytest.mark.parametrize("side", ["village", "township"])
def test_village_and_township_say_how_each_year_went_until_the_end_of_january(side):
    found = duties_of("RA-20", side, facts(helped()), LATER)
    assert [days(duty.slot) for duty in found] == [
        ("2026-11-01 00:00", "2027-01-01 00:00", "2027-02-01 00:00"),
        ("2027-11-01 00:00", "2028-01-01 00:00", "2028-02-01 00:00"),
    ]
    assert duties_of("RA-20", side, facts(helped()), terms(date(2026, 10, 31))) == []
    assert duties_of("RA-20", side, facts(awaited()), LATER) == []
    explained = found[0].slot
    assert recompute(explained.why) == (explained.opens_at, explained.due_at, explained.limit_at)
    assert sentence(explained.why).endswith("。")


@pytest.mark.parametrize(
    ("moment", "states"),
    [
        ("2026-10-31 09:00", ["open", "open"]),
        ("2026-11-01 00:00", ["met", "open"]),
        ("2027-01-31 23:59", ["met", "open"]),
        ("2027-02-01 00:00", ["met_late", "open"]),
    ],
)
def test_each_side_meets_its_own(moment, states):
    given = facts(helped(), acts=(act("appraisal", "village", moment),))
    assert [duty.state for duty in duties_of("RA-20", "village", given, LATER)] == states
    assert {duty.state for duty in duties_of("RA-20", "township", given, LATER)} == {"open"}


@pytest.mark.parametrize(("came", "first"), [("2026-10-03 09:00", 2026), ("2026-10-04 09:00", 2027)])
def test_a_year_of_less_than_ninety_days_of_help_is_not_appraised(came, first):
    late = helped(connected_at=at(came), release_on=at(came).date())
    assert duties_of("RA-20", "village", facts(late), LATER)[0].slot.raw_due_on.year == first


@pytest.mark.parametrize(
    ("ledger_from", "opens"),
    [(date(2026, 10, 20), "2026-11-01 00:00"), (date(2026, 12, 20), "2026-12-20 00:00")],
    ids=["before the year's end is asked for", "while it is"],
)
def test_a_register_that_goes_live_late_in_the_year_is_asked_for_it_too(ledger_from, opens):
    old = helped(connected_at=at("2022-05-20 09:00"), known_on=date(2022, 1, 5), ledger_from=ledger_from, imported=True)
    found = duties_of("RA-20", "village", facts(old), LATER)
    assert days(found[0].slot) == (opens, "2027-01-01 00:00", "2027-02-01 00:00")


def test_years_before_the_first_and_after_the_last_are_not_asked_for():
    old = helped(connected_at=at("2022-05-20 09:00"), known_on=date(2022, 1, 5), ledger_from=date(2022, 1, 5))
    years = [duty.slot.raw_due_on.year for duty in duties_of("RA-20", "village", facts(old), LATER)]
    assert years == [2026, 2027]
    begun = changed_parameters(("ra.appraisal.first_year", at("2020-01-02 00:00"), 2024))
    years = [
        duty.slot.raw_due_on.year
        for duty in duties_of("RA-20", "village", facts(old), terms(date(2027, 1, 1), parameters=begun))
    ]
    assert years == [2024, 2025, 2026]
    ending = helped(to_on=date(2026, 12, 30))
    assert duties_of("RA-20", "village", facts(ending), LATER) == []


def test_whoever_is_lost_is_not_appraised():
    lost = Pause(1, "off", at("2026-10-01 09:00"), None, at("2026-10-01 09:00"))
    assert {duty.state for duty in duties_of("RA-20", "village", facts(helped(), pauses=(lost,)), LATER)} == {"void"}


def test_minor_children_are_looked_after_in_each_later_year_until_they_are_of_age():
    known = act("child", "", "2026-06-01 09:00")
    found = duties_of("RA-19", "children", facts(helped(minor_until=date(2028, 12, 1)), acts=(known,)), LATER)
    assert [days(duty.slot) for duty in found] == [("2027-01-01 00:00", "2027-12-02 00:00", "2028-01-01 00:00")]
    of_age = facts(helped(minor_until=date(2028, 12, 2)), acts=(known,))
    assert len(duties_of("RA-19", "children", of_age, terms(date(2028, 12, 31)))) == 2
    again = act("child", "", "2027-12-31 23:59", id=101)
    given = facts(helped(minor_until=date(2028, 12, 1)), acts=(known, again))
    assert [duty.state for duty in duties_of("RA-19", "children", given, LATER)] == ["met"]
    assert duties_of("RA-19", "children", facts(helped()), LATER) == []
