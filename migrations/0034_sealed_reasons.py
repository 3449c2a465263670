"""Why somebody is thought to be lost says where they live and whom they know: it is sealed too (promise G11)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sealing import sealing_migration

ID = "2026-11-26T07:50:00:000034"
VERSION = "1.38.0"
DESCRIPTION = "Sealed reasons"
CLEAR = (("contact_search", "reason", "search.note"),)


async def forwards() -> MigrationManager:
    return sealing_migration(ID, DESCRIPTION, CLEAR)
