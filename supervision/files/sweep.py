"""Rows and disk held against each other: files that are lost, and what a crash left on the disk without a row.

Nothing is swept by itself: a database that was restored from yesterday has no rows for the files of today, and those must
not be thrown away by a job at night. So the doctor names them, and a human runs `supervision files sweep`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.audit.record import record
from supervision.db import Record, fetch, fetch_value, tx
from supervision.errors import Refusal
from supervision.files import store
from supervision.locks import Lock

FEW = 10
"""So many files without a row a few crashes may leave; more than these and than all rows is another mistake."""
ALONE = "SELECT pg_try_advisory_xact_lock($1)"
ROWS = "SELECT id, place, size FROM file_record WHERE removed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many files are kept and their bytes in clear; ids of those whose bytes are gone; names on the disk without a row."""

    kept: int
    size: int
    lost: Sequence[int]
    left: Sequence[str] | None
    """None: not to be known now, files are being kept or backed up."""

    @property
    def well(self) -> bool:
        return not self.lost and not self.left


async def standing() -> Standing:
    """Look at every row and every name on the disk."""
    names = await asyncio.to_thread(lambda: set(store.places()))
    async with tx():
        # Whoever keeps a file holds this from before the file is written until its row is committed.
        alone = await fetch_value(ALONE, Lock.FILES)
        rows = await fetch(ROWS)
    left = sorted(names - {row["place"] for row in rows}) if alone else None
    lost = await asyncio.to_thread(_lost, [row for row in rows if row["place"] not in names])
    return Standing(len(rows), sum(row["size"] for row in rows), lost, left)


def _lost(rows: Sequence[Record]) -> list[int]:
    """Those that are still not there: a file may have been kept since the names were read."""
    return [row["id"] for row in rows if not store.path_of(row["place"]).exists()]


async def sweep(now: datetime) -> int:
    """Take what has no row, or whose row was removed, off the disk; how many. Raises Refusal, and nothing is swept then."""
    async with tx():
        if not await fetch_value(ALONE, Lock.FILES):
            raise Refusal("Files are being kept or backed up at this moment: try again.")
        known = {row["place"] for row in await fetch(ROWS)}
        left = await asyncio.to_thread(lambda: sorted(set(store.places()) - known))
        if len(left) > FEW and len(left) > len(known):
            raise Refusal(
                f"{len(left)} files have no row and {len(known)} have one: this database and the folder {store.folder()} "
                "don't belong together, or the database is older than the files. Nothing was swept."
            )
        await record(None, "files_swept", detail={"files": left}, now=now)
        await asyncio.to_thread(_drop_all, left)
    return len(left)


def _drop_all(names: Sequence[str]) -> None:
    for name in names:
        store.drop(name)


def told(found: Standing, swept: int = 0) -> list[str]:
    """What was found, in sentences."""
    lines = [f"{swept} files without a row were taken off the disk."] if swept else []
    lines.append(f"{found.kept:,} files are kept, {found.size:,} bytes in clear.")
    if found.lost:
        named = ", ".join(map(str, found.lost[:FEW]))
        lines.append(
            f"{len(found.lost)} files are lost: {named}; put the folder back from a backup (deploy/runbook.md)."
        )
    if found.left:
        lines.append(
            f"{len(found.left)} files on the disk have no row, first {found.left[0]}: `supervision files sweep`."
        )
    if found.left is None:
        lines.append("Files are being kept or backed up: whether any has no row will be seen later.")
    return lines
