"""A database of its own whose owner may do anything to it, as whoever wants to hide something."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from supervision.audit import key
from supervision.audit.record import record
from supervision.audit.seal import seal_rows
from supervision.db import fetch
from supervision.sealed import Keyring
from tests.cast import NOW
from tests.commits.conftest import committing
from tests.conftest import of_database

__all__ = ["committing", "owner"]


@pytest.fixture(autouse=True)
def audit_key(keyring: Keyring) -> None:
    """The run's own key, whatever an installation that was opened before has put in its place."""
    key.use(keyring)


@pytest_asyncio.fixture
async def owner(server: str, committing: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the owner, whom no trigger stops."""
    name = committing.partition("?")[0].rpartition("/")[2]
    connection = await asyncpg.connect(of_database(server, name))
    await connection.execute("SET session_replication_role = replica")
    try:
        yield connection
    finally:
        await connection.close()


async def written(count: int) -> list[int]:
    """So many acts, committed and sealed; their ids."""
    for n in range(count):
        await record(None, "see_person", people=[n + 1], detail={"n": n}, now=NOW)
    await seal_rows()
    return await ids()


async def ids() -> list[int]:
    return [row["id"] for row in await fetch("SELECT id FROM audit_row ORDER BY id")]


async def chain() -> list[tuple[int, int]]:
    """The links: their numbers and rows."""
    return [tuple(row) for row in await fetch("SELECT seq, audit_row FROM audit_seal ORDER BY seq")]
