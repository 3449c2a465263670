"""Headings of real sheets: found among title rows, matched by synonyms, asked about where two things are meant.

`synonyms.json` names the headings that public templates, exports and forms of the field use for each field of ours
(gathered from open repositories and from the forms of the 2017 and 2021 exchange standards), and a few ways of
writing them that offices use; `two_fields` are headings that stand for one thing in some sheets, another in others.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from supervision.exchange.sheets import Cell, Sheet
from supervision.exchange.values import squeezed, text_of

HEADING_ROWS: Final = 15
LONGEST_TITLE: Final = 200
"""Characters; a longer text is no heading, and looking for its brackets would take minutes."""
ORIGIN_TITLE: Final = "原行号"
ANSWER_TITLES: Final = ("错误说明", ORIGIN_TITLE)
IDENTIFYING: Final = frozenset(["name", "id_card", "number"])
# 起 and 止 under one of these groups are another period than that of the correction.
_OTHER_PERIODS = re.compile(r"原判|刑期|刑罚|外出|请假|剥夺|帮教|前科|羁押")


@dataclass(frozen=True)
class Column:
    """One column: where it is (from 0), its heading as shown, and the fields that it may be (none: not imported)."""

    position: int
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Headings:
    """The heading rows of a sheet, counted from 1, both inside."""

    first: int
    last: int
    columns: list[Column]

    @property
    def known(self) -> set[str]:
        """The fields that at least one column may be."""
        return {field for column in self.columns for field in column.fields}

    @cached_property
    def titles(self) -> tuple[tuple[int, str], ...]:
        """Place and heading of each column that may be a field."""
        return tuple((column.position, column.title) for column in self.columns if column.fields)


Titles = dict[str, tuple[str, ...]]


def known_titles(fields: Iterable[str]) -> Titles:
    """Heading → the fields among `fields` that it may stand for."""
    wanted = frozenset(fields)
    return {title: kept for title, found in _synonyms() if (kept := tuple(f for f in found if f in wanted))}


@cache
def _synonyms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    data = json.loads(Path(__file__).with_name("synonyms.json").read_text(encoding="utf-8"))
    single = [(heading_key(title), (field,)) for field, titles in data["fields"].items() for title in titles]
    return tuple(single + [(heading_key(title), tuple(fields)) for title, fields in data["two_fields"].items()])


def find_headings(sheet: Sheet, titles: Titles) -> Headings | None:
    """The row, or the two rows, of the first 15 that know the most headings; None when none names a person."""
    rows = range(min(HEADING_ROWS, len(sheet.rows)))
    candidates = [_single(sheet, row, titles) for row in rows] + [_double(sheet, row, titles) for row in rows[:-1]]
    best = max(candidates, key=lambda headings: len(headings.known), default=None)
    return best if best and best.known & IDENTIFYING else None


def is_heading_again(cells: list[Cell], headings: Headings) -> bool:
    """A row that repeats the headings, as printed lists do at each page."""
    known = headings.titles
    same = [at for at, title in known if at < len(cells) and isinstance(cells[at], str) and text_of(cells[at]) == title]
    return len(same) >= min(3, len(known))


def column_letter(position: int) -> str:
    """The letter that spreadsheet programs show above the column."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def heading_key(title: str) -> str:
    """A heading as it is looked up: without blanks, and the marks that sheets put on it."""
    return re.sub(r"[*':：]", "", squeezed(title))


def _lookup(title: str, titles: Titles) -> tuple[str, ...]:
    """With its brackets first: 现住门（楼）详址 is a heading, （必填） a remark."""
    if len(title) > LONGEST_TITLE:
        return ()
    key = heading_key(title)
    return titles.get(key) or titles.get(re.sub(r"[(\[【{][^)\]】}]*[)\]】}]", "", key), ())


def _single(sheet: Sheet, row: int, titles: Titles) -> Headings:
    columns = [Column(at, text, _lookup(text, titles)) for at, text in enumerate(_texts(sheet, row))]
    return Headings(row + 1, row + 1, columns)


def _double(sheet: Sheet, row: int, titles: Titles) -> Headings:
    above, below = _groups(sheet, row), _texts(sheet, row + 1)
    width = max(len(above), len(below))
    pairs = zip(_padded(above, width), _padded(below, width), strict=True)
    columns = [_grouped(at, group, child, titles) for at, (group, child) in enumerate(pairs)]
    return Headings(row + 1, row + 2, columns)


def _grouped(position: int, group: str, child: str, titles: Titles) -> Column:
    """A sub-heading is read with its group first (矫正期限 + 起), then alone, unless the group is another period's."""
    if not child or child == group:
        return Column(position, group, _lookup(group, titles))
    together = _lookup(group + child, titles)
    alone = _lookup(child, titles)
    if together or not alone or (set(alone) & {"start", "end"} and _OTHER_PERIODS.search(group)):
        return Column(position, group + child, together)
    return Column(position, child, alone)


def _texts(sheet: Sheet, row: int) -> list[str]:
    return [text_of(cell) for cell in sheet.rows[row]]


def _groups(sheet: Sheet, row: int) -> list[str]:
    """The upper row, with each group's heading over all its columns; files without merge marks fill to the right."""
    texts = _texts(sheet, row)
    for (top, left), (_, right) in sheet.merged:
        if top == row and left < len(texts):
            texts[left : right + 1] = [texts[left]] * (min(right + 1, len(texts)) - left)
    below = _texts(sheet, row + 1)
    for at in range(1, len(texts) if not sheet.merged else 0):
        if not texts[at] and at < len(below) and below[at]:
            texts[at] = texts[at - 1]
    return texts


def _padded(texts: list[str], width: int) -> list[str]:
    return texts + [""] * (width - len(texts))
