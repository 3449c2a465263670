"""As of a past day: a kept table comes out the same for ever, whatever is recorded, corrected or undone afterwards."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from random import Random

import pytest

from supervision.access.viewer import Viewer
from supervision.db import fetch, fetch_value
from supervision.errors import Refusal
from supervision.exchange.undo import undo
from supervision.orders.actions import assign_officer, set_class
from supervision.orders.withdrawals import withdraw
from supervision.people.actions import Assignment
from supervision.statistics.keeping import corrected_since, keep, kept_table, printed_again
from supervision.statistics.period import month_of
from tests.cast import Cast
from tests.exchange.taken import another, taken
from tests.register import OnRegister, on_register
from tests.statistics.conftest import at, ends, joins

OCTOBER = month_of(date(2026, 10, 1))
KEPT_AT = at("2026-11-03 09:00")
EVENTS = ("late", "ends", "withdraws", "moves", "class", "import", "import and undo")


class After:
    """What goes on after the table was kept: acts of now, and facts of October that are told of only now."""

    def __init__(self, cast: Cast, viewer: Viewer, people: list[OnRegister], draw: Random) -> None:
        self.cast, self.viewer, self.people, self.draw = cast, viewer, people, draw
        self.serial = 500

    def then(self) -> datetime:
        """A moment of October, or shortly after it."""
        return min(at("2026-10-02 09:00") + timedelta(hours=self.draw.randrange(24 * 36)), self.cast.now)

    async def do(self, event: str) -> None:
        self.cast.clock.at += timedelta(hours=5)
        now = self.cast.now
        match event:
            case "late":
                one = await on_register(self.cast, at=now, registered_at=self.then(), phone=None)
                self.people.append(one)
            case "ends":
                await self.end(now)
            case "withdraws":
                await self.withdraw(now)
            case "moves":
                to = self.draw.choice([self.cast.alice, self.cast.carol])
                await self.on_one(
                    lambda one: assign_officer(self.viewer, one.order, Assignment(to.office, to.id, "迁居"), now)
                )
            case "class":
                level = self.draw.choice(["strict", "normal", "loose"])
                await self.on_one(lambda one: set_class(self.viewer, one.order, level, "评估", now))
            case _:
                await self.take_in(undone=event.endswith("undo"))

    async def on_one(self, act: Callable[[OnRegister], Awaitable[object]]) -> None:
        running = [one for one in self.people if not await ended(one)]
        if running:
            try:
                await act(self.draw.choice(running))
            except Refusal:
                return

    async def end(self, now: datetime) -> None:
        moment = self.then()
        await self.on_one(
            lambda one: ends(self.cast, one, f"{moment:%Y-%m-%d %H:%M}", recorded=f"{now:%Y-%m-%d %H:%M}")
        )

    async def withdraw(self, now: datetime) -> None:
        table, kind = self.draw.choice([("order_end", "end"), ("registration", "registration")])
        facts = await fetch(
            f"SELECT f.id, o.person FROM {table} f JOIN orders o ON o.id = f.order_id WHERE f.withdrawn_at IS NULL ORDER BY 1"
        )
        if facts:
            chosen = self.draw.choice(facts)
            try:
                await withdraw(self.viewer, chosen["person"], (kind, chosen["id"]), reason="录错", now=now)
            except Refusal:
                return

    async def take_in(self, *, undone: bool) -> None:
        """A sheet with somebody new, who came in October, and somebody known who is told to be elsewhere."""
        self.serial += 1
        mine = another(self.serial, 接收日期="2026-10-08", 矫正开始日期="2026-10-08", 矫正结束日期="2027-10-07")
        moved = another(400, 司法所=self.draw.choice(["古城司法所", "汇丰司法所"]), 责任人="")
        run = (await taken(self.cast, mine, moved)).run
        self.cast.clock.at += timedelta(hours=1)
        if undone and run is not None:
            await undo(self.viewer, run, self.cast.now)


async def ended(one: OnRegister) -> bool:
    return bool(await fetch_value("SELECT ended_at IS NOT NULL FROM orders WHERE id = $1", one.order))


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_told_later_never_changes_a_kept_table(cast: Cast, dan: Viewer, seed: int) -> None:
    people = [await joins(cast, f"2026-{month}-05 09:00") for month in ("08", "09", "10", "10")]
    await ends(cast, people[0], "2026-10-20 09:00")
    cast.clock.at = at("2026-11-02 09:00")
    await taken(cast, another(400, 接收日期="2026-09-08", 矫正开始日期="2026-09-08", 矫正结束日期="2027-09-07"))
    cast.clock.at = KEPT_AT
    first = await keep(dan, OCTOBER, cast.now)
    after, editions, changed = After(cast, dan, people, Random(seed)), [first], 0
    for n in range(21):
        await after.do(EVENTS[n % len(EVENTS)] if n < len(EVENTS) else after.draw.choice(EVENTS))
        for edition in editions:
            assert await printed_again(dan, await kept_table(dan, edition)) == [], (n, edition)
        if n % 7 == 6:
            cast.clock.at += timedelta(days=1)
            assert await corrected_since(dan, await kept_table(dan, editions[-1]), cast.now)
            editions.append(await keep(dan, OCTOBER, cast.now))
            changed += 1
    assert changed == 3


async def test_a_table_is_not_kept_while_an_import_may_be_undone(cast: Cast, dan: Viewer) -> None:
    await joins(cast, "2026-10-05 09:00")
    cast.clock.at = at("2026-11-03 10:20")
    run = (
        await taken(cast, another(400, 接收日期="2026-10-08", 矫正开始日期="2026-10-08", 矫正结束日期="2027-10-07"))
    ).run
    assert run is not None
    with pytest.raises(Refusal, match="今天 10:20 导入的名册当天可以撤销"):
        await keep(dan, OCTOBER, at("2026-11-03 23:59"))
    await undo(dan, run, at("2026-11-03 11:00"))
    without = await keep(dan, OCTOBER, at("2026-11-03 12:00"))
    cast.clock.at = at("2026-11-03 13:00")
    again = (
        await taken(cast, another(400, 接收日期="2026-10-08", 矫正开始日期="2026-10-08", 矫正结束日期="2027-10-07"))
    ).run
    assert again is not None
    with_it = await keep(dan, OCTOBER, at("2026-11-04 00:00"))
    with pytest.raises(Refusal, match="只能在当天撤销"):
        await undo(dan, again, at("2026-11-04 00:00"))
    for kept in (without, with_it):
        assert await printed_again(dan, await kept_table(dan, kept)) == []
    assert {one.cell for one in await corrected_since(dan, await kept_table(dan, without), at("2026-11-04 00:00"))} >= {
        "after"
    }
