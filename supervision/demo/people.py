"""Invented people under correction: who they are, their terms, and what becomes of a few of them (`cases.py`)."""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from stdnum.cn.ric import calc_check_digit

from supervision.days import add_months
from supervision.demo.cases import CASES, Case
from supervision.demo.district import Town, demo_phone, towns
from supervision.demo.frame import Frame
from supervision.demo.names import RARE, Names

Drawn = TypeVar("Drawn")
VILLAGES: Final = Path(__file__).with_name("villages.csv")
"""The statistics bureau's list of villages and communities of 2023."""
NO_COUNTY: Final = "140190"
"""A county code that doesn't exist, so that every identity number is nobody's."""
CRIMES: Final = ("盗窃罪", "危险驾驶罪", "故意伤害罪", "诈骗罪", "交通肇事罪", "寻衅滋事罪", "帮助信息网络犯罪活动罪",
                 "掩饰、隐瞒犯罪所得罪", "开设赌场罪", "非法吸收公众存款罪")  # fmt: skip
KINDS: Final = (("缓刑", 0.86), ("假释", 0.07), ("暂予监外执行", 0.04), ("管制", 0.03))
TERMS: Final = ((6, 0.25), (12, 0.35), (18, 0.2), (24, 0.15), (36, 0.05))
"""Months of a term, and how often it is given."""
OTHER_ENDS: Final = (("revoked", 0.02), ("moved_out", 0.02), ("deceased", 0.01))
STRICT_MONTHS, NORMAL_MONTHS = 3, 9
EARLIER_MONTHS: Final = 24
"""How long before the first register its people may have come."""
EARLIER_SHARE: Final = 0.45
"""How many of those without a case came before it."""
_ENDINGS: Final = ("社区居委会", "社区居民委员会", "村民委员会", "居委会", "社区")


@dataclass(frozen=True)
class Invented:
    """One person with one order. Numbers are `JCP` and eight digits; those taken in by hand get theirs then."""

    number: str
    name: str
    sex: str
    born_on: date
    doc: str
    phone: str
    sheet_phone: str
    """As the sheets have it: nothing where only a relative can be reached."""
    town: str
    address: str
    kind: str
    crime: str
    risk: str
    start_on: date
    received_on: date
    end_on: date
    becomes_loose: bool = False
    ends_otherwise: tuple[str, date] | None = None
    case: Case | None = None

    @property
    def last_day(self) -> date:
        """The day on which the order ends, as its term or another end has it."""
        return self.ends_otherwise[1] if self.ends_otherwise else self.end_on

    def level_on(self, day: date) -> str:
        """The class of management: strict at first, then normal, of some loose later."""
        if self.case:
            return self.case.level
        if day < add_months(self.received_on, STRICT_MONTHS):
            return "严管"
        if self.becomes_loose and day >= add_months(self.received_on, NORMAL_MONTHS):
            return "宽管"
        return "普管"


class Maker:
    """Makes people one after another; no identity number, phone or name comes twice."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._names = Names(frame.random("names"))
        self._towns = towns()
        self._places = _places()
        self._serial = 0

    def person(self, received_on: date, *, case: Case | None = None) -> Invented:
        """Somebody who came on that day."""
        self._serial += 1
        random = self.frame.random("person", self._serial)
        sex = "male" if random.random() < 0.87 else "female"
        town = self._town(random, case)
        months = one_of(random, TERMS)
        start_on = received_on - timedelta(days=random.randint(2, 8))
        made = Invented(
            number=f"JCP{received_on.year}{self._serial:04d}",
            name=self._names.rare(sex) if self._serial <= len(RARE) else self._names.plain(sex),
            sex=sex,
            born_on=(born_on := birth(random, received_on)),
            doc=identity_number(born_on, self._serial, sex),
            phone=(phone := demo_phone(self._serial)),
            sheet_phone="" if case and case.code == "family_phone" else phone,
            town=town.code,
            address=f"太原市尖草坪区{town.name}{random.choice(self._places[town.code])}{random.randint(1, 60)}号",
            kind=one_of(random, KINDS),
            crime=random.choice(CRIMES),
            risk=random.choice(("低", "低", "中", "中", "高")),
            start_on=start_on,
            received_on=received_on,
            end_on=add_months(start_on, months) - timedelta(days=1),
            becomes_loose=random.random() < 0.45,
            case=case,
        )
        return made if case else _with_another_end(made, random)

    def _town(self, random: Random, case: Case | None) -> Town:
        """By the number of its villages; people of the cases go round, so that no officer has many of them."""
        if case and case.at_gucheng:
            return next(town for town in self._towns if town.login == "gucheng")
        if case:
            return self._towns[self._serial % len(self._towns)]
        return random.choices(self._towns, [len(self._places[town.code]) for town in self._towns])[0]


def identity_number(born_on: date, serial: int, sex: str) -> str:
    """A number of nobody, with its right check digit."""
    body = f"{NO_COUNTY}{born_on:%Y%m%d}{serial % 500 * 2 + (sex == 'male'):03d}"
    return body + calc_check_digit(body + "0")


def birth(random: Random, day: date) -> date:
    """Between 19 and 62 years before."""
    return day - timedelta(days=random.randint(19 * 366, 62 * 365))


def one_of(random: Random, choices: tuple[tuple[Drawn, float], ...]) -> Drawn:
    """One of some values, each as often as its share says."""
    return random.choices([value for value, _ in choices], [weight for _, weight in choices])[0]


def _with_another_end(one: Invented, random: Random) -> Invented:
    """A few end otherwise than by their term, somewhere in the middle of it."""
    draw = random.random()
    for kind, share in OTHER_ENDS:
        if draw < share:
            length = (one.end_on - one.received_on).days
            return replace(one, ends_otherwise=(kind, one.received_on + timedelta(days=length * 2 // 3)))
        draw -= share
    return one


def _places() -> dict[str, list[str]]:
    """Town → how the addresses in its villages and communities are written."""
    found: dict[str, list[str]] = {}
    with VILLAGES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["town"], []).append(_plain(row["name"]))
    return found


def _plain(name: str) -> str:
    ending = next((one for one in _ENDINGS if name.endswith(one)), "")
    return name.removesuffix(ending) + ("小区" if "社区" in ending else "")


def population(frame: Frame) -> list[Invented]:
    """Everybody: the cases first, then as many others as the size asks for, evenly over the time."""
    maker = Maker(frame)
    cast = [_in_case(maker, case) for case in CASES for _ in range(case.count)]
    count = max(frame.size.people - len(cast), 0)
    earlier = round(count * EARLIER_SHARE)
    others = [_other(maker, frame, at, earlier=at < earlier) for at in range(count)]
    return [*cast, *others]


def _in_case(maker: Maker, case: Case) -> Invented:
    frame = maker.frame
    received_on = frame.ago(case.received_ago)
    if case.written_due_ago is not None:
        received_on = add_months(frame.ago(case.written_due_ago), -5)
    one = maker.person(received_on, case=case)
    if case.effective_ago is not None:
        start_on = frame.ago(case.effective_ago)
        # Whoever is awaited in the cases comes, or doesn't, by themselves.
        return replace(one, kind=KINDS[0][0], start_on=start_on, end_on=add_months(start_on, 12) - timedelta(days=1))
    if case.ends_ago is not None:
        return replace(one, end_on=frame.ago(case.ends_ago))
    return replace(one, end_on=add_months(frame.today, 4 + one.received_on.day % 17))


def _other(maker: Maker, frame: Frame, at: int, *, earlier: bool) -> Invented:
    """Somebody who came before the first register and whose order is still open then, or who came after it."""
    first = add_months(frame.register_on, -EARLIER_MONTHS) if earlier else frame.register_on
    random = frame.random("other", at)
    span = ((frame.register_on if earlier else frame.daily_from) - first).days - 2
    one = maker.person(first + timedelta(days=random.randint(0, span)))
    while one.last_day <= frame.register_on + timedelta(days=10):
        one = replace(one, end_on=add_months(one.end_on, 12), ends_otherwise=None)
    return one
