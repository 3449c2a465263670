"""no_officer, no_class, no_phone: what an order must always have, and since when it hasn't."""

from datetime import date

import pytest

from supervision.rules.absence import Cover, Gap, gaps, is_imported, one_a_day
from supervision.rules.base import ClassDecision, Phone, Responsibility
from tests.rules.cast import REGISTERED, SECOND, at, facts, findings_of, order

T1, T2, T3, T4 = (at(f"2026-02-0{day} 09:00") for day in (1, 2, 3, 4))
FACT = ("responsibility", 1)


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ([], [Gap(T1)]),
        ([Cover(T1, None, FACT)], []),
        ([Cover(T1 - SECOND, None, FACT)], []),
        ([Cover(T1 + SECOND, None, FACT)], [Gap(T1, T1 + SECOND, FACT)]),
        ([Cover(T1, T2, FACT)], [Gap(T2)]),
        ([Cover(T1, T2, FACT), Cover(T2, None, FACT)], []),
        ([Cover(T2, None, FACT), Cover(T1, T2, FACT)], []),
        ([Cover(T1, T2, FACT), Cover(T3, None, FACT)], [Gap(T2, T3, FACT)]),
        ([Cover(T1, T4, FACT), Cover(T2, T3, FACT)], [Gap(T4)]),
        ([Cover(T2, T2, FACT)], [Gap(T1, T2, FACT), Gap(T2)]),
        ([Cover(T1 - 2 * SECOND, T1 - SECOND, FACT)], [Gap(T1)]),
        ([Cover(T1, None, FACT), Cover(T3, T4, FACT)], []),
    ],
)
def test_gaps_are_what_the_stretches_leave_uncovered(covers, expected):
    assert list(gaps(covers, T1)) == expected


def test_gaps_that_begin_on_one_day_are_one():
    first, second, other = Gap(T1, T1 + SECOND, ("a", 1)), Gap(T1 + 2 * SECOND, T2, ("b", 2)), Gap(T3)
    assert list(one_a_day([first, second, other])) == [Gap(T1, T2, ("b", 2)), other]


@pytest.mark.parametrize(
    ("ledger_from", "imported"), [(date(2026, 1, 5), False), (date(2026, 1, 6), False), (date(2026, 1, 7), True)]
)
def test_an_order_whose_ledger_begins_later_than_the_day_after_is_imported(ledger_from, imported):
    assert is_imported(order(ledger_from=ledger_from)) is imported


@pytest.mark.parametrize("ledger_from", [date(2026, 1, 5), date(2026, 1, 7), date(2026, 3, 1)])
def test_an_order_put_down_by_hand_is_never_an_imported_one(ledger_from):
    assert is_imported(order(ledger_from=ledger_from, imported=False)) is False


@pytest.mark.parametrize(
    ("rule", "nothing", "severity"),
    [
        ("no_officer", {"responsibilities": ()}, "grave"),
        ("no_officer", {"responsibilities": (Responsibility(1, 1, None, REGISTERED, None),)}, "grave"),
        ("no_class", {"level": None}, "notice"),
        ("no_phone", {"phones": ()}, "serious"),
    ],
)
def test_what_is_missing_since_the_registration_is_found_and_in_an_old_register_is_debt(rule, nothing, severity):
    (finding,) = findings_of(rule, facts(**nothing))
    assert (finding.since_at, finding.period, finding.ended_at) == (REGISTERED, "2026-01-05", None)
    assert (finding.severity, finding.variant, finding.why["since"]) == (severity, "", "2026-01-05T09:00:00+08:00")
    assert findings_of(rule, facts(order(ledger_from=date(2026, 3, 1)), **nothing)) == []
    assert findings_of(rule, facts(order(registered_at=None), **nothing)) == []
    assert findings_of(rule, facts()) == []


@pytest.mark.parametrize(
    ("rule", "mended", "fact"),
    [
        ("no_officer", {"responsibilities": (Responsibility(3, 1, 7, T1, None),)}, ("responsibility", 3)),
        ("no_class", {"classes": (ClassDecision(3, "strict", T1),)}, ("class_decision", 3)),
        ("no_phone", {"phones": (Phone(3, T1, None),)}, ("contact", 3)),
    ],
)
def test_the_fact_that_mends_it_ends_it(rule, mended, fact):
    (finding,) = findings_of(rule, facts(**mended))
    assert (finding.since_at, finding.ended_at, (finding.fact_kind, finding.fact_id)) == (REGISTERED, T1, fact)


@pytest.mark.parametrize(
    ("rule", "lost"),
    [
        ("no_officer", {"responsibilities": (Responsibility(3, 1, 7, REGISTERED, T4),)}),
        ("no_phone", {"phones": (Phone(3, REGISTERED, T4),)}),
    ],
)
@pytest.mark.parametrize("ledger_from", [date(2026, 1, 5), date(2026, 2, 1)])
def test_what_is_lost_later_is_found_in_an_old_register_too(rule, lost, ledger_from):
    (finding,) = findings_of(rule, facts(order(ledger_from=ledger_from), **lost))
    assert (finding.since_at, finding.period) == (T4, "2026-02-04")


def test_a_class_once_decided_is_never_lost():
    old = order(ledger_from=date(2026, 3, 1))
    assert findings_of("no_class", facts(old)) == findings_of("no_class", facts()) == []


@pytest.mark.parametrize(
    ("ended_at", "ended"),
    [
        (REGISTERED, []),
        (REGISTERED + SECOND, [REGISTERED + SECOND]),
        (T1 - SECOND, [T1 - SECOND]),
        (T1, [T1]),
        (T2, [T1]),
    ],
)
def test_no_finding_outlives_the_order(ended_at, ended):
    given = facts(order(ended_at=ended_at, end_kind="moved_out"), responsibilities=(Responsibility(3, 1, 7, T1, None),))
    assert [finding.ended_at for finding in findings_of("no_officer", given)] == ended


def test_the_end_of_the_order_is_named_as_the_fact_only_when_it_came_first():
    late = (Responsibility(3, 1, 7, T1, None),)
    by_end = facts(order(ended_at=T1 - SECOND, end_kind="moved_out"), responsibilities=late)
    by_fact = facts(order(ended_at=T1, end_kind="moved_out"), responsibilities=late)
    assert [f.fact_kind for f in findings_of("no_officer", by_end)] == ["order_end"]
    assert [f.fact_kind for f in findings_of("no_officer", by_fact)] == ["responsibility"]


def test_an_officer_with_a_date_of_leaving_is_missed_from_that_date_ahead():
    given = facts(responsibilities=(Responsibility(3, 1, 7, REGISTERED, at("2026-09-01 00:00")),))
    (finding,) = findings_of("no_officer", given)
    assert finding.since_at == at("2026-09-01 00:00")
