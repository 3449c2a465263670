"""Whoever was released before there was a register of help has the reason why none followed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T23:30:00:000024"
VERSION = "1.38.0"
DESCRIPTION = "Released before"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0024_released_before.sql")
