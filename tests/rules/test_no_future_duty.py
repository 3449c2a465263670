"""no_future_duty: said ahead, from the last limit of what the person owes."""

from datetime import date

import pytest

from supervision.rules.base import Act, Decision
from tests.rules.cast import REGISTERED, SECOND, at, facts, findings_of, order, pause, terms, unregistered

UNTIL = date(2026, 3, 1)


def found(given, until: date = UNTIL):
    return findings_of("no_future_duty", given, terms(until))


def test_of_everybody_in_order_it_lies_ahead_and_moves_with_the_horizon():
    (now,) = found(facts())
    (later,) = found(facts(), date(2026, 3, 8))
    assert (now.since_at, later.since_at) == (at("2026-03-06 00:00"), at("2026-03-10 00:00"))
    assert (now.period, now.severity, now.variant, now.ended_at) == ("once", "grave", "", None)


@pytest.mark.parametrize(
    ("end_on", "count"), [(date(2026, 3, 3), 0), (date(2026, 3, 5), 0), (date(2026, 3, 7), 0), (date(2026, 3, 8), 1)]
)
def test_when_the_horizon_reaches_the_last_call_there_is_none(end_on, count):
    assert len(found(facts(order(end_on=end_on)))) == count


def test_without_an_end_day_it_always_lies_ahead():
    assert len(found(facts(order(end_on=None)))) == 1


def test_where_nothing_was_made_it_is_true_from_the_registration_or_the_ledgers_first_day():
    assert found(facts(order(effective_on=date(2026, 6, 1))), date(2026, 1, 5))[0].since_at == REGISTERED
    old = order(ledger_from=date(2026, 2, 25))
    assert found(facts(old), date(2026, 2, 1))[0].since_at == at("2026-02-25 00:00")


def test_a_first_report_long_past_does_not_put_it_before_the_registration():
    late = order(registered_at=at("2026-01-20 09:00"), ledger_from=date(2026, 1, 2))
    assert found(facts(late), date(2026, 1, 20))[0].since_at == at("2026-01-20 09:00")


def test_what_a_named_human_took_away_does_not_count():
    gone = [
        Decision(n, "SU-01", variant, period, "void", REGISTERED)
        for n, (variant, period) in enumerate([("in_person", "2026-03-05"), ("written", "2026-03-05")])
    ]
    assert found(facts(decisions=tuple(gone)))[0].since_at == at("2026-03-03 00:00")
    missed = tuple(Decision(d.id, d.rule, d.variant, d.period, "missed", REGISTERED) for d in gone)
    assert found(facts(decisions=missed))[0].since_at == at("2026-03-06 00:00")


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (facts(pauses=(pause("custody", "2026-02-01 09:00"),)), 0),
        (facts(pauses=(pause("hospital", "2026-02-01 09:00"),)), 0),
        (facts(pauses=(pause("leave", "2026-02-01 09:00"),)), 1),
        (facts(pauses=(pause("custody", "2026-02-01 09:00", "2026-02-08 09:00"),)), 1),
        (facts(unregistered()), 0),
        (facts(order(ended_at=at("2026-02-01 09:00"), end_kind="revoked")), 0),
    ],
)
def test_an_open_pause_answers_for_itself_and_who_is_not_or_no_longer_in_correction_needs_none(given, count):
    assert len(found(given)) == count


def test_a_pause_with_a_known_end_does_not_bring_it_forward():
    given = facts(pauses=(pause("hospital", "2026-02-10 09:00", "2026-05-01 09:00"),))
    assert found(given)[0].since_at == at("2026-03-06 00:00")


def test_what_the_office_owes_is_no_duty_of_the_person():
    (finding,) = found(facts())
    assert finding.since_at < at("2026-04-01 00:00")  # the limit of the field visit
    assert finding.why == {
        "rule": "no_future_duty",
        "article": "《社区矫正法》第26条，《社区矫正法实施办法》第24条",
        "since": "2026-03-06T00:00:00+08:00",
    }


END_ON = date(2026, 2, 20)
AFTER_END = at("2026-02-21 00:00")


def at_the_end(**more):
    return found(facts(order(end_on=END_ON), **more))


@pytest.mark.parametrize(
    ("certificate", "since"),
    [
        (None, []),
        (at("2026-02-20 09:00"), [AFTER_END]),
        (AFTER_END - SECOND, [AFTER_END]),
        (AFTER_END, [AFTER_END]),
        (at("2026-02-23 09:00"), [at("2026-02-23 09:00")]),
    ],
)
def test_past_its_term_an_order_whose_certificate_is_written_is_still_to_be_ended(certificate, since):
    acts = (Act("document", 5, "certificate", certificate, certificate),) if certificate else ()
    assert [finding.since_at for finding in at_the_end(acts=acts)] == since


@pytest.mark.parametrize("outcome", ["void", "excused", "missed"])
def test_past_its_term_no_decision_on_the_certificate_lets_anybody_slip(outcome):
    taken = Decision(1, "TE-03", "certificate", "once", outcome, at("2026-02-25 09:00"))
    assert [finding.since_at for finding in at_the_end(decisions=(taken,))] == [at("2026-02-25 09:00")]


@pytest.mark.parametrize(("outcome", "count"), [("void", 1), ("excused", 1), ("missed", 0)])
def test_who_never_came_and_is_excused_from_coming_owes_nothing_else(outcome, count):
    taken = Decision(1, "RE-06", "in_person", "once", outcome, at("2026-01-20 09:00"))
    given = facts(unregistered(), decisions=(taken,))
    assert [finding.since_at for finding in found(given)] == [at("2026-01-20 09:00")] * count


def test_who_never_came_and_was_in_custody_over_the_end_of_the_term_is_found_when_it_ends():
    held = pause("custody", "2026-01-10 09:00", "2026-02-23 09:00")
    given = facts(unregistered(end_on=END_ON), pauses=(held,))
    assert [finding.since_at for finding in found(given)] == [held.to_at]


@pytest.mark.parametrize("outcome", ["void", "excused", "missed"])
def test_who_is_never_handed_over_is_awaited_until_a_human_ends_that(outcome):
    outside = unregistered(kind="temporary_outside")
    assert found(facts(outside)) == []
    taken = Decision(1, "RE-08", "hand_over", "once", outcome, at("2026-01-20 09:00"))
    assert [finding.since_at for finding in found(facts(outside, decisions=(taken,)))] == [at("2026-01-20 09:00")]


def test_who_was_handed_over_is_registered_before_the_day_is_over():
    handed = Act("handed_over", 1, "", at("2026-01-08 09:00"), at("2026-01-08 09:00"))
    (finding,) = found(facts(unregistered(kind="temporary_outside"), acts=(handed,)))
    assert finding.since_at == at("2026-01-09 00:00")
