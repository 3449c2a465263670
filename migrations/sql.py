"""A migration that is plain SQL in a file of its own; idempotent, since Piccolo records it outside its transaction."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from supervision.db import DB


def sql_migration(migration_id: str, description: str, file_name: str) -> MigrationManager:
    """A manager that runs the file whole, in the migration's transaction."""
    manager = MigrationManager(migration_id=migration_id, app_name="supervision", description=description)
    script = (Path(__file__).parent / file_name).read_text(encoding="utf-8")

    async def run() -> None:
        transaction = DB.current_transaction.get()
        assert transaction is not None, "a migration runs in a transaction"
        await transaction.connection.execute(script)

    manager.add_raw(run)
    return manager
