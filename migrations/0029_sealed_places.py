"""Where somebody was asked, and what was said of a search, are sealed (promise G11); what stood in clear is sealed here."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sealing import sealing_migration

ID = "2026-11-26T04:40:00:000029"
VERSION = "1.38.0"
DESCRIPTION = "Sealed places"
CLEAR = (
    ("investigation_record", "place", "commission.content"),
    ("off_control", "basis", "search.note"),
    ("search_end", "note", "search.note"),
)


async def forwards() -> MigrationManager:
    return sealing_migration(ID, DESCRIPTION, CLEAR)
