"""A sheet of resettlement help is taken in: new people, and what it says differently of those who are on the register."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from supervision.alerts.follow import follow
from supervision.days import at_hour, local_day
from supervision.db import Record, execute, fetch_row, fetch_value, insert
from supervision.exchange.assistance_present import PERIODS, contacts_of, details_of, fields_of
from supervision.exchange.assistance_sheet import DETAILS
from supervision.exchange.intake import (
    Importer,
    Options,
    SheetFile,
    begin_run,
    end_run,
    one_import,
    own_office,
    refuse_open_questions,
)
from supervision.exchange.layout import LABELS
from supervision.exchange.outcome import Change, Imported, Result, counted, refused
from supervision.exchange.parsed import ParsedRow, ParsedSheet
from supervision.exchange.places import Places, load_places
from supervision.exchange.values import WORDS
from supervision.language import gettext as _
from supervision.people.actions import Assignment, NewContact, NewPerson, assign, contact_row, person_row
from supervision.resettlement import states
from supervision.resettlement.actions import DETAILS as DETAILS_SEALED
from supervision.resettlement.actions import SUBJECT, Taken, begin_period, first_step, put_down
from supervision.sealed import blind, keyring, seal

REASON: Final = "导入安置帮教名册"
OFF_IN_SHEET: Final = "导入的名册写为脱管"
NOON: Final = 12
DOC: Final = "person.doc"
OF_ASSISTANCE: Final = {
    "crime": "crime",
    "sentence": "sentence",
    "prison": "prison",
    "release_on": "release_on",
    "help_from": "from_on",
    "help_to": "to_on",
    "danger": "kind",
}
"""Field → the column of the period of help that it is."""
CONTACTS: Final = {
    "phone": ("phone", "self"),
    "family_phone": ("phone", "family"),
    "address_now": ("address_now", "self"),
    "address_household": ("address_household", "self"),
}
NOT_CHANGED: Final = frozenset(
    [
        "name",
        "id_card",
        "sex",
        "born_on",
        "help_state",
        "connected",
        "connected_on",
        "connection",
        "placed_on",
        "placement",
    ]
    + ["reoffended", "entered_on"]
)
"""What the register knows better, from its own steps: a sheet doesn't change it."""


@dataclass
class Taking:
    """One import of a sheet of help, with what it did so far."""

    parsed: ParsedSheet
    places: Places
    options: Options
    now: datetime
    office: int | None
    own: int | None
    run: int
    by: int | None
    touched: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    changed: int = 0


async def import_assistance(
    viewer: Importer | None, file: SheetFile, parsed: ParsedSheet, options: Options, *, now: datetime
) -> Imported:
    """Take a sheet of help in. Raises OpenQuestions while there is one; a second run of the same file changes nothing."""
    places = await load_places()
    questions = [*parsed.questions, *places.questions(parsed.rows, options.answers)]
    refuse_open_questions(questions, options)
    async with one_import(options.dry_run):
        run = await begin_run("assistance", viewer, file, options, now=now)
        mine = own_office(viewer)
        taking = Taking(parsed, places, options, now, options.office or mine, mine, run, viewer.id if viewer else None)
        results = [await _take(row, taking) for row in parsed.rows]
        imported = Imported(
            parsed,
            results,
            questions,
            run=None if options.dry_run else run,
            people=sorted(set(taking.people)),
            counts=counted(results),
        )
        await end_run(viewer, imported, run, {"changed": taking.changed}, taking.people, now=now)
        if not options.dry_run:
            await follow(taking.touched, now, kind=SUBJECT, by=taking.by)
    return imported


async def _take(row: ParsedRow, taking: Taking) -> Result:
    if not row.ok:
        return Result(row, "refused")
    text = row.fields["office"]
    office = taking.places.office(text, taking.options.answers) if text else taking.office
    if row.waits_for or (text and office is None):
        return Result(row, "waiting")
    if office is None:
        return refused(taking.parsed, row, "office", "office_missing", _("没有写司法所，导入时也没有指定，请补填"))
    if taking.own not in (None, office):
        return refused(taking.parsed, row, "office", "other_office", _("不是本所的人员，请由区局导入"))
    known = await fetch_row("SELECT id, name FROM person WHERE doc_key = $1", blind(row.fields["id_card"], DOC))
    if known is None:
        return await _add(row, taking, office, None)
    if known["name"] != row.fields["name"]:
        return refused(taking.parsed, row, "name", "name_differs", _("这个身份证号已用另一姓名登记过，请核对"))
    taking.people.append(known["id"])
    period = await fetch_row(f"{PERIODS} WHERE a.person = $1 AND a.ended_at IS NULL", known["id"])
    if period is not None:
        return await _change(row, taking, period)
    if await fetch_value("SELECT 1 FROM orders WHERE person = $1 AND ended_at IS NULL", known["id"]):
        return refused(taking.parsed, row, "id_card", "in_correction", _("正在社区矫正，期满解除时自动转入，没有导入"))
    return await _add(row, taking, office, known["id"])


# -- somebody new ---------------------------------------------------------------------------------------------------


async def _add(row: ParsedRow, taking: Taking, office: int, person: int | None) -> Result:
    fields = row.fields
    if fields["help_state"] == "ended":
        return Result(row, "ended", note=_("表中写为已解除，没有导入"))
    if person is None:
        new = NewPerson(fields["name"], fields["sex"], fields["born_on"], fields["id_card"])
        person = await insert("person", person_row(new, taking.now, taking.run))
        taking.people.append(person)
    event, connected_at = _beginning(fields, taking.now)
    values = _columns(fields, taking, person) | {"state": states.BEGINNINGS[event]}
    made = values | {"id": await insert("assistance", values)}
    taking.touched.append(made["id"])
    await first_step(made, Taken(event, connected_at or taking.now), taking.now, by=taking.by, run=taking.run)
    if connected_at:
        await begin_period(made, connected_at, taking.now)
        if fields["help_from"]:
            await execute("UPDATE assistance SET from_on = $2 WHERE id = $1", made["id"], fields["help_from"])
    if fields["help_state"] == "off":
        off = Taken("lost", taking.now, said=OFF_IN_SHEET)
        await put_down(made, off, states.OFF, taking.now, by=taking.by, run=taking.run)
    await _give(made["id"], person, (office, fields["officer"]), taking)
    await _decide(made["id"], fields["help_level"], taking)
    for name, (kind, holder) in CONTACTS.items():
        if fields[name]:
            await _reach(person, NewContact(kind, fields[name], holder), taking)
    return Result(row, "added")


def _beginning(fields: Mapping[str, Any], now: datetime) -> tuple[str, datetime | None]:
    """Where somebody of an old register stands: in help since a day, or still awaited."""
    today = local_day(now)
    if fields["connected"] == "no" or (fields["release_on"] and fields["release_on"] > today):
        past = fields["release_on"] and fields["release_on"] <= today
        return ("announced" if past else "known"), None
    days = (fields["connected_on"], fields["help_from"], fields["release_on"])
    day = next((day for day in days if day and day <= today), today)
    return "carried_over", min(at_hour(day, NOON), now)


def _columns(fields: Mapping[str, Any], taking: Taking, person: int) -> dict[str, Any]:
    today = local_day(taking.now)
    kind = fields["danger"] or ("key" if fields["help_state"] == "key" else "general")
    return {
        "person": person,
        "source": "prison" if fields["release_on"] else "other",
        "kind": kind,
        "known_on": today,
        "release_on": fields["release_on"],
        "to_on": fields["help_to"],
        "prison": fields["prison"],
        "crime": fields["crime"],
        "sentence": fields["sentence"],
        "details_sealed": _sealed(_said(fields)),
        "ledger_from": today,
        "created_at": taking.now,
        "created_by": taking.by,
        "import_run": taking.run,
    }


def _said(fields: Mapping[str, Any]) -> dict[str, str]:
    said = {name: fields[name] for name in DETAILS if fields[name]}
    return said | ({"placed_on": fields["placed_on"].isoformat()} if fields["placed_on"] else {})


def _sealed(said: Mapping[str, str]) -> str | None:
    return seal(json.dumps(said, ensure_ascii=False), DETAILS_SEALED) if said else None


async def _give(assistance: int, person: int, place: tuple[int, str | None], taking: Taking) -> None:
    office, name = place
    staff = taking.places.officer(office, name) if name else None
    made = await assign((SUBJECT, assistance), person, Assignment(office, staff, REASON), taking.now, taking.by)
    await execute("UPDATE responsibility SET import_run = $2 WHERE id = $1", made, taking.run)


async def _decide(assistance: int, level: str | None, taking: Taking) -> None:
    if level:
        values = {"assistance": assistance, "level": level, "reason": REASON, "happened_at": taking.now}
        await insert(
            "assistance_class", values | {"recorded_at": taking.now, "recorded_by": taking.by, "import_run": taking.run}
        )


async def _reach(person: int, new: NewContact, taking: Taking, replaces: int | None = None) -> None:
    values = contact_row(person, new, taking.now, taking.by)
    await insert("contact", values | {"replaces": replaces, "import_run": taking.run})


# -- somebody who is there -----------------------------------------------------------------------------------------


async def _change(row: ParsedRow, taking: Taking, period: Record) -> Result:
    """What the sheet says differently, and only where it says something."""
    contacts = (await contacts_of([period["person"]])).get(period["person"], [])
    present = fields_of(period, contacts, keyring())
    named = {name for name in taking.parsed.columns.values() if name not in NOT_CHANGED}
    different = {
        name: row.fields[name]
        for name in present
        if name in named and row.fields.get(name) is not None and row.fields[name] != present[name]
    }
    if (
        "office" in different
        and taking.places.office(different["office"], taking.options.answers) == period["office_id"]
    ):
        del different["office"]
    if not different:
        return Result(row, "unchanged")
    if "office" in different or "officer" in different:
        office = taking.places.office(row.fields["office"], taking.options.answers) if row.fields["office"] else None
        place = (office or period["office_id"], row.fields["officer"])
        await _give(period["id"], period["person"], place, taking)
    await _decide(period["id"], different.get("help_level"), taking)
    await _write_columns(period, different, taking)
    for name in CONTACTS.keys() & different.keys():
        await _replace(period["person"], name, different[name], taking, contacts)
    taking.touched.append(period["id"])
    taking.changed += 1
    changes = [
        Change(_(LABELS[name]), _shown(name, present[name]), _shown(name, new)) for name, new in different.items()
    ]
    return Result(row, "changed", tuple(changes))


async def _write_columns(period: Record, different: Mapping[str, Any], taking: Taking) -> None:
    for name in OF_ASSISTANCE.keys() & different.keys():
        await execute(f"UPDATE assistance SET {OF_ASSISTANCE[name]} = $2 WHERE id = $1", period["id"], different[name])
    said = {name: different[name] for name in DETAILS if name in different}
    if said:
        whole = details_of(period, keyring()) | said
        await _keep_details(period, taking)
        await execute("UPDATE assistance SET details_sealed = $2 WHERE id = $1", period["id"], _sealed(whole))


async def _keep_details(period: Record, taking: Taking) -> None:
    """What the form said until now stays as a fact, with who changed it when."""
    if period["details_sealed"]:
        replaced = {"replaced_at": taking.now, "replaced_by": taking.by, "import_run": taking.run}
        await insert(
            "assistance_details",
            {"assistance": period["id"], "details_sealed": period["details_sealed"], **replaced},
        )


async def _replace(person: int, name: str, value: str, taking: Taking, contacts: list[Record]) -> None:
    kind, holder = CONTACTS[name]
    old = next((row["id"] for row in contacts if (row["kind"], row["holder"]) == (kind, holder)), None)
    if old is not None:
        await execute("UPDATE contact SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL", old, taking.now)
    await _reach(person, NewContact(kind, value, holder), taking, old)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in WORDS:
        return _(WORDS[name].get(value, (str(value), ""))[0])
    return value.isoformat() if isinstance(value, date) else str(value)
