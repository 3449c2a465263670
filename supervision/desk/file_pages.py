"""A person's file, its remarks, and the one way to see a whole identity number."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from supervision.access.confirm import confirmed
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import Seeing, record
from supervision.checkins.appointments import coming_read
from supervision.checkins.words import AGREED, APPOINTED
from supervision.clock import Clock
from supervision.db import tx
from supervision.desk.file import (
    ALERTS_SHOWN,
    LONG,
    OPEN,
    alerts_read,
    duties_read,
    first_contact,
    full_number,
    good_phone,
    messages_read,
    notes_read,
    notes_shown,
    papers_of,
    papers_reads,
)
from supervision.desk.rows import lines
from supervision.desk.timeline import most as most_facts
from supervision.desk.timeline import timeline, timeline_reads
from supervision.desk.words import PAUSES, STATES
from supervision.files.actions import newest_read
from supervision.forms import read_form
from supervision.language import gettext as _
from supervision.orders.offers import offers_of, offers_reads
from supervision.orders.words import KINDS, LEVELS
from supervision.people.actions import add_note
from supervision.people.answers import back_to_file
from supervision.people.scope import get_person
from supervision.reads import read_together
from supervision.web import AnyRequest, page


@get("/people/{person_id:int}", guards=[guard("see_people")])
async def file(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template | Redirect:
    """The whole file on one page; one audit row. Of somebody who is helped and was never under correction, that help."""
    seeing = Seeing(viewer, "file_seen", clock.now(), subject=("person", person_id))
    context = await _file(seeing, viewer, person_id, everything=request.query_params.get("all") == "1")
    if context["order"] is None and context["papers"].helped:
        return Redirect(f"/people/{person_id}/assistance", status_code=303)
    return page(request, "desk/file.html", opened=request.query_params.get("open", ""), **context)


async def _file(
    seeing: Seeing, viewer: Viewer, person_id: int, *, everything: bool, clear: bool = False
) -> dict[str, Any]:
    """A fixed number of queries, however long the file is, and one audit row. Raises NotFound."""
    now = seeing.now
    person = await get_person(viewer, person_id)
    line = (await lines([person.id], now, seeing=seeing))[0]
    found = await read_together(
        **papers_reads(person.id),
        **timeline_reads(viewer, person.id, everything=everything),
        **offers_reads(viewer, person.id),
        duties=duties_read(person.id, now, everything=everything),
        alerts=alerts_read(person.id),
        messages=messages_read(person.id),
        notes=notes_read(person.id, everything=everything),
        files=newest_read(viewer, person.id),
        coming=coming_read(person.id, now),
    )
    happened = timeline(found["done"], found["facts"], found["matters"], found["withdrawn"])
    most = {
        "facts": most_facts(everything=everything),
        "alerts": ALERTS_SHOWN,
        "notes": notes_shown(everything=everything),
    }
    papers = papers_of(found["orders"], found["contacts"], clear=clear or viewer.may("record"))
    return {
        "person": person,
        "line": line,
        "papers": papers,
        "order": papers.orders[0] if papers.orders else None,
        "phone": first_contact(papers.contacts, "phone"),
        "address": first_contact(papers.contacts, "address_now"),
        "duties": found["duties"],
        "happened": happened,
        "alerts": found["alerts"],
        "messages": found["messages"],
        "notes": found["notes"],
        "papers_kept": found["files"],
        "coming": found["coming"],
        "appointed_words": {"kind": APPOINTED, "state": AGREED},
        "most": most | {"open": OPEN, "ended": LONG},
        "everything": everything,
        "number": None,
        "offers": offers_of(found["standing"], found["officers"], good_phone(found["contacts"])),
        "words": {"kind": KINDS, "level": LEVELS, "state": STATES, "pause": PAUSES},
    }


@post("/people/{person_id:int}/number", guards=[guard("unseal"), confirmed])
async def show_number(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The file with the whole identity number, phones and addresses, and an audit row that says so."""
    seeing = Seeing(viewer, "number_unsealed", clock.now(), subject=("person", person_id))
    context = await _file(seeing, viewer, person_id, everything=False, clear=True)
    return page(request, "desk/file.html", **context | {"number": await full_number(person_id)})


@post("/people/{person_id:int}/notes", guards=[guard("record")])
async def write_note(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Put a remark down."""
    person = await get_person(viewer, person_id)
    form = await read_form(request, "desk/_note.html", heading=_("备注"), person=person)
    async with tx():
        note = await add_note(viewer, person.id, form.text("text", _("备注"), required=False), clock.now())
        await record(viewer, "note_added", subject=("note", note), people=[person.id], now=clock.now())
    return back_to_file(request, person.id, _("已加备注。"))


ROUTES = [file, show_number, write_note]
