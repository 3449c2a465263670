"""The chain that seals the audit rows, and its head on the roll call."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T12:00:00:000008"
VERSION = "1.38.0"
DESCRIPTION = "The seal of the audit rows"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0008_audit_seal.sql")
