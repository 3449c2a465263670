"""A page of calls in a real browser: thirty checks by keys alone, and two clicks for a report."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from supervision.db import fetch_value
from tests.browser_tools import chromium
from tests.cast import Browser, Cast, client_for
from tests.checkins.test_calls import DUE_DAY
from tests.checkins.test_recording import SATURDAY
from tests.register import on_register

PASSED_ON = ("content-type", "x-csrftoken")


@pytest.fixture
async def tab(cast: Cast) -> AsyncIterator[Any]:
    """A browser's tab, Alice's, whose requests the app answers in this test's transaction."""
    cast.clock.at = DUE_DAY
    alice = await client_for(cast, cast.alice)
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 1366, "height": 768})
        await tab.route("**/*", lambda route: _answer(alice, route))
        yield tab


async def _answer(client: Browser, route: Any) -> None:
    request = route.request
    address = urlsplit(request.url)
    kept = {name: value for name, value in request.headers.items() if name.startswith("hx-") or name in PASSED_ON}
    reply = await client.request(
        request.method, f"{address.path}?{address.query}", content=request.post_data_buffer, headers=kept
    )
    if reply.status_code == 303:  # the browser can't follow a redirect that a route answers
        reply = await client.get(reply.headers["location"], headers=kept if "hx-request" in kept else {})
    await route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)


@pytest.mark.browser
async def test_thirty_calls_take_at_most_75_keys(cast: Cast, tab: Any) -> None:
    for n in range(30):
        await on_register(cast, at=SATURDAY, name=f"王{n}", phone=f"199000000{n:02d}")
    await tab.goto("http://localhost/calls")
    for key in ["j", "x"] * 30:
        await tab.keyboard.press(key)
    assert await tab.locator("input[value=answered]:checked").count() == 30
    used = 60
    while await tab.evaluate("document.activeElement.type") != "submit":
        await tab.keyboard.press("Tab")
        used += 1
        assert used < 80, "the button can't be reached"
    await tab.keyboard.press("Enter")
    used += 1
    await tab.wait_for_selector("text=已记录 30 通电话")
    assert await fetch_value("SELECT count(*) FROM report") == 30
    assert used <= 75, used


@pytest.mark.browser
async def test_a_report_by_phone_is_two_clicks(cast: Cast, tab: Any) -> None:
    one = await on_register(cast, at=SATURDAY)
    await tab.goto(f"http://localhost/people/{one.person}/checkins")
    await tab.click("summary:has-text('电话报告')")
    await tab.click("#report-phone-form button")
    await tab.wait_for_selector("text=已记录电话报告。")
    assert await fetch_value("SELECT mode FROM report WHERE order_id = $1", one.order) == "phone"
    assert await fetch_value("SELECT happened_at FROM report WHERE order_id = $1", one.order) == DUE_DAY


@pytest.mark.browser
async def test_a_refused_form_comes_back_in_its_place(cast: Cast, tab: Any) -> None:
    one = await on_register(cast, at=SATURDAY)
    await tab.goto(f"http://localhost/people/{one.person}/checkins")
    await tab.click("summary:has-text('走访')")
    await tab.fill("#visit-content", "母亲在家")
    await tab.fill("#visit-at", "2026-11-28T10:01")
    await tab.click("#visit-form button")
    await tab.wait_for_selector("text=时间不能晚于现在")
    assert await tab.input_value("#visit-content") == "母亲在家"
    assert await tab.locator("#visit-form").count() == 1
