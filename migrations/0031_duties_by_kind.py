"""The index of what is open, by limit, knows whose duty it is and of which kind of subject."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T06:10:00:000031"
VERSION = "1.38.0"
DESCRIPTION = "Open duties by kind of subject"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0031_duties_by_kind.sql")
