"""Every table of the first release; the SQL beside it is the schema."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T09:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "First tables"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0001_first_tables.sql")
