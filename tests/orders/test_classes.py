"""From when a class of management counts: nobody is asked afterwards for what nobody had told them."""

from datetime import datetime, timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.db import fetch, fetch_row, fetch_value
from supervision.orders.actions import set_class
from tests.cast import Cast
from tests.register import on_register, viewer_of

ENROLLED = datetime.fromisoformat("2026-11-02T09:00+08:00")


async def first_in_person(order: int) -> str:
    found: str = await fetch_value(
        """SELECT period FROM duty WHERE subject_id = $1 AND variant = 'in_person' AND rule = 'SU-01' AND state = 'open'
            ORDER BY limit_at LIMIT 1""",
        order,
    )
    return found


@pytest.mark.parametrize(
    ("decided", "first"),
    [
        ("2026-11-02T09:00", "2026-11-09"),
        ("2026-11-02T23:59", "2026-11-09"),
        ("2026-11-03T00:00", "2026-11-09"),
        ("2026-11-07T00:00", "2026-11-09"),
        ("2026-11-07T00:01", "2026-11-16"),
        ("2026-11-24T09:00", "2026-11-30"),
    ],
)
async def test_a_first_class_decided_later_asks_for_nothing_that_has_opened_before_it(
    cast: Cast, decided: str, first: str
) -> None:
    one = await on_register(cast, at=ENROLLED, level=None)
    now = datetime.fromisoformat(f"{decided}+08:00")
    await watch(now)
    lapses = "SELECT count(*) FROM duty WHERE subject_id = $1 AND is_lapsed(state, limit_at, $2)"
    before = await fetch_value(lapses, one.order, now)
    await set_class(await viewer_of(cast.dan), one.order, "strict", "综合评估", now)
    assert await first_in_person(one.order) == first
    assert await fetch_value(lapses, one.order, now) == before
    told = await fetch("SELECT body FROM message WHERE body LIKE '%见面%'")
    assert told == []


async def test_the_absence_of_a_class_ends_when_one_is_decided(cast: Cast) -> None:
    one = await on_register(cast, at=ENROLLED, level=None)
    now = ENROLLED + timedelta(days=3)
    await set_class(await viewer_of(cast.dan), one.order, "strict", "综合评估", now)
    found = await fetch_row("SELECT since_at, ended_at, fact_kind FROM finding WHERE rule = 'no_class'")
    assert found is not None and tuple(found) == (ENROLLED, now, "class_decision")


async def test_a_class_put_down_with_the_order_counts_from_the_registration(cast: Cast) -> None:
    before = ENROLLED - timedelta(days=3)
    one = await on_register(cast, at=ENROLLED, registered_at=before, start_on=before.date(), level="strict")
    assert await first_in_person(one.order) == "2026-11-06"
