"""A migration that seals columns which stood in clear; idempotent, since Piccolo records it outside its transaction."""

from collections.abc import Sequence
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from supervision.db import DB
from supervision.sealed import seal

HAS = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped"


def sealing_migration(migration_id: str, description: str, clear: Sequence[tuple[str, str, str]]) -> MigrationManager:
    """A manager that puts `column_sealed` in the place of each (table, column, what it is sealed for)."""
    manager = MigrationManager(migration_id=migration_id, app_name="supervision", description=description)

    async def run() -> None:
        await seal_columns(clear)

    manager.add_raw(run)
    return manager


async def seal_columns(clear: Sequence[tuple[str, str, str]]) -> None:
    """Seal what stands in clear, in the transaction that runs; what is sealed already is left."""
    transaction = DB.current_transaction.get()
    assert transaction is not None, "a migration runs in a transaction"
    for table, column, purpose in clear:
        if await transaction.connection.fetchval(HAS, table, column):
            await _seal(transaction.connection, table, column, purpose)


async def _seal(connection: Any, table: str, column: str, purpose: str) -> None:
    await connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column}_sealed TEXT")
    for row in await connection.fetch(f"SELECT id, {column} AS clear FROM {table}"):
        sealed = seal(row["clear"], purpose)
        await connection.execute(f"UPDATE {table} SET {column}_sealed = $2 WHERE id = $1", row["id"], sealed)
    await connection.execute(f"ALTER TABLE {table} ALTER COLUMN {column}_sealed SET NOT NULL")
    await connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
