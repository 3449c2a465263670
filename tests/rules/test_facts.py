"""What the facts themselves answer."""

from datetime import UTC, date

import pytest

from supervision.rules.base import ClassDecision, level_in
from tests.rules.cast import REGISTERED, SECOND, at, facts, order, unregistered

T1, T2 = at("2026-02-01 09:00"), at("2026-03-01 09:00")
DECIDED = (ClassDecision(2, "loose", T2), ClassDecision(1, "strict", T1))


def level_at(moment, *decided):
    return level_in(facts(classes=decided).levels(), moment)


@pytest.mark.parametrize(
    ("moment", "level"),
    [
        (REGISTERED, "normal"),
        (T1 - SECOND, "normal"),
        (T1, "strict"),
        (T2 - SECOND, "strict"),
        (T2, "loose"),
        (T2 + SECOND, "loose"),
    ],
)
def test_a_class_is_in_force_until_the_next_one(moment, level):
    assert level_at(moment, *DECIDED) == level


def test_of_two_classes_from_one_moment_the_later_decision_counts():
    assert level_at(T1, ClassDecision(2, "loose", T1), ClassDecision(1, "strict", T1)) == "loose"
    assert level_at(T1, ClassDecision(1, "loose", T1), ClassDecision(2, "strict", T1)) == "strict"


@pytest.mark.parametrize(
    ("from_at", "level"),
    [("2026-01-05 23:59", "strict"), ("2026-01-06 00:00", "normal"), ("2026-01-04 23:59", "strict")],
)
def test_a_class_of_the_day_of_registration_counts_from_the_start_of_that_day(from_at, level):
    assert level_at(at("2026-01-05 00:00"), ClassDecision(1, "strict", at(from_at))) == level


def test_the_grids_count_from_the_local_day_of_the_registration_else_from_the_terms_first():
    late_evening = at("2026-01-05 23:30").astimezone(UTC)
    assert order(registered_at=late_evening).enrolled_on == date(2026, 1, 5)
    assert order(registered_at=at("2026-01-06 00:30").astimezone(UTC)).enrolled_on == date(2026, 1, 6)
    assert unregistered().enrolled_on == date(2026, 1, 2)
