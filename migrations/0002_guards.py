"""What a table class cannot say: exclusion, partial indexes, functions, append-only tables, the role."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T09:00:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "Guards"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0002_guards.sql")
