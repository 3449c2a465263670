"""What the window's pages are asked in tests: to book, to take a step, and the ways to a session."""

import re
from datetime import datetime, timedelta

import httpx

from supervision.days import SHANGHAI
from supervision.db import fetch_value
from tests.cast import Browser, Cast, client_for
from tests.video_visits.makers import Family, a_booking, a_room, tail_of

WANTED = "2026-12-08"
START = datetime(2026, 12, 8, 9, 0, tzinfo=SHANGHAI)


async def book(browser: Browser, family: Family, *, day: str = WANTED, **more: str) -> httpx.Response:
    """The form of a booking, with the first relative."""
    form = {f"visitor-{family.members[0]}": "1", "wanted_on": day} | more
    return await browser.post(f"/visits/prisoners/{family.prisoner}/bookings", data=form)


async def step(browser: Browser, booking: int, name: str, **form: str) -> httpx.Response:
    return await browser.post(f"/visits/{booking}/steps/{name}", data=form)


async def taken(browser: Browser, booking: int, name: str, **form: str) -> None:
    answer = await step(browser, booking, name, **form)
    assert answer.status_code == 303, re.findall(r'class="(?:error|problem)[^>]*>(.*?)</p>', answer.text, re.DOTALL)


async def confirmed(browser: Browser, family: Family) -> int:
    """A booking on its way to the window, at nine on the day that was wanted."""
    assert (await book(browser, family)).status_code == 303
    booking = int(await fetch_value("SELECT max(id) FROM booking"))
    await taken(browser, booking, "forward")
    await taken(browser, booking, "schedule", from_at=f"{WANTED}T09:00", room=str(await a_room()))
    await taken(browser, booking, "confirm", happened_at="2026-11-25T09:00")
    return booking


async def arrived(cast: Cast, browser: Browser, family: Family, *, minutes: int) -> tuple[int, Browser]:
    """A session at nine whose family has come; so many minutes have passed since."""
    booking = await confirmed(browser, family)
    cast.clock.at = START + timedelta(minutes=minutes)
    browser = await client_for(cast, cast.wanda)
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T09:00", **card)
    return booking, browser


async def in_session(cast: Cast, browser: Browser, family: Family) -> tuple[int, Browser]:
    """A session at nine that has begun; the hour is half past."""
    booking, browser = await arrived(cast, browser, family, minutes=30)
    await taken(browser, booking, "start", happened_at=f"{WANTED}T09:01")
    return booking, browser


async def given_times(browser: Browser, family: Family, *days: str) -> list[int]:
    """Bookings of a family, each with a time at ten of its day."""
    made = [(await a_booking(family))[0] for _ in days]
    for booking, day in zip(made, days, strict=True):
        await taken(browser, booking, "schedule", from_at=f"{day}T10:00", room=str(await a_room()))
    return made
