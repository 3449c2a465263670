"""Bring an installation to this program's version: room, a dump, the migrations under their lock, then a look at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from supervision.audit.record import record
from supervision.backup.make import make_backup
from supervision.backup.restore import refuse_without_room
from supervision.db import close_pool, fetch_value, open_pool
from supervision.errors import Refusal
from supervision.house import House, furnish, migrate_house, reach_database
from supervision.migrate import VERSION, Standing, standing

ROOM = 2
"""Times the database's size: one for the dump, one for what a migration writes anew."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did."""

    before: str
    version: str
    dump: str | None
    migrations: tuple[str, ...]


async def upgrade(house: House) -> Upgraded:
    """Do what is needed, and nothing where nothing is. Raises Refusal before anything is changed."""
    await reach_database(house)
    found, dump = await _make_safe(house)
    ran = tuple(await migrate_house(house))
    await furnish(house)
    if ran and found.in_use:
        await _note(house, ran)
    return Upgraded(found.version, VERSION, str(dump) if dump else None, ran)


async def _make_safe(house: House) -> tuple[Standing, Path | None]:
    """The way back, where there is something to lose."""
    await open_pool(house.owner_dsn, size=2)
    try:
        found = await standing()
        found.refuse_newer()
        if not found.in_use or not found.waiting:
            return found, None
        await _refuse_at_work()
        return found, await _dump(house) if house.server else None
    finally:
        await close_pool()


async def _refuse_at_work() -> None:
    """Those at work hold locks that a migration waits for, and would go on with the old schema."""
    others = await fetch_value(
        """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL
              AND pid <> pg_backend_pid()"""
    )
    if others:
        raise Refusal(f"{others} other connections are open: stop the web and the jobs before the upgrade.")


async def _dump(house: House) -> Path:
    size = int(await fetch_value("SELECT pg_database_size(current_database())"))
    refuse_without_room(house.settings.data_dir, ROOM * size)
    return (await make_backup(house)).dump


async def _note(house: House, ran: Sequence[str]) -> None:
    await open_pool(house.owner_dsn, size=1)
    try:
        await record(None, "upgraded", detail={"version": VERSION, "migrations": list(ran)}, now=house.clock.now())
    finally:
        await close_pool()


def told(done: Upgraded, *, embedded: bool) -> list[str]:
    """An upgrade in sentences."""
    if not done.migrations:
        return [f"nothing to upgrade: the database is at version {done.version}"]
    way_back = f"the way back is {done.dump}" if done.dump else "the way back is the dump of the office's own tools"
    made = [f"ran {one}" for one in done.migrations]
    return [
        *made,
        f"upgraded from version {done.before or 'none'} to {done.version}",
        *([way_back] if done.dump or not embedded else []),
    ]
