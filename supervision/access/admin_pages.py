"""Offices and staff, as the system and the security administrator keep them."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access import staffing
from supervision.access.absences import absences, end_absence, record_absence
from supervision.access.confirm import confirmed
from supervision.access.forms import chosen_id, go, typed
from supervision.access.offices import close_office, create_office, offices
from supervision.access.roles import ROLE_TITLES
from supervision.access.second_factor import running
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.days import end_of, start_of
from supervision.errors import Refusal
from supervision.forms import Form
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

OFFICES = [guard("manage_offices")]
STAFF = [guard("manage_staff")]


async def _offices_page(request: AnyRequest, *, status: int = 200, **typed_in: Any) -> Template:
    shown: dict[str, Any] = {"offices": await offices(), "form": {}, "refusal": None} | typed_in
    return page(request, "access/offices.html", status=status, **shown)


@get("/offices", guards=OFFICES)
async def office_list(request: AnyRequest) -> Template:
    """All offices, and the form for a new one."""
    return await _offices_page(request)


@post("/offices", guards=OFFICES)
async def add_office(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Make an office."""
    form = await typed(request)
    try:
        await create_office(viewer, code=form.get("code", ""), name=form.get("name", ""), now=clock.now())
    except Refusal as refusal:
        return await _offices_page(request, status=422, form=form, refusal=refusal)
    return go("/offices", _("机构已建立。"))


@post("/offices/{office_id:int}/close", guards=OFFICES)
async def shut_office(
    office_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Close an office."""
    await close_office(viewer, office_id, clock.now())
    return go("/offices", _("机构已停用。"))


async def _office_options() -> list[tuple[int, str]]:
    return [(row["id"], row["name"]) for row in await offices(open_only=True)]


async def _colleague_options(staff: int) -> list[tuple[int, str]]:
    """Everybody who is active, but this one."""
    active = [row for row in await staffing.all_staff() if row["id"] != staff and not row["disabled_at"]]
    return [(row["id"], f"{row['name']} · {row['office_name']}") for row in active]


async def _staff_page(request: AnyRequest, *, status: int = 200, **typed_in: Any) -> Template:
    shown = {
        "staff": await staffing.all_staff(),
        "office_options": await _office_options(),
        "titles": ROLE_TITLES,
        "form": {},
        "refusal": None,
    }
    return page(request, "access/staff.html", status=status, **(shown | typed_in))


@get("/staff", guards=STAFF)
async def staff_list(request: AnyRequest) -> Template:
    """Everybody who works here, and the form for a new account."""
    return await _staff_page(request)


@post("/staff", guards=[*STAFF, confirmed])
async def add_staff(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Make an account; its one-time code is shown this once."""
    form = await typed(request)
    try:
        staff, code = await staffing.create_staff(viewer, _new_staff(form), clock.now())
    except Refusal as refusal:
        return await _staff_page(request, status=422, form=form, refusal=refusal)
    return await _code_page(request, staff, code)


def _new_staff(form: dict[str, str]) -> staffing.NewStaff:
    return staffing.NewStaff(
        login=form.get("login", "").casefold(),
        name=form.get("name", ""),
        role=form.get("role", ""),
        office=chosen_id(form, "office") or 0,
        on_desk=form.get("on_desk") == "1",
        phone=form.get("phone", ""),
    )


async def _code_page(request: AnyRequest, staff: int, code: str) -> Template:
    return page(request, "access/code.html", member=await staffing.staff_member(staff), code=code)


async def _member_page(request: AnyRequest, staff: int, *, status: int = 200, **typed_in: Any) -> Template:
    now = request.state.clock.now()
    shown = {
        "member": await staffing.staff_member(staff),
        "colleagues": await _colleague_options(staff),
        "office_options": await _office_options(),
        "absences": [row for row in await absences(now) if row["staff"] == staff],
        "titles": ROLE_TITLES,
        "factor": await running(staff),
        "form": {},
        "refusal": None,
        "open_form": "",
    }
    return page(request, "access/staff_member.html", status=status, **(shown | typed_in))


@get("/staff/{staff_id:int}", guards=STAFF)
async def staff_member(request: AnyRequest, staff_id: FromPath[int]) -> Template:
    """One account and what can be done with it."""
    return await _member_page(request, staff_id)


@post("/staff/{staff_id:int}/code", guards=[*STAFF, confirmed])
async def new_code(
    request: AnyRequest, staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A one-time code for a forgotten password, shown this once."""
    return await _code_page(request, staff_id, await staffing.reset_code(viewer, staff_id, clock.now()))


@post("/staff/{staff_id:int}/disable", guards=STAFF)
async def disable(
    request: AnyRequest, staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """End an account; its people go to the head."""
    form = await typed(request)
    try:
        successor = chosen_id(form, "successor")
        await staffing.disable_staff(viewer, staff_id, successor=successor, now=clock.now())
    except Refusal as refusal:
        return await _refused(request, staff_id, "disable", form, refusal)
    return go("/staff", _("账号已停用，在管对象已移交。"))


@post("/staff/{staff_id:int}/move", guards=STAFF)
async def move(
    request: AnyRequest, staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Move somebody to another office; the people stay with the old one."""
    form = await typed(request)
    try:
        office, successor = chosen_id(form, "office") or 0, chosen_id(form, "successor")
        await staffing.move_staff(viewer, staff_id, office, successor=successor, now=clock.now())
    except Refusal as refusal:
        return await _refused(request, staff_id, "move", form, refusal)
    return go(f"/staff/{staff_id}", _("已调动，在管对象已移交原单位负责人。"))


@post("/staff/{staff_id:int}/desk", guards=STAFF)
async def desk(
    request: AnyRequest, staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Put somebody on the bureau's desk or take them off it."""
    form = await typed(request)
    try:
        await staffing.set_desk(viewer, staff_id, form.get("on_desk") == "1", clock.now())
    except Refusal as refusal:
        return await _refused(request, staff_id, "desk", form, refusal)
    return go(f"/staff/{staff_id}", _("值班台已更改。"))


@post("/staff/{staff_id:int}/absences", guards=STAFF)
async def add_absence(
    request: AnyRequest, staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Note an absence in whole days, and who stands in."""
    form = await typed(request)
    try:
        from_at, to_at = start_of(_day(form, "from")), end_of(_day(form, "to"))
        deputy = chosen_id(form, "deputy")
        await record_absence(viewer, staff_id, from_at=from_at, to_at=to_at, deputy=deputy, now=clock.now())
    except Refusal as refusal:
        return await _refused(request, staff_id, "absence", form, refusal)
    return go(f"/staff/{staff_id}", _("离岗已登记。"))


@post("/absences/{absence_id:int}/end", guards=STAFF)
async def back(
    absence_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Somebody is back earlier than noted."""
    await end_absence(viewer, absence_id, clock.now())
    return go("/staff", _("离岗已结束。"))


async def _refused(
    request: AnyRequest, staff: int, open_form: str, form: dict[str, str], refusal: Refusal
) -> Response[Any]:
    if type(refusal) is not Refusal:
        raise refusal
    return await _member_page(request, staff, status=422, open_form=open_form, form=form, refusal=refusal)


def _day(form: dict[str, str], name: str) -> date:
    wanted = Form(form)
    day = wanted.day_or_none(name, _("日期"))
    if day is None or wanted.wrong:
        raise Refusal(_("请填写日期。"), fields={name: _("请填写日期。")})
    return day


ROUTES = [
    office_list,
    add_office,
    shut_office,
    staff_list,
    add_staff,
    staff_member,
    new_code,
    disable,
    move,
    desk,
    add_absence,
    back,
]
