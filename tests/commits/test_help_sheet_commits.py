"""A sheet of help and the acts of the pages about the same people: whoever comes second sees what the first has done."""

import asyncio
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest

from supervision.db import fetch, fetch_value, tx
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.assessing import Assessment, assess
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble
from tests.commits.waiting import until_it_waits
from tests.exchange.test_assistance import person, sheet, taken
from tests.register import viewer_of

pytestmark = pytest.mark.commits


async def helped(shape: str, **more: str) -> tuple[Cast, int]:
    """Somebody who is in help by a first sheet."""
    await seed(NOW - timedelta(days=60))
    cast = await assemble()
    await taken(cast, sheet(shape, person(5, **more)))
    return cast, await fetch_value("SELECT id FROM assistance")


async def beside(cast: Cast, shape: str, **more: str) -> "asyncio.Task[Any]":
    """The next sheet's import, come as far as it can beside the transaction that runs here."""
    late = asyncio.create_task(taken(cast, sheet(shape, person(5, **more))), context=Context())
    await until_it_waits(late)
    return late


async def test_a_sheet_gives_nobody_a_file_that_has_just_moved_to_another_office(committing: str) -> None:
    cast, help = await helped("azbj_import_24")
    dan = await viewer_of(cast.dan)
    await take_step(dan, help, Taken("move_asked", NOW, said="迁往汇丰"), NOW)
    async with tx():
        accepted = Taken("move_accepted", NOW, said="已接收", office=cast.offices["huifeng"])
        await take_step(dan, help, accepted, NOW)
        late = await beside(cast, "azbj_import_24", officer="安丽")
    await late
    left = await fetch("SELECT subject_id FROM responsibility WHERE to_at IS NULL")
    assert [row["subject_id"] for row in left] == [
        await fetch_value("SELECT id FROM assistance WHERE ended_at IS NULL")
    ]


async def test_an_assessment_that_is_just_made_stands_against_a_sheet(committing: str) -> None:
    cast, help = await helped("azbj_export_24", danger="重点")
    async with tx():
        await assess(await viewer_of(cast.dan), help, Assessment("key", (), "三无人员"), NOW)
        late = await beside(cast, "azbj_export_24", danger="一般")
    (result,) = (await late).results
    assert [warning.code for warning in result.row.warnings] == ["kind_assessed"]
    assert await fetch_value("SELECT kind FROM assistance") == "key"
