"""The sealed bytes of files in the data folder: written whole or not at all, read whole or refused.

Each file has a key of its own (its row keeps it, sealed with the installation's key), so a rotation of keys touches rows
only. The bytes are AES-256-GCM in pieces of 64 KiB: a piece's place in the row of pieces and whether it is the last are in
its nonce, the file's name in what is authenticated, so pieces can't be changed, moved, swapped or cut off unseen.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervision.disk import sync_folder

PIECE = 64 * 1024
TAG_BYTES = 16
KEY_BYTES = 32
MARK = b"sealed file 1\n"
"""How a sealed file begins."""

_in_use: list[Path] = []


class Lost(Exception):
    """A file that its row speaks of and that isn't in the data folder."""


class Damaged(Exception):
    """A file that was changed, cut off, or sealed with another key."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was written: where, and the SHA-256 of its sealed bytes."""

    place: str
    digest: str


def use(folder: Path) -> None:
    """Set this process's folder of files; called once at the start. It is made when the first file is kept."""
    _in_use[:] = [folder]


def folder() -> Path:
    """This process's folder of files; raise RuntimeError when none was set."""
    if not _in_use:
        raise RuntimeError("no folder of files: call files.store.use() at start")
    return _in_use[0]


def path_of(place: str, root: Path | None = None) -> Path:
    """Where a file lies: two levels of folders, so that none grows beyond bounds."""
    return (root or folder()) / place[:2] / place[2:4] / place


def write(key: bytes, data: bytes) -> Stored:
    """Seal bytes into a new file."""
    place = secrets.token_hex(16)
    return Stored(place, put(folder(), place, _sealed(key, place, data)))


def put(root: Path, place: str, parts: Iterable[bytes]) -> str:
    """Write a file that only its owner reads, safe on the disk under its name when this returns; its SHA-256."""
    path = path_of(place, root)
    _make_folders(root, path.parent)
    digest = hashlib.sha256()
    draft = path.with_name(f".{place}.part")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return digest.hexdigest()


def read(place: str, key: bytes) -> bytes:
    """Open a file. Raises Lost, or Damaged for one changed bit."""
    try:
        sealed = path_of(place).read_bytes()
    except FileNotFoundError:
        raise Lost(place) from None
    if not sealed.startswith(MARK):
        raise Damaged(place)
    return b"".join(_opened(key, place, sealed[len(MARK) :]))


def _sealed(key: bytes, place: str, data: bytes) -> Iterator[bytes]:
    yield MARK
    box, last = AESGCM(key), max(len(data) - 1, 0) // PIECE
    for number in range(last + 1):
        piece = data[number * PIECE : (number + 1) * PIECE]
        yield box.encrypt(_nonce(number, last=number == last), piece, place.encode())


def _opened(key: bytes, place: str, sealed: bytes) -> Iterator[bytes]:
    box, step = AESGCM(key), PIECE + TAG_BYTES
    last = max(len(sealed) - 1, 0) // step
    try:
        for number in range(last + 1):
            piece = sealed[number * step : (number + 1) * step]
            yield box.decrypt(_nonce(number, last=number == last), piece, place.encode())
    except InvalidTag:
        raise Damaged(place) from None


def _nonce(number: int, *, last: bool) -> bytes:
    """Twelve bytes that no other piece under this key has: the key seals one file only, and once."""
    return number.to_bytes(11, "big") + bytes([last])


def places(root: Path | None = None) -> Iterator[str]:
    """The names of all files in the folder; what was never finished begins with a dot."""
    for path in (root or folder()).glob("??/??/*"):
        yield path.name


def drop(name: str, root: Path | None = None) -> None:
    """Take a file, or what was never finished of one, off the disk."""
    path_of(name.strip(".").removesuffix(".part"), root).with_name(name).unlink(missing_ok=True)


def _make_folders(root: Path, shard: Path) -> None:
    for one in (root, shard.parent, shard):
        if not one.is_dir():
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(one.parent)
