"""Two officers place somebody in the last bed at the same moment: one is placed, the other is told that the base is full."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.db import fetch_value, tx
from supervision.errors import Refusal
from supervision.resettlement.bases import close_base
from supervision.resettlement.beds import STAYS, lock_base
from supervision.resettlement.stays import Stay, place
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble
from tests.register import viewer_of
from tests.resettlement.helped import Helped, a_base, put

pytestmark = pytest.mark.commits
SINCE = NOW - timedelta(days=1)
BEDS, WANTING = 2, 6
HERE = f"SELECT count(*) FROM ({STAYS}) s WHERE s.until IS NULL"


async def people(cast: Cast, count: int) -> list[Helped]:
    day = date(2026, 11, 20)
    return [await put(cast, release_on=day, connected_on=day, at=NOW - timedelta(days=3)) for _ in range(count)]


async def at_once(base: int, acts: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All of them have come as far as they can before the first may go on; what each answered."""
    async with tx():
        await lock_base(base)
        tasks = [asyncio.create_task(act, context=Context()) for act in acts]
        await asyncio.wait(tasks, timeout=1)
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_the_last_beds_are_given_once(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    base, alice = await a_base(cast, beds=BEDS), await viewer_of(cast.alice)
    wanting = await people(cast, WANTING)
    answers = await at_once(base, [place(alice, one.assistance, Stay(base, SINCE), NOW) for one in wanting])
    refused = [one for one in answers if isinstance(one, Refusal)]
    assert len(refused) == WANTING - BEDS and all("共有 2 张床位" in one.sentence for one in refused)
    assert await fetch_value(HERE) == BEDS and sum(isinstance(one, int) for one in answers) == BEDS


async def test_a_base_is_not_closed_while_somebody_is_just_being_placed(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    base, alice, dan = await a_base(cast), await viewer_of(cast.alice), await viewer_of(cast.dan)
    [one] = await people(cast, 1)
    acts = [place(alice, one.assistance, Stay(base, SINCE), NOW), close_base(dan, base, NOW, "合同到期", NOW)]
    answers = await at_once(base, acts)
    assert sum(isinstance(one, Refusal) for one in answers) == 1
    closed = await fetch_value("SELECT closed_at FROM help_base")
    assert (await fetch_value(HERE), closed is None) in ((1, True), (0, False))


async def test_one_person_is_not_placed_twice_at_once(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    first, second, alice = await a_base(cast), await a_base(cast, "另一基地"), await viewer_of(cast.alice)
    [one] = await people(cast, 1)
    acts = [place(alice, one.assistance, Stay(base, SINCE), NOW) for base in (first, second)]
    answers = await at_once(first, acts)
    assert sum(isinstance(one, Refusal) for one in answers) == 1 and await fetch_value(HERE) == 1
