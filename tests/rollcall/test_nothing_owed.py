"""Whoever is left with nothing owed and no legal end gets an alert with an owner, not only a place in the roll call."""

from datetime import date, datetime, timedelta

import pytest

from supervision.alerts.actions import close_all
from supervision.alerts.owners import owner_of
from supervision.alerts.watch import watch
from supervision.db import fetch
from supervision.orders.actions import Ending, end_order, record_document
from supervision.rollcall.take import roll_call
from tests.cast import Cast
from tests.register import awaited, on_register, viewer_of

BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")
END_ON = date(2026, 12, 20)
LAST_DAY = datetime.fromisoformat("2026-12-20T10:00+08:00")
MIDNIGHT = datetime.fromisoformat("2026-12-21T00:00+08:00")


async def told(order: int) -> list[tuple[int, datetime]]:
    rows = await fetch(
        """SELECT id, since_at FROM alert WHERE subject_id = $1 AND kind = 'no_future_duty' AND closed_at IS NULL""",
        order,
    )
    return [(row["id"], row["since_at"]) for row in rows]


@pytest.mark.parametrize(("now", "count"), [(MIDNIGHT - timedelta(seconds=1), 0), (MIDNIGHT, 1)])
async def test_a_certificate_without_an_end_of_the_order_is_told_at_midnight(
    cast: Cast, now: datetime, count: int
) -> None:
    one, dan = await on_register(cast, at=BEFORE, end_on=END_ON), await viewer_of(cast.dan)
    await record_document(dan, one.order, "certificate", LAST_DAY, LAST_DAY)
    await watch(now)
    found = await told(one.order)
    assert [since_at for _, since_at in found] == [MIDNIGHT] * count
    if found:
        assert await owner_of(found[0][0], now) == cast.alice.id
        taken = await roll_call(now, live=True)
        assert (taken.counts["past_end"], taken.closes) == (1, True)
        await end_order(dan, one.order, Ending("released", LAST_DAY, "解除第7号"), now)
        assert await told(one.order) == []


async def test_an_end_on_the_same_day_is_told_to_nobody(cast: Cast) -> None:
    one, dan = await on_register(cast, at=BEFORE, end_on=END_ON), await viewer_of(cast.dan)
    await record_document(dan, one.order, "certificate", LAST_DAY, LAST_DAY)
    await end_order(dan, one.order, Ending("released", LAST_DAY, "解除第7号"), LAST_DAY)
    await watch(MIDNIGHT)
    assert await told(one.order) == []


async def test_who_never_came_and_is_excused_from_coming_is_still_looked_for(cast: Cast) -> None:
    one, dan = await awaited(cast, effective_on=date(2026, 11, 2), at=BEFORE), await viewer_of(cast.dan)
    now = BEFORE + timedelta(days=18)
    await watch(now)
    (first,) = await fetch("SELECT id FROM alert WHERE kind = 'RE-06'")
    await close_all(dan, [first["id"]], "excused", "住院，已核实", now=now)
    await watch(now)
    assert [since_at for _, since_at in await told(one.order)] == [now]
    taken = await roll_call(now, live=True)
    assert (taken.counts["awaited"], taken.closes) == (1, True)
