"""What reading a sheet gives: rows with fields or reasons, and the questions only a person can answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from supervision.exchange.sheets import Cell


class Fields(Mapping[str, Any]):
    """The fields of a row, like a dict in a quarter of its room: rows that have the same ones share their names."""

    __slots__ = ("_places", "_values")

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._places = _places(tuple(fields))
        self._values = tuple(fields.values())

    def __getitem__(self, name: str) -> Any:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return repr(dict(self))


@lru_cache(maxsize=64)
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is refused, or what a warning says: the heading, a code, a sentence; `position` is the column."""

    column: str
    code: str
    text: str
    position: int | None = None


@dataclass(frozen=True)
class Choice:
    """One possible answer: the code to hand back and the words to show."""

    code: str
    label: str


@dataclass(frozen=True)
class Question:
    """One thing to ask, however many rows wait for it: `{key: code of a choice}` answers it in the next reading."""

    key: str
    text: str
    choices: tuple[Choice, ...]
    count: int
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row of data. `row` counts from 1 in its sheet; `origin` is the row of the first file, kept through mending.

    `waits_for` holds keys of open questions: the fields concerned are absent until these are answered.
    """

    sheet: str
    row: int
    origin: int
    fields: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    waits_for: tuple[str, ...]
    original: list[Cell]

    @property
    def ok(self) -> bool:
        """Was nothing found that refuses the row?"""
        return not self.reasons


@dataclass(frozen=True)
class ParsedSheet:
    """A file read to its end. `columns` maps headings to fields; nothing may be written while `questions` are open."""

    kind: str
    columns: dict[str, str]
    not_imported: list[str]
    rows: list[ParsedRow]
    questions: list[Question]
    skipped_sheets: list[str] = field(default_factory=list)
    titles: dict[str, list[str]] = field(default_factory=dict)
