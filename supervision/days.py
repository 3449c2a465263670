"""Days, working days and windows of time; pure. The only place that adds days and months."""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

remember = lru_cache(maxsize=8192)
"""For pure functions of days, which are asked the same of many people; of each the last answers are kept."""


@remember
def start_of(day: date) -> datetime:
    """00:00 of the local day."""
    return datetime.combine(day, time.min, SHANGHAI)


@remember
def end_of(day: date) -> datetime:
    """The exclusive end of the local day: 00:00 of the next."""
    return start_of(day + DAY)


@remember
def at_hour(day: date, hour: int) -> datetime:
    """A full hour of the local day."""
    return datetime.combine(day, time(hour), SHANGHAI)


@remember
def local_day(moment: datetime) -> date:
    """The day in Asia/Shanghai in which the moment lies."""
    assert moment.tzinfo is not None, "a naive datetime has no place here"
    return moment.astimezone(SHANGHAI).date()


def add_days(day: date, count: int) -> date:
    """The day `count` days later."""
    return day + timedelta(days=count)


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months later, clamped to the month's end (law T-11)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


@remember
def _length(year: int, month: int) -> int:
    """Days of the month."""
    return monthrange(year, month)[1]


def term_end(start: date, months: int) -> date:
    """The last day of a term of whole months (law T-5); the court's document wins over it."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = _length(year, month + 1)
    starts_on_last = start.day == _length(start.year, start.month)
    return date(year, month + 1, last if starts_on_last else min(start.day, last)) - DAY


@dataclass(frozen=True, slots=True)
class Every:
    """A step of a grid: so many days, or months clamped to the month's end (law T-11)."""

    count: int
    unit: str
    """d | m"""

    def after(self, anchor: date, steps: int = 1) -> date:
        """The grid's day `steps` steps after the anchor; always counted from the anchor, so a 31st comes back."""
        count = self.count * steps
        return add_months(anchor, count) if self.unit == "m" else anchor + timedelta(days=count)

    def first_step(self, anchor: date, day: date) -> int:
        """The smallest step, at least 1, whose grid day isn't before the day. Raises ValueError where nothing advances."""
        if self.count < 1:
            raise ValueError("a grid needs a step of at least one day")
        if self.unit == "d":
            return max(_ceiling((day - anchor).days, self.count), 1)
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        step = max(_ceiling(months, self.count), 1)
        return step if self.after(anchor, step) >= day else step + 1


def _ceiling(amount: int, size: int) -> int:
    return -(-amount // size)


@remember
def every(text: str) -> Every:
    """The step that a parameter names: 6d, 1w, 3m; negative counts backwards. Raises ValueError for anything else."""
    found = re.fullmatch(r"(-?[0-9]+)([dwm])", text)
    if found is None:
        raise ValueError(f"{text!r} is not a step like 3d, 1w or 1m")
    count, unit = int(found[1]), found[2]
    return Every(count * 7, "d") if unit == "w" else Every(count, unit)


MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6}


def span_of(unit: str, day: date) -> tuple[date, date]:
    """The first and last day of the week (Monday to Sunday), month, quarter or half_year that holds the day.

    Raises ValueError for another unit.
    """
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit not in MONTHS_OF:
        raise ValueError(f"{unit!r} is not one of week, month, quarter, half_year")
    months = MONTHS_OF[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, add_months(first, months) - DAY


class Calendar:
    """Working days: official days off and make-up days over the plain week, looked up by bisection.

    A year without official data is computed by weekends and is *provisional*: whoever uses it must say so.
    """

    def __init__(self, days: Mapping[date, str], known_years: Iterable[int] | None = None) -> None:
        """`days`: date → 'off' or 'work', the exceptions to the plain week."""
        self._exceptions = dict(days)
        self.known_years = frozenset(known_years if known_years is not None else {day.year for day in days})
        self._years: dict[int, list[date]] = {}

    def is_working(self, day: date) -> bool:
        """Working day by the official calendar, make-up days included (law T-2)."""
        kind = self._exceptions.get(day)
        return kind == "work" if kind else day.weekday() < 5

    def is_provisional(self, day: date) -> bool:
        """No official calendar is known for the day's year."""
        return day.year not in self.known_years

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it (law T-3)."""
        while not self.is_working(day):
            day += DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after (or, when negative, before) the day, which itself isn't counted."""
        if count > 0:
            return self._after(day, count)
        return self._before(day, -count) if count else day

    def _after(self, day: date, count: int) -> date:
        year, days = day.year, self._working(day.year)
        passed = bisect_right(days, day)
        while passed + count > len(days):
            count -= len(days) - passed
            year, passed = year + 1, 0
            days = self._working(year)
        return days[passed + count - 1]

    def _before(self, day: date, count: int) -> date:
        year, days = day.year, self._working(day.year)
        ahead = bisect_left(days, day)
        while ahead < count:
            count -= ahead
            year -= 1
            days = self._working(year)
            ahead = len(days)
        return days[ahead - count]

    def days_off_between(self, first: date, last: date) -> list[date]:
        """The days off in [first, last], both counted: the explanation of a shift."""
        span = (last - first).days + 1
        return [day for n in range(span) if not self.is_working(day := first + timedelta(days=n))]

    def _working(self, year: int) -> list[date]:
        if year not in self._years:
            first, next_first = date(year, 1, 1), date(year + 1, 1, 1)
            days = (first + timedelta(days=n) for n in range((next_first - first).days))
            self._years[year] = [day for day in days if self.is_working(day)]
        return self._years[year]
