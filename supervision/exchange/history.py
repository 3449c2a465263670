"""A history of reports: what was owed on which day, and whether it was made."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from supervision.exchange.entry import (
    Entry,
    Place,
    gathered,
    likely_day,
    read_day,
    read_identity,
    read_number,
    read_text,
    read_word,
)
from supervision.exchange.headings import find_headings, known_titles
from supervision.exchange.layout import data_rows, lay_out
from supervision.exchange.parsed import ParsedSheet
from supervision.exchange.sheets import Sheet
from supervision.exchange.values import DateFault, parse_moment
from supervision.language import gettext as _

HISTORY_FIELDS: Final = ("number", "id_card", "name", "due_on", "made_on", "mode")


def is_history(sheets: list[Sheet]) -> bool:
    """Does a sheet say which day a report was due? A roster doesn't."""
    titles = known_titles(HISTORY_FIELDS)
    found = [find_headings(sheet, titles) for sheet in sheets]
    return any("due_on" in headings.known for headings in found if headings)


def parse_history(sheets: list[Sheet], today: date, answers: Mapping[str, str]) -> ParsedSheet:
    """Reports owed until today; `made_on` is None for a miss, `made_at` the local time of day where one is written.

    Raises Refusal when no sheet names people.
    """
    layouts, skipped = lay_out(sheets, known_titles(HISTORY_FIELDS), answers)
    seen: dict[tuple[object, ...], Place] = {}
    rows = []
    for layout in layouts:
        for number, cells in data_rows(layout):
            entry = _read(Entry(layout, number, cells, answers), today)
            _refuse_second(entry, seen)
            rows.append(entry.parsed())
    return gathered("history", layouts, skipped, rows)


def _read(entry: Entry, today: date) -> Entry:
    read_text(entry, "name")
    _read_person(entry, today)
    read_day(entry, "due_on", missing="due_missing")
    _read_made(entry)
    read_word(entry, "mode")
    _refuse_future(entry, today)
    if not entry.fields["mode"] and not entry.waits_for:
        entry.warn("mode", "no_mode", _("没有写报告方式"))
    return entry


def _read_person(entry: Entry, today: date) -> None:
    """A number of the register is enough; an identity number that is there must be right."""
    read_number(entry)
    entry.fields["id_card"] = None
    if entry.cell("id_card") != "":
        read_identity(entry, today)
        for name in ("sex", "born_on"):
            entry.fields.pop(name, None)
    elif not entry.fields["number"] and not entry.waits("number") and not entry.waits("id_card"):
        entry.refuse("number", "person_missing", _("没有人员编号，也没有身份证号，请至少补填一项"))


def _read_made(entry: Entry) -> None:
    entry.fields |= {"made_on": None, "made_at": None}
    cell = entry.cell("made_on")
    if cell == "" or entry.waits("made_on"):
        entry.waits("made_on")
        return
    try:
        day, clock = parse_moment(cell)
        entry.fields |= {"made_on": likely_day(day), "made_at": clock}
    except DateFault as fault:
        entry.refuse("made_on", fault.code, fault.text)


def _refuse_future(entry: Entry, today: date) -> None:
    """A report that isn't due yet is no history: its empty cell would count as a miss."""
    for name, noun in (("due_on", _("应报到时间")), ("made_on", _("实际报到时间"))):
        day = entry.fields[name]
        if day and day > today:
            entry.refuse(
                name,
                "date_in_future",
                _("%(label)s %(day)s 晚于今天，历史记录只导入今天及以前的，请核对") % {"label": noun, "day": day},
            )


def _refuse_second(entry: Entry, seen: dict[tuple[object, ...], Place]) -> None:
    fields = entry.fields
    person = fields["number"] or fields["id_card"]
    if not person or not fields["due_on"] or entry.waits_for:
        return
    place = entry.place
    first = seen.setdefault((person, fields["due_on"], fields["mode"]), place)
    if first is not place:
        entry.refuse(
            "due_on",
            "duplicate_in_file",
            _("与第 %(row)s 行是同一个人同一天同一方式的报告，请只保留一行") % {"row": first[1]},
        )
