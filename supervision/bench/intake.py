"""What an import with its ledger costs beyond reading the file and copying in the rows that it leaves."""

import asyncio
import contextlib
import os
import resource
from collections.abc import Awaitable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from supervision import sealed
from supervision.bench.frame import Bench, Report, Rows, Run, Watch, side_by_side
from supervision.bench.load import offices
from supervision.bench.place import NOW, Place
from supervision.bench.sheet import write_roster
from supervision.clock import FixedClock
from supervision.db import close_pool, open_pool
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.intake import Options, SheetFile
from supervision.house import APP_ROLE, key_file
from supervision.ledger import connect_sources

TABLES: Final = (
    "import_run", "person", "orders", "contact", "responsibility", "registration", "class_decision", "term_change", "debt",
    "duty", "duty_event", "finding", "ledger_subject", "alert", "alert_event", "message", "message_about", "audit_row",
)  # fmt: skip
"""What an import may write, in the order of what refers to what."""
LOOK_EVERY: Final = 0.1
"""Seconds between two looks at the memory."""


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """A roster is taken in by a process of its own, whose memory, and that of all it starts, is looked at."""
    one = Bench("import", "s", "≤ 2.0", runs)
    await place.load("load", people, offices)
    folder = place.house.settings.data_dir
    sheet = write_roster(folder / "roster.xlsx", people)
    measured = _Import(place, sheet, folder / "rows")
    pairs, rows = await side_by_side(one, measured.ours, measured.anchor)
    notes = {"peak memory, MB": measured.peak.all, "of which the import itself, MB": measured.peak.own}
    return [Report(one, people, pairs, rows, notes)]


class _Import:
    """Both sides on one sheet; what ours leaves the first time is kept in files for the anchor."""

    def __init__(self, place: Place, sheet: Path, kept: Path) -> None:
        self.place, self.sheet, self.kept = place, sheet, kept
        self.peak = Peak()

    async def ours(self) -> Run:
        await self.place.copy("load", "ours")
        dsn, key = self.place.server.dsn("ours", APP_ROLE), key_file(self.place.house.settings)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            loop = asyncio.get_running_loop()
            process = await loop.run_in_executor(child, os.getpid)
            work = loop.run_in_executor(child, import_in_child, dsn, key, self.sheet)
            await self.peak.watch(process, work)
            seconds, own = await work
        self.peak.note(own, own)
        left = await self._left("ours")
        if not self.kept.exists():
            await self._keep(left)
        return Run(seconds, left)

    async def anchor(self) -> Run:
        await self.place.copy("load", "anchor")
        async with self.place.connected("anchor") as connection:
            with Watch() as took:
                _read(self.sheet)
                async with connection.transaction():
                    for table in self._kept_tables():
                        await connection.copy_to_table(table, source=str(self.kept / table), format="binary")
        return Run(took.seconds, await self._left("anchor"))

    def _kept_tables(self) -> list[str]:
        return [table for table in TABLES if (self.kept / table).exists()]

    async def _keep(self, left: Rows) -> None:
        self.kept.mkdir()
        async with self.place.connected("ours") as connection:
            for table in (table for table in TABLES if left[table]):
                await connection.copy_from_table(table, output=str(self.kept / table), format="binary")

    async def _left(self, name: str) -> Rows:
        async with self.place.connected(name) as connection:
            return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


def _read(sheet: Path) -> int:
    """Read the workbook as the import's reader does; how many rows."""
    book = calamine.CalamineWorkbook.from_path(str(sheet))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


# -- in the child ------------------------------------------------------------------------------------------------


def import_in_child(dsn: str, key: Path, sheet: Path) -> tuple[float, int]:
    """Take the sheet in; seconds, and the peak memory of this process in MB."""
    sealed.use(sealed.Keyring.load(key))
    connect_sources()
    seconds = asyncio.run(_import(dsn, SheetFile(sheet.name, sheet.read_bytes())))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def _import(dsn: str, file: SheetFile) -> float:
    await open_pool(dsn, size=2)
    try:
        with Watch() as took:
            imported = await import_sheet(None, file, Options(), FixedClock(NOW))
    finally:
        await close_pool()
    _whole(imported.counts)
    return took.seconds


def _whole(counts: Mapping[str, Any]) -> None:
    if any(count for outcome, count in counts.items() if outcome != "added"):
        raise Refusal(f"The roster isn't taken in whole: {dict(counts)}.")


# -- memory ------------------------------------------------------------------------------------------------------


@dataclass
class Peak:
    """The most memory, in MB, that a process and all it started had at one time; looked at ten times a second."""

    all: int = 0
    own: int = 0

    async def watch(self, process: int, work: Awaitable[Any]) -> None:
        """Look until the work is done."""
        task = asyncio.ensure_future(work)
        while not task.done():
            family = _family(process)
            self.note(sum(map(_resident, family)), _resident(process))
            await asyncio.wait([task], timeout=LOOK_EVERY)

    def note(self, all: int, own: int) -> None:
        """One look."""
        self.all, self.own = max(self.all, all), max(self.own, own)


def _family(process: int) -> list[int]:
    """A process, what it started, and what these started; empty where it has ended."""
    found = [process]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                found += map(int, children.read_text().split())
    return found


def _resident(process: int) -> int:
    """What of it is in memory, in MB; pages that it shares with others count with each."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() // 2**20
