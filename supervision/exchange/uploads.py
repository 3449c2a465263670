"""Sheets that wait for their confirmation: kept whole and sealed, seen by who brought them, thrown away after a day."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from supervision.access.viewer import Viewer
from supervision.db import Record, execute, fetch, fetch_row, insert
from supervision.errors import NotFound
from supervision.exchange.intake import Options, SheetFile
from supervision.sealed import open_sealed, seal

PURPOSE: Final = "upload"
KEPT_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Upload:
    """One sheet that waits, or that was imported and whose refused rows may still be fetched."""

    id: int
    file: SheetFile
    kind: str | None
    office: int | None
    answers: Mapping[str, str]
    run: int | None

    def options(self, *, dry_run: bool) -> Options:
        """How it is to be taken in."""
        return Options(office=self.office, answers=self.answers, kind=self.kind, dry_run=dry_run)


async def keep(viewer: Viewer, file: SheetFile, options: Options, now: datetime) -> int:
    """Put a sheet aside for its dry run; its id."""
    content = seal(base64.b64encode(file.data).decode(), PURPOSE)
    values = {"staff": viewer.id, "at": now, "name": file.name, "kind": options.kind, "office": options.office}
    return await insert("upload", values | {"content_sealed": content})


async def find_upload(viewer: Viewer, upload: int, now: datetime) -> Upload:
    """One's own sheet of the last day. Raises NotFound for another's, and for one that was thrown away."""
    row = await fetch_row(
        "SELECT * FROM upload WHERE id = $1 AND staff = $2 AND at > $3", upload, viewer.id, now - KEPT_FOR
    )
    if row is None:
        raise NotFound
    data = base64.b64decode(open_sealed(row["content_sealed"], PURPOSE))
    answers = json.loads(row["answers"])
    return Upload(row["id"], SheetFile(row["name"], data), row["kind"], row["office"], answers, row["run"])


async def answer(upload: Upload, answers: Mapping[str, str]) -> None:
    """Add what the sheet's unknown values mean."""
    said = json.dumps({**upload.answers, **answers}, ensure_ascii=False)
    await execute("UPDATE upload SET answers = $2 WHERE id = $1", upload.id, said)


async def imported(upload: Upload, run: int | None, *, refused: int) -> None:
    """The sheet was taken in; it is needed no more, unless rows of it are still to be mended."""
    if refused:
        await execute("UPDATE upload SET run = $2 WHERE id = $1", upload.id, run)
    else:
        await drop(upload.id)


async def drop(upload: int) -> None:
    """Throw a sheet away."""
    await execute("DELETE FROM upload WHERE id = $1", upload)


async def purge(now: datetime) -> int:
    """Throw away what is older than a day; how many."""
    return await execute("DELETE FROM upload WHERE at <= $1", now - KEPT_FOR)


async def waiting(viewer: Viewer) -> list[Record]:
    """One's own sheets that are not confirmed."""
    return await fetch("SELECT id, name, at FROM upload WHERE staff = $1 AND run IS NULL ORDER BY id DESC", viewer.id)


async def of_run(viewer: Viewer, run: int) -> int | None:
    """The sheet of a run, while its refused rows can still be fetched."""
    row = await fetch_row("SELECT id FROM upload WHERE run = $1 AND staff = $2", run, viewer.id)
    return row["id"] if row else None
