"""A roster of invented people as a workbook, the same at every run."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from stdnum.cn.ric import calc_check_digit

from supervision.bench.load import OFFICE_HOLDS, PHONES
from supervision.bench.place import NOW

HEADINGS: Final = ("对象编号", "姓名", "身份证号", "性别", "罪名", "矫正类型", "司法所", "入矫日期", "解矫日期", "当前状态", "联系电话",
                   "管理类别", "矫正责任人", "现住址")  # fmt: skip
NO_COUNTY: Final = "140190"
"""A county code that doesn't exist, so that every identity number is nobody's."""
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN: Final = "安邦成达恩方国海佳康立明宁平青荣"
DAY: Final = NOW.date()


def write_roster(path: Path, people: int) -> Path:
    """Write the workbook; its path."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("名册")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, HEADINGS)
        for number, row in enumerate(_rows(people), start=1):
            for column, cell in enumerate(row):
                page.write(number, column, cell, *([day] if isinstance(cell, date) else []))
    return path


def _rows(people: int) -> Iterator[list[Any]]:
    for n in range(people):
        office = n // OFFICE_HOLDS + 1
        start = DAY - timedelta(days=n % 300 + 1)
        level = "严管" if n % 10 == 0 else "宽管" if n % 10 < 3 else "普管"
        yield [
            f"B{n:08d}", _name(n), _document(n), "男" if n % 1000 % 2 else "女", "盗窃罪", "缓刑", f"乙{office}司法所",
            start, start + timedelta(days=500 + n % 400), "在矫", f"1990000{n % PHONES:04d}", level,
            f"丁{office}之{n % 5 + 2}", f"乙{office}镇{n % 90 + 1}号",
        ]  # fmt: skip


def _name(n: int) -> str:
    return SURNAMES[n % 16] + GIVEN[n // 16 % 16] + GIVEN[n // 256 % 16]


def _document(n: int) -> str:
    born = date(1970, 1, 1) + timedelta(days=n // 1000)
    body = f"{NO_COUNTY}{born:%Y%m%d}{n % 1000:03d}"
    return body + calc_check_digit(f"{body}0")
