"""That a prison told the family can be withdrawn, where it was put down wrongly."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T06:00:00:000030"
VERSION = "1.38.0"
DESCRIPTION = "Notice withdrawals"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0030_notice_withdrawals.sql")
