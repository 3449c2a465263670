"""Files whose time is over: of people and commissions that ended years ago. A human removes them one by one, with a reason.

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
from supervision.files.kinds import KINDS
from supervision.language import gettext as _
from supervision.settings.terms import load_terms

YEARS = "files.kept_years"
"""The parameter: years for which files are kept after the end of the person's last register."""
SHOWN = 200

REGISTERED = """
SELECT person, max(ended_at) AS ended_at FROM (
    SELECT person, coalesce(ended_at, 'infinity') AS ended_at FROM orders
    UNION ALL SELECT person, coalesce(ended_at, 'infinity') FROM assistance) registered
 GROUP BY person
"""
"""People, and when their last register ended."""
COMMISSIONS = f"""
SELECT c.id, c.number, greatest(r.ended_at, CASE WHEN c.state NOT IN ('closed', 'withdrawn', 'void') THEN 'infinity' ELSE
           (SELECT max(e.at) FROM commission_event e WHERE e.commission = c.id AND e.new_state = c.state) END) AS ended_at
  FROM commission c LEFT JOIN ({REGISTERED}) r ON r.person = c.person
"""
"""Commissions, whose files hang on no person, and when they and the registers of whom they were about had ended."""
PAST = f"""
SELECT file.*, ended.title, ended.ended_at FROM (
    SELECT r.person, NULL::bigint AS commission, p.name AS title, r.ended_at FROM ({REGISTERED}) r JOIN person p ON p.id = r.person
    UNION ALL SELECT NULL, id, number, ended_at FROM ({COMMISSIONS}) c) ended
  JOIN ({FILES} WHERE f.removed_at IS NULL AND f.kind = ANY($2)) file
    ON file.person = ended.person OR (file.person IS NULL AND file.subject_kind = 'commission' AND file.subject_id = ended.commission)
 WHERE ended.ended_at < $1
 ORDER BY ended.ended_at, file.person, file.id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file that need be kept no longer; whose it is, by name or number, and when all that it was kept for had ended."""

    file: Kept
    title: str
    ended_at: datetime

    @property
    def of_commission(self) -> bool:
        """Whether it hangs on a commission, and on no person."""
        return self.file.person is None

    @property
    def place(self) -> str:
        """The page of whatever it belongs to."""
        return f"/commissions/{self.file.subject[1]}" if self.of_commission else f"/people/{self.file.person}"


@dataclass(frozen=True, slots=True)
class Past:
    """The files that need be kept no longer, of what ended first at the head; and for how many years files are kept."""

    files: list[PastFile]
    years: int


async def past(viewer: Viewer, now: datetime) -> Past:
    """What the viewer may remove now; SHOWN of them and one more where there are more."""
    years, kinds = await _years(now), [kind for kind in KINDS if may_see(viewer, kind)]
    rows = await fetch(PAST, years_before(now, years), kinds, SHOWN + 1)
    return Past([PastFile(kept_of(row), row["title"], row["ended_at"]) for row in rows], years)


async def _years(now: datetime) -> int:
    return int((await load_terms(now, now)).parameters.at(YEARS, now))


def years_before(now: datetime, years: int) -> datetime:
    """The same local time so many years ago; of 29 February the day before where there is none."""
    local = now.astimezone(SHANGHAI)
    try:
        return local.replace(year=local.year - years)
    except ValueError:
        return local.replace(year=local.year - years, day=28)


async def _is_over(file: Kept, before: datetime) -> bool:
    """Whether everything that the file is kept for had ended before a moment; of other files nobody knows."""
    if file.person is not None:
        of, id = f"({REGISTERED}) ended WHERE ended.person = $2", file.person
    elif file.subject[0] == "commission":
        of, id = f"({COMMISSIONS}) ended WHERE ended.id = $2", file.subject[1]
    else:
        return False
    return bool(await fetch_value(f"SELECT ended_at < $1 FROM {of}", before, id))


async def remove(viewer: Viewer, file: Kept, reason: str, now: datetime) -> None:
    """Make a file unreadable for good. Raises Refusal without a reason, while its time isn't over, and when done before."""
    if not may_see(viewer, file.kind):
        raise NotFound
    if not reason.strip():
        raise Refusal(_("请填写销毁的依据。"), fields={"reason": _("请填写依据，例如销毁清册的编号。")})
    before = years_before(now, await _years(now))
    async with tx():
        if not await _is_over(file, before):
            raise Refusal(_("保管期限还没有满，不能销毁。"))
        done = await execute(
            """UPDATE file_record SET removed_at = $2, removed_by = $3, removed_reason = $4, key_sealed = NULL, name_sealed = NULL
                WHERE id = $1 AND removed_at IS NULL""",
            file.id,
            now,
            viewer.id,
            reason.strip(),
        )
        if not done:
            raise Refusal(_("这份文件已经销毁，不用再办。"))
        await note(viewer, "file_removed", file.id, file.subject, person=file.person, now=now)
