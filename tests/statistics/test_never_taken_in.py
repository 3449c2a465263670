"""漏管 is one thing: the figure of the report counts whoever the roll call has in its bucket, as long as they are in it."""

from datetime import date, datetime, timedelta

import pytest

from supervision.access.viewer import Viewer
from supervision.alerts.actions import close_all
from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.db import fetch_value, insert
from supervision.statistics.figures import FIGURES, Sight, count
from supervision.statistics.period import month_of
from tests.cast import Cast
from tests.rollcall.makers import SECOND, Made, at, awaited, bucket_of, limit_of

EFFECTIVE_ON = date(2026, 11, 25)
AWAITED_BY = {"probation": ("RE-06", "in_person"), "temporary_outside": ("RE-08", "hand_over")}
LATER = at("2027-02-20 09:00")


async def figure(month: date, known_at: datetime) -> int:
    return await count(FIGURES["never_taken_in"], Sight(month_of(month), known_at))


async def agrees(made: Made, now: datetime, *, never: bool) -> None:
    """Bucket and figure say it, and both only when it is so."""
    await watch(now)
    assert await bucket_of(made, now) == ("never_taken_in" if never else "awaited")
    assert await figure(now.date(), now) == int(never)


@pytest.mark.parametrize("kind", AWAITED_BY)
async def test_whoever_is_not_there_at_the_limit_is_in_the_bucket_and_in_the_figure(cast: Cast, kind: str) -> None:
    made = await awaited(cast, EFFECTIVE_ON, kind=kind)
    limit = await limit_of(made, *AWAITED_BY[kind])
    await agrees(made, limit - SECOND, never=False)
    await agrees(made, limit, never=True)


async def test_whoever_is_handed_over_late_counts_in_every_month_until_then(cast: Cast) -> None:
    made = await awaited(cast, EFFECTIVE_ON, kind="temporary_outside")
    came = at("2027-01-03 09:00")
    act = {"order_id": made.order, "kind": "handed_over", "how": "", "happened_at": came, "recorded_at": came}
    await insert("reception_act", act)
    await follow([made.order], came)
    months = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
    assert [await figure(month, LATER) for month in months] == [0, 1, 1, 0]
    assert [await figure(date(2027, 1, 1), moment) for moment in (came - SECOND, came)] == [1, 1]


async def test_whoever_a_named_human_excused_is_in_neither(cast: Cast, dan: Viewer) -> None:
    made = await awaited(cast, EFFECTIVE_ON)
    now = await limit_of(made, "RE-06", "in_person") + timedelta(hours=9)
    await agrees(made, now, never=True)
    await close_all(
        dan, [await fetch_value("SELECT id FROM alert WHERE kind = 'RE-06'")], "excused", "住院，已核实", now=now
    )
    await agrees(made, now, never=False)


async def test_whoever_two_organs_owe_in_turn_is_one_person(cast: Cast) -> None:
    made = await awaited(cast, EFFECTIVE_ON, kind="temporary_outside")
    limit = await limit_of(made, "RE-08", "hand_over")
    act = {"order_id": made.order, "kind": "notified", "how": "court", "happened_at": limit, "recorded_at": limit}
    await insert("reception_act", act)
    await follow([made.order], limit)
    await agrees(made, limit, never=True)
