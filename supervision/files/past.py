"""Files whose time is over: of people whose registers ended years ago. A human removes them one by one, with a reason.

A removal takes the file's own key and name out of its row: from then on nobody can read the bytes, also not with the
installation's key; `supervision files sweep` takes them off the disk. Older backups hold both until they are thrown away.
"""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value, tx
from supervision.errors import NotFound, Refusal
from supervision.files.actions import FILES, Kept, kept_of, may_see, note
from supervision.settings.terms import load_terms

YEARS = "files.kept_years"
"""The parameter: years for which files are kept after the end of the person's last register."""
SHOWN = 200

ENDED = """
SELECT person, max(ended_at) AS ended_at FROM (
    SELECT person, coalesce(ended_at, 'infinity') AS ended_at FROM orders
    UNION ALL SELECT person, coalesce(ended_at, 'infinity') FROM assistance) registered
 GROUP BY person HAVING max(ended_at) < $1
"""
"""People all of whose registers had ended before a moment, and when the last one did."""


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file that need be kept no longer, whose it is, and when that person's last register ended."""

    file: Kept
    person_name: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """The files that need be kept no longer, of those who ended first at the head; and for how many years files are kept."""

    files: list[PastFile]
    years: int


async def past(now: datetime) -> Past:
    """What may be removed now; SHOWN of them and one more where there are more."""
    years = await _years(now)
    rows = await fetch(
        f"""SELECT file.*, p.name AS person_name, ended.ended_at FROM ({ENDED}) ended
              JOIN person p ON p.id = ended.person
              JOIN ({FILES} WHERE f.removed_at IS NULL) file ON file.person = ended.person
             ORDER BY ended.ended_at, file.person, file.id LIMIT $2""",
        years_before(now, years),
        SHOWN + 1,
    )
    return Past([PastFile(kept_of(row), row["person_name"], row["ended_at"]) for row in rows], years)


async def _years(now: datetime) -> int:
    return int((await load_terms(now, now)).parameters.at(YEARS, now))


def years_before(now: datetime, years: int) -> datetime:
    """The same local time so many years ago; of 29 February the day before where there is none."""
    local = now.astimezone(SHANGHAI)
    try:
        return local.replace(year=local.year - years)
    except ValueError:
        return local.replace(year=local.year - years, day=28)


async def remove(viewer: Viewer, file: Kept, reason: str, now: datetime) -> None:
    """Make a file unreadable for good. Raises Refusal without a reason, while its time isn't over, and when done before."""
    if not may_see(viewer, file.kind):
        raise NotFound
    if not reason.strip():
        raise Refusal("请填写销毁的依据。", fields={"reason": "请填写依据，例如销毁清册的编号。"})
    before = years_before(now, await _years(now))
    async with tx():
        if not await fetch_value(f"SELECT 1 FROM ({ENDED}) ended WHERE person = $2", before, file.person):
            raise Refusal("保管期限还没有满，不能销毁。")
        done = await execute(
            """UPDATE file_record SET removed_at = $2, removed_by = $3, removed_reason = $4, key_sealed = NULL, name_sealed = NULL
                WHERE id = $1 AND removed_at IS NULL""",
            file.id,
            now,
            viewer.id,
            reason.strip(),
        )
        if not done:
            raise Refusal("这份文件已经销毁，不用再办。")
        await note(viewer, "file_removed", file.id, file.subject, person=file.person, now=now)
