"""Who stands where now: each figure of the dashboard that counts people is the length of a list, by the same text.

Of every query $1 is now; its rows have what the lists of the statistics have (figures.py), and `office` and `staff`, who has the file.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch
from supervision.language import N_
from supervision.people.scope import visible_people
from supervision.resettlement.states import AWAITED as AWAITED_STATES
from supervision.resettlement.states import OUTSIDE
from supervision.statistics.figures import Figure
from supervision.statistics.lists import PAGE, Listed, Listing

NOBODY = 0
"""Stands for an officer where none of the office's has the file."""
REGISTERED = "o.registered_at IS NOT NULL AND o.ended_at IS NULL"


def _main(kind: str, subject: str, own: str = "r.subject_id") -> str:
    return f"""responsibility r ON r.subject_kind = '{kind}' AND {own} = {subject} AND r.role = 'main' AND r.to_at IS NULL"""


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values))


IN_CORRECTION = f"""SELECT o.person, o.number AS ref, o.registered_at AS at, o.kind AS what, r.office, r.staff
  FROM orders o JOIN {_main("order", "o.id")} WHERE {REGISTERED}"""
LATE = "is_lapsed(d.state, d.limit_at, $1)"
# A lapse has an open alert until it is settled (the roll call proves it): of these there are few, of limits in the past many. An alert
# also stands after a late report, when nothing is owed any more: so its duty is asked. The offices are joined whole (+ 0): to ask the
# exclusion constraint's index for each alert, as the planner would, costs several times as much.
LAPSED = f"""SELECT o.person, o.number AS ref, min(d.limit_at) FILTER (WHERE {LATE}) AS at, min(d.state) FILTER (WHERE {LATE}) AS what,
       r.office, r.staff
  FROM alert a JOIN duty d ON d.id = a.duty
  JOIN orders o ON o.id = a.subject_id AND {REGISTERED} JOIN {_main("order", "a.subject_id", "r.subject_id + 0")}
 WHERE a.closed_at IS NULL AND a.subject_kind = 'order' GROUP BY o.id, r.office, r.staff HAVING bool_or({LATE})"""
HELPED = f"""SELECT a.person, NULL::text AS ref, a.connected_at AS at, a.kind AS what, r.office, r.staff
  FROM assistance a JOIN {_main("assistance", "a.id")} WHERE a.state IN ({_texts(OUTSIDE)})"""
AWAITED = f"""SELECT o.person, o.number AS ref, o.effective_on::timestamp AT TIME ZONE 'Asia/Shanghai' AS at, 'to_report' AS what,
       r.office, r.staff
  FROM orders o JOIN {_main("order", "o.id")} WHERE o.registered_at IS NULL AND o.ended_at IS NULL
 UNION ALL
SELECT a.person, NULL, a.release_on::timestamp AT TIME ZONE 'Asia/Shanghai', 'to_connect', r.office, r.staff
  FROM assistance a JOIN {_main("assistance", "a.id")} WHERE a.state IN ({_texts(AWAITED_STATES)})"""
STANDING: Mapping[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("in_correction", N_("社区矫正在册人员"), N_("人"), IN_CORRECTION),
        Figure("lapsed", N_("有逾期的在矫人员"), N_("人"), LAPSED),
        Figure("helped", N_("在册安置帮教对象"), N_("人"), HELPED),
        Figure("awaited", N_("待接收的人员"), N_("人"), AWAITED),
    )
}
# Where a query doesn't ask for it, PostgreSQL still has to know what it is.
TYPED = "$1::timestamptz IS NOT NULL"


async def counted(code: str, office: int | None, now: datetime) -> Counter[int]:
    """Office → the figure; of one office, or all."""
    rows = await fetch(
        f"""SELECT x.office, count(*)::int AS n FROM ({STANDING[code].sql}) x
             WHERE {TYPED} AND ($2::int IS NULL OR x.office = $2) GROUP BY x.office""",
        now,
        office,
    )
    return Counter({row["office"]: row["n"] for row in rows})


@dataclass(frozen=True, slots=True)
class Whose:
    """Of which office, and of which of its officers (NOBODY: of none); None: of all."""

    office: int | None
    staff: int | None = None


async def people_of(viewer: Viewer, code: str, whose: Whose, now: datetime, *, skip: int = 0) -> Listing:
    """The list behind the figure; a head's own office, whatever is asked. Raises KeyError for a figure that is none."""
    args: list[Any] = [now, whose.office if viewer.scope == "all" else viewer.office]
    where = f"{TYPED} AND ($2::int IS NULL OR x.office = $2) AND {visible_people(viewer, 'x.person', args)}"
    if whose.staff == NOBODY:
        where += """ AND NOT EXISTS (SELECT FROM staff s WHERE s.id = x.staff AND s.office = x.office
                        AND s.disabled_at IS NULL AND s.role IN ('officer', 'head'))"""
    elif whose.staff is not None:
        args.append(whose.staff)
        where += f" AND x.staff = ${len(args)}"
    rows = await fetch(
        f"""SELECT x.*, p.name, f.name AS office_name, count(*) OVER ()::int AS total
              FROM ({STANDING[code].sql}) x JOIN person p ON p.id = x.person JOIN office f ON f.id = x.office
             WHERE {where} ORDER BY x.at, x.ref, x.person LIMIT {PAGE} OFFSET {skip}""",
        *args,
    )
    return Listing([_listed(row) for row in rows], rows[0]["total"] if rows else 0)


def _listed(row: Record) -> Listed:
    told = (row["person"], row["ref"] or "", row["name"], row["office_name"], row["what"], row["at"])
    return Listed(*told, of_help=row["ref"] is None)
