"""The demo's registers as real workbooks, in the headings of the bureau's export with those that offices add."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import xlsxwriter

from supervision.demo.people import Invented
from supervision.exchange.intake import SheetFile

HEADINGS: Final = ("对象编号", "姓名", "身份证号", "性别", "罪名", "矫正类型", "区县", "司法所", "入矫日期", "解矫日期",
                   "风险等级", "当前状态", "联系电话", "管理类别", "矫正责任人", "接收日期", "现住址")  # fmt: skip
OLD_HEADINGS: Final = ("姓名", "身份证号", "性别", "罪名", "矫正类别", "司法所", "矫正开始日期", "矫正结束日期", "联系电话",
                       "管理类别", "责任人")  # fmt: skip
DISTRICT: Final = "尖草坪区"


def row_of(one: Invented, office: str, officer: str, day: date) -> list[Any]:
    """One person as the sheet of that day has them."""
    return [one.number, one.name, one.doc, "男" if one.sex == "male" else "女", one.crime, one.kind, DISTRICT, office,
            one.start_on, one.end_on, one.risk, "在矫", one.sheet_phone, one.level_on(day), officer, one.received_on,
            one.address]  # fmt: skip


def old_row_of(one: Invented, office: str, officer: str, at: int) -> list[Any]:
    """One person as an old register has them: here a number is missing, there the class or who is responsible."""
    return [one.name, one.doc, "男" if one.sex == "male" else "女", one.crime, one.kind, office, one.start_on,
            one.end_on, "" if at % 3 == 2 else one.sheet_phone, "普管" if at % 4 == 0 else "", "" if at % 5 == 4 else officer]  # fmt: skip


def workbook(name: str, headings: Iterable[str], rows: Iterable[list[Any]]) -> SheetFile:
    """An .xlsx file with a title row."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("名册")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_string(0, 0, name)
        page.write_row(1, 0, list(headings))
        for line, row in enumerate(rows, start=2):
            for column, cell in enumerate(row):
                page.write(line, column, cell, *([day] if isinstance(cell, date) else []))
    return SheetFile(f"{name}.xlsx", stream.getvalue())
