"""The answer workbook: refused rows with red cells and a sentence each, to be mended and uploaded again."""

import io
import re
from collections import defaultdict
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from supervision.exchange.headings import ANSWER_TITLES
from supervision.exchange.parsed import ParsedRow, ParsedSheet
from supervision.exchange.sheets import Cell
from supervision.exchange.values import text_of

RED: Final = "#C00000"
GRID: Final = {"border": 1, "border_color": "#BFBFBF"}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "note": {"bold": True, "font_color": RED},
    "heading": {**GRID, "bold": True, "text_wrap": True, "bg_color": "#E8F0FE", "valign": "vcenter", "num_format": "@"},
    "text": {**GRID, "num_format": "@"},
    "fault": {"border": 1, "border_color": RED, "num_format": "@", "bg_color": "#FFE1E1", "font_color": RED},
    "day": {**GRID, "num_format": "yyyy-mm-dd", "align": "left"},
    "explanation": {**GRID, "num_format": "@", "font_color": RED},
}
HEADING_ROW: Final = 1
COLUMN_WIDTH: Final = 22
EXPLANATION_WIDTH: Final = 70
LONGEST_TEXT: Final = 32_767
LONGEST_NAME: Final = 31

Looks = dict[str, Any]


def answer_workbook(parsed: ParsedSheet, only_refused: bool = True) -> bytes:
    """An .xlsx with the columns of the sheets read, then 错误说明 and 原行号; reading it again finds the same faults.

    Everything but days is written as text, so that numbers typed over a fault keep all their digits.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        for name, rows in _shown(parsed, only_refused).items():
            page = book.add_worksheet(_sheet_name(name, [sheet.name for sheet in book.worksheets()]))
            faulty = sum(not row.ok for row in parsed.rows if row.sheet == name)
            total = sum(row.sheet == name for row in parsed.rows)
            note = f"共 {total} 行，{faulty} 行有误。红色单元格为错误，改好后可直接再次上传本文件。"
            page.write_string(0, 0, note, looks["note"])
            _write_rows(page, looks, parsed.titles[name], rows)
    return stream.getvalue()


def _shown(parsed: ParsedSheet, only_refused: bool) -> dict[str, list[ParsedRow]]:
    """Sheets with something to show, or the first one alone: a workbook must have a sheet."""
    shown: dict[str, list[ParsedRow]] = defaultdict(list)
    for row in parsed.rows:
        if not (only_refused and row.ok):
            shown[row.sheet].append(row)
    return shown or {next(iter(parsed.titles)): []}


def _sheet_name(name: str, taken: list[str]) -> str:
    """A name that Excel takes; names of other kinds of file are cut and cleaned."""
    plain = re.sub(r"[\[\]:*?/\\]", "_", name).strip("' ")[:LONGEST_NAME] or "Sheet"
    lowered = {other.lower() for other in taken} | {"history"}
    if plain.lower() not in lowered:
        return plain
    numbered = (f"{plain[: LONGEST_NAME - 5]}_{number}" for number in range(2, 10_000))
    return next(candidate for candidate in numbered if candidate.lower() not in lowered)


def _write_rows(page: Any, looks: Looks, titles: list[str], rows: list[ParsedRow]) -> None:
    kept = [position for position, title in enumerate(titles) if title not in ANSWER_TITLES]
    for at, title in enumerate([*(titles[position] for position in kept), *ANSWER_TITLES]):
        page.write_string(HEADING_ROW, at, title[:LONGEST_TEXT], looks["heading"])
    page.set_column(0, max(len(kept) - 1, 0), COLUMN_WIDTH)
    page.set_column(len(kept), len(kept), EXPLANATION_WIDTH)
    page.freeze_panes(HEADING_ROW + 1, 0)
    for line, row in enumerate(rows, start=HEADING_ROW + 1):
        _write_row(page, looks, line, row=row, kept=kept)


def _write_row(page: Any, looks: Looks, line: int, *, row: ParsedRow, kept: list[int]) -> None:
    faults = _faults(row)
    for at, position in enumerate(kept):
        if position in faults:
            page.write_string(line, at, text_of(row.original[position])[:LONGEST_TEXT], looks["fault"])
            page.write_comment(line, at, faults[position], {"x_scale": 2})
        else:
            _write_cell(page, looks, (line, at), row.original[position])
    explanation = "；".join(dict.fromkeys(reason.text for reason in row.reasons))
    page.write_string(line, len(kept), explanation[:LONGEST_TEXT], looks["explanation"])
    page.write_number(line, len(kept) + 1, row.origin)


def _faults(row: ParsedRow) -> dict[int, str]:
    texts: dict[int, list[str]] = defaultdict(list)
    for reason in row.reasons:
        if reason.position is not None:
            texts[reason.position].append(reason.text)
    return {position: "；".join(dict.fromkeys(found)) for position, found in texts.items()}


def _write_cell(page: Any, looks: Looks, place: tuple[int, int], cell: Cell) -> None:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        page.write_datetime(*place, cell, looks["day"])
    else:
        page.write_string(*place, text_of(cell)[:LONGEST_TEXT], looks["text"])
