"""The small district on a really committing database of its own, and the settings with which a process finds it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from supervision.access.sessions import start_session
from supervision.db import DB, close_pool, open_pool
from supervision.ledger import connect_sources
from tests.browser.district import District, fill
from tests.cast import NOW
from tests.conftest import drop_database, make_database, of_database

_serial = count(1)
LONG_RUN = timedelta(hours=8)
"""Half a session waits ten minutes, and a run of the browser may take longer."""


@dataclass(frozen=True)
class Database:
    """A database of its own, and the environment of a process that works on it."""

    dsn: str
    folder: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Place:
    """The district as a server shows it; `tokens`: login → the token of a session."""

    address: str
    district: District
    tokens: dict[str, str]
    dsn: str


@asynccontextmanager
async def own_database(server: str, factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A fresh migrated database that is dropped in the end, with a data folder that holds the run's key."""
    name = f"supervision_place_{os.getpid()}_{next(_serial)}"
    owner = await make_database(server, name)
    dsn, folder = of_database(server, name, "supervision_app"), data_folder(factory)
    environment = {
        "SUPERVISION_MODE": "training",
        "SUPERVISION_NOW": NOW.isoformat(),
        "SUPERVISION_DATA_DIR": str(folder),
        "SUPERVISION_DATABASE_URL": dsn,
        "SUPERVISION_MIGRATION_URL": owner,
    }
    try:
        yield Database(dsn, folder, environment)
    finally:
        await drop_database(server, name)


def data_folder(factory: pytest.TempPathFactory) -> Path:
    """A data folder with the key that sealed the test's rows."""
    return copy_key(factory, factory.mktemp("place"))


def copy_key(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """Put the run's key into a data folder."""
    (folder / "keys").mkdir(mode=0o700)
    made = next(factory.getbasetemp().glob("keys*/seal.key"))
    shutil.copy(made, folder / "keys" / "seal.key")
    (folder / "keys" / "seal.key").chmod(0o600)
    return folder


@asynccontextmanager
async def pool_on(dsn: str) -> AsyncIterator[None]:
    """The engine's pool on this database for the time of the block; the run's own pool comes back after it."""
    before, DB.pool = DB.pool, None
    connect_sources()
    try:
        await open_pool(dsn, size=4)
        yield
    finally:
        await close_pool()
        DB.pool = before


async def settle(dsn: str) -> tuple[District, dict[str, str]]:
    """Fill a database with the district, and sign everybody in."""
    async with pool_on(dsn):
        district = await fill()
        tokens = {login: await start_session(staff, "test", NOW) for login, staff in district.logins.items()}
        tokens["half"] = await start_session(district.logins["leo"], "test", NOW + LONG_RUN, step="code")
        return district, tokens
