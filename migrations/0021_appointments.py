"""Field visits and office interviews that were given a time and place, and those to which the person didn't come."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000021"
VERSION = "1.38.0"
DESCRIPTION = "Appointments"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0021_appointments.sql")
