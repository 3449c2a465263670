"""The clocks of a video visit: who owes what until when, at each edge with its neighbours."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from supervision.rules import evaluate
from supervision.rules.base import Act, Duty, Facts, Subject
from supervision.rules.explain import recompute, sentence
from supervision.rules.video_visit import Booking, arrive_between, confirm_until
from supervision.rules.video_visit_clocks import KIND
from tests.rules.cast import SECOND, at, terms

APPLIED = Booking("applied", at("2026-02-11 16:00"))
"""A Wednesday; Saturday the 14th is worked, and from the 15th to the 23rd all is closed."""
SCHEDULED = replace(
    APPLIED,
    state="scheduled",
    forwarded_at=at("2026-02-12 09:00"),
    scheduled_at=at("2026-02-13 09:00"),
    start_at=at("2026-02-26 09:30"),
    end_at=at("2026-02-26 10:00"),
)
CONFIRMED = replace(SCHEDULED, state="confirmed")


def owed(booking: Booking, *steps: tuple[str, str]) -> dict[str, Duty]:
    """Variant → duty, after these steps at these moments."""
    acts = tuple(Act(KIND, n, step, at(moment), at(moment)) for n, (step, moment) in enumerate(steps, start=1))
    duties, findings = evaluate(Facts(Subject(KIND, 1, 1), booking, acts=acts), terms(now=at("2026-02-11 17:00")))
    assert findings == ()
    return {duty.slot.variant: duty for duty in duties}


def test_two_working_days_to_forward_step_over_holidays_and_count_worked_saturdays() -> None:
    slot = owed(APPLIED)["forward"].slot
    assert (slot.opens_at, slot.limit_at) == (at("2026-02-11 00:00"), at("2026-02-14 00:00"))
    slot = owed(replace(APPLIED, applied_at=at("2026-02-13 16:00")))["forward"].slot
    assert slot.limit_at == at("2026-02-25 00:00")  # Saturday the 14th, Tuesday the 24th
    assert slot.why["days_off"] == [f"2026-02-{day}" for day in range(15, 24)]


@pytest.mark.parametrize("step", ["forward", "return"])
@pytest.mark.parametrize(
    ("moment", "state"),
    [("2026-02-13 23:59", "met"), ("2026-02-14 00:00", "met_late"), ("2026-02-14 00:01", "met_late")],
)
def test_forwarding_or_handing_back_meets_it(step: str, moment: str, state: str) -> None:
    assert owed(APPLIED, (step, moment))["forward"].state == state


def test_three_working_days_for_the_prison_s_answer_count_from_the_day_after_forwarding() -> None:
    booking = replace(APPLIED, state="forwarded", forwarded_at=at("2026-02-12 09:00"))
    assert owed(booking)["answer"].slot.limit_at == at("2026-02-25 00:00")
    for step in ("schedule", "prison_refuse"):
        assert owed(booking, (step, "2026-02-24 12:00"))["answer"].state == "met"
    assert "answer" not in owed(APPLIED)


def test_the_family_confirms_until_a_day_before() -> None:
    duty = owed(SCHEDULED)["confirm"]
    assert (duty.slot.opens_at, duty.slot.due_at) == (at("2026-02-13 09:00"), at("2026-02-25 09:30"))
    assert duty.slot.limit_at == at("2026-02-26 09:30")  # a slot that nobody gave back until it began
    assert owed(SCHEDULED, ("confirm", "2026-02-25 09:29"))["confirm"].state == "met"
    assert owed(SCHEDULED)["confirm"].state == "open"


@pytest.mark.parametrize(
    ("scheduled", "until"),
    [
        ("2026-02-25 09:29", "2026-02-25 09:30"),
        ("2026-02-25 09:30", "2026-02-26 09:30"),
        ("2026-02-25 09:31", "2026-02-26 09:30"),
    ],
)
def test_a_time_that_was_given_within_the_last_day_may_be_confirmed_until_it_begins(scheduled: str, until: str) -> None:
    limits = terms().parameters.in_force(at(scheduled))
    assert confirm_until(at(scheduled), at("2026-02-26 09:30"), limits) == at(until)


def test_whoever_confirmed_comes_between_a_quarter_before_and_ten_minutes_after() -> None:
    assert "attend" not in owed(SCHEDULED)
    slot = owed(CONFIRMED)["attend"].slot
    assert (slot.opens_at, slot.due_at, slot.limit_at) == (
        at("2026-02-26 09:15"),
        at("2026-02-26 09:30"),
        at("2026-02-26 09:40"),
    )
    assert (slot.opens_at, slot.limit_at) == arrive_between(
        at("2026-02-26 09:30"), terms().parameters.in_force(slot.opens_at)
    )


@pytest.mark.parametrize(("moment", "state"), [("09:15", "met"), ("09:39", "met"), ("09:40", "met_late")])
def test_the_check_at_the_door_meets_it(moment: str, state: str) -> None:
    assert owed(CONFIRMED, ("arrive", f"2026-02-26 {moment}"))["attend"].state == state


def test_who_never_comes_stays_a_lapse() -> None:
    missed = replace(CONFIRMED, state="no_show", ended_at=at("2026-02-26 09:40"))
    duty = owed(missed, ("confirm", "2026-02-20 09:00"))["attend"]
    assert duty.state == "open" and duty.lapsed(duty.slot.limit_at) and not duty.lapsed(duty.slot.limit_at - SECOND)


@pytest.mark.parametrize("state", ["released", "cancelled"])
def test_a_slot_that_was_given_back_is_owed_by_nobody(state: str) -> None:
    given_back = replace(SCHEDULED, state=state, ended_at=at("2026-02-25 09:30"))
    assert {"confirm", "attend"} & owed(given_back).keys() == set()


def test_how_it_ended_is_put_down_on_the_day_on_which_the_family_came() -> None:
    running = replace(CONFIRMED, state="in_session", arrived_at=at("2026-02-26 09:33"))
    slot = owed(running)["end"].slot
    assert (slot.opens_at, slot.due_at, slot.limit_at) == (
        at("2026-02-26 09:33"),
        at("2026-02-26 10:00"),
        at("2026-02-27 00:00"),
    )
    for step in ("end", "breach", "fail"):
        assert owed(running, (step, "2026-02-26 23:59"))["end"].state == "met"
    assert "end" not in owed(CONFIRMED)


def test_a_booking_that_was_withdrawn_owes_nothing() -> None:
    everything = replace(CONFIRMED, arrived_at=at("2026-02-26 09:33"))
    assert owed(replace(everything, state="withdrawn", ended_at=at("2026-02-27 09:00"))) == {}


def changed(booking: Booking, **values: Any) -> list[Duty]:
    return list(owed(replace(booking, **values)).values())


def test_every_duty_is_explained_and_its_moments_follow_from_the_explanation() -> None:
    duties = changed(CONFIRMED, state="in_session", arrived_at=at("2026-02-26 09:33"))
    assert len(duties) == 5
    for duty in duties:
        slot = duty.slot
        assert recompute(slot.why) == (slot.opens_at, slot.due_at, slot.limit_at)
    said = {duty.slot.variant: sentence(duty.slot.why) for duty in duties}
    assert said["forward"].startswith("依据罪犯会见通信规定") and "第2个工作日" in said["forward"]
    assert "最迟2026年2月26日9时40分" in said["attend"] and "逾时视为放弃" in said["attend"]


def test_moments_are_aware() -> None:
    limits = [duty.slot.limit_at for duty in owed(CONFIRMED).values()]
    assert limits and all(isinstance(moment, datetime) and moment.tzinfo for moment in limits)
