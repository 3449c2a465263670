"""RE-01..RE-05, RE-07, RE-08: tables of days, each edge with both neighbours; V-01 and V-27."""

from dataclasses import replace
from datetime import date

import pytest

from supervision.rules.explain import sentence
from tests.rules.cast import SECOND, act, at, changed_parameters, days, duties_of, facts, order, terms, unregistered

MONDAY = date(2026, 3, 2)
NEVER = at("2020-01-01 00:00")
OLD = changed_parameters(("reception.counted", NEVER, False), ("reception.counted", at("2026-03-03 00:00"), True))


def owed(rule, given, asked=None):
    variants = {"RE-01": "notice", "RE-03": "receipt", "RE-05": "forward", "RE-07": "hand_over", "RE-08": "hand_over"}
    found = duties_of(rule, variants.get(rule, "documents"), given, asked)
    assert len(found) <= 1
    return found[0] if found else None


def came(moment="2026-03-05 10:00", mode="here"):
    return act("documents_received", mode, moment, id=7)


def awaited(**changes):
    return replace(unregistered(effective_on=MONDAY), **changes)


# -- the organ that decided ---------------------------------------------------------------------------------------


def test_v01_the_notice_is_due_on_saturday_and_shown_on_monday_the_documents_on_thursday():
    notice, documents = owed("RE-01", facts(awaited())), owed("RE-02", facts(awaited()))
    assert days(notice.slot) == ("2026-03-02 00:00", "2026-03-08 00:00", "2026-03-08 00:00")
    assert notice.slot.raw_due_on == date(2026, 3, 7) and notice.slot.why["shifted_on"] == "2026-03-09"
    assert documents.slot.raw_due_on == date(2026, 3, 12) and "shifted_on" not in documents.slot.why
    assert "依法可以顺延至2026年3月9日" in sentence(notice.slot.why)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (at("2026-03-02 00:00"), "met"),
        (at("2026-03-08 00:00") - SECOND, "met"),
        (at("2026-03-08 00:00"), "met_late"),
        (at("2026-09-01 09:00"), "met_late"),
    ],
)
@pytest.mark.parametrize("kind", ["notified", "documents_received"])
def test_a_notice_or_the_documents_themselves_meet_it_until_the_last_second(kind, moment, state):
    assert owed("RE-01", facts(awaited(), acts=(act(kind, "court", moment),))).state == state


def test_a_notice_alone_is_no_document():
    assert owed("RE-02", facts(awaited(), acts=(act("notified", "court", "2026-03-03 09:00"),))).state == "open"


def test_what_came_before_the_decision_took_effect_is_owed_no_more():
    early = facts(awaited(), acts=(came("2026-03-01 23:59"),))
    assert owed("RE-01", early) is None and owed("RE-02", early) is None


def test_both_are_owed_by_the_organ_and_neither_is_told_to_the_person():
    from supervision.rules import by_id

    rules = [by_id(id) for id in ("RE-01", "RE-02", "RE-04", "RE-07", "RE-08")]
    assert {rule.owed_by for rule in rules} == {"organ"}
    assert not any(rule.remind_days or rule.tells_of_miss for rule in rules)


@pytest.mark.parametrize(("until", "made"), [(date(2026, 3, 1), False), (MONDAY, True)])
def test_it_is_made_when_the_horizon_reaches_the_effective_day(until, made):
    assert (owed("RE-01", facts(awaited()), terms(until)) is not None) is made


# -- receipt and forwarding ---------------------------------------------------------------------------------------


def test_the_receipt_is_owed_from_the_documents_on_and_returned_within_five_days():
    assert owed("RE-03", facts(awaited())) is None
    duty = owed("RE-03", facts(awaited(), acts=(came(),)))
    assert days(duty.slot) == ("2026-03-05 00:00", "2026-03-11 00:00", "2026-03-11 00:00")
    last = at("2026-03-11 00:00")
    returned = [act("receipt_returned", "", last - SECOND), act("receipt_returned", "", last)]
    assert [owed("RE-03", facts(awaited(), acts=(came(), one))).state for one in returned] == ["met", "met_late"]


def test_only_documents_from_elsewhere_are_forwarded():
    assert owed("RE-05", facts(awaited(), acts=(came(),))) is None
    duty = owed("RE-05", facts(awaited(), acts=(came(mode="elsewhere"),)))
    assert duty.slot.raw_due_on == date(2026, 3, 10) and duty.state == "open"
    done = act("forwarded", "", "2026-03-06 09:00", id=8)
    assert owed("RE-05", facts(awaited(), acts=(came(mode="elsewhere"), done))).state == "met"


def test_the_first_documents_count():
    later = act("documents_received", "elsewhere", "2026-03-20 10:00", id=9)
    assert owed("RE-03", facts(awaited(), acts=(later, came()))).slot.raw_due_on == date(2026, 3, 10)


# -- the person before the documents ------------------------------------------------------------------------------


def _came_on_5_march(**changes):
    return order(effective_on=MONDAY, registered_at=at("2026-03-05 09:00"), ledger_from=MONDAY, **changes)


def test_v27_who_comes_on_5_march_without_documents_is_enrolled_and_the_organ_owes_them_until_10_march():
    duty = owed("RE-04", facts(_came_on_5_march()))
    assert (duty.slot.raw_due_on, duty.state, duty.slot.why["anchor_is"]) == (
        date(2026, 3, 10),
        "open",
        "registered_on",
    )
    assert duty.lapsed(at("2026-03-11 00:00")) and not duty.lapsed(at("2026-03-11 00:00") - SECOND)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-03-05 23:59", None),
        ("2026-03-06 00:00", "met"),
        ("2026-03-10 23:59", "met"),
        ("2026-03-11 00:00", "met_late"),
    ],
)
def test_documents_of_the_same_day_ask_for_nothing_and_later_ones_meet_it(moment, state):
    duty = owed("RE-04", facts(_came_on_5_march(), acts=(came(moment),)))
    assert (duty.state if duty else None) == state


def test_who_has_not_come_waits_for_no_documents():
    assert owed("RE-04", facts(awaited())) is None


# -- the hand-over of 暂予监外执行 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided_by", "rule"), [("court", "RE-07"), ("prison", "RE-08"), ("police", "RE-08"), (None, "RE-08")]
)
def test_the_hand_over_is_asked_of_whoever_holds_the_person(decided_by, rule):
    told = (act("notified", decided_by, "2026-03-03 09:00"),) if decided_by else ()
    given = facts(awaited(kind="temporary_outside"), acts=told)
    assert [id for id in ("RE-07", "RE-08") if owed(id, given)] == [rule]
    assert owed(rule, given).slot.raw_due_on == date(2026, 3, 12)
    done = act("handed_over", "", "2026-03-12 23:59", id=8)
    assert owed(rule, facts(awaited(kind="temporary_outside"), acts=(*told, done))).state == "met"


@pytest.mark.parametrize("kind", ["probation", "parole", "public_surveillance"])
def test_nobody_else_is_handed_over(kind):
    assert owed("RE-07", facts(awaited(kind=kind))) is owed("RE-08", facts(awaited(kind=kind))) is None


def test_the_hand_over_runs_on_whatever_is_counted_until_the_person_is_registered():
    asked = terms(parameters=OLD)
    live = date(2026, 5, 1)
    assert owed("RE-08", facts(awaited(kind="temporary_outside", ledger_from=live)), asked).state == "open"
    assert owed("RE-01", facts(awaited(kind="temporary_outside", ledger_from=live)), asked) is None
    registered = order(kind="temporary_outside", effective_on=MONDAY, registered_at=at("2026-03-05 10:00"))
    assert owed("RE-08", facts(registered), asked).state == "met"
    assert owed("RE-08", facts(replace(registered, ledger_from=live)), asked) is None


# -- old registers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ledger_from", "made"), [(date(2026, 3, 7), True), (date(2026, 3, 8), False)])
def test_what_ran_out_before_the_ledger_began_is_not_asked_for(ledger_from, made):
    assert (owed("RE-01", facts(awaited(ledger_from=ledger_from))) is not None) is made


def test_clocks_that_began_before_they_were_counted_are_not_asked_for():
    given = facts(_came_on_5_march())
    asked = terms(parameters=OLD)
    assert (owed("RE-01", given, asked), owed("RE-02", given, asked)) == (None, None)
    assert owed("RE-04", given, asked).slot.raw_due_on == date(2026, 3, 10)
