"""Two admonitions and the third breach; candidates of revocation until somebody decides."""

from datetime import date

import pytest

from tests.rules.cast import SECOND, act, at, facts, findings_of, order, report, terms, unregistered


def measure(kind: str, moment: str, *, id: int):
    return act("discipline_measure", kind, moment, id=id)


FIRST = measure("admonition", "2026-02-02 10:00", id=1)
SECOND_ONE = measure("admonition", "2026-03-02 10:00", id=2)


def earlier(*acts, **more):
    found = findings_of("DI-W5", facts(acts=acts, **more), terms(date(2026, 4, 30)))
    return {finding.variant: finding for finding in found}


def test_one_admonition_is_named_nowhere_and_two_are():
    assert earlier(FIRST) == {}
    found = earlier(FIRST, SECOND_ONE)
    assert found["two_admonitions"].since_at == at("2026-03-02 10:00")
    assert found["two_admonitions"].ended_at is None


def test_the_third_breach_is_the_first_own_duty_that_lapses_after_the_second_admonition():
    # the weekly report by phone: 9 March's is the first after it
    assert earlier(FIRST, SECOND_ONE)["third_breach"].since_at == at("2026-03-03 00:00")
    made = report("phone", "2026-03-02 12:00")
    assert earlier(FIRST, SECOND_ONE, made)["third_breach"].since_at > at("2026-03-03 00:00")


def test_a_warning_after_the_second_admonition_ends_both():
    warned = measure("warning", "2026-03-20 10:00", id=3)
    found = earlier(FIRST, SECOND_ONE, warned)
    assert {(f.ended_at, f.fact_kind, f.fact_id) for f in found.values()} == {
        (at("2026-03-20 10:00"), "discipline_service", 3)
    }
    before = measure("warning", "2026-02-20 10:00", id=3)
    assert earlier(FIRST, SECOND_ONE, before)["two_admonitions"].ended_at is None


W1, W2 = measure("warning", "2026-02-02 10:00", id=1), measure("warning", "2026-03-02 10:00", id=2)


def candidates(given, **more):
    found = findings_of("RV-12", given, terms(date(2026, 6, 30), **more))
    return {(finding.variant, finding.period): finding for finding in found}


@pytest.mark.parametrize(
    ("kind", "item", "needs_proof"),
    [("probation", "R46-4", True), ("parole", "R47-2", True), ("temporary_outside", "R49-4", False)],
)
def test_two_warnings_open_a_candidate_and_one_does_not(kind, item, needs_proof):
    assert candidates(facts(order(kind=kind), acts=(W1,))) == {}
    found = candidates(facts(order(kind=kind), acts=(W1, W2)))
    why = found["two_warnings", "2026-03-02"].why
    assert (why["item"], why["needs_further_breach"]) == (item, needs_proof)


def test_public_surveillance_opens_no_candidate_whatever_happens():
    assert candidates(facts(order(kind="public_surveillance"), acts=(W1, W2))) == {}
    assert candidates(facts(unregistered(kind="public_surveillance"))) == {}


def test_a_candidate_ends_by_its_decision_and_by_nothing_else():
    decided = act("revocation_decision", "two_warnings|2026-03-02", "2026-03-10 09:00", id=5)
    other = act("revocation_decision", "two_warnings|2026-02-02", "2026-03-10 09:00", id=6)
    assert candidates(facts(acts=(W1, W2, other)))["two_warnings", "2026-03-02"].ended_at is None
    found = candidates(facts(acts=(W1, W2, decided)))["two_warnings", "2026-03-02"]
    assert (found.ended_at, found.fact_kind, found.fact_id) == (at("2026-03-10 09:00"), "revocation_decision", 5)


def test_a_third_warning_is_a_candidate_of_its_own():
    third = measure("warning", "2026-04-02 10:00", id=3)
    assert set(candidates(facts(acts=(W1, W2, third)))) == {
        ("two_warnings", "2026-03-02"),
        ("two_warnings", "2026-04-02"),
    }


@pytest.mark.parametrize(("kind", "item"), [("probation", "R46-2"), ("parole", "R47-1"), ("temporary_outside", None)])
def test_the_first_report_over_a_month_late_is_a_candidate_counted_from_the_shifted_day(kind, item):
    # the last day in time, 2026-01-12, is a Monday; a month after it ends on 02-12
    found = candidates(facts(unregistered(kind=kind)))
    assert [(f.since_at, f.why["item"]) for f in found.values()] == ([(at("2026-02-13 00:00"), item)] if item else [])


def test_a_last_day_on_a_day_off_counts_from_the_next_working_day():
    # effective on 2026-01-07: the tenth day is Saturday 01-17; counted from Monday 01-19
    given = facts(unregistered(effective_on=date(2026, 1, 7)))
    assert candidates(given)["over_a_month", "once"].since_at == at("2026-02-20 00:00")


@pytest.mark.parametrize(
    ("registered_at", "count"),
    [(at("2026-02-13 00:00") - SECOND, 0), (at("2026-02-13 00:00"), 0), (at("2026-02-13 00:00") + SECOND, 1)],
)
def test_being_registered_after_the_month_does_not_end_the_candidate(registered_at, count):
    given = facts(order(registered_at=registered_at, ledger_from=date(2026, 1, 2)))
    found = candidates(given)
    assert len(found) == count
    assert not [finding for finding in found.values() if finding.ended_at]


LOST = act("contact_search", "2026-03-01", "2026-03-06 09:00", id=7)


def away(moment: str):
    return act("off_control", "7", moment, id=8)


@pytest.mark.parametrize(("kind", "item"), [("probation", "R46-2"), ("parole", "R47-1")])
def test_v09_over_a_month_out_of_supervision_is_a_candidate_once_verified(kind, item):
    assert candidates(facts(order(kind=kind), acts=(LOST,))) == {}
    found = candidates(facts(order(kind=kind), acts=(LOST, away("2026-03-08 09:00"))))
    assert [(key, f.since_at, f.why["item"]) for key, f in found.items()] == [
        (("over_a_month", "search-7"), at("2026-04-02 00:00"), item)
    ]
    late = candidates(facts(order(kind=kind), acts=(LOST, away("2026-04-08 09:00"))))
    assert [f.since_at for f in late.values()] == [at("2026-04-08 09:00")]
    for other in ("public_surveillance", "temporary_outside"):
        assert candidates(facts(order(kind=other), acts=(LOST, away("2026-03-08 09:00")))) == {}


@pytest.mark.parametrize(("found_at", "count"), [(at("2026-04-02 00:00") - SECOND, 0), (at("2026-04-02 00:00"), 1)])
def test_only_the_decision_ends_the_candidate_of_who_was_found_after_the_month(found_at, count):
    back = act("search_found", "7", found_at, id=9)
    found = candidates(facts(acts=(LOST, away("2026-03-08 09:00"), back)))
    assert [f.ended_at for f in found.values()] == [None] * count
    decided = act("revocation_decision", "over_a_month|search-7", "2026-04-10 09:00", id=5)
    found = candidates(facts(acts=(LOST, away("2026-03-08 09:00"), back, decided)))
    assert [f.fact_id for f in found.values()] == [5] * count


def test_what_somebody_put_down_in_a_case_is_a_candidate():
    opened = act("revocation_candidate", "other|case-9-R46-1|R46-1", "2026-03-05 09:00", id=4)
    found = candidates(facts(acts=(opened,)))
    assert [(key, f.why["item"]) for key, f in found.items()] == [(("other", "case-9-R46-1"), "R46-1")]


def put_down(days: str, moment: str = "2026-04-06 09:00", item: str = "R46-2"):
    return act("revocation_candidate", f"other|case-9-{item}|{item}{days}", moment, id=4)


ONE, TWO = {("other", "case-9-R46-2")}, {("other", "case-9-R46-2"), ("over_a_month", "search-7")}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("|2026-03-05", ONE),  # filled from a missed report: four days after the last contact
        ("|2026-02-20|2026-03-02", ONE),
        ("|2026-01-10|2026-03-01", TWO),  # the person came on the day from which this absence counts
        ("|2026-04-09|2026-05-20", ONE),
        ("|2026-04-10|2026-05-20", TWO),  # found on the day from which the next absence counts
        ("", TWO),
    ],
)
def test_an_absence_that_was_put_down_in_a_case_is_no_second_candidate(days, expected):
    back = act("search_found", "7", "2026-04-10 09:00", id=9)
    given = (LOST, away("2026-04-08 09:00"), back, put_down(days))
    assert set(candidates(facts(acts=given))) == expected


def test_of_somebody_still_missing_a_case_is_about_the_days_until_it_was_put_down():
    given = (LOST, away("2026-04-08 09:00"))
    for moment, expected in (("2026-03-01 23:59", TWO), ("2026-03-02 00:00", ONE)):
        assert set(candidates(facts(acts=(*given, put_down("|2026-01-10", moment))))) == expected
    other = put_down("|2026-03-05", item="R46-1")
    assert set(candidates(facts(acts=(*given, other)))) == {("other", "case-9-R46-1"), ("over_a_month", "search-7")}


@pytest.mark.parametrize(
    ("days", "count"), [("|2026-01-10", 1), ("|2026-02-19|2026-04-01", 1), ("|2026-02-20|2026-04-01", 2)]
)
def test_a_first_report_that_was_put_down_in_a_case_is_no_second_candidate(days, count):
    given = order(registered_at=at("2026-02-20 10:00"), ledger_from=date(2026, 1, 2))
    assert len(candidates(facts(given, acts=(put_down(days),)))) == count
