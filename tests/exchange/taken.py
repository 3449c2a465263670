"""Rosters and histories taken into the test's register, and what came of them."""

from collections.abc import Sequence
from typing import Any

from supervision.access.viewer import Viewer
from supervision.db import fetch, fetch_value
from supervision.exchange.actions import import_sheet
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.outcome import Imported
from tests.cast import Cast
from tests.exchange.made import number_of, workbook
from tests.register import viewer_of

HEADING = (
    "姓名", "身份证号", "人员编号", "联系电话", "矫正类别", "罪名", "矫正开始日期", "矫正结束日期", "接收日期", "管理类别",
    "司法所", "责任人", "当前状态", "现住址",
)  # fmt: skip
GOOD = (
    "测试一", number_of(), "SQ0001", "13800138001", "缓刑", "盗窃罪", "2026-01-05", "2027-01-04", "2026-01-08", "普管",
    "古城司法所", "安丽", "在矫", "古城街道1号",
)  # fmt: skip
HISTORY = ("人员编号", "身份证号", "应报到时间", "实际报到时间", "方式")
Cells = Sequence[Any]
TABLES = (
    "person orders contact responsibility registration class_decision term_change debt duty finding alert report"
    " ledger_subject"
).split()


def person(**changed: Any) -> list[Any]:
    """The good row with some cells changed."""
    return [changed.get(title, cell) for title, cell in zip(HEADING, GOOD, strict=True)]


def another(order: int, **changed: Any) -> list[Any]:
    """Somebody else, with a number of their own."""
    own = {"姓名": f"测试{order}", "身份证号": number_of(order=order), "人员编号": f"SQ{order:04d}"}
    return person(**(own | changed))


def sheet(*rows: Cells, heading: Cells = HEADING, name: str = "名册.xlsx") -> SheetFile:
    return SheetFile(name, workbook(名册=[heading, *rows]))


async def dan(cast: Cast) -> Viewer:
    return await viewer_of(cast.dan)


async def taken(cast: Cast, *rows: Cells, viewer: Viewer | None = None, **options: Any) -> Imported:
    """These rows, imported by the bureau unless said otherwise."""
    return await import_sheet(viewer or await dan(cast), sheet(*rows), Options(**options), cast.clock)


async def history(cast: Cast, *rows: Cells, **options: Any) -> Imported:
    file = SheetFile("历史.xlsx", workbook(报到=[HISTORY, *rows]))
    return await import_sheet(await dan(cast), file, Options(**options), cast.clock)


def outcomes(imported: Imported) -> list[str]:
    return [result.outcome for result in imported.results]


def codes(imported: Imported) -> list[list[str]]:
    return [[reason.code for reason in result.row.reasons] for result in imported.results]


async def size() -> dict[str, int]:
    """How many rows each table of the register has."""
    return {table: int(await fetch_value(f"SELECT count(*) FROM {table}")) for table in TABLES}


async def register() -> dict[str, list[tuple[Any, ...]]]:
    """Everything on the register but ids and moments of the ledger's own work."""
    return {
        table: [tuple(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY id")]
        for table in TABLES
        if table != "ledger_subject"
    }


async def order_of(number: str = "SQ0001") -> Any:
    [row] = await fetch("SELECT * FROM orders WHERE number = $1", number)
    return row
