"""How the seal stands, for the doctor: its key, where the chain ends, and whether anything waits too long."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supervision.audit import key
from supervision.audit.heads import Head
from supervision.audit.seal import latest_head
from supervision.audit.verify import LATE, TICKS
from supervision.db import fetch_row, fetch_value
from supervision.sealed import Keyring, KeyringError


@dataclass(frozen=True, slots=True)
class SealStanding:
    """`key`: this database's fingerprint where the file holds that key; `last_at`: when the sealer last came."""

    known: str | None
    key: str | None
    head: Head | None
    waiting: int
    late: int
    last_at: datetime | None

    @property
    def key_lost(self) -> bool:
        return self.known is not None and self.key is None


async def seal_standing(path: Path, now: datetime) -> SealStanding:
    """Look; nothing is changed."""
    known, late = await key.known(), await fetch_row(LATE, now - TICKS)
    return SealStanding(
        known=known,
        key=known if known and _fingerprint(path) == known else None,
        head=await latest_head(),
        waiting=await fetch_value("SELECT count(*) FROM audit_unsealed"),
        late=late["waiting"] if late else 0,
        last_at=await fetch_value("SELECT at FROM heartbeat WHERE job = 'seal'"),
    )


def _fingerprint(path: Path) -> str | None:
    try:
        return Keyring.load(path).fingerprint
    except KeyringError:
        return None
