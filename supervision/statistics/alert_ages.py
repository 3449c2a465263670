"""How long open alerts have stood: how many of each age, and the list behind each number, by the same condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision import rules
from supervision.access.viewer import Viewer
from supervision.alerts.subjects import PERSON, Whom, shown, visible_alerts, whom_of
from supervision.db import Record, fetch
from supervision.language import N_
from supervision.language import gettext as _
from supervision.statistics.lists import PAGE

AGES = (N_("1日内"), N_("2–3日"), N_("4–7日"), N_("8–30日"), N_("30日以上"))
AGE = "width_bucket(extract(epoch FROM $1 - a.since_at) / 86400, ARRAY[1, 3, 7, 30]::float8[])"
"""The place in AGES of an alert."""
OPEN = "a.closed_at IS NULL AND a.since_at <= $1"


@dataclass(frozen=True, slots=True)
class AlertAge:
    """How many open alerts are so old, and how many of them nobody has taken."""

    title: str
    alerts: int
    untaken: int


COUNTED = f"""
SELECT {AGE} AS age, count(*)::int AS alerts, count(*) FILTER (WHERE a.taken_by IS NULL)::int AS untaken
  FROM alert a WHERE {OPEN} AND {{visible}} GROUP BY 1
"""


async def alert_ages(viewer: Viewer, now: datetime) -> list[AlertAge]:
    """Open alerts of what the viewer may see by how long their cause has stood, the youngest first."""
    args: list[Any] = [now]
    found = {row["age"]: row for row in await fetch(COUNTED.format(visible=visible_alerts(viewer, args)), *args)}
    return [
        AlertAge(title, found[n]["alerts"], found[n]["untaken"]) if n in found else AlertAge(title, 0, 0)
        for n, title in enumerate(AGES)
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """One open alert: about whom, since when, with whom it is, and whether they took it."""

    whom: Whom
    name: str
    title: str
    since_at: datetime
    owner: str
    office: str
    taken: bool

    @property
    def person(self) -> int | None:
        """Whom it names, if it names somebody."""
        return self.whom.id if self.whom.kind == PERSON else None


@dataclass(frozen=True, slots=True)
class Standings:
    """A page of alerts, and how many there are."""

    rows: list[Standing]
    total: int


LISTED = f"""
SELECT a.person, a.subject_kind, a.subject_id, a.kind, coalesce(d.variant, f.variant, '') AS variant, a.since_at,
       a.taken_by IS NOT NULL AS taken, p.name, s.name AS owner, o.name AS office, count(*) OVER ()::int AS total
  FROM alert a JOIN staff s ON s.id = a.assigned_to JOIN office o ON o.id = s.office
  LEFT JOIN person p ON p.id = a.person LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
 WHERE {OPEN} AND ($2::int IS NULL OR {AGE} = $2) AND (a.taken_by IS NULL OR NOT $3) AND {{visible}}
 ORDER BY a.since_at, a.id LIMIT {PAGE} OFFSET {{skip}}
"""


async def alerts_of_age(
    viewer: Viewer, age: int | None, now: datetime, *, untaken: bool = False, skip: int = 0
) -> Standings:
    """The open alerts of a place in AGES (None: of all), or those of them that nobody has taken; the oldest first."""
    args: list[Any] = [now, age, untaken]
    rows = await fetch(LISTED.format(visible=visible_alerts(viewer, args), skip=skip), *args)
    names = await _names(rows)
    return Standings([_standing(row, names) for row in rows], rows[0]["total"] if rows else 0)


async def _names(rows: Sequence[Record]) -> dict[Whom, str]:
    """What the subjects are called that are no person."""
    found = await shown({whom_of(row) for row in rows if row["person"] is None})
    return {whom: one.title for whom, one in found.items()}


def _standing(row: Record, names: dict[Whom, str]) -> Standing:
    whom = whom_of(row)
    return Standing(
        whom=whom,
        name=names.get(whom) or row["name"],
        title=_(rules.title_of(row["kind"], row["variant"])),
        since_at=row["since_at"],
        owner=row["owner"],
        office=row["office"],
        taken=row["taken"],
    )
