"""The periods of correction that ended before the ledger begins: who came in which year, for how long, and how it ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from supervision.access.viewer import Viewer
from supervision.days import add_months
from supervision.demo.commissioned import Asked, take_up
from supervision.demo.district import District
from supervision.demo.frame import Frame, clock
from supervision.demo.people import CRIMES, Invented, one_of
from supervision.demo.script import RELEASED
from supervision.demo.strangers import Strangers
from supervision.demo.years import Year, spread, years
from supervision.orders.actions import Ending
from supervision.orders.intake import NewOrder
from supervision.orders.past import PastOrder
from supervision.orders.tables import LEVELS
from supervision.people.actions import Assignment, NewPerson

KINDS: Final = (("probation", 0.9), ("parole", 0.04), ("temporary_outside", 0.03), ("public_surveillance", 0.03))
TERMS: Final = ((6, 0.3), (12, 0.35), (18, 0.15), (24, 0.15), (36, 0.05))
"""Months of a term, and how often it was given."""
SHORTEST: Final = 3
OTHER_ENDS: Final = (("revoked", 0.015), ("moved_out", 0.02), ("deceased", 0.01), ("released", 0.955))
REASONS: Final = {
    "released": RELEASED,
    "revoked": "撤销缓刑裁定书（演示）",
    "moved_out": "执行地变更决定书（演示）",
    "deceased": "死亡证明（演示）",
}


@dataclass
class Past:
    """Somebody whose correction is over; `months` may still be changed."""

    asked: Asked | None
    stranger: NewPerson | None
    kind: str
    crime: str
    town: str
    officer: Viewer
    level: str
    registered_at: datetime
    months: int
    end_kind: str

    @property
    def start_on(self) -> date:
        """The first day of the term: some days before the registration."""
        return self.registered_at.date() - timedelta(days=self.registered_at.minute % 7 + 1)

    @property
    def end_on(self) -> date:
        """The last day of the term."""
        return add_months(self.start_on, self.months) - timedelta(days=1)

    @property
    def ended_at(self) -> datetime:
        """On the last day; another end comes in the middle of the term."""
        if self.end_kind == "released":
            return clock(self.end_on, 10, self.registered_at.minute)
        return clock(self.start_on + (self.end_on - self.start_on) * 2 // 3, 10, self.registered_at.minute)

    def entry(self, office: int) -> PastOrder:
        """As it is put down; the investigation that brought somebody is on record by now."""
        person = self.stranger or (self.asked.person if self.asked else None)
        assert person is not None
        return PastOrder(
            person=person,
            order=NewOrder("", self.kind, self.crime, self.start_on, self.start_on, self.end_on, self.registered_at),
            assignment=Assignment(office, self.officer.id, "接收时指定"),
            level=self.level,
            ending=Ending(self.end_kind, self.ended_at, REASONS[self.end_kind]),
            source=("commission", self.asked.commission) if self.asked else None,
        )


def corrected(
    frame: Frame, district: District, cast: Sequence[Invented], asked: Sequence[Asked], strangers: Strangers
) -> list[Past]:
    """Everybody who ended before the first register: in each year as many as it is to bring less those of the cast."""
    until = frame.register_on
    found: list[Past] = []
    for year in years(until):
        came = sum(one.received_on.year == year.year and one.received_on < until for one in cast)
        count = max(round(year.received * year.share(until)) - came, 0)
        last = min(year.last, add_months(until, -SHORTEST) - timedelta(days=9))
        random = frame.random("corrected", year.year)
        found += [_one(frame, district, day, asked, strangers) for day in spread(year.first, last, count, random)]
    for year in years(until):
        _fit(found, year, until)
    return found


def _one(frame: Frame, district: District, day: date, asked: Sequence[Asked], strangers: Strangers) -> Past:
    random = frame.random("past", day, strangers.made)
    taken = take_up(asked, day, random)
    town = random.choice(sorted(district.towns))
    terms = [(months, share) for months, share in TERMS if add_months(day, months) < frame.register_on]
    return Past(
        asked=taken,
        stranger=None if taken else strangers.one(day),
        kind=taken.entry.letter.intended_kind if taken else one_of(random, KINDS),
        crime=taken.entry.letter.crime if taken else random.choice(CRIMES),
        town=town,
        officer=random.choice(district.working_in(town)),
        level=random.choice(LEVELS[1:]),
        registered_at=clock(day, random.randint(9, 16), random.randint(0, 59)),
        months=one_of(random, tuple(terms)) if terms else SHORTEST,
        end_kind=one_of(random, OTHER_ENDS),
    )


def _fit(found: list[Past], year: Year, until: date) -> None:
    """Let the year release as many as it is to: by a term that was a year longer, or a year shorter."""
    if year.released is None:
        return
    surplus = sum(1 for one in _released(found, year.year)) - year.released
    longer = surplus > 0
    candidates = _released(found, year.year if longer else year.year + 1)
    for one in [one for one in candidates if _may_change(one, longer, until)][: abs(surplus)]:
        one.months += 12 if longer else -12
    assert sum(1 for one in _released(found, year.year)) == year.released, "the plan of the year doesn't work out"


def _released(found: list[Past], year: int) -> Iterator[Past]:
    return (one for one in list(found) if one.end_kind == "released" and one.ended_at.year == year)


def _may_change(one: Past, longer: bool, until: date) -> bool:
    return add_months(one.end_on, 12) < until - timedelta(days=9) if longer else one.months > 12
