"""VV-01: five working days from the intake."""

from datetime import date

import pytest

from supervision.rules.base import Facts, Subject
from supervision.rules.explain import recompute, sentence
from supervision.rules.told_family import Prisoner
from tests.rules.cast import act, at, days, duties_of


def told(intake_on, known_at, *acts):
    return duties_of("VV-01", "family_told", Facts(Subject("prisoner", 1, 1), Prisoner(intake_on, at(known_at)), acts))


@pytest.mark.parametrize(
    ("intake_on", "limit"),
    [
        (date(2026, 3, 2), "2026-03-10 00:00"),
        (date(2026, 3, 6), "2026-03-14 00:00"),
        (date(2026, 9, 30), "2026-10-14 00:00"),  # the festival in between, and the Saturday after it that is worked
    ],
)
def test_the_family_is_told_within_five_working_days_of_the_intake(intake_on, limit):
    (one,) = told(intake_on, f"{intake_on} 09:00")
    assert days(one.slot) == (f"{intake_on} 00:00", limit, limit)
    assert recompute(one.slot.why) == (one.slot.opens_at, one.slot.due_at, one.slot.limit_at)
    assert sentence(one.slot.why).endswith("。")


@pytest.mark.parametrize(("moment", "state"), [("2026-03-09 23:59", "met"), ("2026-03-10 00:00", "met_late")])
def test_having_told_meets_it(moment, state):
    assert [one.state for one in told(date(2026, 3, 2), "2026-03-02 09:00", act("family_told", "", moment))] == [state]


@pytest.mark.parametrize(("known_at", "asked"), [("2026-03-09 23:59", 1), ("2026-03-10 00:00", 0)])
def test_nothing_is_asked_of_somebody_whom_we_knew_only_later(known_at, asked):
    assert len(told(date(2026, 3, 2), known_at)) == asked
    assert told(None, known_at) == []
