"""Indexes by which the caseload's tabs are read without looking at the whole register."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T10:00:00:000004"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the caseload"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0005_desk_indexes.sql")
