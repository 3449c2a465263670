"""Cases of discipline, candidates of revocation, and the documents that were issued."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000019"
VERSION = "1.38.0"
DESCRIPTION = "Discipline and documents"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0019_discipline.sql")
