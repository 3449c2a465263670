"""Periods of a statistic: a month, a year, or a span up to today; pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from supervision.days import DAY, add_months, end_of, local_day, start_of
from supervision.language import LANGUAGE
from supervision.language import gettext as _

EARLIEST, LATEST = 1990, 2200


@dataclass(frozen=True, slots=True)
class Period:
    """P = [first, last], both counted (law e.1)."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        """00:00 of the first day."""
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """The exclusive end: 00:00 of the day after the last."""
        return end_of(self.last)

    @property
    def code(self) -> str:
        """`2026-10` or `2024`, as it stands in addresses; other spans as `2024-01-01..2024-05-06`."""
        if self == month_of(self.first):
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}" if self == year_of(self.first.year) else f"{self.first}..{self.last}"

    @property
    def title(self) -> str:
        """`2026年10月` or `2024年`, in the language of the reader."""
        if self == month_of(self.first):
            return format_date(self.first, _("y年M月"), LANGUAGE.get())
        return (
            _("%(year)s年") % {"year": self.first.year}
            if self == year_of(self.first.year)
            else _("%(first)s至%(last)s") % {"first": self.first, "last": self.last}
        )


def month_of(day: date) -> Period:
    """The month that holds the day."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1) - DAY)


def year_of(year: int) -> Period:
    """A calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def last_month(now: datetime) -> Period:
    """The last month that is over."""
    return month_of(local_day(now).replace(day=1) - DAY)


def read_month(text: str) -> Period | None:
    """`2026-10` as a month; None for anything else."""
    found = re.fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", text, re.ASCII)
    return month_of(date(int(found[1]), int(found[2]), 1)) if found and _sane(int(found[1])) else None


def read_year(text: str) -> Period | None:
    """`2024` as a year; None for anything else."""
    found = re.fullmatch(r"[12][0-9]{3}", text, re.ASCII)
    return year_of(int(text)) if found and _sane(int(text)) else None


def read_period(text: str) -> Period | None:
    """A month or a year; None for anything else."""
    return read_month(text) or read_year(text)


def _sane(year: int) -> bool:
    return EARLIEST <= year < LATEST


def months_before(now: datetime, count: int) -> list[Period]:
    """The last `count` months that are over, the latest first."""
    first = last_month(now).first
    return [month_of(add_months(first, -n)) for n in range(count)]
