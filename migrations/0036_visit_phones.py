"""The number that a family gave to the window of video visits, apart from the numbers of a register."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T12:10:00:000036"
VERSION = "1.38.0"
DESCRIPTION = "Visit phones"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0036_visit_phones.sql")
