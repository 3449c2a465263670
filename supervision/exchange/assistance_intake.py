"""A sheet of resettlement help is taken in: new people, and what it says differently of those who are on the register."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from supervision.alerts.follow import follow
from supervision.clock import Clock
from supervision.days import at_hour, local_day
from supervision.db import Record, execute, fetch, fetch_row, insert
from supervision.exchange.assistance_change import change
from supervision.exchange.assistance_present import PERIODS
from supervision.exchange.assistance_sheet import DETAILS
from supervision.exchange.assistance_taking import (
    CONTACTS,
    Taking,
    contacts_ever,
    decide,
    find_officer,
    give,
    reach,
    without_known,
)
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
from supervision.exchange.outcome import Imported, Result, counted, refused
from supervision.exchange.parsed import ParsedRow, ParsedSheet
from supervision.exchange.places import load_places
from supervision.language import gettext as _
from supervision.people.actions import NewPerson, person_row
from supervision.resettlement import states
from supervision.resettlement.actions import DETAILS as DETAILS_SEALED
from supervision.resettlement.actions import SUBJECT, Taken, allowed, begin_period, day_refused, first_step, put_down
from supervision.sealed import blind, seal

OFF_IN_SHEET: Final = "导入的名册写为脱管"
KNOWN: Final = """
SELECT p.id, p.name, o.runs, coalesce(o.died, FALSE) OR coalesce(a.died, FALSE) AS died, a.began_on
  FROM person p
  CROSS JOIN LATERAL (SELECT bool_or(ended_at IS NULL) AS runs, bool_or(end_kind = 'deceased') AS died
                        FROM orders WHERE person = p.id) o
  CROSS JOIN LATERAL (SELECT bool_or(end_kind = 'deceased') AS died,
                             max(coalesce(greatest(release_on, from_on, (connected_at AT TIME ZONE 'Asia/Shanghai')::date), known_on)) AS began_on
                        FROM assistance WHERE person = p.id AND ended_at IS NOT NULL AND end_kind <> 'taken_back') a
 WHERE p.doc_key = $1"""
"""Somebody by their number: whether a correction runs, whether they have died, and when the last help that has ended began."""
LOSING: Final = ("lost", "missed")
"""The steps that say of somebody in help, or of somebody who was to come, that nobody knows where they are."""
NOON: Final = 12
DOC: Final = "person.doc"


async def import_assistance(
    viewer: Importer | None, file: SheetFile, parsed: ParsedSheet, options: Options, clock: Clock
) -> Imported:
    """Take a sheet of help in. Raises OpenQuestions while there is one; a second run of the same file changes nothing."""
    places = await load_places()
    questions = [*parsed.questions, *places.questions(parsed.rows, options.answers)]
    refuse_open_questions(questions, options)
    async with one_import(options.dry_run, clock) as now:
        run = await begin_run("assistance", viewer, file, options, now=now)
        mine = own_office(viewer)
        taking = Taking(parsed, places, options, now, options.office or mine, mine, run, viewer.id if viewer else None)
        await _lock(parsed)
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


async def _lock(parsed: ParsedSheet) -> None:
    """Lock the open periods of help of everybody on the sheet: nobody ends or assesses one until all is written.

    Another one can't begin meanwhile: whoever begins one holds the intake's lock, as the import does.
    """
    numbers = [row.fields["id_card"] for row in parsed.rows if row.ok and not row.waits_for]
    await fetch(
        """SELECT a.id FROM assistance a JOIN person p ON p.id = a.person
            WHERE p.doc_key = ANY($1) AND a.ended_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a""",
        [blind(number, DOC) for number in numbers],
    )


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
    known = await fetch_row(KNOWN, blind(row.fields["id_card"], DOC))
    if known is None:
        return await _add(row, taking, office, None)
    if known["name"] != row.fields["name"]:
        return refused(taking.parsed, row, "name", "name_differs", _("这个身份证号已用另一姓名登记过，请核对"))
    taking.people.append(known["id"])
    return await _take_known(row, taking, office, known)


async def _take_known(row: ParsedRow, taking: Taking, office: int, known: Record) -> Result:
    """Somebody who is helped at present, under correction, or neither any more."""
    period = await fetch_row(f"{PERIODS} WHERE a.person = $1 AND a.ended_at IS NULL", known["id"])
    if period is not None:
        return await change(row, taking, period)
    if known["runs"]:
        return refused(taking.parsed, row, "id_card", "in_correction", _("正在社区矫正，期满解除时自动转入，没有导入"))
    if over := _over(known, row.fields):
        return Result(row, "ended", note=over)
    return await _add(row, taking, office, known["id"])


def _over(known: Record, fields: Mapping[str, Any]) -> str | None:
    """Why somebody whose help has ended isn't helped anew: an old sheet still lists them, and tells of no later release or start."""
    if known["died"]:
        return _("系统里已经登记死亡，没有导入")
    days = [day for day in (fields["release_on"], fields["help_from"]) if day]
    if known["began_on"] is None or max(days, default=known["began_on"]) > known["began_on"]:
        return None
    return _("这一期帮教在系统里已经办结，没有再导入")


# -- somebody new ---------------------------------------------------------------------------------------------------


async def _add(row: ParsedRow, taking: Taking, office: int, person: int | None) -> Result:
    fields = row.fields
    if fields["help_state"] == "ended":
        return Result(row, "ended", note=_("表中写为已解除，没有导入"))
    event, connected_at = _beginning(fields, taking.now)
    off, told = _lost(states.BEGINNINGS[event], fields, taking.now)
    if told:
        return refused(taking.parsed, row, "help_state", "not_released", told)
    row, staff = find_officer(row, office, taking)
    known = await contacts_ever(person) if person else []
    row, fresh = without_known(row, {name: fields[name] for name in CONTACTS if fields[name]}, known, taking)
    if person is None:
        new = NewPerson(fields["name"], fields["sex"], fields["born_on"], fields["id_card"])
        person = await insert("person", person_row(new, taking.now, taking.run))
        taking.people.append(person)
    values = _columns(fields, taking, person) | {"state": states.BEGINNINGS[event]}
    made = values | {"id": await insert("assistance", values)}
    taking.touched.append(made["id"])
    await first_step(made, Taken(event, connected_at or taking.now), taking.now, by=taking.by, run=taking.run)
    if connected_at:
        await begin_period(made, connected_at, taking.now)
        if fields["help_from"]:
            await execute("UPDATE assistance SET from_on = $2 WHERE id = $1", made["id"], fields["help_from"])
    if off:
        await put_down(made, off, allowed(values["state"], off.event), taking.now, by=taking.by, run=taking.run)
    await give(made["id"], person, (office, staff), taking)
    await decide(made["id"], fields["help_level"], taking)
    for name in CONTACTS:
        if name in fresh:
            await reach(person, name, fields[name], taking)
    return Result(row, "added")


def _lost(state: str, fields: Mapping[str, Any], now: datetime) -> tuple[Taken | None, str | None]:
    """With which step somebody is lost whom the sheet calls so (law b.12), or why that can't be."""
    if fields["help_state"] != "off":
        return None, None
    event = next((event for event in LOSING if states.next_state(state, event)), None)
    if event is None:
        return None, _("表中写为脱管，但释放日期还没有到，请核对")
    off = Taken(event, now, said=OFF_IN_SHEET)
    return off, day_refused({"release_on": fields["release_on"], "to_on": None}, off, local_day(now))


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
