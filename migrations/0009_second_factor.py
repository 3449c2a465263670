"""The second factor, sign-ins counted by their source, and what a session still owes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T13:09:00:000009"
VERSION = "1.38.0"
DESCRIPTION = "Second factor, sources of sign-ins, steps of a session"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0009_second_factor.sql")
