"""Workbooks and text tables read into plain rows; every file that can't be read gets one clear sentence."""

import contextlib
import csv
import io
import json
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any, Final

from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _

SIZE_LIMIT: Final = 20 * 1024 * 1024
INFLATED_LIMIT: Final = 200 * 1024 * 1024
RATIO_LIMIT: Final = 200
RATIO_MATTERS_FROM: Final = 10 * 1024 * 1024
ROW_LIMIT: Final = 200_000
COLUMN_LIMIT: Final = 500
AREA_LIMIT: Final = 5_000_000
READING_SECONDS: Final = 180
KNOWN_WORDS: Final = 20_000
"""Cells that are kept once however often a sheet has them."""
ODS_MANIFEST: Final = "META-INF/manifest.xml"
MANIFEST_READ: Final = 1024 * 1024

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARKS: Final = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))

ENCRYPTED: Final = N_("文件有密码保护，请去掉密码后再上传。")
MALFORMED: Final = N_("文件已损坏，或单元格散布得太远，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
BOMB: Final = N_("文件解压后过大（超过 200 MB，或压缩比异常），不像正常的表格，没有读取。请拆分后再上传。")

Cell = str | int | float | bool | date | datetime | time | timedelta
Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One visible sheet; `rows[0]` is row 1 of the file, `merged` are zero-based corners, both inside."""

    name: str
    rows: list[list[Cell]]
    merged: list[Area] = field(default_factory=list)


def read_book(name: str, data: bytes) -> list[Sheet]:
    """The sheets of an .xlsx, .xls, .ods or .csv file; raises Refusal for anything that can't be read.

    It blocks (seconds for 100,000 rows): a page calls it in a thread.
    """
    kind = name.lower().rpartition(".")[2]
    if kind not in READERS:
        raise Refusal(_("只能读取 .xlsx、.xls、.ods、.csv 文件，请用 Excel 或 WPS 另存为 .xlsx 后再上传。"))
    if not data:
        raise Refusal(_("文件是空的，请检查后重新上传。"))
    check_size(data)
    sheets = READERS[kind](data)
    if not any(_is_written(sheet) for sheet in sheets):
        raise Refusal(_("表格里没有内容，请检查后重新上传。"))
    return sheets


def check_size(data: bytes) -> None:
    """Raises Refusal for a file that is larger than any that is read."""
    if len(data) > SIZE_LIMIT:
        raise Refusal(_("文件超过 20 MB，请拆成几个文件后分别上传。"))


def _is_written(sheet: Sheet) -> bool:
    return any(str(cell).strip() for row in sheet.rows for cell in row)


def check_extent(rows: int, columns: int) -> None:
    """Raises Refusal for a sheet that is larger than any that is read."""
    if rows > ROW_LIMIT:
        raise Refusal(_("表格超过 20 万行，请拆成几个文件后分别上传。"))
    if columns > COLUMN_LIMIT:
        raise Refusal(_("表格超过 500 列，请删去多余的列后再上传。"))
    if rows * columns > AREA_LIMIT:
        raise Refusal(_("表格超过 500 万个单元格，请拆成几个文件后分别上传。"))


# Workbooks


def _read_zipped(data: bytes) -> list[Sheet]:
    _refuse_another_kind(data, ZIP)
    inspect_zip(data)
    return _read_workbook(data)


def _read_xls(data: bytes) -> list[Sheet]:
    _refuse_another_kind(data, OLE)
    return _read_workbook(data)


def _refuse_another_kind(data: bytes, expected: bytes) -> None:
    if data.startswith(OLE) and any(mark in data for mark in ENCRYPTED_MARKS):
        raise Refusal(_(ENCRYPTED))
    if data.startswith(expected):
        return
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refusal(
            _("这个文件其实是网页（HTML）或 XML，只是后缀像表格。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
        )
    raise Refusal(_("文件内容与后缀不符。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"))


def inspect_zip(data: bytes) -> None:
    """Refuse a broken, encrypted or exploding archive by its directory, before anything of it is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inflated = sum(member.file_size for member in archive.infolist())
            locked = any(member.flag_bits & 1 for member in archive.infolist()) or _is_locked_ods(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError):
        raise Refusal(_(MALFORMED)) from None
    if inflated > INFLATED_LIMIT or (inflated > RATIO_MATTERS_FROM and inflated > len(data) * RATIO_LIMIT):
        raise Refusal(_(BOMB))
    if locked:
        raise Refusal(_(ENCRYPTED))


def _is_locked_ods(archive: zipfile.ZipFile) -> bool:
    if ODS_MANIFEST not in archive.namelist():
        return False
    with archive.open(ODS_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(MANIFEST_READ)


def _read_workbook(data: bytes) -> list[Sheet]:
    """The sheets as `reading.py` prints them; its memory and time are limited, its death is only a refusal."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("reading.py")), str(ROW_LIMIT)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}) as reader:
        watchdog = threading.Timer(READING_SECONDS, reader.kill)
        watchdog.start()
        try:
            _hand_over(data, reader)
            sheets = _taken_in(reader)
        finally:
            reader.kill()
            watchdog.cancel()
    if reader.returncode != 0:
        raise Refusal(_(MALFORMED))
    return sheets


def _hand_over(data: bytes, reader: "subprocess.Popen[bytes]") -> None:
    assert reader.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has died: its return code says so
        reader.stdin.write(data)
        reader.stdin.close()


def _taken_in(reader: "subprocess.Popen[bytes]") -> list[Sheet]:
    """Line by line, while the reader goes on: its whole output is never held."""
    assert reader.stdout is not None
    sheets: list[Sheet] = []
    known: dict[Any, Cell] = {}
    for line in reader.stdout:
        _take_line(json.loads(line), sheets, known)
    reader.wait()
    return sheets


def _take_line(line: Any, sheets: list[Sheet], known: dict[Any, Cell]) -> None:
    if isinstance(line, list):
        sheets[-1].rows.append([_cell(cell, known) for cell in line])
    elif fault := line.get("fault"):
        raise Refusal(_(ENCRYPTED if fault == "password" else MALFORMED))
    else:
        check_extent(line["height"], line["width"])
        sheets.append(Sheet(line["sheet"], [], [(tuple(start), tuple(end)) for start, end in line["merged"]]))


def _cell(value: Any, known: dict[Any, Cell]) -> Cell:
    """What a cell holds; words and days that come again and again are one object."""
    if isinstance(value, str):
        return known.setdefault(value, value) if len(known) < KNOWN_WORDS else known.get(value, value)
    if not isinstance(value, list):
        cell: Cell = value
        return cell
    kind, said = value
    if (kind, said) not in known:
        made = UNTAGGED[kind](said)
        if len(known) >= KNOWN_WORDS:
            return made
        known[kind, said] = made
    return known[kind, said]


UNTAGGED: Final[dict[str, Callable[[Any], Cell]]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


# Text tables


def _read_csv(data: bytes) -> list[Sheet]:
    text = _decoded(data)
    delimiter = max(",\t;", key=text[:4096].count)
    try:
        rows = list(_limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error:
        raise Refusal(_(MALFORMED)) from None
    return [Sheet("csv", rows)]


def _limited(reader: Iterator[list[str]]) -> Iterator[list[Cell]]:
    widest = 0
    for number, row in enumerate(reader, start=1):
        widest = max(widest, len(row))
        check_extent(number, widest)
        yield list(row)


def _decoded(data: bytes) -> str:
    if data.startswith((ZIP, OLE)) or b"\0" in data:
        raise Refusal(_("文件内容与后缀不符：.csv 应是文本。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(_("文件的文字编码无法识别。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"))


READERS: Final[dict[str, Callable[[bytes], list[Sheet]]]] = {
    "xlsx": _read_zipped,
    "ods": _read_zipped,
    "xls": _read_xls,
    "csv": _read_csv,
}
