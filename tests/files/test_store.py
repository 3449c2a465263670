"""The sealed bytes on the disk: whole or refused, nobody else's to read, and their names tell nothing."""

import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervision.files import store
from supervision.files.store import MARK, PIECE, TAG_BYTES, Damaged, Lost

KEY = bytes(range(32))
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    before = list(store._in_use)
    store.use(tmp_path / "files")
    yield tmp_path / "files"
    store._in_use[:] = before


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(size: int) -> None:
    data = secrets.token_bytes(size)
    kept = store.write(KEY, data)
    assert store.read(kept.place, KEY) == data and list(store.places()) == [kept.place]


def test_only_the_owner_reads_it_and_neither_name_nor_bytes_tell_anything(folder: Path) -> None:
    kept = store.write(KEY, b"140190199003070118" * 9)
    path = store.path_of(kept.place)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (folder, path.parent, path.parent.parent)} == {0o700}
    assert b"140190199003070118" not in path.read_bytes() and path.parent.name == kept.place[2:4]
    other = store.write(KEY, b"140190199003070118" * 9)
    assert other.place != kept.place and store.path_of(other.place).read_bytes() != path.read_bytes()


def test_a_changed_bit_a_cut_and_another_key_are_found() -> None:
    kept = store.write(KEY, b"x" * (PIECE + 5))
    path = store.path_of(kept.place)
    whole = path.read_bytes()
    first = len(MARK) + PIECE + TAG_BYTES
    spoilt = [whole[:-1], whole[:first], whole[: len(MARK)], whole[first:], b"", whole + b"x", MARK + whole[first:]]
    spoilt += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, len(MARK), first - 1, first)]
    for data in spoilt:
        path.write_bytes(data)
        with pytest.raises(Damaged):
            store.read(kept.place, KEY)
    path.write_bytes(whole)
    with pytest.raises(Damaged):
        store.read(kept.place, bytes(32))


def test_pieces_cannot_change_places_and_a_file_cannot_take_anothers_name() -> None:
    kept = store.write(KEY, b"a" * PIECE + b"b" * PIECE + b"c")
    path = store.path_of(kept.place)
    whole, step = path.read_bytes(), PIECE + TAG_BYTES
    one, two, rest = (whole[len(MARK) + n * step : len(MARK) + (n + 1) * step] for n in range(3))
    path.write_bytes(MARK + two + one + rest)
    with pytest.raises(Damaged):
        store.read(kept.place, KEY)
    other = store.write(KEY, b"other")
    store.path_of(other.place).write_bytes(whole)
    with pytest.raises(Damaged):
        store.read(other.place, KEY)


def test_a_lost_file_is_said_to_be_lost() -> None:
    kept = store.write(KEY, b"x")
    store.drop(kept.place)
    with pytest.raises(Lost):
        store.read(kept.place, KEY)


def test_a_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    monkeypatch.setattr(store, "_make_folders", lambda root, shard: shard.mkdir(parents=True, exist_ok=True))
    with pytest.raises(OSError, match="No space"):
        store.write(KEY, b"x")
    assert list(store.places()) == []
