"""When the person is reminded: at nine, some days before the due day."""

import pytest

from supervision.rules.reminding import due_day, reminder_moments
from tests.rules.cast import at


@pytest.mark.parametrize(
    ("rule", "variant", "moments"),
    [
        ("SU-01", "phone", ["2026-03-08 09:00"]),
        ("SU-01", "in_person", ["2026-03-05 09:00", "2026-03-08 09:00"]),
        ("SU-01", "written", ["2026-03-05 09:00", "2026-03-08 09:00"]),
        ("RE-06", "in_person", ["2026-03-05 09:00", "2026-03-08 09:00"]),
        ("TE-01", "summary", ["2026-03-05 09:00", "2026-03-08 09:00"]),
        ("SU-04", "field", []),
    ],
)
def test_the_person_is_reminded_of_what_the_person_owes(rule, variant, moments):
    assert reminder_moments(rule, variant, at("2026-03-10 00:00")) == tuple(at(moment) for moment in moments)


@pytest.mark.parametrize(
    ("due_at", "day"),
    [("2026-03-10 00:00", "2026-03-09"), ("2026-03-10 00:01", "2026-03-10"), ("2026-03-09 17:00", "2026-03-09")],
)
def test_the_end_of_a_day_belongs_to_it(due_at, day):
    assert due_day(at(due_at)).isoformat() == day
