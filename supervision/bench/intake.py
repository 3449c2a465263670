"""What an import with its ledger costs beyond reading the file and copying in the rows that it leaves."""

import asyncio
import resource
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from supervision import sealed
from supervision.bench.frame import Bench, Report, Rows, Run, Watch, side_by_side
from supervision.bench.load import offices
from supervision.bench.place import NOW, Place
from supervision.bench.sheet import write_roster
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


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """A roster is taken in by a process of its own, whose memory is read at its end."""
    one = Bench("import", "s", "≤ 2.0", runs)
    await place.load("load", people, offices)
    folder = place.house.settings.data_dir
    sheet = write_roster(folder / "roster.xlsx", people)
    measured = _Import(place, sheet, folder / "rows")
    pairs, rows = await side_by_side(one, measured.ours, measured.anchor)
    notes = {"peak memory, MB": measured.peak, "of which the reader of the file, MB": measured.reader}
    return [Report(one, people, pairs, rows, notes)]


class _Import:
    """Both sides on one sheet; what ours leaves the first time is kept in files for the anchor."""

    def __init__(self, place: Place, sheet: Path, kept: Path) -> None:
        self.place, self.sheet, self.kept = place, sheet, kept
        self.peak = self.reader = 0

    async def ours(self) -> Run:
        await self.place.copy("load", "ours")
        dsn, key = self.place.server.dsn("ours", APP_ROLE), key_file(self.place.house.settings)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            loop = asyncio.get_running_loop()
            seconds, peak, reader = await loop.run_in_executor(child, import_in_child, dsn, key, self.sheet)
        self.peak, self.reader = max(self.peak, peak), max(self.reader, reader)
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


def import_in_child(dsn: str, key: Path, sheet: Path) -> tuple[float, int, int]:
    """Take the sheet in; seconds, and the peak memory of this process and of the file's reader in MB."""
    sealed.use(sealed.Keyring.load(key))
    connect_sources()
    seconds = asyncio.run(_import(dsn, SheetFile(sheet.name, sheet.read_bytes())))
    return seconds, _peak(resource.RUSAGE_SELF), _peak(resource.RUSAGE_CHILDREN)


async def _import(dsn: str, file: SheetFile) -> float:
    await open_pool(dsn, size=2)
    try:
        with Watch() as took:
            imported = await import_sheet(None, file, Options(), now=NOW)
    finally:
        await close_pool()
    _whole(imported.counts)
    return took.seconds


def _whole(counts: Mapping[str, Any]) -> None:
    if any(count for outcome, count in counts.items() if outcome != "added"):
        raise Refusal(f"The roster isn't taken in whole: {dict(counts)}.")


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024
