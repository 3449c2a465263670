"""The acts of the cases, each by the same action that a page uses."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from supervision.access.viewer import Viewer
from supervision.alerts.actions import claim_all, close_all, note_all
from supervision.checkins.actions import record_checkin, report, withdraw
from supervision.db import fetch, fetch_row
from supervision.demo.cases import Act
from supervision.demo.frame import moment
from supervision.demo.people import Invented
from supervision.demo.receiving import papers_came, received
from supervision.demo.world import LOOKING, World
from supervision.exchange.values import WORDS, code_of
from supervision.orders.actions import Ending, correct_phone, end_order, record_document, register, set_class
from supervision.orders.intake import Intake, NewOrder, take_in
from supervision.orders.pauses import NewPause, pause
from supervision.people.actions import Assignment, NewContact, NewPerson

CUSTODY: Final = "拘留通知书（演示）"
HOSPITAL: Final = "住院诊断证明（演示）"
RELEASED: Final = "矫正期满，依法解除"
LEVELS: Final = {label: code for code, (label, _) in WORDS["level"].items()}


@dataclass(frozen=True, slots=True)
class Scripted:
    """An act of somebody's case at its moment."""

    at: datetime
    one: Invented
    act: Act


def scripted(world: World, first: datetime, last: datetime) -> Iterator[Scripted]:
    """The acts from a moment to before another; those of the last day no later than the end."""
    for one in world.cast:
        for act in one.case.acts if one.case else ():
            at = moment(world.frame.ago(act.ago), time(act.hour, act.minute))
            if act.what == "finish":
                at = min(at, world.frame.now)
            if first <= at < last:
                yield Scripted(at, one, act)


async def perform(world: World, one: Scripted) -> None:
    """Let it happen."""
    world.clock.at = max(one.at, world.clock.at)
    await ACTS[one.act.what](world, one)


async def _officer(world: World, one: Invented) -> Viewer:
    row = await fetch_row(
        """SELECT staff, office FROM responsibility
            WHERE subject_kind = 'order' AND subject_id = $1 AND role = 'main' AND to_at IS NULL""",
        world.order_of(one),
    )
    assert row is not None
    return world.district.of(row["staff"]) if row["staff"] else world.district.head(row["office"])


async def _take_in(world: World, now: Scripted) -> None:
    one, district = now.one, world.district
    officer = world.officer_for(one)
    kind = code_of("kind", one.kind)
    assert kind is not None
    order = NewOrder("", kind, one.crime, one.start_on, one.start_on, one.end_on)
    intake = Intake(
        NewPerson(one.name, one.sex, one.born_on, one.doc),
        NewContact("phone", one.phone),
        order,
        Assignment(officer.office, officer.id, "法律文书送达，待报到"),
    )
    person = await take_in(district.clerk, intake, now.at)
    row = await fetch_row("SELECT id FROM orders WHERE person = $1", person)
    assert row is not None
    world.put_on(one, row["id"], person)
    await papers_came(district.clerk, row["id"], now.at)


async def _register(world: World, now: Scripted) -> None:
    officer, order = await _officer(world, now.one), world.order_of(now.one)
    await register(officer, order, now.at - timedelta(minutes=15), now.at)
    await received(officer, order, now.at)


async def _classify(world: World, now: Scripted) -> None:
    level = LEVELS[now.one.level_on(world.frame.today)]
    await set_class(world.district.clerk, world.order_of(now.one), level, now.act.note, now.at)


async def _make_up_class(world: World, now: Scripted) -> None:
    """Some of what the old register lacks is made up later."""
    if int(now.one.number[-1]) % 2:
        row = await fetch_row(
            "SELECT 1 FROM debt WHERE order_id = $1 AND kind = 'class' AND closed_at IS NULL", world.order_of(now.one)
        )
        if row:
            await set_class(world.district.clerk, world.order_of(now.one), "normal", "补定管理类别", now.at)


async def _custody(world: World, now: Scripted) -> None:
    new = NewPause("custody", now.at - timedelta(hours=2), CUSTODY)
    await pause(world.district.clerk, world.order_of(now.one), new, now.at)


async def _hospital(world: World, now: Scripted) -> None:
    new = NewPause("hospital", now.at - timedelta(hours=1), HOSPITAL)
    await pause(world.district.clerk, world.order_of(now.one), new, now.at)


async def _report(world: World, now: Scripted) -> None:
    new = report(now.act.note, now.at - timedelta(minutes=10), "补交本月书面汇报。")
    await record_checkin(await _officer(world, now.one), world.order_of(now.one), new, now.at)


async def _type_late(world: World, now: Scripted) -> None:
    """It was made in time the day before; it is typed in only now."""
    new = report("phone", now.at - timedelta(hours=17), "按时来电，当日外勤未及时录入。")
    await record_checkin(await _officer(world, now.one), world.order_of(now.one), new, now.at)


async def _wrong_entry(world: World, now: Scripted) -> None:
    officer, order = await _officer(world, now.one), world.order_of(now.one)
    wrong = report("in_person", now.at - timedelta(minutes=40), "来所当面报告。")
    fact = await record_checkin(officer, order, wrong, now.at - timedelta(minutes=20))
    person, about = world.person_of(now.one), ("report", fact)
    await withdraw(officer, person, about, reason="记到了同名人员名下，作废重录", now=now.at)


async def _family_phone(world: World, now: Scripted) -> None:
    """The own number is out of use; a relative answers."""
    person = world.person_of(now.one)
    officer = await _officer(world, now.one)
    family = f"{now.one.phone[:7]}{8000 + int(now.one.phone[-4:]):04d}"
    await correct_phone(officer, person, NewContact("phone", family, holder="family"), now.at)


async def _refuse_texts(world: World, now: Scripted) -> None:
    officer = await _officer(world, now.one)
    await correct_phone(officer, world.person_of(now.one), NewContact("phone", now.one.phone, consent="no"), now.at)


async def _claim(world: World, now: Scripted) -> None:
    for owner, ids in (await _alerts(world, now.one)).items():
        await claim_all(world.district.of(owner), ids, now.at)


async def _note(world: World, now: Scripted) -> None:
    for owner, ids in (await _alerts(world, now.one)).items():
        await note_all(world.district.of(owner), ids, now.act.note, now.at)


async def _resolve(world: World, now: Scripted) -> None:
    for owner, ids in (await _alerts(world, now.one)).items():
        await close_all(world.district.of(owner), ids, "resolved", now.act.note, now=now.at)


async def _alerts(world: World, one: Invented) -> dict[int, list[int]]:
    """Who has the person's alerts, by owner."""
    rows = await fetch(
        "SELECT id, assigned_to FROM alert WHERE person = $1 AND closed_at IS NULL ORDER BY id", world.person_of(one)
    )
    return {
        owner: [row["id"] for row in rows if row["assigned_to"] == owner] for owner in {r["assigned_to"] for r in rows}
    }


async def _look(world: World, now: Scripted) -> None:
    await world.run(now.at, *LOOKING)


async def finish(world: World, one: Invented, at: datetime) -> None:
    """The certificate, and with it the end of the term."""
    order, clerk = world.order_of(one), world.district.clerk
    await record_document(clerk, order, "certificate", at, at)
    await end_order(clerk, order, Ending("released", at, RELEASED), at)


async def _finish(world: World, now: Scripted) -> None:
    await finish(world, now.one, now.at)


ACTS: Final[Mapping[str, Callable[[World, Scripted], Awaitable[None]]]] = {
    "take_in": _take_in,
    "register": _register,
    "classify": _classify,
    "make_up_class": _make_up_class,
    "custody": _custody,
    "hospital": _hospital,
    "report": _report,
    "type_late": _type_late,
    "wrong_entry": _wrong_entry,
    "family_phone": _family_phone,
    "refuse_texts": _refuse_texts,
    "claim": _claim,
    "note": _note,
    "resolve": _resolve,
    "look": _look,
    "finish": _finish,
}
