"""RE-13, RE-14, RE-15, RE-17, RE-18 and R-08: tables of days, each edge with both neighbours; V-17."""

from datetime import date

import pytest

from supervision.rules import RULES, evaluate
from supervision.rules.explain import sentence
from supervision.rules.reception import Member, is_minor, team_lacks
from supervision.rules.reception_steps import joined_as
from tests.rules.cast import (
    SECOND,
    act,
    at,
    changed_parameters,
    duties_of,
    facts,
    findings_of,
    order,
    terms,
    unregistered,
)

VARIANTS = {"RE-13": "team", "RE-14": "announcement", "RE-15": "plan", "RE-17": "exit_ban", "RE-18": "office"}
MET_BY = {
    "RE-13": ("team_formed", ""),
    "RE-14": ("announced", "signed"),
    "RE-15": ("plan_made", ""),
    "RE-17": ("exit_ban_reported", "held"),
    "RE-18": ("came_to_office", ""),
}
LIMITS = {
    "RE-13": date(2026, 1, 12),
    "RE-14": date(2026, 1, 12),
    "RE-15": date(2026, 2, 5),
    "RE-17": date(2026, 1, 12),
    "RE-18": date(2026, 1, 8),
}
"""Registered on Monday 2026-01-05."""
RECEPTION = {rule.id for rule in RULES if "reception.counted" in rule.parameters}


def owed(rule, given, asked=None):
    found = duties_of(rule, VARIANTS[rule], given, asked)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("rule", VARIANTS)
def test_each_step_is_owed_from_the_registration_to_its_last_second(rule):
    kind, mode = MET_BY[rule]
    duty = owed(rule, facts())
    limit = duty.slot.limit_at
    assert duty.slot.raw_due_on == LIMITS[rule] and duty.state == "open" and limit == duty.slot.due_at
    assert [duty.lapsed(moment) for moment in (limit - SECOND, limit)] == [False, True]
    edges = [("2026-01-05 00:00", "met"), (limit - SECOND, "met"), (limit, "met_late")]
    assert [owed(rule, facts(acts=(act(kind, mode, moment),))).state for moment, _ in edges] == [s for _, s in edges]


@pytest.mark.parametrize("rule", VARIANTS)
def test_nothing_is_owed_before_the_registration_nor_what_was_done_before_it(rule):
    assert owed(rule, facts(unregistered())) is None
    assert owed(rule, facts(acts=(act(*MET_BY[rule], "2026-01-04 23:59"),))) is None


def test_working_days_step_over_the_spring_festival_and_count_the_saturdays_that_are_worked():
    given = facts(order(registered_at=at("2026-02-13 09:00"), ledger_from=date(2026, 2, 13)))
    # The 14th is worked; the 15th to 23rd are off; 24 to 27 February.
    assert owed("RE-13", given).slot.raw_due_on == date(2026, 2, 27)


def test_a_month_from_the_31st_ends_on_the_last_of_february():
    given = facts(order(registered_at=at("2026-01-31 09:00"), ledger_from=date(2026, 1, 31)))
    slot = owed("RE-15", given).slot
    assert slot.raw_due_on == date(2026, 2, 28) and "1个月内" in sentence(slot.why)


def test_an_unsigned_announcement_is_not_done():
    unsigned = act("announced", "unsigned", "2026-01-06 09:00")
    assert owed("RE-14", facts(acts=(unsigned,))).state == "open"
    signed = act("announced", "signed", "2026-01-07 09:00", id=101)
    assert owed("RE-14", facts(acts=(unsigned, signed))).fact_id == 101
    assert owed("RE-14", facts(acts=(act("announced", "unsigned", "2026-01-04 09:00"),))).state == "open"


# -- old registers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ledger_from", "rules"), [(date(2026, 2, 5), {"RE-15"}), (date(2026, 2, 6), set())])
def test_what_ran_out_before_the_ledger_began_is_not_asked_for(ledger_from, rules):
    duties, _ = evaluate(facts(order(ledger_from=ledger_from)), terms())
    assert {duty.rule for duty in duties} & RECEPTION == rules


def test_an_order_of_a_register_that_was_taken_up_later_owes_none_of_it():
    later = changed_parameters(
        ("reception.counted", at("2020-01-01 00:00"), False), ("reception.counted", at("2026-01-06 00:00"), True)
    )
    duties, found = evaluate(facts(), terms(parameters=later))
    assert not ({duty.rule for duty in duties} | {one.rule for one in found}) & RECEPTION


# -- the team -----------------------------------------------------------------------------------------------------


def _member(id, *, woman=False, knows_minors=False):
    return Member(id, woman, knows_minors, at("2026-01-06 09:00"))


def _joined(id, moment="2026-01-06 09:00", *, woman=False):
    return act("team_joined", joined_as(woman=woman, knows_minors=False), moment, id=id)


def _left(id, moment):
    return act("team_left", str(id), moment, id=id)


THREE_MEN = tuple(_joined(id) for id in (1, 2, 3))


def test_v17_a_womans_team_of_three_men_is_refused_and_told_as_r_08():
    assert team_lacks([_member(1), _member(2), _member(3)], woman=True, minor=False) == ["woman"]
    (found,) = findings_of("R-08", facts(order(woman=True), acts=THREE_MEN))
    assert (found.variant, found.since_at, found.ended_at) == ("woman", at("2026-01-06 09:00"), None)
    assert "矫正小组" in sentence(found.why)


def test_a_mans_team_of_three_men_is_a_team():
    assert team_lacks([_member(1)], woman=False, minor=False) == []
    assert findings_of("R-08", facts(acts=THREE_MEN)) == []


def test_who_leaves_last_leaves_a_gap_and_who_comes_next_ends_it():
    given = (_joined(1), _joined(2, woman=True), _left(2, "2026-02-02 09:00"))
    (gap,) = findings_of("R-08", facts(order(woman=True), acts=given))
    assert (gap.since_at, gap.ended_at) == (at("2026-02-02 09:00"), None)
    (mended,) = findings_of("R-08", facts(order(woman=True), acts=(*given, _joined(3, "2026-02-03 09:00", woman=True))))
    assert (mended.ended_at, mended.fact_id) == (at("2026-02-03 09:00"), 3)


def test_a_minors_team_needs_somebody_who_knows_minors_and_a_girls_both():
    assert team_lacks([_member(1, woman=True)], woman=True, minor=True) == ["minors"]
    found = findings_of("R-08", facts(order(woman=True, minor=True), acts=THREE_MEN))
    assert [one.variant for one in found] == ["woman", "minors"]


def test_without_a_team_there_is_no_gap_but_the_duty_to_form_one():
    assert findings_of("R-08", facts(order(woman=True))) == []
    assert owed("RE-13", facts(order(woman=True))).state == "open"


@pytest.mark.parametrize(
    ("born_on", "minor"),
    [(date(2008, 6, 15), True), (date(2008, 6, 14), False), (date(2010, 1, 1), True), (None, False)],
)
def test_eighteen_is_counted_from_the_day_after_the_birthday(born_on, minor):
    assert is_minor(born_on, date(2026, 6, 15)) is minor
