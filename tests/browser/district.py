"""A small district for the browser: the cast with people in every state, whom the jobs have watched for three days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from jobs.run import run_until
from supervision.checkins.actions import Entry, info_check, record_many, report, visit
from supervision.checkins.appointments import Appointment, appoint, move
from supervision.checkins.appointments import find as find_appointment
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import execute, fetch, fetch_value
from supervision.exchange import uploads
from supervision.exchange.actions import import_sheet
from supervision.exchange.intake import Options, SheetFile
from supervision.files.actions import Attached, Upload, find, keep, withdraw
from supervision.messages.channel import make_provider
from supervision.orders.actions import Ending, end_order
from supervision.orders.pauses import NewPause, pause
from supervision.people.actions import add_note
from tests.alerts.makers import alert_without_person
from tests.cast import NOW, Cast, assemble
from tests.commissions.makers import for_the_browser
from tests.conftest import ROOT
from tests.discipline.matrix import case_for_the_matrix
from tests.files.made import jpeg, pdf
from tests.lost_contact.makers import for_the_matrix as search_for_the_matrix
from tests.reception.matrix import reception_for_the_matrix
from tests.register import OnRegister, awaited, identity_number, on_register, viewer_of
from tests.resettlement.helped import for_the_browser as helped_for_the_browser
from tests.video_visits.makers import a_window

BEGIN = NOW - timedelta(days=40)
QUIET_SINCE = NOW - timedelta(days=9)
NAMES = "杜玉林 尉迟春生 单永刚 曾红梅 王磊 解卫东 李志刚 张静 陈建军 赵云峰 周德明 吴文斌"


@dataclass(frozen=True)
class District:
    """The cast, somebody with everything on the file, and ids for the names in paths."""

    cast: Cast
    ids: dict[str, int]
    logins: dict[str, int]


async def fill() -> District:
    """Put the district into the database whose pool is open."""
    cast = await assemble()
    people = [await _person(cast, n, name) for n, name in enumerate(NAMES.split())]
    await _forty_days(cast, people)
    await _states(cast, people)
    await _files(cast, people)
    await _appointments(cast, people)
    await _jobs(cast)
    sheets = await _sheets(cast) | await a_window(cast)
    await execute(
        "UPDATE heartbeat SET at = $1", NOW + timedelta(days=1)
    )  # no banner that depends on the machine's speed
    return District(cast, await _ids(cast) | sheets, {login: member.id for login, member in cast.members.items()})


async def _person(cast: Cast, n: int, name: str) -> OnRegister:
    officer = (cast.alice, cast.alice, cast.bob, cast.carol)[n % 4]
    level = ("normal", "strict", "loose", None)[n % 4]
    kind = ("probation", "parole", "temporary_outside")[n % 3]
    end_on = (NOW + timedelta(days=(400, 20, 90, 200)[n % 4])).date()
    phone = f"1990000{n:04d}" if n != 4 else None
    return await on_register(
        cast, name=name, at=BEGIN, level=level, kind=kind, end_on=end_on, officer=officer, phone=phone
    )


async def _forty_days(cast: Cast, people: list[OnRegister]) -> None:
    """What was due has been done, until a few fell silent."""
    duties = await fetch("SELECT * FROM duty WHERE opens_at < $1 AND rule IN ('SU-01', 'SU-04') ORDER BY limit_at", NOW)
    silent = {people[0].order, people[3].order}
    entries = []
    for duty in duties:
        at = max(duty["opens_at"] + timedelta(hours=10), duty["due_at"] - timedelta(hours=20))
        if at < (QUIET_SINCE if duty["subject_id"] in silent else NOW - timedelta(hours=1)):
            entries.append(Entry(duty["subject_id"], _checkin(duty["rule"], duty["variant"], at), at, cast.alice.id))
    await record_many(entries, NOW - timedelta(days=4))


def _checkin(rule, variant, at):
    if rule == "SU-01":
        return report(variant, at, "按时报告，工作和住址没有变化。")
    return info_check("call", "ok", at) if variant == "info" else visit("person", at, "本人在家，已见面。")


async def _states(cast: Cast, people: list[OnRegister]) -> None:
    dan, alice = await viewer_of(cast.dan), await viewer_of(cast.alice)
    then = NOW - timedelta(days=3)
    await add_note(alice, people[0].person, "家属来电，称本人近期在外打零工，已提醒外出须请假。", then)
    await pause(dan, people[5].order, NewPause("custody", then, "拘留通知书"), then)
    await end_order(dan, people[6].order, Ending("revoked", then, "撤销缓刑裁定书"), then)
    await awaited(cast, effective_on=(NOW - timedelta(days=2)).date(), at=then)
    await awaited(cast, effective_on=(NOW - timedelta(days=16)).date(), at=then)


async def _appointments(cast: Cast, people: list[OnRegister]) -> None:
    """Everybody was given a time: one that passed, one that was moved, one to come."""
    alice, then = await viewer_of(cast.alice), NOW - timedelta(days=3)
    for one in people[:6] + people[7:]:
        await appoint(alice, one.order, Appointment("office", NOW - timedelta(hours=1), "所里"), then)
        moved = await appoint(alice, one.order, Appointment("field", NOW + timedelta(days=1), "家里"), then)
        to = Appointment("field", NOW + timedelta(days=2), "村委会")
        await move(alice, await find_appointment(moved, one.person), to, reason="本人当天要上班", now=then)


async def _files(cast: Cast, people: list[OnRegister]) -> None:
    """What everybody has handed in: a photo, and a scan that was put in by mistake; files of somebody long gone."""
    alice, then = await viewer_of(cast.alice), NOW - timedelta(days=3)
    for one in people:
        to = Attached("person", one.person, one.person, "photo")
        await keep(alice, to, Upload("在家走访.jpg", jpeg()), then)
        scan = await keep(alice, replace(to, kind="signed"), Upload("社区矫正告知书签收页.pdf", pdf()), then)
        await withdraw(alice, await find(scan, person=one.person), "存到别人名下了", NOW)
    gone = people[6].person
    await keep(alice, Attached("person", gone, gone, "received"), Upload("撤销缓刑裁定书.pdf", pdf()), then)
    await execute("UPDATE orders SET ended_at = $2 WHERE person = $1", gone, NOW.replace(year=1990))


async def _jobs(cast: Cast) -> None:
    """Three days of alerts, texts and roll calls; one text whose fate nobody knows."""
    provider = await make_provider(Settings(mode="training"), write=lambda line: None)
    await run_until(FixedClock(NOW - timedelta(days=3)), NOW, provider)
    await execute("UPDATE message SET state = 'unknown', ended_at = NULL WHERE id = (SELECT min(id) FROM message)")


async def _sheets(cast: Cast) -> dict[str, int]:
    """One sheet that was taken in, and one with questions and refused rows that waits."""
    dan = await viewer_of(cast.dan)
    row = f"丙新,{identity_number(date(1992, 3, 4), 78)},缓刑,2026-11-01,2027-10-31,古城司法所"
    text = f"姓名,身份证号,矫正类别,矫正开始日期,矫正结束日期,司法所\n{row}\n"
    done = await import_sheet(dan, SheetFile("名册.csv", text.encode()), Options(), FixedClock(NOW))
    messy = SheetFile("messy_roster.xlsx", (ROOT / "tests/exchange/messy_roster.xlsx").read_bytes())
    assert done.run is not None
    return {"run_id": done.run, "upload_id": await uploads.keep(dan, messy, Options(), NOW)}


async def _ids(cast: Cast) -> dict[str, Any]:
    """For the names in paths: the person of 古城 with most open alerts, and others in other states."""
    person = await fetch_value(
        """SELECT a.person FROM alert a JOIN responsibility r ON r.person = a.person AND r.to_at IS NULL AND r.office = $1
             JOIN orders o ON o.person = a.person AND o.ended_at IS NULL
            WHERE a.closed_at IS NULL AND a.subject_kind = 'order' GROUP BY a.person ORDER BY count(*) DESC, a.person LIMIT 1""",
        cast.offices["gucheng"],
    )
    order = await fetch_value("SELECT max(id) FROM orders WHERE person = $1 AND ended_at IS NULL", person)
    return {
        "person_id": person,
        "search_id": (await search_for_the_matrix(person, order, cast.alice))["search_id"],
        "act_id": (await reception_for_the_matrix(order, cast.alice))["act_id"],
        "case_id": (await case_for_the_matrix(person, order, cast.alice))["case_id"],
        "paused_id": await fetch_value("SELECT person FROM orders WHERE id = (SELECT max(subject_id) FROM pause)"),
        "ended_id": await fetch_value("SELECT max(person) FROM orders WHERE ended_at IS NOT NULL"),
        "awaited_id": await fetch_value("SELECT max(person) FROM orders WHERE registered_at IS NULL"),
        "staff_id": cast.alice.id,
        "office_id": cast.offices["gucheng"],
        **await _without_person(cast),
        **await for_the_browser(cast),
        **await helped_for_the_browser(cast),
    }


async def _without_person(cast: Cast) -> dict[str, Any]:
    """A file of 古城 about which something is open, and of which no person is known."""
    subject = await fetch_value(
        "SELECT min(subject_id) FROM responsibility WHERE office = $1 AND to_at IS NULL", cast.offices["gucheng"]
    )
    await alert_without_person("order", subject, cast.alice.id, NOW)
    return {"subject_kind": "order", "subject_id": subject}
