"""The register of help handed out in the headings of the field's own sheets, as they are read again: import(export(x)) = x."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import fetch, tx
from supervision.exchange.answers import COLUMN_WIDTH, LOOKS
from supervision.exchange.assistance_present import PERIODS, contacts_of, fields_of
from supervision.exchange.assistance_sheet import Shape
from supervision.exchange.export_lists import write_cell
from supervision.exchange.values import WORDS
from supervision.people.scope import visible_people
from supervision.sealed import keyring

WORDED: Final = ("sex", "help_state", "help_level", "danger", "connected")


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A sheet to be handed out, and whom it shows."""

    shape: Shape
    rows: list[dict[str, Any]]
    people: list[int]


async def register_of(viewer: Viewer, shape: Shape, now: datetime) -> HandedOut:
    """Everybody on the register of help whom the viewer sees, in a shape; one audit row. It carries whole numbers."""
    async with tx():
        args: list[Any] = []
        visible = visible_people(viewer, "a.person", args)
        periods = await fetch(f"{PERIODS} WHERE a.ended_at IS NULL AND {visible} ORDER BY a.id", *args)
        people = sorted({row["person"] for row in periods})
        contacts = await contacts_of(people)
        await record(viewer, "list_exported", people=people, detail={"list": shape.key}, now=now)
    keys = keyring()
    rows = [fields_of(row, contacts.get(row["person"], ()), keys) for row in periods]
    return HandedOut(shape, rows, people)


def workbook(sheet: HandedOut) -> bytes:
    """As .xlsx: the shape's headings, days as days, all else as text, so that numbers keep their digits."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        page = book.add_worksheet("安置帮教")
        for at, (title, _) in enumerate(sheet.shape.columns):
            page.write_string(0, at, title, looks["heading"])
        page.set_column(0, len(sheet.shape.columns) - 1, COLUMN_WIDTH)
        page.freeze_panes(1, 0)
        for line, row in enumerate(sheet.rows, start=1):
            for at, field in enumerate(sheet.shape.fields):
                write_cell(page, (line, at), _cell(field, row[field]), looks)
    return stream.getvalue()


def _cell(field: str, value: Any) -> date | str | None:
    if field in WORDED:
        found = WORDS[field].get(value or "")
        return found[0] if found else None
    cell: date | str | None = value
    return cell
