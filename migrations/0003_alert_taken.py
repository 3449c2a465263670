"""Who took an alert in hand, and the alerts of a subject found by an index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T09:00:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "Who took an alert"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0003_alert_taken.sql")
