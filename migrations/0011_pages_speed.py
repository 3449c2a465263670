"""Indexes of the pages that look at alerts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T13:11:00:000011"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the day and the queue"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0011_pages_speed.sql")
