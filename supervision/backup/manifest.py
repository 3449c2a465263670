"""What a backup says of itself, in a file beside the dump: without it, or where it doesn't fit, nothing is restored."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from supervision.disk import sync_folder
from supervision.errors import Refusal

FORMAT = 2
FIRST_FORMAT = 1
"""Before there were files: what it doesn't say of them is none."""
NO_FILES = {"files": 0, "file_bytes": 0, "files_lost": 0, "files_sha256": ""}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup: by which program and server, what it holds, which keys open it. No value of a row."""

    made_at: datetime
    program: str
    server: int
    """Major version of PostgreSQL."""
    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    database_bytes: int
    dump_bytes: int
    sha256: str
    seal_fingerprint: str
    seal_keys: tuple[str, ...]
    """The sealing keys that rows are under."""
    audit_fingerprint: str | None
    audit_head: str | None
    roles: tuple[str, ...]
    """Roles that the dump gives rights to; a new server doesn't have them."""
    files: int
    """Sealed files that belong to it (kept_files.py)."""
    file_bytes: int
    files_lost: int
    """Files that were lost or damaged when it was made: it doesn't have them."""
    files_sha256: str
    """Of the list of its files."""

    def as_json(self) -> dict[str, Any]:
        """The same for a file or a command's answer."""
        return {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}


def manifest_of(dump: Path) -> Path:
    """Where the manifest of a dump lies: beside it."""
    return dump.with_suffix(".json")


def read(dump: Path) -> Manifest:
    """What the backup says of itself. Raises Refusal with one sentence for what can't be a whole backup of ours."""
    path = manifest_of(dump)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        number = content.pop("format")
    except FileNotFoundError:
        raise Refusal(f"{path} is missing: a dump without its manifest was cut off, or was copied alone.") from None
    except OSError as problem:
        raise Refusal(f"{path} can't be read: {problem.strerror}.") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal(f"{path} is not the manifest of a backup, or is damaged.") from None
    if number == FIRST_FORMAT:
        content |= NO_FILES
    elif number != FORMAT:
        raise Refusal(
            f"{path} has the format {number!r}, and this program knows {FORMAT}: restore with a newer release."
        )
    try:
        return _parsed(content)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal(f"{path} is not the manifest of a backup, or is damaged.") from None


def _parsed(content: dict[str, Any]) -> Manifest:
    given = content | {name: tuple(content[name]) for name in ("migrations", "seal_keys", "roles")}
    made = Manifest(**given | {"made_at": datetime.fromisoformat(content["made_at"])})
    counts = [*made.rows.values(), made.server, made.database_bytes, made.dump_bytes]
    counts += [made.files, made.file_bytes, made.files_lost]
    names = [
        *made.rows,
        *made.migrations,
        *made.seal_keys,
        *made.roles,
        made.program,
        made.sha256,
        made.seal_fingerprint,
        made.files_sha256,
    ]
    if not all(isinstance(one, int) for one in counts) or not all(isinstance(one, str) for one in names):
        raise ValueError("a field of another kind")
    return made


def digest(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner reads, and let it appear under its name when it is safe on the disk."""
    draft = path.with_name(f".{path.name}.part")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
