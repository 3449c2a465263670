"""Duties of other subjects than orders, also of such without a person."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000015"
VERSION = "1.38.0"
DESCRIPTION = "Kinds of subject"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0015_kinds_of_subject.sql")
