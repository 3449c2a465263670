"""Everything a process needs before it works: the server, the schema, the key, the defaults, the pool, the sources."""

import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from supervision import sealed
from supervision.audit import key as audit_key
from supervision.clock import Clock
from supervision.config import Settings
from supervision.db import close_pool, execute, fetch_value, open_pool
from supervision.errors import Refusal
from supervision.files import store
from supervision.ledger import connect_sources
from supervision.local_postgres import LocalPostgres, socket_folder_of
from supervision.locks import Lock
from supervision.migrate import Standing, migrate, of_any_age, of_our_age, standing
from supervision.settings.terms import seed

DATABASE = "supervision"
APP_ROLE = "supervision_app"
OLDEST = 15
"""The oldest major version of PostgreSQL that we work with."""
HALF_RESTORED = "restoring"
"""The folder in which a restore makes its database; it gets its own name when it is whole."""


@dataclass(frozen=True)
class House:
    """Where the database is: `dsn` for the web and the jobs, `owner_dsn` for migrations alone; `server`: the embedded one."""

    settings: Settings
    clock: Clock
    dsn: str
    owner_dsn: str
    server: LocalPostgres | None = None


@contextlib.contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Bring the server up (or use the office's own) and leave it running for others when we go.

    Raises LocalPostgresError with one sentence when the embedded server can't be used.
    """
    clock = Clock(settings.now)
    if settings.database_url:
        yield House(settings, clock, settings.database_url, settings.migration_url or settings.database_url)
        return
    if (settings.data_dir / HALF_RESTORED).exists() and not (settings.data_dir / "postgres").exists():
        raise Refusal(f"A restore into {settings.data_dir} was cut off: run `supervision restore` there again.")
    make_folders(settings.data_dir)
    with LocalPostgres(settings.data_dir / "postgres") as server:
        dsn = server.dsn(DATABASE, APP_ROLE)
        yield House(replace(settings, database_url=dsn), clock, dsn, server.dsn(DATABASE), server)


def is_embedded(settings: Settings) -> bool:
    """Whether the database of these settings is, or will be, on the embedded server of their data folder."""
    here = f"?host={socket_folder_of(settings.data_dir / 'postgres')}"
    return settings.database_url is None or settings.database_url.endswith(here)


def make_folders(data_dir: Path) -> None:
    """The data folder and the keys' folder. As root the data folder may be passed through by the server's user."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            data_dir.chmod(0o711)
        (data_dir / "keys").mkdir(mode=0o700, exist_ok=True)
    except OSError as problem:
        raise Refusal(
            f"The data folder {data_dir} can't be used: {problem.strerror}. Set SUPERVISION_DATA_DIR to a folder of your own."
        ) from None


async def prepare(house: House) -> None:
    """Make the database, migrate it, check the key, seed the defaults: safe to run at once from several processes.

    In production a database that is in use is migrated by `supervision upgrade` alone. Raises Refusal.
    """
    await reach_database(house)
    await migrate_house(house, allow=of_any_age if house.settings.training else of_our_age)
    await furnish(house)


async def migrate_house(house: House, *, allow: Callable[[Standing], None] = of_any_age) -> list[str]:
    """Migrate with the key at hand that the database was sealed with: a migration may seal what stood in clear."""

    def with_its_key(found: Standing) -> None:
        allow(found)
        if found.in_use and found.waiting:
            use_key(house.settings, found.fingerprint)

    return await migrate(house.owner_dsn, allow=with_its_key)


async def reach_database(house: House) -> None:
    """Make the embedded server's database where there is none, or see that the office's own server will do. Raises Refusal."""
    await _make_database(house)
    await _check_server(house)


async def furnish(house: House) -> None:
    """Check the key and seed the defaults of a migrated database."""
    await open_pool(house.owner_dsn, size=2)
    try:
        await _check_key(house.settings)
        await audit_key.make(audit_key_file(house.settings))
        await audit_key.take(audit_key_file(house.settings))
        await seed(house.clock.now())
    finally:
        await close_pool()


async def _make_database(house: House) -> None:
    if house.server is None:
        return
    head, _, tail = house.owner_dsn.partition(f"/{DATABASE}")
    admin = await asyncpg.connect(f"{head}/postgres{tail}")
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", Lock.PREPARE)
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await admin.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await admin.close()


async def _check_server(house: House) -> None:
    """Raise Refusal for an office's server or database that can't hold our data."""
    if house.server is not None:
        return
    connection = await asyncpg.connect(house.owner_dsn)
    try:
        version = await connection.fetchval("SHOW server_version")
        number = int(await connection.fetchval("SHOW server_version_num"))
        encoding = await connection.fetchval("SHOW server_encoding")
    finally:
        await connection.close()
    if number < OLDEST * 10_000:
        raise Refusal(f"The server of SUPERVISION_DATABASE_URL is PostgreSQL {version}; {OLDEST} or newer is needed.")
    if encoding != "UTF8":
        raise Refusal(
            f"The database of SUPERVISION_DATABASE_URL has the encoding {encoding}; make it anew with ENCODING 'UTF8'."
        )


def key_file(settings: Settings) -> Path:
    """Where the sealing key is: beside the database's folder, never in it."""
    return settings.data_dir / "keys" / "seal.key"


def audit_key_file(settings: Settings) -> Path:
    """Where the key of the audit chain is: beside the sealing key."""
    return key_file(settings).with_name("audit.key")


def files_folder(settings: Settings) -> Path:
    """Where the sealed files are."""
    return settings.data_dir / "files"


def heads_file(settings: Settings) -> Path:
    """Where the heads of the audit chain are kept, outside the database: best on another disk."""
    return (settings.heads_dir or settings.data_dir) / "heads"


async def _check_key(settings: Settings) -> None:
    """Load the key, or make it for a database that never had one. Raises Refusal when it isn't the database's."""
    known = await fetch_value("SELECT value FROM installation WHERE key = 'seal_fingerprint'")
    path = key_file(settings)
    if known is None and not path.exists():
        make_folders(settings.data_dir)
        with contextlib.suppress(sealed.KeyringError):  # another start made it meanwhile: then it is loaded below
            sealed.Keyring.create(path)
    use_key(settings, known)
    await execute(
        """INSERT INTO installation (key, value) VALUES ('seal_fingerprint', $1)
           ON CONFLICT ON CONSTRAINT installation_key_once DO NOTHING""",
        sealed.Keyring.load(path).fingerprint,
    )


def take_key(settings: Settings) -> None:
    """Take the key into use while the database, which knows its fingerprint, is away."""
    use_key(settings, None)


def use_key(settings: Settings, fingerprint: str | None) -> None:
    """Take the key of this installation into use. Raises Refusal when it is missing or another database's."""
    path = key_file(settings)
    if not path.exists():
        raise Refusal(f"The key {path} is missing, and this database was sealed with one: restore it from its backup.")
    keyring = sealed.Keyring.load(path)
    if fingerprint and keyring.fingerprint != fingerprint:
        raise Refusal(f"The key {path} isn't the one this database was sealed with (fingerprint {fingerprint}).")
    sealed.follow(path)
    store.use(files_folder(settings))


@contextlib.asynccontextmanager
async def at_work(house: House, *, pool_size: int = 10) -> AsyncIterator[House]:
    """The pool open as the app's role, the key in use, the sources connected. Raises Refusal for another schema."""
    await open_pool(house.dsn, size=pool_size)
    try:
        found = await standing()
        found.refuse_newer()
        found.refuse_older()
        use_key(house.settings, await fetch_value("SELECT value FROM installation WHERE key = 'seal_fingerprint'"))
        await audit_key.take(audit_key_file(house.settings))
        connect_sources()
        yield house
    finally:
        await close_pool()
