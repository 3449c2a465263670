"""`supervision report`: the annual report and the monthly table from a terminal."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from supervision.days import SHANGHAI
from supervision.errors import Refusal
from supervision.statistics.annual import annual, as_json, as_markdown
from supervision.statistics.asking import month_asked, year_asked
from supervision.statistics.monthly import Table, monthly_table
from supervision.statistics.period import Period, read_month, read_year
from supervision.statistics.sheets import annual_sheet, monthly_sheet
from supervision.statistics.word import as_docx
from supervision.statistics.workbook import workbook

FILES = ("docx", "xlsx")


async def report(arguments: argparse.Namespace, now: datetime) -> tuple[Any, list[str]]:
    """The data for JSON and the lines to print; a file is written for docx and xlsx. Raises Refusal."""
    at = min(arguments.at or now, now)
    if arguments.what == "monthly":
        return await _monthly(arguments, at)
    year = read_year(arguments.year or "")
    if arguments.year and year is None:
        raise Refusal(f"{arguments.year} is not a year like 2024.")
    found = await annual(_begun(year, at) or year_asked({}, at), at)
    if arguments.format in FILES:
        made = as_docx(found) if arguments.format == "docx" else workbook([annual_sheet(found)])
        return _written(arguments, f"annual-{found.period.code}", made)
    return as_json(found), as_markdown(found).splitlines()


async def _monthly(arguments: argparse.Namespace, at: datetime) -> tuple[Any, list[str]]:
    month = read_month(arguments.month or "")
    if arguments.month and month is None:
        raise Refusal(f"{arguments.month} is not a month like 2024-05.")
    if arguments.format == "docx":
        raise Refusal("The monthly table is written as md, json or xlsx.")
    table = await monthly_table(None, _begun(month, at) or month_asked({}, at), at)
    if arguments.format == "xlsx":
        return _written(arguments, f"monthly-{table.period.code}", workbook([monthly_sheet(table)]))
    return table_json(table), _lines(table)


def _begun(period: Period | None, at: datetime) -> Period | None:
    """What was asked for. Raises Refusal where nothing of it can be known yet."""
    if period and period.begin > at:
        raise Refusal(f"{period.code} had not begun by {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}.")
    return period


def table_json(table: Table) -> dict[str, Any]:
    """The monthly table as JSON (docs/json.md)."""
    return {
        "month": table.period.code,
        "known_at": table.known_at.isoformat(),
        "rows": [{"office": row.name, "counts": {c: row.counts[c] for c in table.total}} for row in table.rows],
        "total": table.total,
    }


def _lines(table: Table) -> list[str]:
    sheet = monthly_sheet(table)
    lines = [sheet.title, "", f"| {' | '.join(sheet.headings)} |", "|" + "---|" * len(sheet.headings)]
    return lines + [f"| {' | '.join(str(cell) for cell in row)} |" for row in sheet.rows]


def _written(arguments: argparse.Namespace, name: str, content: bytes) -> tuple[Any, list[str]]:
    path: Path = arguments.to or Path(f"{name}.{arguments.format}")
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise Refusal(f"{path} can't be written: {problem.strerror}.") from None
    return {"file": str(path)}, [f"written: {path}"]
