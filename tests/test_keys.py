"""The keys: every sealed column is known, a rotation is whole after a kill at any moment, a key is dropped only when unused."""

import asyncio
import os
import shutil
import signal
import stat
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from supervision import keys, sealed
from supervision.checkins.actions import CONTENT
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import DB, execute, fetch, fetch_value
from supervision.doctor import examine
from supervision.errors import Refusal
from supervision.files import store
from supervision.files.actions import find
from supervision.house import House, at_work, audit_key_file, key_file
from supervision.keys import SEALED_COLUMNS, rows_by_key
from supervision.locks import Lock
from supervision.people.actions import CONTACT, DOC, DOC_TAIL, NOTE
from supervision.people.search import search_condition
from supervision.sealed import Keyring, KeyringError
from tests.browser.district import fill
from tests.browser.place import Database, own_database, pool_on
from tests.cast import NOW
from tests.files.made import pdf
from tests.register import viewer_of
from tests.sealed_values import seal_something_everywhere

pytestmark = pytest.mark.commits
KILLED = -9
NOT_BLIND = {"finding_key", "once_key"}
"""Columns that end like a blind index and hold nothing of a person."""

STATEMENTS = ("fetch", "fetchrow", "fetchval", "execute")
FILES = ("link", "replace", "fsync")


@asynccontextmanager
async def place(server: str, factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """The small district with a value in every sealed column, and a data folder with the key."""
    async with own_database(server, factory) as database:
        async with pool_on(database.dsn):
            await fill()
            await seal_something_everywhere()
        yield database


def ring(database: Database) -> Keyring:
    return Keyring.load(database.folder / "keys" / "seal.key")


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[None]:
    """The pool on it, and its own key file in use; afterwards the run's."""
    before = list(sealed._in_use)
    sealed.follow(database.folder / "keys" / "seal.key")
    try:
        async with pool_on(database.dsn):
            yield
    finally:
        sealed._in_use[:] = before


async def clear(database: Database) -> dict[str, list[str]]:
    """Every sealed value in clear, by column; a value that can't be opened fails."""
    async with opened(database):
        return {
            one.name: [
                sealed.open_sealed(row["value"], one.purpose)
                for row in await fetch(
                    f"SELECT {one.column} AS value FROM {one.table} WHERE {one.column} IS NOT NULL ORDER BY id"
                )
            ]
            for one in SEALED_COLUMNS
        }


async def not_found(database: Database) -> list[int]:
    """People who aren't found by their identity number, its tail, or their phone."""
    async with opened(database):
        rows = await fetch(
            """SELECT p.id, p.doc_sealed, p.doc_key, p.doc_tail_key, c.value_sealed, c.key FROM person p
                 JOIN contact c ON c.person = p.id AND c.kind = 'phone' ORDER BY c.id"""
        )
        assert len(rows) >= 10
        return [row["id"] for row in rows if not _fits(row)]


def _fits(row) -> bool:
    number, phone = sealed.open_sealed(row["doc_sealed"], DOC), sealed.open_sealed(row["value_sealed"], CONTACT)
    wanted = (sealed.blind(number, DOC), sealed.blind(number[-4:], DOC_TAIL), sealed.blind(phone, CONTACT))
    return wanted == (row["doc_key"], row["doc_tail_key"], row["key"])


async def under(database: Database) -> set[str]:
    async with pool_on(database.dsn):
        return set(await rows_by_key())


class Moments:
    """Counts what a process asks of the database and of the disk, before and after each; at its moment the process dies."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        for name in STATEMENTS:
            setattr(asyncpg.Connection, name, self._asked(getattr(asyncpg.Connection, name)))
        for name in FILES:
            setattr(os, name, self._done(getattr(os, name)))

    def _asked(self, method):
        async def counted(*args, **options):
            self()
            answer = await method(*args, **options)
            self()
            return answer

        return counted

    def _done(self, act):
        def counted(*args, **options):
            self()
            answer = act(*args, **options)
            self()
            return answer

        return counted


def attempt(database: Database, at: int, folder: Path | None) -> tuple[int, int]:
    """A rotation in a process of its own that dies at this moment (0: never); how it ended, and its moments."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _die_rotating(database, Moments(at), folder, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED), code
    return code, int(passed or 0)


def _die_rotating(database: Database, moments: Moments, folder: Path | None, writing: int) -> None:
    """Never returns: nothing of the parent's may be closed from here."""
    code = 1
    try:
        DB.pool = None
        keys.SEALED_COLUMNS = tuple(replace(one, batch=min(one.batch, 20)) for one in SEALED_COLUMNS)
        asyncio.run(_rotate_watched(database, moments, folder))
        os.write(writing, str(moments.passed).encode())
        code = 0
    except BaseException:  # noqa: BLE001  the parent's test fails of it
        traceback.print_exc()
    os._exit(code)


async def _rotate_watched(database: Database, moments: Moments, folder: Path | None) -> None:
    async with at_work(house_of(database), pool_size=2) as house:
        moments.watch()
        await keys.rotate(house, folder)


def house_of(database: Database) -> House:
    settings = Settings(mode="training", data_dir=database.folder, database_url=database.dsn)
    return House(settings, FixedClock(NOW), database.dsn, database.environment["SUPERVISION_MIGRATION_URL"])


async def rotate(database: Database, folder: Path | None = None) -> keys.Rotation:
    async with opened(database):
        return await keys.rotate(house_of(database), folder)


async def drop(database: Database) -> list[str]:
    async with opened(database):
        return await keys.drop(house_of(database))


_folders = count(1)


def elsewhere(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("safe") / f"copy-{next(_folders)}"


# -- the list ---------------------------------------------------------------------------------------------------


async def test_every_sealed_column_of_the_schema_and_its_blind_index_is_listed(db: None) -> None:
    rows = await fetch(
        """SELECT table_name || '.' || column_name AS name, column_name AS column FROM information_schema.columns
            WHERE table_schema = 'public'"""
    )
    sealed_ones = {row["name"] for row in rows if row["column"].endswith("_sealed")}
    assert sealed_ones == {one.name for one in SEALED_COLUMNS}
    blind_ones = {row["name"] for row in rows if row["column"].endswith("_key") and row["column"] not in NOT_BLIND}
    assert blind_ones | {"contact.key"} == {name for one in SEALED_COLUMNS for name in one.blinds}


# -- a rotation -------------------------------------------------------------------------------------------------


async def test_a_rotation_moves_every_value_and_the_old_key_can_be_dropped(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database:
        before, (old,) = await clear(database), list(ring(database).keys)
        assert [name for name, values in before.items() if not values] == []
        folder = elsewhere(tmp_path_factory)
        said = await rotate(database, folder)
        assert (said.done, said.older, said.left) == (True, (old,), 0)
        assert said.moved == sum(len(values) for values in before.values())
        assert await under(database) == {said.key} and said.key != old
        assert await clear(database) == before and await not_found(database) == []
        await _look_at_the_file(database)
        assert Keyring.load(folder / "seal.key") == ring(database) and set(ring(database).keys) == {old, said.key}
        assert stat.S_IMODE((folder / "seal.key").stat().st_mode) == 0o600
        again = await rotate(database)
        assert (again.moved, again.key, again.done) == (0, said.key, True)
        assert await drop(database) == [old] and list(ring(database).keys) == [said.key]
        assert await clear(database) == before
        with pytest.raises(Refusal, match="there is none to drop"):
            await drop(database)


async def _look_at_the_file(database: Database) -> None:
    """A rotation touches no file: its own key, in its row, is what was sealed anew."""
    async with opened(database):
        file = await find(await fetch_value("SELECT max(id) FROM file_record"), subject=("commission", 1))
    assert (file.name, store.read(file.place, file.key)) == ("委托函.pdf", pdf())


def test_a_rotation_that_is_killed_at_any_moment_ends_whole(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def through() -> None:
        async with place(server, tmp_path_factory) as database:
            before = await clear(database)
            await asyncio.to_thread(_kill_at_many_moments, database, before, tmp_path_factory)

    asyncio.run(_without_pool(through))


async def _without_pool(work) -> None:
    before, DB.pool = DB.pool, None
    try:
        await work()
    finally:
        DB.pool = before


def _kill_at_many_moments(database: Database, before: dict[str, list[str]], factory: pytest.TempPathFactory) -> None:
    _, moments = attempt(database, 0, elsewhere(factory))
    assert moments > 100 and asyncio.run(drop(database))
    points = sorted({1, 4, 7, 10, 12, 14, *(moments * n // 10 for n in range(1, 10)), moments - 2})
    seen = set()
    for at in points:
        code, _ = attempt(database, at, elsewhere(factory))
        assert code == KILLED, at
        asyncio.run(_look_whole(database, before, at))
        seen.add((len(ring(database).keys), len(asyncio.run(under(database)))))
        code, _ = attempt(database, 0, elsewhere(factory))
        assert code == 0 and asyncio.run(under(database)) == {ring(database).newest}, at
        asyncio.run(drop(database))
        asyncio.run(_look_whole(database, before, at))
    assert len(points) >= 10
    assert seen >= {(1, 1), (2, 1), (2, 2)}, "killed before the new key, before the first row, and in the middle"


async def _look_whole(database: Database, before: dict[str, list[str]], at: int) -> None:
    assert await clear(database) == before and await not_found(database) == [], at


async def test_people_are_found_by_number_and_phone_in_the_middle_of_a_rotation(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database:
        number, phone = (
            (await clear(database))["person.doc_sealed"][0],
            (await clear(database))["contact.value_sealed"][0],
        )
        async with opened(database):
            old = ring(database)
            old.grown().store(key_file(house_of(database).settings))
            await execute(
                "UPDATE person SET doc_sealed = $1 WHERE id = (SELECT min(id) FROM person)", sealed.seal(number, DOC)
            )
            assert len(await rows_by_key()) == 2
            clerk = await fetch_value("SELECT min(id) FROM staff WHERE role = 'clerk'")
            viewer = await viewer_of(SimpleNamespace(id=clerk))
            for text in (number, number[-4:], phone, phone[-4:]):
                args: list[Any] = []
                condition = search_condition(text, viewer, args)
                assert await fetch(f"SELECT p.id FROM person p WHERE {condition}", *args), text


async def test_a_new_key_needs_a_folder_for_its_copy_that_is_new_and_elsewhere(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_database(server, tmp_path_factory) as database:
        inside, beside = database.folder / "copy", database.folder / "backups" / "copy"
        taken = elsewhere(tmp_path_factory)
        taken.mkdir()
        shutil.copy(database.folder / "keys" / "seal.key", taken)
        held = ring(database)
        for folder, said in ((None, "--to FOLDER"), (inside, "beside what"), (beside, "beside what")):
            with pytest.raises(Refusal, match=said):
                await rotate(database, folder)
        with pytest.raises(KeyringError, match="already there"):
            await rotate(database, taken)
        assert ring(database) == held


async def test_two_rotations_at_once_are_one(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_database(server, tmp_path_factory) as database:
        other = await asyncpg.connect(database.dsn)
        try:
            await other.execute("SELECT pg_advisory_lock($1)", Lock.ROTATE)
            with pytest.raises(Refusal, match="Another command is changing the keys"):
                await rotate(database, elsewhere(tmp_path_factory))
        finally:
            await other.close()
        assert len(ring(database).keys) == 1


async def test_a_key_is_not_dropped_while_rows_need_it_or_somebody_is_at_work(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database:
        await rotate(database, elsewhere(tmp_path_factory))
        old = next(iter(ring(database).keys))
        late = Keyring({old: ring(database).keys[old]}, ring(database).index).seal("晚到的备注", NOTE)
        web = await asyncpg.connect(database.dsn)
        try:
            await web.execute("UPDATE note SET text_sealed = $1 WHERE id = (SELECT min(id) FROM note)", late)
            with pytest.raises(Refusal, match="1 other connections are open: stop the web and the jobs"):
                await drop(database)
        finally:
            await web.close()
        with pytest.raises(Refusal, match="1 values are still sealed with an older key"):
            await drop(database)
        assert len(ring(database).keys) == 2
        assert (await rotate(database)).moved == 1 and await drop(database) == [old]


async def test_a_row_that_somebody_works_on_is_left_for_later(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database:
        web = await asyncpg.connect(database.dsn)
        try:
            await web.execute("BEGIN; SELECT FROM note FOR UPDATE")
            said = await rotate(database, elsewhere(tmp_path_factory))
        finally:
            await web.close()
        assert (said.done, said.left, said.unreadable) == (False, 1, 0)
        assert "values were in use: run `supervision key rotate` again" in "".join(keys.told(said))
        assert (await rotate(database)).done


async def test_a_value_that_cannot_be_opened_is_counted_and_keeps_its_key(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database:
        moved = sealed.seal("从别的列来的", CONTENT)
        async with pool_on(database.dsn):
            await execute("UPDATE note SET text_sealed = $1 WHERE id = (SELECT min(id) FROM note)", moved)
        said = await rotate(database, elsewhere(tmp_path_factory))
        assert (said.done, said.left, said.unreadable) == (False, 1, 1)
        with pytest.raises(Refusal):
            await drop(database)
        async with pool_on(database.dsn):
            assert await fetch_value("SELECT count(*) FROM note WHERE text_sealed = $1", moved) == 1


# -- those at work ----------------------------------------------------------------------------------------------


def test_a_process_at_work_seals_with_the_new_key_as_soon_as_it_is_there(keyring: Keyring, tmp_path: Path) -> None:
    before, path = list(sealed._in_use), tmp_path / "seal.key"
    made = Keyring.create(path)
    try:
        sealed.follow(path)
        old = sealed.seal("一", NOTE)
        made.grown().store(path)
        new = sealed.seal("二", NOTE)
        assert old.startswith(f"{made.newest}.") and new.startswith(f"{Keyring.load(path).newest}.")
        assert made.newest != Keyring.load(path).newest
        assert [sealed.open_sealed(value, NOTE) for value in (old, new)] == ["一", "二"]
    finally:
        sealed._in_use[:] = before


@pytest.mark.parametrize("what", ["nothing", "nonsense", "another installation's"])
def test_a_key_file_that_goes_bad_changes_nothing_for_those_at_work(
    keyring: Keyring, tmp_path: Path, what: str
) -> None:
    before, path = list(sealed._in_use), tmp_path / "seal.key"
    Keyring.create(path)
    try:
        sealed.follow(path)
        value = sealed.seal("一", NOTE)
        path.unlink()
        if what == "nonsense":
            path.write_text("{")
        elif what != "nothing":
            Keyring.create(path)
        assert sealed.open_sealed(value, NOTE) == "一"
    finally:
        sealed._in_use[:] = before


# -- copies -----------------------------------------------------------------------------------------------------


async def test_a_copy_is_whole_private_never_overwritten_and_noted(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_database(server, tmp_path_factory) as database, opened(database):
        house, folder = house_of(database), elsewhere(tmp_path_factory)
        assert await keys.copied(house.settings) == keys.Copied(None, False)
        Keyring.create(audit_key_file(house.settings))
        assert await keys.copy_out(house, folder) == [folder / "seal.key", folder / "audit.key"]
        assert Keyring.load(folder / "seal.key") == ring(database)
        assert Keyring.load(folder / "audit.key") == Keyring.load(audit_key_file(house.settings))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(KeyringError, match="never overwritten"):
            await keys.copy_out(house, folder)
        assert await keys.copied(house.settings) == keys.Copied(NOW, True)
        ring(database).grown().store(key_file(house.settings))
        assert await keys.copied(house.settings) == keys.Copied(NOW, False)


async def test_the_doctor_warns_before_a_key_is_lost_and_says_which_rows_are_under_which(
    server: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with place(server, tmp_path_factory) as database, opened(database):
        house = house_of(database)
        production = replace(house, settings=replace(house.settings, mode="production"))
        ok, sentence = await _said(production, "key_copy")
        assert not ok and "was never copied out: without it nobody can read" in sentence
        assert (await _said(house, "key_copy"))[0], "training may lose its key"
        await keys.copy_out(house, elsewhere(tmp_path_factory))
        assert (await _said(production, "key_copy"))[0]
        old = ring(database).newest
        count = (await rows_by_key())[old]
        assert await _said(house, "keys") == (True, f"Sealed values by key: {old}: {count}.")
        ring(database).grown().store(key_file(house.settings))
        new = ring(database).newest
        ok, sentence = await _said(production, "key_copy")
        assert not ok and "have changed since they were copied out" in sentence
        waits = f"{old}: {count}, {new}: 0. {count} values wait: run `supervision key rotate`."
        assert await _said(house, "keys") == (False, f"Sealed values by key: {waits}")
        await keys.rotate(house, None)
        assert await _said(house, "keys") == (True, f"Sealed values by key: {old}: 0, {new}: {count}.")
        ring(database).only_newest().grown().only_newest().store(key_file(house.settings))
        ok, sentence = await _said(house, "keys")
        assert not ok and f"{new} (missing): {count}" in sentence


async def _said(house: House, name: str) -> tuple[bool, str]:
    return next((one.ok, one.sentence) for one in await examine(house) if one.name == name)


def test_a_key_file_that_cannot_be_replaced_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="can't be written"):
        Keyring({"a": bytes(32)}, bytes(32)).store(tmp_path / "nowhere" / "seal.key")
