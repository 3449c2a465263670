"""Each number of the roll call opens its list: the people behind it, a page at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision import rules
from supervision.db import Record, fetch, tx
from supervision.language import N_, listed
from supervision.language import gettext as _
from supervision.people.words import SEXES
from supervision.rollcall.buckets import CORRECTION, LAPSED_ORDERS
from supervision.rollcall.headline import late_entered, late_since, late_steps
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.known import View
from supervision.rollcall.register import REMAINDER
from supervision.rollcall.strays import name_help_remainder, name_remainder, said_of
from supervision.rollcall.third import ON_NEITHER

PAGE = 50
HELP_REMAINDER = "help_remainder"
LIST_TITLES = {**CORRECTION.titles, **HELP.titles} | {
    REMAINDER: N_("未闭合人员"),
    HELP_REMAINDER: N_("安置帮教未闭合人员"),
    "past_limit": N_("超过法定期限的人员"),
    "late_entries": N_("近 30 日事后补录"),
    "late_steps": N_("超过下一步时限的预警"),
    "apart": N_("不在两个名册的人员"),
}
PROOF_WORDS = {
    "alert": N_("预警"),
    "duty": N_("应办事项"),
    "order_end": N_("结束记录"),
    "responsibility": N_("责任人"),
    "class_decision": N_("管理类别"),
    "debt": N_("待补录"),
    "pause": N_("暂停记录"),
    "off_control": N_("脱管认定"),
    "assistance": N_("安置帮教"),
    "not_handed_over": N_("不转入的理由"),
    "help_end": N_("办结记录"),
}

# $2 is the last registration of the page before, $3 the code of the list: each query gives the ids of one more than a page.
BUCKET = f"""SELECT id, person, found FROM ({CORRECTION.census} AND o.id > $2 ORDER BY o.id) c
              WHERE split_part(coalesce(found, '{REMAINDER}'), '|', 1) = $3"""
HELP_BUCKET = f"""SELECT id, person, found FROM ({HELP.census} AND h.id > $2 ORDER BY h.id) c
                   WHERE split_part(coalesce(found, '{HELP_REMAINDER}'), '|', 1) = $3"""
APART_PEOPLE = f"""SELECT p.id, p.id AS person, NULL AS found FROM person p
                    WHERE p.id > $2 AND $3::text IS NOT NULL AND {ON_NEITHER} ORDER BY p.id"""
PAST_LIMIT = f"""SELECT o.id, o.person, NULL AS found FROM orders o
                  WHERE o.id > $2 AND $3::text IS NOT NULL AND {{scope}} AND o.id IN {LAPSED_ORDERS} ORDER BY o.id"""
# What is late may be about help, a visit, or a commission as well as about an order: those whom it is about are listed by
# their own number, and what is about nobody is counted. $4 are the hidden kinds, $5 the beginning of the late entries.
_PEOPLE = (
    "SELECT p.id, p.id AS person, NULL AS found FROM person p WHERE p.id > $2 AND $3::text IS NOT NULL AND {scope} AND"
)
LATE = {
    "late_steps": f"{_PEOPLE} p.id IN (SELECT a.person {late_steps('$4')}) ORDER BY p.id",
    "late_entries": f"{_PEOPLE} p.id IN (SELECT d.person {late_entered('$5', '$4')}) ORDER BY p.id",
}
NAMELESS = {
    "late_steps": f"SELECT count(*) AS n {late_steps('$2')} AND a.person IS NULL",
    "late_entries": f"""SELECT count(DISTINCT (e.fact_kind, e.fact_id)) AS n {late_entered("$3", "$2")}
                           AND d.person IS NULL""",
}

# The file and the next thing owed of each row `w`: of an order, of a period of help, of a person.
_FILE = """
  LEFT JOIN LATERAL (SELECT f.name AS office, s.name AS officer FROM responsibility r
                       JOIN office f ON f.id = r.office LEFT JOIN staff s ON s.id = r.staff
                      WHERE r.person = w.person AND {mine} AND r.role = 'main'
                      ORDER BY r.to_at IS NULL DESC, r.from_at DESC LIMIT 1) r ON TRUE
  LEFT JOIN LATERAL (SELECT d.rule, d.variant, d.limit_at, d.subject_kind FROM duty d
                      WHERE {owed} AND d.state = 'open'
                      ORDER BY d.limit_at, d.id LIMIT 1) d ON TRUE"""
_NAMES = """w.id, w.person, w.number, p.name, p.sex, p.born_on, r.office, r.officer, d.rule, d.variant, d.limit_at,
       d.subject_kind AS owed_in"""


def _rows(numbered: str, mine: str, owed: str) -> str:
    return f"""SELECT {_NAMES} FROM ({numbered}) w JOIN person p ON p.id = w.person {_FILE.format(mine=mine, owed=owed)}
                ORDER BY w.id"""


def _rows_of(numbered: str, kind: str) -> str:
    return _rows(numbered, *(f"{row}.subject_kind = '{kind}' AND {row}.subject_id = w.id" for row in "rd"))


ROWS = _rows_of("SELECT id, person, number FROM orders WHERE id = ANY($1)", "order")
HELP_ROWS = _rows_of("SELECT id, person, '' AS number FROM assistance WHERE id = ANY($1)", "assistance")
PEOPLE_ROWS = _rows(
    """SELECT p.id, p.id AS person, coalesce((SELECT o.number FROM orders o WHERE o.person = p.id
              ORDER BY o.ended_at IS NULL DESC, o.id DESC LIMIT 1), '') AS number FROM person p WHERE p.id = ANY($1)""",
    "TRUE",
    "d.person = w.person AND d.subject_kind IN ('order', 'assistance')",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list."""

    person: int
    number: str
    name: str
    sex: str
    born_on: date | None
    office: str
    officer: str
    what: str
    """The proof, or what is missing."""
    next_duty: str
    limit_at: datetime | None
    of_help: bool
    """Whether what is owed next is owed in help: nothing of it is called late."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list; `after` is where the next one begins, None at the end."""

    people: list[Listed]
    after: int | None
    nameless: int
    """What the number counts besides, and is about nobody who could be listed."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the lists of one kind are read: the ids of a page, whose person is in scope by which column, and their rows."""

    ids: str
    person: str
    rows: str


def _kind(code: str) -> _Kind:
    if code == "apart":
        return _Kind(APART_PEOPLE, "p.id", PEOPLE_ROWS)
    if code in HELP.titles or code == HELP_REMAINDER:
        return _Kind(HELP_BUCKET, "h.person", HELP_ROWS)
    if code in LATE:
        return _Kind(LATE[code], "p.id", PEOPLE_ROWS)
    return _Kind(PAST_LIMIT if code == "past_limit" else BUCKET, "o.person", ROWS)


async def page_of(view: View, code: str, after: int) -> Listing:
    """The people behind a number, from the registration `after` on. Raises KeyError for a code that is no list."""
    LIST_TITLES[code]
    async with tx(snapshot=True):
        return await _page(view, code, after)


async def _page(view: View, code: str, after: int) -> Listing:
    kind = _kind(code)
    late = _late_args(view, code)
    found = await view.rows(f"{kind.ids} LIMIT {PAGE + 1}", kind.person, after, code, *late)
    shown = found[:PAGE]
    told = await _told(view, code, shown)
    rows = await fetch(kind.rows, [row["id"] for row in shown])
    people = [_listed(row, told[row["id"]]) for row in rows]
    nameless = (await view.rows(NAMELESS[code], "", *late))[0]["n"] if code in LATE and view.whole else 0
    return Listing(people, shown[-1]["id"] if len(found) > PAGE else None, nameless)


def _late_args(view: View, code: str) -> list[Any]:
    """What the statement of a list of what is late asks for, after its page."""
    if code not in LATE:
        return []
    return [view.hidden, late_since(view.at)] if code == "late_entries" else [view.hidden]


async def _told(view: View, code: str, found: list[Record]) -> dict[int, str]:
    ids = [row["id"] for row in found]
    if code in (REMAINDER, HELP_REMAINDER):
        lost = await (name_remainder if code == REMAINDER else name_help_remainder)(view, ids)
        return {named.order: said_of(named.what) for named in lost if named.order}
    return {row["id"]: _proof((row["found"] or "").partition("|")[2]) for row in found}


def _proof(references: str) -> str:
    """`alert:17 pause:2` as people read it, in the language of the request."""
    parts = (reference.partition(":") for reference in dict.fromkeys(references.split()))
    return listed(f"{_(PROOF_WORDS[kind])} #{number}" for kind, _colon, number in parts)


def _listed(row: Record, what: str) -> Listed:
    return Listed(
        person=row["person"],
        number=row["number"],
        name=row["name"],
        sex=SEXES[row["sex"]],
        born_on=row["born_on"],
        office=row["office"] or "",
        officer=row["officer"] or "",
        what=what,
        next_duty=rules.title_of(row["rule"], row["variant"]) if row["rule"] else "",
        limit_at=row["limit_at"],
        of_help=row["owed_in"] == "assistance",
    )
