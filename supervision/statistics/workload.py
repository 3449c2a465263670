"""The work of each officer of one office, and what would make it fairer; an accepted move is a transfer like any other.

Both registers are work: people in correction and people who are helped. Who is still awaited is shown and weighs nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch, fetch_row, tx
from supervision.errors import NotFound
from supervision.language import N_
from supervision.orders.actions import assign_officer
from supervision.orders.offers import Officer
from supervision.people.actions import CONTACT, Assignment
from supervision.resettlement.records import assign_helper
from supervision.resettlement.states import AWAITED
from supervision.sealed import open_sealed
from supervision.statistics.fairness import (
    HELP_UNCLASSED,
    HELP_WEIGHTS,
    UNCLASSED,
    WEIGHTS,
    File,
    Proposal,
    propose,
    village_of,
)

REASON = "均衡工作量"

OFFICERS = """
SELECT s.id, s.name, s.role,
       EXISTS (SELECT FROM absence a WHERE a.staff = s.id AND a.from_at <= $2 AND a.to_at > $2) AS absent,
       (SELECT count(*)::int FROM alert a WHERE a.assigned_to = s.id AND a.closed_at IS NULL) AS alerts
  FROM staff s WHERE s.office = $1 AND s.disabled_at IS NULL AND s.role IN ('officer', 'head') ORDER BY s.role DESC, s.id
"""
# The index responsibility_current_office serves both; what help owes is no lapse of anybody's.
_ORDERS = """
SELECT o.person, r.staff, 'order' AS register, o.id, o.registered_at IS NULL AS awaited,
       (SELECT c.level FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
         ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) AS level,
       o.registered_at IS NOT NULL
       AND EXISTS (SELECT FROM duty d WHERE d.person = o.person AND d.subject_kind = 'order' AND d.subject_id = o.id
                      AND is_lapsed(d.state, d.limit_at, $2)) AS lapsed
  FROM responsibility r JOIN orders o ON o.id = r.subject_id AND o.ended_at IS NULL
 WHERE r.office = $1 AND r.subject_kind = 'order' AND r.role = 'main' AND r.to_at IS NULL
"""
_HELP = f"""
SELECT a.person, r.staff, 'assistance', a.id, a.state IN ({", ".join(map(repr, AWAITED))}),
       (SELECT c.level FROM assistance_class c WHERE c.assistance = a.id AND c.withdrawn_at IS NULL
         ORDER BY c.happened_at DESC, c.id DESC LIMIT 1), FALSE
  FROM responsibility r JOIN assistance a ON a.id = r.subject_id AND a.ended_at IS NULL
 WHERE r.office = $1 AND r.subject_kind = 'assistance' AND r.role = 'main' AND r.to_at IS NULL
"""
FILES = f"""
SELECT f.*, p.name, w.value_sealed, w.key
  FROM ({_ORDERS} UNION ALL {_HELP}) f JOIN person p ON p.id = f.person
  LEFT JOIN LATERAL (SELECT w.value_sealed, w.key FROM contact w
                      WHERE w.person = f.person AND w.kind = 'address_now' AND w.withdrawn_at IS NULL
                      ORDER BY w.id DESC LIMIT 1) w ON TRUE
 ORDER BY f.person, f.register, f.id
"""
GIVEN_BY: Final[Mapping[str, Callable[[Viewer, int, Assignment, datetime], Awaitable[None]]]] = {
    "order": assign_officer,
    "assistance": assign_helper,
}
"""Register → the action that gives a file to somebody else."""
NOBODY: Final = {"id": None, "name": N_("未定责任人"), "alerts": 0, "absent": False}
"""Whose files those are that no officer of the office has."""


@dataclass(frozen=True, slots=True)
class Load:
    """One officer's work; no officer: what none of them has."""

    officer: int | None
    name: str
    people: int
    helped: int
    awaited: int
    weight: int
    lapsed: int
    alerts: int
    absent: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """An office's officers with their loads, and the proposal."""

    office: int
    name: str
    loads: list[Load]
    proposal: Proposal

    @property
    def names(self) -> Mapping[int | None, str]:
        return {load.officer: load.name for load in self.loads}

    @property
    def named(self) -> list[int]:
        """The people whose names are shown."""
        return [file.person for move in self.proposal.moves for file in move.files]


async def workload(viewer: Viewer, office: int | None, now: datetime) -> Workload | None:
    """The own office's for a head, the chosen one for the bureau (None: none chosen). Raises NotFound for no office."""
    wanted = office if viewer.scope == "all" else viewer.office
    if wanted is None:
        return None
    row = await fetch_row("SELECT id, name FROM office WHERE id = $1 AND kind = 'judicial_office'", wanted)
    if row is None:
        raise NotFound
    officers, files = await fetch(OFFICERS, wanted, now), await fetch(FILES, wanted, now)
    loads = [_load(one, [file for file in files if file["staff"] == one["id"]]) for one in officers]
    left = [file for file in files if file["staff"] not in {one["id"] for one in officers}]
    receivers = [one["id"] for one in officers if not one["absent"]]
    proposal = propose([_file(one) for one in files if one["staff"]], receivers)
    return Workload(row["id"], row["name"], loads + ([_load(NOBODY, left)] if left else []), proposal)


def _load(officer: Record, files: list[Record]) -> Load:
    there = [file for file in files if not file["awaited"]]
    helped = sum(file["register"] == "assistance" for file in there)
    return Load(
        officer=officer["id"],
        name=officer["name"],
        people=len(there) - helped,
        helped=helped,
        awaited=len(files) - len(there),
        weight=sum(_weight(file) for file in files),
        lapsed=sum(file["lapsed"] for file in files),
        alerts=officer["alerts"],
        absent=officer["absent"],
    )


def _weight(file: Record) -> int:
    if file["awaited"]:
        return 0
    if file["register"] == "assistance":
        return HELP_WEIGHTS.get(file["level"] or "", HELP_UNCLASSED)
    return WEIGHTS.get(file["level"] or "", UNCLASSED)


def _file(row: Record) -> File:
    address = open_sealed(row["value_sealed"], CONTACT) if row["value_sealed"] else ""
    return File(
        person=row["person"],
        name=row["name"],
        officer=row["staff"],
        weight=_weight(row),
        village=village_of(address),
        family=row["key"] or "",
        of_help=row["register"] == "assistance",
        awaited=row["awaited"],
    )


async def accept(viewer: Viewer, people: Collection[int], to: Officer, now: datetime) -> int:
    """Give all that these people have open in the officer's office to the officer, or nothing; how many people.

    `to` is an officer to whom the viewer may give files. Raises NotFound for somebody who has nothing open there.
    """
    async with tx():
        files = [file for file in await fetch(FILES, to.office, now) if file["person"] in people]
        if {file["person"] for file in files} != set(people):
            raise NotFound
        for file in files:
            await GIVEN_BY[file["register"]](viewer, file["id"], to.assignment(REASON), now)
    return len(set(people))
