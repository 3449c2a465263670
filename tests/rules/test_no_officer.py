"""no_officer: an office alone is nobody."""

import pytest

from supervision.rules.base import Responsibility
from tests.rules.cast import REGISTERED, SECOND, at, facts, findings_of

GONE = at("2026-03-02 18:00")


def had(to_at=None, *, staff=7, from_at=REGISTERED, id=1):
    return Responsibility(id, 1, staff, from_at, to_at)


@pytest.mark.parametrize(
    ("responsibilities", "expected"),
    [
        ((had(),), []),
        ((had(staff=None),), [(REGISTERED, None)]),
        ((had(GONE), had(from_at=GONE, id=2)), []),
        ((had(GONE), had(from_at=GONE + SECOND, id=2)), [(GONE, GONE + SECOND)]),
        ((had(GONE), had(from_at=GONE, staff=None, id=2)), [(GONE, None)]),
        ((had(GONE), had(from_at=GONE - SECOND, id=2)), []),
    ],
)
def test_there_is_always_somebody_of_the_staff(responsibilities, expected):
    found = findings_of("no_officer", facts(responsibilities=responsibilities))
    assert [(finding.since_at, finding.ended_at) for finding in found] == expected
