"""The register of help as a list: who is awaited, who is to be visited, whose period ends, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import add_days, local_day
from supervision.db import Record, fetch, fetch_row
from supervision.language import N_
from supervision.people.scope import visible_people
from supervision.people.search import search_condition
from supervision.resettlement import states, words

PAGE = 50
BOUND = 100
"""A count stops here and is shown as 99+."""
RELEASE_DAYS, VISIT_DAYS, END_DAYS, APPRAISAL_DAYS = 60, 30, 30, 100
"""How far the tabs look ahead (law R-31..R-33)."""
TABS: Mapping[str, str] = {
    "all": N_("在册"),
    "release": N_("预释放名单"),
    "today": N_("已到释放日、待衔接"),
    "inside": N_("服刑人员"),
    "appraise": N_("待年度鉴定"),
    "verify": N_("待核查"),
    "unconnected": N_("未衔接"),
    "visit": N_("待走访"),
    "end": N_("即将期满"),
    "ended": N_("已办结"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the viewer asked for; anything that isn't a choice of ours was left out."""

    tab: str = "all"
    text: str = ""
    state: str = ""
    level: str = ""
    after: int = 0


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read the page's query; unknown values are as good as none."""
    after = query.get("after", "")
    return Wanted(
        tab=query["tab"] if query.get("tab") in TABS else "all",
        text=query.get("q", "").strip(),
        state=query["state"] if query.get("state") in states.OPEN else "",
        level=query["level"] if query.get("level") in words.LEVELS else "",
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A period of help as the list shows it."""

    id: int
    person: int
    name: str
    sex: str
    born_on: date | None
    source: str
    kind: str
    state: str
    badge: str
    level: str
    release_on: date | None
    to_on: date | None
    office: str
    helper: str
    visit_by: datetime | None


LINES = """
SELECT a.*, p.name, p.sex, p.born_on, o.name AS office_name, s.name AS helper,
       (SELECT c.level FROM assistance_class c WHERE c.assistance = a.id AND c.withdrawn_at IS NULL
         ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) AS level,
       (SELECT min(d.limit_at) FROM duty d WHERE d.subject_kind = 'assistance' AND d.subject_id = a.id
           AND d.rule = 'RA-14' AND d.state = 'open') AS visit_by
  FROM assistance a JOIN person p ON p.id = a.person
  LEFT JOIN LATERAL (SELECT r.office, r.staff FROM responsibility r
                      WHERE r.subject_kind = 'assistance' AND r.subject_id = a.id AND r.role = 'main'
                      ORDER BY r.to_at IS NULL DESC, r.id DESC LIMIT 1) r ON TRUE
  LEFT JOIN office o ON o.id = r.office LEFT JOIN staff s ON s.id = r.staff
"""


async def lines(viewer: Viewer, want: Wanted, now: datetime) -> list[Line]:
    """One page of the register and the first row of the next, by id."""
    args: list[Any] = []
    conditions = [search_condition(want.text, viewer, args) if want.text else visible_people(viewer, "a.person", args)]
    conditions.append(_of_tab(want.tab, now, args))
    conditions.append(f"a.id > {_put(args, want.after)}")
    if want.state:
        conditions.append(f"a.state = {_put(args, want.state)}")
    if want.level:
        conditions.append(
            f"""{_put(args, want.level)} = (SELECT c.level FROM assistance_class c WHERE c.assistance = a.id
                 AND c.withdrawn_at IS NULL ORDER BY c.happened_at DESC, c.id DESC LIMIT 1)"""
        )
    found = await fetch(f"{LINES} WHERE {' AND '.join(conditions)} ORDER BY a.id LIMIT {PAGE + 1}", *args)
    return [_line(row) for row in found]


async def counts(viewer: Viewer, now: datetime) -> dict[str, str]:
    """How many there are under each tab; more than ninety-nine are not counted on."""
    args: list[Any] = []
    visible = visible_people(viewer, "a.person", args)
    parts = [
        f"(SELECT count(*) FROM (SELECT FROM assistance a WHERE {visible} AND {_of_tab(tab, now, args)} LIMIT {BOUND}) n) AS {tab}"
        for tab in TABS
        if tab not in ("all", "ended")
    ]
    row = await fetch_row(f"SELECT {', '.join(parts)}", *args)
    assert row is not None
    return {tab: str(count) if count < BOUND else f"{BOUND - 1}+" for tab, count in row.items()}


def _of_tab(tab: str, now: datetime, args: list[Any]) -> str:
    """The SQL condition of a tab; appends what it needs."""
    today = local_day(now)
    if tab == "ended":
        return "a.ended_at IS NOT NULL AND a.end_kind <> 'taken_back'"
    if tab == "release":
        until = _put(args, add_days(today, RELEASE_DAYS))
        return f"(a.state = '{states.TO_CONNECT}' OR a.state = ANY({_put(args, list(states.INSIDE))}) AND a.release_on <= {until})"
    if tab == "today":
        return f"a.state = 'to_connect' AND a.release_on <= {_put(args, today)}"
    if tab == "inside":
        return f"a.state = ANY({_put(args, list(states.INSIDE))})"
    if tab == "appraise":
        return _owes("RA-20", now + timedelta(days=APPRAISAL_DAYS), now, args)
    if tab == "verify":
        return "a.state IN ('in_prison', 'verifying', 'verify_failed')"
    if tab == "unconnected":
        return "a.state IN ('not_connected', 'off')"
    if tab == "visit":
        return _owes("RA-14", now + timedelta(days=VISIT_DAYS), now, args)
    if tab == "end":
        return f"a.ended_at IS NULL AND a.to_on <= {_put(args, add_days(today, END_DAYS))}"
    return f"a.state = ANY({_put(args, list(states.OUTSIDE))})"


def _owes(rule: str, until: datetime, now: datetime, args: list[Any]) -> str:
    """Somebody for whom this is to be done by then; what may not be done yet is left out."""
    return f"""a.ended_at IS NULL AND EXISTS (SELECT FROM duty d WHERE d.subject_kind = 'assistance' AND d.subject_id = a.id
               AND d.rule = {_put(args, rule)} AND d.state = 'open' AND d.opens_at <= {_put(args, now)}
               AND d.limit_at <= {_put(args, until)})"""


def _put(args: list[Any], value: Any) -> str:
    args.append(value)
    return f"${len(args)}"


SEXES = {"male": N_("男"), "female": N_("女"), "unknown": ""}


def _line(row: Record) -> Line:
    return Line(
        id=row["id"],
        person=row["person"],
        name=row["name"],
        sex=SEXES[row["sex"]],
        born_on=row["born_on"],
        source=words.SOURCES[row["source"]],
        kind=row["kind"],
        state=words.STATES[row["state"]],
        badge=words.BADGES.get(row["state"], "plain"),
        level=words.LEVELS.get(row["level"], ""),
        release_on=row["release_on"],
        to_on=row["to_on"],
        office=row["office_name"] or "",
        helper=row["helper"] or "",
        visit_by=row["visit_by"],
    )
