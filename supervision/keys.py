"""The keys of an installation: copied out, replaced by a rotation that may be cut off at any moment, dropped when unused.

A rotation changes the key that seals. The secret of the blind indexes never changes: every search and every "only once"
rests on it (docs/decisions.md). The key file alone says where a rotation stands: with one key nothing is going on; with
several, the last one seals and the rows of the others are on their way to it.
"""

import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from supervision import sealed
from supervision.access.second_factor import SECRET
from supervision.access.staffing import STAFF_PHONE
from supervision.audit.record import record
from supervision.checkins.actions import CONTENT
from supervision.checkins.appointments import PLACE
from supervision.commissions.moves import CONTENT as COMMISSION
from supervision.commissions.tables import CONTENTS
from supervision.config import Settings
from supervision.db import execute, fetch, fetch_value, tx
from supervision.discipline.cases import EVIDENCE, FACTS
from supervision.errors import Refusal
from supervision.exchange.uploads import PURPOSE as UPLOAD
from supervision.files.actions import FILE_KEY, FILE_NAME
from supervision.house import House, audit_key_file, key_file
from supervision.locks import Lock
from supervision.lost_contact.reading import NOTE as SEARCH_NOTE
from supervision.lost_contact.reading import PLACE as SEARCH_PLACE
from supervision.messages.recipients import RECIPIENT
from supervision.people.actions import CONTACT, DOC, NOTE
from supervision.reception.actions import CONTENT as RECEPTION
from supervision.resettlement.actions import DETAILS, SAID
from supervision.resettlement.records import CONTENT as HELP
from supervision.video_visits.booking import PURPOSE as BOOKING


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed values, the purpose they were sealed for, and the blind indexes that stand for them."""

    table: str
    column: str
    purpose: str
    blinds: tuple[str, ...] = ()
    batch: int = 500
    """Rows that are sealed anew in one transaction: one where a value may be megabytes."""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


SEALED_COLUMNS: tuple[SealedColumn, ...] = (
    SealedColumn("person", "doc_sealed", DOC, ("person.doc_key", "person.doc_tail_key")),
    SealedColumn("contact", "value_sealed", CONTACT, ("contact.key", "contact.tail_key")),
    SealedColumn("message", "recipient_sealed", RECIPIENT, ("message.recipient_key", "message_about.recipient_key")),
    SealedColumn("staff", "phone_sealed", STAFF_PHONE),
    SealedColumn("second_factor", "secret_sealed", SECRET),
    SealedColumn("note", "text_sealed", NOTE),
    SealedColumn("report", "content_sealed", CONTENT),
    SealedColumn("visit", "content_sealed", CONTENT),
    SealedColumn("info_check", "content_sealed", CONTENT),
    SealedColumn("no_show", "content_sealed", CONTENT),
    SealedColumn("appointment", "place_sealed", PLACE),
    SealedColumn("reception_act", "content_sealed", RECEPTION),
    SealedColumn("commission", "address_sealed", COMMISSION),
    SealedColumn("commission_act", "note_sealed", COMMISSION),
    SealedColumn("investigation_record", "heard_sealed", COMMISSION),
    SealedColumn("investigation_record", "place_sealed", COMMISSION),
    SealedColumn("investigation_record", "content_sealed", COMMISSION),
    *(SealedColumn("commission_draft", f"{name}_sealed", COMMISSION) for name in CONTENTS),
    SealedColumn("commission_opinion", "reason_sealed", COMMISSION),
    SealedColumn("assistance", "details_sealed", DETAILS),
    SealedColumn("assistance_step", "said_sealed", SAID),
    SealedColumn("help_visit", "content_sealed", HELP),
    SealedColumn("help_visit", "needs_sealed", HELP),
    SealedColumn("support", "content_sealed", HELP),
    SealedColumn("help_assessment", "factors_sealed", HELP),
    SealedColumn("help_assessment", "content_sealed", HELP),
    SealedColumn("help_appraisal", "content_sealed", HELP),
    SealedColumn("help_child", "name_sealed", HELP),
    SealedColumn("help_child", "content_sealed", HELP),
    SealedColumn("help_base", "address_sealed", HELP),
    SealedColumn("help_leaving", "reason_sealed", HELP),
    SealedColumn("assistance_details", "details_sealed", DETAILS),
    SealedColumn("search_attempt", "place_sealed", SEARCH_PLACE),
    SealedColumn("search_attempt", "note_sealed", SEARCH_NOTE),
    SealedColumn("contact_search", "reason_sealed", SEARCH_NOTE),
    SealedColumn("off_control", "basis_sealed", SEARCH_NOTE),
    SealedColumn("search_end", "note_sealed", SEARCH_NOTE),
    SealedColumn("discipline_breach", "facts_sealed", FACTS),
    SealedColumn("discipline_evidence", "content_sealed", EVIDENCE),
    SealedColumn("prison", "contact_sealed", CONTACT),
    SealedColumn("booking", "purpose_sealed", BOOKING),
    SealedColumn("upload", "content_sealed", UPLOAD, batch=1),
    SealedColumn("file_record", "key_sealed", FILE_KEY),
    SealedColumn("file_record", "name_sealed", FILE_NAME),
)
"""Every sealed column of the schema; a test finds a missing one."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the key that seals now, the older ones, rows moved by this run, rows that are left and why."""

    key: str
    older: tuple[str, ...]
    moved: int
    left: int
    unreadable: int
    copied_to: str | None

    @property
    def done(self) -> bool:
        return not self.left


def fingerprint_of(path: Path) -> str | None:
    """The fingerprint of a key file; None where there is none. Raises KeyringError for one that can't be used."""
    return sealed.Keyring.load(path).fingerprint if path.exists() else None


def told(rotation: Rotation) -> list[str]:
    """A rotation in sentences."""
    copy = f"; its copy is in {rotation.copied_to}" if rotation.copied_to else ""
    lines = [f"{rotation.moved} values were sealed anew with key {rotation.key}{copy}"]
    if rotation.unreadable:
        lines.append(f"{rotation.unreadable} values can't be opened with any key here, and were left as they are")
    if rotation.left > rotation.unreadable:
        lines.append(f"{rotation.left - rotation.unreadable} values were in use: run `supervision key rotate` again")
    if rotation.done:
        lines.append(
            f"nothing uses {', '.join(rotation.older)} any more: stop the web and the jobs, `supervision key drop`"
        )
    return lines


# -- copies -----------------------------------------------------------------------------------------------------


async def copy_out(house: House, folder: Path) -> list[Path]:
    """Copy the key files into a folder outside the data and the backups, and note it for the doctor. Raises Refusal."""
    async with _alone(house):
        made = _copy(house.settings, sealed.Keyring.load(key_file(house.settings)), folder)
        await _note_copy(house)
    return made


def _copy(settings: Settings, keyring: sealed.Keyring, folder: Path) -> list[Path]:
    folder = folder.absolute()
    _refuse_near(settings, folder)
    audit, made = audit_key_file(settings), [folder / key_file(settings).name]
    keyring.store_new(made[0])
    if audit.exists():
        made.append(folder / audit.name)
        sealed.write_private(made[1], audit.read_bytes())
    return made


def _refuse_near(settings: Settings, folder: Path) -> None:
    """A copy beside what it opens protects neither: from a thief it doesn't, and a dead disk takes both."""
    for place in (settings.data_dir, settings.backup_folder):
        if folder.resolve().is_relative_to(place.resolve()):
            raise Refusal(f"{folder} lies in {place}, beside what the key opens: name a folder on another medium.")


async def _note_copy(house: House) -> None:
    settings, now = house.settings, house.clock.now()
    audit = fingerprint_of(audit_key_file(settings))
    keys = list(sealed.Keyring.load(key_file(settings)).keys)
    await _write_down("key_copy", json.dumps({"at": now.isoformat(), "keys": keys, "audit": audit}))
    await record(None, "key_copied", detail={"keys": keys}, now=now)


async def _write_down(key: str, value: str) -> None:
    await execute(
        """INSERT INTO installation (key, value) VALUES ($1, $2)
           ON CONFLICT ON CONSTRAINT installation_key_once DO UPDATE SET value = excluded.value""",
        key,
        value,
    )


@dataclass(frozen=True, slots=True)
class Copied:
    """When the keys were last copied out, and whether every key that is in use now was among them."""

    at: datetime | None
    whole: bool


async def copied(settings: Settings) -> Copied:
    """What is known of the copies of the keys."""
    said = await fetch_value("SELECT value FROM installation WHERE key = 'key_copy'")
    if said is None:
        return Copied(None, False)
    noted = json.loads(said)
    return Copied(datetime.fromisoformat(noted["at"]), _is_whole(settings, noted))


def _is_whole(settings: Settings, noted: Mapping[str, Any]) -> bool:
    try:
        keys = set(sealed.Keyring.load(key_file(settings)).keys)
        audit = fingerprint_of(audit_key_file(settings))
    except sealed.KeyringError:
        return False
    return keys <= set(noted["keys"]) and noted["audit"] == audit


# -- rotation ---------------------------------------------------------------------------------------------------


async def rotate(house: House, folder: Path | None) -> Rotation:
    """Begin a rotation with a new key, whose copy goes to `folder` first, or go on with one that was cut off.

    Web and jobs may run: each process reads the key file again when it has changed. Raises Refusal.
    """
    async with _alone(house):
        path = key_file(house.settings)
        begun = len(sealed.Keyring.load(path).keys) > 1
        if not begun:
            await _begin(house, folder)
        keyring = sealed.follow(path)
        moved = await _move_all(keyring.newest)
        rotation = await _rotation(keyring, moved, None if begun else folder)
        await record(None, "key_rotated", detail={"key": keyring.newest, "moved": moved}, now=house.clock.now())
        return rotation


async def _begin(house: House, folder: Path | None) -> None:
    """The copy comes first: no value is ever sealed with a key that one broken disk can take away."""
    if folder is None:
        raise Refusal("A new key is copied out before it is used: name a folder, `supervision key rotate --to FOLDER`.")
    path = key_file(house.settings)
    grown = sealed.Keyring.load(path).grown()
    _copy(house.settings, grown, folder)
    grown.store(path)
    await _note_copy(house)


async def _move_all(newest: str) -> int:
    """Pass over all columns until a pass finds nothing to do: somebody may have sealed with the old key meanwhile."""
    total = 0
    while moved := sum([await _move(place, newest) for place in SEALED_COLUMNS]):
        total += moved
    return total


async def _move(place: SealedColumn, newest: str) -> int:
    moved, after = 0, 0
    while True:
        async with tx():
            # A row that somebody works on is left for the next pass: waiting for it could end in a deadlock.
            rows = await fetch(
                f"""SELECT id, {place.column} AS value FROM {place.table}
                     WHERE id > $1 AND NOT starts_with({place.column}, $2)
                     ORDER BY id LIMIT {place.batch} FOR UPDATE SKIP LOCKED""",
                after,
                f"{newest}.",
            )
            if not rows:
                return moved
            moved += await _seal_anew(place, rows)
            after = rows[-1]["id"]


async def _seal_anew(place: SealedColumn, rows: Sequence[Any]) -> int:
    anew = [(row["id"], row["value"], _again(row["value"], place.purpose)) for row in rows]
    ids, old, new = zip(*anew, strict=True)
    return await execute(
        f"""UPDATE {place.table} SET {place.column} = given.new
              FROM unnest($1::bigint[], $2::text[], $3::text[]) AS given(id, old, new)
             WHERE {place.table}.id = given.id AND {place.column} = given.old AND given.new IS NOT NULL""",
        ids,
        old,
        new,
    )


def _again(value: str, purpose: str) -> str | None:
    """The value under the newest key; None for one that can't be opened: it stays as it is, and is counted."""
    try:
        return sealed.seal(sealed.open_sealed(value, purpose), purpose)
    except sealed.SealError:
        return None


async def _rotation(keyring: sealed.Keyring, moved: int, folder: Path | None) -> Rotation:
    older = tuple(key for key in keyring.keys if key != keyring.newest)
    left = sum(count for key, count in (await rows_by_key()).items() if key != keyring.newest)
    unreadable = sum([await _unreadable(place, keyring.newest) for place in SEALED_COLUMNS]) if left else 0
    return Rotation(keyring.newest, older, moved, left, unreadable, str(folder) if folder else None)


async def _unreadable(place: SealedColumn, newest: str) -> int:
    rows = await fetch(
        f"SELECT {place.column} AS value FROM {place.table} WHERE NOT starts_with({place.column}, $1)", f"{newest}."
    )
    return sum(_again(row["value"], place.purpose) is None for row in rows)


Ask = Callable[..., Awaitable[Sequence[Any]]]


async def rows_by_column(ask: Ask) -> Mapping[str, Mapping[str, int]]:
    """Sealed column → key id → how many of its rows are under that key. Reads whole tables.

    An older schema, before its upgrade, may lack a column. `ask`: another connection's fetch.
    """
    rows = await ask(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    there = {row["name"] for row in rows}
    return {place.name: await _keys_of(place, ask) for place in SEALED_COLUMNS if place.name in there}


async def _keys_of(place: SealedColumn, ask: Ask) -> Mapping[str, int]:
    rows = await ask(
        f"""SELECT split_part({place.column}, '.', 1) AS key, count(*) AS rows FROM {place.table}
             WHERE {place.column} IS NOT NULL GROUP BY 1 ORDER BY 1"""
    )
    return {row["key"]: row["rows"] for row in rows}


async def rows_by_key(ask: Ask = fetch) -> Mapping[str, int]:
    """Key id → how many sealed values are under it."""
    total: Counter[str] = Counter()
    for keys in (await rows_by_column(ask)).values():
        total.update(keys)
    return dict(total)


async def drop(house: House) -> list[str]:
    """Take the older keys out of the key file when no row needs them and nobody is at work; their ids. Raises Refusal."""
    async with _alone(house) as guard:
        path = key_file(house.settings)
        keyring = sealed.Keyring.load(path)
        older = [key for key in keyring.keys if key != keyring.newest]
        if not older:
            raise Refusal(f"The key file {path} holds one key, {keyring.newest}: there is none to drop.")
        await _refuse_at_work(guard)
        left = sum(count for key, count in (await rows_by_key()).items() if key != keyring.newest)
        if left:
            raise Refusal(f"{left} values are still sealed with an older key: run `supervision key rotate` first.")
        keyring.only_newest().store(path)
        await record(None, "key_dropped", detail={"keys": older}, now=house.clock.now())
        return older


async def _refuse_at_work(guard: int) -> None:
    """Somebody at work may hold a value under the old key that no row shows yet."""
    others = await fetch_value(
        """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL
              AND pid <> pg_backend_pid() AND pid <> $1""",
        guard,
    )
    if others:
        raise Refusal(f"{others} other connections are open: stop the web and the jobs before a key is dropped.")


@contextlib.asynccontextmanager
async def _alone(house: House) -> AsyncIterator[int]:
    """Be the only one who changes the keys, also on several machines; the number of the guarding connection."""
    guard = await asyncpg.connect(house.dsn)
    try:
        if not await guard.fetchval("SELECT pg_try_advisory_lock($1)", Lock.ROTATE):
            raise Refusal(
                "Another command is changing the keys of this database: wait for its end, then look at the doctor."
            )
        yield await guard.fetchval("SELECT pg_backend_pid()")
    finally:
        await guard.close()
