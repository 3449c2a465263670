"""The demo's measure and its time: how many people, how many months in bulk, how many days one by one, ending now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from supervision.days import DAY, SHANGHAI, add_months, local_day

SHEET_AT: Final = time(8, 30)
"""When a month's sheet comes in."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the demo is; the same seed and the same moment give the same district."""

    people: int = 420
    months: int = 12
    days: int = 21
    seed: int = 140108


@dataclass(frozen=True, slots=True)
class Frame:
    """The demo's size with the moment at which it ends."""

    size: Size
    now: datetime

    @property
    def today(self) -> date:
        """The office's day of the end."""
        return local_day(self.now)

    def ago(self, days: int) -> date:
        """The day so many days before the end."""
        return self.today - timedelta(days=days)

    @property
    def daily_from(self) -> date:
        """From this day on everything is done one by one."""
        return self.ago(self.size.days)

    @property
    def register_on(self) -> date:
        """The day of the first register."""
        return add_months(self.daily_from, -self.size.months)

    def bounds(self) -> Iterator[tuple[datetime, datetime]]:
        """The months in bulk, each from its sheet to the next one."""
        for back in range(self.size.months, 0, -1):
            first, last = add_months(self.daily_from, -back), add_months(self.daily_from, 1 - back)
            yield moment(first, SHEET_AT), moment(last, SHEET_AT)

    def days(self) -> Iterator[date]:
        """The days that are done one by one, today last."""
        day = self.daily_from
        while day <= self.today:
            yield day
            day += DAY

    def random(self, *about: object) -> Random:
        """Chance that depends on what it is about and on nothing that was drawn before."""
        return Random("/".join(map(str, (self.size.seed, *about))))


def moment(day: date, at: time) -> datetime:
    """A local time of a day."""
    return datetime.combine(day, at, SHANGHAI)


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of a day, by hour and minute."""
    return moment(day, time(hour, minute))
