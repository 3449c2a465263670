"""Workbooks made in memory, and the reading of them; everybody in them is invented."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from stdnum.cn import ric

from supervision.exchange.history import parse_history
from supervision.exchange.parsed import ParsedSheet
from supervision.exchange.roster import parse_roster
from supervision.exchange.sheets import Sheet

TODAY = date(2026, 11, 22)
Grid = Sequence[Sequence[Any]]


def workbook(**sheets: Grid) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, grid in sheets.items():
            page = book.add_worksheet(name)
            for row, cells in enumerate(grid):
                for column, cell in enumerate(cells):
                    page.write(row, column, cell, *([day] if isinstance(cell, date) else []))
    return stream.getvalue()


def number_of(born_on: date = date(1990, 3, 7), order: int = 127) -> str:
    """A number of a county code that doesn't exist, so of nobody."""
    body = f"140190{born_on:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


def roster(*grids: Grid, answers: Mapping[str, str] | None = None) -> ParsedSheet:
    sheets = [Sheet(f"表{at}", [list(row) for row in grid]) for at, grid in enumerate(grids, start=1)]
    return parse_roster(sheets, TODAY, answers or {})


def history(*rows: Sequence[Any], answers: Mapping[str, str] | None = None) -> ParsedSheet:
    heading = ["人员编号", "身份证号", "应报到时间", "实际报到时间", "方式"]
    return parse_history([Sheet("报到", [heading, *(list(row) for row in rows)])], TODAY, answers or {})
