"""Restore a backup into an empty data folder: all is checked first, and the place gets its name when it is whole."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from supervision.audit.heads import Head, KeptHead
from supervision.audit.verify import verify
from supervision.backup import kept_files
from supervision.backup.make import count_rows, head_of, run_tool
from supervision.backup.manifest import Manifest, digest, manifest_of, read
from supervision.clock import Clock
from supervision.config import Settings
from supervision.db import close_pool, open_pool
from supervision.disk import sync_folder
from supervision.errors import Refusal
from supervision.house import DATABASE, HALF_RESTORED, audit_key_file, files_folder, key_file, make_folders
from supervision.local_postgres import LocalPostgres, find_programs, major_of
from supervision.migrate import VERSION, known
from supervision.sealed import Keyring, write_private

MAY_BE_THERE = {"keys", "heads", "backups", "files", "running.lock", HALF_RESTORED}
"""What an empty data folder may hold: keys put there by hand, heads, backups, sealed files (none is ever overwritten), the lock,
and what a restore that was cut off left."""
ROOM = 2
"""How much more room than the database had is asked for."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored and compared with the backup."""

    dump: str
    made_at: str
    data_dir: str
    rows: Mapping[str, int]
    audit_head: str | None
    audit: str
    """whole; unproved: the audit key isn't there; none: there was no chain yet; else what is wrong with it, as before."""
    files: int
    """Sealed files, each equal to the backup's."""
    files_lost: int
    """Files that were lost before the backup was made."""
    waiting: int
    """Migrations that an upgrade must run before the start."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The key files that go with a backup, read from where they are kept."""

    seal: Path
    audit: Path | None


def restore(settings: Settings, file: Path, key: Path | None) -> Restored:
    """Restore a backup, its keys taken from `key` or from the data folder. Raises Refusal, and nothing is left then."""
    if settings.database_url:
        raise Refusal(
            "The database of SUPERVISION_DATABASE_URL is restored by the office's own tools (deploy/runbook.md)."
        )
    dump = file.with_suffix(".dump").absolute()
    found = _checked(dump)
    _refuse_used(settings.data_dir)
    keys = _keys_for(found, settings, key)
    files = kept_files.check(dump, found)
    _refuse_without_room(settings.data_dir, found)
    make_folders(settings.data_dir)
    with _alone_on(settings.data_dir):
        _refuse_used(settings.data_dir)
        half = settings.data_dir / HALF_RESTORED
        _clear(half)
        try:
            verdict = _fill(half, dump, found, keys)
            kept_files.copy_in(dump, files, files_folder(settings))
            _put_keys(settings, keys)
            half.rename(settings.data_dir / "postgres")
            sync_folder(settings.data_dir)
        finally:
            _clear(half)
    waiting = len([one for one in known() if one not in found.migrations])
    told = (str(dump), found.made_at.isoformat(), str(settings.data_dir))
    rows = (found.rows, found.audit_head, verdict)
    return Restored(*told, *rows, files=len(files), files_lost=found.files_lost, waiting=waiting)


# -- before anything is written ---------------------------------------------------------------------------------


def _checked(dump: Path) -> Manifest:
    """The manifest of a dump that is whole and that this program understands."""
    found = read(dump)
    if not dump.is_file():
        raise Refusal(f"{dump} is missing: only its manifest is there.")
    if dump.stat().st_size < found.dump_bytes:
        raise Refusal(f"{dump} was cut off: {dump.stat().st_size:,} of {found.dump_bytes:,} bytes are there.")
    if digest(dump) != found.sha256:
        raise Refusal(f"{dump} was changed: it isn't the file that {manifest_of(dump).name} speaks of.")
    if newer := [one for one in found.migrations if one not in known()]:
        raise Refusal(
            f"The backup was made by version {found.program} (up to {newer[-1]}), which this program, version {VERSION}, "
            "doesn't know: restore it with that release or a newer one."
        )
    if found.server > (ours := major_of(find_programs())):
        raise Refusal(
            f"The backup is of PostgreSQL {found.server} and the programs here are {ours}: install the newer ones."
        )
    return found


def _refuse_used(data_dir: Path) -> None:
    """A restore never touches what is there."""
    there = sorted(one.name for one in data_dir.iterdir()) if data_dir.is_dir() else []
    if used := [name for name in there if name not in MAY_BE_THERE]:
        raise Refusal(
            f"The data folder {data_dir} isn't empty ({used[0]}): move it away, or set SUPERVISION_DATA_DIR to a new one."
        )


def _keys_for(found: Manifest, settings: Settings, key: Path | None) -> Keys:
    """The key files that open this backup; a folder or the file of the sealing key may be named."""
    seal = key_file(settings) if key is None else key / key_file(settings).name if key.is_dir() else key
    if not seal.exists():
        raise Refusal(
            f"The key {seal} is missing, and nothing of the backup can be read without it: name its copy with --key."
        )
    held = Keyring.load(seal)
    if held.fingerprint != found.seal_fingerprint:
        raise Refusal(
            f"The key {seal} (fingerprint {held.fingerprint}) isn't the one of this backup (fingerprint {found.seal_fingerprint})."
        )
    if lacking := [one for one in found.seal_keys if one not in held.keys]:
        raise Refusal(
            f"The key file {seal} lacks the key {lacking[0]}, under which rows of this backup are: take the copy of its day."
        )
    in_place = key_file(settings)
    if in_place.exists() and Keyring.load(in_place) != held:
        raise Refusal(f"Another key file lies at {in_place}: move it away first.")
    return Keys(seal, _audit_key_for(found, settings, seal))


def _audit_key_for(found: Manifest, settings: Settings, seal: Path) -> Path | None:
    """The audit key beside the sealing key; None where there is none: the data are whole without it, their chain unproved."""
    path = seal.with_name(audit_key_file(settings).name)
    if found.audit_fingerprint is None or not path.exists():
        return None
    if (fingerprint := Keyring.load(path).fingerprint) != found.audit_fingerprint:
        raise Refusal(
            f"The audit key {path} (fingerprint {fingerprint}) isn't the one of this backup (fingerprint {found.audit_fingerprint})."
        )
    in_place = audit_key_file(settings)
    if in_place.exists() and Keyring.load(in_place).fingerprint != found.audit_fingerprint:
        raise Refusal(f"Another audit key lies at {in_place}: move it away first.")
    return path


def _refuse_without_room(data_dir: Path, found: Manifest) -> None:
    there = next(one for one in (data_dir.absolute(), *data_dir.absolute().parents) if one.exists())
    refuse_without_room(there, ROOM * found.database_bytes + found.file_bytes)


def refuse_without_room(place: Path, needed: int) -> None:
    """Raise Refusal where fewer bytes are free."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise Refusal(
            f"{needed // 1_000_000:,} MB are needed on the disk of {place} and {free // 1_000_000:,} MB are free."
        )


# -- the new place ----------------------------------------------------------------------------------------------


@contextmanager
def _alone_on(data_dir: Path) -> Iterator[None]:
    """The same lock that a start takes."""
    handle = os.open(data_dir / "running.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refusal(f"Somebody else is at work on {data_dir}.") from None
    finally:
        os.close(handle)


def _clear(half: Path) -> None:
    """Remove a place that never became whole; a server may still live on it after a kill."""
    if not half.exists():
        return
    server = LocalPostgres(half)
    if server.lives():
        server.start()
        server.release()
    shutil.rmtree(half)


def _fill(half: Path, dump: Path, found: Manifest, keys: Keys) -> str:
    with LocalPostgres(half) as server:
        asyncio.run(_load(server, dump, found))
        return asyncio.run(_verify(server, found, keys))


async def _load(server: LocalPostgres, dump: Path, found: Manifest) -> None:
    admin = await asyncpg.connect(server.dsn())
    try:
        for role in found.roles:
            await admin.execute('CREATE ROLE "{}" LOGIN'.format(role.replace('"', '""')))
        await admin.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await admin.close()
    await run_tool("pg_restore", "--exit-on-error", f"--dbname={server.dsn(DATABASE)}", str(dump))


async def _verify(server: LocalPostgres, found: Manifest, keys: Keys) -> str:
    """Compare what is there now with what the backup says. Raises Refusal for the first difference."""
    connection = await asyncpg.connect(server.dsn(DATABASE))
    try:
        await connection.execute("ANALYZE")
        _refuse_difference(found.rows, await count_rows(connection))
        head = await head_of(connection)
    finally:
        await connection.close()
    if head != found.audit_head:
        raise Refusal(f"The audit chain ends at {head} after the restore, and at {found.audit_head} in the backup.")
    if head is None:
        return "none"
    return await _verify_chain(server, Head.parse(head), keys.audit) if keys.audit else "unproved"


def _refuse_difference(wanted: Mapping[str, int], there: Mapping[str, int]) -> None:
    for table in sorted({*wanted, *there}):
        if wanted.get(table) != there.get(table):
            raise Refusal(
                f"{table} has {there.get(table)} rows after the restore and {wanted.get(table)} in the backup."
            )


async def _verify_chain(server: LocalPostgres, head: Head, key: Path) -> str:
    """A chain that was broken before the backup is told, and is no reason to keep the data from those who need them."""
    await open_pool(server.dsn(DATABASE), size=2)
    try:
        verdict = await verify(Keyring.load(key), [KeptHead(head, "备份清单上")], Clock().now())
    finally:
        await close_pool()
    # Rows that waited for their seal when the backup was made wait still.
    return verdict.fault.sentence if verdict.fault and verdict.fault.kind != "waiting" else "whole"


def _put_keys(settings: Settings, keys: Keys) -> None:
    for source, target in ((keys.seal, key_file(settings)), (keys.audit, audit_key_file(settings))):
        if source is not None and not target.exists():
            write_private(target, source.read_bytes())


def is_well(done: Restored) -> bool:
    """Whether nothing is to be looked at."""
    return done.audit in AUDIT


def told(done: Restored) -> list[str]:
    """A restore in sentences."""
    lines = [f"{count:>9,}  {table}" for table, count in done.rows.items()]
    lines.append(f"{done.dump}, made at {done.made_at}, was restored into {done.data_dir}: all row counts are equal")
    lines.append(AUDIT.get(done.audit, done.audit).format(head=done.audit_head))
    lines.append(f"{done.files:,} sealed files are there and equal")
    if done.files_lost:
        lines.append(f"{done.files_lost} files had been lost before the backup was made")
    if done.waiting:
        lines.append(f"{done.waiting} migrations wait: run `supervision upgrade` before the start")
    return lines


AUDIT = {
    "whole": "the audit chain is whole up to {head}, as in the backup",
    "unproved": "the audit chain ends at {head}, as in the backup; it can't be proved without the audit key: put audit.key into keys/",
    "none": "the backup holds no audit chain yet",
}
