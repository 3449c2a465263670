"""Tokens of other systems, what they posted, and the feed of changes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T23:00:00:000023"
VERSION = "1.38.0"
DESCRIPTION = "The API's tokens and its feed"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0023_api.sql")
