"""Keep, list, open and withdraw the files of whatever a slice keeps files about; it knows no slice and no scope.

Whoever calls has asked for the person or subject first; here a kind that the viewer may not see isn't there. The bytes are
on the disk before the row is written: a crash, or a transaction that is rolled back, leaves at most a file without a row,
which nothing shows, the doctor names and `supervision files sweep` removes (`sweep.py`).
"""

import asyncio
import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Protocol

from supervision.audit.record import record
from supervision.db import execute, fetch, fetch_row, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.files import store
from supervision.files.content import SUFFIXES, checked
from supervision.files.kinds import KINDS, title_of
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.reads import Read, Row
from supervision.reasons import reason_to_withdraw
from supervision.sealed import open_sealed, seal

FILE_KEY = "file.key"
FILE_NAME = "file.name"
LONGEST_NAME = 120
"""Characters of a file's name that are kept."""
SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
AHEAD = timedelta(minutes=5)
"""How far a browser's clock may be before ours."""


class Keeper(Protocol):
    """Whoever acts: the viewer."""

    @property
    def id(self) -> int: ...

    @property
    def office(self) -> int: ...

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Attached:
    """What a file belongs to, and what it is: `kind` of kinds.KINDS; `person`: in whose scope it is, where there is one."""

    subject_kind: str
    subject_id: int
    person: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in. `happened_at`: when it was made or received; now where it isn't known."""

    name: str
    data: bytes
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept, without its bytes; `kind_title` and `by` as users read them."""

    id: int
    subject: tuple[str, int]
    person: int | None
    kind: str
    name: str
    media_type: str
    size: int
    happened_at: datetime
    recorded_at: datetime
    by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    place: str
    key: bytes

    @property
    def kind_title(self) -> str:
        return title_of(self.kind)

    def __repr__(self) -> str:
        return f"<Kept {self.id} {self.kind}>"


# -- keep ---------------------------------------------------------------------------------------------------------


async def keep(viewer: Keeper | None, to: Attached, upload: Upload, now: datetime) -> int:
    """Keep a file, in the caller's transaction where one runs; its id. `to` must be in the viewer's scope.

    Pictures are made anew (what a camera wrote beside the pixels is gone). Raises Refusal for what may not be kept.
    """
    kind = to.kind
    if kind not in KINDS:
        raise Refusal(_("请选择文件类别。"), fields={"kind": _("请选择文件类别。")})
    happened_at = upload.happened_at or now
    if happened_at > now + AHEAD:
        raise Refusal(_("时间不能晚于现在。"), fields={"happened_at": _("时间不能晚于现在。")})
    found = await asyncio.to_thread(checked, upload.data)
    key = secrets.token_bytes(store.KEY_BYTES)
    async with tx():
        # Held to the end of the transaction: who sweeps knows that no file waits for its row.
        await execute("SELECT pg_advisory_xact_lock_shared($1)", Lock.FILES)
        stored = await asyncio.to_thread(store.write, key, found.data)
        name = _name_of(upload.name, found.media_type, kind)
        row = _row(to, stored, key=key, name=name)
        about = {"media_type": found.media_type, "size": len(found.data)}
        at = {"happened_at": happened_at, "recorded_at": now, "recorded_by": viewer.id if viewer else None}
        made = await insert("file_record", row | about | at)
        await note(viewer, "file_kept", made, (to.subject_kind, to.subject_id), person=to.person, now=now)
    return made


def _row(to: Attached, stored: store.Stored, *, key: bytes, name: str) -> dict[str, Any]:
    return {
        "subject_kind": to.subject_kind,
        "subject_id": to.subject_id,
        "person": to.person,
        "kind": to.kind,
        "name_sealed": seal(name, FILE_NAME),
        "place": stored.place,
        "key_sealed": seal(base64.b64encode(key).decode(), FILE_KEY),
        "digest": stored.digest,
    }


def _name_of(name: str, media_type: str, kind: str) -> str:
    """The last part of a name without what can't be shown, with the suffix of what the file really is."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    stem = SUFFIX.sub("", shown)
    return (stem[:LONGEST_NAME].strip(" .") or title_of(kind)) + SUFFIXES[media_type]


async def note(
    viewer: Keeper | None, action: str, file: int, subject: tuple[str, int], *, person: int | None, now: datetime
) -> None:
    """The audit row of an act on a file; its action's word is in audit/words.py."""
    people = [] if person is None else [person]
    detail = {"subject": list(subject)}
    await record(viewer, action, subject=("file", file), people=people, detail=detail, now=now)


# -- list and open --------------------------------------------------------------------------------------------------

FILES = """SELECT f.*, s.name AS by, w.name AS withdrawer FROM file_record f
  LEFT JOIN staff s ON s.id = f.recorded_by LEFT JOIN staff w ON w.id = f.withdrawn_by"""
NEWEST_FIRST = "ORDER BY f.happened_at DESC, f.id DESC"


async def of(subject_kind: str, subject_id: int, viewer: Keeper | None = None) -> list[Kept]:
    """The files of a subject, the newest first, withdrawn ones too; those alone that `viewer` may see. One audit row is the caller's."""
    rows = await fetch(
        f"{FILES} WHERE f.subject_kind = $1 AND f.subject_id = $2 AND f.removed_at IS NULL {NEWEST_FIRST}",
        subject_kind,
        subject_id,
    )
    return [kept_of(row) for row in rows if may_see(viewer, row["kind"])]


async def of_person(viewer: Keeper, person: int) -> list[Kept]:
    """All files about a person, whatever they belong to, that the viewer may see."""
    rows = await fetch(f"{FILES} WHERE f.person = $1 AND f.removed_at IS NULL {NEWEST_FIRST}", person)
    return [kept_of(row) for row in rows if may_see(viewer, row["kind"])]


NEWEST = 5
"""How many files a person's own page shows."""


def newest_read(viewer: Keeper, person: int) -> Read:
    """The newest files about a person that the viewer may see, for the person's own page."""
    kinds = [kind for kind in KINDS if may_see(viewer, kind)]
    sql = f"{FILES} WHERE f.person = $1 AND f.removed_at IS NULL AND f.kind = ANY($2) {NEWEST_FIRST} LIMIT {NEWEST}"
    return Read(sql, (person, kinds), lambda rows: [kept_of(row) for row in rows])


def may_see(viewer: Keeper | None, kind: str) -> bool:
    """Whether files of this kind are there for the viewer; None is a job or a command."""
    return viewer is None or viewer.may(KINDS[kind].see)


async def find(file: int, *, person: int | None = None, subject: tuple[str, int] | None = None) -> Kept:
    """A file of this person, or of this subject. Raises NotFound for another's, for none, and for one that was removed."""
    row = await fetch_row(f"{FILES} WHERE f.id = $1 AND f.removed_at IS NULL", file)
    if row is None or (person, subject) == (None, None):
        raise NotFound
    if person is not None and row["person"] != person:
        raise NotFound
    if subject is not None and (row["subject_kind"], row["subject_id"]) != subject:
        raise NotFound
    return kept_of(row)


async def open_file(viewer: Keeper, file: Kept, now: datetime) -> bytes:
    """The bytes, and an audit row. Raises NotFound for a kind that the viewer may not see, Refusal for a file that is lost."""
    if not may_see(viewer, file.kind):
        raise NotFound
    await note(viewer, "file_opened", file.id, file.subject, person=file.person, now=now)
    try:
        return await asyncio.to_thread(store.read, file.place, file.key)
    except store.Lost:
        raise Refusal(_("文件 %(id)s 不在存放文件的目录里，请告诉系统管理员。") % {"id": file.id}) from None
    except store.Damaged:
        raise Refusal(_("文件 %(id)s 已经损坏，不能打开，请告诉系统管理员。") % {"id": file.id}) from None


def kept_of(row: Row) -> Kept:
    """The file of a row of FILES that was not removed."""
    return Kept(
        id=row["id"],
        subject=(row["subject_kind"], row["subject_id"]),
        person=row["person"],
        kind=row["kind"],
        name=open_sealed(row["name_sealed"], FILE_NAME),
        media_type=row["media_type"],
        size=row["size"],
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        by=row["by"] or "",
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawer"] or "",
        withdrawn_reason=row["withdrawn_reason"] or "",
        place=row["place"],
        key=base64.b64decode(open_sealed(row["key_sealed"], FILE_KEY)),
    )


# -- withdraw -------------------------------------------------------------------------------------------------------


async def withdraw(viewer: Keeper, file: Kept, reason: str, now: datetime) -> None:
    """A file that was put in by mistake no longer counts; it stays readable. Raises Refusal without a reason, or when done before."""
    if not may_see(viewer, file.kind):
        raise NotFound
    said = reason_to_withdraw(reason)
    async with tx():
        done = await execute(
            """UPDATE file_record SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4
                WHERE id = $1 AND withdrawn_at IS NULL AND removed_at IS NULL""",
            file.id,
            now,
            viewer.id,
            said,
        )
        if not done:
            raise Refusal(_("这份文件已经作废，不用再办。"))
        await note(viewer, "file_withdrawn", file.id, file.subject, person=file.person, now=now)
