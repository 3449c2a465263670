"""Monthly tables as they were printed, and the reports of each day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:22:00:000022"
VERSION = "1.38.0"
DESCRIPTION = "Statistics"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0022_statistics.sql")
