"""The steps of a reception (入矫), and the teams."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T01:00:00:000025"
VERSION = "1.38.0"
DESCRIPTION = "Reception"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0025_reception.sql")
