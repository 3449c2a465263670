"""The forms of a person's file in a real browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browser_tools import answer, chromium
from tests.cast import Cast, client_for
from tests.checkins.test_calls import DUE_DAY
from tests.checkins.test_recording import SATURDAY
from tests.register import on_register


@pytest.fixture
async def tab(cast: Cast) -> AsyncIterator[Any]:
    """A browser's tab, Alice's, whose requests the app answers in this test's transaction."""
    cast.clock.at = DUE_DAY
    alice = await client_for(cast, cast.alice)
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 1366, "height": 768})
        await tab.route("**/*", lambda route: answer(alice, route))
        yield tab


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
