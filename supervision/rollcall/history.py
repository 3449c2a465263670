"""The roll calls that are kept: the last days, and one of them whole, with its list counted and hashed again."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import SHANGHAI
from supervision.db import Record, fetch, fetch_row
from supervision.language import N_
from supervision.language import gettext as _
from supervision.people.scope import visible_people
from supervision.rollcall.buckets import CORRECTION
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.register import REMAINDER, Register
from supervision.rollcall.strays import said_of
from supervision.rollcall.take import hash_of

DAYS = 14


@dataclass(frozen=True, slots=True)
class KeptDay:
    """One day in a line: the viewer's part of it."""

    day: date
    taken_at: datetime
    total: int
    """Of the register of correction."""
    remainder: int
    lost: int
    """People named that day as lost; of a part of the register, whoever had no bucket, in correction or in help."""
    list_hash: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody who was named as lost, or whom the sets don't explain."""

    number: str
    name: str
    what: str
    """As it is kept, in Chinese; a page shows `said`."""
    person: int | None

    @property
    def said(self) -> str:
        """What is wrong, in the language of the request."""
        return said_of(self.what)


@dataclass(frozen=True, slots=True)
class KeptRegister:
    """The register of help on that day, counted anew from its list."""

    counts: dict[str, int]
    total: int
    remainder: int
    list_hash: str
    hash_holds: bool | None


@dataclass(frozen=True, slots=True)
class KeptList:
    """A day's roll call as it is printed: counted anew from its list, in the viewer's scope."""

    day: date
    taken_at: datetime
    counts: dict[str, int]
    total: int
    remainder: int
    headline: dict[str, Any]
    lost: list[Lost]
    unexplained: list[Lost]
    """Whom yesterday + came − went doesn't explain."""
    list_hash: str
    audit_head: str | None
    """Where the audit chain stood."""
    help: KeptRegister | None
    """The register of help; None of a day before it was counted."""
    hash_holds: bool | None
    """Whether the kept list still has the kept hash; None for who doesn't see the whole list."""

    @property
    def taken_text(self) -> str:
        """When it was taken, as it must stand on paper: never “today”."""
        return f"{self.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


RECENT = """
SELECT day, taken_at, list_hash, jsonb_array_length(headline -> 'lost') AS lost, total, remainder
  FROM roll_call r ORDER BY day DESC LIMIT $1"""
RECENT_OF_SCOPE = f"""
SELECT r.day, r.taken_at, r.list_hash, count(e.id) FILTER (WHERE e.bucket = '{REMAINDER}') AS lost,
       count(e.id) FILTER (WHERE e.register = '{CORRECTION.code}') AS total,
       count(e.id) FILTER (WHERE e.bucket = '{REMAINDER}') AS remainder
  FROM (SELECT * FROM roll_call ORDER BY day DESC LIMIT $1) r
  LEFT JOIN roll_call_entry e ON e.roll_call = r.id AND {{scope}}
 GROUP BY r.id, r.day, r.taken_at, r.list_hash ORDER BY r.day DESC"""


async def recent_days(viewer: Viewer) -> list[KeptDay]:
    """The last days; the numbers are those of the people in the viewer's scope."""
    args: list[Any] = [DAYS]
    sql = (
        RECENT
        if viewer.scope == "all"
        else RECENT_OF_SCOPE.replace("{scope}", visible_people(viewer, "e.person", args))
    )
    names = ("day", "taken_at", "total", "remainder", "lost", "list_hash")
    return [KeptDay(*(row[name] for name in names)) for row in await fetch(sql, *args)]


async def kept_list(viewer: Viewer, day: date | None) -> KeptList | None:
    """The roll call of a day (None: the last one); None where none was taken."""
    stored = await fetch_row(
        "SELECT * FROM roll_call WHERE $1::date IS NULL OR day = $1 ORDER BY day DESC LIMIT 1", day
    )
    if stored is None:
        return None
    args: list[Any] = [stored["id"]]
    scope = visible_people(viewer, "e.person", args)
    entries = await fetch(
        f"SELECT register, subject_id, bucket FROM roll_call_entry e WHERE roll_call = $1 AND {scope}", *args
    )
    return await _kept_list(viewer, stored, entries)


async def _kept_list(viewer: Viewer, stored: Record, entries: list[Record]) -> KeptList:
    head = json.loads(stored["headline"])
    moved = head["movement"]
    whole = viewer.scope == "all"
    mine = _counted(CORRECTION, entries, stored["list_hash"], whole=whole)
    return KeptList(
        day=stored["day"],
        taken_at=stored["taken_at"],
        counts=mine.counts,
        total=mine.total,
        remainder=mine.remainder,
        headline=head if whole else {},
        lost=await _named(viewer, [tuple(one) for one in head["lost"]]),
        unexplained=await _unexplained(moved) if whole and moved else [],
        list_hash=mine.list_hash,
        audit_head=stored["audit_head"],
        help=_counted(HELP, entries, head["help"]["list_hash"], whole=whole) if "help" in head else None,
        hash_holds=mine.hash_holds,
    )


def _counted(register: Register, entries: list[Record], list_hash: str, *, whole: bool) -> KeptRegister:
    """One register of a kept list; whether its hash holds, where the whole list is seen."""
    found = [(entry["subject_id"], entry["bucket"]) for entry in entries if entry["register"] == register.code]
    counts = {bucket.code: sum(one == bucket.code for _, one in found) for bucket in register.buckets}
    holds = hash_of(found, register.code) == list_hash if whole else None
    return KeptRegister(counts, len(found), len(found) - sum(counts.values()), list_hash, holds)


async def _named(viewer: Viewer, lost: list[tuple[Any, ...]]) -> list[Lost]:
    """Those named that day whom the viewer may see, once each."""
    args: list[Any] = [[person for _, person, _ in lost]]
    rows = await fetch(
        f"""SELECT p.id, p.name FROM person p WHERE p.id = ANY($1) AND {visible_people(viewer, "p.id", args)}""", *args
    )
    names = {row["id"]: row["name"] for row in rows}
    numbers = await _numbers([order for order, _, _ in lost if order])
    said: dict[tuple[int | None, int], list[str]] = {}
    for order, person, what in lost:
        said.setdefault((order, person), []).append(what)
    return [
        Lost(numbers.get(order or 0, f"#{person}"), names[person], "；".join(whats), person)
        for (order, person), whats in said.items()
        if person in names
    ]


async def _numbers(orders: list[int]) -> dict[int, str]:
    rows = await fetch("SELECT id, number FROM orders WHERE id = ANY($1)", orders)
    return {row["id"]: row["number"] for row in rows}


async def _unexplained(moved: dict[str, Any]) -> list[Lost]:
    ids = [*moved["missing"], *moved["unexplained"]]
    rows = await fetch(
        "SELECT o.id, o.number, o.person, p.name FROM orders o JOIN person p ON p.id = o.person WHERE o.id = ANY($1)",
        ids,
    )
    known = {row["id"]: row for row in rows}
    told = [(order, N_("应在册而不在册")) for order in moved["missing"]]
    told += [(order, N_("在册而没有来历")) for order in moved["unexplained"]]
    return [
        Lost(known[order]["number"], known[order]["name"], what, known[order]["person"])
        if order in known
        else Lost(f"#{order}", _("登记已不存在"), what, None)
        for order, what in told
    ]
