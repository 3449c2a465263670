"""A throw-away installation for measuring: its own server, key and databases, all gone at the end."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg

from supervision.config import Settings
from supervision.days import SHANGHAI
from supervision.db import close_pool, open_pool
from supervision.house import APP_ROLE, DATABASE, House, open_house, prepare
from supervision.ledger import connect_sources
from supervision.local_postgres import LocalPostgres

NOW: Final = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)
"""The moment of every load and of every run."""
Load = Callable[[int], Awaitable[None]]
"""Fills the database of the open pool for so many people."""


@dataclass(frozen=True)
class Place:
    """The server and what is on it: an empty, migrated database, and loads made once and copied for each run."""

    house: House

    @property
    def server(self) -> LocalPostgres:
        """The embedded server of this place."""
        assert self.house.server is not None, "a place has a server of its own"
        return self.house.server

    async def load(self, name: str, people: int, *loads: Load) -> str:
        """Make a database with these loads, as its owner, vacuumed and analysed; its name."""
        await self.copy(DATABASE, name)
        async with self._pool(name, "postgres"):
            for load in loads:
                await load(people)
        await self._as_owner(name, "VACUUM (FREEZE, ANALYZE)")
        return name

    async def copy(self, template: str, name: str) -> str:
        """A fresh copy of a database; its name."""
        await self.drop(name)
        await self._as_owner("postgres", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    async def drop(self, name: str) -> None:
        """Away with a database, whoever is still connected."""
        await self._as_owner("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def environment(self, name: str, now: datetime | None = None) -> dict[str, str]:
        """What a process of ours needs to work on a database of this place; `now`: else at the machine's time."""
        return {
            "SUPERVISION_MODE": "training",
            "SUPERVISION_NOW": now.isoformat() if now else "",
            "SUPERVISION_DATA_DIR": str(self.house.settings.data_dir),
            "SUPERVISION_DATABASE_URL": self.server.dsn(name, APP_ROLE),
            "SUPERVISION_MIGRATION_URL": self.server.dsn(name),
        }

    @contextlib.asynccontextmanager
    async def at_work(self, name: str) -> AsyncIterator[None]:
        """The app's pool on a database, as the app's own role."""
        async with self._pool(name, APP_ROLE):
            yield

    @contextlib.asynccontextmanager
    async def connected(self, name: str) -> AsyncIterator["asyncpg.Connection"]:
        """One bare connection, as the app's role: what an anchor works with."""
        connection = await asyncpg.connect(self.server.dsn(name, APP_ROLE))
        try:
            yield connection
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def _pool(self, name: str, user: str) -> AsyncIterator[None]:
        await open_pool(self.server.dsn(name, user), size=4)
        try:
            yield
        finally:
            await close_pool()

    async def _as_owner(self, name: str, statement: str) -> None:
        connection = await asyncpg.connect(self.server.dsn(name))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextlib.contextmanager
def throw_away() -> Iterator[House]:
    """An installation in a new folder under the temporary one; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="supervision-bench-"))
    try:
        with open_house(Settings(mode="training", data_dir=folder, now=NOW)) as house:
            yield house
    finally:
        shutil.rmtree(folder)


async def prepared(house: House) -> Place:
    """The place with its schema, key, defaults and sources: what every load starts from."""
    await prepare(house)
    connect_sources()
    return Place(house)
