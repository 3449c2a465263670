"""Reading searches: one search with all that was done in it, and the list of searches."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import local_day
from supervision.db import Record, fetch, fetch_row, fetch_value
from supervision.errors import NotFound
from supervision.language import listed
from supervision.lost_contact.tables import FACTS
from supervision.people.scope import visible_people
from supervision.sealed import open_sealed

NOTE, PLACE = "search.note", "search.place"
"""What the sealed texts are for."""
PAGE = 50
STATE = """CASE WHEN e.kind IS NOT NULL THEN e.kind WHEN o.ended_at IS NOT NULL THEN 'order_ended'
                WHEN c.id IS NOT NULL THEN 'off_control' ELSE 'searching' END"""
SEARCH = f"""
SELECT s.*, p.name, p.sex, p.born_on, o.ended_at AS order_ended_at, o.registered_at, o.number AS order_number, w.name AS opener,
       {STATE} AS state, c.id AS off_control, c.since_on, c.basis_sealed, c.happened_at AS verified_at,
       v.name AS verifier, e.id AS end_id, e.kind AS end_kind, e.note_sealed AS end_note_sealed, e.happened_at AS ended_at, x.name AS ender
  FROM contact_search s JOIN person p ON p.id = s.person JOIN orders o ON o.id = s.order_id JOIN staff w ON w.id = s.recorded_by
  LEFT JOIN off_control c ON c.search = s.id AND c.withdrawn_at IS NULL LEFT JOIN staff v ON v.id = c.recorded_by
  LEFT JOIN search_end e ON e.search = s.id AND e.withdrawn_at IS NULL LEFT JOIN staff x ON x.id = e.recorded_by
"""
"""One row a search, with the word of a named person and the end that stand."""


async def get_search(viewer: Viewer, search: int) -> Record:
    """The search, if its person is in the viewer's scope. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [search]
    condition = visible_people(viewer, "s.person", args)
    row = await fetch_row(f"{SEARCH} WHERE s.id = $1 AND {condition}", *args)
    if row is None:
        raise NotFound
    return row


async def list_of(
    viewer: Viewer, *, open_only: bool, after: int | None = None, person: int | None = None
) -> list[Record]:
    """Searches in the viewer's scope (or for one person), the newest first, one more than a page holds."""
    args: list[Any] = [after, open_only, PAGE + 1, person]
    condition = visible_people(viewer, "s.person", args)
    return await fetch(
        f"""SELECT l.*, (SELECT string_agg(DISTINCT f.name, '、') FROM responsibility r JOIN office f ON f.id = r.office
                          WHERE r.subject_kind = 'order' AND r.subject_id = l.order_id AND r.role = 'main' AND r.to_at IS NULL)
                   AS office,
                   (SELECT max(a.happened_at) FROM search_attempt a WHERE a.search = l.id AND a.withdrawn_at IS NULL) AS last_at
              FROM ({SEARCH} WHERE ($1::bigint IS NULL OR s.id < $1) AND ($4::int IS NULL OR s.person = $4) AND {condition}) l
             WHERE NOT $2 OR l.state IN ('searching', 'off_control')
             ORDER BY l.id DESC LIMIT $3""",
        *args,
    )


def days_out(row: Record, today: date) -> int:
    """Days out of supervision so far, or until the person was found or the order ended; the day of the last contact isn't counted (law T-8)."""
    ended_at = row["ended_at"] or row["order_ended_at"]
    until = local_day(ended_at) if ended_at else today
    return int((until - (row["since_on"] or row["last_contact_on"])).days)


def said_of(row: Record) -> dict[str, str]:
    """What was said when it was opened, verified and ended, in clear; empty where nothing was."""
    sealed = {"reason": row["reason_sealed"], "basis": row["basis_sealed"], "end_note": row["end_note_sealed"]}
    return {name: open_sealed(text, NOTE) if text else "" for name, text in sealed.items()}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as it is shown; `by`: who looked, one or two names."""

    id: int
    method: str
    place: str
    result: str
    note: str
    by: str
    file: int | None
    happened_at: datetime


async def attempts_of(search: int) -> list[Attempt]:
    """The attempts that stand, the latest first."""
    rows = await fetch(
        """SELECT a.*, f.name AS first_name, s.name AS second_name FROM search_attempt a
             JOIN staff f ON f.id = a.first_staff LEFT JOIN staff s ON s.id = a.second_staff
            WHERE a.search = $1 AND a.withdrawn_at IS NULL ORDER BY a.happened_at DESC, a.id DESC""",
        search,
    )
    return [
        Attempt(
            id=row["id"],
            method=row["method"],
            place=open_sealed(row["place_sealed"], PLACE) if row["place_sealed"] else "",
            result=row["result"],
            note=open_sealed(row["note_sealed"], NOTE),
            by=listed(filter(None, (row["first_name"], row["second_name"]))),
            file=row["file"],
            happened_at=row["happened_at"],
        )
        for row in rows
    ]


async def notices_of(search: int) -> list[Record]:
    """Whom it was told to, the earliest first."""
    return await fetch(
        """SELECT n.*, s.name AS by FROM search_notice n JOIN staff s ON s.id = n.recorded_by
            WHERE n.search = $1 AND n.withdrawn_at IS NULL ORDER BY n.happened_at, n.id""",
        search,
    )


WITHDRAWN = " UNION ALL ".join(
    f"SELECT '{what}' AS what, withdrawn_at, withdrawn_reason, withdrawn_by FROM {table} WHERE search = $1"
    for what, table in FACTS.items()
)


async def withdrawn_of(search: int) -> list[Record]:
    """What was put down wrongly and no longer counts, with the reasons."""
    return await fetch(
        f"""SELECT w.*, s.name AS by FROM ({WITHDRAWN}) w JOIN staff s ON s.id = w.withdrawn_by
             WHERE w.withdrawn_at IS NOT NULL ORDER BY w.withdrawn_at""",
        search,
    )


async def causes_of(search: int) -> list[Record]:
    """The alerts from which it was opened."""
    return await fetch(
        """SELECT a.id, a.kind, a.since_at, a.closed_at, coalesce(d.variant, f.variant) AS variant
             FROM search_cause c JOIN alert a ON a.id = c.alert
             LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
            WHERE c.search = $1 ORDER BY a.since_at, a.id""",
        search,
    )


async def open_search_of(order: int) -> int | None:
    """The search that goes on for the person of this order."""
    found = await fetch_value("SELECT id FROM contact_search WHERE order_id = $1 AND closed_at IS NULL", order)
    return None if found is None else int(found)


async def last_contact_on(order: int) -> date | None:
    """The day of the last report in any way, else of the registration: what the form of a search begins with."""
    found = await fetch_value(
        """SELECT max(happened_at) FROM (
               SELECT happened_at FROM report WHERE order_id = $1 AND withdrawn_at IS NULL
               UNION ALL SELECT registered_at FROM orders WHERE id = $1) c""",
        order,
    )
    return local_day(found) if found else None


async def alerts_of(order: int) -> list[Record]:
    """The open alerts of the order from which a search may be opened, the oldest first."""
    return await fetch(
        """SELECT a.id, a.kind, a.since_at, coalesce(d.variant, f.variant) AS variant
             FROM alert a LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
            WHERE a.subject_kind = 'order' AND a.subject_id = $1 AND a.closed_at IS NULL ORDER BY a.since_at, a.id""",
        order,
    )
