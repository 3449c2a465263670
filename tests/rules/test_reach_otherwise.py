"""reach_otherwise: from the refusal on, until a number takes texts again."""

from datetime import date

import pytest

from supervision.rules.base import Phone
from tests.rules.cast import REGISTERED, SECOND, at, facts, findings_of, order

T1, T2 = at("2026-03-02 10:00"), at("2026-04-02 10:00")
OWN = Phone(1, REGISTERED, T1)
"""The own number until T1, when another fact takes its place."""


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ((Phone(1, REGISTERED, None),), []),
        ((), [(REGISTERED, None)]),
        ((OWN, Phone(2, T1, None, consent="no")), [(T1, None)]),
        ((OWN, Phone(2, T1, T2, consent="no"), Phone(3, T2, None)), [(T1, T2)]),
        ((OWN, Phone(2, T1, None, consent="no"), Phone(3, T1, None)), []),
        ((OWN, Phone(2, T1, None)), []),
        ((OWN, Phone(2, T1 + SECOND, None)), [(T1, T1 + SECOND)]),
        ((OWN, Phone(2, T1, None, mobile=False)), [(T1, None)]),
    ],
)
def test_it_holds_while_no_own_number_takes_texts(phones, expected):
    found = findings_of("reach_otherwise", facts(phones=phones))
    assert [(finding.since_at, finding.ended_at) for finding in found] == expected


@pytest.mark.parametrize(
    ("own", "held"),
    [
        ((), False),
        ((Phone(1, REGISTERED, None, mobile=False),), False),
        ((Phone(1, REGISTERED, None, consent="no"),), True),
        ((Phone(1, REGISTERED, T1, consent="no"),), True),
    ],
)
def test_the_family_passes_on_unless_the_person_refuses(own, held):
    family = Phone(9, REGISTERED, None, holder="family")
    found = findings_of("reach_otherwise", facts(phones=(*own, family)))
    assert [finding.since_at for finding in found] == ([REGISTERED] if held else [])
    if own and own[0].bad_since:
        assert [(f.ended_at, f.fact_kind, f.fact_id) for f in found] == [(T1, "contact", 9)]


def test_a_family_that_refuses_is_not_texted():
    (found,) = findings_of("reach_otherwise", facts(phones=(Phone(9, T1, None, holder="family", consent="no"),)))
    assert (found.since_at, found.severity) == (REGISTERED, "notice")


def test_an_old_register_without_numbers_is_debt_and_a_later_refusal_is_a_finding():
    old = order(ledger_from=date(2026, 2, 1))
    assert findings_of("reach_otherwise", facts(old, phones=())) == []
    refused = facts(old, phones=(OWN, Phone(2, T1, None, consent="no")))
    assert [finding.since_at for finding in findings_of("reach_otherwise", refused)] == [T1]
