"""The figures of the annual report: each is one list, by a name and a query, and its figure is how many rows the list has.

Of every query $1 and $2 are the period's begin and exclusive end, $3 says what is known, `help` the periods of help. Its rows have `person` (or NULL),
`ref` (the number of the file), `at` and `what`; they are counted and listed by the same text, so the two can't differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch
from supervision.language import N_
from supervision.people.scope import visible_people
from supervision.resettlement.facts import met_as
from supervision.rules.no_future_duty import AWAITED_BY
from supervision.statistics.known import (
    DUTY_STATE,
    LOCAL_BEGIN,
    LOCAL_END,
    LOCAL_KNOWN,
    ON_REGISTER,
    WITH_HELP,
    known,
    local_day_of,
    within,
)
from supervision.statistics.lists import PAGE, Listed, Listing
from supervision.statistics.period import Period


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it counts, in which unit, and the list that it is the length of."""

    code: str
    title: str
    unit: str
    sql: str


RECEIVED = f"""SELECT o.person, o.number AS ref, r.happened_at AS at, 'registration' AS what
  FROM registration r JOIN orders o ON o.id = r.order_id WHERE {within("r.happened_at")} AND {known("r")}"""
ENDED = f"""SELECT o.person, o.number AS ref, e.happened_at AS at, e.reason AS what
  FROM order_end e JOIN orders o ON o.id = e.order_id
 WHERE e.kind = 'released' AND {within("e.happened_at")} AND {known("e")}"""
# Whoever wasn't there at the limit is NOT_REPORTED (model §7): who owes the first report, and who is to be handed over, also who came later,
# and in every period until then (law b.2); as in the roll call.
NEVER_TAKEN_IN = f"""SELECT o.person, min(o.number) AS ref, min(d.limit_at) AS at, 'not_reported' AS what
  FROM duty d JOIN orders o ON o.id = d.subject_id
 WHERE d.subject_kind = 'order' AND d.rule IN ({", ".join(map(repr, AWAITED_BY))}) AND d.limit_at < $2 AND d.limit_at <= $3 AND d.created_at <= $3
   AND CASE {DUTY_STATE} WHEN 'met_late' THEN (d.closed_at < $1) IS NOT TRUE WHEN 'open' THEN TRUE WHEN 'missed' THEN TRUE END
   AND NOT EXISTS (SELECT FROM registration r WHERE r.order_id = o.id AND r.happened_at < $1 AND {known("r")})
   AND NOT EXISTS (SELECT FROM order_end e WHERE e.order_id = o.id AND e.happened_at < $1 AND {known("e")})
 GROUP BY o.person"""
# Off control is the word of a named person after verifying (law b.9): it holds from when it was said until the person is found or the
# order ends, and counts in every period of that time (law e.2); whoever it was said of twice is one person.
OFF_CONTROL = f"""SELECT o.person, min(o.number) AS ref, min(c.happened_at) AS at, 'off_control' AS what
  FROM off_control c JOIN orders o ON o.id = c.order_id
 WHERE c.happened_at < $2 AND {known("c")}
   AND NOT EXISTS (SELECT FROM search_end e WHERE e.search = c.search AND greatest(c.happened_at, e.happened_at) < $1 AND {known("e")})
   AND NOT EXISTS (SELECT FROM order_end e WHERE e.order_id = o.id AND greatest(c.happened_at, e.happened_at) < $1 AND {known("e")})
 GROUP BY o.person"""


def commissions(organ: str) -> str:
    """Investigations that an organ asked for, received in the period; one put down by mistake has no such fact; not about whom (law CI-10)."""
    return f"""SELECT NULL::int AS person, c.number AS ref, a.happened_at AS at, c.organ_name AS what
  FROM commission c JOIN commission_act a ON a.commission = c.id AND a.kind = 'received'
 WHERE c.organ = '{organ}' AND {within("a.happened_at")} AND {known("a")}"""


def decisions(measure: str) -> str:
    """Decisions of one measure (人次)."""
    return f"""SELECT o.person, o.number AS ref, d.happened_at AS at, d.reason AS what
  FROM discipline_decision d JOIN orders o ON o.id = d.order_id
 WHERE d.measure = '{measure}' AND {within("d.happened_at")} AND {known("d")}"""


def people_with(measure: str) -> str:
    """The people (人) whom these decisions concern: one row each, however many decisions."""
    return f"""SELECT d.person, min(d.ref) AS ref, min(d.at) AS at, count(*)::text AS what
  FROM ({decisions(measure)}) d GROUP BY d.person"""


# Released here from prison or detention; who turned out to live elsewhere, was put down by mistake or died inside wasn't ours to meet.
RELEASED = f"""SELECT a.id, a.person, a.prison AS ref, a.release_on::timestamp AT TIME ZONE 'Asia/Shanghai' AS at,
       CASE WHEN a.connected_at IS NULL THEN 'not_connected' ELSE 'connected' END AS what, a.connected_at IS NOT NULL AS connected,
       {met_as(known("x"))} AS met_as
  FROM help a
 WHERE a.source IN ('prison', 'detention') AND a.release_on >= {LOCAL_BEGIN} AND a.release_on < {LOCAL_END} AND a.release_on <= {LOCAL_KNOWN}
   AND NOT (a.connected_at IS NULL AND (a.state = 'moved' OR a.state = 'deceased' AND {local_day_of("a.ended_at")} < a.release_on))"""
CONNECTED = f"SELECT person, ref, at, what FROM ({RELEASED}) r WHERE r.connected"
REGISTER = f"SELECT a.person, NULL::text AS ref, a.since AS at, a.kind AS what FROM help a WHERE {ON_REGISTER}"
BOOKED = f"""SELECT f.person, b.number AS ref, b.happened_at AS at, b.state AS what
  FROM booking b JOIN family_member f ON f.id = b.applicant WHERE {within("b.happened_at")} AND {known("b")}"""
# A session that ended early for a breach was held; one that failed or to which nobody came wasn't.
SERVED = f"""SELECT f.person, b.number AS ref, a.happened_at AS at, 'attended' AS what
  FROM booking_arrival a JOIN booking b ON b.id = a.booking JOIN family_member f ON f.id = a.family
 WHERE {within("a.happened_at")} AND {known("b")} AND a.recorded_at <= $3
   AND EXISTS (SELECT FROM booking_event e WHERE e.booking = b.id AND e.new_state IN ('done', 'terminated') AND e.recorded_at <= $3)"""

ORGANS = ("court", "procuratorate", "police", "prison")
"""Who asks for investigations."""
FIGURES: Mapping[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("commissions_court", N_("法院委托调查评估"), N_("件"), commissions("court")),
        Figure("commissions_procuratorate", N_("检察院委托调查评估"), N_("件"), commissions("procuratorate")),
        Figure("commissions_police", N_("公安机关委托调查评估"), N_("件"), commissions("police")),
        Figure("commissions_prison", N_("监狱管理机关委托调查评估"), N_("件"), commissions("prison")),
        Figure("received", N_("接收社区矫正对象"), N_("人"), RECEIVED),
        Figure("ended", N_("解除社区矫正"), N_("人"), ENDED),
        Figure("warned_people", N_("警告"), N_("人"), people_with("warning")),
        Figure("warnings", N_("警告决定"), N_("人次"), decisions("warning")),
        Figure("admonished_people", N_("训诫"), N_("人"), people_with("admonition")),
        Figure("admonitions", N_("训诫决定"), N_("人次"), decisions("admonition")),
        Figure("off_control", N_("脱管"), N_("人"), OFF_CONTROL),
        Figure("never_taken_in", N_("漏管"), N_("人"), NEVER_TAKEN_IN),
        Figure("handover_done", N_("刑满释放已衔接"), N_("人"), CONNECTED),
        Figure("handover_due", N_("刑满释放应衔接"), N_("人"), f"SELECT person, ref, at, what FROM ({RELEASED}) r"),
        Figure("register", N_("在册安置帮教对象"), N_("人"), REGISTER),
        Figure("video_booked", N_("远程视频会见预约"), N_("次"), BOOKED),
        Figure("video_served", N_("远程视频会见服务家属"), N_("人次"), SERVED),
    )
}
# Where a query asks for less than all three, PostgreSQL still has to know what they are.
TYPED = "$1::timestamptz < $2::timestamptz AND $3::timestamptz IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Sight:
    """The period that is asked about, what is known, and who looks (None: a command, which sees everybody)."""

    period: Period
    known_at: datetime
    viewer: Viewer | None = None

    def arguments(self) -> tuple[str, list[Any]]:
        """The condition on the rows `x` that are seen, and the arguments."""
        args: list[Any] = [self.period.begin, self.period.end, self.known_at]
        seen = visible_people(self.viewer, "x.person", args) if self.viewer else "TRUE"
        if self.viewer and self.viewer.scope == "all":  # rows that name nobody are the whole bureau's
            seen = f"(x.person IS NULL OR {seen})"
        return f"{TYPED} AND {seen}", args


async def count(figure: Figure, sight: Sight) -> int:
    """The figure: how many rows its list has."""
    return (await count_all([figure], sight))[figure.code]


async def count_all(figures: Iterable[Figure], sight: Sight) -> dict[str, int]:
    """Each figure by its code, all in one statement: what several of them ask for is worked out once."""
    where, args = sight.arguments()
    parts = [f"SELECT '{one.code}' AS code, count(*)::int AS n FROM ({one.sql}) x WHERE {where}" for one in figures]
    return {row["code"]: row["n"] for row in await fetch(f"{WITH_HELP} {' UNION ALL '.join(parts)}", *args)}


async def rows_of(figure: Figure, sight: Sight, *, skip: int = 0, limit: int | None = PAGE) -> Listing:
    """The list behind the figure, with the office that has each file now."""
    where, args = sight.arguments()
    sql = f"""{WITH_HELP}
              SELECT x.*, p.name, count(*) OVER ()::int AS total,
                     EXISTS (SELECT FROM orders o WHERE o.person = x.person) AS on_register,
                     EXISTS (SELECT FROM assistance a WHERE a.person = x.person) AS helped,
                     (SELECT f.name FROM responsibility r JOIN office f ON f.id = r.office
                       WHERE r.person = x.person AND r.role = 'main' AND r.to_at IS NULL ORDER BY r.id DESC LIMIT 1) AS office
                FROM ({figure.sql}) x LEFT JOIN person p ON p.id = x.person
               WHERE {where} ORDER BY x.at, x.ref, x.person LIMIT {limit or "ALL"} OFFSET {skip}"""
    rows = await fetch(sql, *args)
    return Listing([_listed(row) for row in rows], rows[0]["total"] if rows else 0)


def _listed(row: Record) -> Listed:
    told = (row["person"], row["ref"] or "", row["name"] or "", row["office"] or "", row["what"] or "", row["at"])
    on_register = row["on_register"]
    return Listed(*told, on_register=on_register, of_help=row["helped"] and not on_register)
