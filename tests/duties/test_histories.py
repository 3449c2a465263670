"""Random histories of one file: whatever is done to it, in whatever order, the ledger is what the facts say."""

from datetime import date, datetime, timedelta
from random import Random

import pytest

from supervision.db import fetch, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import sync
from supervision.errors import Refusal
from supervision.orders.actions import change_term, set_class
from supervision.orders.pauses import NewPause, end_pause, pause
from tests.cast import NOW, Cast
from tests.register import OnRegister, on_register, viewer_of

SAID = """SELECT rule, variant, period, opens_at, due_at, limit_at, state, fact_kind, fact_id, closed_at
            FROM duty WHERE subject_id = $1 AND state <> 'void' ORDER BY rule, variant, period"""


async def _act(draw: Random, cast: Cast, one: OnRegister, now: datetime) -> None:
    """One thing that may happen to a file; what the actions refuse didn't happen."""
    dan = await viewer_of(cast.dan)
    back = now - timedelta(hours=draw.randrange(0, 300))
    match draw.randrange(8):
        case 0 | 1:
            await _record("report", one, {"mode": draw.choice(["phone", "in_person", "written"])}, back, now)
        case 2:
            await _record("visit", one, {"met": draw.choice(["person", "nobody"])}, back, now)
        case 3:
            await _record("info_check", one, {"channel": "call", "result": draw.choice(["ok", "unreached"])}, back, now)
        case 4:
            await set_class(dan, one.order, draw.choice(["strict", "normal", "loose"]), "评估", now)
        case 5:
            await change_term(dan, one.order, date(2027, 1, 1) + timedelta(days=draw.randrange(200)), "裁定", now)
        case 6:
            await pause(dan, one.order, NewPause(draw.choice(["custody", "hospital"]), back, "通知书"), now)
        case 7:
            await end_pause(dan, one.order, back, now)


async def _record(table: str, one: OnRegister, values: dict[str, str], at: datetime, now: datetime) -> None:
    await insert(table, {"order_id": one.order, "happened_at": at, "recorded_at": now, **values})
    await sync([one.order], now)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_sync_and_reconcile_find_nothing_left_to_do(cast: Cast, seed: int) -> None:
    draw, now = Random(seed), NOW
    one = await on_register(cast)
    for _ in range(25):
        now += timedelta(hours=draw.randrange(1, 90))
        try:
            await _act(draw, cast, one, now)
        except Refusal:
            continue
    await sync([one.order], now)
    before = await fetch(SAID, one.order)
    assert await sync([one.order], now) == 0
    assert (await reconcile(now)).repaired == 0
    assert await fetch(SAID, one.order) == before


@pytest.mark.parametrize("seed", range(6))
async def test_withdrawing_everything_leaves_the_ledger_of_a_file_to_which_nothing_happened(
    cast: Cast, seed: int
) -> None:
    draw, now = Random(seed), NOW + timedelta(days=40)
    one, other = await on_register(cast), await on_register(cast, name="赵一", phone="19900000003")
    for _ in range(20):
        values = {"mode": draw.choice(["phone", "in_person", "written"])}
        await _record("report", one, values, now - timedelta(hours=draw.randrange(0, 900)), now)
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND state LIKE 'met%'", one.order) > 1
    await fetch("UPDATE report SET withdrawn_at = $2 WHERE order_id = $1", one.order, now)
    await sync([one.order, other.order], now)
    mine = [tuple(row)[:7] for row in await fetch(SAID, one.order) if row["rule"] != "RE-06"]
    theirs = [tuple(row)[:7] for row in await fetch(SAID, other.order) if row["rule"] != "RE-06"]
    assert mine == theirs
