# ruff: noqa: F811
"""The files of a backup: sealed beside the dump, copied once, gone with the last backup that has them, never overwriting."""

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from supervision.backup import kept_files, restore
from supervision.backup.make import make_backup, thin_out
from supervision.backup.manifest import manifest_of, read
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import execute, fetch_value
from supervision.files import store
from supervision.files.actions import Upload, keep
from supervision.house import House, at_work, open_house
from tests.cast import NOW
from tests.files.made import pdf

# The installation that was backed up is made once by fixtures of the other tests; their names are theirs.
from tests.test_backup import FILES, TO, Made, copied, left_as_found, made, new  # noqa: F401

pytestmark = pytest.mark.commits
REMOVED = """UPDATE file_record SET removed_at = $2, removed_reason = '清册', key_sealed = NULL, name_sealed = NULL
              WHERE id = $1"""


def _listed(dump: Path) -> dict[str, str]:
    """Names and digests as `sha256sum -c` reads them."""
    lines = kept_files.list_of(dump).read_text().splitlines()
    return {name: sha256 for sha256, name in (line.split("  ") for line in lines)}


def test_the_files_lie_sealed_beside_the_dump_and_its_list_is_true(made: Made) -> None:
    manifest, listed = read(made.dump), _listed(made.dump)
    assert manifest.files == len(listed) >= FILES and manifest.files_lost == 0
    folder = kept_files.folder_of(made.dump)
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed} == listed
    assert sum((folder / name).stat().st_size for name in listed) == manifest.file_bytes
    assert not any(b"%PDF" in (folder / name).read_bytes() for name in listed)


def test_the_next_backup_copies_new_files_alone_and_old_ones_go_with_the_last_backup_that_has_them(
    made: Made, tmp_path: Path
) -> None:
    with open_house(made.settings()) as house:
        first, second, third = asyncio.run(_three_backups(house, tmp_path))
    (one,) = _listed(second).keys() - _listed(first).keys()
    assert _listed(third) == _listed(first)
    half = tmp_path / "files" / "ab" / "cd" / f".abcd{'0' * 28}.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    thin_out(tmp_path, 2)
    assert (tmp_path / "files" / one).exists() and not half.exists()
    assert not first.exists() and not kept_files.list_of(first).exists()
    thin_out(tmp_path, 1)
    left = {path.name for path in (tmp_path / "files").glob("??/??/*")}
    assert left == {name.rpartition("/")[2] for name in _listed(third)} and not (tmp_path / "files" / one).exists()


async def _three_backups(house: House, folder: Path) -> list[Path]:
    """Between the first and the second a file is kept, before the third it is removed for good; one that is lost is counted."""
    made = []
    async with at_work(house, pool_size=4):
        for hour in range(3):
            if hour == 1:
                new = await keep(None, replace(TO, subject_id=2), Upload("new.pdf", pdf()), NOW)
            if hour == 2:
                await execute(REMOVED, new, NOW)
            at = FixedClock(NOW + timedelta(hours=hour + 1))
            made.append(await make_backup(replace(house, clock=at), folder))
        assert [one.manifest.files_lost for one in made] == [0, 0, 0]
        lost = await keep(None, replace(TO, subject_id=3), Upload("lost.pdf", pdf()), NOW)
        store.drop(await fetch_value("SELECT place FROM file_record WHERE id = $1", lost))
        other = await make_backup(house, folder / "other")
        assert (other.manifest.files_lost, other.manifest.files) == (1, made[0].manifest.files)
        await execute(REMOVED, lost, NOW)
    return [one.dump for one in made]


def test_a_restore_overwrites_no_file_that_is_there(made: Made, new: Settings) -> None:
    name = next(iter(_listed(made.dump)))
    there = new.data_dir / "files" / name
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    (there.parent / "of another day").write_bytes(b"mine too")
    done = restore.restore(new, made.dump, made.safe)
    assert done.files == len(_listed(made.dump)) and there.read_bytes() == b"mine"
    assert (there.parent / "of another day").exists()


def test_a_backup_of_the_first_format_has_no_files(made: Made, tmp_path: Path) -> None:
    dump = copied(made.dump, tmp_path)
    content = json.loads(manifest_of(dump).read_text())
    for name in ("files", "file_bytes", "files_lost", "files_sha256"):
        del content[name]
    manifest_of(dump).write_text(json.dumps(content | {"format": 1}))
    assert read(dump).files == 0 and kept_files.check(dump, read(dump)) == []
