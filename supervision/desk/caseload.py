"""The caseload: which people, in which order, a page at a time. Every drive walks an index; nothing counts or sorts the whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import fetch, fetch_row
from supervision.orders.tables import KINDS, LEVELS
from supervision.people.search import search_condition

PAGE = 50
BOUND = 100
"""A count stops here and is shown as 99+."""
LATELY_DAYS = 30
SOON_DAYS = 30
STATES = ("due", "in_correction", "expired_hold", "ended")
TABS = ("all", "lapsed", "today", "alerted", "new", "ending")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    after: tuple[int, int, int] | None = None
    """The last row of the page before: number of the drive, key, id."""


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read the page's query; unknown values are as good as none."""
    return Wanted(
        tab=_choice(query.get("tab", ""), TABS) or "all",
        text=query.get("q", "").strip(),
        state=_choice(query.get("state", ""), STATES),
        kind=_choice(query.get("kind", ""), KINDS),
        level=_choice(query.get("level", ""), (*LEVELS, "none")),
        office=_number(query.get("office", "")),
        officer=_number(query.get("officer", "")),
        after=_cursor(query.get("after", "")),
    )


def _choice(value: str, choices: tuple[str, ...]) -> str:
    return value if value in choices else ""


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _cursor(value: str) -> tuple[int, int, int] | None:
    parts = value.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


# -- drives: each is (FROM and WHERE, key, id); a page walks them one after another ------------------------------


@dataclass(frozen=True, slots=True)
class Drive:
    """One way through the register in the order of an index: people with `{where}` after the cursor `{after}`."""

    sql: str
    after: str
    key: str = "timestamptz"
    """timestamptz | date | int"""


# Asked as EXISTS: beside a JOIN the planner lays out a cache for every person of the register before the first row.
_OPEN = """EXISTS (SELECT FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
                        WHERE o.person = {id} AND o.ended_at IS NULL AND {{where}})"""
_NO_LAPSE = "NOT EXISTS (SELECT FROM duty l WHERE l.person = a.person AND is_lapsed(l.state, l.limit_at, {now}))"
_NO_ALERT = "NOT EXISTS (SELECT FROM alert a WHERE a.person = {id} AND a.closed_at IS NULL)"
_FIRST = """NOT EXISTS (SELECT FROM duty e WHERE e.person = d.person AND e.state = 'open'
                           AND (e.limit_at, e.id) < (d.limit_at, d.id))"""

_ALERTED = f"""SELECT a.person AS person, a.since_at AS key, a.person::bigint AS id
          FROM alert a
         WHERE a.closed_at IS NULL AND {{more}} AND {_OPEN.format(id="a.person")} AND {{after}}
           AND NOT EXISTS (SELECT FROM alert e WHERE e.person = a.person AND e.closed_at IS NULL
                              AND (e.since_at, e.id) < (a.since_at, a.id))
         ORDER BY a.since_at, a.person LIMIT {{limit}}"""
_AFTER_SINCE = "(a.since_at, a.person) > ({key}, {id})"
ALERTED = Drive(_ALERTED.replace("{more}", "TRUE"), _AFTER_SINCE)
ONLY_ALERTED = Drive(_ALERTED.replace("{more}", _NO_LAPSE), _AFTER_SINCE)
_BY_LIMIT = f"""SELECT d.person AS person, d.limit_at AS key, d.id AS id
          FROM duty d
         WHERE d.state = 'open' AND {{range}} AND {_FIRST} AND {_OPEN.format(id="d.person")} AND {{after}}
         ORDER BY d.limit_at, d.id LIMIT {{limit}}"""
_AFTER_LIMIT = "(d.limit_at, d.id) > ({key}, {id})"
CALM = Drive(_BY_LIMIT.replace("{range}", f"d.limit_at > {{now}} AND {_NO_ALERT.format(id='d.person')}"), _AFTER_LIMIT)
LAPSED = Drive(_BY_LIMIT.replace("{range}", "d.limit_at <= {now}"), _AFTER_LIMIT)
TODAY = Drive(
    f"""SELECT d.person AS person, d.limit_at AS key, d.id AS id
          FROM duty d
         WHERE d.state = 'open' AND d.limit_at > {{now}} AND d.limit_at <= {{day_end}}
           AND {_OPEN.format(id="d.person")} AND {{after}}
           AND NOT EXISTS (SELECT FROM duty e WHERE e.person = d.person AND e.state = 'open' AND e.limit_at > {{now}}
                              AND (e.limit_at, e.id) < (d.limit_at, d.id))
         ORDER BY d.limit_at, d.id LIMIT {{limit}}""",
    _AFTER_LIMIT,
)
BARE = Drive(
    f"""SELECT o.person AS person, o.person AS key, o.person::bigint AS id
          FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND {_NO_ALERT.format(id="o.person")} AND {{where}} AND {{after}}
           AND NOT EXISTS (SELECT FROM duty d WHERE d.person = o.person AND d.state = 'open')
         ORDER BY o.person LIMIT {{limit}}""",
    "o.person > {id}",
    "int",
)
NEW = Drive(
    """SELECT o.person AS person, o.registered_at AS key, o.person::bigint AS id
          FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND o.registered_at >= {lately} AND {where} AND {after}
         ORDER BY o.registered_at DESC, o.person DESC LIMIT {limit}""",
    "(o.registered_at, o.person) < ({key}, {id})",
)
ENDING = Drive(
    """SELECT o.person AS person, o.end_on AS key, o.person::bigint AS id
          FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND o.end_on <= {soon} AND {where} AND {after}
         ORDER BY o.end_on, o.person LIMIT {limit}""",
    "(o.end_on, o.person) > ({key}, {id})",
    "date",
)
ENDED = Drive(
    """SELECT p.id AS person, p.id AS key, p.id::bigint AS id
          FROM person p
          JOIN LATERAL (SELECT * FROM orders e WHERE e.person = p.id ORDER BY e.ended_at IS NULL DESC, e.id DESC LIMIT 1) o
            ON o.ended_at IS NOT NULL
         WHERE p.merged_into IS NULL AND {where} AND {after}
         ORDER BY p.id DESC LIMIT {limit}""",
    "p.id < {id}",
    "int",
)
DRIVES: Mapping[str, tuple[Drive, ...]] = {
    "all": (LAPSED, ONLY_ALERTED, CALM, BARE),
    "lapsed": (LAPSED,),
    "today": (TODAY,),
    "alerted": (ALERTED,),
    "new": (NEW,),
    "ending": (ENDING,),
}


# -- a page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageOfPeople:
    """The ids of one page in order, and where the next one goes on."""

    ids: list[int]
    after: str | None


async def page_of_people(viewer: Viewer, want: Wanted, now: datetime) -> PageOfPeople:
    """The next people: at most four queries, one where the first drive fills the page."""
    drives = (ENDED,) if want.state == "ended" else DRIVES[want.tab]
    start = want.after or (0, -1, -1)
    found: list[tuple[int, Any]] = []
    for number, drive in enumerate(drives[start[0] :], start[0]):
        cursor = start if number == start[0] and want.after else None
        rows = await _walk(drive, viewer, want, cursor, now=now, limit=PAGE + 1 - len(found))
        found += [(number, row) for row in rows]
        if len(found) > PAGE:
            break
    shown = found[:PAGE]
    return PageOfPeople([row["person"] for _, row in shown], _mark(*shown[-1]) if len(found) > PAGE else None)


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


async def _walk(
    drive: Drive, viewer: Viewer, want: Wanted, cursor: tuple[int, int, int] | None, *, now: datetime, limit: int
) -> list[Any]:
    args: list[Any] = []
    where = _where(viewer, want, args)
    parts = {"where": where, "after": _after(drive, cursor, args), "limit": str(limit)}
    return await fetch(_filled(drive.sql, parts, now, args), *args)


def _after(drive: Drive, cursor: tuple[int, int, int] | None, args: list[Any]) -> str:
    if cursor is None:
        return "TRUE"
    named = {}
    for name, kind, value in (("key", drive.key, _as_key(drive, cursor[1])), ("id", "bigint", cursor[2])):
        if f"{{{name}}}" in drive.after:
            args.append(value)
            named[name] = f"${len(args)}::{kind}"
    return drive.after.format(**named)


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


def _where(viewer: Viewer, want: Wanted, args: list[Any]) -> str:
    conditions = [search_condition(want.text, viewer, args)]
    if want.state and want.state != "ended":
        conditions.append(f"o.state = {_put(args, want.state)}")
    if want.kind:
        conditions.append(f"o.kind = {_put(args, want.kind)}")
    if want.level:
        conditions.append(f"NOT {_CLASSED}" if want.level == "none" else _LEVEL.format(level=_put(args, want.level)))
    for column, value in (("office", want.office), ("staff", want.officer)):
        if value is not None:
            conditions.append(
                f"p.id IN (SELECT person FROM responsibility WHERE {column} = {_put(args, value)} AND to_at IS NULL)"
            )
    return " AND ".join(conditions)


_CLASSED = "EXISTS (SELECT FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL)"
# A question with yes or no: of "level = x" the planner expects one in 200, and would sort the whole register first.
_LEVEL = """(SELECT c.level = {level} FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
              ORDER BY c.happened_at DESC, c.id DESC LIMIT 1)"""


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
    sql = _ALL_OPEN if tab == "all" else DRIVES[tab][0].sql
    bounded = _filled(sql, {"where": visible, "after": "TRUE", "limit": str(BOUND)}, now, args)
    return f"SELECT count(*) FROM ({bounded}) counted"


def _pairs(text: str | None) -> list[tuple[int, str]]:
    return [(number, name) for number, name in json.loads(text or "[]")]


_ALL_OPEN = """SELECT p.id FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
                WHERE o.ended_at IS NULL AND {where} AND {after} LIMIT {limit}"""


def shown_count(count: int) -> str:
    """`99`, and from a hundred on `99+`."""
    return str(count) if count < BOUND else f"{BOUND - 1}+"
