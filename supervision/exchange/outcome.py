"""What an import did, or would do: a result a row, the questions, and who was on the last sheet and isn't on this one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from supervision.exchange.layout import LABELS
from supervision.exchange.parsed import ParsedRow, ParsedSheet, Question, Reason
from supervision.language import gettext as _

OUTCOMES: Final = ("added", "changed", "unchanged", "refused", "ended", "waiting")
"""ended: the sheet or the register says that it is over, so it isn't taken in; waiting: a question is open."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes of somebody who is on the register already: shown before anything is written."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row."""

    row: ParsedRow
    outcome: str
    changes: tuple[Change, ...] = ()
    note: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The row for programs: its fields, or the reasons that refuse it."""
        place = {"sheet": self.row.sheet, "row": self.row.row, "ok": self.outcome != "refused"}
        if self.outcome == "refused":
            return place | {"reasons": [_reason(one) for one in self.row.reasons]}
        said: dict[str, Any] = {"outcome": self.outcome}
        if self.changes:
            said["changes"] = [{"what": c.label, "old": c.old, "new": c.new} for c in self.changes]
        if self.note:
            said["note"] = self.note
        if self.row.waits_for:
            said["waits_for"] = list(self.row.waits_for)
        if self.row.warnings:
            said["warnings"] = [_reason(one) for one in self.row.warnings]
        return {**place, **self.row.fields, **said}


def _reason(one: Reason) -> dict[str, str]:
    return {"column": one.column, "code": one.code, "text": one.text}


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who was on the last sheet and isn't on this one: listed, never ended."""

    number: str
    name: str
    office: str
    person: int


@dataclass(frozen=True)
class Imported:
    """A whole file: taken in, or only tried (`run` is None)."""

    parsed: ParsedSheet
    results: Sequence[Result]
    questions: Sequence[Question] = ()
    missing: Sequence[Absent] = ()
    run: int | None = None
    people: Sequence[int] = ()
    """Whose files were looked at, for the audit row of a try."""
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def with_reasons(self) -> ParsedSheet:
        """The sheet with all that refuses its rows, for the answer workbook."""
        return replace(self.parsed, rows=[result.row for result in self.results])

    @property
    def data(self) -> dict[str, Any]:
        """The answer for programs (docs/json.md)."""
        return {
            **{outcome: self.counts[outcome] for outcome in OUTCOMES},
            "rows": [result.data for result in self.results],
            "questions": [_question(one) for one in self.questions],
            "missing_since_last": [{"number": a.number, "name": a.name, "office": a.office} for a in self.missing],
            "not_imported": self.parsed.not_imported,
            "skipped_sheets": self.parsed.skipped_sheets,
            "kind": self.parsed.kind,
            "run": self.run,
        }


def _question(one: Question) -> dict[str, Any]:
    choices = [{"code": choice.code, "label": choice.label} for choice in one.choices]
    return {"key": one.key, "text": one.text, "count": one.count, "choices": choices}


def counted(results: Sequence[Result]) -> Counter[str]:
    """How many rows came to what."""
    return Counter(result.outcome for result in results)


def refused(parsed: ParsedSheet, row: ParsedRow, name: str, code: str, text: str) -> Result:
    """A row that the register refuses, at the column of the field."""
    return Result(replace(row, reasons=(*row.reasons, _at(parsed, row, name, code, text))), "refused")


def warned(parsed: ParsedSheet, row: ParsedRow, name: str, code: str, text: str) -> ParsedRow:
    """The row with one remark more."""
    return replace(row, warnings=(*row.warnings, _at(parsed, row, name, code, text)))


def _at(parsed: ParsedSheet, row: ParsedRow, name: str, code: str, text: str) -> Reason:
    titles = parsed.titles.get(row.sheet, [])
    title = next((title for title, of in parsed.columns.items() if of == name and title in titles), None)
    return Reason(title or _(LABELS[name]), code, text, titles.index(title) if title else None)
