"""no_class: decided with the registration, or missing until it is."""

import pytest

from supervision.rules.base import ClassDecision
from tests.rules.cast import REGISTERED, SECOND, facts, findings_of


@pytest.mark.parametrize(
    ("from_at", "expected"),
    [
        (REGISTERED - SECOND, []),
        (REGISTERED, []),
        (REGISTERED + SECOND, [(REGISTERED, REGISTERED + SECOND)]),
    ],
)
def test_it_is_missing_from_the_registration_to_the_decision(from_at, expected):
    found = findings_of("no_class", facts(classes=(ClassDecision(1, "strict", from_at),)))
    assert [(finding.since_at, finding.ended_at) for finding in found] == expected
