"""Who withdrew a fact of an order, and why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T11:00:00:000006"
VERSION = "1.38.0"
DESCRIPTION = "Withdrawals of facts of orders"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0007_withdrawals.sql")
