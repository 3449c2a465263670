"""The real PostgreSQL for every test: one embedded server, one migrated template, one database a run and worker."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from piccolo.engine.postgres import PostgresTransaction

from supervision import sealed
from supervision.audit import key as audit_key
from supervision.db import DB, close_pool, open_pool
from supervision.files import store
from supervision.local_postgres import LocalPostgres
from supervision.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent


def _server_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"supervision-tests-{os.geteuid()}"


def _schema_hash() -> str:
    files = sorted((ROOT / "migrations").glob("0*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@contextmanager
def server_of_tests() -> Iterator[str]:
    """The DSN of the server's maintenance database: SUPERVISION_TEST_URL, else our own embedded server."""
    if url := os.environ.get("SUPERVISION_TEST_URL"):
        yield url
        return
    folder = _server_folder()
    folder.mkdir(mode=0o755, exist_ok=True)
    local = LocalPostgres(folder / "postgres", settings={"fsync": "off", "max_connections": "200"}).start()
    yield local.dsn()
    local.release()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The server of all tests."""
    with server_of_tests() as dsn:
        yield dsn


def of_database(server: str, name: str, user: str | None = None) -> str:
    """The same server, another database (and role)."""
    head, _, tail = server.partition("://")
    who_and_host, _, rest = tail.partition("/")
    query = "?" + rest.partition("?")[2] if "?" in rest else ""
    host = who_and_host.rpartition("@")[2]
    return f"{head}://{user or who_and_host.rpartition('@')[0].partition(':')[0]}@{host}/{name}{query}"


async def _make_template(server: str) -> str:
    name = f"supervision_{_schema_hash()}"
    admin = await asyncpg.connect(server)
    try:
        await admin.execute("SELECT pg_advisory_lock(7002)")
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await admin.execute(f"DROP DATABASE IF EXISTS {name}_making")
            await admin.execute(f"CREATE DATABASE {name}_making")
            await migrate(of_database(server, f"{name}_making"))
            await _taken_up_later(of_database(server, f"{name}_making"))
            await admin.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
    finally:
        await admin.close()
    return name


async def _taken_up_later(dsn: str) -> None:
    """The registers of the tests were kept before the steps of reception were asked for; whoever tests those says so."""
    owner = await asyncpg.connect(dsn)
    await owner.execute(
        """INSERT INTO parameter (key, valid_from, value, source, recorded_at)
           VALUES ('reception.counted', '2020-01-01 00:00+08', 'false', '测试', '2020-01-01 00:00+08')"""
    )
    await owner.close()


async def make_database(server: str, name: str) -> str:
    """A fresh migrated database; its DSN for the owner."""
    template = await _make_template(server)
    admin = await asyncpg.connect(server)
    try:
        await admin.execute("SELECT pg_advisory_lock(7002)")
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.close()
    return of_database(server, name)


async def drop_database(server: str, name: str) -> None:
    """Away with it, whoever is still connected."""
    admin = await asyncpg.connect(server)
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> sealed.Keyring:
    """The run's own key, and its folder of files."""
    made = sealed.Keyring.create(tmp_path_factory.mktemp("keys") / "seal.key")
    sealed.use(made)
    store.use(tmp_path_factory.mktemp("files"))
    audit_key.use(made)
    return made


@pytest.fixture(scope="session")
def database(server: str, keyring: sealed.Keyring) -> Iterator[str]:
    """This run's database; the DSN of the app's role, which may do only what the app may."""
    name = f"supervision_run_{os.getpid()}"
    asyncio.run(make_database(server, name))
    yield of_database(server, name, "supervision_app")
    asyncio.run(drop_database(server, name))


@pytest_asyncio.fixture(scope="session")
async def pool(database: str) -> AsyncIterator[None]:
    """The engine's pool on this run's database."""
    await open_pool(database, size=5)
    yield
    await close_pool()


@pytest_asyncio.fixture
async def db(pool: None) -> AsyncIterator[None]:
    """A transaction that is rolled back: what a test writes is seen by it alone."""
    async with DB.pool.acquire() as connection:
        transaction = PostgresTransaction(DB)
        transaction.connection = connection
        outer = connection.transaction()
        await outer.start()
        token = DB.current_transaction.set(transaction)
        try:
            yield
        finally:
            DB.current_transaction.reset(token)
            await outer.rollback()


@pytest_asyncio.fixture
async def cast(db: None) -> Any:
    """The named cast in this test's transaction (tests/cast.py)."""
    from tests.cast import assemble

    return await assemble()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was counted: pages that a browser looked at, points of the crash matrix, kills; also when workers did it."""
    reports = terminalreporter.getreports("passed")

    def noted(name: str) -> list[Any]:
        return [value for report in reports for key, value in report.user_properties if key == name]

    if pages := sum(noted("pages")):
        terminalreporter.write_line(f"pages looked at: {pages} ({pages // 4} × light/dark × 1366/390 px)")
    if pieces := noted("points"):
        total = sum(points for _, points in pieces)
        each = ", ".join(f"{name} {points}" for name, points in pieces)
        terminalreporter.write_line(f"crash matrix: {total} points ({each})")
    if told := noted("hands"):
        terminalreporter.write_line(f"keys and clicks: {'; '.join(told)}")
    for told in noted("histories"):
        terminalreporter.write_line(f"histories by sheets and by pages: {told}")
    for kills in noted("kills"):
        terminalreporter.write_line(f"kills: {kills}")
    for line in [value for report in reports for name, value in report.user_properties if name == "said"]:
        terminalreporter.write_line(line)
