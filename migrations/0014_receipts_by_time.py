"""The index by which receipts that crossed with their texts are found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T13:14:00:000014"
VERSION = "1.38.0"
DESCRIPTION = "Receipts by time"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0014_receipts_by_time.sql")
