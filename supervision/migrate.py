"""Bring a database's schema up to date, under one lock, however many processes start at once."""

import contextlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration

from supervision.db import close_pool, execute, fetch, fetch_value, open_pool
from supervision.errors import Refusal
from supervision.locks import Lock
from supervision.piccolo_app import APP_CONFIG

VERSION = version("supervision")
"""The program's own."""

NOTE_VERSION = """INSERT INTO installation (key, value) VALUES ('program_version', $1)
ON CONFLICT ON CONSTRAINT installation_key_once DO UPDATE SET value = excluded.value"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database's schema stands to this program: what it has run, what waits, what this program doesn't know."""

    ran: tuple[str, ...]
    waiting: tuple[str, ...]
    unknown: tuple[str, ...]
    version: str
    """The newest program that migrated the database; empty where none has said so."""
    fingerprint: str
    """Of the key it was sealed with; empty for one that was never furnished."""

    @property
    def in_use(self) -> bool:
        """Whether it was ever furnished: a first start that was cut off goes on by itself."""
        return bool(self.fingerprint)

    def refuse_newer(self) -> None:
        """Raise Refusal for a database that a newer program has migrated: this one would misread it."""
        if self.unknown:
            raise Refusal(
                f"The database was migrated by version {self.version or 'unknown'} (up to {self.unknown[-1]}), which this program, "
                f"version {VERSION}, doesn't know: install the newer release, or restore a backup made by this one."
            )

    def refuse_older(self) -> None:
        """Raise Refusal for a database that waits for an upgrade, and say how it is made."""
        if self.waiting:
            raise Refusal(
                f"The database stands at version {self.version or 'unknown'} and this program is version {VERSION}: "
                f"{len(self.waiting)} migrations wait. Stop the web and the jobs, run `supervision upgrade`, then start them."
            )


def of_any_age(found: Standing) -> None:
    """What a migration allows: everything but a newer schema."""
    found.refuse_newer()


def of_our_age(found: Standing) -> None:
    """What a start in production allows: our own schema, or a database that was never in use."""
    found.refuse_newer()
    if found.in_use:
        found.refuse_older()


async def migrate(dsn: str, *, allow: Callable[[Standing], None] = of_any_age) -> list[str]:
    """Run what hasn't been run; the ids of what was run. Closes the engine's pool behind it.

    `allow` looks at the schema under the lock and raises Refusal for one that is to be left alone.
    """
    guard = await asyncpg.connect(dsn)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", Lock.MIGRATE)
        await open_pool(dsn, size=2)
        try:
            allow(await standing())
            return await _run()
        finally:
            await close_pool()
    finally:
        await guard.close()


async def _run() -> list[str]:
    history: Any = Migration.create_table(if_not_exists=True)
    await history.run()
    before = set(await Migration.get_migrations_which_ran(app_name="supervision"))
    with contextlib.redirect_stdout(io.StringIO()):  # it reports to the terminal, in signs that LANG=C can't print
        result = await ForwardsMigrationManager(app_name="supervision", migration_id="all").run()
    if not result.success:
        raise RuntimeError(result.message)
    after = await Migration.get_migrations_which_ran(app_name="supervision")
    made = [one for one in after if one not in before]
    if made:
        await execute(NOTE_VERSION, VERSION)
    return made


def known() -> list[str]:
    """The ids of the migrations that this program brings, in order."""
    return sorted(BaseMigrationManager().get_migration_modules(APP_CONFIG.resolved_migrations_folder_path))


async def standing() -> Standing:
    """Compare the database of the open pool with this program; a database without any table has run nothing."""
    ours = known()
    if await fetch_value("SELECT to_regclass('migration')") is None:
        return Standing((), tuple(ours), (), "", "")
    rows = await fetch("SELECT name FROM migration WHERE app_name = 'supervision' ORDER BY name")
    ran = [row["name"] for row in rows]
    said = await _said()
    return Standing(
        tuple(ran),
        tuple(one for one in ours if one not in ran),
        tuple(one for one in ran if one not in ours),
        said.get("program_version", ""),
        said.get("seal_fingerprint", ""),
    )


async def _said() -> dict[str, str]:
    if await fetch_value("SELECT to_regclass('installation')") is None:
        return {}
    return {row["key"]: row["value"] for row in await fetch("SELECT key, value FROM installation")}


async def pending() -> list[str]:
    """The ids of migrations that this program knows and the database hasn't run."""
    return list((await standing()).waiting)


async def history() -> list[tuple[str, datetime | None]]:
    """Every migration that this program or the database knows, in order, and when it was run."""
    rows = await fetch("SELECT name, ran_on FROM migration WHERE app_name = 'supervision'")
    ran = {row["name"]: row["ran_on"].replace(tzinfo=UTC) for row in rows}
    return in_order(known(), ran)


def in_order(ours: Iterable[str], ran: Mapping[str, datetime]) -> list[tuple[str, datetime | None]]:
    """Each migration once, by its id, with when it was run; None: it waits."""
    return [(migration, ran.get(migration)) for migration in sorted({*ours, *ran})]
