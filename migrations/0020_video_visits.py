"""Prisons, prisoners, families, rooms, and the bookings of remote video visits."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-25T22:00:00:000020"
VERSION = "1.38.0"
DESCRIPTION = "Video visits"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0020_video_visits.sql")
