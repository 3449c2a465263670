"""Hands at the other registers: a help visit, a step of a commission, a booking at the window, a step of a case of discipline."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.db import fetch, fetch_value
from tests.browser_tools import answer, chromium
from tests.cast import Cast, Member, client_for
from tests.commissions.makers import Hands as Investigators
from tests.commissions.makers import bring_to, received, state_of
from tests.discipline.makers import clue
from tests.hands.test_hands import MORNING, Hands
from tests.register import on_register
from tests.resettlement.helped import put
from tests.video_visits.makers import a_family

pytestmark = pytest.mark.browser
FIRST_DAY = date(2026, 12, 2)
"""Five working days after the cast's Wednesday."""


@asynccontextmanager
async def at_a_page(cast: Cast, member: Member, page: str) -> AsyncIterator[Hands]:
    """Somebody of the staff at the page on which they stand in the morning."""
    client = await client_for(cast, member)
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        await tab.route("**/*", lambda route: answer(client, route))
        await tab.goto(MORNING + page)
        yield Hands(tab)


async def test_a_visit_of_help_is_three_clicks(cast: Cast, record_property: Any) -> None:
    since = cast.now - timedelta(days=4)
    one = await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21), at=since)
    async with at_a_page(cast, cast.alice, "assistance") as hands:
        await hands.click(f"a.person[href='/people/{one.person}/assistance']")
        await hands.click("summary:has-text('走访')")
        await hands.click("#help-visit-form button:has-text('保存')")
        await hands.see("text=已记录")
    rows = await fetch("SELECT place, met FROM help_visit WHERE assistance = $1", one.assistance)
    assert [tuple(row) for row in rows] == [("home", "person")]
    assert hands.used == 3
    record_property("hands", f"a visit of help {hands.used}")


async def test_a_step_of_a_commission_is_three_clicks(cast: Cast, record_property: Any) -> None:
    made = await Investigators.of(cast)
    commission = await received(made, cast.now - timedelta(days=2))
    await bring_to(made, commission, "assigned", cast.now - timedelta(days=1))
    async with at_a_page(cast, cast.alice, "commissions") as hands:
        await hands.click(f"a[href='/commissions/{commission}']")
        await hands.click("summary:has-text('开始调查')")
        await hands.click("form[action$='/steps/accepted'] button:has-text('开始调查')")
        await hands.see("summary:has-text('记调查笔录')")
    assert await state_of(commission) == "investigating"
    assert hands.used == 3
    record_property("hands", f"a step of a commission {hands.used}")


async def test_a_booking_at_the_window_is_four_clicks(cast: Cast, record_property: Any) -> None:
    """The only relative is ticked already, and the first day that may be booked is there."""
    family = await a_family()
    async with at_a_page(cast, cast.wanda, "visits") as hands:
        await hands.click("a:has-text('登记预约')")
        await hands.click(f"a[href='/visits/prisoners/{family.prisoner}']")
        await hands.click("summary:has-text('预约会见')")
        await hands.click("form[action$='/bookings'] button:has-text('登记预约')")
        await hands.see("text=预约已登记")
    row = await fetch("SELECT wanted_on, state FROM booking")
    assert [tuple(one) for one in row] == [(FIRST_DAY, "applied")]
    assert hands.used == 4
    record_property("hands", f"a booking at the window {hands.used}")


async def test_a_step_of_a_case_is_three_clicks(cast: Cast, record_property: Any) -> None:
    on = await on_register(cast)
    case = await clue(cast, on)
    async with at_a_page(cast, cast.alice, "discipline") as hands:
        await hands.click(f"a[href='/people/{on.person}/discipline/{case}']")
        await hands.click("summary:has-text('立案')")
        await hands.click("#plain-opening-form button:has-text('立案')")
        await hands.see("summary:has-text('查清事实')")
    assert await fetch_value("SELECT state FROM discipline_case WHERE id = $1", case) == "opened"
    assert hands.used == 3
    record_property("hands", f"a step of a case {hands.used}")
