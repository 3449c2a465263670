"""Sheets that wait for the confirmation of their import."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T09:00:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "Uploads"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0004_uploads.sql")
