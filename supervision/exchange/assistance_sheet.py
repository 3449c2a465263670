"""A sheet of resettlement help, read row by row: the template's own example and its row of explanations are no people.

`assistance_columns.json` has the headings of three shapes of the field with their sources: an import template, the export of a
prison's list, and the data items of GB/T 31000 as grid platforms carry them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from supervision.exchange.entry import Entry, Place, gathered, read_day, read_identity, read_name, read_text, read_word
from supervision.exchange.headings import Titles, find_headings, heading_key, known_titles
from supervision.exchange.layout import data_rows, lay_out
from supervision.exchange.parsed import ParsedSheet
from supervision.exchange.sheets import Sheet
from supervision.exchange.values import squeezed, text_of
from supervision.language import gettext as _
from supervision.people.phones import PhoneFault, normalise_phone

DAYS: Final = ("release_on", "help_from", "help_to", "connected_on", "placed_on")
WORDS: Final = ("help_state", "help_level", "danger", "connected")
DETAILS: Final = (
    "family_name", "marriage", "education", "work", "health", "economy", "remark", "former_name", "nation", "rural",
    "recidivist", "drugs", "trained", "certified", "sane", "family_contact", "three_none", "performance", "attitude",
    "prison_notes", "county", "entered_on", "connection", "placement", "not_placed", "helped", "reoffended", "new_crime",
    "population", "native_place",
)  # fmt: skip
"""What is kept as it is written (law c.6)."""
TEXTS: Final = ("crime", "sentence", "prison", "office", "officer", "address_now", "address_household", *DETAILS)
ONLY_HERE: Final = frozenset(["release_on", "help_from", "help_to"])
"""Fields that tell this register from the other."""
_EXPLAINS = re.compile(r"必填|选填|YYYY|填写|格式", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the field's own sheets: its title, where its headings were seen, and heading → field in their order."""

    key: str
    title: str
    source: str
    columns: tuple[tuple[str, str], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields in the order of the columns."""
        return tuple(field for _, field in self.columns)


@cache
def shapes() -> Mapping[str, Shape]:
    """The three shapes, by their keys."""
    found = _data()["shapes"]
    return {
        key: Shape(key, one["title"], one["source"], tuple((title, field) for title, field in one["columns"]))
        for key, one in found.items()
    }


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_name("assistance_columns.json").read_text(encoding="utf-8"))
    return data


@cache
def _titles() -> Titles:
    """Every heading of the shapes, and the usual ways of writing those that both registers have."""
    ours = {heading_key(title): (field,) for shape in shapes().values() for title, field in shape.columns}
    usual = known_titles(("name", "id_card", "sex", "born_on", "phone", "crime", "office", "officer"))
    return {**{title: fields for title, fields in usual.items() if fields}, **ours}


def is_assistance(sheets: list[Sheet]) -> bool:
    """Does a sheet speak of a release or of a period of help, and not of a correction?"""
    found = [find_headings(sheet, _titles()) for sheet in sheets]
    corrected = [find_headings(sheet, known_titles(("name", "id_card", "kind", "start"))) for sheet in sheets]
    speaks = any(headings.known & ONLY_HERE for headings in found if headings)
    return speaks and not any(headings.known & {"kind", "start"} for headings in corrected if headings)


def parse_assistance(sheets: list[Sheet], today: date, answers: Mapping[str, str]) -> ParsedSheet:
    """All rows with their fields or reasons; Refusal when no sheet names people."""
    layouts, skipped = lay_out(sheets, _titles(), answers)
    seen: dict[str, Place] = {}
    rows = []
    for layout in layouts:
        for number, cells in data_rows(layout):
            entry = Entry(layout, number, cells, answers)
            if not is_template(entry):
                rows.append(_read(entry, today, seen).parsed())
    return gathered("assistance", layouts, skipped, rows)


def is_template(entry: Entry) -> bool:
    """The template's example by its well-known number, or a row that says what to write where."""
    if squeezed(text_of(entry.cell("id_card"))) in _data()["examples"]:
        return True
    cells = [squeezed(text_of(entry.cell(name))) for name in ("name", "id_card", "sex", "born_on", "release_on")]
    return sum(bool(_EXPLAINS.search(cell)) for cell in cells) >= 2


def _read(entry: Entry, today: date, seen: dict[str, Place]) -> Entry:
    read_name(entry)
    read_word(entry, "sex")
    read_identity(entry, today)
    for name in DAYS:
        read_day(entry, name)
    for name in WORDS:
        read_word(entry, name)
    for name in ("phone", "family_phone"):
        _read_phone(entry, name)
    for name in TEXTS:
        read_text(entry, name)
    _refuse_contradictions(entry)
    _refuse_without_release(entry)
    _refuse_second(entry, seen)
    return entry


def _read_phone(entry: Entry, name: str) -> None:
    entry.fields[name] = None
    text = text_of(entry.cell(name))
    if entry.waits(name) or not text:
        return
    try:
        entry.fields[name] = normalise_phone(text)
    except PhoneFault as fault:
        entry.refuse(name, "phone_invalid", fault.text)


def _refuse_contradictions(entry: Entry) -> None:
    begins = entry.fields["help_from"] or entry.fields["release_on"]
    if told := ends_before_start(begins, entry.fields["help_to"]):
        entry.refuse("help_to", "end_before_start", told)


def ends_before_start(begins: date | None, ends: date | None) -> str | None:
    """Why a period of help can't have these days; None where it can."""
    if not begins or not ends or ends >= begins:
        return None
    return _("帮教截止日期 %(ends)s 早于开始日期 %(begins)s，请核对") % {"ends": ends, "begins": begins}


def _refuse_without_release(entry: Entry) -> None:
    """Whoever isn't home yet is awaited on a day."""
    if entry.fields["connected"] == "no" and not entry.fields["release_on"] and not entry.waits("release_on"):
        entry.refuse("release_on", "release_missing", _("没有衔接的人员须写明释放日期，请补填"))


def _refuse_second(entry: Entry, seen: dict[str, Place]) -> None:
    """The first row of a person stands; each later one is refused and names the first."""
    number = entry.fields.get("id_card")
    first = seen.setdefault(number, entry.place) if number else entry.place
    if first != entry.place:
        entry.refuse(
            "id_card", "duplicate_in_file", _("与第 %(row)s 行的身份证号重复，请只保留一行") % {"row": first[1]}
        )
