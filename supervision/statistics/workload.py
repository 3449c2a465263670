"""The work of each officer of one office, and what would make it fairer; an accepted move is a transfer like any other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch, fetch_row, tx
from supervision.errors import NotFound
from supervision.orders.actions import assign_officer
from supervision.orders.offers import Officer
from supervision.people.actions import CONTACT
from supervision.people.scope import get_order_id
from supervision.sealed import open_sealed
from supervision.statistics.fairness import UNCLASSED, WEIGHTS, File, Proposal, propose, village_of

REASON = "均衡工作量"

OFFICERS = """
SELECT s.id, s.name, s.role,
       EXISTS (SELECT FROM absence a WHERE a.staff = s.id AND a.from_at <= $2 AND a.to_at > $2) AS absent,
       (SELECT count(*)::int FROM alert a WHERE a.assigned_to = s.id AND a.closed_at IS NULL) AS alerts
  FROM staff s WHERE s.office = $1 AND s.disabled_at IS NULL AND s.role IN ('officer', 'head') ORDER BY s.role DESC, s.id
"""
FILES = """
SELECT o.person, p.name, r.staff, c.level, w.value_sealed, w.key,
       EXISTS (SELECT FROM duty d WHERE d.person = o.person AND d.state = 'open' AND d.limit_at <= $2) AS lapsed
  FROM responsibility r
  JOIN orders o ON o.id = r.subject_id AND o.ended_at IS NULL JOIN person p ON p.id = o.person
  LEFT JOIN LATERAL (SELECT c.level FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
                      ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) c ON TRUE
  LEFT JOIN LATERAL (SELECT w.value_sealed, w.key FROM contact w
                      WHERE w.person = o.person AND w.kind = 'address_now' AND w.withdrawn_at IS NULL
                      ORDER BY w.id DESC LIMIT 1) w ON TRUE
 WHERE r.office = $1 AND r.subject_kind = 'order' AND r.role = 'main' AND r.to_at IS NULL AND r.staff IS NOT NULL
 ORDER BY o.person
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One officer's work."""

    officer: int
    name: str
    people: int
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
    def names(self) -> Mapping[int, str]:
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
    receivers = [load.officer for load in loads if not load.absent]
    return Workload(row["id"], row["name"], loads, propose([_file(one) for one in files], receivers))


def _load(officer: Record, files: list[Record]) -> Load:
    weight = sum(_weight(file["level"]) for file in files)
    lapsed = sum(file["lapsed"] for file in files)
    return Load(officer["id"], officer["name"], len(files), weight, lapsed, officer["alerts"], officer["absent"])


def _weight(level: str | None) -> int:
    return WEIGHTS.get(level or "", UNCLASSED)


def _file(row: Record) -> File:
    address = open_sealed(row["value_sealed"], CONTACT) if row["value_sealed"] else ""
    return File(row["person"], row["name"], row["staff"], _weight(row["level"]), village_of(address), row["key"] or "")


async def accept(viewer: Viewer, people: Iterable[int], to: Officer, now: datetime) -> int:
    """Give all of these people's files to an officer, or none; how many. NotFound for who isn't the viewer's."""
    async with tx():
        orders = [await get_order_id(viewer, person) for person in people]
        for order in orders:
            await assign_officer(viewer, order, to.assignment(REASON), now)
    return len(orders)
