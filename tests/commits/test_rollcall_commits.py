"""The day's roll call is kept once, whoever takes it at the same time."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import asyncpg
import pytest

from jobs.job import Work
from jobs.work import roll_call
from supervision.clock import FixedClock
from supervision.db import fetch_value, insert
from supervision.messages.providers.console import ConsoleProvider
from supervision.rollcall.take import roll_call as call
from supervision.rollcall.take import take
from tests.cast import NOW, assemble
from tests.commits.waiting import until_it_waits
from tests.register import on_register

# By then it has read the census: it holds the snapshot by which it reads, and asks of people.
WAITING_FOR_PEOPLE = """SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                         WHERE NOT l.granted AND l.relation = 'person'::regclass AND a.datname = current_database()
                           AND a.backend_type = 'client backend' AND a.backend_xmin IS NOT NULL"""


@pytest.mark.commits
async def test_processes_that_take_the_day_at_once_keep_it_once(committing: str) -> None:
    await insert("person", {"name": "无名", "pinyin": "wm", "sex": "male", "doc_kind": "none", "created_at": NOW})
    kept = await asyncio.gather(take(NOW), take(NOW), take(NOW))
    assert Counter(one.made for one in kept) == {True: 1, False: 2}
    assert len({one.id for one in kept}) == 1
    assert await fetch_value("SELECT count(*) FROM roll_call") == 1
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'take_roll_call'") == 1


@pytest.mark.commits
async def test_a_lapse_that_another_process_is_about_to_raise_is_nobody_lost(committing: str) -> None:
    """All jobs start at once after an outage: the roll call waits for who holds a lapse, and raises it where that one dies."""
    await on_register(await assemble(), at=NOW - timedelta(days=20))
    other = await asyncpg.connect(committing)
    holding = other.transaction()
    await holding.start()
    await other.execute("SELECT FROM duty WHERE state = 'open' AND limit_at <= $1 FOR UPDATE", NOW)
    taking = asyncio.create_task(roll_call(Work(FixedClock(NOW), ConsoleProvider(lambda line: None, "training"))))
    await until_it_waits(taking)
    assert await fetch_value("SELECT count(*) FROM roll_call") == 0
    await holding.rollback()
    await other.close()
    assert await taking == 0
    assert await fetch_value("SELECT remainder FROM roll_call") == 0


@pytest.mark.commits
async def test_what_is_done_between_two_statements_of_a_roll_call_is_in_no_part_of_it(committing: str) -> None:
    """Somebody's order ends when the census has been read and the strays have not: they were in order, and nowhere else."""
    cast = await assemble()
    one = await on_register(cast)
    before = await call(NOW, live=True)
    assert (before.total, before.counts["ended_today"], before.apart) == (1, 0, 0)
    other = await asyncpg.connect(committing.replace("supervision_app@", "postgres@"))
    acting = other.transaction()
    await acting.start()
    await other.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")  # the census asks of no person, the strays do
    taking = asyncio.create_task(take(NOW))
    await until_it_waits(taking, WAITING_FOR_PEOPLE)
    await other.execute(
        """INSERT INTO order_end (order_id, kind, happened_at, reason, recorded_at, recorded_by)
           VALUES ($1, 'deceased', $2, '死亡证明', $2, $3)""",
        one.order,
        NOW,
        cast.dan.id,
    )
    await other.execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'deceased', state = 'deceased' WHERE id = $1", one.order, NOW
    )
    await acting.commit()
    await other.close()
    kept = await taking
    assert (kept.total, kept.remainder) == (1, 0)
    assert await fetch_value("SELECT headline -> 'lost' = '[]' FROM roll_call")
    after = await call(NOW, live=True)
    assert (after.counts["ended_today"], after.apart) == (1, 1)
    assert json.loads(await fetch_value("SELECT buckets FROM roll_call")) == before.counts
    assert await fetch_value("SELECT (headline ->> 'apart')::int FROM roll_call") == before.apart
