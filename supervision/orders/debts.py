"""What an old register didn't say (待补录): the list to work off, with its owner and how far it has come."""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import fetch
from supervision.orders.words import DEBTS
from supervision.people.scope import visible_people

PAGE = 50


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One thing to be made up in one person's file, and whose work it is."""

    id: int
    person: int
    name: str
    kind: str
    office: str
    owner: str | None
    opened_at: datetime

    @property
    def title(self) -> str:
        """What is missing."""
        return DEBTS.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Burndown:
    """Of one kind of debt: how many there were, how many are left."""

    kind: str
    all: int
    left: int

    @property
    def title(self) -> str:
        """What is missing."""
        return DEBTS.get(self.kind, self.kind)


async def burndown(viewer: Viewer) -> list[Burndown]:
    """All kinds of debt in the viewer's scope, those with most left first."""
    args: list[object] = []
    rows = await fetch(
        f"""SELECT d.kind, count(*) AS all, count(*) FILTER (WHERE d.closed_at IS NULL) AS left
              FROM debt d WHERE {visible_people(viewer, "d.person", args)} GROUP BY d.kind ORDER BY 3 DESC, 1""",
        *args,
    )
    return [Burndown(row["kind"], row["all"], row["left"]) for row in rows]


async def open_debts(viewer: Viewer, kind: str, after: int) -> list[DebtLine]:
    """One page of open debts (of a kind, or of all for ""), oldest first, after the one with this id.

    The owner is the officer who has the file, without one the head of the office.
    """
    args: list[object] = [kind, after, PAGE]
    rows = await fetch(
        f"""SELECT d.id, d.person, p.name, d.kind, o.name AS office, d.opened_at,
                   coalesce(s.name, (SELECT h.name FROM staff h WHERE h.office = r.office AND h.role = 'head'
                                        AND h.disabled_at IS NULL ORDER BY h.id LIMIT 1)) AS owner
              FROM debt d JOIN person p ON p.id = d.person
              JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = d.order_id AND r.role = 'main'
                                   AND r.to_at IS NULL
              JOIN office o ON o.id = r.office
              LEFT JOIN staff s ON s.id = r.staff AND s.disabled_at IS NULL
             WHERE d.closed_at IS NULL AND ($1 = '' OR d.kind = $1) AND d.id > $2
               AND {visible_people(viewer, "d.person", args)}
             ORDER BY d.id LIMIT $3""",
        *args,
    )
    return [DebtLine(**row) for row in rows]
