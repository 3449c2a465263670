"""English words are longer: no page scrolls sideways in English on desk or phone, and axe finds nothing on those of the day."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from supervision.web import LANGUAGE_COOKIE
from tests.browser.place import Place
from tests.browser.site import Site
from tests.browser.test_every_page import VISITS, Tabs
from tests.browser_tools import DESK, PHONE, axe_faults, chromium, show

pytestmark = pytest.mark.browser

OF_THE_DAY = {"/", "/people", "/people/{person_id}", "/alerts", "/rollcall", "/messages", "/rules", "/sign-in"}
"""Pages that axe looks at once more; the others differ in words alone."""


class EnglishTabs(Tabs):
    """Tabs whose browsers have chosen English."""

    async def open(self, path: str, login: str | None, status: int = 200) -> Page:
        """The page in English."""
        if login not in self.opened:
            self.opened[login] = await self.site.tab(login, expected=(403, 404))
            cookie = {"name": LANGUAGE_COOKIE, "value": "en", "url": self.site.address}
            await self.opened[login].context.add_cookies([cookie])
        return await super().open(path, login, status)


@pytest_asyncio.fixture(scope="module")
async def english_tabs(place: Place) -> AsyncIterator[EnglishTabs]:
    """One browser for all pages."""
    async with chromium() as browser:
        site = Site(place.address, browser, place.tokens)
        yield EnglishTabs(site, place.district.ids)
        assert await site.close_tabs() == []


@pytest.mark.parametrize(("path", "login"), VISITS)
async def test_a_page_in_english_fits_desk_and_phone(english_tabs, path, login) -> None:
    tab = await english_tabs.open(path, login)
    assert await tab.evaluate("document.documentElement.lang") == "en"
    for width in (DESK, PHONE):
        await show(tab, width)
        assert not await tab.evaluate("document.documentElement.scrollWidth > innerWidth"), width
        if path in OF_THE_DAY:
            assert await axe_faults(tab) == []


async def test_the_language_is_switched_without_script_and_leads_back(place: Place, english_tabs) -> None:
    context = await english_tabs.site.browser.new_context(base_url=place.address, java_script_enabled=False)
    tab = await context.new_page()
    await tab.goto("/sign-in?next=/people")
    await tab.click("form[action='/language'] button")
    assert tab.url == f"{place.address}/sign-in?next=/people"
    assert await tab.locator("html").get_attribute("lang") == "en"
    await context.close()
