"""The answer workbook: what was refused comes back, is mended, and is read again."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.exchange.answers import answer_workbook
from supervision.exchange.parsed import ParsedSheet
from supervision.exchange.roster import parse_roster
from supervision.exchange.sheets import Sheet, read_book
from tests.exchange.made import TODAY, number_of, roster

HERE = Path(__file__).parent
MENDED = {
    9: {"身份证号码": number_of(order=210)},
    10: {"联系电话": "13800138006", "矫正期限起": "2026-02-28"},
    11: {"矫正期限止": "2027-04-01"},
    12: {"性别": "男"},
    13: {"身份证号码": number_of(order=211)},
    14: {"身份证号码": number_of(order=213)},
    15: {"身份证号码": number_of(order=212)},
    17: {"矫正期限止": "2027年6月30日"},
}


@pytest.fixture(scope="module")
def messy() -> ParsedSheet:
    return parse_roster(read_book("a.xlsx", (HERE / "messy_roster.xlsx").read_bytes()), TODAY, {})


def again(data: bytes) -> ParsedSheet:
    return parse_roster(read_book("答复.xlsx", data), TODAY, {})


def reasons(parsed: ParsedSheet) -> dict[int, list[tuple[str, str]]]:
    return {row.origin: [(r.column, r.code) for r in row.reasons] for row in parsed.rows if not row.ok}


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(found).decode() for found in archive.namelist() if re.search(name, found))


def mended(data: bytes) -> bytes:
    """The answer workbook with its wrong cells typed over, by hand as it were."""
    [sheet] = read_book("a.xlsx", data)
    heading = sheet.rows[1]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet(sheet.name)
        for at, cells in enumerate(sheet.rows):
            changes: dict[str, Any] = MENDED.get(int(cells[-1]), {}) if at > 1 else {}  # type: ignore[arg-type]
            for column, cell in enumerate(cells):
                page.write(at, column, changes.get(str(heading[column]), cell))
    return stream.getvalue()


def test_it_has_the_same_columns_then_the_explanation_and_the_original_row(messy: ParsedSheet) -> None:
    [sheet] = read_book("a.xlsx", answer_workbook(messy))
    assert sheet.name == "在册花名册"
    assert sheet.rows[0][0] == "共 13 行，8 行有误。红色单元格为错误，改好后可直接再次上传本文件。"
    assert sheet.rows[1] == [*messy.titles["在册花名册"], "错误说明", "原行号"]
    assert [row[-1] for row in sheet.rows[2:]] == [9, 10, 11, 12, 13, 14, 15, 17]
    assert (
        sheet.rows[3][-2]
        == "手机号应为 11 位，这里有 10 位，请核对；日期“2026-02-30”不存在，请核对，请写成 2026-01-31 这样的形式"
    )


def test_read_again_as_it_is_it_has_the_same_faults(messy: ParsedSheet) -> None:
    expected = {row: found for row, found in reasons(messy).items() if row != 13}
    assert reasons(again(answer_workbook(messy))) == expected
    assert reasons(again(answer_workbook(messy, only_refused=False))) == reasons(messy)


def test_the_answer_to_an_answer_keeps_the_first_row_numbers_and_columns(messy: ParsedSheet) -> None:
    second = again(answer_workbook(messy))
    [sheet] = read_book("a.xlsx", answer_workbook(second))
    assert sheet.rows[1] == [*messy.titles["在册花名册"], "错误说明", "原行号"]
    assert [row[-1] for row in sheet.rows[2:]] == [9, 10, 11, 12, 14, 15, 17]


def test_mended_it_gives_exactly_the_refused_people(messy: ParsedSheet) -> None:
    parsed = again(mended(answer_workbook(messy)))
    assert reasons(parsed) == {}
    assert [row.origin for row in parsed.rows] == list(MENDED)
    assert parsed.not_imported == ["序号", "备注"]


def test_faulty_cells_are_red_with_a_comment_and_others_are_not(messy: ParsedSheet) -> None:
    data = answer_workbook(messy)
    comments = part(data, r"xl/comments\d")
    # Row 10 of the roster has two faulty cells; so nine comments for eight rows.
    assert re.findall(r'<comment ref="(\w+)"', comments) == ["D3", "E4", "H4", "I5", "C6", "D7", "D8", "D9", "I10"]
    cells = dict(re.findall(r'<c r="(\w+)" s="(\d+)"', part(data, r"worksheets/sheet1")))
    assert len({cells[ref] for ref in ("D3", "E4", "H4", "I5", "C6", "D7", "D8", "D9", "I10")}) == 1
    assert cells["E3"] != cells["D3"]
    assert "FFFFE1E1" in part(data, "styles")


def test_numbers_stay_text_so_that_what_is_typed_over_them_keeps_its_digits() -> None:
    heading = ["姓名", "身份证号", "联系电话", "矫正开始日期"]
    data = answer_workbook(roster([heading, ["测试一", 1.40190199003071e17, 13800138001.0, 46086.0]]))
    [sheet] = read_book("a.xlsx", data)
    assert sheet.rows[2][:4] == ["测试一", "1.40190199003071e+17", "13800138001", "46086"]


def test_text_like_a_formula_or_an_address_stays_text() -> None:
    name, crime = '=HYPERLINK("http://example.com","x")', "http://example.com/"
    data = answer_workbook(roster([["姓名", "身份证号", "罪名", "=1+1"], [name, "", crime, "@SUM(1)"]]))
    sheet = part(data, r"worksheets/(_rels/)?sheet1")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert read_book("a.xlsx", data)[0].rows[2][:4] == [name, "", crime, "@SUM(1)"]


def test_nothing_refused_gives_an_empty_workbook_that_opens() -> None:
    parsed = roster([["姓名", "身份证号"], ["合计", ""]])
    [sheet] = read_book("a.xlsx", answer_workbook(parsed))
    assert len(sheet.rows) == 2


def test_sheets_keep_their_names_where_excel_allows_them() -> None:
    names = ["a/b", "a:b", "历" * 40, "History", "'x'"]
    sheets = [Sheet(name, [["姓名", "身份证号"], ["测试", ""]]) for name in names]
    found = [sheet.name for sheet in read_book("a.xlsx", answer_workbook(parse_roster(sheets, TODAY, {})))]
    assert found == ["a_b", "a_b_2", "历" * 31, "History_2", "x"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(TEXT, TEXT, st.one_of(TEXT, st.floats(), st.times(), st.booleans())), min_size=1, max_size=5
    )
)
def test_any_refused_row_is_refused_again_for_the_same_reasons(rows: list[tuple[Any, ...]]) -> None:
    first = roster([["姓名", "身份证号", "矫正开始日期"], *rows])
    assert reasons(again(answer_workbook(first, only_refused=False))) == reasons(first)
