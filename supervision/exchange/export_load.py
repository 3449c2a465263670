"""A register that was written out is put into an empty installation: the same rows with the same ids, sealed with its own key."""

import csv
import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from supervision.access.passwords import hash_password, one_time_code
from supervision.access.two_persons import CODE_LASTS
from supervision.audit.record import record
from supervision.db import execute, fetch, fetch_value, tx
from supervision.errors import Refusal
from supervision.exchange.export_cells import Sealing, Seals
from supervision.exchange.export_register import ABOUT, BATCH, CODES, KEPT
from supervision.exchange.export_schema import SEEDED, Shape, shapes, version
from supervision.exchange.sheets import Cell, read_book
from supervision.exchange.values import text_of
from supervision.locks import Lock
from supervision.sealed import keyring

LONGEST_CELL: Final = 64 * 1024 * 1024
UNREADABLE: Final = "{} is no register that was written by `supervision register export`."


class Source:
    """A file with its tables: what it says about itself, and the rows of each."""

    def __init__(self, path: Path) -> None:
        """Raises Refusal for what isn't such a file."""
        self.path = path
        try:
            self.sheets = self._workbook() if path.suffix == ".xlsx" else None
            self.zip = None if self.sheets else zipfile.ZipFile(path)
            self.about: dict[str, Any] = json.loads(self._about())
        except OSError as problem:
            raise Refusal(f"The file {path} can't be read: {problem.strerror}.") from None
        except (zipfile.BadZipFile, KeyError, ValueError):
            raise Refusal(UNREADABLE.format(path)) from None

    def _workbook(self) -> dict[str, list[list[str]]]:
        read = read_book(self.path.name, self.path.read_bytes())
        return {sheet.name: [[_of_workbook(_text(cell)) for cell in row] for row in sheet.rows] for sheet in read}

    def _about(self) -> str:
        if self.sheets is not None:
            return self.sheets[ABOUT][1][0]
        assert self.zip is not None
        return self.zip.read(f"{ABOUT}.json").decode("utf-8")

    def names(self) -> set[str]:
        """The tables that are in it."""
        if self.sheets is not None:
            return self.sheets.keys() - {ABOUT, CODES}
        assert self.zip is not None
        return {name.removesuffix(".csv") for name in self.zip.namelist()} - {f"{ABOUT}.json", CODES}

    def rows(self, shape: Shape) -> Iterator[list[str]]:
        """The rows of a table. Raises Refusal where its headings are others."""
        found = self._rows(shape.table)
        if next(found, None) != shape.titles:
            raise Refusal(f"{self.path}: the table {shape.table} has other columns than this version's.")
        width = len(shape.titles)
        return ((row + [""] * (width - len(row)))[:width] for row in found)

    def _rows(self, table: str) -> Iterator[list[str]]:
        if self.sheets is not None:
            yield from self.sheets[table]
            return
        assert self.zip is not None
        csv.field_size_limit(LONGEST_CELL)
        with self.zip.open(f"{table}.csv") as file:
            yield from csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))


def _text(cell: Cell) -> str:
    """As it is written: a blank at its edge is a part of it."""
    return cell if isinstance(cell, str) else text_of(cell)


def _of_workbook(cell: str) -> str:
    return re.sub(r"\\([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), cell)


async def load_register(path: Path, seals: Seals, now: datetime) -> tuple[dict[str, int], dict[str, str]]:
    """Put a register into this installation, which must be empty: how many rows each table got, and new one-time passwords.

    Passwords aren't in the file: the security administrators get one-time codes, and give them to the others.
    Raises Refusal for a file of another schema, and where anybody works or is on the register here.
    """
    source = Source(path)
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        tables = await shapes()
        await _check(source, tables)
        for table in SEEDED:
            await execute(f"DELETE FROM {table}")
        unknown, recipients = await hash_password(secrets.token_urlsafe(32)), dict[str, str]()
        counts = {}
        for shape in tables:
            sealing = Sealing(shape, seals, keyring(), recipients)
            counts[shape.table] = await _load(shape, sealing, source.rows(shape), unknown)
        await _note_installation(source.about.get("installation", {}))
        codes = await _one_time_codes(now)
        people = [row["id"] for row in await fetch("SELECT id FROM person ORDER BY id")]
        await record(None, "register_loaded", people=people, detail={"file": path.name, "people": len(people)}, now=now)
    return counts, codes


async def _check(source: Source, tables: Sequence[Shape]) -> None:
    if await fetch_value("SELECT EXISTS (SELECT FROM staff) OR EXISTS (SELECT FROM person)"):
        raise Refusal("There are people or staff here already: a register goes into an empty installation only.")
    if source.about.get("schema") != await version() or source.names() != {shape.table for shape in tables}:
        raise Refusal(f"{source.path} was written by another version: bring both installations to the same one.")


async def _load(shape: Shape, sealing: Sealing, rows: Iterator[list[str]], unknown: str) -> int:
    """Write the rows of one table with their ids, and let its own ids go on after them; how many."""
    names = [column.name for column in shape.columns]
    values = [f"x.c{n}::{column.type}" for n, column in enumerate(shape.columns)]
    given: list[str] = []
    if shape.table == "staff":
        names, values, given = [*names, "password_hash"], [*values, f"${len(shape.columns) + 1}"], [unknown]
    marks = ", ".join(f"${n}::text[]" for n in range(1, len(shape.columns) + 1))
    fields = ", ".join(f"c{n}" for n in range(len(shape.columns)))
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f'INSERT INTO "{shape.table}" ({listed}) SELECT {", ".join(values)} FROM unnest({marks}) AS x({fields})'
    count = 0
    for part in _parts(rows):
        made = [sealing.row(cells) for cells in part]
        await execute(sql, *(list(column) for column in zip(*made, strict=True)), *given)
        count += len(part)
    await _go_on(shape.table)
    return count


def _parts(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    part: list[list[str]] = []
    for row in rows:
        part.append(row)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


async def _go_on(table: str) -> None:
    """The next id of a table comes after all that were loaded. (Setting it is not the app's right; taking numbers is.)"""
    await execute(
        f"""SELECT count(nextval(s.seq)) FROM (SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS seq) s,
                   generate_series(1, (SELECT coalesce(max(id), 0) FROM "{table}")) WHERE s.seq IS NOT NULL"""
    )


async def _note_installation(kept: Mapping[str, str]) -> None:
    for key in KEPT:
        if key in kept:
            await execute(
                """INSERT INTO installation (key, value) VALUES ($1, $2)
                   ON CONFLICT ON CONSTRAINT installation_key_once DO NOTHING""",
                key,
                kept[key],
            )


async def _one_time_codes(now: datetime) -> dict[str, str]:
    """New one-time passwords of the security administrators who still work here: login → code."""
    codes = {}
    for row in await fetch(
        "SELECT id, login FROM staff WHERE role = 'security_admin' AND disabled_at IS NULL ORDER BY id"
    ):
        codes[row["login"]] = code = one_time_code()
        await execute(
            "UPDATE staff SET password_hash = $2, one_time_until = $3 WHERE id = $1",
            row["id"],
            await hash_password(code),
            now + CODE_LASTS,
        )
    if not codes:
        raise Refusal("The register has no active security administrator: nobody could sign in.")
    return codes
