"""Full-time workers, the monthly lists of help, and what a prison told the family."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T01:40:00:000028"
VERSION = "1.38.0"
DESCRIPTION = "Help offices"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0028_help_offices.sql")
