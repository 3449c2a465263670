"""The window's pages of prisoners and their families, of the booking form, and of prisons and rooms."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.db import fetch_value
from supervision.errors import NotFound, Refusal
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.people.actions import VISIT_PHONE, NewContact, NewPerson, checked_phone
from supervision.people.identity import IdentityFault, parse_identity_number
from supervision.people.names import name_fault, without_marks
from supervision.video_visits import words
from supervision.video_visits.booking import NewBooking, book, earliest_day, limits_at
from supervision.video_visits.families import (
    Status,
    Verification,
    add_family,
    add_prison,
    add_prisoner,
    add_room,
    close_room,
    drop_phone,
    reopen_room,
    set_phone,
    set_status,
    verify_family,
)
from supervision.video_visits.listing import Household, household, phone_text, prisoners, prisons, proof_text, rooms
from supervision.video_visits.tables import CLASSES, KINSHIPS, PROOFS
from supervision.video_visits.told_family import record_intake, withdraw_notice
from supervision.web import AnyRequest, page

SEE, BOOK, KEEP = [guard("see_visits")], [guard("book_visits")], [guard("keep_visits")]


@get("/visits/prisoners", guards=SEE)
async def prisoner_list(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """Prisoners, found by their name, a relative's, or their number in prison."""
    text = request.query_params.get("q", "")
    found, after = await prisoners(text, before=as_id(request.query_params.get("before", "")))
    people = [one["person"] for one in found]
    await record(viewer, "prisoners_listed", people=people, detail={"searched": bool(text)}, now=clock.now())
    next_url = f"/visits/prisoners?{urlencode({'q': text, 'before': after})}" if after else None
    limits = await limits_at(clock.now(), clock.now())
    context: dict[str, Any] = {"found": found, "text": text, "next_url": next_url, "words": words, "limits": limits}
    return page(request, "video_visits/prisoners.html", **context)


@get("/visits/prisoners/new", guards=BOOK)
async def new_prisoner(request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
    """The empty form of a prisoner."""
    context = await _prisoner_form(clock.now())
    return page(request, "video_visits/new_prisoner.html", typed={}, refusal=None, **context)


async def _prisoner_form(now: datetime) -> dict[str, Any]:
    places = [(one["id"], one["name"]) for one in await prisons()]
    return {"prisons": places, "words": words, "limits": await limits_at(now, now)}


@post("/visits/prisoners/new", guards=BOOK)
async def save_prisoner(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Put a prisoner down; birth and sex follow from the identity number."""
    form = await read_form(request, "video_visits/new_prisoner.html", **await _prisoner_form(clock.now()))
    person, status = _person(form, clock), await _status(form)
    form.check()
    made = await add_prisoner(viewer, person, status, clock.now())
    return go(f"/visits/prisoners/{made}", _("已登记，请接着登记亲属。"))


def _person(form: Form, clock: Clock) -> NewPerson:
    name, number = without_marks(form.text("person_name", _("姓名"))), form.text("number", _("身份证号"))
    if fault := name_fault(name):
        form.wrong.setdefault("person_name", _("%(fault)s。") % {"fault": fault})
    try:
        identity = parse_identity_number(number, clock.today())
    except IdentityFault as fault:
        form.wrong["number"] = _("%(fault)s。") % {"fault": fault.text}
        return NewPerson(name, "unknown", None, "")
    return NewPerson(name, identity.sex, identity.born_on, identity.number)


async def _status(form: Form) -> Status:
    known = [one["id"] for one in await prisons()]
    prison = form.choice("prison", _("服刑监狱"), known)
    level = form.choice("level", _("处遇级别"), CLASSES)
    number = form.text("prison_number", _("服刑人员编号"), required=False)
    return Status(int(prison) if "prison" not in form.wrong else 0, level, number, may_visit=not form.tick("no_visits"))


# -- a prisoner with the family ---------------------------------------------------------------------------------


@get("/visits/prisoners/{prisoner_id:int}", guards=SEE)
async def prisoner_page(
    request: AnyRequest, prisoner_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """A prisoner, the family, the bookings so far, and the form of a new one; `instead_of`: for a session that was lost."""
    context = await _household_context(prisoner_id, clock.now(), after=as_id(request.query_params.get("after", "")))
    instead_of = as_id(request.query_params.get("instead_of", ""))
    typed = {"instead_of": str(instead_of)} if instead_of else {}
    context["opened"] = "booking" if instead_of else ""
    context["earliest"] = await earliest_day(clock.now(), makes_up=bool(instead_of))
    people = context["home"].people
    await record(viewer, "prisoner_seen", subject=("prisoner", prisoner_id), people=people, now=clock.now())
    return page(request, "video_visits/prisoner.html", typed=typed, refusal=None, **context)


async def _household_context(
    prisoner_id: int, now: datetime, opened: str = "", *, after: int | None = None
) -> dict[str, Any]:
    home: Household = await household(prisoner_id, after=after)
    return {
        "home": home,
        **await _prisoner_form(now),
        "phone_text": phone_text,
        "proof_text": proof_text,
        "next_url": f"/visits/prisoners/{prisoner_id}?after={home.after}" if home.after else None,
        "opened": opened,
        "earliest": "",
    }


async def _form(request: AnyRequest, prisoner_id: int, opened: str, now: datetime) -> Form:
    """The posted form of one of the acts on a prisoner's page, which is shown again where it is refused."""
    context = await _household_context(prisoner_id, now, opened)
    form = await read_form(request, "video_visits/prisoner.html", **context)
    show_again(request, context["home"].people)
    return form


@post("/visits/prisoners/{prisoner_id:int}/intake", guards=BOOK)
async def save_intake(
    request: AnyRequest, prisoner_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Since when they are in prison, and when the prison told the family (law VV-01)."""
    form = await _form(request, prisoner_id, "intake", clock.now())
    intake_on = form.day("intake_on", _("收监日期"))
    told_at = form.moment("told_at", _("告知家属的时间")) if form.typed.get("told_at") else None
    form.check()
    await record_intake(viewer, prisoner_id, intake_on, told_at, now=clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("已登记收监和告知家属。"))


@post("/visits/prisoners/{prisoner_id:int}/notices/{notice_id:int}/withdrawal", guards=KEEP)
async def withdraw_intake_notice(
    request: AnyRequest,
    prisoner_id: FromPath[int],
    notice_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """That the family was told was put down wrongly."""
    form = await _form(request, prisoner_id, f"notice-{notice_id}", clock.now())
    reason = form.text("reason", _("作废的原因"))
    form.check()
    await withdraw_notice(viewer, prisoner_id, notice_id, reason=reason, now=clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("已作废，须重新登记监狱告知家属的时间。"))


@post("/visits/prisoners/{prisoner_id:int}/status", guards=BOOK)
async def save_status(
    request: AnyRequest, prisoner_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The prison says where the prisoner is, in which class, and whether visits are allowed."""
    form = await _form(request, prisoner_id, "status", clock.now())
    status = await _status(form)
    form.check()
    await set_status(viewer, prisoner_id, status, clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("已更新监狱的信息。"))


@post("/visits/prisoners/{prisoner_id:int}/family", guards=BOOK)
async def save_family(
    request: AnyRequest, prisoner_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A relative is put down, still to be verified."""
    form = await _form(request, prisoner_id, "family", clock.now())
    person, phone = _person(form, clock), _phone(form)
    kinship = form.choice("kinship", _("与服刑人员的关系"), KINSHIPS)
    form.check()
    await add_family(viewer, prisoner_id, person, kinship=kinship, phone=phone, now=clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("已登记亲属%(name)s，请核验。") % {"name": person.name})


def _phone(form: Form, *, required: bool = False) -> NewContact | None:
    typed = form.text("phone", _("联系电话"), required=required)
    if not typed:
        return None
    try:
        number = checked_phone(typed)
    except Refusal as refusal:
        form.wrong.update(refusal.fields)
        return None
    return NewContact(VISIT_PHONE, number, consent="yes" if form.tick("texts") else "no")


@post("/visits/family/{family_id:int}/phone", guards=BOOK)
async def save_phone(
    request: AnyRequest, family_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The number to which the texts about visits go, and at which the window calls; the one before is kept, withdrawn."""
    prisoner_id = await _prisoner_of(family_id)
    form = await _form(request, prisoner_id, f"phone-{family_id}", clock.now())
    phone = _phone(form, required=True)
    form.check()
    assert phone is not None
    await set_phone(viewer, family_id, phone, clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("联系电话已更新，原号码留存备查。"))


@post("/visits/family/{family_id:int}/phone/withdrawal", guards=BOOK)
async def withdraw_phone(
    request: AnyRequest, family_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The number isn't used any more."""
    prisoner_id = await _prisoner_of(family_id)
    await _form(request, prisoner_id, f"phone-{family_id}", clock.now())
    await drop_phone(viewer, family_id, clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("联系电话已停用，不再发会见短信。"))


async def _prisoner_of(family: int) -> int:
    found: int | None = await fetch_value("SELECT prisoner FROM family_member WHERE id = $1", family)
    if found is None:
        raise NotFound
    return found


@post("/visits/family/{family_id:int}/verification", guards=BOOK)
async def save_verification(
    request: AnyRequest, family_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The kinship and the person were checked, once."""
    prisoner_id = await _prisoner_of(family_id)
    form = await _form(request, prisoner_id, f"verify-{family_id}", clock.now())
    result = form.choice("result", _("核验结果"), ("ok", "refused"))
    proof = form.choice("proof", _("亲属关系证明"), PROOFS) if result == "ok" else ""
    typed = form.typed.get("kinship")
    kinship = form.choice("kinship", _("与服刑人员的关系"), KINSHIPS) if typed and result == "ok" else ""
    if result == "ok" and not form.tick("in_person"):
        form.wrong["in_person"] = _("须当面核对本人与身份证一致。")
    form.check()
    verified = Verification(result, proof, form.text("reason", _("原因"), required=False), kinship)
    await verify_family(viewer, family_id, verified, clock.now())
    return go(f"/visits/prisoners/{prisoner_id}", _("核验结果已登记。"))


@post("/visits/prisoners/{prisoner_id:int}/bookings", guards=BOOK)
async def save_booking(
    request: AnyRequest, prisoner_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The family books a session; what the parameters don't allow is refused with every reason."""
    form = await _form(request, prisoner_id, "booking", clock.now())
    days = [form.day("wanted_on", _("希望的日期")), form.day_or_none("wanted_second", _("第二志愿"))]
    days.append(form.day_or_none("wanted_third", _("第三志愿")))
    ticked = (
        as_id(name.removeprefix("visitor-"))
        for name, value in form.typed.items()
        if name.startswith("visitor-") and value == "1"
    )
    visitors = tuple(dict.fromkeys(family for family in ticked if family is not None))
    applicant = as_id(form.typed.get("applicant", ""))
    if not visitors:
        form.wrong["visitors"] = _("请选择来会见的亲属。")
    elif applicant and applicant not in visitors:
        form.wrong["applicant"] = _("申请人须是来会见的亲属之一。")
    form.check()
    new = NewBooking(
        prisoner_id,
        tuple(sorted(visitors, key=lambda one: one != applicant)),
        tuple(day for day in days if day),
        form.text("purpose", _("事由"), required=False),
        as_id(form.typed.get("instead_of", "")) or None,
    )
    made = await book(viewer, new, clock.now())
    days = (await limits_at(clock.now(), clock.now()))["vv.forward_wd"]
    return go(f"/visits/{made}", _("预约已登记，请在 %(n)s 个工作日内审核并转送监狱。") % {"n": days})


# -- prisons and rooms ------------------------------------------------------------------------------------------


@get("/visits/places", guards=KEEP)
async def places(request: AnyRequest) -> Template:
    """The prisons and the rooms of the window."""
    return page(request, "video_visits/places.html", typed={}, refusal=None, **await _places())


async def _places(opened: str = "") -> dict[str, Any]:
    named = {"prisons": await prisons(), "rooms": await rooms(closed=True)}
    return {**named, "opened": opened}


@post("/visits/places/prisons", guards=KEEP)
async def save_prison(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A prison that may be chosen from now on."""
    form = await read_form(request, "video_visits/places.html", **await _places("prison"))
    name = form.text("name", _("监狱名称"))
    form.check()
    await add_prison(viewer, name, in_province=not form.tick("elsewhere"), now=clock.now())
    return go("/visits/places", _("已登记%(name)s。") % {"name": name})


@post("/visits/places/rooms", guards=KEEP)
async def save_room(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A room in which families sit before the screen."""
    form = await read_form(request, "video_visits/places.html", **await _places("room"))
    name = form.text("name", _("会见室名称"))
    form.check()
    await add_room(viewer, name, clock.now())
    return go("/visits/places", _("已登记%(name)s。") % {"name": name})


@post("/visits/places/rooms/{room_id:int}/close", guards=KEEP)
async def shut_room(
    room_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The room takes no new sessions."""
    await close_room(viewer, room_id, clock.now())
    return go("/visits/places", _("会见室已停用。"))


@post("/visits/places/rooms/{room_id:int}/reopen", guards=KEEP)
async def use_room_again(
    room_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A room that was closed takes sessions again."""
    await reopen_room(viewer, room_id, clock.now())
    return go("/visits/places", _("会见室已恢复使用。"))


ROUTES = [
    prisoner_list,
    new_prisoner,
    save_prisoner,
    prisoner_page,
    save_intake,
    withdraw_intake_notice,
    save_status,
    save_family,
    save_phone,
    withdraw_phone,
    save_verification,
    save_booking,
    places,
    save_prison,
    save_room,
    shut_room,
    use_room_again,
]
