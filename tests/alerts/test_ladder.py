"""The ladder is a function of the anchor and the moment, never of who looked when."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.alerts.ladder import DESK, hours_of, position
from supervision.rules.parameters import default_parameters
from tests.rules.cast import SECOND, at

LAPSE = at("2026-11-24 00:00")
HOURS = (24, 24, 24)


@pytest.mark.parametrize(
    ("now", "rung", "next_step"),
    [
        ("2026-11-23 23:00", 0, "2026-11-25 00:00"),  # the clock stepped back
        ("2026-11-24 00:00", 0, "2026-11-25 00:00"),
        ("2026-11-24 23:59", 0, "2026-11-25 00:00"),
        ("2026-11-25 00:00", 1, "2026-11-26 00:00"),
        ("2026-11-25 23:59", 1, "2026-11-26 00:00"),
        ("2026-11-26 00:00", 2, "2026-11-27 00:00"),
        ("2026-11-26 23:59", 2, "2026-11-27 00:00"),
        ("2026-11-27 00:00", 2, "2026-11-28 00:00"),
        ("2026-12-31 12:00", 2, "2027-01-01 00:00"),
    ],
)
def test_each_edge_of_the_ladder_has_its_rung(now: str, rung: int, next_step: str) -> None:
    assert position(LAPSE, 0, at(now), HOURS) == (rung, at(next_step))


def test_an_act_of_the_head_gives_the_head_the_time_of_her_rung() -> None:
    assert position(LAPSE, 1, LAPSE + timedelta(hours=24) - SECOND, HOURS).rung == 1
    assert position(LAPSE, 1, LAPSE + timedelta(hours=24), HOURS).rung == 2


def test_the_hours_are_those_of_the_severity() -> None:
    parameters = default_parameters()
    assert hours_of(parameters, "grave", LAPSE) == (4, 4, 8)
    assert hours_of(parameters, "notice", LAPSE) == (48, 48, 24)


HOURLY = st.tuples(*[st.integers(1, 72)] * 3)


@given(st.integers(0, 2), st.integers(0, 10**7), HOURLY, st.lists(st.integers(0, 10**7), max_size=8))
def test_ticks_that_came_or_did_not_come_lead_to_the_same_rung(
    first: int, seconds: int, hours: tuple[int, int, int], ticks: list[int]
) -> None:
    """A run that moves at each tick, and one that wakes up at the end, stand on the same rung with the same next step."""
    now = LAPSE + timedelta(seconds=seconds)
    rung, next_step = position(LAPSE, first, LAPSE, hours)
    for tick in [*sorted(t for t in ticks if t <= seconds), seconds]:
        moment: datetime = LAPSE + timedelta(seconds=tick)
        if next_step <= moment:
            rung, next_step = position(LAPSE, first, moment, hours)
    assert (rung, next_step) == position(LAPSE, first, now, hours)
    assert next_step > now and first <= rung <= DESK
