"""A later sheet of help changes nothing without its fact, takes no helper away, and brings nothing back that was replaced."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.exchange import actions
from supervision.exchange.assistance_sheet import DETAILS as FIELDS_KEPT
from supervision.exchange.assistance_sheet import shapes
from supervision.exchange.intake import SheetFile
from supervision.exchange.undo import undo
from supervision.orders.actions import Ending, end_order
from supervision.people.actions import Assignment
from supervision.resettlement import words
from supervision.resettlement.actions import DETAILS, Taken, take_step
from supervision.resettlement.assessing import Assessment, assess
from supervision.resettlement.records import FORM_COLUMNS, assign_helper, withdraw
from supervision.sealed import open_sealed
from tests.cast import Cast, client_for
from tests.exchange.made import workbook
from tests.exchange.test_assistance import person, sheet, taken
from tests.register import on_register, viewer_of
from tests.resettlement.helped import put


async def again(cast: Cast, serial: int = 5, *, shape: str = "azbj_import_24", **more: Any) -> Any:
    """The result of the one row of a sheet."""
    (result,) = (await taken(cast, sheet(shape, person(serial, **more)))).results
    return result


def warnings(result: Any) -> list[str]:
    return [one.code for one in result.row.warnings]


async def test_whether_somebody_is_a_key_person_stays_as_it_was_assessed(cast: Cast) -> None:
    await again(cast, shape="azbj_export_24", connected="否", release_on="2026-12-20", danger="一般")
    help = await fetch_value("SELECT id FROM assistance")
    await assess(await viewer_of(cast.dan), help, Assessment("key", (), "三无人员"), cast.now)
    sheeted = await again(cast, shape="azbj_export_24", connected="否", release_on="2026-12-20", danger="一般")
    assert (sheeted.outcome, warnings(sheeted)) == ("unchanged", ["kind_assessed"])
    assert await fetch_value("SELECT kind FROM assistance") == "key"


async def test_what_a_sheet_says_of_it_is_an_assessment_that_can_be_withdrawn(cast: Cast) -> None:
    await again(cast, shape="azbj_export_24", connected="是", release_on="2026-11-01", danger="一般")
    late = "SELECT count(*) FROM duty WHERE rule = 'RA-08' AND state = 'open'"
    assert await fetch_value(late) == 0
    cast.clock.at += timedelta(days=9)
    changed = await again(cast, shape="azbj_export_24", connected="是", release_on="2026-11-01", danger="重点")
    assert [(one.old, one.new) for one in changed.changes] == [("一般", "重点")]
    row = await fetch_row("SELECT * FROM help_assessment")
    assert row is not None
    assert (row["kind"], row["old_kind"], row["recorded_by"], row["happened_at"]) == (
        "key",
        "general",
        cast.dan.id,
        cast.now,
    )
    assert await fetch_value(late) == 0 and (await reconcile(cast.now)).repaired == 0
    back = await again(cast, shape="azbj_export_24", connected="是", release_on="2026-11-01", danger="一般")
    assert back.outcome == "changed", "no human has assessed it"
    last = await fetch_value("SELECT max(id) FROM help_assessment")
    who = await fetch_value("SELECT person FROM assistance")
    await withdraw(await viewer_of(cast.dan), who, ("assessment", last), reason="表有误", now=cast.now)
    assert await fetch_value("SELECT kind FROM assistance") == "key"


async def test_the_days_that_a_sheet_changes_are_kept_with_what_they_became(cast: Cast) -> None:
    await again(cast, help_from="2025-03-01", help_to="2030-02-28", crime="盗窃罪")
    cast.clock.at += timedelta(days=1)
    changed = await again(cast, help_from="2025-03-01", help_to="2027-02-28", crime="诈骗罪", work="务工")
    assert changed.outcome == "changed"
    run = await fetch_value("SELECT max(id) FROM import_run")
    (kept,) = await fetch("SELECT * FROM assistance_details")
    assert (kept["import_run"], kept["replaced_at"]) == (run, cast.now)
    said = json.loads(open_sealed(kept["details_sealed"], DETAILS))
    assert (said["help_to"], said["crime"], "work" in said) == ("2030-02-28", "盗窃罪", False)
    assert said["became"] == {"help_to": "2027-02-28", "crime": "诈骗罪", "work": "务工"}
    assert await fetch_value("SELECT to_on FROM assistance") == date(2027, 2, 28)


async def test_what_a_sheet_changed_is_not_undone_and_stands_in_the_file(cast: Cast) -> None:
    await again(cast, crime="盗窃罪")
    cast.clock.at += timedelta(hours=1)
    done = await taken(cast, sheet("azbj_import_24", person(5, crime="诈骗罪", work="务工")))
    assert done.run is not None
    with pytest.raises(Refusal, match="请更正表格后重新导入"):
        await undo(await viewer_of(cast.dan), done.run, cast.now)
    path = f"/people/{await fetch_value('SELECT person FROM assistance')}/assistance"
    told = (await (await client_for(cast, cast.alice)).get(path)).text
    assert '罪名 <span class="muted">盗窃罪</span> → <b>诈骗罪</b>' in told and "就业情况 <b>务工</b>" in told
    assert "azbj_import_24.xlsx" in told
    assert "务工" not in (await (await client_for(cast, cast.leo)).get(path)).text


def test_every_field_that_a_sheet_may_change_has_its_word() -> None:
    assert words.FORM.keys() == FORM_COLUMNS.keys() | set(FIELDS_KEPT)


async def test_a_mistyped_year_ends_no_help(cast: Cast) -> None:
    await again(cast, help_to="2030-02-28")
    late = await again(cast, release_on="", help_to="2020-02-28")
    assert [one.code for one in late.row.reasons] == ["end_before_start"]
    assert await fetch_value("SELECT to_on FROM assistance") == date(2030, 2, 28)


HELPERS = "SELECT staff FROM responsibility WHERE subject_kind = 'assistance' ORDER BY id"


async def test_an_officer_who_is_not_known_takes_nobodys_helper_away(cast: Cast) -> None:
    await again(cast, officer="安丽")
    for _ in range(2):
        cast.clock.at += timedelta(hours=1)
        unknown = await again(cast, officer="王五")
        assert (unknown.outcome, warnings(unknown)) == ("unchanged", ["officer_unknown"])
    assert [row["staff"] for row in await fetch(HELPERS)] == [cast.alice.id]


async def test_an_officer_who_is_not_known_is_told_of_a_newcomer_and_of_a_move(cast: Cast) -> None:
    new = await again(cast, officer="王五")
    assert (new.outcome, warnings(new)) == ("added", ["officer_unknown"])
    cast.clock.at += timedelta(hours=1)
    moved = await again(cast, officer="王五", office="汇丰司法所")
    assert (moved.outcome, warnings(moved)) == ("changed", ["officer_unknown"])
    assert [one.label for one in moved.changes] == ["司法所"]
    assert [row["staff"] for row in await fetch(HELPERS)] == [None, None]


CONTACTS = "SELECT kind, withdrawn_at IS NULL AS in_use FROM contact ORDER BY id"


async def test_a_number_that_was_replaced_does_not_come_back_by_an_old_sheet(cast: Cast) -> None:
    old = {"phone": "13800138000", "address_now": "古城街道1号"}
    await again(cast, **old)
    await again(cast, phone="13900139000", address_now="汇丰街道2号")
    before = [tuple(row) for row in await fetch(CONTACTS)]
    back = await again(cast, **old)
    assert (back.outcome, warnings(back)) == ("unchanged", ["contact_replaced"] * 2)
    assert [tuple(row) for row in await fetch(CONTACTS)] == before


async def test_a_number_that_is_known_to_be_bad_is_not_put_down_again(cast: Cast) -> None:
    await again(cast, phone="13800138000")
    await execute("UPDATE contact SET bad_since = $1", cast.now)
    for _ in range(2):
        assert (await again(cast, phone="13800138000")).outcome == "unchanged"
    assert (await again(cast, phone="13900139000")).outcome == "changed"
    assert [row["in_use"] for row in await fetch(CONTACTS)] == [False, True]


async def test_whoever_comes_again_keeps_the_numbers_that_are_known(cast: Cast) -> None:
    await again(cast, phone="13800138000")
    help = await fetch_value("SELECT id FROM assistance")
    await take_step(await viewer_of(cast.dan), help, Taken("reoffended", cast.now, said="判决书"), cast.now)
    cast.clock.at += timedelta(hours=1)
    assert (await again(cast, phone="13800138000", release_on="2026-11-20")).outcome == "added"
    assert len(await fetch(CONTACTS)) == 1


@pytest.mark.parametrize(
    ("end", "more", "outcome"),
    [
        ("deceased", {"release_on": "2026-11-20"}, "ended"),
        ("reoffended", {}, "ended"),
        ("reoffended", {"release_on": ""}, "ended"),
        ("reoffended", {"release_on": "", "help_from": "2026-11-20"}, "added"),
    ],
)
async def test_an_old_sheet_puts_nobody_back_whose_help_has_ended(
    cast: Cast, end: str, more: dict[str, str], outcome: str
) -> None:
    await again(cast)
    help = await fetch_value("SELECT id FROM assistance")
    await take_step(await viewer_of(cast.dan), help, Taken(end, cast.now, said="证明"), cast.now)
    sheeted = await again(cast, **more)
    assert sheeted.outcome == outcome and bool(sheeted.note) == (outcome == "ended")
    assert await fetch_value("SELECT count(*) FROM assistance") == (2 if outcome == "added" else 1)


async def test_help_that_never_was_keeps_nobody_from_being_helped(cast: Cast) -> None:
    await again(cast)
    await execute("UPDATE assistance SET state = 'taken_back', end_kind = 'taken_back', ended_at = $1", cast.now)
    assert (await again(cast)).outcome == "added"


async def test_whoever_died_under_correction_is_not_helped_by_a_sheet(cast: Cast) -> None:
    one = await on_register(cast, at=cast.now - timedelta(days=30))
    number = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", one.person)
    await end_order(await viewer_of(cast.dan), one.order, Ending("deceased", cast.now, "死亡证明"), cast.now)
    sheeted = await again(cast, name="杜玉林", id_card=open_sealed(number, "person.doc"))
    assert (sheeted.outcome, sheeted.note) == ("ended", "系统里已经登记死亡，没有导入")


@pytest.mark.parametrize(
    ("more", "steps", "code"),
    [
        ({"connected": "是", "release_on": "2026-11-01"}, ["carried_over", "lost"], None),
        ({"connected": "否", "release_on": "2026-11-24"}, ["announced", "missed"], None),
        ({"connected": "否", "release_on": "2026-11-25"}, [], "not_released"),
        ({"connected": "否", "release_on": "2026-11-26"}, [], "not_released"),
    ],
)
async def test_whoever_is_lost_in_the_sheet_goes_the_way_of_the_states(
    cast: Cast, more: dict[str, str], steps: list[str], code: str | None
) -> None:
    row = person(5, help_state="脱管") | more
    columns = {field: title for one in shapes().values() for title, field in one.columns if field in row}
    grid = [list(columns.values()), [row[field] for field in columns]]
    (result,) = (await taken(cast, SheetFile("合并.xlsx", workbook(名册=grid)))).results
    assert [one.code for one in result.row.reasons] == ([code] if code else [])
    assert [row["event"] for row in await fetch("SELECT event FROM assistance_step ORDER BY id")] == steps
    await watch(cast.now)
    assert (await reconcile(cast.now)).repaired == 0


async def test_a_file_that_changes_hands_while_a_sheet_is_read_is_no_fault(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21))
    number = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", one.person)
    dan, read = await viewer_of(cast.dan), actions.read_sheet
    row = {"name": "钱归", "id_card": open_sealed(number, "person.doc"), "release_on": "2026-11-20"}

    async def slowly(*given: Any) -> Any:
        cast.clock.at += timedelta(seconds=5)
        await assign_helper(dan, one.assistance, Assignment(cast.alice.office, cast.bob.id, "轮岗"), cast.now)
        cast.clock.at += timedelta(seconds=5)
        return await read(*given)

    monkeypatch.setattr(actions, "read_sheet", slowly)
    done = await taken(cast, sheet("azbj_import_24", row | {"officer": "安丽", "office": "古城司法所"}))
    assert done.counts == {"changed": 1}
    spans = await fetch("SELECT from_at, to_at FROM responsibility ORDER BY id")
    assert [row["to_at"] for row in spans] == [cast.now - timedelta(seconds=5), cast.now, None]


async def test_a_withdrawn_step_takes_nothing_from_what_a_sheet_corrected_since(cast: Cast) -> None:
    await again(cast, shape="azbj_export_24", connected="否", release_on="2026-11-01")
    row = await fetch_row("SELECT id, person, state FROM assistance")
    assert row is not None and row["state"] == "to_connect"
    dan = await viewer_of(cast.dan)
    await take_step(dan, row["id"], Taken("arrived", cast.now, code="alone"), cast.now)
    cast.clock.at += timedelta(hours=1)
    corrected = await again(cast, release_on="2026-11-01", help_to="2029-05-01")
    assert [one.label for one in corrected.changes] == ["帮教截止日期"]
    step = await fetch_value("SELECT max(id) FROM assistance_step WHERE assistance = $1", row["id"])
    await withdraw(dan, row["person"], ("step", step), reason="录错", now=cast.now)
    kept = await fetch_row("SELECT state, connected_at, from_on, to_on FROM assistance")
    assert kept is not None and tuple(kept) == ("to_connect", None, None, date(2029, 5, 1))
