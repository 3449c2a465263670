"""Pages before and beside the files: a person is taken in by hand, and the list of what old files lack."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import Refusal
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.orders import words
from supervision.orders.debts import PAGE, burndown, open_debts
from supervision.orders.intake import ASSIGNED_AT_INTAKE, Intake, NewOrder, take_in
from supervision.orders.offers import Officer, officer_options, officers_for
from supervision.people.actions import NewContact, NewPerson, checked_phone
from supervision.people.identity import IdentityFault, parse_identity_number
from supervision.people.names import name_fault, without_marks
from supervision.web import AnyRequest, page


@get("/people/new", guards=[guard("add_person")])
async def new_person(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Template:
    """The empty form."""
    officers = await officers_for(viewer)
    return page(
        request, "orders/new.html", officers=officer_options(officers), kinds=words.KINDS, typed={}, refusal=None
    )


@post("/people/new", guards=[guard("add_person")])
async def add_person(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Take somebody onto the register; birth and sex follow from the identity number."""
    officers = {one.id: one for one in await officers_for(viewer)}
    options = officer_options(list(officers.values()))
    form = await read_form(request, "orders/new.html", officers=options, kinds=words.KINDS)
    intake = _intake(form, officers, clock)
    person = await take_in(viewer, intake, clock.now())
    return go(f"/people/{person}", _("%(name)s已登记在册。") % {"name": intake.person.name})


def _intake(form: Form, officers: dict[int, Officer], clock: Clock) -> Intake:
    person, phone, order = _person(form, clock), _phone(form), _order(form)
    staff = form.choice("staff", _("责任人"), officers)
    form.check()
    return Intake(person, phone, order, officers[int(staff)].assignment(ASSIGNED_AT_INTAKE))


def _person(form: Form, clock: Clock) -> NewPerson:
    name, number = without_marks(form.text("name", _("姓名"))), form.text("number", _("身份证号"))
    if fault := name_fault(name):
        form.wrong.setdefault("name", _("%(fault)s。") % {"fault": fault})
    try:
        identity = parse_identity_number(number, clock.today())
    except IdentityFault as fault:
        form.wrong["number"] = _("%(fault)s。") % {"fault": fault.text}
        return NewPerson(name, "unknown", None, "")
    return NewPerson(name, identity.sex, identity.born_on, identity.number)


def _phone(form: Form) -> NewContact | None:
    typed = form.text("phone", _("电话号码"), required=False)
    if not typed:
        return None
    try:
        number = checked_phone(typed)
    except Refusal as refusal:
        form.wrong.update(refusal.fields)
        return None
    return NewContact("phone", number, form.choice("holder", _("谁的号码"), ("self", "family")))


def _order(form: Form) -> NewOrder:
    reported = form.tick("reported")
    return NewOrder(
        number="",
        kind=form.choice("kind", _("矫正类别"), words.KINDS),
        crime=form.text("crime", _("罪名")),
        effective_on=form.day_or_none("effective_on", _("生效日期")),
        start_on=form.day("start_on", _("矫正开始日期")),
        end_on=form.day("end_on", _("矫正结束日期")),
        registered_at=form.moment("registered_at", _("报到时间")) if reported else None,
    )


@get("/debts", guards=[guard("see_people")])
async def debts(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """What is still to be made up in the files of an old register, and how far the work has come."""
    kinds = await burndown(viewer)
    kind = request.query_params.get("kind", "")
    after = as_id(request.query_params.get("after", "0"))
    if after is None:
        raise Refusal(_("这个地址不完整，请从名单里重新打开。"))
    lines = await open_debts(viewer, kind, after)
    await record(viewer, "see_debts", people=[line.person for line in lines], now=clock.now())
    next_url = f"/debts?kind={kind}&after={lines[-1].id}" if len(lines) == PAGE else None
    return page(request, "orders/debts.html", kinds=kinds, kind=kind, lines=lines, next_url=next_url)


ROUTES = [new_person, add_person, debts]
