"""What one line of the caseload shows: the person, state, next duty, the last 14 days, the term. One query a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from supervision import rules
from supervision.audit.record import Seeing
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import Record
from supervision.desk.words import PAUSES, STATES, word
from supervision.language import N_
from supervision.language import gettext as _
from supervision.orders.words import KINDS, LEVELS
from supervision.people.words import SEXES
from supervision.rules.base import is_lapsed
from supervision.web import day_text, limit_text, until_text

STRIP_DAYS = 14
LONGEST_WINDOW = 45
"""Days before the strip in which a duty that was met in it may have been due."""

ROWS = """
SELECT p.id, p.name, p.sex, p.born_on, o.id AS order_id, o.number, o.kind, o.crime, o.state, o.start_on, o.end_on,
       o.ended_at, c.level, r.office, r.officer, al.alerts, nx.rule, nx.variant, nx.limit_at, nx.owed_by, nx.state AS duty_state,
       ps.kind AS pause, st.states, st.due, st.closed,
       EXISTS (SELECT FROM off_control x WHERE x.order_id = o.id AND x.withdrawn_at IS NULL
                  AND NOT EXISTS (SELECT FROM search_end e WHERE e.search = x.search AND e.withdrawn_at IS NULL)) AS off_control
  FROM unnest($1::int[]) WITH ORDINALITY AS w(id, at)
  JOIN person p ON p.id = w.id
  LEFT JOIN LATERAL (SELECT * FROM orders o WHERE o.person = p.id ORDER BY o.ended_at IS NULL DESC, o.id DESC LIMIT 1) o
    ON TRUE
  LEFT JOIN LATERAL (SELECT c.level FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
                      ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) c ON TRUE
  LEFT JOIN LATERAL (SELECT f.name AS office, s.name AS officer FROM responsibility r
                       JOIN office f ON f.id = r.office LEFT JOIN staff s ON s.id = r.staff
                      WHERE r.person = p.id AND r.subject_kind = 'order' AND r.subject_id = o.id AND r.role = 'main'
                      ORDER BY r.to_at IS NULL DESC, r.from_at DESC LIMIT 1) r ON TRUE
  LEFT JOIN LATERAL (SELECT count(*) AS alerts FROM alert a
                      WHERE a.person = p.id AND a.subject_kind = 'order' AND a.closed_at IS NULL) al ON TRUE
  LEFT JOIN LATERAL (SELECT d.rule, d.variant, d.limit_at, d.owed_by, d.state FROM duty d
                      WHERE d.person = p.id AND d.subject_kind = 'order' AND d.state = 'open'
                      ORDER BY d.limit_at, d.id LIMIT 1) nx ON TRUE
  LEFT JOIN LATERAL (SELECT x.kind FROM pause x WHERE x.subject_kind = 'order' AND x.subject_id = o.id
                        AND x.withdrawn_at IS NULL AND x.from_at <= $2 AND (x.to_at IS NULL OR x.to_at > $2)
                      ORDER BY x.from_at DESC LIMIT 1) ps ON TRUE
  LEFT JOIN LATERAL (SELECT array_agg(d.state ORDER BY d.id) AS states, array_agg(d.due_at ORDER BY d.id) AS due,
                            array_agg(d.closed_at ORDER BY d.id) AS closed
                       FROM duty d
                      WHERE d.person = p.id AND d.subject_kind = 'order' AND d.owed_by = 'person' AND d.state <> 'void'
                        AND d.due_at > $3 AND (d.limit_at <= $2 OR d.closed_at >= $4)) st ON TRUE
 ORDER BY w.at
"""


RANKS = {"none": 0, "excused": 1, "done": 2, "missed": 3}
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
"""Every day in Asia/Shanghai is as long: so a place on the strip is a division, not a calendar's question for each duty."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The last 14 days, oldest first, as every line of a page shows them."""

    first: datetime
    days: tuple[str, ...]

    @classmethod
    def of(cls, now: datetime) -> "Strip":
        """The strip that ends with today."""
        days = [add_days(local_day(now), n - STRIP_DAYS + 1) for n in range(STRIP_DAYS)]
        return cls(start_of(days[0]).astimezone(UTC), tuple(day_text(day, now) for day in days))

    def marks(
        self, states: Sequence[str], due: Sequence[datetime], closed: Sequence[datetime | None]
    ) -> list[tuple[str, str]]:
        """A miss stands on its due day, what was done on the day it was done; the worse of two is shown."""
        marks = ["none"] * STRIP_DAYS
        for state, due_at, closed_at in zip(states, due, closed, strict=True):
            if state in ("met", "met_late") and closed_at:
                self._mark(marks, closed_at, "done")
            if state in ("open", "missed", "met_late"):
                self._mark(marks, due_at - MOMENT, "missed")
            elif state == "excused":
                self._mark(marks, due_at - MOMENT, "excused")
        return list(zip(self.days, marks, strict=True))

    def _mark(self, marks: list[str], at: datetime, kind: str) -> None:
        place = (at - self.first) // DAY
        if 0 <= place < STRIP_DAYS and RANKS[kind] > RANKS[marks[place]]:
            marks[place] = kind


@dataclass(frozen=True, slots=True)
class Line:
    """One person as the caseload shows them."""

    id: int
    name: str
    sex: str
    born_on: date | None
    badge: tuple[str, str]
    late: bool
    alerts: int
    level: str
    strict: bool
    kind: str
    crime: str
    strip: list[tuple[str, str]]
    when: str
    what: str
    urgency: str
    """late | due | nothing: how the next duty is coloured."""
    term: tuple[float, str] | None
    office: str
    officer: str


async def lines(ids: Sequence[int], now: datetime, *, seeing: Seeing) -> list[Line]:
    """The lines of these people, in the order of the ids; and an audit row with them."""
    strip = Strip.of(now)
    rows = await seeing.fetch(ids, ROWS, list(ids), now, strip.first - timedelta(days=LONGEST_WINDOW), strip.first)
    return [line_of(row, now, strip) for row in rows]


def line_of(row: Record, now: datetime, strip: Strip) -> Line:
    """One row as the page shows it."""
    late, urgency = _next_urgency(row, now)
    return Line(
        id=row["id"],
        name=row["name"],
        sex=word(SEXES, row["sex"]),
        born_on=row["born_on"],
        badge=badge_of(row, now),
        late=late,
        alerts=row["alerts"],
        level=word(LEVELS, row["level"]),
        strict=row["level"] == "strict",
        kind=word(KINDS, row["kind"]),
        crime=row["crime"] or "",
        strip=strip.marks(row["states"] or (), row["due"] or (), row["closed"] or ()),
        when=limit_text(row["limit_at"], now) if row["limit_at"] else "",
        what=next_title(row),
        urgency=urgency,
        term=term_of(row["start_on"], row["end_on"], now) if row["order_id"] and not row["ended_at"] else None,
        office=row["office"] or "",
        officer=row["officer"] or "",
    )


def next_title(row: Record) -> str:
    """The next duty's title; empty where nothing is owed."""
    return _(rules.title_of(row["rule"], row["variant"])) if row["rule"] else ""


def _next_urgency(row: Record, now: datetime) -> tuple[bool, str]:
    if row["limit_at"] is None:
        return False, ""
    if is_lapsed(row["duty_state"], row["limit_at"], now):
        return True, "late"
    return False, "due" if row["limit_at"] <= end_of(local_day(now)) else ""


def badge_of(row: Record, now: datetime) -> tuple[str, str]:
    """The shape and word of a person's state: off control, what is late, what is due today, then what the order says."""
    if row["ended_at"] or row["state"] is None:
        return "plain", word(STATES, row["state"]) or _("未在册")
    if row["off_control"]:
        return "lapse", _("脱管")
    _due, urgency = _next_urgency(row, now)
    if urgency == "late":
        until = until_text(row["limit_at"], now)
        return "lapse", until if row["owed_by"] == "person" else _("本所%(until)s") % {"until": until}
    if row["state"] != "in_correction":
        return "due", word(STATES, row["state"])
    if urgency == "due":
        return "due", _("今日到期")
    if row["pause"]:
        return "paused", word(PAUSES, row["pause"])
    return ("ok", _("正常")) if row["limit_at"] else ("due", _("没有待办"))


def term_of(start_on: date, end_on: date | None, now: datetime) -> tuple[float, str] | None:
    """How much of the term has passed, and what is left of it in words."""
    if end_on is None:
        return None
    whole = (end_on - start_on).days + 1
    gone = (local_day(now) - start_on).days
    return gone / whole, until_text(end_on, now, late=N_("已过"))
