"""Admonitions and warnings of the years behind us: whom they met, and who investigated, proposed, reviewed and decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from supervision.days import add_days
from supervision.demo.district import District
from supervision.demo.frame import Frame, clock
from supervision.demo.years import Year, on_weekday, years
from supervision.discipline.actions import NewBreach
from supervision.discipline.past import Hands, PastCase

STEPS_AFTER: Final = (0, 1, 4, 5, 7, 9, 10, 14)
"""Days from the clue to each step; weekends push a step on."""
LENGTH: Final = STEPS_AFTER[-1] + 6
TWICE_WITHIN: Final = 150
"""So many days somebody must be there who is warned a second time."""
ADMONISHED: Final = (
    ("X2", "minor", "未按规定电话报告，经核实系本人疏忽。"),
    ("X2", "minor", "未经批准变更联系电话，三日后才报告。"),
    ("X3", "minor", "无正当理由不参加集中教育，经教育仍不改正。"),
    ("X4", "minor", "报告活动情况不实，情节轻微。"),
)
WARNED: Final = (
    ("W3", "heavier", "未经批准离开所居住的县，次日返回。"),
    ("W3", "heavier", "连续两次未按规定报告，拒不说明去向。"),
    ("W6", "heavier", "不服从监督管理，情节较重。"),
)
KINDS: Final = {"X2": "rules", "X3": "education", "X4": "other", "W3": "rules", "W6": "other"}


@dataclass(frozen=True, slots=True)
class Supervised:
    """An order in which a breach may have been, from a day to a day; `over`: it has ended."""

    order: int
    office: int
    handler: int
    first: date
    last: date
    over: bool


def disciplined(frame: Frame, district: District, supervised: Sequence[Supervised]) -> list[PastCase]:
    """In each year as many people as it is to bring, one of them warned twice; nobody is met in two years."""
    used: set[int] = set()
    found: list[PastCase] = []
    until = frame.daily_from
    for year in years(until):
        share = year.share(until)
        counts = (round(year.warned * share), round(year.admonished * share))
        found += _of_year(year, counts, [one for one in supervised if one.order not in used], district, frame)
        used |= {case.order for case in found}
    return found


def _of_year(
    year: Year, counts: tuple[int, int], supervised: Sequence[Supervised], district: District, frame: Frame
) -> Iterator[PastCase]:
    random = frame.random("disciplined", year.year)
    there = [(one, days) for one in supervised if (days := _days_in(one, year)) >= LENGTH]
    random.shuffle(there)
    warned, admonished = counts
    long = next((pair for pair in there if pair[0].over and pair[1] >= TWICE_WITHIN), None)
    if long is not None and warned:
        there.remove(long)
        there.insert(0, long)
        yield _case(long[0], _first_day(long[0], year), WARNED[1], district)
    for n, (one, days) in enumerate(there[: warned + admonished]):
        latest = days - LENGTH
        after = random.randint(latest // 2, latest) if n == 0 and warned else random.randint(0, latest)
        table = WARNED if n < warned else ADMONISHED
        yield _case(one, add_days(_first_day(one, year), after), random.choice(table), district)


def _days_in(one: Supervised, year: Year) -> int:
    return (min(one.last, year.last) - _first_day(one, year)).days


def _first_day(one: Supervised, year: Year) -> date:
    return max(one.first, year.first)


def _case(one: Supervised, day: date, told: tuple[str, str, str], district: District) -> PastCase:
    item, weight, facts = told
    viewers = district.viewers
    hands = Hands(one.handler, district.head(one.office).id, viewers["legal"].id, viewers["section"].id)
    at = [clock(on_weekday(add_days(day, after)), 9 + n) for n, after in enumerate(STEPS_AFTER)]
    reported, opened, investigated, proposed, reviewed, decided, served, filed = at
    return PastCase(
        order=one.order,
        breach=NewBreach(KINDS[item], weight, facts),
        item=item,
        hands=hands,
        reported_at=reported,
        opened_at=opened,
        investigated_at=investigated,
        proposed_at=proposed,
        reviewed_at=reviewed,
        decided_at=decided,
        served_at=served,
        filed_at=filed,
    )
