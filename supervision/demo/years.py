"""The invented history of the district as a plan: what each year is to bring. Whoever prints a figure counts records instead."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from supervision.commissions.tables import ORGANS

YEARS: Final = Path(__file__).with_name("years.csv")
"""The last row stands for the years after it. An empty cell: as it comes."""


@dataclass(frozen=True, slots=True)
class Year:
    """What a year is to bring; `register`: so many are on the register of help when it ends."""

    year: int
    commissions: dict[str, int]
    received: int
    released: int | None
    warned: int
    admonished: int
    booked: int
    register: int | None

    @property
    def first(self) -> date:
        """New Year's Day."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """New Year's Eve."""
        return date(self.year, 12, 31)

    def share(self, until: date) -> float:
        """Which part of the year is over on a day."""
        return min(max((until - self.first).days / ((self.last - self.first).days + 1), 0.0), 1.0)


def years(until: date) -> list[Year]:
    """From the first of the plan up to the year of the day."""
    planned = _planned()
    first, last = planned[0].year, planned[-1]
    return [planned[n] if n < len(planned) else _again(last, first + n) for n in range(until.year - first + 1)]


def _again(like: Year, year: int) -> Year:
    return Year(year, like.commissions, like.received, None, like.warned, like.admonished, like.booked, None)


@cache
def _planned() -> list[Year]:
    with YEARS.open(encoding="utf-8", newline="") as file:
        return [
            _year({name: int(cell) if cell else None for name, cell in row.items()}) for row in csv.DictReader(file)
        ]


def _year(row: dict[str, int | None]) -> Year:
    sure = {name: value or 0 for name, value in row.items()}
    return Year(
        year=sure["year"],
        commissions={organ: sure[organ] for organ in ORGANS},
        received=sure["received"],
        released=row["released"],
        warned=sure["warned"],
        admonished=sure["admonished"],
        booked=sure["booked"],
        register=row["register"],
    )


def spread(first: date, last: date, count: int, random: Random) -> Iterator[date]:
    """So many working days of the week between two days, in order, about evenly."""
    length = (last - first).days + 1
    for n in range(count):
        day = first + timedelta(days=int((n + random.random()) * length / count))
        yield on_weekday(day, back=n * 2 > count)


def on_weekday(day: date, *, back: bool = False) -> date:
    """The day itself, or the next (the last) one that isn't Saturday or Sunday."""
    while day.weekday() >= 5:
        day += timedelta(days=-1 if back else 1)
    return day
