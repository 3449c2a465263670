"""A file is given to somebody at the very moment at which their account ends: it is never left with nobody."""

import asyncio

import pytest

from supervision.access.staffing import disable_staff
from supervision.db import fetch, tx
from supervision.errors import Refusal
from supervision.orders.actions import assign_officer
from supervision.people.actions import Assignment
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble
from tests.register import on_register, viewer_of

pytestmark = pytest.mark.commits


async def test_a_file_given_to_somebody_who_is_just_being_disabled_is_refused(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    one = await on_register(cast, officer=cast.bob)
    disabled, may_commit = asyncio.Event(), asyncio.Event()
    leaving = asyncio.create_task(_disable(cast, disabled, may_commit))
    await disabled.wait()
    to_alice = Assignment(cast.alice.office, cast.alice.id, "分工调整")
    giving = asyncio.create_task(assign_officer(await viewer_of(cast.dan), one.order, to_alice, NOW))
    await asyncio.wait({giving}, timeout=1)  # let it come as far as it can
    may_commit.set()
    await leaving
    with pytest.raises(Refusal, match="在岗人员"):
        await giving
    rows = await fetch("SELECT staff FROM responsibility WHERE subject_id = $1 AND to_at IS NULL", one.order)
    assert [row["staff"] for row in rows] == [cast.bob.id]


async def _disable(cast: Cast, disabled: asyncio.Event, may_commit: asyncio.Event) -> None:
    async with tx():
        await disable_staff(await viewer_of(cast.sue), cast.alice.id, now=NOW)
        disabled.set()
        await may_commit.wait()
