"""Bases of help, who stays there, and who left."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T12:00:00:000035"
VERSION = "1.38.0"
DESCRIPTION = "Help bases"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0035_help_bases.sql")
