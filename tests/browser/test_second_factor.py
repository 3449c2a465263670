"""The second factor in a browser, by hand: the picture, the codes on paper, the second step, the question before an export."""

from datetime import datetime, timedelta

import httpx
import pytest
from playwright.async_api import Page

from supervision.access.sessions import start_session
from supervision.access.totp import code_at, step_at
from supervision.db import fetch_value
from tests.access.second import token_of
from tests.browser.place import LONG_RUN, Place, pool_on
from tests.browser.site import Site
from tests.browser.test_every_page import WIDTHS
from tests.browser_tools import SCHEMES, axe_faults, show
from tests.cast import NOW, PASSWORD

pytestmark = pytest.mark.browser


async def _is_sound(tab: Page) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            await show(tab, width, scheme)
            assert await axe_faults(tab) == [], (tab.url, width, scheme)
            assert not await tab.evaluate("document.documentElement.scrollWidth > innerWidth"), (tab.url, width)


async def _signed_in(place: Place, site: Site, login: str, at: datetime) -> None:
    async with pool_on(place.dsn):
        site.tokens["mine"] = await start_session(place.district.logins[login], "test", at)


async def _server_time(place: Place, tab: Page) -> datetime:
    """What the server's clock says: it runs on from the first page of the run."""
    await tab.goto(f"/people/{place.district.ids['person_id']}")
    async with pool_on(place.dsn):
        at: datetime = await fetch_value("SELECT at FROM audit_row WHERE action = 'file_seen' ORDER BY id DESC LIMIT 1")
    return at


async def test_a_telephone_is_put_in_force_and_asked_for_at_the_next_sign_in(
    place: Place, site: Site, record_property
) -> None:
    await _signed_in(place, site, "lena", NOW + LONG_RUN)
    tab = await site.tab("mine", expected=(422,))
    step = step_at(await _server_time(place, tab))
    await tab.goto("/account")
    await tab.click("a[href='/account/second-factor']")
    await _is_sound(tab)
    assert await tab.locator("svg.qr").count() == 1
    secret = (await tab.inner_text("#secret")).replace(" ", "")
    await tab.fill("[name=one_time_password]", code_at(secret, step + 1))  # a slow machine may be half a minute later
    await tab.click("form[action='/account/second-factor'] button")
    codes = await tab.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    await _is_sound(tab)
    await tab.goto("/account/second-factor")
    await _is_sound(tab)
    await tab.goto("/sign-in")
    await _sign_in_with(site, codes[0])
    record_property("pages", 4 * len(WIDTHS) * len(SCHEMES))


async def _sign_in_with(site: Site, code: str) -> None:
    tab = await site.tab(expected=(422,))
    await tab.goto("/account")
    await tab.fill("[name=login]", "lena")
    await tab.fill("[name=password]", PASSWORD)
    await tab.click("form[action='/sign-in'] button")
    await _is_sound(tab)
    await tab.fill("[name=one_time_password]", "000000")
    await tab.press("[name=one_time_password]", "Enter")
    assert await tab.locator("[role=alert]").count() == 1
    await tab.fill("[name=one_time_password]", code)
    await tab.press("[name=one_time_password]", "Enter")
    assert tab.url.endswith("/account")


async def test_an_old_proof_is_asked_for_again_before_a_number_is_shown(
    place: Place, site: Site, record_property
) -> None:
    await _signed_in(place, site, "alice", NOW - timedelta(minutes=11))
    tab = await site.tab("mine")
    await tab.goto(f"/people/{place.district.ids['person_id']}")
    await tab.click("form[action$='/number'] button")
    await _is_sound(tab)
    await tab.fill("[name=confirm_password]", PASSWORD)
    await tab.press("[name=confirm_password]", "Enter")
    assert await tab.locator("form[action$='/number']").count() == 0
    assert await tab.locator("dd strong.nowrap").count() == 1
    record_property("pages", len(WIDTHS) * len(SCHEMES))


async def test_behind_a_proxy_a_sign_in_has_the_browser_s_own_address_and_secure_cookies(place: Place) -> None:
    async with httpx.AsyncClient(base_url=place.address) as client:
        form = {"login": "ines", "password": PASSWORD, "_csrf_token": token_of((await client.get("/sign-in")).text)}
        told = {"x-forwarded-for": "10.1.2.3", "x-forwarded-proto": "https"}
        answer = await client.post("/sign-in", data=form, headers=told)
    assert answer.status_code == 303 and "; Secure" in answer.headers["set-cookie"]
    async with pool_on(place.dsn):
        assert await fetch_value("SELECT address FROM staff_session ORDER BY id DESC LIMIT 1") == "10.1.2.3"
