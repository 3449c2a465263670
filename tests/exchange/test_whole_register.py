"""The whole register goes out and comes in again without loss, as CSV with code tables and as a workbook."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.db import execute, fetch, fetch_value, insert
from supervision.errors import Refusal
from supervision.exchange import export_register as export_register_module
from supervision.exchange import sheets
from supervision.exchange.export_cells import BLIND, OF_MESSAGE, from_cell, to_cell
from supervision.exchange.export_load import _of_workbook, load_register
from supervision.exchange.export_register import _in_workbook, export_register
from supervision.exchange.export_schema import LEFT_OUT, SECRETS, shapes
from supervision.exchange.sheets import read_book
from supervision.keys import SEALED_COLUMNS
from supervision.people.actions import DOC
from supervision.piccolo_app import APP_CONFIG
from supervision.rollcall.export import rollcall_json
from supervision.sealed import SealError, blind, open_sealed
from tests.browser.district import fill
from tests.cast import NOW, add_member
from tests.exchange.test_export_lists import another_register

SEALS = {place.name: place.purpose for place in SEALED_COLUMNS}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.one_of(st.none(), TEXTS))
def test_a_value_comes_back_from_its_cell(value: str | None) -> None:
    cell = to_cell(value)
    assert from_cell(cell) == value and _of_workbook(_in_workbook(cell)) == cell
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=8))
def test_cells_come_back_from_a_csv_file(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == rows


def _tables(path: Path) -> Any:
    """What a file holds, without when it was written."""
    if path.suffix == ".xlsx":
        return [sheet for sheet in read_book(path.name, path.read_bytes()) if sheet.name != "register"]
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name != "register.json"}


@dataclass(frozen=True)
class Written:
    """The small district as it was written out: the files, how many rows, and its roll call."""

    files: dict[str, bytes]
    counts: dict[str, int]
    calls: dict[str, Any]


async def _roll_call() -> dict[str, Any]:
    """The roll call without the standing of the audit, which stays where it was."""
    return {name: value for name, value in (await rollcall_json(NOW, live=True)).items() if name != "audit_head"}


_written: list[Written] = []


async def _district_out(folder: Path) -> Written:
    """The district's files (`out.zip`, `out.xlsx`) in a folder; it itself is taken away again, and made once a run."""
    if not _written:
        async with another_register():
            await fill()
            await execute("INSERT INTO installation (key, value) VALUES ('live_from', '2026-11-01')")
            for kind in ("zip", "xlsx"):
                counts = await export_register(folder / f"made.{kind}", SEALS, NOW)
            calls = await _roll_call()
        files = {kind: (folder / f"made.{kind}").read_bytes() for kind in ("zip", "xlsx")}
        _written.append(Written(files, counts, calls))
    for kind, content in _written[0].files.items():
        (folder / f"out.{kind}").write_bytes(content)
    assert await fetch_value("SELECT count(*) FROM person") == 0
    return _written[0]


@pytest.mark.parametrize("kind", ["zip", "xlsx"])
async def test_a_register_comes_in_as_it_went_out(db: None, tmp_path: Path, kind: str) -> None:
    out = await _district_out(tmp_path)
    counts = out.counts
    loaded, codes = await load_register(tmp_path / f"out.{kind}", SEALS, NOW)
    assert loaded == counts and counts["person"] > 5 and counts["duty"] > 50 and counts["message"] > 0
    assert await _roll_call() == out.calls
    assert codes.keys() == {"sue"} and await fetch_value("SELECT value FROM installation WHERE key = 'live_from'")
    assert await export_register(tmp_path / f"again.{kind}", SEALS, NOW) == counts
    assert _tables(tmp_path / f"again.{kind}") == _tables(tmp_path / f"out.{kind}")


async def test_what_was_loaded_is_found_and_opened_again(db: None, tmp_path: Path) -> None:
    await _district_out(tmp_path)
    people = list(csv.DictReader(io.StringIO(_tables(tmp_path / "out.zip")["person.csv"].decode("utf-8-sig"))))
    await load_register(tmp_path / "out.zip", SEALS, NOW)
    for row in people:
        kept = await fetch("SELECT doc_sealed FROM person WHERE doc_key = $1", blind(row["doc"], DOC))
        assert [open_sealed(one["doc_sealed"], DOC) for one in kept] == [row["doc"]]
    new = await insert(
        "person", {"name": "后来", "pinyin": "", "sex": "unknown", "doc_kind": "none", "created_at": NOW}
    )
    assert new > max(int(row["id"]) for row in people)


@pytest.mark.parametrize("kind", ["zip", "xlsx"])
async def test_half_a_register_is_not_left_behind(db: None, tmp_path: Path, kind: str) -> None:
    await insert("office", {"code": "QJ", "name": "区局", "kind": "bureau"})
    await insert(
        "person",
        {"name": "甲", "pinyin": "", "sex": "unknown", "doc_kind": "none", "created_at": NOW, "doc_sealed": "x"},
    )
    with pytest.raises(SealError):
        await export_register(tmp_path / f"out.{kind}", SEALS, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("limit", "most"), [("ROW_LIMIT", 3), ("AREA_LIMIT", 40), ("SIZE_LIMIT", 4096)])
async def test_no_workbook_is_written_that_could_not_be_read_again(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    for serial in range(4):
        await insert("office", {"code": f"Q{serial}", "name": "区局", "kind": "bureau"})
    monkeypatch.setattr(sheets, limit, most)
    with pytest.raises(Refusal, match="write a .zip instead"):
        await export_register(tmp_path / "out.xlsx", SEALS, NOW)
    assert list(tmp_path.iterdir()) == []
    await export_register(tmp_path / "out.zip", SEALS, NOW)


async def test_a_blank_at_the_edge_of_a_text_goes_out_and_comes_in(db: None, tmp_path: Path) -> None:
    names = [" 甲", "乙 ", "　丙　", "\n丁\r\n", "\t戊", " ", "　", "_x0041_"]
    async with another_register():
        office = await insert("office", {"code": "QJ", "name": "区局", "kind": "bureau"})
        await add_member("sue", name="安全管理员", role="security_admin", office=office)
        for name in names:
            row = {"name": name, "pinyin": "", "sex": "unknown", "doc_kind": "none", "created_at": NOW}
            await insert("person", row)
        await export_register(tmp_path / "out.xlsx", SEALS, NOW)
    await load_register(tmp_path / "out.xlsx", SEALS, NOW)
    assert [row["name"] for row in await fetch("SELECT name FROM person ORDER BY id")] == names


async def test_a_file_without_its_audit_row_is_not_left_behind(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(export_register_module, "record", away)
    with pytest.raises(ConnectionError):
        await export_register(tmp_path / "out.zip", SEALS, NOW)
    assert list(tmp_path.iterdir()) == []


async def test_no_password_and_no_session_goes_out(db: None, tmp_path: Path) -> None:
    await _district_out(tmp_path)
    staff = _tables(tmp_path / "out.zip")["staff.csv"].decode("utf-8-sig")
    assert "alice" in staff and "argon2" not in staff and "password" not in staff
    assert not {name.removesuffix(".csv") for name in _tables(tmp_path / "out.zip")} & LEFT_OUT.keys()


async def test_the_code_tables_name_the_codes_with_their_words(db: None, tmp_path: Path) -> None:
    await _district_out(tmp_path)
    codes = list(csv.DictReader(io.StringIO(_tables(tmp_path / "out.zip")["codes.csv"].decode("utf-8-sig"))))
    words = {(row["table"], row["column"], row["code"]): row["word"] for row in codes}
    assert words["orders", "kind", "parole"] == "假释" and words["report", "mode", "in_person"] == "当面"


async def test_only_an_empty_installation_takes_a_register(db: None, tmp_path: Path) -> None:
    await _district_out(tmp_path)
    office = await insert("office", {"code": "QJ", "name": "区局", "kind": "bureau"})
    await add_member("admin", name="安全管理员", role="security_admin", office=office)
    with pytest.raises(Refusal, match="empty installation"):
        await load_register(tmp_path / "out.zip", SEALS, NOW)
    assert await fetch_value("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("spoil", ["schema", "column", "table", "nonsense", "missing"])
async def test_another_file_is_refused_with_one_sentence(db: None, tmp_path: Path, spoil: str) -> None:
    out, bad = tmp_path / "out.zip", tmp_path / "bad.zip"
    await _district_out(tmp_path)
    if spoil == "nonsense":
        bad.write_bytes(b"PK nothing")
    elif spoil != "missing":
        with zipfile.ZipFile(out) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                _copy(old.read(name), name, new, spoil)
    with pytest.raises(Refusal):
        await load_register(bad, SEALS, NOW)


def _copy(content: bytes, name: str, new: zipfile.ZipFile, spoil: str) -> None:
    if name == "register.json" and spoil == "schema":
        content = json.dumps(json.loads(content) | {"schema": "0"}).encode()
    if name == "person.csv" and spoil == "column":
        content = content.replace(b"pinyin", b"letters", 1)
    if not (name == "visit.csv" and spoil == "table"):
        new.writestr(name, content)


async def test_every_table_is_in_the_register_or_left_out_for_a_reason(db: None) -> None:
    tables = {shape.table: shape for shape in await shapes()}
    known = {table._meta.tablename for table in APP_CONFIG.table_classes} | {"migration"}
    assert tables.keys() | LEFT_OUT.keys() == known and not tables.keys() & LEFT_OUT.keys()
    assert all("id" in {column.name for column in shape.columns} for shape in tables.values())
    assert SECRETS.keys() <= tables.keys()


async def test_every_sealed_column_and_blind_index_of_the_register_is_known(db: None) -> None:
    columns = {f"{shape.table}.{column.name}" for shape in await shapes() for column in shape.columns}
    assert {one for one in columns if one.endswith("_sealed")} <= SEALS.keys()
    blinds = {name for place in SEALED_COLUMNS for name in place.blinds if name in columns}
    assert blinds == {*BLIND, OF_MESSAGE}
