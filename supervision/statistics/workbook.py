"""Any table as an Excel workbook: one sheet a table, a title, the headings, the rows."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from supervision.days import SHANGHAI

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME: Final = 31
MOST_ROWS: Final = 100_000
"""A sheet of more rows opens on no desk of an office; of more than 1,048,576 Excel would have lost some."""
GRID: Final = {"border": 1, "border_color": "#BFBFBF"}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 14},
    "heading": {**GRID, "bold": True, "text_wrap": True, "bg_color": "#E8F0FE", "valign": "vcenter"},
    "text": {**GRID, "num_format": "@"},
    "number": GRID,
    "day": {**GRID, "num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {**GRID, "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}
Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title over it, its headings and its rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = field(default_factory=tuple)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The .xlsx; numbers as numbers, days as days, all else as text that no program computes with."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        for sheet in sheets:
            _write(book.add_worksheet(re.sub(r"[\[\]:*?/\\]", "_", sheet.name)[:LONGEST_NAME]), looks, sheet)
    return stream.getvalue()


def _write(page: Any, looks: dict[str, Any], sheet: Sheet) -> None:
    page.write_string(0, 0, sheet.title, looks["title"])
    for column, heading in enumerate(sheet.headings):
        page.write_string(1, column, heading, looks["heading"])
        page.set_column(column, column, sheet.widths[column] if column < len(sheet.widths) else 12)
    page.freeze_panes(2, 1)
    for line, row in enumerate(sheet.rows, start=2):
        for column, value in enumerate(row):
            _write_cell(page, looks, (line, column), value)


def _write_cell(page: Any, looks: dict[str, Any], at: tuple[int, int], value: Cell) -> None:
    if isinstance(value, datetime):
        page.write_datetime(*at, value.astimezone(SHANGHAI).replace(tzinfo=None), looks["moment"])
    elif isinstance(value, date):
        page.write_datetime(*at, value, looks["day"])
    elif isinstance(value, int | float):
        page.write_number(*at, value, looks["number"])
    else:
        page.write_string(*at, value or "", looks["text"])
