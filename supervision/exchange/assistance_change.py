"""What a sheet of resettlement help says differently of somebody who is on the register: each change with its fact."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from supervision.db import Record, execute, fetch, insert
from supervision.exchange.assistance_present import contacts_of, details_of, fields_of
from supervision.exchange.assistance_sheet import DETAILS, ends_before_start
from supervision.exchange.assistance_taking import (
    CONTACTS,
    REASON,
    Taking,
    contacts_ever,
    decide,
    find_officer,
    give,
    reach,
    without_known,
)
from supervision.exchange.layout import LABELS
from supervision.exchange.outcome import Change, Result, refused, warned
from supervision.exchange.parsed import ParsedRow
from supervision.exchange.values import WORDS
from supervision.language import gettext as _
from supervision.resettlement.actions import BECAME
from supervision.resettlement.actions import DETAILS as DETAILS_SEALED
from supervision.resettlement.records import CONTENT
from supervision.sealed import keyring, open_sealed, seal

COLUMNS: Final = {
    "crime": "crime",
    "sentence": "sentence",
    "prison": "prison",
    "release_on": "release_on",
    "help_from": "from_on",
    "help_to": "to_on",
}
"""Field → the column of the period of help that it is."""
NOT_CHANGED: Final = frozenset(
    """name id_card sex born_on help_state connected connected_on connection placed_on placement reoffended
       entered_on""".split()
)
"""What the register knows better, from its own steps: a sheet doesn't change it."""

Differing = dict[str, Any]


async def change(row: ParsedRow, taking: Taking, period: Record) -> Result:
    """What the sheet says differently, and only where it says something."""
    if told := _ends_too_early(row, period):
        return refused(taking.parsed, row, "help_to", "end_before_start", told)
    contacts = (await contacts_of([period["person"]])).get(period["person"], [])
    present = fields_of(period, contacts, keyring())
    different = _different(row, present, taking)
    row, place = _place(row, different, period, taking)
    row = await _without_assessed(row, different, period, taking)
    ever = await contacts_ever(period["person"])
    row, fresh = without_known(row, different, ever, taking)
    for name in CONTACTS.keys() & different.keys() - fresh:
        del different[name]
    if not different:
        return Result(row, "unchanged")
    if place:
        await give(period["id"], period["person"], place, taking)
    await decide(period["id"], different.get("help_level"), taking)
    await _assess(period, different.get("danger"), taking)
    await _write_form(period, different, taking)
    for name in fresh:
        await reach(period["person"], name, different[name], taking, _in_place(CONTACTS[name], ever))
    taking.touched.append(period["id"])
    taking.changed += 1
    changes = [
        Change(_(LABELS[name]), _shown(name, present[name]), _shown(name, new)) for name, new in different.items()
    ]
    return Result(row, "changed", tuple(changes))


def _different(row: ParsedRow, present: Mapping[str, Any], taking: Taking) -> Differing:
    named = {name for name in taking.parsed.columns.values() if name not in NOT_CHANGED}
    return {
        name: row.fields[name]
        for name in present
        if name in named and row.fields.get(name) is not None and row.fields[name] != present[name]
    }


def _ends_too_early(row: ParsedRow, period: Record) -> str | None:
    """A mistyped year would end the help at once."""
    fields = row.fields
    if not fields["help_from"] and not fields["help_to"]:
        return None
    begins = fields["help_from"] or fields["release_on"] or period["from_on"] or period["release_on"]
    return ends_before_start(begins, fields["help_to"] or period["to_on"])


def _place(
    row: ParsedRow, different: Differing, period: Record, taking: Taking
) -> tuple[ParsedRow, tuple[int, int | None] | None]:
    """Who is to have the file, where that is another; an officer who isn't known takes nobody's helper away."""
    text = row.fields["office"]
    office = (taking.places.office(text, taking.options.answers) if text else None) or period["office_id"]
    moves = office != period["office_id"]
    if not moves:
        different.pop("office", None)
    row, staff = find_officer(row, office, taking)
    if staff in (None, period["staff_id"]):
        different.pop("officer", None)
    return row, (office, staff) if moves or "officer" in different else None


async def _without_assessed(row: ParsedRow, different: Differing, period: Record, taking: Taking) -> ParsedRow:
    """Whether somebody is a key person is the office's own assessment, once there is one (law RA-09)."""
    if "danger" not in different:
        return row
    standing = await fetch(
        "SELECT content_sealed FROM help_assessment WHERE assistance = $1 AND withdrawn_at IS NULL", period["id"]
    )
    said = [open_sealed(one["content_sealed"], CONTENT) if one["content_sealed"] else "" for one in standing]
    if all(one == REASON for one in said):
        return row
    del different["danger"]
    told = _("已作过评估，没有按表改动；确需改变的，请在档案中重新评估")
    return warned(taking.parsed, row, "danger", "kind_assessed", told)


async def _assess(period: Record, kind: str | None, taking: Taking) -> None:
    if kind:
        values = {"assistance": period["id"], "kind": kind, "old_kind": period["kind"]}
        values |= {"content_sealed": seal(REASON, CONTENT), "happened_at": taking.now}
        await insert("help_assessment", values | {"recorded_at": taking.now, "recorded_by": taking.by})
        await execute("UPDATE assistance SET kind = $2 WHERE id = $1", period["id"], kind)


async def _write_form(period: Record, different: Differing, taking: Taking) -> None:
    """The columns and details of the registration form; how they were stays, and what they became."""
    said = {name: new for name, new in different.items() if name in DETAILS}
    new = {COLUMNS[name]: different[name] for name in COLUMNS if name in different}
    if not said and not new:
        return
    before = details_of(period, keyring())
    await _keep(period, before, {name: different[name] for name in different if name in {*COLUMNS, *DETAILS}}, taking)
    if said:
        new["details_sealed"] = _sealed(before | said)
    written = ", ".join(f"{column} = ${at}" for at, column in enumerate(new, start=2))
    await execute(f"UPDATE assistance SET {written} WHERE id = $1", period["id"], *new.values())


async def _keep(period: Record, details: Mapping[str, Any], became: Mapping[str, Any], taking: Taking) -> None:
    """What the form said until now stays as a fact, with who changed it to what, when."""
    columns = {name: period[column] for name, column in COLUMNS.items() if period[column] is not None}
    values = {"assistance": period["id"], "details_sealed": _sealed({**details, **columns, BECAME: became})}
    await insert(
        "assistance_details",
        values | {"replaced_at": taking.now, "replaced_by": taking.by, "import_run": taking.run},
    )


def _sealed(form: Mapping[str, Any]) -> str:
    return seal(json.dumps(form, ensure_ascii=False, default=date.isoformat), DETAILS_SEALED)


def _in_place(what: tuple[str, str], ever: list[Record]) -> int | None:
    """The contact in use that a new one of the kind and holder stands for."""
    in_use = (one["id"] for one in ever if (one["kind"], one["holder"]) == what and one["withdrawn_at"] is None)
    return next(in_use, None)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in WORDS:
        return _(WORDS[name].get(value, (str(value), ""))[0])
    return value.isoformat() if isinstance(value, date) else str(value)
