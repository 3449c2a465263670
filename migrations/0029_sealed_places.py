"""Where somebody was asked, and what was said of a search, are sealed (promise G11); what stood in clear is sealed here."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from supervision.db import DB
from supervision.sealed import seal

ID = "2026-11-26T04:40:00:000029"
VERSION = "1.38.0"
DESCRIPTION = "Sealed places"
CLEAR = (
    ("investigation_record", "place", "commission.content"),
    ("off_control", "basis", "search.note"),
    ("search_end", "note", "search.note"),
)
HAS = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="supervision", description=DESCRIPTION)
    manager.add_raw(run)
    return manager


async def run() -> None:
    transaction = DB.current_transaction.get()
    assert transaction is not None, "a migration runs in a transaction"
    for table, column, purpose in CLEAR:
        if await transaction.connection.fetchval(HAS, table, column):
            await _seal(transaction.connection, table, column, purpose)


async def _seal(connection: Any, table: str, column: str, purpose: str) -> None:
    await connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column}_sealed TEXT")
    for row in await connection.fetch(f"SELECT id, {column} AS clear FROM {table}"):
        sealed = seal(row["clear"], purpose)
        await connection.execute(f"UPDATE {table} SET {column}_sealed = $2 WHERE id = $1", row["id"], sealed)
    await connection.execute(f"ALTER TABLE {table} ALTER COLUMN {column}_sealed SET NOT NULL")
    await connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
