"""What a step of help changed in its period, as it was."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T06:20:00:000032"
VERSION = "1.38.0"
DESCRIPTION = "Help before"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0032_help_before.sql")
