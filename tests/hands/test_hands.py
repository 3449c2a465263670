"""Hands: every key and click from the page on which an officer stands in the morning, counted in a real browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from supervision.alerts.watch import watch
from supervision.db import fetch, fetch_row, fetch_value
from tests.browser_tools import answer, chromium
from tests.cast import Cast, client_for
from tests.checkins.test_calls import DUE_DAY
from tests.checkins.test_recording import SATURDAY
from tests.hands.cards import spread
from tests.register import OnRegister, on_register

MORNING = "http://localhost/"
ACTIVE = "document.activeElement.type"


@dataclass
class Hands:
    """Somebody at a page; `used`: keys and clicks so far. There is no other way to touch the page."""

    tab: Any
    used: int = 0

    async def click(self, what: str) -> None:
        await self.tab.click(what)
        self.used += 1

    async def press(self, key: str) -> None:
        await self.tab.keyboard.press(key)
        self.used += 1

    async def see(self, what: str) -> None:
        await self.tab.wait_for_selector(what)


@pytest.fixture
async def hands(cast: Cast) -> AsyncIterator[Hands]:
    """Alice's, on a day on which calls are due; the app answers in this test's transaction."""
    cast.clock.at = DUE_DAY
    alice = await client_for(cast, cast.alice)
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 1366, "height": 768})
        await tab.route("**/*", lambda route: answer(alice, route))
        yield Hands(tab)


async def met(one: OnRegister, rule: str) -> int:
    found = await fetch_value(
        "SELECT count(*) FROM duty WHERE subject_id = $1 AND rule = $2 AND state = 'met'", one.order, rule
    )
    return int(found)


@pytest.mark.browser
async def test_one_phone_report_is_two_clicks(cast: Cast, hands: Hands, record_property: Any) -> None:
    one = await on_register(cast, at=SATURDAY)
    alice = await client_for(cast, cast.alice)
    await alice.post(
        f"/people/{one.person}/checks", data={"channel": "call", "result": "ok", "happened_at": "2026-11-27T09:00"}
    )
    await hands.tab.goto(MORNING)
    await hands.click("#today a:has-text('记录')")
    await hands.click("#report-phone-form button")
    await hands.see("text=已记录电话报告。")
    assert (await met(one, "SU-01"), hands.used) == (1, 2)
    record_property("hands", f"one phone report {hands.used}")


@pytest.mark.browser
async def test_one_check_by_phone_is_two_clicks(cast: Cast, hands: Hands, record_property: Any) -> None:
    one = await on_register(cast, at=SATURDAY)
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-27T09:00"})
    await hands.tab.goto(MORNING)
    await hands.click("#today a:has-text('记录')")
    await hands.click("#check-form button")
    await hands.see("text=已记录信息化核查。")
    assert (await met(one, "SU-04"), hands.used) == (1, 2)
    record_property("hands", f"one phone check {hands.used}")


@pytest.mark.browser
async def test_thirty_phone_checks_take_at_most_75(cast: Cast, hands: Hands, record_property: Any) -> None:
    for n in range(30):
        await on_register(cast, at=SATURDAY, name=f"王{n}", phone=f"199000000{n:02d}")
    await hands.tab.goto(MORNING)
    await hands.click("a:has-text('集中通话记录')")
    await hands.see("#calls-form")
    for key in ["j", "x"] * 30:
        await hands.press(key)
    assert await hands.tab.locator("input[value=answered]:checked").count() == 30
    while await hands.tab.evaluate(ACTIVE) != "submit":
        await hands.press("Tab")
        assert hands.used < 80, "the button can't be reached"
    await hands.press("Enter")
    await hands.see("text=已记录 30 通电话")
    assert (
        await fetch_value("SELECT count(*) FROM report") == 30 == await fetch_value("SELECT count(*) FROM info_check")
    )
    assert hands.used <= 75, hands.used
    record_property("hands", f"thirty phone checks {hands.used}")


@pytest.mark.browser
@pytest.mark.parametrize(("begins", "most"), [("", 5), ("alerts", 4)])
async def test_closing_an_alert_takes_at_most_five(
    cast: Cast, hands: Hands, begins: str, most: int, record_property: Any
) -> None:
    """By its usual outcome and a usual reason; the reason is kept in words."""
    one = await on_register(cast, at=SATURDAY - timedelta(days=7))
    await watch(cast.now)
    await hands.tab.goto(MORNING + begins)
    if not begins:
        await hands.click("#lapsed a:has-text('处置')")
        await hands.see(f"#alerts-{one.person}")
    await hands.click("summary:has-text('处置')")
    await hands.click("text=已联系本人并督促，记为未完成")
    await hands.click("text=已电话联系本人，问明原因并督促。")
    await hands.click("button:has-text('处置所选')")
    await hands.see("text=已处置")
    closed = await fetch(
        "SELECT outcome, reason, closed_by FROM alert WHERE person = $1 AND closed_by IS NOT NULL", one.person
    )
    assert {tuple(row) for row in closed} == {("dealt_with", "已电话联系本人，问明原因并督促。", cast.alice.id)}
    assert await fetch_row("SELECT 1 FROM alert WHERE closed_at IS NULL") is None
    assert hands.used <= most
    record_property("hands", f"closing an alert from /{begins} {hands.used}")


def test_the_spread_is_told_by_rank() -> None:
    told = spread([12, 0, 1, 5, *[5] * 15, 13])
    assert (told.officers, told.cards, told.median, told.p95, told.most) == (20, 106, 5, 12, 13) and told.holds
    assert not spread([0, 6]).holds and not spread([*[0] * 18, 13, 13]).holds
