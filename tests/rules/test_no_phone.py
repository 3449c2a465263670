"""no_phone: one good number is enough."""

import pytest

from supervision.rules.base import Phone
from tests.rules.cast import REGISTERED, SECOND, at, facts, findings_of

BAD = at("2026-03-02 10:00")


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ((Phone(1, REGISTERED, None),), []),
        ((Phone(1, REGISTERED, BAD),), [(BAD, None)]),
        ((Phone(1, REGISTERED, BAD), Phone(2, REGISTERED, None)), []),
        ((Phone(1, REGISTERED, BAD), Phone(2, BAD, None)), []),
        ((Phone(1, REGISTERED, BAD), Phone(2, BAD + SECOND, None)), [(BAD, BAD + SECOND)]),
    ],
)
def test_it_is_missing_while_every_known_number_is_bad(phones, expected):
    found = findings_of("no_phone", facts(phones=phones))
    assert [(finding.since_at, finding.ended_at) for finding in found] == expected
