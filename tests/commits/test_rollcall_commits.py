"""The day's roll call is kept once, whoever takes it at the same time."""

import asyncio
from collections import Counter

import pytest

from supervision.db import fetch_value, insert
from supervision.rollcall.take import take
from tests.cast import NOW


@pytest.mark.commits
async def test_processes_that_take_the_day_at_once_keep_it_once(committing: str) -> None:
    await insert("person", {"name": "无名", "pinyin": "wm", "sex": "male", "doc_kind": "none", "created_at": NOW})
    kept = await asyncio.gather(take(NOW), take(NOW), take(NOW))
    assert Counter(one.made for one in kept) == {True: 1, False: 2}
    assert len({one.id for one in kept}) == 1
    assert await fetch_value("SELECT count(*) FROM roll_call") == 1
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'take_roll_call'") == 1
