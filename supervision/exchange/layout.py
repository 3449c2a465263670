"""Which column of a sheet is which field, once its doubtful headings are answered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from supervision.errors import Refusal
from supervision.exchange.headings import (
    ANSWER_TITLES,
    ORIGIN_TITLE,
    Column,
    Headings,
    Titles,
    column_letter,
    find_headings,
    is_heading_again,
)
from supervision.exchange.parsed import Choice, Question
from supervision.exchange.sheets import Cell, Sheet
from supervision.exchange.values import is_blank, squeezed, text_of
from supervision.language import N_, listed
from supervision.language import gettext as _
from supervision.resettlement.words import FORM

IGNORE: Final = "ignore"
NOT_IMPORTED: Final = N_("不导入这一列")
FOOTERS: Final = (
    "合计", "总计", "小计", "共计", "备注", "说明", "填表说明", "注:", "填表人", "制表人", "审核人", "填报人", "负责人",
    "单位负责人", "填报单位", "填报日期", "填表日期", "制表日期", "联系人:",
)  # fmt: skip
REMARKS: Final = ("必填", "选填", "填写说明")
DOWNWARD: Final = frozenset(["office", "officer"])
SAMPLES: Final = 5

LABELS: Final = {
    "name": N_("姓名"), "id_card": N_("身份证号"), "sex": N_("性别"), "born_on": N_("出生日期"), "phone": N_("联系电话"),
    "start": N_("矫正开始日期"), "end": N_("矫正结束日期"), "kind": N_("矫正类别"), "office": N_("司法所"),
    "officer": N_("责任人"), "level": N_("管理类别"), "risk": N_("风险等级"), "number": N_("人员编号"), "received": N_("接收日期"),
    "address_now": N_("居住地址"), "address_household": N_("户籍地址"), "state": N_("当前状态"), "due_on": N_("应报到时间"),
    "made_on": N_("实际报到时间"), "mode": N_("报告方式"),
    "help_state": N_("状态"), "help_level": N_("风险等级"), "family_phone": N_("家属电话"), "danger": N_("危险性评估"), "connected": N_("是否衔接"),
    "connected_on": N_("衔接日期"), "placed_on": N_("安置日期"), **FORM,
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A sheet with its columns settled: `positions` of fields, `pending` fields with the open question's key."""

    sheet: Sheet
    headings: Headings
    positions: dict[str, int]
    pending: dict[str, str]
    questions: list[Question]

    def title(self, field: str) -> str:
        """The heading of a field as the sheet writes it; our own word where the sheet has no such column."""
        position = self.positions.get(field)
        return LABELS[field] if position is None else self.headings.columns[position].title


def lay_out(sheets: list[Sheet], titles: Titles, answers: Mapping[str, str]) -> tuple[list[Layout], list[str]]:
    """The sheets that name people, and the names of those that don't; Refusal when no sheet does."""
    found = [(sheet, find_headings(sheet, titles)) for sheet in sheets]
    layouts = [_settle(sheet, headings, answers) for sheet, headings in found if headings]
    if not layouts:
        raise Refusal(_("前 15 行里没有找到表头：至少要有“姓名”“身份证号”“人员编号”中的一列，请核对后重新上传。"))
    return layouts, [sheet.name for sheet, headings in found if not headings]


def data_rows(layout: Layout) -> Iterator[tuple[int, list[Cell]]]:
    """Row number and cells of each row of data; blank rows, sums, remarks and repeated headings are passed over."""
    width = len(layout.headings.columns)
    merged = _Downward(layout)
    for number, cells in enumerate(layout.sheet.rows, start=1):
        if number > layout.headings.last:
            row = merged.spread(number, cells if len(cells) == width else (cells + [""] * (width - len(cells)))[:width])
            if _is_data(row, layout):
                yield number, row


def origin_of(layout: Layout, number: int, cells: list[Cell]) -> int:
    """The row of the first file when this one is a mended answer workbook."""
    for column in layout.headings.columns:
        if column.title == ORIGIN_TITLE and (text := text_of(cells[column.position])).isdecimal():
            return int(text)
    return number


def not_imported(layout: Layout) -> list[str]:
    """Headings of columns that become no field."""
    used = set(layout.positions.values())
    rest = [column for column in layout.headings.columns if column.position not in used]
    return [
        c.title for c in rest if c.title and c.title not in ANSWER_TITLES and not set(c.fields) & set(layout.pending)
    ]


class _Downward:
    """Offices and officers written once beside several people, in a merged cell, hold for each of them."""

    def __init__(self, layout: Layout) -> None:
        columns = {layout.positions.get(field) for field in DOWNWARD}
        self._begins: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """Row number → column and last row number of the areas that begin there."""
        for (top, left), (bottom, right) in layout.sheet.merged:
            if left == right and left in columns:
                self._begins[top + 1].append((left, bottom + 1))
        self._holds: dict[int, tuple[int, Cell]] = {}
        """Column → until which row which cell holds."""

    def spread(self, number: int, row: list[Cell]) -> list[Cell]:
        """The row with what holds for it; rows come in order."""
        begun = self._begins.get(number, [])
        for left, last in begun:
            self._holds[left] = (last, row[left])
        inside = {left: cell for left, (last, cell) in self._holds.items() if number <= last} if self._holds else {}
        if not inside or all(row[left] == cell for left, cell in inside.items()):
            return row
        return [inside.get(at, cell) for at, cell in enumerate(row)]


def _is_data(cells: list[Cell], layout: Layout) -> bool:
    """A row is passed over only when it can't be a person: whatever might be one is read, and refused with reasons."""
    if all(is_blank(cells[column.position]) for column in layout.headings.columns if column.fields):
        return False
    if _is_footer(cells, layout) or _is_remark(cells, layout):
        return False
    return not is_heading_again(cells, layout.headings)


def _is_footer(cells: list[Cell], layout: Layout) -> bool:
    first = next(squeezed(text_of(cell)) for cell in cells if text_of(cell))
    identity, name = _squeezed_at(cells, layout, "id_card"), _squeezed_at(cells, layout, "name")
    nameless = not name or name.isdecimal() or name.startswith(FOOTERS)
    return first.startswith(FOOTERS) and not identity and nameless


def _is_remark(cells: list[Cell], layout: Layout) -> bool:
    texts = [_squeezed_at(cells, layout, field) for field in ("name", "id_card", "number")]
    return any(mark in text for text in texts for mark in REMARKS)


def _squeezed_at(cells: list[Cell], layout: Layout, field: str) -> str:
    position = layout.positions.get(field)
    return "" if position is None else squeezed(text_of(cells[position]))


def _settle(sheet: Sheet, headings: Headings, answers: Mapping[str, str]) -> Layout:
    questions: list[Question] = []
    pending: dict[str, str] = {}
    columns = [_settle_meaning(column, sheet, headings, answers) for column in headings.columns]
    for column in columns:
        if len(column.fields) > 1:
            questions.append(_ask_meaning(column, sheet, headings))
            pending |= {field: questions[-1].key for field in column.fields if not _has_plain(columns, field)}
    positions = {}
    for field, places in _places(columns).items():
        chosen = places[0] if len(places) == 1 else _chosen(places, answers.get(f"column:{sheet.name}:{field}", ""))
        if chosen is None:
            questions.append(_ask_column(field, places, sheet, headings))
            pending[field] = questions[-1].key
        elif chosen.position >= 0:
            positions[field] = chosen.position
    return Layout(sheet, replace(headings, columns=columns), positions, pending, questions)


def _has_plain(columns: list[Column], field: str) -> bool:
    return any(column.fields == (field,) for column in columns)


def _places(columns: list[Column]) -> dict[str, list[Column]]:
    places: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        if len(column.fields) == 1:
            places[column.fields[0]].append(column)
    return places


def _chosen(places: list[Column], answer: str) -> Column | None:
    if answer == IGNORE:
        return Column(-1, "", ())
    return next((place for place in places if column_letter(place.position) == answer), None)


def _settle_meaning(column: Column, sheet: Sheet, headings: Headings, answers: Mapping[str, str]) -> Column:
    answer = answers.get(f"heading:{sheet.name}:{column.title}", "")
    if len(column.fields) < 2 or answer not in (*column.fields, IGNORE):
        return column
    return replace(column, fields=() if answer == IGNORE else (answer,))


def _ask_meaning(column: Column, sheet: Sheet, headings: Headings) -> Question:
    meanings = _("或").join(f"“{_(LABELS[field])}”" for field in column.fields)
    values = listed(_samples(column, sheet, headings)) or _("（空）")
    return Question(
        key=f"heading:{sheet.name}:{column.title}",
        text=_("“%(title)s”这一列可能是%(meanings)s，其中的值有：%(values)s。请选择它是哪一项。")
        % {"title": column.title, "meanings": meanings, "values": values},
        choices=(*(Choice(field, _(LABELS[field])) for field in column.fields), Choice(IGNORE, _(NOT_IMPORTED))),
        count=len(sheet.rows) - headings.last,
        sheet=sheet.name,
        row=headings.first,
    )


def _column_words(column: Column) -> str:
    return _("%(letter)s 列“%(title)s”") % {"letter": column_letter(column.position), "title": column.title}


def _ask_column(field: str, places: list[Column], sheet: Sheet, headings: Headings) -> Question:
    choices = [Choice(column_letter(place.position), _column_words(place)) for place in places]
    return Question(
        key=f"column:{sheet.name}:{field}",
        text=_("有 %(n)s 列都可能是“%(field)s”：%(named)s。请选择用哪一列。")
        % {"n": len(places), "field": _(LABELS[field]), "named": listed(choice.label for choice in choices)},
        choices=(*choices, Choice(IGNORE, _(NOT_IMPORTED))),
        count=len(sheet.rows) - headings.last,
        sheet=sheet.name,
        row=headings.first,
    )


def _samples(column: Column, sheet: Sheet, headings: Headings) -> list[str]:
    cells = (row[column.position] for row in sheet.rows[headings.last :] if column.position < len(row))
    return list(dict.fromkeys(text_of(cell) for cell in cells if not is_blank(cell)))[:SAMPLES]
