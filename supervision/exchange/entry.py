"""One row being read: cells become fields, reasons or open questions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from supervision.exchange.layout import IGNORE, LABELS, Layout, not_imported, origin_of
from supervision.exchange.parsed import Choice, Fields, ParsedRow, ParsedSheet, Question, Reason
from supervision.exchange.sheets import Cell
from supervision.exchange.values import WORDS, DateFault, code_of, is_blank, parse_day, squeezed, text_of
from supervision.language import gettext as _
from supervision.people.identity import IdentityFault, parse_identity_number
from supervision.people.names import name_fault, without_marks

Place = tuple[str, int]
"""Sheet and row number."""
NEVER_EMPTY: Final = frozenset(["kind"])
EARLIEST_EVENT: Final = date(1990, 1, 1)
_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")


@dataclass(slots=True)
class Entry:
    """A row with what has been understood of it so far."""

    layout: Layout
    row: int
    cells: list[Cell]
    answers: Mapping[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    waits_for: list[str] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where it stands in the file."""
        return self.layout.sheet.name, self.row

    def cell(self, name: str) -> Cell:
        """The cell of a field; blank where the sheet has no such column or the cell holds a word for nothing."""
        position = self.layout.positions.get(name)
        return "" if position is None or is_blank(self.cells[position]) else self.cells[position]

    def refuse(self, name: str, code: str, text: str) -> None:
        """Add a reason against the row, at the field's column."""
        self.reasons.append(self._reason(name, code, text))

    def warn(self, name: str, code: str, text: str) -> None:
        """Add a remark that refuses nothing."""
        self.warnings.append(self._reason(name, code, text))

    def _reason(self, name: str, code: str, text: str) -> Reason:
        return Reason(self.layout.title(name), code, text, self.layout.positions.get(name))

    def waits(self, name: str) -> bool:
        """Is the column of this field still to be chosen? Then nothing can be missing from it."""
        key = self.layout.pending.get(name)
        if key and key not in self.waits_for:
            self.waits_for.append(key)
        return key is not None

    def parsed(self) -> ParsedRow:
        """The row as it stands."""
        return ParsedRow(
            sheet=self.layout.sheet.name,
            row=self.row,
            origin=origin_of(self.layout, self.row, self.cells),
            fields=Fields(self.fields),
            reasons=tuple(self.reasons),
            warnings=tuple(self.warnings),
            waits_for=tuple(self.waits_for),
            original=self.cells,
        )


def read_text(entry: Entry, name: str) -> None:
    """A text as written, blanks at its ends and between Chinese characters gone."""
    text = text_of(entry.cell(name))
    entry.fields[name] = _BETWEEN_HAN.sub("", text) or None


def read_name(entry: Entry) -> None:
    """The person's name; one that can't be one is refused, and a row without one."""
    read_text(entry, "name")
    name = entry.fields["name"] = without_marks(entry.fields["name"] or "") or None
    if name and (fault := name_fault(name)):
        entry.refuse("name", "name_invalid", fault)
    if not name and not entry.waits("name"):
        entry.refuse("name", "name_missing", _("没有姓名，请补填"))


def read_number(entry: Entry) -> None:
    """The person's number in the register; one that a sheet has rounded is refused."""
    cell = entry.cell("number")
    if isinstance(cell, float) and abs(cell) >= 1e15:
        entry.refuse(
            "number", "number_is_number", _("人员编号被存成了数字，末尾几位已丢失，请把该列设为文本后重新填写")
        )
    entry.fields["number"] = squeezed(text_of(cell)).strip("'") or None


def read_identity(entry: Entry, today: date) -> None:
    """The identity number, and with it birth and sex, which must agree with what else the row says."""
    if entry.waits("id_card"):
        return
    try:
        identity = parse_identity_number(text_of(entry.cell("id_card")), today)
    except IdentityFault as fault:
        entry.refuse("id_card", fault.code, fault.text)
        return
    entry.fields["id_card"] = identity.number
    _agree_on_sex(entry, identity.sex)
    _agree_on_birth(entry, identity.born_on)


def _agree_on_sex(entry: Entry, sex: str) -> None:
    written = entry.fields.get("sex")
    if written and written != sex:
        entry.refuse(
            "sex",
            "sex_mismatch",
            _("性别写的是%(written)s，身份证号第 17 位表示%(meant)s，请核对")
            % {"written": _label("sex", written), "meant": _label("sex", sex)},
        )
    entry.fields["sex"] = sex


def _agree_on_birth(entry: Entry, born_on: date) -> None:
    cell = entry.cell("born_on")
    try:
        written = parse_day(cell) if cell != "" else born_on
    except DateFault:
        entry.warn("born_on", "born_on_unread", _("出生日期无法识别，已按身份证号填写"))
        written = born_on
    if written != born_on:
        entry.refuse(
            "born_on",
            "born_on_mismatch",
            _("出生日期与身份证号中的 %(day)s 不一致，请核对") % {"day": born_on},
        )
    entry.fields["born_on"] = born_on


def read_day(entry: Entry, name: str, missing: str | None = None) -> None:
    """A day of the correction; with `missing`, a blank is refused by that code."""
    entry.fields[name] = None
    if entry.waits(name):
        return
    cell = entry.cell(name)
    if cell == "":
        if missing:
            entry.refuse(
                name, missing, _("没有%(label)s，请补填，写成 2026-01-31 这样的形式") % {"label": _(LABELS[name])}
            )
        return
    try:
        entry.fields[name] = likely_day(parse_day(cell))
    except DateFault as fault:
        entry.refuse(name, fault.code, fault.text)


def likely_day(day: date) -> date:
    """A day on which something of a correction can have happened; DateFault for a number shown as a day of 1905."""
    if day < EARLIEST_EVENT:
        raise DateFault(
            "date_invalid",
            _("日期 %(day)s 早得不合理，可能是单元格格式有误，请核对") % {"day": day},
        )
    return day


def read_word(entry: Entry, name: str, missing: str | None = None) -> None:
    """A word of a code table; an unknown one is looked up among the answers, else it waits for one."""
    entry.fields[name] = None
    if entry.waits(name):
        return
    word = squeezed(text_of(entry.cell(name)))
    if not word:
        if missing:
            entry.refuse(name, missing, _("没有%(label)s，请补填") % {"label": _(LABELS[name])})
        return
    answer = entry.answers.get(value_key(name, word), "")
    if answer in WORDS[name] or (answer == IGNORE and name not in NEVER_EMPTY):
        entry.fields[name] = None if answer == IGNORE else answer
        return
    entry.fields[name] = code_of(name, word)
    if entry.fields[name] is None:
        entry.waits_for.append(value_key(name, word))


def gathered(kind: str, layouts: list[Layout], skipped: list[str], rows: list[ParsedRow]) -> ParsedSheet:
    """The whole file: rows, what became of each column, and every open question, headings first."""
    columns = {layout.title(name): name for layout in layouts for name in layout.positions}
    rest = dict.fromkeys(title for layout in layouts for title in not_imported(layout))
    asked = [question for layout in layouts for question in layout.questions]
    return ParsedSheet(
        kind=kind,
        columns=columns,
        not_imported=[title for title in rest if title not in columns],
        rows=rows,
        questions=asked + _value_questions(rows),
        skipped_sheets=skipped,
        titles={layout.sheet.name: [column.title for column in layout.headings.columns] for layout in layouts},
    )


def value_key(name: str, word: str) -> str:
    """The key of the question about one distinct value of a field."""
    return f"value:{name}:{word}"


def _value_questions(rows: Iterable[ParsedRow]) -> list[Question]:
    """One question a distinct value, with the first row that has it and how many have."""
    found: dict[str, list[ParsedRow]] = {}
    for row in rows:
        for key in row.waits_for:
            if key.startswith("value:"):
                found.setdefault(key, []).append(row)
    return [_value_question(key, waiting) for key, waiting in found.items()]


def _value_question(key: str, waiting: list[ParsedRow]) -> Question:
    _value, name, word = key.split(":", 2)
    blank = [] if name in NEVER_EMPTY else [Choice(IGNORE, _("留空，以后补录"))]
    return Question(
        key=key,
        text=_("%(label)s中的“%(word)s”是哪一种？共 %(n)s 行。")
        % {"label": _(LABELS[name]), "word": word, "n": len(waiting)},
        choices=(*(Choice(code, _(label)) for code, (label, _ways) in WORDS[name].items()), *blank),
        count=len(waiting),
        sheet=waiting[0].sheet,
        row=waiting[0].row,
    )


def _label(name: str, code: str) -> str:
    return _(WORDS[name][code][0])
