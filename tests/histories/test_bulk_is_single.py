"""Bulk = single: what comes by sheets leaves the same facts and the same ledger as the same acts one by one."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from supervision.alerts.escalate import escalate
from supervision.alerts.watch import watch
from supervision.db import DB, fetch
from supervision.duties.reconcile import reconcile
from supervision.orders.actions import Ending, end_order
from supervision.orders.pauses import NewPause, pause
from tests.cast import Cast, add_member, client_for
from tests.histories.bulk import all_at_once
from tests.histories.said import Sayings, differences, said
from tests.histories.single import Desk
from tests.histories.story import MOMENTS, Deed, History, histories
from tests.register import viewer_of

COUNT = int(os.environ.get("HISTORIES", "60"))
"""How many; `HISTORIES=300 pytest tests/histories` is the whole proof, of some minutes."""


async def test_sheets_and_single_acts_leave_the_same_facts_and_the_same_ledger(
    cast: Cast, record_property: Callable[[str, object], None]
) -> None:
    lives = histories(seed=3, count=COUNT)
    await add_member("mia", name="穆晨", role="officer", office=cast.offices["huifeng"])
    async with world():
        bulk = await by_sheets(cast, lives)
    async with world():
        single, sent = await by_pages(cast, lives)
    for at, (one, other) in enumerate(zip(bulk, single, strict=True)):
        found = differences(one, other)
        assert not found, f"moment {at}: {len(found)} differences\n" + "\n".join(found[:40])
    duties = [row for tables in bulk[-1].values() for row in tables["duty"]]
    met = sum(dict(row)["state"] in ("met", "met_late") for row in duties)
    assert len(bulk[-1]) == COUNT and met > COUNT
    told = f"{COUNT}, {sent} forms against {2 * len(MOMENTS)} sheets, {len(duties)} duties the same ({met} of them met)"
    record_property("histories", told)


@asynccontextmanager
async def world() -> AsyncIterator[None]:
    """Whatever happens in the block is gone after it."""
    running = DB.current_transaction.get()
    assert running is not None
    inner = running.connection.transaction()
    await inner.start()
    try:
        yield
    finally:
        await inner.rollback()


async def by_sheets(cast: Cast, lives: Sequence[History]) -> list[Sayings]:
    seen = []
    dan = await viewer_of(cast.dan)
    for at in range(len(MOMENTS)):
        await begin(cast, lives, at)
        await all_at_once(dan, lives, at)
        await watch(cast.now)
        seen.append(await said(cast.now))
    assert (await reconcile(cast.now)).repaired == 0
    return seen


async def by_pages(cast: Cast, lives: Sequence[History]) -> tuple[list[Sayings], int]:
    seen = []
    staff = {row["name"]: row["id"] for row in await fetch("SELECT id, name FROM staff")}
    cast.clock.at = MOMENTS[0]
    desk = Desk(await client_for(cast, cast.dan), staff)
    for at in range(len(MOMENTS)):
        await begin(cast, lives, at)
        desk.client = await client_for(cast, cast.dan)
        for one in lives:
            if one.chapters[at]:
                await desk.one_by_one(one, at)
        await watch(cast.now)
        seen.append(await said(cast.now))
    assert (await reconcile(cast.now)).repaired == 0
    return seen, desk.sent


async def begin(cast: Cast, lives: Sequence[History], at: int) -> None:
    """The jobs have looked, and what no sheet brings has been done."""
    cast.clock.at = MOMENTS[at]
    await watch(cast.now)
    await escalate(cast.now)
    for one in lives:
        chapter = one.chapters[at]
        if chapter and chapter.deed:
            await do(cast, one, chapter.deed)


async def do(cast: Cast, one: History, deed: Deed) -> None:
    [row] = await fetch("SELECT o.id FROM orders o JOIN person p ON p.id = o.person WHERE p.name = $1", one.name)
    dan = await viewer_of(cast.dan)
    if deed.kind == "custody":
        await pause(dan, row["id"], NewPause(deed.kind, deed.happened_at, "拘留通知书"), cast.now)
    else:
        await end_order(dan, row["id"], Ending(deed.kind, deed.happened_at, "法律文书"), cast.now)
