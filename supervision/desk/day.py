"""The day of whoever has files: what is owed today, who was given a time, what is late, new, answered. Five bounded lists, one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from supervision import rules
from supervision.access.viewer import Viewer
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import Record, fetch
from supervision.desk.words import word
from supervision.language import gettext as _
from supervision.language import listed
from supervision.people.words import SEXES
from supervision.web import limit_text, moment_text

SHOWN = 12
BOUND = 100
FILE, ALERTS = "/people/{person}", "/alerts/people/{person}"
"""Where the next step is."""
FORMS = {("SU-01", mode): mode for mode in ("phone", "in_person", "written")} | {
    ("SU-04", "info"): "check",
    ("SU-04", "field"): "visit",
    ("AP-01", "office"): "in_person",
    ("AP-01", "field"): "visit",
}
"""Of what is owed first, the form of the file in which it is put down: it is open already, so that saving it is one more click."""


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


LISTS = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT person FROM responsibility WHERE {whose} = $1 AND to_at IS NULL
), came AS (
    SELECT CASE WHEN is_lapsed(state, limit_at, $2) THEN 'lapsed' ELSE 'today' END AS list, 'duty' AS sort, person,
           min(limit_at) AS at, array_agg(rule ORDER BY limit_at, id) AS kinds,
           array_agg(variant ORDER BY limit_at, id) AS variants, bool_and(owed_by <> 'person') AS ours
      FROM duty
     WHERE state = 'open' AND subject_kind = 'order' AND person IN (SELECT person FROM mine)
       AND (is_lapsed(state, limit_at, $2) OR (due_at <= $3 AND opens_at <= $2 AND rule <> 'AP-01'))
     GROUP BY 1, person
    UNION ALL
    SELECT 'appointed', 'appointment', person, min(due_at), array_agg(rule ORDER BY due_at, id),
           array_agg(variant ORDER BY due_at, id), FALSE
      FROM duty
     WHERE state = 'open' AND rule = 'AP-01' AND person IN (SELECT person FROM mine)
       AND NOT is_lapsed(state, limit_at, $2) AND due_at < $6 GROUP BY person
    UNION ALL
    SELECT 'new', 'person', person, max(from_at), NULL, NULL, FALSE FROM responsibility
     WHERE to_at IS NULL AND from_at >= $4 AND person IN (SELECT person FROM mine) GROUP BY person
    UNION ALL
    SELECT 'new', 'alert', person, max(opened_at), array_agg(DISTINCT kind), NULL, FALSE FROM alert
     WHERE closed_at IS NULL AND duty IS NULL AND opened_at >= $4 AND subject_kind IN ('order', 'assistance')
       AND person IN (SELECT person FROM mine) GROUP BY person
    UNION ALL
    SELECT 'answered', 'late', person, max(anchor_at), array_agg(DISTINCT kind), NULL, FALSE FROM alert
     WHERE closed_at IS NULL AND step = 'decide' AND subject_kind = 'order' AND person IN (SELECT person FROM mine) GROUP BY person
    UNION ALL
    SELECT 'answered', 'text', person, max(created_at), NULL, NULL, FALSE FROM message
     WHERE state = 'unknown' AND looked_at IS NULL AND person IN (SELECT person FROM mine) GROUP BY person
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY list ORDER BY CASE list WHEN 'new' THEN $2 - at ELSE at - $2 END, person)
              AS place
      FROM came
)
SELECT placed.*, p.name, p.sex, p.born_on
  FROM placed, LATERAL (SELECT name, sex, born_on FROM person WHERE id = placed.person LIMIT 1) p
 WHERE place <= $5 ORDER BY list, place
"""
"""The new are shown newest first, all others oldest first. LIMIT 1: else the planner, which can't foresee how few are found, reads all people."""
KEYS = ("today", "appointed", "lapsed", "new", "answered")


async def day_of(viewer: Viewer, now: datetime) -> list[Group]:
    """The five lists of the viewer's own files; of a head, the office's."""
    today = local_day(now)
    whose, value = ("office", viewer.office) if viewer.role == "head" else ("staff", viewer.id)
    since = start_of(add_days(today, -1))
    rows = await fetch(LISTS.format(whose=whose), value, now, end_of(today), since, BOUND, end_of(add_days(today, 1)))
    lists: dict[str, list[Record]] = {key: [] for key in KEYS}
    for row in rows:
        lists[row["list"]].append(row)
    settle = _settle(viewer)
    return [Group(key, [_item(row, now, settle) for row in found[:SHOWN]], len(found)) for key, found in lists.items()]


def _settle(viewer: Viewer) -> tuple[str, str]:
    """Where alerts are settled; who doesn't see the queue looks at the file."""
    return (ALERTS, _("处置")) if viewer.may("see_alerts") else (FILE, _("查看"))


def _item(row: Record, now: datetime, settle: tuple[str, str]) -> Item:
    what, (place, act) = _what(row), _step(row, settle)
    when = (limit_text if row["sort"] == "duty" else moment_text)(row["at"], now)
    href = place.format(person=row["person"])
    return Item(row["person"], row["name"], word(SEXES, row["sex"]), row["born_on"], what, when, href, act)


def _step(row: Record, settle: tuple[str, str]) -> tuple[str, str]:
    """The next step: where it is, and what it is called."""
    if row["list"] in ("today", "appointed"):
        form = FORMS.get((row["kinds"][0], row["variants"][0]), "")
        return FILE + (f"?open={form}#record" if form else "#record"), _("记录")
    return {"person": (FILE, _("查看")), "text": ("/messages", _("查看"))}.get(row["sort"], settle)


def _what(row: Record) -> str:
    """What it is about, in words."""
    if row["sort"] == "person":
        return _("新接收")
    if row["sort"] == "text":
        return _("短信结果不明")
    what = _titles(row["kinds"], row["variants"])
    if row["sort"] == "late":
        return _("%(what)s：迟到的报告") % {"what": what}
    return _("本所：%(what)s") % {"what": what} if row["ours"] else what


def _titles(kinds: Sequence[str], variants: Sequence[str] | None) -> str:
    pairs = zip(kinds, variants or [""] * len(kinds), strict=True)
    return listed(dict.fromkeys(_(rules.title_of(*pair)) for pair in pairs))
