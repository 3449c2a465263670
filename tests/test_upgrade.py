"""Upgrades: a schema that isn't the program's is refused, what waits is run once, and the way back is made first."""

import asyncio
import json
import shutil
from collections import namedtuple
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from supervision import sealed
from supervision.audit import key as audit_key
from supervision.backup import restore
from supervision.backup.make import whole_backups
from supervision.backup.manifest import manifest_of, read
from supervision.backup.upgrade import told, upgrade
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import DB
from supervision.errors import Refusal
from supervision.house import House, at_work, open_house, prepare
from supervision.migrate import VERSION, known
from supervision.sealed import Keyring
from tests.browser.place import Database, own_database
from tests.cast import NOW
from tests.stories.office import empty_folder
from tests.test_cli import run

pytestmark = pytest.mark.commits
LAST = known()[-1]
NEWER = "2099-01-01T00:00:00:000001"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True, scope="module")
def left_as_found(keyring: Keyring) -> Iterator[None]:
    """The run's pool and keys come back after these installations of their own."""
    pool, keys, audit = DB.pool, list(sealed._in_use), list(audit_key._in_use)
    DB.pool = None
    yield
    DB.pool, sealed._in_use[:], audit_key._in_use[:] = pool, keys, audit


def house_of(database: Database, mode: str = "production") -> House:
    settings = Settings(mode=mode, data_dir=database.folder, database_url=database.dsn)
    return House(settings, FixedClock(NOW), database.dsn, database.environment["SUPERVISION_MIGRATION_URL"])


@asynccontextmanager
async def used(server: str, factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database that has been in use."""
    async with own_database(server, factory) as database:
        await prepare(house_of(database))
        yield database


async def ask(dsn: str, sql: str, *args: str) -> list[str]:
    owner = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await owner.fetch(sql, *args)]
    finally:
        await owner.close()


async def make_newer(dsn: str) -> None:
    """As a newer program would leave it."""
    await ask(dsn, "UPDATE installation SET value = '9.9.9' WHERE key = 'program_version'")
    await ask(
        dsn,
        "INSERT INTO migration (name, app_name, ran_on) VALUES ($1, 'supervision', '2099-01-01') RETURNING name",
        NEWER,
    )


async def make_older(dsn: str) -> None:
    """As an older program would leave it: the migrations are idempotent, so the last may run again."""
    assert await ask(dsn, "DELETE FROM migration WHERE name = $1 RETURNING name", LAST) == [LAST]
    await ask(dsn, "UPDATE installation SET value = '0.0.9' WHERE key = 'program_version'")


# -- refusals ---------------------------------------------------------------------------------------------------


async def test_a_newer_schema_is_refused_by_web_jobs_commands_and_upgrade_with_both_versions(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with used(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_newer(owner)
        for mode in ("production", "training"):
            for work in (prepare, upgrade, _go_to_work):
                with pytest.raises(Refusal) as caught:
                    await work(house_of(database, mode))
                assert f"by version 9.9.9 (up to {NEWER})" in caught.value.sentence
                assert f"this program, version {VERSION}, doesn't know" in caught.value.sentence
        for words in (("alerts",), ("doctor",), ("serve", "--port", "1")):
            code, out, error = await run(database.environment, *words)
            assert (code, out, error.count("\n")) == (1, "", 1) and "by version 9.9.9" in error


async def _go_to_work(house: House) -> None:
    """What the jobs and the web do."""
    async with at_work(house, pool_size=1):
        pass


async def test_in_production_only_an_upgrade_migrates_a_database_in_use(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with used(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_older(owner)
        for work in (prepare, _go_to_work):
            with pytest.raises(Refusal) as caught:
                await work(house_of(database))
            assert "stands at version 0.0.9 and this program is version" in caught.value.sentence
            assert "run `supervision upgrade`" in caught.value.sentence
        with pytest.raises(Refusal, match="run `supervision upgrade`"):
            await _go_to_work(house_of(database, "training"))
        done = await upgrade(house_of(database))
        assert (done.before, done.version, done.dump, done.migrations) == ("0.0.9", VERSION, None, (LAST,))
        assert "the office's own tools" in told(done, embedded=False)[-1]
        assert await ask(owner, "SELECT value FROM installation WHERE key = 'program_version'") == [VERSION]
        assert await ask(owner, "SELECT action FROM audit_row WHERE action = 'upgraded'") == ["upgraded"]
        again = await upgrade(house_of(database))
        assert (again.before, again.migrations) == (VERSION, ()) and "nothing to upgrade" in told(
            again, embedded=False
        )[0]
        await prepare(house_of(database))


async def test_in_training_a_start_migrates_by_itself(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with used(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_older(owner)
        await prepare(house_of(database, "training"))
        assert await ask(owner, "SELECT name FROM migration WHERE name = $1", LAST) == [LAST]


async def test_a_first_start_that_was_cut_off_goes_on_by_itself_in_production(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_database(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_older(owner)
        assert await ask(owner, "SELECT value FROM installation WHERE key = 'seal_fingerprint'") == []
        await prepare(house_of(database))
        assert await ask(owner, "SELECT name FROM migration WHERE name = $1", LAST) == [LAST]


async def test_an_upgrade_waits_for_nobody_who_is_still_at_work(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with used(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_older(owner)
        web = await asyncpg.connect(database.dsn)
        try:
            with pytest.raises(Refusal, match="1 other connections are open: stop the web and the jobs"):
                await upgrade(house_of(database))
        finally:
            await web.close()
        assert await ask(owner, "SELECT name FROM migration WHERE name = $1", LAST) == []


async def test_two_upgrades_at_once_run_each_migration_once(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with used(server, tmp_path_factory) as database:
        owner = database.environment["SUPERVISION_MIGRATION_URL"]
        await make_older(owner)
        environment = database.environment | {"SUPERVISION_MODE": "production", "SUPERVISION_NOW": ""}
        said = await asyncio.gather(*(run(environment, "upgrade", "--json") for _ in range(2)))
        ran = [one for code, out, _ in said if code == 0 for one in json.loads(out)["migrations"]]
        assert ran == [LAST] and all(error.count("\n") == (code == 1) for code, _, error in said), said
        assert await ask(owner, "SELECT name FROM migration WHERE name = $1", LAST) == [LAST]


# -- the embedded server ----------------------------------------------------------------------------------------


def test_an_upgrade_of_the_embedded_database_dumps_it_first_and_the_dump_is_the_way_back(
    left_as_found: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_folder() as folder:
        settings = Settings(data_dir=folder / "data")
        with open_house(settings) as house:
            asyncio.run(prepare(house))
            asyncio.run(make_older(house.owner_dsn))
            with monkeypatch.context() as full:
                full.setattr(shutil, "disk_usage", lambda place: Usage(10**9, 10**9, 1000))
                with pytest.raises(Refusal, match="MB are needed on the disk of"):
                    asyncio.run(upgrade(house))
            assert whole_backups(settings.backup_folder) == []
            done = asyncio.run(upgrade(house))
            assert done.migrations == (LAST,) and done.dump == str(whole_backups(settings.backup_folder)[0])
            assert f"the way back is {done.dump}" in told(done, embedded=True)[-1]
            assert asyncio.run(upgrade(house)).migrations == () and len(whole_backups(settings.backup_folder)) == 1
        dump = Path(done.dump)
        assert LAST not in read(dump).migrations and manifest_of(dump).exists()
        back = replace(settings, data_dir=folder / "back")
        again = restore.restore(back, dump, folder / "data" / "keys")
        assert again.waiting == 1 and "run `supervision upgrade` before the start" in restore.told(again)[-1]
        with open_house(back) as house, pytest.raises(Refusal, match="run `supervision upgrade`"):
            asyncio.run(prepare(house))
