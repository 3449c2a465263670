"""The key of the audit chain: a file of its own beside the sealing key, so that changing one leaves the other alone."""

import contextlib
from pathlib import Path

from supervision.db import execute, fetch_value
from supervision.errors import Refusal
from supervision.sealed import Keyring, KeyringError

KEEP_FINGERPRINT = """INSERT INTO installation (key, value) VALUES ('audit_fingerprint', $1)
ON CONFLICT ON CONSTRAINT installation_key_once DO NOTHING"""

_in_use: list[Keyring] = []


def use(keyring: Keyring | None) -> None:
    """Set the key of this process, or none."""
    _in_use[:] = [keyring] if keyring else []


def current() -> Keyring:
    """The key of this process. Raises Refusal where there is none: nothing is sealed then, and everything else works."""
    if not _in_use:
        raise Refusal(
            "审计密钥不在原处，或者不是本数据库的：审计记录暂不封印；请从存放密钥的地方放回 audit.key，再重启后台任务。"
        )
    return _in_use[0]


async def make(path: Path) -> None:
    """Make the key for a database that never had one, and note whose database it is: whoever comes first."""
    if await known() is not None:
        return
    if not path.exists():
        with contextlib.suppress(KeyringError):  # another start made it meanwhile: then it is loaded below
            Keyring.create(path)
    await execute(KEEP_FINGERPRINT, Keyring.load(path).fingerprint)


async def take(path: Path) -> None:
    """Take this database's key into use; a lost or foreign one stops no work but the sealing. Raises KeyringError."""
    keyring = Keyring.load(path) if path.exists() else None
    use(keyring if keyring and keyring.fingerprint == await known() else None)


async def known() -> str | None:
    """The fingerprint of the key with which this database's rows are sealed; None before there is one."""
    fingerprint: str | None = await fetch_value("SELECT value FROM installation WHERE key = 'audit_fingerprint'")
    return fingerprint
