"""Commissioned investigations (law a.1, b.1), and who is expected on the register by a judgment that isn't effective yet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000018"
VERSION = "1.38.0"
DESCRIPTION = "Commissioned investigations"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0018_commissions.sql")
