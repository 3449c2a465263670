"""Many subjects are judged by workers: with the same ledger as result, and one clear error when a worker is killed."""

import asyncio
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from supervision.bench import load
from supervision.bench.place import NOW
from supervision.db import execute, fetch, fetch_value
from supervision.duties.sync import horizon, question_about, sync
from supervision.duties.worker import frame, serve
from supervision.duties.workers import MANY, WorkerLost, judges
from supervision.ledger import connect_sources
from supervision.settings.terms import load_terms, seed

PEOPLE = MANY + 1
LEDGER = """SELECT subject_id, rule, variant, period, opens_at, due_at, limit_at, raw_due_on, state, closed_at, fact_kind,
                   fact_id, cause, remind_at, rule_version, why, created_at, person, owed_by
              FROM duty ORDER BY subject_id, rule, variant, period"""


def workers() -> list[int]:
    """The workers that this process has."""
    # The kernel's own list of children leaves some out while others end.
    mine = [one for one in Path("/proc").glob("[0-9]*") if _parent(one) == str(os.getpid())]
    return [int(one.name) for one in mine if b"supervision.duties.worker" in _told(one / "cmdline")]


def _parent(process: Path) -> str:
    """Its number; empty when the process has ended meanwhile."""
    after_name = _told(process / "stat").decode(errors="replace").rpartition(")")[2].split()
    return after_name[1] if after_name else ""


def _told(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


async def kill_all(work: "asyncio.Task[Any]") -> int:
    """Kill each worker as soon as it is seen, until the work has ended; how many."""
    killed = 0
    while not work.done():
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
            killed += 1
        await asyncio.sleep(0)
    return killed


async def registered() -> range:
    connect_sources()
    await seed(NOW)
    await load.register(PEOPLE)
    await load.acts(PEOPLE)
    return range(1, PEOPLE + 1)


async def test_workers_and_this_process_leave_the_same_ledger(db: None) -> None:
    ids = await registered()
    await sync(ids, NOW)
    by_workers = await fetch(LEDGER)
    await execute("DELETE FROM duty")
    await execute("DELETE FROM finding")
    for start in (1, MANY):
        await sync(range(start, min(start + MANY - 1, PEOPLE + 1)), NOW)
    assert len(by_workers) > 25 * PEOPLE
    assert await fetch(LEDGER) == by_workers
    assert workers() == []


async def test_few_are_judged_here(db: None) -> None:
    ids = await registered()
    terms = await load_terms(NOW, horizon(NOW))
    async with judges(terms, many=len(ids[: MANY - 1]) >= MANY) as (_, width):
        assert (width, workers()) == (0, [])


async def test_a_worker_that_is_killed_is_one_sentence_and_nothing_is_written(db: None) -> None:
    ids = await registered()
    work = asyncio.ensure_future(sync(ids, NOW))
    assert await kill_all(work) > 0
    with pytest.raises(WorkerLost, match="什么都没有写入"):
        await work
    assert await fetch_value("SELECT count(*) FROM duty") == 0
    assert workers() == []


async def test_after_a_lost_worker_another_answers(db: None) -> None:
    ids = await registered()
    question = await question_about(list(ids[:5]))
    async with judges(await load_terms(NOW, horizon(NOW)), many=True) as (ask, width):
        assert len(workers()) == width > 0
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
        lost = await asyncio.gather(*(ask(question) for _ in range(width)), return_exceptions=True)
        answers = await asyncio.gather(*(ask(question) for _ in range(width)))
        assert len(workers()) == width
    assert [type(one) for one in lost] == [WorkerLost] * width
    assert all(answer.new > 25 * 5 for answer in answers)
    assert workers() == []


async def test_where_no_process_can_be_started_it_is_our_sentence_and_not_the_database_that_is_away(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await registered()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerLost):
        await sync(ids, NOW)
    assert workers() == []


async def test_where_a_lost_worker_has_no_successor_whoever_asks_is_told_each_time_until_there_is_one(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await registered()
    question = await question_about(list(ids[:5]))
    async with judges(await load_terms(NOW, horizon(NOW)), many=True) as (ask, width):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nowhere/python")
            for pid in workers():
                os.kill(pid, signal.SIGKILL)
            for _ in range(width * 2 + 1):
                with pytest.raises(WorkerLost):
                    await asyncio.wait_for(ask(question), 10)
        with pytest.raises(WorkerLost):
            await ask(question)
        assert (await ask(question)).new > 25 * 5
    assert workers() == []


def test_a_question_that_was_cut_off_is_the_end() -> None:
    whole = frame({"some": "question"})
    for length in range(len(whole)):
        answers = io.BytesIO()
        serve(io.BytesIO(whole[:length]), answers)
        assert answers.getvalue() == b""
