"""People whose days are the same share their slots, and a slot its text; whoever sends them elsewhere loses nothing."""

import json
import pickle
from datetime import date

from supervision.rules import evaluate
from supervision.rules.base import Why
from tests.rules.cast import at, changed_parameters, duties_of, facts, order, pause, report, terms


def slots_of(given, asked):
    return [duty.slot for duty in evaluate(given, asked)[0]]


def test_two_people_who_were_registered_on_one_day_share_their_slots():
    asked = terms(date(2026, 3, 1))
    one, other = (
        facts(),
        facts(order(registered_at=at("2026-01-05 16:00")), acts=(report("phone", "2026-01-08 09:00"),)),
    )
    mine, theirs = slots_of(one, asked), slots_of(other, asked)
    shared = [slot for slot in mine if any(slot is their for their in theirs)]
    assert {slot.variant for slot in shared} >= {"phone", "in_person", "written", "field", "info", "team", "plan"}
    assert [duty.state for duty in duties_of("SU-01", "phone", other, asked)][:2] == ["met", "open"]
    assert [duty.state for duty in duties_of("SU-01", "phone", one, asked)][:2] == ["open", "open"]


def test_nobody_shares_a_slot_across_a_change_of_terms():
    later = terms(date(2026, 3, 1), parameters=changed_parameters(("grace.phone", at("2026-02-01 00:00"), 1)))
    mine, theirs = slots_of(facts(), terms(date(2026, 3, 1))), slots_of(facts(), later)
    assert mine != theirs
    assert not [slot for slot in mine if any(slot is their for their in theirs)]


def test_an_explanation_is_written_down_once():
    moved = facts(pauses=(pause("own_outage", "2026-01-12 08:00", "2026-01-13 08:00"),))
    for slot in (*slots_of(facts(), terms()), *slots_of(moved, terms())):
        assert isinstance(slot.why, Why)
        assert slot.why.text == json.dumps(slot.why, ensure_ascii=False)
        assert slot.why.text is slot.why.text


def test_facts_duties_and_findings_survive_being_sent_to_another_process():
    given = facts(level=None, acts=(report("phone", "2026-01-08 09:00"),))
    said = evaluate(given, terms())
    assert [duty.slot.why.text for duty in said[0]]
    assert pickle.loads(pickle.dumps((given, said))) == (given, said)
