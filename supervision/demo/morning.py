"""What lies on each desk this morning beside the registers: investigations, cases, releases, sessions, appointments, papers."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from supervision.access.viewer import Viewer
from supervision.checkins.appointments import Appointment, appoint
from supervision.commissions.deciding import NewOpinion, decide
from supervision.commissions.investigating import (
    Investigators,
    NewDraft,
    NewRecord,
    add_record,
    assign_investigators,
    submit_draft,
)
from supervision.commissions.receiving import Asked, Letter, receive
from supervision.commissions.steps import Step as CommissionStep
from supervision.commissions.steps import give_notice
from supervision.commissions.steps import take_step as commission_step
from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES
from supervision.db import fetch
from supervision.demo.commissioned import LETTERS, ORGAN_NAMES, SUBJECTS
from supervision.demo.frame import clock
from supervision.demo.papers import photo, scan
from supervision.demo.world import World
from supervision.discipline import actions as discipline
from supervision.discipline.actions import NewBreach, NewCase
from supervision.discipline.decisions import decide as decide_case
from supervision.files.actions import Attached, keep
from supervision.people.actions import Assignment
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.intake import Intake, NewAssistance, take_in

Step = tuple[datetime, Callable[[], Awaitable[object]]]

# -- investigations: who asked, where it is investigated, and how many days ago it reached which state ------------------


@dataclass(frozen=True, slots=True)
class Commission:
    """An investigation under way; `ways`: (state, days ago), in order."""

    organ: str
    town: str
    ways: tuple[tuple[str, int], ...]


COMMISSIONS: Final = (
    Commission("court", "gucheng", (("received", 0),)),
    Commission("procuratorate", "huifeng", (("received", 1), ("assigned", 0))),
    Commission("court", "gucheng", (("received", 5), ("assigned", 5), ("accepted", 4), ("records", 1))),
    Commission("procuratorate", "chaicun", (("received", 12), ("assigned", 12), ("accepted", 12), ("records", 4))),
    Commission(
        "prison", "nanzhai", (("received", 8), ("assigned", 8), ("accepted", 7), ("records", 3), ("drafted", 1))
    ),
    Commission("court", "yangqu", (("received", 20), ("assigned", 20), ("accepted", 20), ("records", 12))),
    Commission(
        "procuratorate",
        "gucheng",
        (("received", 9), ("assigned", 9), ("accepted", 9), ("records", 6), ("drafted", 5), ("approved", 2)),
    ),
    Commission(
        "court",
        "huifeng",
        (
            ("received", 20),
            ("assigned", 20),
            ("accepted", 20),
            ("records", 16),
            ("drafted", 14),
            ("approved", 13),
            ("signed", 12),
            ("sent", 12),
        ),
    ),
)
FOUND: Final = dict.fromkeys(CONTENTS, "经走访核实，情况属实。")

# -- cases of discipline: (town, item, (state, days ago)…); whoever is met has no case of their own ---------------------
CASES: Final = (
    ("gucheng", "X2", (("clue", 1),)),
    ("huifeng", "X2", (("clue", 3), ("opened", 2))),
    ("chaicun", "X3", (("clue", 6), ("opened", 5), ("investigated", 1))),
    ("nanzhai", "X2", (("clue", 8), ("opened", 7), ("investigated", 4), ("proposed", 1))),
    ("yangqu", "W3", (("clue", 9), ("opened", 8), ("investigated", 6), ("proposed", 4), ("reviewed", 1))),
    (
        "guangshe",
        "X2",
        (("clue", 10), ("opened", 9), ("investigated", 7), ("proposed", 6), ("reviewed", 4), ("decided", 1)),
    ),
)
BREACHES: Final = {
    "X2": NewBreach("rules", "minor", "未按规定电话报告，经核实系本人疏忽。"),
    "X3": NewBreach("education", "minor", "无正当理由不参加集中教育，经教育仍不改正。"),
    "W3": NewBreach("rules", "heavier", "未经批准离开所居住的县，次日返回。"),
}

# -- who comes home: (town, kind, days until the release, (step, days ago)…) --------------------------------------------
RELEASES: Final = (
    ("gucheng", "general", 96, (("known", 9), ("ask", 8))),
    ("huifeng", "key", 41, (("known", 20), ("ask", 19), ("verified", 12))),
    ("gucheng", "general", 5, (("announced", 6), ("told", 5))),
    ("nanzhai", "key", 0, (("announced", 12), ("told", 10))),
    ("gucheng", "key", -2, (("announced", 14), ("told", 12), ("fetched", 2))),
    ("chaicun", "general", -3, (("announced", 14), ("told", 13), ("arrived", 2), ("agreement", 1))),
)
SAYS: Final = {"told": "已通知村（居）委会和家属", "fetched": "所长和家属到监狱接回，随带释放证明"}
CODES: Final = {"fetched": "office", "arrived": "village"}

# -- agreed visits and interviews: (whose caseload, kind, days ahead) ---------------------------------------------------
APPOINTED: Final = (
    ("gucheng1", "field", 1),
    ("gucheng1", "office", 2),
    ("gucheng1", "office", 5),
    ("huifeng2", "field", 1),
    ("chaicun1", "office", 2),
    ("nanzhai1", "field", 3),
)
WITH_PAPERS: Final = 6
"""So many of an office's people have a photo and a signed sheet in their file."""


def morning(world: World, day: date) -> list[Step]:
    """What of all this happens on a day."""
    steps = [*_commissions(world, day), *_cases(world, day), *_releases(world, day)]
    if day == world.frame.ago(1):
        steps += [*_appointments(world, day), *_papers(world, day)]
    return steps


def _at(day: date, n: int) -> datetime:
    return clock(day, 8, 40) + timedelta(minutes=2 * n)


def _on_day(world: World, ways: tuple[tuple[str, int], ...], day: date, n: int) -> Iterator[tuple[str, datetime]]:
    """What of a way is gone on a day; nothing of one that began before the days that are done one by one."""
    if ways[0][1] <= world.frame.size.days:
        for back, (way, ago) in enumerate(ways):
            if world.frame.ago(ago) == day:
                yield way, _at(day, n) + timedelta(seconds=20 * back)


def _office(world: World, login: str) -> tuple[int, Viewer, Viewer]:
    """The office of a town by its sign-in: id, officer, head."""
    head = world.district.viewers[login]
    return head.office, world.district.viewers[f"{login}1"], head


# -- investigations -----------------------------------------------------------------------------------------------------


def _commissions(world: World, day: date) -> Iterator[Step]:
    for n, one in enumerate(COMMISSIONS):
        for way, at in _on_day(world, one.ways, day, n):
            yield at, partial(_commission, world, n, way, at)


async def _commission(world: World, n: int, way: str, at: datetime) -> None:
    one, desk = COMMISSIONS[n], world.district.clerk
    office, officer, head = _office(world, one.town)
    number = f"（{at.year}）演示{LETTERS[one.organ]}{n + 1}号"
    if way == "received":
        letter = Letter(one.organ, ORGAN_NAMES[one.organ][0], number, at.date(), "probation", "盗窃罪")
        made = await receive(desk, letter, Asked(world.strangers.one(at.date()), SUBJECTS[one.organ]), at, at)
        await give_notice(desk, made, CommissionStep("informed", at), at)
        return
    rows = await fetch("SELECT id FROM commission WHERE letter_number = $1", number)
    id = rows[0]["id"]
    match way:
        case "assigned":
            await assign_investigators(desk, id, Investigators(office, officer.id, head.id, at), at)
        case "records":
            for source in REQUIRED_SOURCES:
                two = (officer.id, head.id)
                await add_record(officer, id, NewRecord(source, "邻居、村干部", "村委会", "愿意接纳", at, two), at)
        case "drafted":
            await submit_draft(officer, id, NewDraft(FOUND, at), at)
        case "signed":
            said = NewOpinion("suitable", f"演示评{n + 1}号", at, f"{desk.name}、{head.name}", "符合条件", at)
            await decide(world.district.viewers["section"], id, said, at)
        case "sent":
            await commission_step(desk, id, CommissionStep("sent", at, copied=True), at)
        case _:
            await commission_step(officer if way == "accepted" else desk, id, CommissionStep(way, at), at)


# -- cases of discipline ------------------------------------------------------------------------------------------------


def _cases(world: World, day: date) -> Iterator[Step]:
    for n, (login, item, ways) in enumerate(CASES):
        for way, at in _on_day(world, ways, day, len(COMMISSIONS) + n):
            yield at, partial(_case, world, (login, item), way, at)


async def _case(world: World, told: tuple[str, str], way: str, at: datetime) -> None:
    login, item = told
    office, officer, head = _office(world, login)
    viewers, order = world.district.viewers, await _quiet_order(world, office)
    if order is None:
        return
    if way == "clue":
        await discipline.report(officer, order, NewCase("hand", BREACHES[item]), at)
        return
    rows = await fetch("SELECT id FROM discipline_case WHERE order_id = $1 ORDER BY id DESC LIMIT 1", order)
    id = rows[0]["id"]
    match way:
        case "opened":
            await discipline.open_case(officer, id, at)
            for kind in ("hearing", "record"):
                await discipline.add_evidence(officer, id, kind, "本人承认上述事实。", happened_at=at, now=at)
        case "investigated":
            await discipline.investigate(officer, id, at)
        case "proposed":
            await discipline.propose_item(head, id, item, "事实清楚，证据充分。", at)
        case "reviewed":
            await discipline.review(viewers["legal"], id, True, "同意。", at)
        case "decided":
            await decide_case(viewers["section"], id, item, "事实清楚，适用条款正确。", at)


async def _quiet_order(world: World, office: int) -> int | None:
    """The first order of an office that has no case of its own and whose term isn't near its end."""
    rows = await fetch(
        """SELECT o.id FROM orders o JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = o.id
              AND r.role = 'main' AND r.to_at IS NULL
            WHERE r.office = $1 AND o.ended_at IS NULL AND o.registered_at < $2 AND o.end_on > $3
              AND NOT EXISTS (SELECT FROM discipline_case c WHERE c.order_id = o.id AND c.state = 'filed') ORDER BY o.id""",
        office,
        clock(world.frame.ago(40), 0),
        world.frame.today + timedelta(days=30),
    )
    return next((row["id"] for row in rows if (one := world.people.get(row["id"])) and one.case is None), None)


# -- who comes home -----------------------------------------------------------------------------------------------------


def _releases(world: World, day: date) -> Iterator[Step]:
    for n, (_, _, _, ways) in enumerate(RELEASES):
        for way, at in _on_day(world, ways, day, len(COMMISSIONS) + len(CASES) + n):
            yield at, partial(_release, world, n, way, at)


async def _release(world: World, n: int, way: str, at: datetime) -> None:
    login, kind, ahead, _ = RELEASES[n]
    office, officer, _head = _office(world, login)
    sentence = f"三年（演示{n + 1}）"
    if way in ("known", "announced"):
        day = world.frame.today + timedelta(days=ahead)
        papers = NewAssistance("prison", kind, day, "太原第一监狱", "盗窃罪", sentence, announced=way == "announced")
        to = Assignment(office, officer.id, "按户籍地指定")
        await take_in(world.district.clerk, Intake(world.strangers.one(at.date()), None, papers, to), at)
        return
    rows = await fetch("SELECT id FROM assistance WHERE sentence = $1", sentence)
    taken = Taken(way, at, CODES.get(way), SAYS.get(way, ""))
    await take_step(officer, rows[0]["id"], taken, at)


# -- appointments and papers --------------------------------------------------------------------------------------------


def _appointments(world: World, day: date) -> Iterator[Step]:
    for n, (login, kind, ahead) in enumerate(APPOINTED):
        at = _at(day, 30 + n)
        yield at, partial(_appoint, world, world.district.viewers[login], (kind, ahead, n), at)


async def _appoint(world: World, officer: Viewer, told: tuple[str, int, int], at: datetime) -> None:
    kind, ahead, n = told
    orders = await _orders_of(world, officer)
    if len(orders) > n:
        moment = clock(world.frame.today + timedelta(days=ahead), 10 + n % 6)
        await appoint(
            officer, orders[n], Appointment(kind, moment, "本人住处" if kind == "field" else "司法所谈话室"), at
        )


def _papers(world: World, day: date) -> Iterator[Step]:
    at = _at(day, 40)
    yield at, partial(_keep_papers, world, world.district.viewers["gucheng1"], at)


async def _keep_papers(world: World, officer: Viewer, at: datetime) -> None:
    for order in (await _orders_of(world, officer))[:WITH_PAPERS]:
        person = world.person_of(world.people[order])
        for kind, upload in (("photo", photo(at)), ("signed", scan(at))):
            await keep(officer, Attached("order", order, person, kind), upload, at)


async def _orders_of(world: World, officer: Viewer) -> list[int]:
    """The officer's people without a case of their own."""
    rows = await fetch(
        """SELECT o.id FROM orders o JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = o.id
              AND r.role = 'main' AND r.to_at IS NULL
            WHERE r.staff = $1 AND o.ended_at IS NULL AND o.registered_at IS NOT NULL AND o.end_on > $2 ORDER BY o.id""",
        officer.id,
        world.frame.today + timedelta(days=70),
    )
    people: Mapping[int, object] = world.people
    return [row["id"] for row in rows if row["id"] in people and world.people[row["id"]].case is None]
