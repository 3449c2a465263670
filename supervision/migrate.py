"""Bring a database's schema up to date, under one lock, however many processes start at once."""

import contextlib
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration

from supervision.db import close_pool, fetch, open_pool
from supervision.piccolo_app import APP_CONFIG

LOCK = 7001


async def migrate(dsn: str) -> list[str]:
    """Run what hasn't been run; the ids of what was run. Closes the engine's pool behind it."""
    guard = await asyncpg.connect(dsn)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
        await open_pool(dsn, size=2)
        try:
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
    return [one for one in after if one not in before]


async def pending() -> list[str]:
    """The ids of migrations that this program knows and the database hasn't run."""
    return [migration for migration, ran_at in await history() if ran_at is None]


async def history() -> list[tuple[str, datetime | None]]:
    """Every migration that this program or the database knows, in order, and when it was run."""
    known = BaseMigrationManager().get_migration_modules(APP_CONFIG.resolved_migrations_folder_path)
    rows = await fetch("SELECT name, ran_on FROM migration WHERE app_name = 'supervision'")
    ran = {row["name"]: row["ran_on"].replace(tzinfo=UTC) for row in rows}
    return in_order(known, ran)


def in_order(known: Iterable[str], ran: Mapping[str, datetime]) -> list[tuple[str, datetime | None]]:
    """Each migration once, by its id, with when it was run; None: it waits."""
    return [(migration, ran.get(migration)) for migration in sorted({*known, *ran})]
