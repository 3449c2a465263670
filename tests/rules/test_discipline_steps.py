"""Each step of a case is owed within its days; a case that stands still is found."""

from datetime import date

import pytest

from supervision.rules.discipline_steps import STEPS
from supervision.rules.explain import recompute, sentence
from tests.rules.cast import SECOND, act, at, duties_of, facts, findings_of, order

CAME = "2026-03-02 10:00"


def entered(state: str, moment: str = CAME, *, id: int = 7):
    return act("discipline_entered", state, moment, id=id)


def left(moment, *, of: int = 7):
    return act("discipline_left", str(of), moment, id=8)


@pytest.mark.parametrize(
    ("state", "last_day"),
    [
        ("clue", "2026-03-05"),
        ("opened", "2026-03-09"),
        ("investigated", "2026-03-05"),
        ("proposed", "2026-03-05"),
        ("reviewed", "2026-03-05"),
        ("decided", "2026-03-05"),
        ("served", "2026-03-07"),
        ("objection", "2026-03-09"),
        ("psb_pending", "2026-03-17"),
    ],
)
def test_each_step_has_its_days_of_which_the_first_is_not_counted(state, last_day):
    duty = duties_of("discipline_step", state, facts(acts=(entered(state),)))[0]
    assert (f"{duty.slot.limit_at - SECOND:%Y-%m-%d}", duty.state) == (last_day, "open")
    assert recompute(duty.slot.why) == (duty.slot.opens_at, duty.slot.due_at, duty.slot.limit_at)
    assert "案件进入这一环节之日2026年3月2日" in sentence(duty.slot.why)


def test_every_step_but_the_ended_ones_is_owed():
    assert len(STEPS) == 9
    for state in ("filed", "closed_no", "withdrawn"):
        assert not [d for d in duties_of("discipline_step", state, facts(acts=(entered(state),)))]


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (at("2026-03-06 00:00") - SECOND, "met"),
        (at("2026-03-06 00:00"), "met_late"),
        (at("2026-03-06 00:00") + SECOND, "met_late"),
    ],
)
def test_a_decision_is_served_within_three_days(moment, state):
    duty = duties_of("discipline_step", "decided", facts(acts=(entered("decided"), left(moment))))[0]
    assert (duty.state, duty.fact_kind, duty.fact_id) == (state, "discipline_left", 8)


def test_the_step_of_one_case_is_not_met_by_another_case():
    acts = (entered("decided"), entered("decided", "2026-03-02 11:00", id=20), left("2026-03-03 09:00", of=20))
    states = {duty.slot.period: duty.state for duty in duties_of("discipline_step", "decided", facts(acts=acts))}
    assert states == {"2026-03-02-7": "open", "2026-03-02-20": "met"}


def test_what_ran_out_before_the_ledger_began_is_not_asked_for():
    acts = (entered("decided", "2026-01-05 10:00"),)
    late, early = date(2026, 1, 9), date(2026, 1, 8)  # its last day is the 8th
    assert not duties_of("discipline_step", "decided", facts(order(ledger_from=late), acts=acts))
    assert duties_of("discipline_step", "decided", facts(order(ledger_from=early), acts=acts))


def test_a_case_that_stands_still_is_found_until_it_moves():
    found = findings_of("discipline_stuck", facts(acts=(entered("proposed"),)))
    assert [(f.since_at, f.variant, f.ended_at) for f in found] == [(at("2026-03-18 00:00"), "proposed", None)]
    moved = findings_of("discipline_stuck", facts(acts=(entered("proposed"), left("2026-03-20 09:00"))))
    assert [(f.ended_at, f.fact_kind, f.fact_id) for f in moved] == [(at("2026-03-20 09:00"), "discipline_left", 8)]
