"""RE-12: day 11, lateness over ten days, and over one month."""

from datetime import date

import pytest

from supervision.rules.base import Decision
from supervision.rules.late_to_register import clocks
from tests.rules.cast import SECOND, at, facts, findings_of, order, pause, terms, unregistered


def found(given, asked=None):
    return {finding.variant: finding for finding in findings_of("RE-12", given, asked)}


def test_the_clocks_run_from_day_11_day_21_and_the_day_after_a_month():
    begun = {variant: finding.since_at for variant, finding in found(facts(unregistered())).items()}
    assert begun == {
        "not_reported": at("2026-01-13 00:00"),
        "over_ten_days": at("2026-01-23 00:00"),
        "over_one_month": at("2026-02-13 00:00"),
    }


def test_v07_to_v09_ten_days_are_not_over_ten_and_a_month_is_not_over_a_month():
    # the last day in time is 2026-03-01
    begun = {clock.variant: clock.from_on for clock in clocks(unregistered(), at("2026-03-02 00:00"))}
    assert begun == {
        "not_reported": date(2026, 3, 2),
        "over_ten_days": date(2026, 3, 12),
        "over_one_month": date(2026, 4, 2),
    }


@pytest.mark.parametrize(
    ("limit", "over_a_month"),
    [("2026-02-01", date(2026, 3, 1)), ("2026-01-30", date(2026, 3, 1)), ("2024-02-01", date(2024, 3, 1))],
)
def test_a_month_that_lacks_the_day_ends_with_its_last(limit, over_a_month):
    assert clocks(unregistered(), at(f"{limit} 00:00"))[2].from_on == over_a_month


@pytest.mark.parametrize(
    ("kind", "proposes"),
    [
        ("probation", ["admonition", "warning", "revoke_probation"]),
        ("parole", ["admonition", "warning", "revoke_parole"]),
        ("public_surveillance", ["admonition", "warning", "police_penalty"]),
        ("temporary_outside", []),
    ],
)
def test_v10_only_probation_and_parole_can_be_revoked(kind, proposes):
    assert [f.why["proposes"] for f in found(facts(unregistered(kind=kind))).values()] == proposes


@pytest.mark.parametrize(
    ("registered_at", "stages"),
    [
        (at("2026-01-13 00:00") - SECOND, 0),
        (at("2026-01-13 00:00"), 0),
        (at("2026-01-13 00:00") + SECOND, 1),
        (at("2026-01-23 00:00"), 1),
        (at("2026-01-23 00:00") + SECOND, 2),
        (at("2026-02-13 00:00"), 2),
        (at("2026-02-13 00:00") + SECOND, 3),
    ],
)
def test_the_registration_ends_what_has_begun_and_what_had_not_never_was(registered_at, stages):
    given = facts(order(registered_at=registered_at, ledger_from=date(2026, 1, 2)))
    assert len(found(given)) == stages
    for finding in found(given).values():
        assert (finding.ended_at, finding.fact_kind, finding.fact_id) == (registered_at, "registration", 1)


def test_without_an_act_the_order_itself_is_the_fact():
    from dataclasses import replace

    given = replace(facts(order(registered_at=at("2026-02-01 09:00"), ledger_from=date(2026, 1, 2))), acts=())
    assert {(f.fact_kind, f.fact_id) for f in found(given).values()} == {("order", 1)}


@pytest.mark.parametrize(
    ("ended_at", "stages"),
    [("2026-01-13 00:00", 0), ("2026-01-13 00:01", 1), ("2026-01-23 00:00", 1), ("2026-03-01 09:00", 3)],
)
def test_the_end_of_the_order_ends_them(ended_at, stages):
    given = facts(unregistered(ended_at=at(ended_at), end_kind="other"))
    ended = list(found(given).values())
    assert len(ended) == stages
    assert {(f.ended_at, f.fact_kind, f.fact_id) for f in ended} <= {(at(ended_at), "order_end", 1)}


@pytest.mark.parametrize(
    ("pauses", "count"),
    [
        ((pause("custody", "2026-01-12 12:00"),), 0),
        ((pause("custody", "2026-01-01 12:00"),), 0),
        ((pause("custody", "2026-01-13 12:00"),), 3),
        ((pause("hospital", "2026-01-12 12:00"),), 3),
    ],
)
def test_who_was_in_custody_at_the_limit_is_not_late(pauses, count):
    assert len(found(facts(unregistered(), pauses=pauses))) == count


@pytest.mark.parametrize(("outcome", "count"), [("excused", 0), ("void", 0), ("missed", 3)])
def test_a_named_human_may_excuse_it(outcome, count):
    word = Decision(9, "RE-06", "in_person", "once", outcome, at("2026-01-20 09:00"))
    assert len(found(facts(unregistered(), decisions=(word,)))) == count


def test_our_own_outage_moves_the_clocks():
    given = facts(unregistered(), pauses=(pause("own_outage", "2026-01-12 12:00", "2026-01-13 12:00"),))
    assert found(given)["not_reported"].since_at == at("2026-01-15 00:00")


def test_of_who_was_registered_before_the_ledger_it_is_debt_and_of_who_never_came_it_still_runs():
    assert found(facts(order(registered_at=at("2026-02-01 09:00"), ledger_from=date(2026, 3, 1)))) == {}
    assert len(found(facts(unregistered(effective_on=date(2025, 6, 1))))) == 3


def test_nothing_is_found_of_a_judgment_that_is_beyond_the_horizon():
    assert found(facts(unregistered(effective_on=date(2026, 3, 2))), terms(date(2026, 3, 1))) == {}


def test_why_says_what_the_article_lets_the_office_propose():
    finding = found(facts(unregistered()))["over_one_month"]
    assert (finding.severity, finding.period) == ("grave", "once")
    assert finding.why == {
        "rule": "RE-12",
        "article": "《社区矫正法》第30条，《社区矫正法实施办法》第38条",
        "variant": "over_one_month",
        "since": "2026-02-13T00:00:00+08:00",
        "order_kind": "probation",
        "proposes": "revoke_probation",
        "proposed_under": "《社区矫正法实施办法》第46条第2项",
    }
    assert found(facts(unregistered()))["not_reported"].severity == "serious"
    assert found(facts(unregistered()))["over_ten_days"].severity == "grave"
