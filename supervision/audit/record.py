"""One row for one act on people's files or on the settings, in the caller's transaction."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from supervision.db import insert


class Actor(Protocol):
    """Whoever acts: the viewer; None is a job or a command."""

    @property
    def id(self) -> int: ...

    @property
    def office(self) -> int: ...


async def record(
    viewer: Actor | None,
    action: str,
    *,
    subject: tuple[str, int] | None = None,
    people: Iterable[int] = (),
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write who did what, to whose files (a list of fifty people is one row); never a value of a sealed column."""
    kind, subject_id = subject or (None, None)
    row = {
        "at": now,
        "staff": viewer.id if viewer else None,
        "office": viewer.office if viewer else None,
        "action": action,
        "subject_kind": kind,
        "subject_id": subject_id,
        "people": sorted(set(people)),
        "detail": json.dumps(detail or {}, ensure_ascii=False),
    }
    await insert("audit_row", row)
