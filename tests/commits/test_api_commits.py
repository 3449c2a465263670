"""The API on really committing connections: a late commit is told, nothing is told twice, one key counts once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from supervision.audit.record import record
from supervision.db import fetch_value, tx
from supervision.settings.terms import seed
from tests.cast import NOW, Browser, Cast, assemble
from tests.exchange.api.asking import system_of
from tests.register import OnRegister, on_register

pytestmark = pytest.mark.commits
WRITERS, ACTS, READERS = 8, 12, 3


async def _ready() -> tuple[Cast, OnRegister, Browser, str]:
    """Somebody on the register, a system, and where the feed stands."""
    await seed(NOW)
    cast = await assemble()
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.dan)
    stands = (await system.get("/api/v1/changes?after=end")).json()
    assert stands["items"] == [] and stands["more"] is False
    return cast, one, system, stands["next"]


async def _act(cast: Cast, person: int, serial: int) -> None:
    await record(cast.alice, "note_added", subject=("act", serial), people=[person], now=NOW)


async def _read(system: Browser, after: str, limit: int = 200) -> tuple[list[int], str]:
    page = (await system.get(f"/api/v1/changes?after={after}&limit={limit}")).json()
    return [one["subject_id"] for one in page["items"]], page["next"]


async def test_an_act_with_an_earlier_id_that_commits_later_is_told_later(committing: str) -> None:
    cast, one, system, after = await _ready()
    written, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with tx():
            await _act(cast, one.person, 1)
            written.set()
            await may_end.wait()

    late = asyncio.create_task(slow())
    await written.wait()
    await _act(cast, one.person, 2)
    told, after = await _read(system, after)
    may_end.set()
    await late
    told_then, after = await _read(system, after)
    assert (told, told_then, (await _read(system, after))[0]) == ([2], [1], [])


async def test_an_act_that_is_rolled_back_is_never_told(committing: str) -> None:
    cast, one, system, after = await _ready()
    with pytest.raises(ZeroDivisionError):
        async with tx():
            await _act(cast, one.person, 1)
            raise ZeroDivisionError
    await _act(cast, one.person, 2)
    assert (await _read(system, after))[0] == [2]


async def test_all_readers_are_told_each_change_once_and_in_the_same_order(committing: str) -> None:
    cast, one, system, start = await _ready()
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for n in range(ACTS):
            async with tx():
                await _act(cast, one.person, writer * ACTS + n)
                for _ in range((writer + n) % 3):  # some commit sooner than others that began before them
                    await fetch_value("SELECT 1")

    async def follow_feed() -> list[int]:
        told: list[int] = []
        after, last = start, False
        while True:
            items, after = await _read(system, after, limit=7)
            told += items
            if last and not items:
                return told
            last = done.is_set()

    readers = [asyncio.create_task(follow_feed()) for _ in range(READERS)]
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    done.set()
    told = await asyncio.gather(*readers)
    assert sorted(told[0]) == list(range(WRITERS * ACTS))
    assert all(one == told[0] for one in told)
    places = "SELECT count(*) = max(seq) FROM change_log"
    assert await fetch_value(places), "the places have no gaps"


async def test_one_request_sent_many_times_at_once_counts_once(committing: str) -> None:
    cast, one, _, _ = await _ready()
    system = await system_of(cast, cast.alice)
    body: dict[str, Any] = {
        "person": one.person,
        "mode": "phone",
        "happened_at": (NOW - timedelta(hours=1)).isoformat(),
    }
    asked = [system.request("POST", "/api/v1/reports", json=body, headers={"Idempotency-Key": "1"}) for _ in range(6)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201} and len({answer.text for answer in answers}) == 1
    assert await fetch_value("SELECT count(*) FROM report") == 1
