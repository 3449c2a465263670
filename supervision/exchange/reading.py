"""A workbook's cells, read in a process of their own: broken files make the parser abort, or reserve all memory.

Run as a program: the file on stdin; on stdout one JSON line a sheet and one a row, or `{"fault": …}`.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import python_calamine as calamine

MEMORY_LIMIT: Final = 3 * 1024**3
CPU_SECONDS: Final = 120


def lines_of(data: bytes, row_limit: int) -> Iterator[object]:
    """What is printed: for each visible sheet its name, extent and merged areas, then its rows."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
        yield {"sheet": meta.name, "height": height, "width": width, "merged": sheet.merged_cell_ranges or []}
        if height <= row_limit and sheet.start:
            left: list[object] = [""] * sheet.start[1]
            for row in sheet.iter_rows():
                yield left + row


def tagged(cell: object) -> list[str | float]:
    """JSON has no dates: they go as a kind and a value."""
    if isinstance(cell, timedelta):
        return ["timedelta", cell.total_seconds()]
    if isinstance(cell, date | datetime | time):
        return [type(cell).__name__, cell.isoformat()]
    raise TypeError(type(cell).__name__)


def main() -> None:
    """Read stdin, print lines; a fault of the file is a line too."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for line in lines_of(sys.stdin.buffer.read(), int(sys.argv[1])):
            sys.stdout.write(json.dumps(line, default=tagged) + "\n")
    except calamine.PasswordError:
        sys.stdout.write('{"fault": "password"}\n')
    except (calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError):
        sys.stdout.write('{"fault": "malformed"}\n')


if __name__ == "__main__":
    main()
