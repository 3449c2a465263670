"""An import is undone on its day, unless something was built on it; then the sentence says what."""

from datetime import timedelta
from typing import Any

import pytest

from supervision.alerts.actions import claim_all
from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value, insert
from supervision.errors import NotFound, Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.built import ON_HELP, ON_ORDERS, ON_PEOPLE, Built
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.undo import run_of_file, undo
from supervision.orders.actions import Ending, correct_phone, end_order, set_class
from supervision.people.actions import NewContact, add_note
from supervision.reception.actions import NewAct, NewMember, form_team, put_down
from supervision.reception.kinds import FORMED
from tests.cast import Cast, audit_actions
from tests.exchange.taken import another, dan, history, order_of, outcomes, person, register, sheet, size, taken

ENDED = {"矫正结束日期": "2026-11-20"}


async def undone(cast: Cast, run: int | None) -> None:
    assert run is not None
    await undo(await dan(cast), run, cast.now)


async def test_a_roster_is_taken_away_with_all_that_followed_from_it(cast: Cast) -> None:
    empty = await size()
    imported = await taken(cast, person(**ENDED), another(128, 管理类别="", 联系电话=""))
    await watch(cast.now)
    assert await fetch_value("SELECT count(*) FROM alert") == 1
    cast.clock.at += timedelta(hours=1)
    await undone(cast, imported.run)
    assert await size() == empty
    run = (await fetch("SELECT undone_at, undone_by FROM import_run"))[0]
    assert (run["undone_at"], run["undone_by"]) == (cast.now, cast.dan.id)
    assert (await audit_actions())[-1] == "import_undone"
    assert outcomes(await taken(cast, person())) == ["added"]


async def test_what_a_second_sheet_changed_is_as_before(cast: Cast) -> None:
    await taken(
        cast,
        person(管理类别="", 矫正结束日期=""),
        another(128, 当前状态="待报到", 矫正开始日期="2026-11-18", 接收日期=""),
    )
    before = await register()
    cast.clock.at += timedelta(hours=1)
    changed = await taken(
        cast,
        person(司法所="汇丰司法所", 责任人="柴珂", 联系电话="13800138009", 现住址="汇丰街道2号"),
        another(128, 矫正开始日期="2026-11-18", 接收日期="2026-11-20"),
        another(129),
    )
    assert outcomes(changed) == ["changed", "changed", "added"]
    cast.clock.at += timedelta(hours=1)
    await undone(cast, changed.run)
    after = await register()
    for table in (
        "person",
        "orders",
        "contact",
        "responsibility",
        "registration",
        "class_decision",
        "term_change",
        "debt",
    ):
        assert after[table] == before[table], table
    assert await fetch_value("SELECT count(*) FROM duty WHERE rule = 'RE-06' AND state = 'open'") == 1


async def test_a_history_is_taken_away_with_its_finding(cast: Cast) -> None:
    await taken(cast, person())
    before = await size()
    imported = await history(
        cast, ["SQ0001", "", "2026-10-05", "2026-10-05", "电话"], ["SQ0001", "", "2026-11-20", "", "电话"]
    )
    await watch(cast.now)
    cast.clock.at += timedelta(hours=1)
    await undone(cast, imported.run)
    assert await size() == before


async def _note(cast: Cast, order: Any) -> None:
    await add_note(await dan(cast), order["person"], "备注", cast.now)


async def _class(cast: Cast, order: Any) -> None:
    await set_class(await dan(cast), order["id"], "strict", "评估", cast.now)


async def _phone(cast: Cast, order: Any) -> None:
    await correct_phone(await dan(cast), order["person"], NewContact("phone", "13900139000"), cast.now)


async def _end(cast: Cast, order: Any) -> None:
    await end_order(await dan(cast), order["id"], Ending("deceased", cast.now, "证明"), cast.now)


async def _report(cast: Cast, order: Any) -> None:
    values = {"order_id": order["id"], "mode": "phone", "happened_at": cast.now, "recorded_at": cast.now}
    await insert("report", values)


async def _claim(cast: Cast, order: Any) -> None:
    await watch(cast.now)
    alerts = await fetch("SELECT id FROM alert")
    await claim_all(await dan(cast), [row["id"] for row in alerts], cast.now)


async def _announce(cast: Cast, order: Any) -> None:
    await put_down(await dan(cast), order["id"], NewAct("announced", cast.now), cast.now)


async def _history(cast: Cast, order: Any) -> None:
    await history(cast, ["SQ0001", "", "2026-10-05", "2026-10-05", "电话"])


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (_note, "备注"),
        (_class, "管理类别"),
        (_phone, "电话或住址"),
        (_end, "矫正结束"),
        (_report, "报告"),
        (_history, "报告"),
        (_announce, "接收工作"),
        (_claim, "预警已有人处置"),
    ],
)
async def test_nothing_that_was_built_on_is_taken_away(cast: Cast, build: Any, told: str) -> None:
    imported = await taken(cast, person(**ENDED))
    cast.clock.at += timedelta(minutes=5)
    await build(cast, await order_of())
    before = await register()
    with pytest.raises(Refusal, match=told):
        await undone(cast, imported.run)
    assert await register() == before


async def test_what_was_built_on_a_changed_person_keeps_the_change(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(minutes=5)
    changed = await taken(cast, person(联系电话="13800138009"))
    cast.clock.at += timedelta(minutes=5)
    await _phone(cast, await order_of())
    with pytest.raises(Refusal, match="电话或住址"):
        await undone(cast, changed.run)


async def test_an_enrolment_on_which_a_team_was_founded_is_not_taken_back(cast: Cast) -> None:
    awaited = {"当前状态": "待报到", "矫正开始日期": "2026-11-18"}
    await taken(cast, person(**awaited, 接收日期=""))
    cast.clock.at += timedelta(minutes=5)
    enrolled = await taken(cast, person(矫正开始日期="2026-11-18", 接收日期="2026-11-20"))
    cast.clock.at += timedelta(minutes=5)
    team = [NewMember("李四", "office", "male"), NewMember("王五", "social_worker", "female")]
    await form_team(await dan(cast), (await order_of())["id"], team, NewAct(FORMED, cast.now), cast.now)
    with pytest.raises(Refusal, match="矫正小组|接收工作"):
        await undone(cast, enrolled.run)
    assert (await order_of())["registered_at"] is not None


REFERRING = """
SELECT k.conrelid::regclass::text AS of, a.attname AS by, EXISTS (
         SELECT FROM pg_attribute r WHERE r.attrelid = k.conrelid AND r.attname = 'import_run') AS with_run
  FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'f' AND k.confrelid = $1::text::regclass"""
LEDGER = {"alert", "duty", "finding"}
"""Of a subject: taken away with it, or as good as refused with it."""


@pytest.mark.parametrize(("table", "kinds"), [("orders", ON_ORDERS), ("assistance", ON_HELP), ("person", ON_PEOPLE)])
async def test_whatever_may_stand_on_an_import_is_looked_for(db: None, table: str, kinds: tuple[Built, ...]) -> None:
    known = {(one.table, one.column) for one in kinds}
    with_run = {one.table for one in (*ON_ORDERS, *ON_HELP, *ON_PEOPLE) if one.run}
    indirectly = {one.table for one in (*ON_ORDERS, *ON_HELP)} | LEDGER if table == "person" else set[str]()
    rows = await fetch(REFERRING, table)
    assert len(rows) > 5
    assert [row["of"] for row in rows if (row["of"], row["by"]) not in known and row["of"] not in indirectly] == []
    assert {row["of"] for row in rows if row["with_run"]} <= with_run | LEDGER


async def test_only_on_its_day_only_once_and_only_what_there_is(cast: Cast) -> None:
    imported = await taken(cast, person())
    at = cast.now
    cast.clock.at = at + timedelta(hours=15)
    with pytest.raises(Refusal, match="当天"):
        await undone(cast, imported.run)
    cast.clock.at = at + timedelta(hours=14, minutes=59)
    await undone(cast, imported.run)
    with pytest.raises(Refusal, match="已经撤销过"):
        await undone(cast, imported.run)
    with pytest.raises(NotFound):
        await undone(cast, 2**31 - 1)


async def test_a_file_is_known_again_by_its_content(cast: Cast) -> None:
    file = sheet(person())
    imported = await import_sheet(await dan(cast), file, Options(), cast.clock)
    assert await run_of_file(SheetFile("改了名.xlsx", file.data).hash) == imported.run
    with pytest.raises(Refusal, match="没有找到"):
        await run_of_file(sheet(another(128)).hash)
    await execute("UPDATE import_run SET undone_at = $1", cast.now)
    with pytest.raises(Refusal, match="没有找到"):
        await run_of_file(file.hash)
