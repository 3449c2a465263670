"""The video visits of the years behind us: prisoners with their families, and the sessions that were booked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from supervision.days import add_days
from supervision.demo.frame import Frame, clock
from supervision.demo.helped import PRISONS
from supervision.demo.strangers import Strangers
from supervision.demo.years import on_weekday, spread, years
from supervision.video_visits.past import Household, PastHousehold, PastRelative, PastVisit

HOUSEHOLDS: Final = 180
ROOMS: Final = ("一号会见室", "二号会见室")
TIMES: Final = ((8, 30), (9, 10), (9, 50), (10, 30), (14, 30), (15, 10), (15, 50))
"""When sessions begin; each lasts half an hour."""
KINSHIPS: Final = ("spouse", "parent", "child", "sibling")
ENDS: Final = (("done", 0.905), ("no_show", 0.02), ("cancelled", 0.035), ("prison_refused", 0.025), ("returned", 0.015))
SESSION_AFTER: Final = 12
"""So many days after the application the session is held."""
REASONS: Final = {"cancelled": "临时有事，改期另约", "prison_refused": "本人处于严管期", "returned": "证明材料不全"}


def households(frame: Frame, strangers: Strangers) -> list[PastHousehold]:
    """Who visits whom: all verified before the first booking of the plan."""
    first = years(frame.today)[0].first
    return [_household(frame, strangers, first, n) for n in range(HOUSEHOLDS)]


def _household(frame: Frame, strangers: Strangers, day: date, serial: int) -> PastHousehold:
    random = frame.random("household", serial)
    relatives = tuple(
        PastRelative(strangers.one(day, male=0.4), random.choice(KINSHIPS)) for _ in range(random.choice((3, 3, 4)))
    )
    return PastHousehold(
        person=strangers.one(day),
        prison=random.choice(PRISONS),
        number=f"{day.year}{serial:05d}",
        level=random.choice(("normal", "normal", "loose")),
        relatives=relatives,
        verified_at=clock(day, 8) + timedelta(minutes=serial),
    )


@dataclass
class _Rooms:
    """Which sessions of a day are taken."""

    taken: Counter[date]

    def next(self, day: date) -> tuple[datetime, str]:
        """The next free session from a day on, and its room."""
        while day.weekday() >= 5 or self.taken[day] >= len(TIMES) * len(ROOMS):
            day = add_days(day, 1)
        n = self.taken[day]
        self.taken[day] += 1
        return clock(day, *TIMES[n // len(ROOMS)]), ROOMS[n % len(ROOMS)]


def visited(frame: Frame, households: Sequence[Household], until: date) -> Iterator[PastVisit]:
    """As many bookings as each year is to bring, up to some days ago: every session is over."""
    rooms = _Rooms(Counter())
    months: set[tuple[int, date]] = set()
    last_on = add_days(until, -SESSION_AFTER - 8)
    turn = 0
    for year in years(last_on):
        count = round(year.booked * year.share(last_on))
        random = frame.random("booked", year.year)
        for day in spread(year.first, min(year.last, last_on), count, random):
            wanted = on_weekday(add_days(day, SESSION_AFTER))
            while (households[turn % HOUSEHOLDS].prisoner, wanted.replace(day=1)) in months:
                turn += 1
            home = households[turn % HOUSEHOLDS]
            months.add((home.prisoner, wanted.replace(day=1)))
            turn += 1
            yield _visit(home, day, wanted, rooms, random)


def _visit(home: Household, day: date, wanted: date, rooms: _Rooms, random: Random) -> PastVisit:
    end = random.choices([code for code, _ in ENDS], [share for _, share in ENDS])[0]
    visitors = home.relatives[: random.choices((3, 2, 1), (0.92, 0.06, 0.02))[0]]
    applied_at = clock(day, 9, random.randint(0, 59))
    forwarded_at = clock(day, 15, random.randint(0, 59))
    answered_at = clock(on_weekday(add_days(day, 2)), 10, random.randint(0, 59))
    from_at, room = rooms.next(wanted) if end in ("done", "no_show", "cancelled") else (None, "")
    return PastVisit(
        household=home,
        visitors=visitors,
        end=end,
        applied_at=applied_at,
        forwarded_at=applied_at if end == "returned" else forwarded_at,
        answered_at=answered_at,
        from_at=from_at,
        room=room,
        cancelled_at=answered_at + timedelta(days=1) if end == "cancelled" else None,
        cancelled_by="family" if end == "cancelled" else "",
        reason=REASONS.get(end, ""),
    )
