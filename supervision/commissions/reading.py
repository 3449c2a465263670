"""What pages show of commissions: the list with days left, and one of them whole. Each in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.commissions.moves import CONTENT
from supervision.commissions.scope import INVESTIGATES, visible_commissions
from supervision.commissions.states import ENDED, RUNNING
from supervision.commissions.tables import CONTENTS
from supervision.db import Record, fetch, fetch_row
from supervision.language import N_
from supervision.sealed import open_sealed

PAGE = 100
TABS: Mapping[str, tuple[str, ...]] = {
    "open": (*RUNNING, "returned", "unable"),
    "sent": ("sent",),
    "ended": ENDED,
}
TAB_TITLES = {"open": N_("办理中"), "sent": N_("待采信结果"), "ended": N_("已结束")}

CLOCK = """
  LEFT JOIN LATERAL (SELECT d.limit_at, d.state, d.why FROM duty d
                      WHERE d.subject_kind = 'commission' AND d.subject_id = c.id AND d.variant = 'opinion'
                        AND d.state <> 'void' ORDER BY d.limit_at DESC LIMIT 1) k ON TRUE
  LEFT JOIN LATERAL (SELECT f.since_at FROM finding f
                      WHERE f.subject_kind = 'commission' AND f.subject_id = c.id AND f.variant = 'amber'
                        AND f.state = 'open' ORDER BY f.since_at DESC LIMIT 1) w ON TRUE
  LEFT JOIN commission_assignment x ON x.commission = c.id AND x.ended_at IS NULL AND x.withdrawn_at IS NULL
  LEFT JOIN office o ON o.id = x.office LEFT JOIN staff l ON l.id = x.lead LEFT JOIN staff t ON t.id = x.second
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A commission in the list; `clock`: lapse, due (amber) or plain, empty when no opinion is owed."""

    id: int
    number: str
    name: str
    person: int
    organ: str
    organ_name: str
    fast_track: bool
    minor: bool
    state: str
    office: str | None
    lead: str | None
    second: str | None
    limit_at: datetime | None
    clock: str


async def lines(viewer: Viewer, tab: str, organ: str, before: int | None, now: datetime) -> list[Line]:
    """A page of the list: what is owed first by its limit, the others newest first; `before`: the last id of the page before."""
    args: list[Any] = [list(TABS[tab]), organ or None, before, PAGE]
    visible = visible_commissions(viewer, args)
    order = "k.limit_at NULLS LAST, c.id" if tab == "open" else "c.id DESC"
    rows = await fetch(
        f"""SELECT c.id, c.number, p.name, c.person, c.organ, c.organ_name, c.fast_track, c.minor, c.state,
                   o.name AS office, l.name AS lead, t.name AS second, k.limit_at, k.state AS duty_state, w.since_at
              FROM commission c JOIN person p ON p.id = c.person {CLOCK}
             WHERE c.state = ANY($1) AND ($2::text IS NULL OR c.organ = $2) AND ($3::int IS NULL OR c.id < $3) AND {visible}
             ORDER BY {order} LIMIT $4""",
        *args,
    )
    return [_line(row, now) for row in rows]


def _line(row: Record, now: datetime) -> Line:
    values = {name: row[name] for name in Line.__slots__ if name not in ("clock", "limit_at")}
    owed = row["duty_state"] == "open"
    return Line(**values, limit_at=row["limit_at"] if owed else None, clock=clock_of(row, now))


def clock_of(row: Mapping[str, Any], now: datetime) -> str:
    """How the clock is shown: lapse, due, plain; empty when nothing is owed."""
    if row["duty_state"] != "open":
        return ""
    if row["limit_at"] <= now:
        return "lapse"
    return "due" if row["since_at"] is not None and row["since_at"] <= now else "plain"


async def counts(viewer: Viewer) -> dict[str, int]:
    """How many commissions each tab has."""
    args: list[Any] = []
    visible = visible_commissions(viewer, args)
    rows = await fetch(f"SELECT c.state, count(*) AS n FROM commission c WHERE {visible} GROUP BY c.state", *args)
    by_state = {row["state"]: row["n"] for row in rows}
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in TABS.items()}


# -- one of them ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """A commission whole: its clock, its facts in order, newest last; what was withdrawn is marked."""

    clock: Record
    acts: list[dict[str, Any]]
    records: list[dict[str, Any]]
    draft: dict[str, str] | None
    opinion: dict[str, Any] | None
    result: dict[str, Any] | None
    expected: Record | None
    events: list[Record]


async def case_of(commission: int) -> Case:
    """All that is known of a commission. The caller has asked for it in the viewer's scope."""
    clock = await fetch_row(
        f"""SELECT k.limit_at, k.state AS duty_state, k.why, w.since_at, x.office AS office_id, o.name AS office,
                   x.lead AS lead_id, x.second AS second_id, l.name AS lead, t.name AS second,
                   EXISTS (SELECT FROM alert a WHERE a.subject_kind = 'commission' AND a.subject_id = c.id
                              AND a.closed_at IS NULL) AS alerted
              FROM commission c {CLOCK} WHERE c.id = $1""",
        commission,
    )
    assert clock is not None
    drafts = await _facts("commission_draft", commission, "x.withdrawn_at IS NULL")
    opinions = await _facts("commission_opinion", commission, "x.withdrawn_at IS NULL")
    results = await _facts("commission_result", commission, "x.withdrawn_at IS NULL")
    return Case(
        clock=clock,
        acts=await _facts("commission_act", commission),
        records=await _records(commission),
        draft={name: drafts[-1][name] for name in CONTENTS} if drafts else None,
        opinion=opinions[-1] if opinions else None,
        result=results[-1] if results else None,
        expected=await fetch_row(
            """SELECT e.*, o.number AS order_number FROM expected_order e LEFT JOIN orders o ON o.id = e.order_id
                WHERE e.source_kind = 'commission' AND e.source_id = $1 ORDER BY e.id DESC LIMIT 1""",
            commission,
        ),
        events=await fetch(
            """SELECT e.*, s.name AS by FROM commission_event e LEFT JOIN staff s ON s.id = e.staff
                WHERE e.commission = $1 ORDER BY e.id""",
            commission,
        ),
    )


async def _facts(table: str, commission: int, condition: str = "TRUE") -> list[dict[str, Any]]:
    rows = await fetch(
        f"""SELECT x.*, s.name AS by, w.name AS withdrawer FROM {table} x LEFT JOIN staff s ON s.id = x.recorded_by
              LEFT JOIN staff w ON w.id = x.withdrawn_by WHERE x.commission = $1 AND {condition} ORDER BY x.id""",
        commission,
    )
    return [opened(row) for row in rows]


async def _records(commission: int) -> list[dict[str, Any]]:
    rows = await fetch(
        """SELECT x.*, a.name AS first_name, b.name AS second_name, w.name AS withdrawer FROM investigation_record x
             JOIN staff a ON a.id = x.first_investigator JOIN staff b ON b.id = x.second_investigator
             LEFT JOIN staff w ON w.id = x.withdrawn_by WHERE x.commission = $1 ORDER BY x.happened_at, x.id""",
        commission,
    )
    return [opened(row) for row in rows]


def opened(row: Record) -> dict[str, Any]:
    """A row in clear: `note_sealed` becomes `note`."""
    return {
        name.removesuffix("_sealed"): open_sealed(value, CONTENT) if name.endswith("_sealed") and value else value
        for name, value in row.items()
    }


async def investigators(office: int | None = None) -> list[Record]:
    """Who may investigate: officers and heads of judicial offices and the bureau's section, theirs first."""
    rows: Sequence[Record] = await fetch(
        """SELECT s.id, s.name, s.office, s.role, o.name AS office_name FROM staff s JOIN office o ON o.id = s.office
            WHERE s.disabled_at IS NULL AND s.role = ANY($2) AND o.closed_at IS NULL
            ORDER BY s.office IS DISTINCT FROM $1, o.code, s.id""",
        office,
        list(INVESTIGATES),
    )
    return list(rows)


def staff_options(staff: Sequence[Record]) -> list[tuple[int, str]]:
    """For a list of choices, with the office's name."""
    return [(one["id"], f"{one['office_name']} · {one['name']}") for one in staff]
