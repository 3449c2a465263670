"""What a list hands out is what its import reads: import(export(x)) = x."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.db import fetch, fetch_value, tx
from supervision.exchange.actions import import_sheet
from supervision.exchange.entry import _BETWEEN_HAN
from supervision.exchange.export_lists import Sheet, history_of, roster_of, workbook
from supervision.exchange.history import HISTORY_FIELDS, parse_history
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.outcome import Imported
from supervision.exchange.roster import ROSTER_FIELDS, parse_roster
from supervision.exchange.sheets import read_book
from supervision.exchange.values import WORDS, is_blank
from tests.cast import Cast, client_for
from tests.exchange.made import TODAY, number_of
from tests.exchange.taken import another, dan, person, taken
from tests.exchange.taken import history as history_taken

HAN = "张王李赵欧阳尉迟㐀𠮷·阿卜杜拉"
DAYS = st.dates(date(2020, 1, 1), TODAY)
PHONES = st.lists(st.sampled_from(["13800138001", "13912345678", "03513566118"]), unique=True, max_size=3)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20).map(
    lambda text: _BETWEEN_HAN.sub("", text.strip())
)
"""As a sheet's text is read: without blanks at its ends and between Chinese characters."""
WRITTEN = TEXTS.filter(lambda text: text != "" and not is_blank(text))
SOME = st.one_of(st.none(), WRITTEN)


def _mobile_first(phones: list[str]) -> list[str]:
    return sorted(phones, key=lambda phone: not phone.startswith("1"))


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a roster as they are when read, everybody another person."""
    return [_row(draw, serial) for serial in range(1, draw(st.integers(1, 6)) + 1)]


def _row(draw: st.DrawFn, serial: int) -> dict[str, Any]:
    born_on, start = draw(st.dates(date(1950, 1, 1), date(2004, 1, 1))), draw(DAYS)
    number = number_of(born_on, serial)
    return {
        "name": draw(st.text(HAN, min_size=1, max_size=6).filter(lambda name: name.strip("·") == name)),
        "id_card": number,
        "sex": "male" if int(number[16]) % 2 else "female",
        "born_on": born_on,
        "phones": _mobile_first(draw(PHONES)),
        "start": start,
        "end": draw(st.one_of(st.none(), st.dates(start, date(2040, 1, 1)))),
        "kind": draw(st.sampled_from(sorted(WORDS["kind"]))),
        "level": draw(st.sampled_from([None, *sorted(WORDS["level"])])),
        "state": draw(st.sampled_from(["due", "in_correction", "expired_hold"])),
        "number": f"SQ{serial:04d}",
        "received": draw(st.one_of(st.none(), st.dates(start, date(2040, 1, 1)))),
        **{name: draw(SOME) for name in ("crime", "office", "officer", "risk", "address_now", "address_household")},
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    words = {name: WORDS[name][row[name]][0] if row[name] else None for name in ("sex", "kind", "level", "state")}
    return {**row, **words, "phone": "、".join(row["phones"])}


def _as_read(fields: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in fields.items() if name not in ("phone", "other_phones")}
    return plain | {"phones": [one for one in (fields["phone"], *fields["other_phones"]) if one]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows())
def test_a_roster_is_read_as_it_was_written(written: list[dict[str, Any]]) -> None:
    sheet = Sheet("名册", ROSTER_FIELDS, [_cells(row) for row in written], [])
    parsed = parse_roster(read_book("名册.xlsx", workbook(sheet)), TODAY, {})
    assert parsed.not_imported == [] and parsed.questions == [] and all(row.ok for row in parsed.rows)
    assert [_as_read(dict(row.fields)) for row in parsed.rows] == written


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(DAYS, st.sampled_from(sorted(WORDS["mode"])), st.booleans()), unique_by=lambda x: x[:2]))
def test_a_history_is_read_as_it_was_written(owed: list[tuple[date, str, bool]]) -> None:
    cells = [
        {
            "number": "SQ0001",
            "id_card": None,
            "name": "测试一",
            "due_on": due_on,
            "made_on": f"{due_on} 10:30:15" if made else None,
            "mode": WORDS["mode"][mode][0],
        }
        for due_on, mode, made in owed
    ]
    parsed = parse_history(read_book("报告.xlsx", workbook(Sheet("报告", HISTORY_FIELDS, cells, []))), TODAY, {})
    read = [(row.fields["due_on"], row.fields["mode"], row.fields["made_on"] is not None) for row in parsed.rows]
    assert read == owed and all(row.ok for row in parsed.rows)


class _Undo(Exception):
    pass


@asynccontextmanager
async def another_register() -> AsyncIterator[None]:
    """What happens in it happens in a register that is empty again after it."""
    try:
        async with tx():
            yield
            raise _Undo
    except _Undo:
        pass


ROWS = (
    person(),
    another(2, 管理类别="严管", 联系电话="13800138002、03513566118", 责任人=""),
    another(3, 当前状态="应报到", 矫正开始日期="2026-11-24", 接收日期="", 管理类别="", 矫正结束日期=""),
    another(4, 司法所="汇丰司法所", 责任人="柴珂", 罪名="", 现住址="", 矫正类别="假释"),
)


async def _brought(cast: Cast, sheet: Sheet) -> Imported:
    return await import_sheet(await dan(cast), SheetFile("再来.xlsx", workbook(sheet)), Options(), cast.clock)


async def test_a_register_goes_out_and_comes_in_again(cast: Cast) -> None:
    viewer = await dan(cast)
    async with another_register():
        await taken(cast, *ROWS)
        out = await roster_of(viewer, cast.now)
        assert [result.outcome for result in (await _brought(cast, out)).results] == ["unchanged"] * len(ROWS)
    assert await fetch_value("SELECT count(*) FROM orders") == 0
    assert [result.outcome for result in (await _brought(cast, out)).results] == ["added"] * len(ROWS)
    again = await roster_of(viewer, cast.now)
    assert again.rows == out.rows and len(out.rows) == len(ROWS)
    assert [row["officer"] for row in out.rows] == ["安丽", None, "安丽", "柴珂"]


async def test_a_history_goes_out_and_comes_in_again(cast: Cast) -> None:
    viewer = await dan(cast)
    owed = [
        ("SQ0001", "", "2026-02-08", "2026-02-07 10:30", "电话"),
        ("SQ0001", "", "2026-02-15", "2026-02-16", "电话"),
        ("SQ0001", "", "2026-02-22", "", "电话"),
        ("SQ0001", "", "2026-03-08", "2026-03-08 09:00", "当面"),
    ]
    async with another_register():
        await taken(cast, person())
        await history_taken(cast, *owed)
        roster, out = await roster_of(viewer, cast.now), await history_of(viewer, cast.now)
    assert len(out.rows) == len(owed)
    await _brought(cast, roster)
    await _brought(cast, out)
    assert (await history_of(viewer, cast.now)).rows == out.rows


async def test_an_officer_hands_out_their_own_people_and_is_named(cast: Cast) -> None:
    await taken(cast, *ROWS)
    alice = await client_for(cast, cast.alice)
    answer = await alice.get("/people/export")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    [sheet] = read_book("名册.xlsx", answer.content)
    assert [row[0] for row in sheet.rows[1:]] == ["测试一", "测试2", "测试3"]
    [row] = await fetch("SELECT staff, people FROM audit_row WHERE action = 'list_exported'")
    assert (row["staff"], len(row["people"])) == (cast.alice.id, 3)


@pytest.mark.parametrize("path", ["/people/export", "/people/export/reports"])
async def test_a_list_is_handed_out_only_after_a_fresh_proof(cast: Cast, path: str) -> None:
    alice = await client_for(cast, cast.alice)
    cast.clock.at += timedelta(minutes=20)
    answer = await alice.get(path)
    assert 'name="confirm_password"' in answer.text
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'list_exported'") == 0
