"""The list behind each count of the monthly table: the rows that the count counts, by the same condition."""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch
from supervision.language import N_
from supervision.people.scope import visible_people
from supervision.statistics.cells import CELLS
from supervision.statistics.monthly import NO_OFFICE, office_condition
from supervision.statistics.period import Period
from supervision.statistics.stays import STAYS, arguments

PAGE = 100
GONE = N_("（已移交）")
"""Shown in the place of name and number where the file has gone to another office meanwhile."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list; `person` None: the file is out of the viewer's scope by now, so it is counted but not named."""

    person: int | None
    number: str
    name: str
    office: str
    what: str
    at: datetime | None
    until: datetime | None = None
    on_register: bool = True
    """Whether the person has a file of correction to open."""
    of_help: bool = False
    """Whether the file to open is that of help."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list, and how many rows the whole has."""

    rows: list[Listed]
    total: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which count of which table is opened: a column, an office or all, and what was known when."""

    period: Period
    known_at: datetime
    cell: str
    office: int | None = None


LIST = f"""
SELECT s.order_id, s.person, s.number, s.name, s.kind, s.end_kind, s.by_end, s.stay_from, s.stay_to, f.name AS office,
       {{mine}} AS mine, count(*) OVER ()::int AS total
  FROM {STAYS} LEFT JOIN office f ON f.id = s.office
 WHERE {{where}} AND {{of}} ORDER BY f.code, s.stay_from, s.order_id LIMIT {{limit}} OFFSET {{skip}}"""


async def listing(viewer: Viewer | None, asked: Asked, *, skip: int = 0, limit: int | None = PAGE) -> Listing:
    """Exactly as many rows as the table counts. Raises KeyError for a column that is none."""
    args = arguments(asked.period, asked.known_at)
    of = office_condition(viewer, asked.office, args)
    mine = visible_people(viewer, "s.person", args) if viewer else "TRUE"
    parts = {"where": CELLS[asked.cell].where, "of": of, "mine": mine, "skip": skip, "limit": limit or "ALL"}
    rows = await fetch(LIST.format(**parts), *args)
    return Listing([_listed(row) for row in rows], rows[0]["total"] if rows else 0)


def _listed(row: Record) -> Listed:
    mine = row["mine"]
    return Listed(
        person=row["person"] if mine else None,
        number=row["number"] if mine else "",
        name=row["name"] if mine else GONE,
        office=row["office"] or NO_OFFICE,
        what=row["kind"],
        at=row["stay_from"],
        until=row["stay_to"],
    )
