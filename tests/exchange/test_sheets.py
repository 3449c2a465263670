"""Files in: each kind that can be read, and one sentence for each that can't."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.errors import Refusal
from supervision.exchange import sheets as limits
from supervision.exchange.sheets import read_book
from tests.exchange.made import workbook

HERE = Path(__file__).parent
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
CELLS = st.one_of(TEXT, st.floats(-1e18, 1e18), st.integers(-(10**9), 10**9), st.dates(date(1900, 3, 1)), st.booleans())
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8)


def sentence(name: str, data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        read_book(name, data)
    return caught.value.sentence


def zipped(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def rewritten(book: bytes, sheet_data: str) -> bytes:
    """The workbook with other cells, as a program that isn't Excel may write them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                start, end = content.index("<sheetData>"), content.index("</sheetData>")
                content = f"{content[:start]}<sheetData>{sheet_data}{content[end:]}"
            new.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_each_kind_of_workbook_gives_the_same_cells_in_the_same_rows(kind: str) -> None:
    [sheet] = read_book(f"花名册.{kind.upper()}", (HERE / f"messy_roster.{kind}").read_bytes())
    assert sheet.name == "在册花名册"
    assert sheet.rows[4][1:9] == [
        "测试一",
        "男",
        "140108199801010013",
        "13800138001",
        "缓刑",
        "盗窃罪",
        date(2026, 3, 5),
        date(2027, 3, 4),
    ]
    assert sheet.rows[7][7] == 46086
    assert sheet.rows[15] == [""] * 12


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_merged_areas_are_known(kind: str) -> None:
    [sheet] = read_book(f"a.{kind}", (HERE / f"messy_roster.{kind}").read_bytes())
    assert ((2, 7), (2, 8)) in sheet.merged


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_are_read_in_the_encodings_that_offices_use(encoding: str, delimiter: str) -> None:
    data = f'姓名{delimiter}罪名\r\n测试一{delimiter}"盗窃罪{delimiter}诈骗罪"\r\n'.encode(encoding)
    [sheet] = read_book("a.csv", data)
    assert sheet.rows == [["姓名", "罪名"], ["测试一", f"盗窃罪{delimiter}诈骗罪"]]


def test_hidden_sheets_are_left_aside() -> None:
    data = workbook(a=[["x"]], b=[["x"]])
    assert [sheet.name for sheet in read_book("a.xlsx", data)] == ["a", "b"]
    hidden = data_with_hidden_sheet(data)
    assert [sheet.name for sheet in read_book("a.xlsx", hidden)] == ["a"]


def data_with_hidden_sheet(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<sheet name="b"', b'<sheet name="b" state="hidden"'))
    return stream.getvalue()


@pytest.mark.parametrize("name", ["a.pdf", "a.et", "a", "xlsx.", ".docx"])
def test_another_kind_of_file_is_named(name: str) -> None:
    assert "只能读取 .xlsx" in sentence(name, b"x")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_an_empty_file_is_said_to_be_empty(kind: str) -> None:
    assert "空的" in sentence(f"a.{kind}", b"")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_web_page_named_like_a_workbook_is_found_out(kind: str) -> None:
    assert "网页" in sentence(f"a.{kind}", b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>")


@pytest.mark.parametrize(
    ("name", "data"), [("a.xlsx", b"%PDF-1.7"), ("a.xls", b"PK\x03\x04"), ("a.csv", b"PK\x03\x04")]
)
def test_content_of_another_kind_is_found_out(name: str, data: bytes) -> None:
    assert "后缀不符" in sentence(name, data)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_an_encrypted_workbook_asks_for_its_password_to_be_removed(name: str) -> None:
    data = limits.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "密码" in sentence(name, data)


def test_an_encrypted_ods_asks_for_its_password_to_be_removed() -> None:
    stream = io.BytesIO()
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data></manifest:encryption-data></manifest:file-entry>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", b"\x01\x02")
    assert "密码" in sentence("a.ods", stream.getvalue())


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_cut_off_workbook_is_malformed(kind: str) -> None:
    data = (HERE / f"messy_roster.{kind}").read_bytes()
    assert "已损坏" in sentence(f"a.{kind}", data[: len(data) // 2])


def test_a_zip_without_a_workbook_is_malformed() -> None:
    assert "已损坏" in sentence("a.xlsx", zipped(b"hello", "readme.txt"))


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    assert "解压后过大" in sentence("a.xlsx", zipped(b"0" * (limits.RATIO_MATTERS_FROM + 1)))


def test_a_zip_that_lies_about_its_size_only_fails() -> None:
    data = bytearray(zipped(b"0" * (limits.RATIO_MATTERS_FROM + 1)))
    size = (limits.RATIO_MATTERS_FROM + 1).to_bytes(4, "little")
    assert "已损坏" in sentence("a.xlsx", bytes(data).replace(size, (10).to_bytes(4, "little")))


def test_two_far_corners_do_not_take_the_memory() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="XFD900000"><v>1</v></c></row>'
    assert "散布得太远" in sentence("a.xlsx", rewritten(workbook(a=[[1]]), far))


def test_20_mb_are_read_and_one_byte_more_is_not() -> None:
    line = b"a,b\n"
    data = line * (limits.ROW_LIMIT - 1)
    assert read_book("a.csv", data)
    padded = b"a" * limits.SIZE_LIMIT
    assert "20 MB" in sentence("a.csv", padded + b"a")
    assert "20 MB" not in sentence("a.csv", padded)


def test_200_000_rows_are_read_and_one_more_is_not() -> None:
    assert len(read_book("a.csv", b"a\n" * limits.ROW_LIMIT)[0].rows) == limits.ROW_LIMIT
    assert "20 万行" in sentence("a.csv", b"a\n" * (limits.ROW_LIMIT + 1))
    last = rewritten(workbook(a=[[1]]), f'<row r="{limits.ROW_LIMIT}"><c r="A{limits.ROW_LIMIT}"><v>1</v></c></row>')
    assert len(read_book("a.xlsx", last)[0].rows) == limits.ROW_LIMIT
    beyond = limits.ROW_LIMIT + 1
    assert "20 万行" in sentence(
        "a.xlsx", rewritten(workbook(a=[[1]]), f'<row r="{beyond}"><c r="A{beyond}"><v>1</v></c></row>')
    )


def test_500_columns_are_read_and_one_more_is_not() -> None:
    assert len(read_book("a.xlsx", workbook(a=[["x"] * limits.COLUMN_LIMIT]))[0].rows[0]) == limits.COLUMN_LIMIT
    assert "500 列" in sentence("a.xlsx", workbook(a=[["x"] * (limits.COLUMN_LIMIT + 1)]))
    assert "500 列" in sentence("a.csv", b",".join([b"x"] * (limits.COLUMN_LIMIT + 1)))


def test_a_workbook_without_a_word_is_empty() -> None:
    assert "没有内容" in sentence("a.xlsx", workbook(a=[], b=[["", " "]]))


@settings(deadline=None, max_examples=40)
@given(grid=GRIDS)
def test_any_grid_is_read_as_written_or_refused(grid: list[list[object]]) -> None:
    try:
        [sheet] = read_book("a.xlsx", workbook(a=grid))
    except Refusal as refusal:
        assert not any(str(cell).strip() for row in grid for cell in row), refusal.sentence
        return
    written = {(r, c) for r, row in enumerate(grid) for c, cell in enumerate(row) if isinstance(cell, str) and cell}
    assert all(sheet.rows[r][c] == grid[r][c] for r, c in written)


@settings(deadline=None, max_examples=60)
@given(kind=st.sampled_from(["xlsx", "xls", "ods"]), cut=st.integers(0, 5000), junk=st.binary(min_size=1, max_size=64))
def test_a_damaged_workbook_is_read_or_refused_but_never_crashes(kind: str, cut: int, junk: bytes) -> None:
    whole = (HERE / f"messy_roster.{kind}").read_bytes()
    try:
        read_book(f"a.{kind}", whole[:cut] + junk + whole[cut + len(junk) :])
    except Refusal as refusal:
        assert refusal.sentence


@given(st.binary(max_size=300))
def test_any_bytes_named_csv_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        assert read_book("a.csv", data)
    except Refusal as refusal:
        assert refusal.sentence
