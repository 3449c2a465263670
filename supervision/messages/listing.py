"""Texts as staff read them: by what became of them, newest first, of the people in the viewer's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch, fetch_row, fetch_value
from supervision.errors import NotFound
from supervision.language import N_
from supervision.messages.export import phone_ends
from supervision.people.scope import visible_people

PAGE = 50
MOST_COUNTED = 100
CONDITIONS: Mapping[str, str] = {
    "unknown": "m.state = 'unknown' AND m.looked_at IS NULL",
    "waiting": "m.state IN ('waiting', 'sending')",
    "failed": "m.state IN ('failed', 'undelivered', 'expired')",
    "sent": "(m.state IN ('sent', 'delivered', 'cancelled') OR m.looked_at IS NOT NULL)",
}
TABS: Mapping[str, str] = {
    "unknown": N_("结果不明"),
    "waiting": N_("待发送"),
    "failed": N_("未送达"),
    "sent": N_("已发送"),
}
KINDS: Mapping[str, str] = {
    "reminder": N_("到期提醒"),
    "missed": N_("未办告知"),
    "visit": N_("会见提醒"),
    "digest": N_("工作摘要"),
}
STATES: Mapping[str, tuple[str, str]] = {
    # state: (kind of badge, words)
    "waiting": ("due", N_("待发送")),
    "sending": ("due", N_("正在发送")),
    "sent": ("plain", N_("已发出")),
    "delivered": ("ok", N_("已送达")),
    "undelivered": ("lapse", N_("未送达")),
    "failed": ("lapse", N_("发送失败")),
    "unknown": ("lapse", N_("结果不明")),
    "expired": ("paused", N_("过时未发")),
    "cancelled": ("paused", N_("已取消")),
}
SHOWN = """
SELECT m.id, m.person, m.staff, m.kind, m.body, m.state, m.created_at, m.not_before, m.not_after, m.claimed_at,
       m.error, m.attempts, m.looked_at, m.looked_note, m.recipient_sealed, p.name AS person_name,
       s.name AS staff_name, l.name AS looked_name
  FROM message m LEFT JOIN person p ON p.id = m.person LEFT JOIN staff s ON s.id = m.staff
       LEFT JOIN staff l ON l.id = m.looked_by
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One text on the page; `ends` are the last two digits of its number."""

    row: Record
    ends: str

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def state(self) -> tuple[str, str]:
        """The badge's kind and words; one that somebody dealt with waits for nobody."""
        kind, words = STATES[self.row["state"]]
        return ("plain", words) if self.row["looked_at"] else (kind, words)

    @property
    def kind(self) -> str:
        return KINDS.get(self.row["kind"], self.row["kind"])

    @property
    def needs_a_human(self) -> bool:
        """Nobody knows whether it was sent, and nobody has looked yet."""
        return self.row["state"] == "unknown" and self.row["looked_at"] is None

    @property
    def moment(self) -> datetime:
        """When it was last tried, else when it was made."""
        tried: datetime | None = self.row["claimed_at"]
        made: datetime = self.row["created_at"]
        return tried or made


def in_scope(viewer: Viewer, args: list[Any]) -> str:
    """The SQL condition for the texts of a viewer: to people in scope, and to staff of the own office (all: everybody)."""
    people = visible_people(viewer, "m.person", args)
    if viewer.scope == "all":
        return people
    args.append(viewer.office)
    return f"({people} OR m.staff IN (SELECT id FROM staff WHERE office = ${len(args)}))"


async def page_of_texts(viewer: Viewer, tab: str, before: int | None) -> tuple[list[Shown], int | None]:
    """A page of a tab, and the id before which the next one goes on; None at the end."""
    args: list[Any] = [before]
    scope = in_scope(viewer, args)
    rows = await fetch(
        f"""{SHOWN} WHERE {CONDITIONS[tab]} AND ($1::bigint IS NULL OR m.id < $1) AND {scope}
            ORDER BY m.id DESC LIMIT {PAGE + 1}""",
        *args,
    )
    shown = [_shown(row) for row in rows[:PAGE]]
    return shown, shown[-1].id if len(rows) > PAGE else None


async def count_texts(viewer: Viewer, tab: str) -> int:
    """How many are in a tab, counted no further than 100."""
    args: list[Any] = []
    scope = in_scope(viewer, args)
    found = await fetch_value(
        f"SELECT count(*) FROM (SELECT FROM message m WHERE {CONDITIONS[tab]} AND {scope} LIMIT {MOST_COUNTED}) AS few",
        *args,
    )
    return int(found)


async def get_text(viewer: Viewer, message: int) -> Shown:
    """One text in the viewer's scope. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [message]
    scope = in_scope(viewer, args)
    row = await fetch_row(f"{SHOWN} WHERE m.id = $1 AND {scope}", *args)
    if row is None:
        raise NotFound
    return _shown(row)


def _shown(row: Record) -> Shown:
    return Shown(row, phone_ends(row["recipient_sealed"]))
