"""LO-01 to LO-05: each limit with its neighbours, and what ends what."""

from datetime import datetime, timedelta

import pytest

from supervision.rules.base import Act, Duty, Finding, Pause
from supervision.rules.explain import sentence
from supervision.rules.lost_contact import ATTEMPT, FALSE_ALARM, FOUND, OFF_CONTROL, POLICE, PROCURATORATE, SEARCH
from tests.rules.cast import SECOND, at, duties_of, facts, findings_of, order

LOST_AT = at("2026-03-03 10:00")
LAST_ON = "2026-03-02"
HOURS = {"LO-01": 2, "LO-03": 24, "LO-04": 72}
VARIANT = {"LO-01": "begin", "LO-03": "police", "LO-04": "procuratorate"}
MET_BY = {"LO-01": ATTEMPT, "LO-03": POLICE, "LO-04": PROCURATORATE}


def act(kind: str, moment: datetime, id: int = 7, search: int = 1) -> Act:
    return Act(kind, id, str(search), moment, moment)


def lost(*acts: Act, id: int = 1, moment: datetime = LOST_AT, **changes: object) -> tuple[Act, ...]:
    return (Act(SEARCH, id, LAST_ON, moment, moment), *acts)


def duty(rule: str, *acts: Act) -> Duty | None:
    return next(iter(duties_of(rule, VARIANT[rule], facts(acts=lost(*acts)))), None)


def off_control(*acts: Act, kind: str = "probation") -> dict[str, Finding]:
    return {f.variant: f for f in findings_of("LO-05", facts(order(kind=kind), acts=lost(*acts)))}


@pytest.mark.parametrize("rule", sorted(HOURS))
def test_it_counts_hours_from_the_moment_at_which_the_loss_was_noticed(rule: str) -> None:
    owed = duty(rule)
    limit_at = LOST_AT + timedelta(hours=HOURS[rule])
    assert owed is not None and (owed.slot.opens_at, owed.slot.limit_at, owed.state) == (LOST_AT, limit_at, "open")
    for moment, state in ((limit_at - SECOND, "met"), (limit_at, "met_late")):
        done = duty(rule, act(MET_BY[rule], moment))
        assert done is not None and (done.state, done.fact_kind, done.fact_id) == (state, MET_BY[rule], 7)
    assert str(limit_at.day) in sentence(owed.slot.why)


@pytest.mark.parametrize("rule", sorted(HOURS))
def test_an_act_of_another_search_does_not_meet_it(rule: str) -> None:
    done = duty(rule, act(MET_BY[rule], LOST_AT + SECOND, search=2))
    assert done is not None and done.state == "open"


@pytest.mark.parametrize(
    ("rule", "end", "is_owed"),
    [
        ("LO-01", FOUND, False),
        ("LO-01", FALSE_ALARM, False),
        ("LO-03", FOUND, False),
        ("LO-03", FALSE_ALARM, False),
        ("LO-04", FOUND, True),  # that there was a search is told, whoever was found
        ("LO-04", FALSE_ALARM, False),
    ],
)
def test_who_was_there_again_before_the_limit_isnt_asked_for(rule: str, end: str, is_owed: bool) -> None:
    limit_at = LOST_AT + timedelta(hours=HOURS[rule])
    assert (duty(rule, act(end, limit_at - SECOND)) is not None) == is_owed
    assert duty(rule, act(end, limit_at)) is not None
    assert duty(rule, act(end, limit_at - SECOND), act(MET_BY[rule], LOST_AT + SECOND, id=8)) is not None


def test_a_search_that_found_nobody_in_a_day_asks_for_a_word() -> None:
    (found,) = findings_of("LO-02", facts(acts=lost()))
    assert (found.since_at, found.ended_at) == (LOST_AT + timedelta(hours=24), None)
    assert "也没有人核实是否脱管" in sentence(found.why)
    for word in (OFF_CONTROL, FOUND, FALSE_ALARM):
        at_once = act(word, LOST_AT + timedelta(hours=24))
        assert findings_of("LO-02", facts(acts=lost(at_once))) == []
        (later,) = findings_of("LO-02", facts(acts=lost(act(word, LOST_AT + timedelta(hours=25)))))
        assert (later.ended_at, later.fact_kind) == (LOST_AT + timedelta(hours=25), word)


def test_nobody_is_off_control_by_the_clock_alone() -> None:
    assert off_control(act(ATTEMPT, LOST_AT), act(POLICE, LOST_AT)) == {}


def test_the_stages_count_from_the_day_after_the_last_lawful_contact() -> None:
    found = off_control(act(OFF_CONTROL, LOST_AT))
    assert {variant: one.since_at for variant, one in found.items()} == {
        "off_control": LOST_AT,
        "over_ten_days": at("2026-03-13 00:00"),
        "over_one_month": at("2026-04-03 00:00"),
    }
    assert [one.why["proposes"] for one in found.values()] == ["admonition", "warning", "revoke_probation"]
    assert "脱离监管" in sentence(found["off_control"].why)


def test_a_word_that_comes_late_opens_all_stages_that_were_reached_by_then() -> None:
    found = off_control(act(OFF_CONTROL, at("2026-03-20 09:00")))
    assert found["off_control"].since_at == found["over_ten_days"].since_at == at("2026-03-20 09:00")
    assert found["over_one_month"].since_at == at("2026-04-03 00:00")


@pytest.mark.parametrize(
    ("found_at", "stages"),
    [
        ("2026-03-12 23:59", ["off_control"]),  # V-07: the tenth day
        ("2026-03-13 00:01", ["off_control", "over_ten_days"]),  # V-08: the eleventh
        ("2026-04-02 23:59", ["off_control", "over_ten_days"]),  # V-09: a month isn't over a month
        ("2026-04-03 00:01", ["off_control", "over_ten_days", "over_one_month"]),  # V-10
    ],
)
def test_being_found_ends_what_had_begun_and_nothing_begins_after(found_at: str, stages: list[str]) -> None:
    found = off_control(act(OFF_CONTROL, LOST_AT, id=6), act(FOUND, at(found_at)))
    assert list(found) == stages
    assert {(one.ended_at, one.fact_kind, one.fact_id) for one in found.values()} == {(at(found_at), FOUND, 7)}


@pytest.mark.parametrize(
    ("kind", "proposes"),
    [("parole", "revoke_parole"), ("public_surveillance", "police_penalty"), ("temporary_outside", "warning")],
)
def test_only_probation_and_parole_are_revoked_for_a_month(kind: str, proposes: str) -> None:
    assert off_control(act(OFF_CONTROL, LOST_AT), kind=kind)["over_one_month"].why["proposes"] == proposes


def test_the_end_of_the_order_ends_it_and_a_pause_doesnt() -> None:
    ended = order(ended_at=at("2026-03-10 12:00"), end_kind="released")
    (found,) = findings_of("LO-05", facts(ended, acts=lost(act(OFF_CONTROL, LOST_AT))))
    assert (found.variant, found.ended_at) == ("off_control", at("2026-03-10 12:00"))
    paused = facts(acts=lost(act(OFF_CONTROL, LOST_AT)), pauses=(Pause(1, "custody", LOST_AT, None, LOST_AT),))
    assert len(findings_of("LO-05", paused)) == 3
