"""The investigations of the years behind us: who asked, how each was answered, and whom the office then had to expect."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from supervision.commissions.past import PastCommission
from supervision.commissions.receiving import Letter
from supervision.commissions.tables import ORGANS
from supervision.demo.district import District
from supervision.demo.frame import Frame, clock
from supervision.demo.people import CRIMES
from supervision.demo.strangers import Strangers
from supervision.demo.years import on_weekday, spread, years

ORGAN_NAMES: Final = {
    "court": ("尖草坪区人民法院", "杏花岭区人民法院", "万柏林区人民法院"),
    "procuratorate": ("尖草坪区人民检察院", "迎泽区人民检察院"),
    "police": ("太原市公安局尖草坪分局",),
    "prison": ("太原第一监狱", "太原第二监狱", "晋中监狱"),
}
LETTERS: Final = {"court": "刑调", "procuratorate": "检调", "police": "公调", "prison": "狱调"}
SUBJECTS: Final = {"court": "defendant", "procuratorate": "suspect", "police": "suspect", "prison": "offender"}
ASKED_FOR: Final = {
    "court": (("probation", 0.94), ("public_surveillance", 0.06)),
    "procuratorate": (("probation", 0.96), ("public_surveillance", 0.04)),
    "police": (("temporary_outside", 1.0),),
    "prison": (("parole", 0.75), ("temporary_outside", 0.25)),
}
SUITABLE: Final = 0.85
ANSWERED_AFTER: Final = timedelta(days=75)
"""By then the result of an investigation is known; younger ones are done by the acts of today."""


@dataclass
class Asked:
    """One investigation as planned; `came`: its person was registered later. On record it has its number and its person."""

    entry: PastCommission
    came: bool = False
    commission: int = 0
    person: int = 0

    @property
    def concluded_at(self) -> datetime:
        """When the deciding organ told what became of it."""
        assert self.entry.concluded_at is not None
        return self.entry.concluded_at


def asked(frame: Frame, district: District, strangers: Strangers) -> list[Asked]:
    """All of them up to some weeks ago, in the order in which they were concluded."""
    found = list(_entries(frame, district, strangers))
    return sorted(found, key=lambda one: (one.concluded_at, one.entry.letter.number))


def _entries(frame: Frame, district: District, strangers: Strangers) -> Iterator[Asked]:
    until = frame.daily_from - ANSWERED_AFTER
    for year in years(until):
        for organ in ORGANS:
            count = round(year.commissions[organ] * year.share(until))
            random = frame.random("commissions", year.year, organ)
            for n, day in enumerate(spread(year.first, min(year.last, until), count, random), start=1):
                yield Asked(_entry(district, strangers, (organ, day, n), random))


def _entry(district: District, strangers: Strangers, told: tuple[str, date, int], random: Random) -> PastCommission:
    organ, day, serial = told
    kinds = ASKED_FOR[organ]
    kind = random.choices([code for code, _ in kinds], [share for _, share in kinds])[0]
    name = random.choice(ORGAN_NAMES[organ])
    number = f"（{day.year}）{name[:3]}{LETTERS[organ]}{serial}号"
    town = random.choice(sorted(district.towns))
    lead, *_, second = district.working_in(town)
    decided = on_weekday(day + timedelta(days=random.randint(5, 7)))
    suitable = random.random() < SUITABLE
    return PastCommission(
        letter=Letter(organ, name, number, day - timedelta(days=random.randint(1, 4)), kind, random.choice(CRIMES)),
        person=strangers.one(day),
        subject_kind=SUBJECTS[organ],
        office=district.offices[town],
        lead=lead.id,
        second=second.id,
        received_at=clock(day, 9, random.randint(0, 59)),
        accepted_at=clock(day, 15, random.randint(0, 59)),
        decided_at=clock(decided, 10, random.randint(0, 59)),
        sent_at=clock(decided, 16, random.randint(0, 59)),
        conclusion="suitable" if suitable else "unsuitable",
        adoption=random.choices(("adopted", "not_adopted", "unknown"), (0.85, 0.07, 0.08))[0],
        sentence="other" if random.random() < 0.9 else "unknown",
        concluded_at=clock(on_weekday(decided + timedelta(days=random.randint(15, 50))), 11),
    )


def take_up(waiting: Sequence[Asked], registered_on: date, random: Random) -> Asked | None:
    """Whose investigation brought somebody who is registered on that day; None: nobody had asked about them.

    `waiting` is in the order in which they were concluded.
    """
    first, last = clock(registered_on - timedelta(days=60), 0), clock(registered_on - timedelta(days=6), 0)
    begin, end = (bisect_left(waiting, at, key=_concluded_at) for at in (first, last))
    found = [one for one in waiting[begin:end] if _may_come(one)]
    if not found or random.random() > 0.7:
        return None
    taken = random.choice(found)
    kind = taken.entry.letter.intended_kind
    taken.entry = replace(taken.entry, sentence=kind, in_district=True, adoption="adopted")
    taken.came = True
    return taken


def _concluded_at(one: Asked) -> datetime:
    return one.concluded_at


def _may_come(one: Asked) -> bool:
    return not one.came and one.entry.conclusion == "suitable"
