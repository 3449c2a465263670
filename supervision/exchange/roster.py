"""A roster of people under correction, read row by row."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from supervision.errors import Refusal
from supervision.exchange.entry import (
    Entry,
    Place,
    gathered,
    read_day,
    read_identity,
    read_name,
    read_number,
    read_text,
    read_word,
)
from supervision.exchange.headings import known_titles
from supervision.exchange.layout import data_rows, lay_out
from supervision.exchange.parsed import ParsedSheet
from supervision.exchange.sheets import Sheet
from supervision.exchange.values import text_of
from supervision.language import gettext as _
from supervision.people.phones import PhoneFault, is_mobile, normalise_phone

ROSTER_FIELDS: Final = (
    "name", "id_card", "sex", "born_on", "phone", "start", "end", "kind", "crime", "office", "officer", "level",
    "risk", "number", "received", "address_now", "address_household", "state",
)  # fmt: skip
TEXTS: Final = ("crime", "office", "officer", "risk", "address_now", "address_household")
OF_A_CORRECTION: Final = ("kind_missing", "start_missing")
"""What every row lacks of a list that isn't about corrections."""
_BETWEEN_PHONES = re.compile(r"[、，,;；/|\n\r]+")


def parse_roster(sheets: list[Sheet], today: date, answers: Mapping[str, str]) -> ParsedSheet:
    """All rows of a roster with their fields or reasons; Refusal when no sheet names people.

    `answers` maps keys of questions to codes of their choices.
    """
    layouts, skipped = lay_out(sheets, known_titles(ROSTER_FIELDS), answers)
    seen: dict[str, dict[str, Place]] = {"id_card": {}, "number": {}}
    rows = []
    for layout in layouts:
        for number, cells in data_rows(layout):
            entry = _read(Entry(layout, number, cells, answers), today)
            _refuse_second(entry, seen)
            rows.append(entry.parsed())
    return gathered("roster", layouts, skipped, rows)


def refuse_another_list(parsed: ParsedSheet) -> None:
    """Raises Refusal for a list of people that isn't the register (a docket, a seating plan): as a whole, not row by row."""
    if _has_no_column(parsed, "id_missing") or all(_has_no_column(parsed, code) for code in OF_A_CORRECTION):
        raise Refusal(
            _(
                "这个表格不像在册人员名单：表头里至少要有“身份证号”，以及“矫正类别”或“矫正开始日期”。没有导入，请核对后重新上传。"
            )
        )


def _has_no_column(parsed: ParsedSheet, code: str) -> bool:
    """Whether all rows lack it because the sheet has no place for it."""
    lacking = ((reason.code, reason.position) for row in parsed.rows for reason in row.reasons)
    return bool(parsed.rows) and sum(one == (code, None) for one in lacking) == len(parsed.rows)


def _read(entry: Entry, today: date) -> Entry:
    read_name(entry)
    read_word(entry, "sex")
    read_identity(entry, today)
    _read_phones(entry)
    _read_term(entry)
    read_word(entry, "kind", missing="kind_missing")
    read_word(entry, "level")
    read_word(entry, "state")
    read_number(entry)
    for name in TEXTS:
        read_text(entry, name)
    return entry


def _read_term(entry: Entry) -> None:
    read_day(entry, "start", missing="start_missing")
    read_day(entry, "end")
    if entry.cell("end") == "" and not entry.waits("end"):
        entry.warn("end", "end_missing", _("没有矫正结束日期，期满前的提醒无法计算，请尽快补录"))
    read_day(entry, "received")
    start, end = entry.fields["start"], entry.fields["end"]
    if start and end and end < start:
        entry.refuse(
            "end",
            "end_before_start",
            _("矫正结束日期 %(end)s 早于开始日期 %(start)s，请核对") % {"end": end, "start": start},
        )


def _read_phones(entry: Entry) -> None:
    """The first mobile, else the first number; the others are kept as `other_phones`."""
    entry.fields |= {"phone": None, "other_phones": []}
    if entry.waits("phone"):
        return
    numbers = [_phone(entry, part) for part in _BETWEEN_PHONES.split(text_of(entry.cell("phone"))) if part.strip()]
    good = sorted((number for number in numbers if number), key=lambda number: not is_mobile(number))
    if good:
        entry.fields |= {"phone": good[0], "other_phones": good[1:]}
    elif not numbers:
        entry.warn("phone", "no_phone", _("没有电话，不能发短信"))


def _phone(entry: Entry, text: str) -> str | None:
    try:
        return normalise_phone(text)
    except PhoneFault as fault:
        entry.refuse("phone", "phone_invalid", fault.text)
        return None


def _refuse_second(entry: Entry, seen: Mapping[str, dict[str, Place]]) -> None:
    """The first row of a person stands; each later one is refused and names the first."""
    place = entry.place
    for name, noun in (("id_card", _("身份证号")), ("number", _("人员编号"))):
        value = entry.fields.get(name)
        first = seen[name].setdefault(value, place) if value else place
        if first is not place:
            told = _("与第 %(row)s 行的%(label)s重复，请只保留一行")
            if first[0] != place[0]:
                told = _("与工作表“%(sheet)s”第 %(row)s 行的%(label)s重复，请只保留一行")
            said = told % {"sheet": first[0], "row": first[1], "label": noun}
            entry.refuse(name, "duplicate_in_file", said)
