"""Indexes of the watch and of the sender."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T13:12:00:000012"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the watch and of the sender"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0012_watch_and_sender.sql")
