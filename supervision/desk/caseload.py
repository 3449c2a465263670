"""The caseload: which people, in which order, a page at a time. Every drive walks an index; nothing counts or sorts the whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from supervision.access.forms import as_id
from supervision.access.viewer import Viewer
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import fetch, fetch_row
from supervision.desk.drives import DRIVES, ENDED, OF_FEW, STRETCH_ENDS, WHO_FITS, WHO_IS_LEFT, Drive
from supervision.orders.tables import KINDS, LEVELS
from supervision.people.search import search_condition

PAGE = 50
BOUND = 100
"""A count stops here and is shown as 99+."""
FEW = 2_000
"""Up to so many people who fit are looked up one by one; more are met soon enough on the way through an index."""
STRETCH = 20_000
"""Open duties that are walked over before it is asked who is left at all: most belong to people who were shown already."""
LATELY_DAYS = 30
SOON_DAYS = 30
STATES = ("due", "in_correction", "expired_hold", "ended")
TABS = ("all", "lapsed", "today", "alerted", "new", "ending")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Cursor = tuple[int, int, int]
"""A row of a page: number of the drive, key, id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the viewer asked for; anything that isn't a choice of ours was left out."""

    tab: str = "all"
    text: str = ""
    state: str = ""
    kind: str = ""
    level: str = ""
    office: int | None = None
    officer: int | None = None
    after: Cursor | None = None
    """The last row of the page before."""

    @property
    def narrows(self) -> bool:
        """Whether there is a filter that perhaps hardly anybody fits."""
        return bool(self.text or self.state or self.kind or self.level or self.office or self.officer)


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read the page's query; unknown values are as good as none."""
    return Wanted(
        tab=_choice(query.get("tab", ""), TABS) or "all",
        text=query.get("q", "").strip(),
        state=_choice(query.get("state", ""), STATES),
        kind=_choice(query.get("kind", ""), KINDS),
        level=_choice(query.get("level", ""), (*LEVELS, "none")),
        office=as_id(query.get("office", "")),
        officer=as_id(query.get("officer", "")),
        after=_cursor(query.get("after", "")),
    )


def _choice(value: str, choices: tuple[str, ...]) -> str:
    return value if value in choices else ""


def _cursor(value: str) -> Cursor | None:
    parts = value.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


# -- a page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageOfPeople:
    """The ids of one page in order, and where the next one goes on."""

    ids: list[int]
    after: str | None


async def page_of_people(viewer: Viewer, want: Wanted, now: datetime) -> PageOfPeople:
    """The next people: one query where the first drive fills the page, else one or two a drive; one before where there is a filter."""
    way = _Way(viewer, want, now)
    await way.look_ahead()
    drives = (ENDED,) if want.state == "ended" else DRIVES[want.tab]
    start = want.after or (0, -1, -1)
    found: list[tuple[int, Any]] = []
    for number, drive in enumerate(drives[start[0] :], start[0]):
        cursor = start if number == start[0] and want.after else None
        rows = await way.rows(drive, cursor, PAGE + 1 - len(found))
        found += [(number, row) for row in rows]
        if len(found) > PAGE:
            break
    shown = found[:PAGE]
    return PageOfPeople([row["person"] for _, row in shown], _mark(*shown[-1]) if len(found) > PAGE else None)


@dataclass(slots=True)
class _Way:
    """The viewer's way through the drives; `few`: all who can still come, once it is known that these are few."""

    viewer: Viewer
    want: Wanted
    now: datetime
    few: list[int] | None = None

    async def look_ahead(self) -> None:
        """Of a filter, or an office, that few fit: who they are. A walk that meets nobody would see the whole register."""
        if self.want.narrows or self.viewer.scope != "all":
            args: list[Any] = []
            where = _where(self.viewer, self.want, args, each=False)
            await self._who(WHO_FITS, {"where": where, "ended": str(self.want.state == "ended")}, args)

    async def rows(self, drive: Drive, cursor: Cursor | None, limit: int) -> list[Any]:
        """The next people of a drive, after the cursor."""
        found: list[Any] = []
        while self.few is None and drive.upto:
            end = await self._end_of_stretch(drive, cursor)
            found += await self._ask(drive, (cursor, end), limit - len(found))
            if end is None or len(found) == limit:
                return found
            cursor = end
            await self._look_who_is_left(drive, end)
        return found + await self._ask(drive, (cursor, None), limit - len(found))

    async def _ask(self, drive: Drive, between: tuple[Cursor | None, Cursor | None], limit: int) -> list[Any]:
        args: list[Any] = []
        parts = {"after": _bound(drive, drive.after, between[0], args), "limit": str(limit)}
        parts["upto"] = _bound(drive, drive.upto, between[1], args)
        if self.few is None:
            parts |= {"walked": drive.walked, "where": _where(self.viewer, self.want, args, each=True)}
        else:
            parts |= {"walked": OF_FEW[drive.walked].format(few=_put(args, self.few)), "where": "TRUE"}
        return await fetch(_filled(drive.sql, parts, self.now, args), *args)

    async def _end_of_stretch(self, drive: Drive, cursor: Cursor | None) -> Cursor | None:
        args: list[Any] = []
        parts = {"after": _bound(drive, drive.after, cursor, args), "stretch": str(STRETCH - 1)}
        row = await fetch_row(_filled(STRETCH_ENDS, parts, self.now, args), *args)
        return (0, _as_number(row["key"]), row["id"]) if row else None

    async def _look_who_is_left(self, drive: Drive, end: Cursor) -> None:
        args: list[Any] = []
        upto = _bound(drive, drive.upto, end, args)
        await self._who(WHO_IS_LEFT, {"upto": upto, "where": _where(self.viewer, self.want, args, each=True)}, args)

    async def _who(self, sql: str, parts: Mapping[str, str], args: list[Any]) -> None:
        rows = await fetch(sql.format(**parts, limit=FEW + 1), *args)
        self.few = sorted({row["person"] for row in rows}) if len(rows) <= FEW else None


def _mark(number: int, row: Any) -> str:
    return f"{number}.{_as_number(row['key'])}.{row['id']}"


def _as_number(key: Any) -> int:
    if isinstance(key, datetime):
        return (key - EPOCH) // timedelta(microseconds=1)
    return key.toordinal() if isinstance(key, date) else int(key)


def _as_key(drive: Drive, number: int) -> Any:
    if drive.key == "timestamptz":
        return EPOCH + timedelta(microseconds=min(number, 10**16))
    return date.fromordinal(min(max(number, 1), 10**6)) if drive.key == "date" else number


def _bound(drive: Drive, condition: str, at: Cursor | None, args: list[Any]) -> str:
    """The drive's condition on being after, or not after, a row; TRUE without one."""
    if at is None:
        return "TRUE"
    named = {}
    for name, kind, value in (("key", drive.key, _as_key(drive, at[1])), ("id", "bigint", at[2])):
        if f"{{{name}}}" in condition:
            args.append(value)
            named[name] = f"${len(args)}::{kind}"
    return condition.format(**named)


def _filled(sql: str, parts: Mapping[str, str], now: datetime, args: list[Any]) -> str:
    """The statement with its parts and, where it asks for them, the moments of this page."""
    today = local_day(now)
    moments = {
        "now": ("timestamptz", now),
        "day_end": ("timestamptz", end_of(today)),
        "lately": ("timestamptz", start_of(add_days(today, -LATELY_DAYS))),
        "soon": ("date", add_days(today, SOON_DAYS)),
    }
    named = dict(parts)
    for name, (kind, value) in moments.items():
        if f"{{{name}}}" in sql:
            args.append(value)
            named[name] = f"${len(args)}::{kind}"
    return sql.format(**named)


def _where(viewer: Viewer, want: Wanted, args: list[Any], *, each: bool) -> str:
    """What is wanted; `each`: as a question to one person after another, else such that the planner may start from it."""
    conditions = [search_condition(want.text, viewer, args, each=each)]
    if want.state and want.state != "ended":
        conditions.append(f"o.state = {_put(args, want.state)}")
    if want.kind:
        conditions.append(f"o.kind = {_put(args, want.kind)}")
    if want.level:
        conditions.append(_level(want.level, each=each))
    for column, value in (("office", want.office), ("staff", want.officer)):
        if value is not None:
            conditions.append(
                f"p.id IN (SELECT person FROM responsibility WHERE {column} = {_put(args, value)} AND to_at IS NULL)"
            )
    return " AND ".join(conditions)


def _level(level: str, *, each: bool) -> str:
    """On the class that was decided last. It is one of ours and stands in the statement: so the planner knows how many have it."""
    if level == "none":
        return "NOT EXISTS (SELECT FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL)"
    return (_HAS_LEVEL if each else _OF_LEVEL).format(level=level)


_HAS_LEVEL = """(SELECT c.level = '{level}' FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
              ORDER BY c.happened_at DESC, c.id DESC LIMIT 1)"""
_OF_LEVEL = """o.id IN (SELECT c.order_id FROM class_decision c WHERE c.level = '{level}' AND c.withdrawn_at IS NULL
              AND NOT EXISTS (SELECT FROM class_decision l WHERE l.order_id = c.order_id AND l.withdrawn_at IS NULL
                                 AND (l.happened_at, l.id) > (c.happened_at, c.id)))"""


def _put(args: list[Any], value: Any) -> str:
    args.append(value)
    return f"${len(args)}"


# -- counts and choices ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Around:
    """How many people each tab holds, up to BOUND, and what the filters offer."""

    counts: dict[str, int]
    offices: list[tuple[int, str]]
    officers: list[tuple[int, str]]


async def around(viewer: Viewer, office: int | None, now: datetime) -> Around:
    """One query of bounded sub-selects; the offices are for the bureau, the officers are those of the chosen or own one."""
    args: list[Any] = []
    visible = search_condition("", viewer, args)
    columns = [f"({_counted(tab, visible, now, args)}) AS {tab}" for tab in TABS]
    of_office = {"all": office, "office": viewer.office}.get(viewer.scope)
    columns += [
        f"(SELECT json_agg(json_build_array(id, name) ORDER BY id) FROM office WHERE {_put(args, viewer.scope == 'all')}"
        " AND kind = 'judicial_office' AND closed_at IS NULL) AS offices",
        f"(SELECT json_agg(json_build_array(id, name) ORDER BY id) FROM staff WHERE office = {_put(args, of_office)}"
        " AND disabled_at IS NULL AND role IN ('officer', 'head')) AS officers",
    ]
    row = await fetch_row(f"SELECT {', '.join(columns)}", *args)
    assert row is not None
    return Around({tab: row[tab] for tab in TABS}, _pairs(row["offices"]), _pairs(row["officers"]))


def _counted(tab: str, visible: str, now: datetime, args: list[Any]) -> str:
    first = DRIVES[tab][0]
    parts = {"walked": first.walked, "where": visible, "after": "TRUE", "upto": "TRUE", "limit": str(BOUND)}
    bounded = _filled(_ALL_OPEN if tab == "all" else first.sql, parts, now, args)
    return f"SELECT count(*) FROM ({bounded}) counted"


def _pairs(text: str | None) -> list[tuple[int, str]]:
    return [(number, name) for number, name in json.loads(text or "[]")]


_ALL_OPEN = """SELECT p.id FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
                WHERE o.ended_at IS NULL AND {where} AND {after} LIMIT {limit}"""


def shown_count(count: int) -> str:
    """`99`, and from a hundred on `99+`."""
    return str(count) if count < BOUND else f"{BOUND - 1}+"
