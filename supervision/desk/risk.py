"""What is at risk and who has it: a line an officer for a head, a line an office for the bureau."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.audit.record import Seeing
from supervision.db import Record, fetch
from supervision.desk.caseload import BOUND
from supervision.language import N_
from supervision.language import gettext as _

MOST_CONTACTS = 20_000
"""Of more people the oldest contact isn't looked for on each view: the roll call names it once a day."""

HOW = {"seen": N_("见面"), "heard": N_("通话"), "none": N_("登记后尚无联系")}

_RISK = """
WITH files AS (
    SELECT r.person, r.office, r.staff, o.id AS order_id, coalesce(o.registered_at, o.created_at) AS since
      FROM responsibility r JOIN orders o ON o.id = r.subject_id AND o.ended_at IS NULL
     WHERE r.subject_kind = 'order' AND r.role = 'main' AND r.to_at IS NULL AND ($1::int IS NULL OR r.office = $1)
), alerted AS (
    SELECT DISTINCT person FROM alert WHERE subject_kind = 'order' AND closed_at IS NULL
), lapsed AS (
    SELECT person, count(*) AS lapses FROM duty WHERE subject_kind = 'order' AND is_lapsed(state, limit_at, $2)
     GROUP BY person
), held AS (
    SELECT files.*, alerted.person IS NOT NULL AS is_alerted, coalesce(lapsed.lapses, 0) AS lapses, c.at, c.how, p.name
      FROM files JOIN person p ON p.id = files.person
      LEFT JOIN alerted ON alerted.person = files.person LEFT JOIN lapsed ON lapsed.person = files.person
      LEFT JOIN LATERAL (
        SELECT x.at, x.how FROM (
            (SELECT happened_at AS at, CASE mode WHEN 'in_person' THEN 'seen' ELSE 'heard' END AS how FROM report
              WHERE order_id = files.order_id AND withdrawn_at IS NULL AND mode IN ('in_person', 'phone')
              ORDER BY happened_at DESC LIMIT 1)
            UNION ALL
            (SELECT happened_at, 'seen' FROM visit
              WHERE order_id = files.order_id AND withdrawn_at IS NULL AND met = 'person' ORDER BY happened_at DESC LIMIT 1)
            UNION ALL
            (SELECT happened_at, 'heard' FROM info_check
              WHERE order_id = files.order_id AND withdrawn_at IS NULL AND result = 'ok' AND channel IN ('call', 'video')
              ORDER BY happened_at DESC LIMIT 1)
            UNION ALL
            (SELECT files.since, 'none')) x
         ORDER BY x.how = 'none', x.at DESC LIMIT 1) c ON (SELECT count(*) FROM files) <= $3
)
SELECT {group} AS id, {name} AS label, count(*) AS people, count(*) FILTER (WHERE is_alerted) AS cards,
       count(*) FILTER (WHERE lapses > 0) AS late_people, sum(lapses)::int AS lapses,
       count(*) FILTER (WHERE held.staff IS NULL) AS unassigned,
       min(held.at) AS contact_at, (array_agg(held.how ORDER BY held.at, held.person))[1] AS contact_how,
       (array_agg(held.person ORDER BY held.at, held.person))[1] AS contact_person,
       (array_agg(held.name ORDER BY held.at, held.person))[1] AS contact_name
  FROM held {join}
 GROUP BY 1, 2
 ORDER BY lapses DESC, cards DESC, people DESC, 2
"""
_BY_OFFICER = _RISK.format(group="held.staff", name="s.name", join="LEFT JOIN staff s ON s.id = held.staff")
_BY_OFFICE = _RISK.format(group="held.office", name="f.name", join="JOIN office f ON f.id = held.office")


@dataclass(frozen=True, slots=True)
class Risk:
    """One officer's or office's line; no label: people without an officer."""

    id: int | None
    label: str | None
    people: int
    cards: int
    late_people: int
    lapses: int
    unassigned: int
    contact_at: datetime | None
    contact_how: str
    contact_person: int | None
    contact_name: str | None


async def risks(viewer: Viewer, now: datetime) -> list[Risk]:
    """The lines that the viewer answers for: officers of a head's office, offices of the bureau; the worst first."""
    office = viewer.office if viewer.role == "head" else None
    sql = _BY_OFFICER if office is not None else _BY_OFFICE
    return [_risk(row) for row in await fetch(sql, office, now, MOST_CONTACTS)]


def _risk(row: Record) -> Risk:
    return Risk(**(dict(row) | {"contact_how": _(HOW.get(row["contact_how"], ""))}))


async def alerts_with(viewer: Viewer, people: Sequence[int], seeing: Seeing | None) -> int:
    """How many open alerts are with the viewer, up to BOUND; and the audit row of the day, with the people it shows."""
    sql = "SELECT 1 FROM alert WHERE assigned_to = $1 AND closed_at IS NULL LIMIT $2"
    args = (viewer.id, BOUND)
    return len(await (seeing.fetch(people, sql, *args) if seeing else fetch(sql, *args)))
