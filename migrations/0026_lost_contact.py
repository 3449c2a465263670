"""Documents from before this system, and searches for whom nobody reaches any more (脱管, law a.10)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T01:00:00:000026"
VERSION = "1.38.0"
DESCRIPTION = "Lost contact"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0026_lost_contact.sql")
