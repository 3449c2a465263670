"""The tables of the whole register as the database itself describes them, in the order in which they can be put back."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Final

from supervision.db import fetch

LEFT_OUT: Final[Mapping[str, str]] = {
    "audit_row": "the audit stays with the installation whose key seals it",
    "audit_seal": "as the audit",
    "audit_unsealed": "as the audit",
    "staff_session": "signed-in browsers of this installation",
    "second_factor": "telephones of this installation",
    "recovery_code": "as second_factor",
    "sign_in_attempt": "of the last minutes",
    "api_token": "keys to this installation",
    "api_request": "as api_token",
    "change_waiting": "the feed of this installation",
    "change_log": "as change_waiting",
    "upload": "sheets between their dry run and their import",
    "heartbeat": "of this installation's processes",
    "job_run": "of this installation's processes",
    "installation": "what of it belongs to the register is in register.json",
    "migration": "the schema, not the register",
}
"""Tables that are no part of the register, and why; every other table is."""
SEEDED: Final = ("parameter", "holiday")
"""What a new installation brings along: it gives way to the register's own."""
SECRETS: Final[Mapping[str, frozenset[str]]] = {
    "staff": frozenset({"password_hash", "one_time_until", "failed_count", "locked_until"})
}
"""Columns that are never written out."""
SEALED: Final = "_sealed"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the database and its type."""

    name: str
    type: str

    @property
    def title(self) -> str:
        """Its heading: what is sealed in the database is in clear in the file."""
        return self.name.removesuffix(SEALED)


@dataclass(frozen=True, slots=True)
class Shape:
    """A table of the register."""

    table: str
    columns: tuple[Column, ...]

    @property
    def titles(self) -> list[str]:
        """The headings of its file."""
        return [column.title for column in self.columns]


COLUMNS: Final = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attgenerated = '' ORDER BY c.relname, a.attnum"""
REFERENCES: Final = """
SELECT conrelid::regclass::text AS table, confrelid::regclass::text AS needed
  FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"""


async def shapes() -> list[Shape]:
    """The tables of the register; each after those that it refers to."""
    columns: dict[str, list[Column]] = {}
    for row in await fetch(COLUMNS):
        table, name = row["table"], row["column"]
        if table not in LEFT_OUT and name not in SECRETS.get(table, ()):
            columns.setdefault(table, []).append(Column(name, row["type"]))
    needed: dict[str, set[str]] = {table: set() for table in columns}
    for row in await fetch(REFERENCES):
        if row["table"] in needed and row["needed"] in needed:
            needed[row["table"]].add(row["needed"])
    return [Shape(table, tuple(columns[table])) for table in TopologicalSorter(needed).static_order()]


async def version() -> str:
    """Which schema it is: a file goes back only into the same."""
    rows = await fetch("SELECT name FROM migration ORDER BY name DESC LIMIT 1")
    return str(rows[0]["name"])
