"""The day of whoever has files: what is owed today, what is late, what is new, what was answered. Four bounded lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision import rules
from supervision.access.viewer import Viewer
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import Record, fetch
from supervision.desk.file import alert_title
from supervision.desk.words import SEXES, word
from supervision.web import limit_text, moment_text

SHOWN = 12
BOUND = 100
FILE, ALERTS = "/people/{person}", "/alerts/people/{person}"
"""Where the next step is."""


@dataclass(frozen=True, slots=True)
class Item:
    """One person on one of the lists, and the next step one click away."""

    person: int
    name: str
    sex: str
    born_on: date | None
    what: str
    when: str
    href: str
    act: str


@dataclass(frozen=True, slots=True)
class Group:
    """A list of the day: its first items, and how many there are (100 stands for more)."""

    key: str
    items: list[Item]
    count: int


async def day_of(viewer: Viewer, now: datetime) -> list[Group]:
    """The four lists of the viewer's own files; of a head, the office's. One query each."""
    return [
        Group("today", *_cut(await _due_today(viewer, now))),
        Group("lapsed", *_cut(await _lapsed(viewer, now))),
        Group("new", *_cut(await _new(viewer, now))),
        Group("answered", *_cut(await _answered(viewer, now))),
    ]


def _cut(items: list[Item]) -> tuple[list[Item], int]:
    return items[:SHOWN], len(items)


def mine(viewer: Viewer, column: str, args: list[Any]) -> str:
    """The SQL condition that the person is one of the viewer's own; of a head, one of the office's."""
    whose, value = ("office", viewer.office) if viewer.role == "head" else ("staff", viewer.id)
    args.append(value)
    return f"{column} IN (SELECT person FROM responsibility WHERE {whose} = ${len(args)} AND to_at IS NULL)"


# -- what is owed ---------------------------------------------------------------------------------------------------

_OWED = """
SELECT p.id AS person, p.name, p.sex, p.born_on, min(d.limit_at) AS limit_at,
       array_agg(d.rule ORDER BY d.limit_at, d.id) AS rules, array_agg(d.variant ORDER BY d.limit_at, d.id) AS variants,
       bool_and(d.owed_by <> 'person') AS ours
  FROM duty d JOIN person p ON p.id = d.person
 WHERE d.state = 'open' AND {when} AND {mine}
 GROUP BY p.id ORDER BY min(d.limit_at), p.id LIMIT {bound}
"""


async def _due_today(viewer: Viewer, now: datetime) -> list[Item]:
    args: list[Any] = [now, end_of(local_day(now))]
    when = "d.limit_at > $1 AND d.due_at <= $2 AND d.opens_at <= $1"
    rows = await fetch(_OWED.format(when=when, mine=mine(viewer, "d.person", args), bound=BOUND), *args)
    return [_owed(row, now, FILE + "#record", "记录") for row in rows]


async def _lapsed(viewer: Viewer, now: datetime) -> list[Item]:
    args: list[Any] = [now]
    rows = await fetch(
        _OWED.format(when="is_lapsed(d.state, d.limit_at, $1)", mine=mine(viewer, "d.person", args), bound=BOUND), *args
    )
    return [_owed(row, now, *_settle(viewer)) for row in rows]


def _settle(viewer: Viewer) -> tuple[str, str]:
    """Where alerts are settled; who doesn't see the queue looks at the file."""
    return (ALERTS, "处置") if viewer.may("see_alerts") else (FILE, "查看")


def _owed(row: Record, now: datetime, place: str, act: str) -> Item:
    titles = dict.fromkeys(rules.title_of(*pair) for pair in zip(row["rules"], row["variants"], strict=True))
    what = "、".join(titles)
    return _item(row, f"本所：{what}" if row["ours"] else what, limit_text(row["limit_at"], now), (place, act))


def _item(row: Record, what: str, when: str, step: tuple[str, str]) -> Item:
    place, act = step
    href = place.format(person=row["person"])
    return Item(row["person"], row["name"], word(SEXES, row["sex"]), row["born_on"], what, when, href, act)


# -- what came ------------------------------------------------------------------------------------------------------

_NEW = """
SELECT 'person' AS sort, p.id AS person, p.name, p.sex, p.born_on, max(r.from_at) AS at, '{{}}'::text[] AS kinds
  FROM responsibility r JOIN person p ON p.id = r.person
 WHERE r.to_at IS NULL AND r.from_at >= $1 AND {mine_r}
 GROUP BY p.id
UNION ALL
SELECT 'alert', p.id, p.name, p.sex, p.born_on, max(a.opened_at), array_agg(DISTINCT a.kind)
  FROM alert a JOIN person p ON p.id = a.person
 WHERE a.closed_at IS NULL AND a.duty IS NULL AND a.opened_at >= $1 AND {mine_a}
 GROUP BY p.id
 ORDER BY 6 DESC, 2 LIMIT {bound}
"""


async def _new(viewer: Viewer, now: datetime) -> list[Item]:
    """People and findings since yesterday; a lapse is on its own list."""
    args: list[Any] = [start_of(add_days(local_day(now), -1))]
    mine_r, mine_a = mine(viewer, "r.person", args), mine(viewer, "a.person", args)
    rows = await fetch(_NEW.format(mine_r=mine_r, mine_a=mine_a, bound=BOUND), *args)
    return [_came(row, now, _settle(viewer)) for row in rows]


def _came(row: Record, now: datetime, step: tuple[str, str]) -> Item:
    when = moment_text(row["at"], now)
    if row["sort"] == "person":
        return _item(row, "新接收", when, (FILE, "查看"))
    return _item(row, _titles(row["kinds"]), when, step)


def _titles(kinds: Sequence[str]) -> str:
    return "、".join(dict.fromkeys(alert_title(kind, None) for kind in kinds))


_ANSWERED = """
SELECT 'late' AS sort, p.id AS person, p.name, p.sex, p.born_on, max(a.anchor_at) AS at, array_agg(DISTINCT a.kind) AS kinds
  FROM alert a JOIN person p ON p.id = a.person
 WHERE a.closed_at IS NULL AND a.step = 'decide' AND {mine_a}
 GROUP BY p.id
UNION ALL
SELECT 'text', p.id, p.name, p.sex, p.born_on, max(m.created_at), '{{}}'::text[]
  FROM message m JOIN person p ON p.id = m.person
 WHERE m.state = 'unknown' AND m.looked_at IS NULL AND {mine_m}
 GROUP BY p.id
 ORDER BY 6, 2 LIMIT {bound}
"""


async def _answered(viewer: Viewer, now: datetime) -> list[Item]:
    """Reports that came late, of which somebody must decide what follows, and texts whose fate is unclear."""
    args: list[Any] = []
    mine_a, mine_m = mine(viewer, "a.person", args), mine(viewer, "m.person", args)
    rows = await fetch(_ANSWERED.format(mine_a=mine_a, mine_m=mine_m, bound=BOUND), *args)
    return [_reply(row, now, _settle(viewer)) for row in rows]


def _reply(row: Record, now: datetime, step: tuple[str, str]) -> Item:
    when = moment_text(row["at"], now)
    if row["sort"] == "text":
        return _item(row, "短信结果不明", when, ("/messages", "查看"))
    return _item(row, f"{_titles(row['kinds'])}：迟到的报告", when, step)
