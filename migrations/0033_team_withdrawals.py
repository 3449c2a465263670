"""Somebody who was put into a team wrongly can be withdrawn, by whom and why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import sql_migration

ID = "2026-11-26T07:40:00:000033"
VERSION = "1.38.0"
DESCRIPTION = "Team withdrawals"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0033_team_withdrawals.sql")
