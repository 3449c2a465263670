"""Backup and restore of the embedded server: whole or not there, equal to what was, and refused in one sentence else."""

import asyncio
import json
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from supervision import sealed
from supervision.access.sessions import COOKIE, start_session
from supervision.audit import key as audit_key
from supervision.audit.verify import verify
from supervision.backup import kept_files, make, restore
from supervision.backup.make import NOT_OURS, daily_backup, last_backup, make_backup, thin_out, whole_backups
from supervision.backup.manifest import manifest_of, read
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import DB, fetch, fetch_value
from supervision.doctor import look_over
from supervision.errors import Refusal
from supervision.files import store
from supervision.files.actions import Attached, Upload, find, keep
from supervision.house import APP_ROLE, HALF_RESTORED, House, at_work, audit_key_file, key_file, open_house, prepare
from supervision.keys import copy_out
from supervision.people.actions import CONTACT, DOC
from supervision.sealed import Keyring, KeyringError
from tests.browser.district import fill
from tests.browser.site import serving
from tests.cast import NOW
from tests.files.made import pdf
from tests.json_fields import sections
from tests.stories.office import empty_folder
from tests.test_at_rest import secrets_of
from tests.test_cli import run

pytestmark = pytest.mark.commits
KILLED = -9
MAY_CHANGE = """SELECT count(*) FROM unnest(ARRAY['audit_row', 'audit_seal', 'alert_event', 'duty_event', 'receipt']) AS place
                 WHERE has_table_privilege(place, 'UPDATE, DELETE, TRUNCATE')"""
"""Append-only tables that whoever asks could change."""


@pytest.fixture(autouse=True, scope="module")
def left_as_found(keyring: Keyring) -> Iterator[None]:
    """The run's pool and keys come back after these installations of their own."""
    pool, keys, audit, files = DB.pool, list(sealed._in_use), list(audit_key._in_use), list(store._in_use)
    DB.pool = None
    yield
    DB.pool, sealed._in_use[:], audit_key._in_use[:], store._in_use[:] = pool, keys, audit, files


TO = Attached("commission", 1, None, "received")
FILES = 3
OF_FILES = "SELECT id, place FROM file_record WHERE subject_kind = 'commission' AND subject_id = 1 ORDER BY id"


@dataclass(frozen=True)
class Made:
    """An installation that was used and backed up: its folder, the dump, the copy of its keys, and what it held."""

    folder: Path
    dump: Path
    safe: Path
    clear: dict[str, list[str]]
    token: str

    def settings(self, name: str = "data") -> Settings:
        return Settings(mode="training", data_dir=self.folder / name, now=NOW)


@pytest.fixture(scope="module")
def made(left_as_found: None) -> Iterator[Made]:
    with empty_folder() as folder, open_house(Settings(mode="training", data_dir=folder / "data", now=NOW)) as house:
        yield asyncio.run(_use_and_back_up(house, folder))


async def _use_and_back_up(house: House, folder: Path) -> Made:
    await prepare(house)
    async with at_work(house, pool_size=4):
        await fill()
        for n in range(FILES):
            await keep(None, TO, Upload(f"{n}.pdf", pdf(body=b"/N %d" % n)), NOW)
        await copy_out(house, folder / "safe")
        clerk = await fetch_value("SELECT min(id) FROM staff WHERE role = 'clerk'")
        token = await start_session(clerk, "test", house.clock.now())
        backup = await make_backup(house, folder / "backups")
        return Made(folder, backup.dump, folder / "safe", await _clear(), token)


async def _clear() -> dict[str, list[str]]:
    """Numbers, phones and addresses in clear."""
    found = {}
    for table, column, purpose in (("person", "doc_sealed", DOC), ("contact", "value_sealed", CONTACT)):
        rows = await fetch(f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL ORDER BY id")
        found[table] = [sealed.open_sealed(row["value"], purpose) for row in rows]
    return found


@pytest.fixture
def new(made: Made) -> Iterator[Settings]:
    """Settings of an empty data folder."""
    settings = made.settings("new")
    yield settings
    shutil.rmtree(settings.data_dir, ignore_errors=True)


# -- round trip -------------------------------------------------------------------------------------------------


def test_a_backup_restored_into_an_empty_folder_is_equal_and_works(made: Made, new: Settings) -> None:
    done = restore.restore(new, made.dump, made.safe)
    manifest = read(made.dump)
    assert done.rows == manifest.rows and sum(done.rows.values()) > 1000 and done.rows["person"] >= 12
    assert (done.audit, done.audit_head, done.waiting) == ("whole", manifest.audit_head, 0) and done.audit_head
    with open_house(new) as house:
        asyncio.run(_look_at_the_restored(house, made))


async def _look_at_the_restored(house: House, made: Made) -> None:
    async with at_work(house, pool_size=2):
        assert await _clear() == made.clear
        rows = await fetch(OF_FILES)
        kept = [await find(row["id"], subject=("commission", 1)) for row in rows]
        assert [store.read(one.place, one.key) for one in kept] == [pdf(body=b"/N %d" % n) for n in range(FILES)]
        assert await fetch_value("SELECT current_user") == APP_ROLE and await fetch_value(MAY_CHANGE) == 0
        verdict = await verify(Keyring.load(audit_key_file(house.settings)), [], house.clock.now())
        assert verdict.links > 20 and (verdict.fault is None or verdict.fault.kind == "waiting")
        person, name = next(iter(await fetch("SELECT id, name FROM person WHERE name = '王磊'")))
        number = sealed.open_sealed(await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", person), DOC)
    environment = {"SUPERVISION_DATA_DIR": str(house.settings.data_dir), "SUPERVISION_MODE": "training"}
    environment["SUPERVISION_NOW"] = (house.clock.now() + timedelta(seconds=5)).isoformat()
    async with serving(environment, made.folder / "serve.log") as address:
        async with httpx.AsyncClient(base_url=address, cookies={COOKIE: made.token}) as client:
            found = await client.get("/people", params={"q": number})
            file = await client.get(f"/people/{person}")
    assert (found.status_code, file.status_code) == (200, 200)
    assert name in found.text and name in file.text


def test_the_commands_answer_as_documented(made: Made, new: Settings) -> None:
    documented = sections()
    backed_up = asyncio.run(_answer(made.settings(), "backup", "--to", made.folder / "other"))
    assert documented["backup"].faults(backed_up) == []
    restored = asyncio.run(_answer(new, "restore", backed_up["dump"], "--key", made.safe / "seal.key"))
    assert documented["restore"].faults(restored) == [] and restored["rows"] == backed_up["rows"]
    _, out, _ = asyncio.run(run(_environment(made.settings()), "backup", "--to", str(made.folder / "third")))
    assert str(key_file(made.settings())) in out and "without it nobody can read" in out


async def _answer(settings: Settings, *words: str | Path) -> Any:
    code, out, error = await run(_environment(settings), *map(str, words), "--json")
    assert (code, error) == (0, ""), error
    return json.loads(out)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "SUPERVISION_DATA_DIR": str(settings.data_dir),
        "SUPERVISION_MODE": settings.mode,
        "SUPERVISION_NOW": NOW.isoformat() if settings.mode == "training" else "",
        "SUPERVISION_DATABASE_URL": "",
    }


def test_neither_the_dump_nor_its_manifest_holds_a_number_an_address_or_a_key(made: Made) -> None:
    secrets = secrets_of([value for values in made.clear.values() for value in values])
    assert len(secrets.tails) >= 20
    ring = Keyring.load(made.safe / "seal.key")
    for path in (made.dump, manifest_of(made.dump)):
        data = path.read_bytes()
        assert secrets.found_in(data) == set()
        assert not any(secret in data for secret in (*ring.keys.values(), ring.index))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    plain = made.folder / "plain.sql"
    shutil.copy(made.dump, made.folder / "plain.dump")
    asyncio.run(make.run_tool("pg_restore", f"--file={plain}", str(made.folder / "plain.dump")))
    text = plain.read_bytes()
    assert b"COPY public.person" in text and secrets.found_in(text) == set()


# -- refusals ---------------------------------------------------------------------------------------------------


def _cut(dump: Path) -> None:
    os.truncate(dump, dump.stat().st_size - 1)


def _change(dump: Path) -> None:
    data = bytearray(dump.read_bytes())
    data[len(data) // 2] ^= 1
    dump.write_bytes(data)


def _manifest(**fields: Any) -> Callable[[Path], None]:
    def change(dump: Path) -> None:
        path = manifest_of(dump)
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


def _a_file(dump: Path) -> Path:
    return next(kept_files.folder_of(dump).glob("??/??/*"))


def copied(dump: Path, folder: Path) -> Path:
    """The whole backup once more, to be spoilt."""
    for part in (manifest_of(dump), kept_files.list_of(dump)):
        shutil.copy(part, folder)
    shutil.copytree(kept_files.folder_of(dump), folder / "files")
    return Path(shutil.copy(dump, folder))


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut off": (_cut, "was cut off"),
    "changed": (_change, "was changed"),
    "gone": (lambda dump: dump.unlink(), "only its manifest is there"),
    "without manifest": (lambda dump: manifest_of(dump).unlink(), "is missing: a dump without its manifest"),
    "nonsense": (lambda dump: manifest_of(dump).write_text("{"), "is not the manifest"),
    "a list": (lambda dump: manifest_of(dump).write_text("[]"), "is not the manifest"),
    "a field less": (lambda dump: manifest_of(dump).write_text('{"format": 1}'), "is not the manifest"),
    "a field of another kind": (_manifest(rows={"person": "many"}), "is not the manifest"),
    "of a later format": (_manifest(format=3), "has the format 3"),
    "without the list of its files": (lambda dump: kept_files.list_of(dump).unlink(), "is missing: the backup has"),
    "with another list": (lambda dump: kept_files.list_of(dump).write_text(""), "isn't the list that the manifest"),
    "with a file less": (lambda dump: _a_file(dump).unlink(), "is missing, and the backup has it"),
    "with a changed file": (lambda dump: _change(_a_file(dump)), "was changed: take another copy"),
    "of a newer program": (
        _manifest(migrations=["9999-newer"], program="9.0.0"),
        "made by version 9.0.0 (up to 9999-newer)",
    ),
    "of a newer server": (_manifest(server=99), "is of PostgreSQL 99"),
    "under a key that the copy lacks": (_manifest(seal_keys=["beef"]), "lacks the key beef"),
    "too large": (_manifest(database_bytes=10**15), "are needed on the disk"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_wrong_with_a_backup_is_said_and_nothing_is_written(
    made: Made, new: Settings, tmp_path: Path, what: str
) -> None:
    spoil, said = SPOILT[what]
    dump = copied(made.dump, tmp_path)
    spoil(dump)
    with pytest.raises(Refusal) as caught:
        restore.restore(new, dump, made.safe)
    assert said in caught.value.sentence and "\n" not in caught.value.sentence
    assert not new.data_dir.exists()


def test_a_missing_key_and_a_wrong_one_are_said_and_nothing_is_written(
    made: Made, new: Settings, tmp_path: Path
) -> None:
    Keyring.create(tmp_path / "other" / "seal.key")
    Keyring.create(tmp_path / "mixed" / "audit.key")
    shutil.copy(made.safe / "seal.key", tmp_path / "mixed")
    for key, said in (
        (None, "nothing of the backup can be read without it"),
        (tmp_path, "nothing of the backup can be read without it"),
        (tmp_path / "other", "isn't the one of this backup"),
        (tmp_path / "mixed", "The audit key"),
    ):
        with pytest.raises(Refusal) as caught:
            restore.restore(new, made.dump, key)
        assert said in caught.value.sentence and not new.data_dir.exists()
    (tmp_path / "open").mkdir()
    Path(shutil.copy(made.safe / "seal.key", tmp_path / "open")).chmod(0o644)
    with pytest.raises(KeyringError, match="open to other users"):
        restore.restore(new, made.dump, tmp_path / "open")
    assert not new.data_dir.exists()


def test_a_folder_that_is_not_empty_is_never_touched(made: Made, new: Settings) -> None:
    with pytest.raises(Refusal, match=r"isn't empty \(postgres\)"):
        restore.restore(made.settings(), made.dump, made.safe)
    new.data_dir.mkdir()
    (new.data_dir / "letter.txt").write_text("a")
    with pytest.raises(Refusal, match=r"isn't empty \(letter.txt\)"):
        restore.restore(new, made.dump, made.safe)
    assert [one.name for one in new.data_dir.iterdir()] == ["letter.txt"]


def test_another_key_in_the_data_folder_is_not_overwritten(made: Made, new: Settings) -> None:
    other = Keyring.create(key_file(new))
    with pytest.raises(Refusal, match="Another key file lies at"):
        restore.restore(new, made.dump, made.safe)
    assert Keyring.load(key_file(new)) == other and not (new.data_dir / "postgres").exists()


def test_another_audit_key_in_the_data_folder_is_not_taken_for_the_backups(made: Made, new: Settings) -> None:
    Keyring.create(audit_key_file(new))
    with pytest.raises(Refusal, match="Another audit key lies at"):
        restore.restore(new, made.dump, made.safe)
    assert not (new.data_dir / "postgres").exists()


def test_a_restore_without_the_audit_key_is_whole_and_says_that_the_chain_is_unproved(
    made: Made, new: Settings
) -> None:
    (new.data_dir / "keys").mkdir(parents=True)
    shutil.copy(made.safe / "seal.key", key_file(new))
    done = restore.restore(new, made.dump, None)
    assert done.audit == "unproved" and restore.is_well(done) and "can't be proved" in "".join(restore.told(done))


def test_an_audit_chain_that_ends_elsewhere_than_the_manifest_says_leaves_nothing(
    made: Made, new: Settings, tmp_path: Path
) -> None:
    dump = copied(made.dump, tmp_path)
    _manifest(audit_head="1-9f3a-22bc-01de-77aa-90ff")(dump)
    with pytest.raises(Refusal, match="The audit chain ends at"):
        restore.restore(new, dump, made.safe)
    assert {one.name for one in new.data_dir.iterdir()} <= {"keys", "running.lock"}


@pytest.mark.parametrize(
    "there",
    [{"person": 11, "note": 0}, {"person": 13, "note": 0}, {"person": 12}, {"more": 0, "person": 12, "note": 0}],
)
def test_a_row_or_a_table_more_or_less_is_a_difference(there: dict[str, int]) -> None:
    restore._refuse_difference({"person": 12, "note": 0}, {"note": 0, "person": 12})
    with pytest.raises(Refusal, match="rows after the restore and"):
        restore._refuse_difference({"person": 12, "note": 0}, there)


def test_the_offices_own_server_is_left_to_its_own_tools(made: Made, new: Settings) -> None:
    house = House(new, FixedClock(NOW), "postgresql://a@b/c", "postgresql://a@b/c")
    with pytest.raises(Refusal) as caught:
        asyncio.run(make_backup(house))
    assert caught.value.sentence == NOT_OURS and not new.data_dir.exists()
    with pytest.raises(Refusal, match="the office's own tools"):
        restore.restore(replace(new, database_url="postgresql://a@b/c"), made.dump, made.safe)
    assert asyncio.run(daily_backup(house)) == 0


# -- kills ------------------------------------------------------------------------------------------------------


def _in_child(work: Callable[[], object], die_in: tuple[Any, str]) -> int:
    """Do the work in a process that is killed when it comes to this function; how it ended."""
    child = os.fork()
    if child == 0:
        setattr(*die_in, lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL))
        try:
            work()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("at", ["_load", "_verify", "_put_keys", "sync_folder"])
def test_a_restore_that_is_killed_leaves_no_place_that_looks_whole(made: Made, new: Settings, at: str) -> None:
    assert _in_child(lambda: restore.restore(new, made.dump, made.safe), (restore, at)) == KILLED
    if at == "sync_folder":  # it had its name already: all was compared before
        assert not (new.data_dir / HALF_RESTORED).exists()
        with open_house(new) as house:
            assert asyncio.run(_people(house)) == len(made.clear["person"])
        return
    assert not (new.data_dir / "postgres").exists() and (new.data_dir / HALF_RESTORED).exists()
    with pytest.raises(Refusal, match="was cut off: run `supervision restore` there again"), open_house(new):
        pass
    if at == "_put_keys":  # before the others the same is left, and less of it
        done = restore.restore(new, made.dump, made.safe)
        assert done.rows == read(made.dump).rows and not (new.data_dir / HALF_RESTORED).exists()
        return
    restore._clear(new.data_dir / HALF_RESTORED)
    assert not (new.data_dir / HALF_RESTORED).exists()


async def _people(house: House) -> int:
    async with at_work(house, pool_size=2):
        return int(await fetch_value("SELECT count(*) FROM person WHERE doc_sealed IS NOT NULL"))


@pytest.mark.parametrize("at", ["run_tool", "digest", "sync_folder", "write_whole"])
def test_a_backup_that_is_killed_is_no_backup_and_the_next_one_clears_up(made: Made, tmp_path: Path, at: str) -> None:
    with open_house(made.settings()) as house:
        assert _in_child(lambda: asyncio.run(_backed_up(house, tmp_path)), (make, at)) == KILLED
        assert whole_backups(tmp_path) == []
        asyncio.run(_backed_up(replace(house, clock=FixedClock(NOW + timedelta(hours=1))), tmp_path))
    assert len(whole_backups(tmp_path)) == 1 and not list(tmp_path.glob(".*.part"))


async def _backed_up(house: House, folder: Path) -> None:
    async with at_work(house, pool_size=2):
        await make_backup(house, folder)


# -- making -----------------------------------------------------------------------------------------------------


def test_a_backup_that_fails_leaves_nothing_and_says_why(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(made.settings()) as house:
        monkeypatch.setattr(make, "head_of", _no_room)
        with pytest.raises(Refusal, match="can't be written: No space left on device"):
            asyncio.run(_backed_up(house, tmp_path))
        assert [one.name for one in tmp_path.iterdir()] == [".lock"]
        monkeypatch.undo()
        monkeypatch.setattr(make, "find_programs", lambda: tmp_path)
        with pytest.raises(Refusal, match="pg_dump is missing"):
            asyncio.run(_backed_up(house, tmp_path))
        assert [one.name for one in tmp_path.iterdir()] == [".lock"]


async def _no_room(connection: Any) -> None:
    raise OSError(28, "No space left on device")


def test_two_backups_into_one_folder_are_one(made: Made, tmp_path: Path) -> None:
    with make._alone_in(tmp_path), pytest.raises(Refusal, match="Another backup is being made"):
        with make._alone_in(tmp_path):
            pass


def test_the_oldest_backups_are_thrown_away_and_nothing_else(tmp_path: Path) -> None:
    for day in range(1, 17):
        for ending in ("dump", "json", "files"):
            (tmp_path / f"supervision-202611{day:02d}T180000Z.{ending}").write_text("")
    (tmp_path / "supervision-20261101T190000Z.dump").write_text("without its manifest")
    (tmp_path / "letter.dump").write_text("")
    thin_out(tmp_path, 14)
    assert len(whole_backups(tmp_path)) == 14 and whole_backups(tmp_path)[0].name == "supervision-20261103T180000Z.dump"
    assert len([one for one in tmp_path.iterdir() if one.name.startswith("s")]) == 14 * 3 + 1
    assert (tmp_path / "letter.dump").exists()


def test_the_nightly_backup_is_noted_and_the_doctor_looks_at_its_age(made: Made) -> None:
    settings = replace(made.settings(), mode="production", now=None)
    with open_house(settings) as house:
        assert asyncio.run(_nightly(replace(house, clock=FixedClock(NOW)))) == (True, True, False)
    assert len(whole_backups(settings.backup_folder)) == 1


async def _nightly(house: House) -> tuple[bool, bool, bool]:
    async with at_work(house, pool_size=2):
        assert await daily_backup(replace(house, settings=replace(house.settings, mode="training"))) == 0
        assert await daily_backup(house) == 1
        last = await last_backup(house.settings)
        assert last is not None and (last.at, last.same_disk) == (NOW, True)
        days = (timedelta(0), timedelta(days=2), timedelta(days=2, seconds=1))
        return tuple([await _is_well(house, NOW + later) for later in days])  # type: ignore[return-value]


async def _is_well(house: House, at: Any) -> bool:
    return {one.name: one.ok for one in await look_over(house.settings, FixedClock(at))}["backup"]
