"""Files that people hand in or sign: their rows; the sealed bytes lie in the data folder."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000017"
VERSION = "1.38.0"
DESCRIPTION = "Files"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0017_files.sql")
