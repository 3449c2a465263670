"""What the tests of the second factor share: a telephone, an app with other settings, browsers half signed in."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx

from supervision.access.sessions import COOKIE, csrf_token
from supervision.access.totp import code_at, step_at
from supervision.app import create_app
from tests.cast import PASSWORD, SETTINGS, Browser, Cast, Member, client_for, stranger

HALF_MINUTE = timedelta(seconds=30)


@dataclass
class Phone:
    """A telephone that has read the picture."""

    cast: Cast
    secret: str
    recovery: list[str]

    def code(self, *, off: int = 0) -> str:
        """What it shows now, or so many half minutes off."""
        return code_at(self.secret, step_at(self.cast.now) + off)


def token_of(page: str) -> str:
    """The forms' token of a page."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def secret_on(page: str) -> str:
    """The secret as text."""
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    return found[1].replace(" ", "")


def codes_on(page: str) -> list[str]:
    """The recovery codes that are shown."""
    return re.findall(r"<li><code>([A-Z2-9]{5}-[A-Z2-9]{5})</code></li>", page)


async def enrolled(cast: Cast, member: Member) -> Phone:
    """A member of the staff puts a telephone in force, half a minute ago."""
    browser = await client_for(cast, member)
    page = (await browser.get("/account/second-factor")).text
    phone = Phone(cast, secret_on(page), [])
    form = {"offer": hidden(page, "offer"), "one_time_password": phone.code()}
    done = await browser.post("/account/second-factor", data=form)
    assert done.status_code == 200
    phone.recovery = codes_on(done.text)
    await browser.post("/sign-out")
    cast.clock.at += HALF_MINUTE
    return phone


async def half_in(cast: Cast, login: str, *, wanted: str = "/") -> Browser:
    """A browser that has given the password and is asked for the code."""
    browser = stranger(cast)
    answer = await browser.post("/sign-in", data={"login": login, "password": PASSWORD, "next": wanted})
    assert answer.status_code == 200 and "动态验证码" in answer.text
    browser.token = token_of(answer.text)
    return browser


async def give(browser: Browser, code: str, **more: str) -> httpx.Response:
    """Give a code, and hold the token of the new session."""
    answer = await browser.post("/sign-in/code", data={"one_time_password": code} | more)
    if answer.status_code == 303:
        browser.token = csrf_token(browser.cookies[COOKIE])
    return answer


def with_settings(cast: Cast, **changed: Any) -> Cast:
    """The same office under other settings."""
    return replace(cast, app=create_app(replace(SETTINGS, **changed), cast.clock))


def from_address(cast: Cast, address: str, *, base: str = "http://test") -> Browser:
    """A stranger's browser at this network address."""
    browser = stranger(cast)
    return _moved(browser, httpx.ASGITransport(cast.app, client=(address, 4711)), base)


def _moved(browser: Browser, transport: httpx.ASGITransport, base: str) -> Browser:
    moved = Browser(transport=transport, base_url=base, cookies=browser.cookies)
    moved.token = browser.token
    return moved
