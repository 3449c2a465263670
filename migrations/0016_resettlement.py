"""The register of resettlement help: periods, their steps, visits, groups, and what was arranged."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000016"
VERSION = "1.38.0"
DESCRIPTION = "Resettlement help"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0016_resettlement.sql")
