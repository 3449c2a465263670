"""A database of its own for tests that really commit, seen by several connections and processes."""

import os
from collections.abc import AsyncIterator
from itertools import count

import pytest_asyncio

from supervision import sealed
from supervision.db import DB, close_pool, open_pool
from supervision.ledger import connect_sources
from tests.conftest import drop_database, make_database, of_database

_serial = count(1)


@pytest_asyncio.fixture
async def committing(server: str, keyring: sealed.Keyring) -> AsyncIterator[str]:
    """A fresh database with the pool open on it as the app's role; its DSN."""
    name = f"supervision_commits_{os.getpid()}_{next(_serial)}"
    await make_database(server, name)
    dsn = of_database(server, name, "supervision_app")
    before, DB.pool = DB.pool, None
    connect_sources()
    try:
        await open_pool(dsn, size=12)
        yield dsn
    finally:
        await close_pool()
        DB.pool = before
        await drop_database(server, name)
