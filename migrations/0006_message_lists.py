"""Indexes by which the page of texts finds those that did not arrive."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T10:00:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the page of texts"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0006_message_lists.sql")
