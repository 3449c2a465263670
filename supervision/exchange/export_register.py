"""The whole register written out, in clear: as CSV files in a .zip, or as one workbook; with its code tables."""

import csv
import io
import json
import pkgutil
import re
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import xlsxwriter

import supervision
from supervision.audit.record import record
from supervision.db import fetch, tx
from supervision.errors import Refusal
from supervision.exchange.answers import COLUMN_WIDTH, LONGEST_TEXT, LOOKS
from supervision.exchange.export_cells import Opening, Seals
from supervision.exchange.export_schema import Shape, shapes, version
from supervision.exchange.sheets import check_extent, check_size, inspect_zip
from supervision.exchange.values import WORDS
from supervision.sealed import keyring

BATCH: Final = 5_000
ABOUT, CODES = "register", "codes"
CODE_TITLES: Final = ("table", "column", "code", "word")
KEPT: Final = ("demo", "live_from")
"""What of `installation` belongs to the register."""
ZIP_INSTEAD: Final = "A workbook of so large a register couldn't be read again: write a .zip instead."
Row = Sequence[str]


class Book(Protocol):
    """A file that takes one table after the other."""

    def begin(self, name: str, titles: Row) -> None: ...

    def add(self, rows: Sequence[Row]) -> None: ...

    def end(self, about: Mapping[str, Any]) -> None: ...

    def drop(self) -> None: ...


async def export_register(path: Path, seals: Seals, now: datetime) -> dict[str, int]:
    """Write all tables of the register into a new file (.zip or .xlsx), as of one moment; how many rows each has.

    Raises Refusal for another kind of file, and for a workbook that can't hold it.
    """
    book = _book(path)
    written = False
    try:
        async with tx(snapshot=True):
            counts = await _write(book, seals, now)
            people = [row["id"] for row in await fetch("SELECT id FROM person ORDER BY id")]
        detail = {"file": path.name, "people": len(people)}
        await record(None, "register_exported", people=people, detail=detail, now=now)
        written = True
    finally:
        if not written:  # half a register is none, and it is in clear; a whole one needs its audit row
            book.drop()
            path.unlink()
    return counts


async def _write(book: Book, seals: Seals, now: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    tables = await shapes()
    for shape in tables:
        book.begin(shape.table, shape.titles)
        counts[shape.table] = 0
        async for rows in _rows(shape, seals):
            book.add(rows)
            counts[shape.table] += len(rows)
    book.begin(CODES, CODE_TITLES)
    book.add([row async for row in _codes(tables)])
    kept = await fetch("SELECT key, value FROM installation WHERE key = ANY($1) ORDER BY key", list(KEPT))
    about = {"schema": await version(), "tables": counts, "installation": {row["key"]: row["value"] for row in kept}}
    book.end(about | {"written_at": now.isoformat()})
    return counts


def _book(path: Path) -> Book:
    books: Mapping[str, type[_Zip] | type[_Workbook]] = {".zip": _Zip, ".xlsx": _Workbook}
    if path.suffix not in books:
        raise Refusal(f"{path} must end in .zip (CSV files) or .xlsx (one workbook).")
    try:
        return books[path.suffix](path)
    except OSError as problem:
        raise Refusal(f"The file {path} can't be written: {problem.strerror}.") from None


async def _rows(shape: Shape, seals: Seals) -> AsyncIterator[list[list[str]]]:
    """The rows of a table in the order of their ids, a part at a time."""
    opening = Opening(shape, seals, keyring())
    # Each by its table: a bare `id` in ORDER BY would be the text that is shown.
    wanted = ", ".join(f'"{column.name}"::text' for column in shape.columns)
    after = -1
    while True:
        found = await fetch(
            f'SELECT {wanted} FROM "{shape.table}" t WHERE t.id > $1::bigint ORDER BY t.id LIMIT {BATCH}', after
        )
        if not found:
            return
        yield [opening.row(tuple(row)) for row in found]
        after = int(found[-1]["id"])


# -- code tables --------------------------------------------------------------------------------------------------

CODED: Final = """
SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS said FROM pg_constraint
 WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY conname"""
_ONE_OF = re.compile(r"\((\w+) = ANY \(ARRAY\[(.*?)\]\)\)")


async def _codes(tables: Sequence[Shape]) -> AsyncIterator[list[str]]:
    """Each code that a column of the register may hold, with its word where users read one."""
    names, words = {shape.table for shape in tables}, list(_dictionaries())
    for row in await fetch(CODED):
        for column, listed in _ONE_OF.findall(row["said"]) if row["table"] in names else ():
            codes = re.findall(r"'((?:[^']|'')*)'::text", listed)
            known = next((one for one in words if one.keys() >= set(codes)), {})
            for code in codes:
                yield [row["table"], column, code, known.get(code, "")]


def _dictionaries() -> Iterator[Mapping[str, str]]:
    """Every table of words that a slice shows to its users, the smallest first."""
    found: list[Mapping[str, str]] = [{code: word for code, (word, _) in table.items()} for table in WORDS.values()]
    for folder in pkgutil.iter_modules(supervision.__path__):
        name = f"supervision.{folder.name}.words"
        if folder.ispkg and find_spec(name):
            found += [value for value in vars(import_module(name)).values() if _is_words(value)]
    return iter(sorted(found, key=len))


def _is_words(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(isinstance(one, str) for one in [*value, *value.values()])


# -- files --------------------------------------------------------------------------------------------------------


class _Zip:
    """A .zip with one CSV a table."""

    def __init__(self, path: Path) -> None:
        self.file = zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED)
        path.chmod(0o600)
        self.entry: Any = None

    def begin(self, name: str, titles: Row) -> None:
        self._close()
        self.entry = io.TextIOWrapper(self.file.open(f"{name}.csv", "w", force_zip64=True), "utf-8-sig", newline="")
        self.add([titles])

    def add(self, rows: Sequence[Row]) -> None:
        csv.writer(self.entry).writerows(rows)

    def end(self, about: Mapping[str, Any]) -> None:
        self._close()
        self.file.writestr(f"{ABOUT}.json", json.dumps(about, ensure_ascii=False, indent=1))
        self.file.close()

    def drop(self) -> None:
        self._close()
        self.file.close()

    def _close(self) -> None:
        if self.entry is not None:
            self.entry.close()


class _Workbook:
    """One workbook with a sheet a table, every cell a text."""

    def __init__(self, path: Path) -> None:
        path.touch(0o600, exist_ok=False)
        self.path = path
        self.book = xlsxwriter.Workbook(path, {"in_memory": True})
        self.heading = self.book.add_format(LOOKS["heading"])
        self.text = self.book.add_format({"num_format": "@"})
        self.line = self.width = 0
        self.page: Any = None

    def begin(self, name: str, titles: Row) -> None:
        self.page, self.line, self.width = self.book.add_worksheet(name), 1, len(titles)
        for at, title in enumerate(titles):
            self.page.write_string(0, at, title, self.heading)
        self.page.set_column(0, len(titles) - 1, COLUMN_WIDTH, self.text)
        self.page.freeze_panes(1, 0)

    def add(self, rows: Sequence[Row]) -> None:
        with _read_again():
            check_extent(self.line + len(rows), self.width)
        for row in rows:
            for at, cell in enumerate(row):
                if cell:
                    self.page.write_string(self.line, at, _in_workbook(cell))
            self.line += 1

    def end(self, about: Mapping[str, Any]) -> None:
        self.begin(ABOUT, ["about"])
        self.add([[json.dumps(about, ensure_ascii=False)]])
        self.book.close()
        with _read_again():
            check_size(written := self.path.read_bytes())
            inspect_zip(written)

    def drop(self) -> None:
        if not self.book.fileclosed:
            self.book.close()


@contextmanager
def _read_again() -> Iterator[None]:
    """Within the limits of what is read; raises Refusal with the way out."""
    try:
        yield
    except Refusal:
        raise Refusal(ZIP_INSTEAD) from None


def _in_workbook(cell: str) -> str:
    """What a workbook's XML can't carry as it is, by its number; a backslash tells that a number follows."""
    told = re.sub(
        r"[\x00-\x09\x0b-\x1f\x7f\\\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)", lambda one: f"\\{ord(one[0]):04x}", cell
    )
    if len(told) > LONGEST_TEXT:
        raise Refusal("A cell of a workbook can't hold so long a text: write a .zip instead.")
    return told
