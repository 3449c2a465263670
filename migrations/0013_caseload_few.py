"""Indexes by which the caseload finds the few who fit a filter, and its last page."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T13:13:00:000013"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the caseload with a filter"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0013_caseload_few.sql")
