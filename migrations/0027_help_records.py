"""Assessments, yearly appraisals and children of those who are helped, and earlier details of their form."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T01:20:00:000027"
VERSION = "1.38.0"
DESCRIPTION = "Help records"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0027_help_records.sql")
