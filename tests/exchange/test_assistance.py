"""The sheets of the register of help: the template's own rows are nobody; import(export(x)) = x in all three shapes."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.db import fetch, fetch_row, fetch_value, tx
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.assistance_export import HandedOut, register_of, workbook
from supervision.exchange.assistance_sheet import is_assistance, parse_assistance, shapes
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.outcome import Imported
from supervision.exchange.sheets import read_book
from supervision.exchange.undo import undo
from supervision.resettlement.actions import DETAILS as DETAILS_SEALED
from supervision.resettlement.records import withdraw
from supervision.resettlement.stays import Stay, place
from supervision.sealed import open_sealed
from tests.cast import Cast, client_for
from tests.register import identity_number, viewer_of
from tests.resettlement.helped import a_base, put

SHAPES = sorted(shapes())
BORN_ON = date(1980, 5, 6)
EXAMPLE = {"name": "张三", "id_card": "320102199001011234", "sex": "男", "born_on": "1990-01-01", "help_state": "在帮"}
EXPLAINED = {
    "name": "必填",
    "id_card": "必填，18位",
    "born_on": "YYYY-MM-DD",
    "release_on": "YYYY-MM-DD",
    "sex": "男/女",
}


def sheet(shape: str, *rows: dict[str, Any]) -> SheetFile:
    """A workbook of the shape with these rows, as people type them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, (title, field) in enumerate(shapes()[shape].columns):
            page.write_string(0, at, title)
            for line, row in enumerate(rows, start=1):
                page.write_string(line, at, str(row.get(field, "")))
    return SheetFile(f"{shape}.xlsx", stream.getvalue())


def person(serial: int, **more: Any) -> dict[str, Any]:
    usual = {"name": "周济", "id_card": identity_number(BORN_ON, serial), "sex": "男", "release_on": "2025-03-01"}
    return usual | {"office": "古城司法所"} | more


async def taken(cast: Cast, file: SheetFile, **options: Any) -> Imported:
    options.setdefault("office", cast.offices["gucheng"])
    return await import_sheet(await viewer_of(cast.dan), file, Options(**options), cast.clock)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_sheet_of_help_is_known_by_its_headings(shape: str) -> None:
    assert is_assistance(read_book("a.xlsx", sheet(shape, person(1)).data))


def test_a_roster_of_correction_is_not_a_sheet_of_help() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, title in enumerate(("姓名", "身份证号", "矫正类别", "矫正开始日期", "释放日期", "状态")):
            page.write_string(0, at, title)
            page.write_string(1, at, "x")
    assert not is_assistance(read_book("a.xlsx", stream.getvalue()))


async def test_the_templates_example_and_its_row_of_explanations_are_nobody(cast: Cast) -> None:
    done = await taken(cast, sheet("azbj_import_24", EXAMPLE, EXPLAINED, person(1)))
    assert [(one.outcome, one.row.fields["name"]) for one in done.results] == [("added", "周济")]
    assert await fetch_value("SELECT count(*) FROM assistance") == 1


async def test_the_template_is_taken_in_with_all_that_the_register_needs(cast: Cast) -> None:
    row = person(
        2,
        help_from="2025-03-01",
        help_to="2030-02-28",
        officer="安丽",
        help_state="重点关注",
        help_level="高",
        phone="13800138000",
        family_phone="13912345678",
        address_now="古城街道1号",
        crime="盗窃罪",
        work="务工",
    )
    done = await taken(cast, sheet("azbj_import_24", row))
    assert done.counts == {"added": 1}, [one.row.reasons for one in done.results]
    got = await fetch_row("SELECT * FROM assistance")
    assert got is not None
    assert (got["state"], got["kind"], got["source"]) == ("in_help", "key", "prison")
    assert (got["from_on"], got["to_on"]) == (date(2025, 3, 1), date(2030, 2, 28))
    having = await fetch_row("SELECT office, staff FROM responsibility WHERE subject_kind = 'assistance'")
    assert having is not None and (having["office"], having["staff"]) == (cast.alice.office, cast.alice.id)
    owed = await fetch("SELECT DISTINCT rule FROM duty WHERE subject_kind = 'assistance' AND state = 'open'")
    assert {one["rule"] for one in owed} == {"RA-14", "RA-20"}
    assert await fetch_value("SELECT count(*) FROM alert") == 0


@pytest.mark.parametrize(
    ("more", "outcome", "state"),
    [
        ({"connected": "否", "release_on": "2027-01-01"}, "added", "in_prison"),
        ({"connected": "否", "release_on": "2026-11-01"}, "added", "to_connect"),
        ({"connected": "是", "release_on": "2026-11-01"}, "added", "in_help"),
        ({"connected": "大概"}, "waiting", None),
        ({"id_card": "140191198005060219"}, "refused", None),
    ],
)
async def test_where_somebody_stands_follows_from_the_sheet(
    cast: Cast, more: dict[str, str], outcome: str, state: str | None
) -> None:
    done = await taken(cast, sheet("azbj_export_24", person(3, **more)), dry_run=outcome == "waiting")
    assert [one.outcome for one in done.results] == [outcome]
    assert await fetch_value("SELECT state FROM assistance") == state


async def test_an_ended_one_and_somebody_under_correction_are_not_taken_in(cast: Cast) -> None:
    ended = person(4, help_state="已解除")
    assert (await taken(cast, sheet("azbj_import_24", ended))).counts == {"ended": 1}
    assert await fetch_value("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("shape", SHAPES)
async def test_what_is_handed_out_changes_nothing_when_it_is_brought_back(cast: Cast, shape: str) -> None:
    await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21), crime="盗窃罪")
    await put(cast, release_on=date(2027, 3, 20))
    dan = await viewer_of(cast.dan)
    handed = await register_of(dan, shapes()[shape], cast.now)
    back = await taken(cast, SheetFile("回.xlsx", workbook(handed)))
    assert [one.outcome for one in back.results] == ["unchanged", "unchanged"], [one.changes for one in back.results]
    assert (await register_of(dan, shapes()[shape], cast.now)).rows == handed.rows


async def test_whoever_is_in_a_base_is_told_so_in_the_words_of_the_standard(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 11, 1), connected_on=date(2026, 11, 1))
    dan, since = await viewer_of(cast.dan), cast.now - timedelta(days=3)
    stay = await place(dan, one.assistance, Stay(await a_base(cast), since), cast.now)
    shape = shapes()["xmsf_gbt31000"]
    [row] = (await register_of(dan, shape, cast.now)).rows
    assert (row["placed_on"], row["placement"]) == (since.date(), "政府投入为主的安置基地")
    await withdraw(dan, one.person, ("stay", stay), reason="录错", now=cast.now)
    [row] = (await register_of(dan, shape, cast.now)).rows
    assert (row["placed_on"], row["placement"]) == (None, None)


HAN = st.text("张王李赵欧阳古城街道安居务工", min_size=1, max_size=6)
TEXT = st.one_of(st.none(), HAN)
KEPT = {
    "azbj_import_24": (
        "crime",
        "sentence",
        "family_name",
        "marriage",
        "education",
        "work",
        "health",
        "economy",
        "remark",
    ),
    "azbj_export_24": ("former_name", "nation", "education", "performance", "attitude", "prison_notes", "county"),
    "xmsf_gbt31000": (
        "crime",
        "sentence",
        "prison",
        "connection",
        "not_placed",
        "helped",
        "native_place",
        "population",
    ),
}


@st.composite
def registers(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A shape and the fields of some people, as they are when the register is handed out."""
    shape = draw(st.sampled_from(SHAPES))
    return shape, [_one(draw, shape, serial) for serial in range(1, draw(st.integers(1, 4)) + 1)]


def _one(draw: st.DrawFn, shape: str, serial: int) -> dict[str, Any]:
    released = draw(st.dates(date(2022, 1, 1), date(2026, 11, 1)))
    fields = {field: None for field in shapes()[shape].fields}
    said = {name: draw(TEXT) for name in KEPT[shape]}
    return (
        fields
        | said
        | {
            "name": draw(HAN),
            "id_card": identity_number(BORN_ON, serial),
            "sex": "male",
            "born_on": BORN_ON,
            "release_on": released,
            "help_from": released,
            "help_to": date(2031, 1, 1),
            "help_state": draw(st.sampled_from(["in_help", "key", "off"])),
            "help_level": draw(st.sampled_from(["first", "second", "third"])),
            "phone": draw(st.sampled_from([None, "13800138000"])),
            "address_now": draw(TEXT),
            "address_household": draw(TEXT),
            "office": "古城司法所",
            "officer": draw(st.sampled_from([None, "安丽"])),
            "connected": "yes",
            "connected_on": released,
            "danger": draw(st.sampled_from(["key", "general"])),
        }
    )


class Undo(Exception):
    """Takes an example back."""


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=registers())
async def test_a_register_comes_back_as_it_was_handed_out(cast: Cast, drawn: tuple[str, list[dict[str, Any]]]) -> None:
    shape, people = shapes()[drawn[0]], drawn[1]
    dan = await viewer_of(cast.dan)
    try:
        async with tx():
            first = await taken(cast, SheetFile("一.xlsx", workbook(HandedOut(shape, people, []))))
            assert first.counts == {"added": len(people)}, [one.row.reasons for one in first.results]
            handed = await register_of(dan, shape, cast.now)
            assert first.run is not None
            await undo(dan, first.run, cast.now)
            again = await taken(cast, SheetFile("二.xlsx", workbook(handed)))
            assert again.counts == {"added": len(people)}
            back = await register_of(dan, shape, cast.now)
            assert _shown(back, shape.fields) == _shown(handed, shape.fields)
            raise Undo
    except Undo:
        pass


def _shown(sheet: HandedOut, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{field: row[field] for field in fields} for row in sheet.rows]


async def test_what_a_later_sheet_says_differently_is_shown_and_written_as_facts(cast: Cast) -> None:
    await taken(cast, sheet("azbj_import_24", person(5, help_level="低", phone="13800138000", work="无业")))
    later = sheet("azbj_import_24", person(5, help_level="高", phone="13900139000", work="务工", officer="安丽"))
    tried = await taken(cast, later, dry_run=True)
    assert {(one.label, one.old, one.new) for one in tried.results[0].changes} == {
        ("风险等级", "低", "高"),
        ("联系电话", "13800138000", "13900139000"),
        ("就业情况", "无业", "务工"),
        ("责任人", "", "安丽"),
    }
    assert (await taken(cast, later)).counts == {"changed": 1}
    assert (await taken(cast, later)).counts == {"unchanged": 1}
    assert await fetch_value("SELECT count(*) FROM assistance_class") == 2
    assert await fetch_value("SELECT count(*) FROM contact WHERE withdrawn_at IS NOT NULL") == 1
    (kept,) = await fetch("SELECT * FROM assistance_details")
    assert json.loads(open_sealed(kept["details_sealed"], DETAILS_SEALED))["work"] == "无业"
    assert (kept["replaced_at"], kept["replaced_by"]) == (cast.now, cast.dan.id)
    now_said = await fetch_value("SELECT details_sealed FROM assistance")
    assert json.loads(open_sealed(now_said, DETAILS_SEALED))["work"] == "务工"


async def test_an_import_is_undone_on_its_day_unless_something_was_built_on_it(cast: Cast) -> None:
    dan = await viewer_of(cast.dan)
    done = await taken(cast, sheet("azbj_import_24", person(6), person(7)))
    assert done.run is not None
    await undo(dan, done.run, cast.now)
    left = "SELECT (SELECT count(*) FROM assistance) + (SELECT count(*) FROM person) + (SELECT count(*) FROM duty)"
    assert await fetch_value(left) == 0
    again = await taken(cast, sheet("azbj_import_24", person(6)))
    who = await fetch_value("SELECT person FROM assistance")
    alice = await client_for(cast, cast.alice)
    seen = {"place": "home", "met": "person", "happened_at": "2026-11-25T08:30"}
    assert (await alice.post(f"/people/{who}/assistance/visits", data=seen)).status_code == 303
    assert again.run is not None
    with pytest.raises(Refusal, match="走访"):
        await undo(dan, again.run, cast.now)


async def test_an_import_on_which_an_appraisal_was_built_is_not_undone(cast: Cast) -> None:
    done = await taken(cast, sheet("azbj_import_24", person(6)))
    who = await fetch_value("SELECT person FROM assistance")
    alice = await client_for(cast, cast.alice)
    said = {"side": "village", "grade": "good", "assessor": "村委", "happened_at": "2026-11-25T08:30"}
    assert (await alice.post(f"/people/{who}/assistance/appraisals", data=said)).status_code == 303
    assert done.run is not None
    with pytest.raises(Refusal, match="年度鉴定"):
        await undo(await viewer_of(cast.dan), done.run, cast.now)


async def test_the_workbook_is_for_whoever_may_see_whole_numbers(cast: Cast) -> None:
    await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21))
    dan, leo = await client_for(cast, cast.dan), await client_for(cast, cast.leo)
    assert (await leo.get("/assistance/export/xmsf_gbt31000")).status_code == 403
    assert (await dan.get("/assistance/export/nothing")).status_code == 404
    book = await dan.get("/assistance/export/xmsf_gbt31000")
    assert book.status_code == 200
    parsed = parse_assistance(read_book("x.xlsx", book.content), date(2026, 11, 25), {})
    assert [row.fields["name"] for row in parsed.rows] == ["钱归"] and parsed.not_imported == []
