"""A large sheet: judged by workers and written part by part, with the same register as by small sheets, or nothing at all."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from supervision.bench.load import offices
from supervision.bench.place import NOW
from supervision.bench.sheet import write_roster
from supervision.clock import FixedClock
from supervision.db import fetch, fetch_value, tx
from supervision.duties.workers import MANY, WorkerLost
from supervision.exchange.actions import import_sheet
from supervision.exchange.intake import PART, Options, SheetFile
from supervision.exchange.outcome import Imported
from supervision.exchange.sheets import read_book
from supervision.ledger import connect_sources
from supervision.settings.terms import seed
from tests.duties.test_workers import kill_all, workers
from tests.exchange.made import workbook
from tests.exchange.taken import size

PEOPLE = PART + 1
LEDGER = """
SELECT o.number, o.start_on, o.end_on, o.registered_at, d.rule, d.variant, d.period, d.opens_at, d.due_at, d.limit_at, d.state,
       d.fact_kind, d.remind_at, d.why
  FROM orders o JOIN duty d ON d.subject_id = o.id ORDER BY o.number, d.rule, d.variant, d.period
"""


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> SheetFile:
    """A workbook with one row more than are written together."""
    path = write_roster(tmp_path_factory.mktemp("large") / "roster.xlsx", PEOPLE)
    return SheetFile(path.name, path.read_bytes())


async def empty() -> None:
    connect_sources()
    await seed(NOW)
    await offices(PEOPLE)


async def take_in(file: SheetFile) -> Imported:
    return await import_sheet(None, file, Options(), FixedClock(NOW))


class Back(Exception):
    """Undoes what was done in a savepoint."""


async def left_by(*files: SheetFile) -> list[tuple[Any, ...]]:
    """The ledger that these files leave, one after the other; nothing stays."""
    with pytest.raises(Back):
        async with tx():
            for file in files:
                imported = await take_in(file)
                assert imported.counts["added"] == len(imported.results)
            found = [tuple(row) for row in await fetch(LEDGER)]
            raise Back
    return found


async def test_one_large_sheet_and_many_small_ones_leave_the_same_register(db: None, roster: SheetFile) -> None:
    await empty()
    heading, *rows = read_book(roster.name, roster.data)[0].rows
    step = MANY - 1
    small = [
        SheetFile(f"{start}.xlsx", workbook(名册=[heading, *rows[start : start + step]]))
        for start in range(0, len(rows), step)
    ]
    at_once = await left_by(roster)
    assert len(at_once) > 20 * PEOPLE
    assert at_once == await left_by(*small)


async def test_a_worker_that_is_killed_leaves_nothing_of_the_sheet(db: None, roster: SheetFile) -> None:
    await empty()
    before = await size()
    work = asyncio.ensure_future(take_in(roster))
    assert await kill_all(work) > 0
    with pytest.raises(WorkerLost, match="什么都没有写入"):
        await work
    assert await size() == before
    assert await fetch_value("SELECT count(*) FROM import_run") == 0
    assert workers() == []


def test_a_table_that_begins_in_the_middle_of_a_sheet_keeps_its_place(tmp_path: Path) -> None:
    file = workbook(名册=[[], [], [None, None, "姓名", "人员编号"], [None, None, "测试一", "SQ0001"]])
    [sheet] = read_book("名册.xlsx", file)
    assert sheet.rows == [[""] * 4, [""] * 4, ["", "", "姓名", "人员编号"], ["", "", "测试一", "SQ0001"]]
