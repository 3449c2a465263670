"""The sealed files of a backup: copied once, since they never change, into a folder that all backups of a place share.

Beside the dump lies a list of what belongs to it, in the format of sha256sum (`cd files && sha256sum -c ../….files`). The
files' own keys are in the dump, sealed: without the installation's key neither can be read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervision.backup.manifest import Manifest, digest, write_whole
from supervision.errors import Refusal
from supervision.files import store
from supervision.locks import Lock

ROWS = "SELECT place, digest FROM file_record WHERE removed_at IS NULL ORDER BY id"


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that belongs to a backup: its name, and the SHA-256 of its sealed bytes."""

    place: str
    sha256: str

    @property
    def line(self) -> str:
        return f"{self.sha256}  {self.place[:2]}/{self.place[2:4]}/{self.place}\n"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: how many files belong to the backup, their bytes, how many were lost or damaged, the list's SHA-256."""

    files: int
    file_bytes: int
    files_lost: int
    files_sha256: str


def list_of(dump: Path) -> Path:
    """Where the list of a dump's files lies: beside it."""
    return dump.with_suffix(".files")


def folder_of(dump: Path) -> Path:
    """The folder that all backups beside this one share."""
    return dump.parent / "files"


async def hold(connection: Any) -> None:
    """See to it that no file is swept before the connection is closed."""
    await connection.execute("SELECT pg_advisory_lock_shared($1)", int(Lock.FILES))


async def listed(connection: Any) -> list[Listed]:
    """The files of the frozen moment; none where the schema is from before there were files."""
    if await connection.fetchval("SELECT to_regclass('file_record')") is None:
        return []
    return [Listed(row["place"], row["digest"]) for row in await connection.fetch(ROWS)]


def copy_out(source: Path, dump: Path, files: Sequence[Listed]) -> Copied:
    """Copy what isn't there yet, and write the list. A lost or damaged file is counted and left out: it must not keep the rest
    from being safe."""
    there = [one for one in files if _is_copied(source, folder_of(dump), one)]
    sizes = [store.path_of(one.place, folder_of(dump)).stat().st_size for one in there]
    write_whole(list_of(dump), "".join(one.line for one in there))
    return Copied(len(there), sum(sizes), len(files) - len(there), digest(list_of(dump)))


def _is_copied(source: Path, target: Path, file: Listed) -> bool:
    if store.path_of(file.place, target).exists():
        return True
    try:
        data = store.path_of(file.place, source).read_bytes()
    except FileNotFoundError:
        return False
    if hashlib.sha256(data).hexdigest() != file.sha256:
        return False
    store.put(target, file.place, [data])
    return True


# -- restore ------------------------------------------------------------------------------------------------------


def check(dump: Path, found: Manifest) -> list[Listed]:
    """The files of a backup, all of them there and as they were. Raises Refusal for the first that isn't; reads them all."""
    if not found.files:
        return []
    path = list_of(dump)
    if not path.is_file():
        raise Refusal(f"{path} is missing: the backup has {found.files} files, and nothing else says which.")
    if digest(path) != found.files_sha256:
        raise Refusal(f"{path} was changed: it isn't the list that the manifest speaks of.")
    files = list(_read(path))
    for one in files:
        copy = store.path_of(one.place, folder_of(dump))
        if not copy.is_file():
            raise Refusal(f"{copy} is missing, and the backup has it: take another copy of the backup.")
        if digest(copy) != one.sha256:
            raise Refusal(f"{copy} was changed: take another copy of the backup.")
    return files


def _read(path: Path) -> Iterator[Listed]:
    for line in path.read_text(encoding="utf-8").splitlines():
        sha256, _, name = line.partition("  ")
        yield Listed(name.rpartition("/")[2], sha256)


def copy_in(dump: Path, files: Sequence[Listed], target: Path) -> None:
    """Put the files into the data folder; what is there already stays."""
    for one in files:
        if not store.path_of(one.place, target).exists():
            store.put(target, one.place, [store.path_of(one.place, folder_of(dump)).read_bytes()])


def drop_unlisted(folder: Path) -> int:
    """Throw away the copies that no backup beside them lists any more; how many. The caller is alone in the folder."""
    wanted = {one.place for path in folder.glob("supervision-*.files") for one in _read(path)}
    left = [name for name in store.places(folder / "files") if name not in wanted]
    for name in left:
        store.drop(name, folder / "files")
    return len(left)
