"""One row for one act on people's files or on the settings, in the caller's transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from supervision.db import Record, fetch, insert


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
    await insert("audit_row", _row(viewer, action, subject, people, detail=detail, now=now))


def _row(
    viewer: Actor | None,
    action: str,
    subject: tuple[str, int] | None,
    people: Iterable[int],
    *,
    detail: Mapping[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    kind, subject_id = subject or (None, None)
    return {
        "at": now,
        "staff": viewer.id if viewer else None,
        "office": viewer.office if viewer else None,
        "action": action,
        "subject_kind": kind,
        "subject_id": subject_id,
        "people": sorted(set(people)),
        "detail": json.dumps(detail or {}, ensure_ascii=False),
    }


# -- seeing ------------------------------------------------------------------------------------------------------

NOTED: Final = "WITH noted AS (INSERT INTO audit_row "
"""How a statement begins that leaves an audit row beside what it reads: a line of its own, its values the last arguments."""


@dataclass(frozen=True, slots=True)
class Seeing:
    """Who looks at what: an audit row that is written by the statement which reads what is shown."""

    viewer: Actor
    action: str
    now: datetime
    subject: tuple[str, int] | None = None
    detail: Mapping[str, Any] | None = None

    async def fetch(self, people: Iterable[int], sql: str, *args: Any) -> list[Record]:
        """The rows of a SELECT, and the audit row with these people: one statement, so one commit."""
        row = _row(self.viewer, self.action, self.subject, people, detail=self.detail, now=self.now)
        marks = ", ".join(f"${n}" for n in range(len(args) + 1, len(args) + len(row) + 1))
        noted = f"{NOTED}({', '.join(row)}) VALUES ({marks}))\n"
        return await fetch(noted + sql, *args, *row.values())
