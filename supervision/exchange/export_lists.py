"""Lists in the headings by which they can be imported again: the roster of a scope, and its history of reports."""

import asyncio
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.days import SHANGHAI, local_day
from supervision.db import Record, fetch, tx
from supervision.exchange.answers import COLUMN_WIDTH, LONGEST_TEXT, LOOKS
from supervision.exchange.history import HISTORY_FIELDS
from supervision.exchange.layout import LABELS
from supervision.exchange.roster import ROSTER_FIELDS
from supervision.exchange.values import WORDS
from supervision.people.actions import CONTACT, DOC
from supervision.people.scope import visible_people
from supervision.sealed import Keyring, keyring

RULE: Final = "SU-01"
BETWEEN_PHONES: Final = "、"
Cells = Mapping[str, date | str | None]
"""Field → what its cell holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list to be handed out: its name, its fields in their order, its rows, and whom it shows."""

    name: str
    fields: Sequence[str]
    rows: list[Cells]
    people: list[int]


ROSTER: Final = """
SELECT o.id, o.person, o.number, o.kind, o.crime, o.risk, o.start_on, o.end_on, o.registered_at, o.state,
       p.name, p.sex, p.born_on, p.doc_sealed, f.name AS office, s.name AS officer,
       (SELECT l.level FROM class_decision l WHERE l.order_id = o.id AND l.withdrawn_at IS NULL
         ORDER BY l.happened_at DESC, l.id DESC LIMIT 1) AS level
  FROM orders o JOIN person p ON p.id = o.person
  LEFT JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = o.id AND r.role = 'main' AND r.to_at IS NULL
  LEFT JOIN office f ON f.id = r.office LEFT JOIN staff s ON s.id = r.staff
 WHERE o.ended_at IS NULL AND {visible} ORDER BY o.number"""
CONTACTS: Final = """
SELECT person, kind, value_sealed FROM contact
 WHERE person = ANY($1) AND withdrawn_at IS NULL AND holder = 'self' ORDER BY person, kind, rank, id"""
HISTORY: Final = """
SELECT o.number, o.person, p.name, d.period, d.variant, f.happened_at
  FROM duty d JOIN orders o ON d.subject_kind = 'order' AND o.id = d.subject_id JOIN person p ON p.id = o.person
  LEFT JOIN report f ON d.fact_kind = 'report' AND f.id = d.fact_id
 WHERE d.rule = $1 AND d.state IN ('met', 'met_late', 'missed') AND d.period <= $2 AND {visible}
   AND (d.state = 'missed' OR f.id IS NOT NULL)
 ORDER BY o.number, d.period, d.variant"""


async def roster_of(viewer: Viewer, now: datetime) -> Sheet:
    """Everybody in correction whom the viewer sees, as the import of a roster reads them; one audit row.

    It carries whole identity numbers. A family's number isn't in it: the import would take it for the person's own.
    """
    async with tx():
        args: list[Any] = []
        visible = visible_people(viewer, "o.person", args)
        orders = await fetch(ROSTER.format(visible=visible), *args)
        people = sorted({row["person"] for row in orders})
        contacts = await fetch(CONTACTS, people)
        await record(viewer, "list_exported", people=people, detail={"list": "roster"}, now=now)
    rows = await asyncio.to_thread(_roster_rows, orders, contacts, keyring())
    return Sheet("名册", ROSTER_FIELDS, rows, people)


def _roster_rows(orders: Iterable[Record], contacts: Iterable[Record], keys: Keyring) -> list[Cells]:
    reached: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in contacts:
        reached[one["person"]][one["kind"]].append(keys.open(one["value_sealed"], CONTACT))
    return [_roster_row(order, reached[order["person"]], keys) for order in orders]


def _roster_row(order: Record, reached: Mapping[str, list[str]], keys: Keyring) -> Cells:
    enrolled = order["registered_at"]
    return {
        "name": order["name"],
        "id_card": keys.open(order["doc_sealed"], DOC) if order["doc_sealed"] else None,
        "sex": _word("sex", order["sex"]),
        "born_on": order["born_on"],
        "phone": BETWEEN_PHONES.join(reached.get("phone", [])),
        "start": order["start_on"],
        "end": order["end_on"],
        "kind": _word("kind", order["kind"]),
        "crime": order["crime"],
        "office": order["office"],
        "officer": order["officer"],
        "level": _word("level", order["level"]),
        "risk": order["risk"],
        "number": order["number"],
        "received": local_day(enrolled) if enrolled else None,
        "address_now": _first(reached.get("address_now")),
        "address_household": _first(reached.get("address_household")),
        "state": _word("state", order["state"]),
    }


def _word(field: str, code: str | None) -> str | None:
    found = WORDS[field].get(code or "")
    return found[0] if found else None


def _first(values: list[str] | None) -> str | None:
    return values[0] if values else None


async def history_of(viewer: Viewer, now: datetime) -> Sheet:
    """What everybody owed of regular reports and when they made it, as the import of a history reads it; one audit row.

    What was excused, fell away or is still open isn't in it: a history knows only reports and misses. The manner is the
    one that was owed.
    """
    async with tx():
        args: list[Any] = [RULE, local_day(now).isoformat()]
        visible = visible_people(viewer, "o.person", args)
        owed = await fetch(HISTORY.format(visible=visible), *args)
        people = sorted({row["person"] for row in owed})
        await record(viewer, "list_exported", people=people, detail={"list": "history"}, now=now)
    return Sheet("报告", HISTORY_FIELDS, [_history_row(row) for row in owed], people)


def _history_row(row: Record) -> Cells:
    made_at = row["happened_at"]
    return {
        "number": row["number"],
        "id_card": None,
        "name": row["name"],
        "due_on": date.fromisoformat(row["period"]),
        "made_on": f"{made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if made_at else None,
        "mode": _word("mode", row["variant"]),
    }


def workbook(sheet: Sheet) -> bytes:
    """The list as .xlsx: a row of headings, days as days, all else as text, so that numbers keep their digits."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        page = book.add_worksheet(sheet.name)
        for at, field in enumerate(sheet.fields):
            page.write_string(0, at, LABELS[field], looks["heading"])
        page.set_column(0, len(sheet.fields) - 1, COLUMN_WIDTH)
        page.freeze_panes(1, 0)
        for line, row in enumerate(sheet.rows, start=1):
            for at, field in enumerate(sheet.fields):
                write_cell(page, (line, at), row[field], looks)
    return stream.getvalue()


def write_cell(page: Any, place: tuple[int, int], cell: date | str | None, looks: Mapping[str, Any]) -> None:
    """A day as a day, all else as text, nothing as nothing."""
    if isinstance(cell, date):
        page.write_datetime(*place, cell, looks["day"])
    elif cell:
        page.write_string(*place, cell[:LONGEST_TEXT], looks["text"])
