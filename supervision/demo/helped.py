"""The register of help of the years behind us: who came home from prison or out of correction, and how they were helped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from supervision.access.viewer import Viewer
from supervision.days import add_days, add_months
from supervision.demo.corrected import Past
from supervision.demo.district import District
from supervision.demo.frame import Frame, clock
from supervision.demo.people import CRIMES
from supervision.demo.strangers import Strangers
from supervision.demo.years import on_weekday, spread, years
from supervision.people.actions import NewPerson
from supervision.resettlement.actions import Taken
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.past import PastHelp, regular_visits
from supervision.resettlement.records import Support
from supervision.rules.assistance import help_ends_on
from supervision.rules.base import Parameters

PRISONS: Final = ("太原第一监狱", "太原第二监狱", "晋中监狱", "阳泉第一监狱", "汾阳监狱", "女子监狱")
SENTENCES: Final = ("一年六个月", "二年", "三年", "三年六个月", "五年", "七年")
KEY_SHARE: Final = 0.05
ARRANGED: Final = (
    ("placement", "public", "社区公益岗位"),
    ("placement", "own", "个体经营"),
    ("job_service", "register", "失业登记"),
    ("job_service", "skill", "技能培训班"),
    ("social_aid", "minimum", "申请最低生活保障"),
    ("legal_aid", None, "劳动报酬纠纷"),
    ("mediation", None, "邻里纠纷调解"),
    ("training", None, "电工培训"),
    ("relief", None, "临时救助"),
)
VISITS_KEPT: Final = timedelta(days=400)
"""So far back the visits were typed in; older ones are on paper."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where and by whom somebody is helped, and for how long, under the rules of the day."""

    town: str
    office: int
    helper: Viewer
    until: date
    parameters: Parameters


def from_correction(past: Past, order: int, person: int, home: Home, random: Random) -> PastHelp:
    """Who was released from correction: on both sides of the very moment of the end on one register (law RA-22)."""
    papers = NewAssistance("correction", "general", past.ended_at.date(), crime=past.crime)
    steps = [Taken("came", past.ended_at), *_settled(past.ended_at)]
    return _helped(person, papers, home, steps, random, order=order)


def from_prison(person: NewPerson, release_on: date, home: Home, random: Random) -> PastHelp:
    """Who was told of by a prison, verified, and met on the day of release."""
    is_key = random.random() < KEY_SHARE
    papers = NewAssistance(
        "prison",
        "key" if is_key else "general",
        release_on,
        prison=random.choice(PRISONS),
        crime=random.choice(CRIMES),
        sentence=random.choice(SENTENCES),
    )
    known, notice = (on_weekday(add_days(release_on, -days)) for days in (120, 40))
    met = clock(release_on, 11, random.randint(0, 59))
    steps = [
        Taken("known", clock(known, 9)),
        Taken("ask", clock(known, 9, 30)),
        Taken("verified", clock(on_weekday(add_days(known, 7)), 10)),
        Taken("notice", clock(notice, 10), release_on=release_on),
        Taken("told", clock(notice, 15), said="已通知村（居）委会和家属"),
        Taken("fetched", met, "office", said="所长和家属到监狱接回，随带释放证明")
        if is_key
        else Taken("arrived", met, "village"),
        *_settled(met),
    ]
    return _helped(person, papers, home, steps, random)


def _settled(met: datetime) -> list[Taken]:
    """The agreement and the file, two days later."""
    day = on_weekday(add_days(met.date(), 2))
    return [Taken("agreement", clock(day, 10)), Taken("file", clock(day, 11), said="谈话了解困难，打算先找工作")]


def _helped(
    person: NewPerson | int,
    papers: NewAssistance,
    home: Home,
    steps: list[Taken],
    random: Random,
    *,
    order: int | None = None,
) -> PastHelp:
    filed_on = steps[-1].happened_at.date()
    assert papers.release_on is not None
    to_on = help_ends_on(papers.source, papers.release_on, home.parameters.in_force(steps[-1].happened_at))
    end = _end(to_on, filed_on, home.until, random)
    level = "first" if papers.kind == "key" else random.choice(("second", "third", "third"))
    visited_to = min(end.happened_at.date() if end else home.until, to_on) - timedelta(days=1)
    visited_from = max(add_days(filed_on, 1), home.until - VISITS_KEPT)
    last = home.parameters.in_force(steps[-1].happened_at)
    return PastHelp(
        person=person,
        papers=papers,
        office=home.office,
        staff=home.helper.id,
        known_at=steps[0].happened_at,
        steps=(*steps, end) if end else tuple(steps),
        order=order,
        level=level,
        members=(("office", home.helper.name), ("village", "村（居）委会治保主任"), ("family", "家属")),
        visits=tuple(regular_visits(level, visited_from, visited_to, last, share=random.uniform(0.2, 0.7))),
        supports=tuple(_arranged(filed_on, home.until, random)),
        ledger_from=home.until,
    )


def _end(to_on: date, filed_on: date, until: date, random: Random) -> Taken | None:
    """The term's end where it is over; a few died, or were sentenced again, before."""
    draw = random.random()
    early = filed_on + (to_on - filed_on) // 2
    if draw < 0.02 and early < until:
        code, said = ("deceased", "死亡证明（演示）") if draw < 0.01 else ("reoffended", "刑事判决书（演示）")
        return Taken(code, clock(on_weekday(early), 10), said=said)
    closed = on_weekday(add_days(to_on, random.randint(1, 5)))
    return Taken("expired", clock(closed, 10), said="帮教期内生活稳定，期满办结") if closed < until else None


def _arranged(filed_on: date, until: date, random: Random) -> Iterator[Support]:
    day = on_weekday(add_days(filed_on, random.randint(10, 60)))
    if random.random() < 0.4 and day < until:
        kind, code, content = random.choice(ARRANGED)
        yield Support(kind, code, clock(day, 15), content)


def on_register_at(entries: Iterable[PastHelp], day: date) -> int:
    """How many of them are on the register of help when a day is over."""
    return sum(_began_on(one) <= day and (_ended_on(one) is None or (_ended_on(one) or day) > day) for one in entries)


def _began_on(one: PastHelp) -> date:
    assert one.papers.release_on is not None
    return one.papers.release_on


def _ended_on(one: PastHelp) -> date | None:
    last = one.steps[-1]
    return last.happened_at.date() if last.event in ("expired", "deceased", "reoffended") else None


def released(
    frame: Frame, district: District, helped: Iterable[PastHelp], strangers: Strangers, parameters: Parameters
) -> list[PastHelp]:
    """Who came from prison: as many as the plan's register still lacks, about evenly over all the years."""
    until = frame.daily_from
    fixed = next(year for year in years(until) if year.register is not None)
    first = years(until)[0].first
    assert fixed.register is not None
    wanted = fixed.register - on_register_at(helped, fixed.last)
    random = frame.random("released")
    days = list(spread(first, fixed.last, wanted, random))
    made = [_from_prison(frame, district, day, strangers, parameters) for day in days]
    while (lack := fixed.register - on_register_at([*helped, *made], fixed.last)) > 0:
        more = spread(add_months(fixed.first, -6), fixed.last, lack, frame.random("more", len(made)))
        made += [_from_prison(frame, district, day, strangers, parameters) for day in more]
    later = round(len(made) * (until - fixed.last).days / (fixed.last - first).days)
    after = spread(add_days(fixed.last, 2), add_days(until, -8), later, random)
    return made + [_from_prison(frame, district, day, strangers, parameters) for day in after]


def _from_prison(frame: Frame, district: District, day: date, strangers: Strangers, parameters: Parameters) -> PastHelp:
    random = frame.random("home", day, strangers.made)
    return from_prison(strangers.one(day), day, home(frame, district, parameters, random), random)


def home(frame: Frame, district: District, parameters: Parameters, random: Random, town: str | None = None) -> Home:
    """An office and somebody who works there."""
    town = town or random.choice(sorted(district.towns))
    helper = random.choice(district.working_in(town))
    return Home(town, district.offices[town], helper, frame.daily_from, parameters)
