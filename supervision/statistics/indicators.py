"""The indicators of law e.2, as far as the data reaches: always a numerator and a denominator, each the length of its list."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.language import N_
from supervision.statistics.figures import (
    CONNECTED,
    NEVER_TAKEN_IN,
    OFF_CONTROL,
    RELEASED,
    Figure,
    Sight,
    count_all,
    decisions,
)
from supervision.statistics.known import ON_REGISTER, known, within

ENTERED_WITHIN_DAYS = 3
"""So soon after it happened is a record in time; its title says it too."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A rate: what of what, and the value that is wanted (None: none is set)."""

    code: str
    title: str
    numerator: Figure
    denominator: Figure
    wanted: str = ""


def _part(code: str, title: str, done: str, all_: str, sql: str, *, wanted: str = "100%") -> Indicator:
    """A share: the rows of a list, and those of them that are `ok`."""
    return Indicator(
        code,
        title,
        Figure(f"{code}_done", done, "", f"SELECT r.person, r.ref, r.at, r.what FROM ({sql}) r WHERE r.ok"),
        Figure(f"{code}_all", all_, "", f"SELECT r.person, r.ref, r.at, r.what FROM ({sql}) r"),
        wanted,
    )


def _of_served(code: str, title: str, done: str, sql: str, *, wanted: str = "") -> Indicator:
    """A relation to everybody who was on the register at any time of the period: ZC(a−1) + IN."""
    return Indicator(
        code,
        title,
        Figure(f"{code}_done", done, "", sql),
        Figure(f"{code}_all", N_("服务人数"), N_("人"), SERVED),
        wanted,
    )


SERVED = f"""SELECT o.person, o.number AS ref, r.happened_at AS at, 'on_register' AS what
  FROM registration r JOIN orders o ON o.id = r.order_id
 WHERE r.happened_at < $2 AND {known("r")}
   AND NOT EXISTS (SELECT FROM order_end e WHERE e.order_id = o.id AND e.happened_at < $1 AND {known("e")})"""


def _duties(subject: str, condition: str, ok: str) -> str:
    """Duties of a kind whose limit lies in the period and has passed, without those that were excused or fell away.

    By what became of them until now, whatever $3 is: to ask each of some millions for its events would take minutes.
    """
    number = {
        "order": "(SELECT number FROM orders o WHERE o.id = d.subject_id)",
        "commission": "(SELECT number FROM commission c WHERE c.id = d.subject_id)",
    }
    return f"""SELECT d.person, {number.get(subject, "NULL::text")} AS ref, d.limit_at AS at, d.state AS what, d.state IN ({ok}) AS ok
  FROM duty d WHERE d.subject_kind = '{subject}' AND {condition} AND d.state NOT IN ('void', 'excused')
   AND d.limit_at > $1::timestamptz AND d.limit_at <= least($2::timestamptz, $3::timestamptz)"""


MADE = "'met', 'met_late'"
IN_TIME = "'met'"
RELEASES = f"""SELECT o.person, o.number AS ref, e.happened_at AS at, e.reason AS what, o.id AS order_id, o.end_on,
       (e.happened_at AT TIME ZONE 'Asia/Shanghai')::date AS ended_on
  FROM order_end e JOIN orders o ON o.id = e.order_id
 WHERE e.kind = 'released' AND {within("e.happened_at")} AND {known("e")}"""
TAKEN_OVER = f"""EXISTS (SELECT FROM assistance a WHERE a.order_id = r.order_id AND a.created_at <= $3
                        AND (a.connected_at AT TIME ZONE 'Asia/Shanghai')::date <= r.ended_on
                        AND NOT EXISTS (SELECT FROM assistance_step s WHERE s.assistance = a.id AND s.event = 'taken_back' AND {known("s")}))"""
ALERTS = f"""SELECT a.person, NULL::text AS ref, a.opened_at AS at, a.kind AS what,
       a.closed_at IS NOT NULL AND a.closed_at <= $3 AS ok FROM alert a WHERE {within("a.opened_at")} AND a.opened_at <= $3"""


def _entries() -> str:
    tables = ("registration", "report", "visit", "info_check")
    return " UNION ALL ".join(
        f"""SELECT o.person, o.number AS ref, f.happened_at AS at, '{table}' AS what,
                   f.recorded_at < f.happened_at + interval '{ENTERED_WITHIN_DAYS} days' AS ok
              FROM {table} f JOIN orders o ON o.id = f.order_id
             WHERE {within("f.happened_at")} AND {known("f")} AND f.import_run IS NULL"""
        for table in tables
    )


RESULTS = f"""SELECT NULL::int AS person, c.number AS ref, r.happened_at AS at, r.adoption AS what, r.adoption = 'adopted' AS ok
  FROM commission_result r JOIN commission c ON c.id = r.commission
 WHERE r.adoption IN ('adopted', 'not_adopted') AND {within("r.happened_at")} AND {known("r")}"""


def _step(event: str) -> str:
    return (
        f"""EXISTS (SELECT FROM assistance_step s WHERE s.assistance = a.id AND s.event = '{event}' AND {known("s")})"""
    )


def _help(condition: str, ok: str, at: str) -> str:
    return (
        f"""SELECT a.person, NULL::text AS ref, {at} AS at, a.kind AS what, {ok} AS ok FROM help a WHERE {condition}"""
    )


FETCHED = f"""SELECT a.person, NULL::text AS ref, a.at, a.met_as AS what, {_step("fetched")} AS ok
  FROM ({RELEASED}) a WHERE a.met_as = 'key'"""
HELPED = f"""EXISTS (SELECT FROM help_visit v WHERE v.assistance = a.id AND {within("v.happened_at")} AND {known("v")})
        OR EXISTS (SELECT FROM help_member m WHERE m.assistance = a.id AND m.happened_at < $2 AND {known("m")})"""
PLACED = f"""EXISTS (SELECT FROM support s WHERE s.assistance = a.id AND s.kind = 'placement' AND s.happened_at < $2
                      AND {known("s")})
        OR EXISTS (SELECT FROM help_stay t WHERE t.assistance = a.id AND t.happened_at < $2 AND {known("t")})"""
BOOKINGS = f"""SELECT f.person, b.number AS ref, b.happened_at AS at, b.state AS what,
       EXISTS (SELECT FROM booking_event e WHERE e.booking = b.id AND e.new_state = 'scheduled' AND e.recorded_at <= $3) AS ok
  FROM booking b JOIN family_member f ON f.id = b.applicant WHERE {within("b.happened_at")} AND {known("b")}"""
SESSIONS = f"""SELECT f.person, b.number AS ref, s.from_at AS at, last.new_state AS what, last.new_state = 'no_show' AS ok
  FROM booking b JOIN family_member f ON f.id = b.applicant
  JOIN booking_slot s ON s.booking = b.id
  JOIN LATERAL (SELECT e.new_state FROM booking_event e WHERE e.booking = b.id AND e.recorded_at <= $3 ORDER BY e.id DESC LIMIT 1) last ON TRUE
 WHERE {within("s.from_at")} AND {known("b")}
   AND s.id = (SELECT max(l.id) FROM booking_slot l WHERE l.booking = b.id AND l.taken_at <= $3)
   AND EXISTS (SELECT FROM booking_event e WHERE e.booking = b.id AND e.new_state = 'confirmed' AND e.recorded_at <= $3)"""

INDICATORS: Mapping[str, Indicator] = {
    one.code: one
    for one in (
        _part("opinions", N_("调查评估按期完成率"), N_("按期提交"), N_("应提交"), _duties("commission", "d.rule IN ('CI-03', 'CI-04') AND d.variant = 'opinion'", IN_TIME)),
        _part("adopted", N_("调查评估采信率"), N_("采信"), N_("有结果"), RESULTS, wanted=""),
        _part("first_report", N_("报到率"), N_("按期报到"), N_("应报到"), _duties("order", "d.rule = 'RE-06'", IN_TIME)),
        _of_served("never", N_("漏管率"), N_("漏管"), NEVER_TAKEN_IN, wanted="0"),
        _of_served("off", N_("脱管率"), N_("脱管"), OFF_CONTROL, wanted="0"),
        _part("reports", N_("报告完成率"), N_("已报告"), N_("应报告"), _duties("order", "d.rule = 'SU-01'", MADE)),
        _part("visits", N_("走访完成率"), N_("已走访"), N_("应走访"), _duties("order", "d.rule = 'SU-04' AND d.variant = 'field'", MADE)),
        _part("checks", N_("信息核查完成率"), N_("已核查"), N_("应核查"), _duties("order", "d.rule = 'SU-04' AND d.variant = 'info'", MADE)),
        _of_served("admonitions", N_("训诫人次比"), N_("训诫人次"), decisions("admonition")),
        _of_served("warnings", N_("警告人次比"), N_("警告人次"), decisions("warning")),
        _part("alerts", N_("预警处置率"), N_("已处置"), N_("产生预警"), ALERTS),
        _part("entries", N_("信息录入及时率（3日内）"), N_("及时录入"), N_("录入"), _entries()),
        _part("released", N_("按期解矫率"), N_("期满当日解除"), N_("解除"), f"SELECT r.*, r.ended_on = r.end_on AS ok FROM ({RELEASES}) r"),
        _part(
            "handed_over",
            N_("解矫衔接率"),
            N_("当日转入安置帮教"),
            N_("解除"),
            f"SELECT r.*, {TAKEN_OVER} AS ok FROM ({RELEASES}) r",
        ),
        Indicator("met", N_("刑满释放衔接率"), Figure("met_done", N_("已衔接"), "", CONNECTED), Figure("met_all", N_("应衔接"), "", f"SELECT person, ref, at, what FROM ({RELEASED}) r"), "100%"),
        _part("fetched", N_("重点对象必接必送率"), N_("接回"), N_("重点对象释放"), FETCHED),
        _part("files", N_("建档率"), N_("已建档"), N_("已衔接"), _help(within("a.connected_at"), _step("file"), "a.connected_at")),
        _part("helped", N_("帮教率"), N_("有帮教措施"), N_("在册"), _help(ON_REGISTER, HELPED, "a.since"), wanted="≥95%"),
        _part("placed", N_("安置率"), N_("已安置"), N_("在册"), _help(ON_REGISTER, PLACED, "a.since"), wanted="≥85%"),
        _part("help_visits", N_("安置帮教走访率"), N_("已走访"), N_("应走访"), _duties("assistance", "d.rule = 'RA-14'", MADE)),
        _part("out_of_reach", N_("帮教失控率"), N_("失控"), N_("在册"), _help(ON_REGISTER, "a.state_then = 'off'", "a.since"), wanted="0"),
        _part("booked", N_("视频会见通过率"), N_("已排期"), N_("申请"), BOOKINGS, wanted=""),
        _part("no_show", N_("视频会见爽约率"), N_("爽约"), N_("已确认"), SESSIONS, wanted="0"),
    )
}  # fmt: skip
OF_LISTS: Mapping[str, Figure] = {
    figure.code: figure for one in INDICATORS.values() for figure in (one.numerator, one.denominator)
}


@dataclass(frozen=True, slots=True)
class Value:
    """An indicator with its two counts."""

    indicator: Indicator
    numerator: int
    denominator: int

    @property
    def rate(self) -> str:
        """In per cent; a dash where there is nothing to divide by."""
        return f"{self.numerator / self.denominator:.1%}" if self.denominator else "—"


async def values(sight: Sight) -> list[Value]:
    """All indicators of a period, read of one moment."""
    counts = await count_all(OF_LISTS.values(), sight)
    return [Value(one, counts[one.numerator.code], counts[one.denominator.code]) for one in INDICATORS.values()]
