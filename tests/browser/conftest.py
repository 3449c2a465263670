"""A small district on a really committing database, a real server on it, and a real browser at that."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from supervision import sealed
from supervision.access.sessions import start_session
from supervision.db import DB, close_pool, open_pool
from supervision.ledger import connect_sources
from tests.browser.district import District, fill
from tests.browser.site import Site, serving
from tests.browser_tools import chromium
from tests.cast import NOW
from tests.conftest import drop_database, make_database, of_database


@dataclass(frozen=True)
class Place:
    """The district as a server shows it."""

    address: str
    district: District
    tokens: dict[str, str]


@pytest_asyncio.fixture(scope="session")
async def place(server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The district and its server, once a run."""
    name = f"supervision_browser_{os.getpid()}"
    owner = await make_database(server, name)
    dsn = of_database(server, name, "supervision_app")
    district, tokens = await _filled(dsn)
    folder = _data_folder(tmp_path_factory)
    environment = {
        "SUPERVISION_MODE": "training",
        "SUPERVISION_NOW": NOW.isoformat(),
        "SUPERVISION_DATA_DIR": str(folder),
        "SUPERVISION_DATABASE_URL": dsn,
        "SUPERVISION_MIGRATION_URL": owner,
    }
    async with serving(environment, folder / "serve.log") as address:
        yield Place(address, district, tokens)
    await drop_database(server, name)


async def _filled(dsn: str) -> tuple[District, dict[str, str]]:
    before, DB.pool = DB.pool, None
    connect_sources()
    try:
        await open_pool(dsn, size=4)
        district = await fill()
        return district, {login: await start_session(staff, "test", NOW) for login, staff in district.logins.items()}
    finally:
        await close_pool()
        DB.pool = before


def _data_folder(factory: pytest.TempPathFactory) -> Path:
    """A data folder with the key that sealed the test's rows."""
    folder = factory.mktemp("browser")
    (folder / "keys").mkdir(mode=0o700)
    made = next(factory.getbasetemp().glob("keys*/seal.key"))
    shutil.copy(made, folder / "keys" / "seal.key")
    (folder / "keys" / "seal.key").chmod(0o600)
    return folder


@pytest_asyncio.fixture
async def site(place: Place) -> AsyncIterator[Site]:
    """A browser at the server; the test fails on any trouble in any of its tabs."""
    async with chromium() as browser:
        site = Site(place.address, browser, place.tokens)
        yield site
        troubles = await site.close_tabs()
    assert troubles == []
