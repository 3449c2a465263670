"""Visits and interviews with a time and place: agreed on a person's file, moved, cancelled, or put down as missed."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.checkins import words
from supervision.checkins.appointments import Appointment, agreed, appoint, cancel, find, move, nobody_came
from supervision.checkins.tables import APPOINTED
from supervision.clock import Clock
from supervision.forms import read_form
from supervision.language import gettext as _
from supervision.people.answers import back_to_file
from supervision.people.scope import get_order_id, get_person
from supervision.web import AnyRequest, moment_text, page


@get("/people/{person_id:int}/appointments", guards=[guard("see_people")])
async def appointments(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """All appointments of a person, the latest first, with those that were moved or cancelled, and why."""
    person = await get_person(viewer, person_id)
    found = await agreed(person.id, clock.now())
    await record(viewer, "see_appointments", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "checkins/appointments.html", person=person, found=found, words=_words())


def _words() -> dict[str, Any]:
    return {"kind": words.APPOINTED, "state": words.AGREED}


@post("/people/{person_id:int}/appointments", guards=[guard("record")])
async def make(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A visit or an interview is given a time and a place."""
    order = await get_order_id(viewer, person_id)
    person = await get_person(viewer, person_id)
    form = await read_form(request, "checkins/_appoint.html", heading=_("约见"), person=person)
    kind, at = form.choice("kind", _("约见方式"), APPOINTED), form.moment("at", _("约见时间"))
    form.check()
    now = clock.now()
    await appoint(viewer, order, Appointment(kind, at, form.text("place", _("地点"), required=False)), now)
    return back_to_file(
        request,
        person_id,
        _("已约定%(kind)s：%(at)s。") % {"kind": _(words.APPOINTED[kind]), "at": moment_text(at, now)},
    )


@post("/people/{person_id:int}/appointments/{appointment_id:int}/move", guards=[guard("record")])
async def move_one(
    request: AnyRequest,
    person_id: FromPath[int],
    appointment_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Another time or place, with a reason."""
    person = await get_person(viewer, person_id)
    old = await find(appointment_id, person.id)
    form = await read_form(
        request,
        "checkins/_move.html",
        heading=_("改期"),
        person=person,
        one={"id": old["id"], "at": old["at"], "place": ""},
    )
    at = form.moment("at", _("约见时间"))
    form.check()
    now = clock.now()
    to = Appointment(old["kind"], at, form.text("place", _("地点"), required=False))
    await move(viewer, old, to, reason=form.text("reason", _("原因"), required=False), now=now)
    return back_to_file(request, person_id, _("已改到%(at)s。") % {"at": moment_text(at, now)})


@post("/people/{person_id:int}/appointments/{appointment_id:int}/cancellation", guards=[guard("record")])
async def cancel_one(
    request: AnyRequest,
    person_id: FromPath[int],
    appointment_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Taken back, with a reason."""
    person = await get_person(viewer, person_id)
    old = await find(appointment_id, person.id)
    form = await read_form(
        request, "checkins/_cancel.html", heading=_("取消约见"), person=person, one={"id": old["id"]}
    )
    await cancel(viewer, old, reason=form.text("reason", _("原因"), required=False), now=clock.now())
    return back_to_file(request, person_id, _("已取消约见。"))


@post("/people/{person_id:int}/appointments/{appointment_id:int}/no-show", guards=[guard("record")])
async def no_show(
    request: AnyRequest,
    person_id: FromPath[int],
    appointment_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """The person didn't come, or nobody was met."""
    person = await get_person(viewer, person_id)
    old = await find(appointment_id, person.id)
    form = await read_form(
        request, "checkins/_no_show.html", heading=_("没有见到本人"), person=person, one={"id": old["id"]}
    )
    await nobody_came(viewer, old, content=form.text("content", _("情况"), required=False), now=clock.now())
    return back_to_file(request, person_id, _("已记录：没有见到本人。"))


ROUTES = [appointments, make, move_one, cancel_one, no_show]
