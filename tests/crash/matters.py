"""The pieces of work of the other registers: help, commissions, discipline, the window, files, the API, what is counted at night."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import httpx

from jobs import work as jobs_work
from jobs.job import Work as JobWork
from supervision.app import create_app
from supervision.clock import FixedClock
from supervision.commissions import deciding
from supervision.days import at_hour
from supervision.db import execute, fetch_value
from supervision.discipline import decisions
from supervision.discipline.decisions import Served
from supervision.files import store
from supervision.files.actions import Attached, Upload, keep
from supervision.files.sweep import standing, sweep
from supervision.orders.actions import Ending, change_term, end_order
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.records import Visit, add_member, record_visit
from supervision.resettlement.stays import Stay, place
from supervision.video_visits import actions
from supervision.video_visits.booking import NewBooking, book
from supervision.video_visits.steps import Taken as TakenAtWindow
from tests.cast import NOW, SETTINGS, STAFF
from tests.commissions.makers import Hands, bring_to, opinion, received
from tests.crash.pieces import (
    SINCE,
    Carrier,
    Piece,
    member,
    nothing,
    once,
    order_of,
)
from tests.discipline.makers import decided, reviewed
from tests.exchange.api.asking import token_of
from tests.files.made import pdf
from tests.register import OnRegister, viewer_of
from tests.resettlement.helped import a_base, put
from tests.video_visits.makers import Family, a_family, a_room

WANTED = date(2026, 12, 3)
HALF_PAST_TEN = at_hour(WANTED, 10) + timedelta(minutes=30)
CHECKED = NOW + timedelta(minutes=1)
APP = create_app(SETTINGS, FixedClock(NOW))
"""Made once, for all the processes that are forked from this one."""


async def the_cast() -> Any:
    """The cast of the starting state, as the makers speak of it."""
    return SimpleNamespace(now=NOW, **{login: await member(login) for login in STAFF})


async def wang() -> OnRegister:
    person, order = await order_of("王一")
    return OnRegister(person, order, "")


# -- help -----------------------------------------------------------------------------------------------------


async def at_the_end() -> None:
    """The last day of a term has come."""
    await change_term(await viewer_of(await member("dan")), (await wang()).order, NOW.date(), "裁定书", SINCE)


async def releasing() -> None:
    """The order ends, and help begins at the same moment."""
    dan = await viewer_of(await member("dan"))
    await end_order(dan, (await wang()).order, Ending("released", NOW, "解矫证明1号"), NOW)


async def somebody_helped() -> None:
    cast = await the_cast()
    since = NOW - timedelta(days=4)
    await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21), at=since)
    await add_member(await viewer_of(await member("alice")), await _helped(), "village", "村委 李四", since)


async def _helped() -> int:
    return int(await fetch_value("SELECT max(id) FROM assistance"))


async def visiting() -> None:
    alice = await viewer_of(await member("alice"))
    await record_visit(alice, await _helped(), Visit("home", "person", NOW - timedelta(hours=1), "在家"), NOW)


async def agreeing() -> None:
    """A step of the period: the agreement is signed."""
    alice = await viewer_of(await member("alice"))
    await take_step(alice, await _helped(), Taken("agreement", NOW - timedelta(minutes=5)), NOW)


async def somebody_to_place() -> None:
    await somebody_helped()
    await a_base(await the_cast(), beds=1)


async def placing() -> None:
    """The last bed of a base; whoever never heard the answer asks again, and is told that the person is there."""
    base = int(await fetch_value("SELECT max(id) FROM help_base"))
    await place(await viewer_of(await member("alice")), await _helped(), Stay(base, NOW - timedelta(hours=2)), NOW)


# -- the window -----------------------------------------------------------------------------------------------


async def a_verified_family() -> None:
    await a_family(size=2, phone="19900000500")


async def booking() -> None:
    prisoner = await fetch_value("SELECT max(id) FROM prisoner")
    members = [await fetch_value("SELECT min(id) FROM family_member WHERE prisoner = $1", prisoner)]
    await book(await viewer_of(await member("wanda")), NewBooking(prisoner, tuple(members), (WANTED,)), NOW)


async def sessions_to_come() -> None:
    """One that nobody confirmed in time, one to which nobody came, and one to be reminded of."""
    wanda, room = await viewer_of(await member("wanda")), await a_room()
    for n, (hour, confirmed) in enumerate(((9, False), (10, True), (15, True))):
        family: Family = await a_family(phone=f"1990000051{n}")
        day = WANTED if hour < 15 else WANTED + timedelta(days=1)
        made = await book(wanda, NewBooking(family.prisoner, family.members, (day,)), NOW)
        await actions.step(wanda, made, TakenAtWindow("forward", NOW), NOW)
        await actions.schedule(wanda, made, actions.Place(room, at_hour(day, hour)), NOW)
        if confirmed:
            await actions.confirm(wanda, made, NOW, NOW)


async def watching_the_window() -> None:
    await jobs_work.visits(JobWork(FixedClock(HALF_PAST_TEN), Carrier()))


# -- discipline, commissions ------------------------------------------------------------------------------------


async def a_case_to_decide() -> None:
    await reviewed(await the_cast(), await wang())


async def deciding_the_case() -> None:
    """The decision, its letter, numbered, and the letter's file."""
    case = int(await fetch_value("SELECT max(id) FROM discipline_case"))
    await decisions.decide(await viewer_of(await member("erin")), case, "X2", "决定给予。", NOW)


async def a_case_to_serve() -> None:
    await decided(await the_cast(), await wang())


async def serving_the_case() -> None:
    case = int(await fetch_value("SELECT max(id) FROM discipline_case"))
    await decisions.serve(await viewer_of(await member("alice")), case, Served("signed", NOW), NOW)


async def a_commission_to_sign() -> None:
    hands = await Hands.of(await the_cast())
    await bring_to(hands, await received(hands, NOW - timedelta(days=3)), "reviewed", NOW - timedelta(days=1))


async def signing_the_commission() -> None:
    hands = await Hands.of(await the_cast())
    commission = int(await fetch_value("SELECT max(id) FROM commission"))
    await deciding.decide(hands.head, commission, opinion(NOW), NOW)


# -- files ----------------------------------------------------------------------------------------------------


async def keeping() -> None:
    one, alice = await wang(), await viewer_of(await member("alice"))
    await keep(alice, Attached("person", one.person, one.person, "signed"), Upload("回执", pdf()), NOW)


async def sweeping() -> None:
    """A file is left by somebody who died over it, and swept."""
    store.write(b"k" * store.KEY_BYTES, b"%PDF-1.7 left")
    await sweep(CHECKED)


async def swept() -> None:
    """What a restart needs: rows without their file never, files without a row never after a sweep."""
    lost = (await standing()).lost
    assert not lost, f"lost files: {lost}"
    await sweep(CHECKED)
    assert (await standing()).well


# -- the API --------------------------------------------------------------------------------------------------


async def another_system() -> None:
    """Seen this very minute: when it was seen is noted by itself, and is no part of the act."""
    await token_of(await member("alice"))
    await execute("UPDATE api_token SET seen_at = $1", NOW)


async def posting() -> None:
    """A report by another system, under its key: whoever never heard the answer sends it again."""
    token = await fetch_value("SELECT name FROM api_token")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    body = {"person": (await wang()).person, "mode": "phone", "happened_at": (NOW - timedelta(minutes=7)).isoformat()}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://test") as system:
        answer = await system.post("/api/v1/reports", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


async def counting() -> None:
    await jobs_work.count_reports(JobWork(FixedClock(NOW), Carrier()))


MATTERS = (
    Piece("hand over at the end", at_the_end, releasing, once(releasing), whole=True, seldom=True),
    Piece("help visit", somebody_helped, visiting, once(visiting), whole=True, seldom=True),
    Piece("help step", somebody_helped, agreeing, once(agreeing), whole=True, seldom=True),
    Piece("place in a base", somebody_to_place, placing, once(placing), whole=True, seldom=True),
    Piece("book a visit", a_verified_family, booking, once(booking), whole=True, seldom=True),
    Piece("visits", sessions_to_come, watching_the_window, watching_the_window, at=HALF_PAST_TEN, seldom=True),
    Piece("decide a case", a_case_to_decide, deciding_the_case, once(deciding_the_case), whole=True, seldom=True),
    Piece("serve a decision", a_case_to_serve, serving_the_case, once(serving_the_case), whole=True, seldom=True),
    Piece(
        "sign a commission",
        a_commission_to_sign,
        signing_the_commission,
        once(signing_the_commission),
        whole=True,
        seldom=True,
    ),
    Piece("keep a file", nothing, keeping, swept, whole=True, alike=False),
    Piece("sweep files", nothing, sweeping, swept, alike=False, seldom=True),
    Piece("post a report", another_system, posting, posting, whole=True, seldom=True),
    Piece("count reports", nothing, counting, counting, seldom=True),
)
