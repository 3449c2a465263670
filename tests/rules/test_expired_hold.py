"""TE-09: a term that ends in custody, with both neighbours of each edge; and the certificate that follows the custody."""

from dataclasses import replace

import pytest

from tests.rules.cast import SECOND, at, duties_of, facts, findings_of, order, pause

END = at("2026-10-02 00:00")
ENDING = order(end_on=at("2026-10-01 00:00").date())
HELD = pause("custody", "2026-09-20 09:00", "2026-10-05 15:00")


@pytest.mark.parametrize(
    ("from_at", "to_at", "found"),
    [
        (END - SECOND, None, True),
        (END, None, False),
        (at("2026-09-20 09:00"), END, False),
        (at("2026-09-20 09:00"), END + SECOND, True),
    ],
)
def test_only_custody_over_the_end_of_the_term_holds(from_at, to_at, found):
    one = replace(HELD, from_at=from_at, to_at=to_at)
    assert [f.since_at for f in findings_of("TE-09", facts(ENDING, pauses=(one,)))] == ([END] if found else [])


def test_it_ends_with_the_custody_and_hospital_is_no_custody():
    (found,) = findings_of("TE-09", facts(ENDING, pauses=(HELD,)))
    assert (found.ended_at, found.fact_kind, found.fact_id) == (HELD.to_at, "pause", HELD.id)
    assert findings_of("TE-09", facts(ENDING, pauses=(replace(HELD, kind="hospital"),))) == []


def test_who_was_never_registered_has_no_term_to_hold():
    assert findings_of("TE-09", facts(replace(ENDING, registered_at=None), pauses=(HELD,))) == []


def test_an_end_of_the_order_ends_it():
    ended_at = at("2026-10-03 09:00")
    given = facts(replace(ENDING, ended_at=ended_at, end_kind="imprisoned"), pauses=(replace(HELD, to_at=None),))
    assert [f.ended_at for f in findings_of("TE-09", given)] == [ended_at]


def test_the_certificate_rests_in_custody_and_is_owed_on_the_day_on_which_it_ends():
    usual, after = duties_of("TE-03", "certificate", facts(ENDING, pauses=(HELD,)))
    assert (usual.slot.period, usual.state) == ("once", "void")
    assert (after.slot.period, after.state) == ("after-2026-10-05", "open")
    assert (after.slot.due_at, after.slot.limit_at) == (at("2026-10-05 17:00"), at("2026-10-06 00:00"))


def test_while_the_custody_runs_no_certificate_is_owed():
    running = facts(ENDING, pauses=(replace(HELD, to_at=None),))
    assert [duty.state for duty in duties_of("TE-03", "certificate", running)] == ["void"]


AGAIN = pause("custody", "2026-10-05 18:00", "2026-10-09 10:00")
"""Taken again on the very day on which they were let go: a penalty that a criminal measure follows."""


def test_custody_that_begins_again_before_the_certificates_day_is_over_holds_on():
    both = (HELD, replace(AGAIN, id=HELD.id + 1))
    (found,) = findings_of("TE-09", facts(ENDING, pauses=both))
    assert (found.ended_at, found.fact_id) == (AGAIN.to_at, HELD.id + 1)
    states = [(d.slot.period, d.state) for d in duties_of("TE-03", "certificate", facts(ENDING, pauses=both))]
    assert states == [("once", "void"), ("after-2026-10-05", "excused"), ("after-2026-10-09", "open")]
    (running,) = findings_of("TE-09", facts(ENDING, pauses=(HELD, replace(AGAIN, to_at=None))))
    assert running.ended_at is None


@pytest.mark.parametrize(
    ("from_at", "ended_at"),
    [(at("2026-10-06 00:00") - SECOND, AGAIN.to_at), (at("2026-10-06 00:00"), HELD.to_at)],
)
def test_custody_that_begins_when_the_certificate_is_past_its_limit_holds_nothing(from_at, ended_at):
    (found,) = findings_of("TE-09", facts(ENDING, pauses=(HELD, replace(AGAIN, from_at=from_at))))
    assert found.ended_at == ended_at
