"""The nightly proof of a large register: by workers, several parts at once, each in a transaction of its own."""

import asyncio

import pytest

from supervision.bench import load
from supervision.bench.ledger import KINDS
from supervision.bench.place import NOW
from supervision.db import execute, fetch, fetch_value
from supervision.duties.kinds import CHUNK
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import sync
from supervision.settings.terms import seed
from tests.duties.test_workers import LEDGER, kill_all, workers

pytestmark = pytest.mark.commits
PEOPLE = 2 * CHUNK + 1
LEFT_OPEN = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


async def _registered() -> None:
    await seed(NOW)
    await load.register(PEOPLE)
    await load.acts(PEOPLE)
    for kind in KINDS:
        await sync(range(1, PEOPLE + 1), NOW, kind=kind)


async def _damage() -> int:
    """Of each hundredth person a report is lost, of each following one moved; how many."""
    lost = await execute("DELETE FROM duty WHERE subject_id % 100 = 1 AND variant = 'phone' AND period = '2026-12-02'")
    lost += await execute("DELETE FROM duty WHERE subject_id % 100 = 3 AND variant = 'info' AND state = 'open'")
    moved = await execute(
        "UPDATE duty SET limit_at = limit_at + interval '1 day' WHERE subject_id % 100 = 2 AND variant = 'written'"
    )
    assert lost and moved
    return lost + moved


async def test_what_differs_is_found_repaired_and_named_wherever_it_is(committing: str) -> None:
    await _registered()
    before = await fetch(LEDGER)
    damaged = await _damage()
    seen = await reconcile(NOW)
    assert (seen.subjects, seen.repaired, seen.failed) == (len(KINDS) * PEOPLE, damaged, 0)
    assert await fetch(LEDGER) == before
    named = await fetch("SELECT subject_id FROM finding WHERE rule = 'ledger_difference' ORDER BY subject_id")
    assert {row["subject_id"] % 100 for row in named} == {1, 2, 3}
    assert (await reconcile(NOW)).repaired == 0 and workers() == []


async def test_workers_that_are_killed_leave_nobody_out(committing: str) -> None:
    await _registered()
    before = await fetch(LEDGER)
    damaged = await _damage()
    work = asyncio.ensure_future(reconcile(NOW))
    assert await kill_all(work) > 0
    seen = await work
    assert (seen.subjects, seen.repaired, seen.failed) == (len(KINDS) * PEOPLE, damaged, 0)
    assert await fetch(LEDGER) == before
    assert await fetch_value(LEFT_OPEN) == 0
    assert workers() == []
