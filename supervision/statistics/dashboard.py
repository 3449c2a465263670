"""What the dashboard shows: caseload and lapses by office, reports over time. Nothing walks over history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from babel.dates import format_date

from supervision.access.viewer import Viewer
from supervision.days import DAY, add_days, local_day
from supervision.db import Record, fetch
from supervision.language import LANGUAGE
from supervision.language import gettext as _
from supervision.statistics.charts import Bar, Day, Part
from supervision.statistics.daily import SHOWN_DAYS
from supervision.statistics.standing import counted

WEEKS = 16


@dataclass(frozen=True, slots=True)
class OfficeLoad:
    """One office: people on the register of correction (law b.2), those of them with a lapse, people on the register of help, officers."""

    office: int
    name: str
    people: int
    lapsed: int
    helped: int
    officers: int


OFFICES = """
SELECT o.id, o.name, coalesce(s.officers, 0) AS officers
  FROM office o
  LEFT JOIN (SELECT office, count(*)::int AS officers FROM staff
              WHERE disabled_at IS NULL AND role IN ('officer', 'head') GROUP BY 1) s ON s.office = o.id
 WHERE CASE WHEN $1::int IS NULL THEN o.kind = 'judicial_office' AND o.closed_at IS NULL OR o.id = ANY($2) ELSE o.id = $1 END
 ORDER BY o.code
"""


async def by_office(viewer: Viewer, now: datetime) -> list[OfficeLoad]:
    """The offices, the largest first; the own one for a head."""
    own = _own(viewer)
    # Three plain counts: as one statement the planner asks for the last of them office by office.
    people, lapsed, helped = [await counted(code, own, now) for code in ("in_correction", "lapsed", "helped")]
    loads = [
        OfficeLoad(o["id"], o["name"], people[o["id"]], lapsed[o["id"]], helped[o["id"]], o["officers"])
        for o in await fetch(OFFICES, own, [*people, *helped])
    ]
    return sorted(loads, key=lambda one: -one.people)


def _own(viewer: Viewer) -> int | None:
    return None if viewer.scope == "all" else viewer.office


# -- reports over time --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a day or of a week."""

    first: date
    due: int
    made: int
    late: int
    missed: int
    excused: int

    @property
    def owed(self) -> int:
        """Due and not excused: the denominator of the rate."""
        return self.due - self.excused

    @property
    def told(self) -> str:
        return _("%(first)s：应报告 %(owed)s，按时 %(made)s，迟到 %(late)s，未报告 %(missed)s") % {
            "first": f"{self.first:%m-%d}",
            "owed": self.owed,
            "made": self.made,
            "late": self.late,
            "missed": self.missed,
        }


DAYS = """
SELECT day AS first, sum(due)::int AS due, sum(made)::int AS made, sum(late)::int AS late, sum(missed)::int AS missed,
       sum(excused)::int AS excused, min(counted_at) AS counted_at
  FROM report_day WHERE day >= $1 AND day < $2 AND ($3::int IS NULL OR office = $3) GROUP BY day ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class History:
    """The days that were counted, and when the last of them was."""

    days: list[Reports]
    counted_at: datetime | None

    def weeks(self, now: datetime) -> list[Reports]:
        """The last full weeks, from Monday on, the oldest first."""
        monday = _monday(local_day(now))
        recent = [day for day in self.days if monday - timedelta(weeks=WEEKS) <= day.first < monday]
        return [_sum(week, list(days)) for week, days in groupby(recent, key=lambda day: _monday(day.first))]


async def history(viewer: Viewer, now: datetime) -> History:
    """The days before today, as the night counted them."""
    today = local_day(now)
    rows = await fetch(DAYS, _monday(add_days(today, -SHOWN_DAYS)), today, _own(viewer))
    return History([_reports(row) for row in rows], rows[-1]["counted_at"] if rows else None)


def _reports(row: Record) -> Reports:
    return Reports(*(row[name] for name in ("first", "due", "made", "late", "missed", "excused")))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sum(week: date, days: Sequence[Reports]) -> Reports:
    return Reports(
        week, *(sum(getattr(day, name) for day in days) for name in ("due", "made", "late", "missed", "excused"))
    )


def week_bars(weeks: Sequence[Reports]) -> list[Bar]:
    """A bar a week: in time, late, missed."""
    return [
        Bar(
            f"{week.first:%m-%d}",
            (Part(week.made, "done"), Part(week.late, "due"), Part(week.missed, "missed")),
            _("%(told)s（当周）") % {"told": week.told},
        )
        for week in weeks
    ]


def calendar_days(days: Sequence[Reports], now: datetime) -> tuple[list[Day], list[tuple[int, str]]]:
    """The days of a calendar of half a year, and where its months begin. Darker: more reports made; marked: some missed."""
    by_day = {day.first: day for day in days}
    first, last = _monday(add_days(local_day(now), -SHOWN_DAYS)), add_days(local_day(now), -1)
    most = max((day.made + day.late for day in days), default=0)
    shown = [first + n * DAY for n in range((last - first).days + 1)]
    drawn = [_calendar_day(day, by_day.get(day), first, most) for day in shown]
    return drawn, [
        ((day - first).days // 7, format_date(day, _("M月"), LANGUAGE.get())) for day in shown if day.day == 1
    ]


def _calendar_day(day: date, reports: Reports | None, first: date, most: int) -> Day:
    made = reports.made + reports.late if reports else 0
    level = -(-4 * made // most) if most else 0
    told = reports.told if reports else _("%(day)s：没有应报告的") % {"day": f"{day:%m-%d}"}
    return Day(
        (day - first).days // 7, day.weekday(), f"l{level}" if made else "none", bool(reports and reports.missed), told
    )
