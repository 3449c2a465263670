"""The ledger of bases of help, one base with who stays there, and the forms by which somebody is placed and leaves (law RA-23)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.resettlement import bases, words
from supervision.resettlement.bases import Base
from supervision.resettlement.forms import back, form_about
from supervision.resettlement.stays import Stay, leave, place
from supervision.web import AnyRequest, page

SEE, KEEP, RECORD = [guard("see_people")], [guard("keep_statistics")], [guard("record_help")]
LEDGER, ONE = "resettlement/bases.html", "resettlement/base_stays.html"
CHANGE, CLOSE = "change", "close"
"""The forms on the page of one base."""


async def _ledger() -> dict[str, Any]:
    return {"bases": await bases.ledger(), "kinds": words.BASE_KINDS}


@get("/assistance/bases", guards=SEE)
async def ledger(request: AnyRequest) -> Template:
    """Every base with its beds; it shows nobody."""
    return page(request, LEDGER, typed={}, refusal=None, **await _ledger())


@post("/assistance/bases", guards=KEEP)
async def add_base(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A base that people may be placed in from now on."""
    new = _base(await read_form(request, LEDGER, **await _ledger()))
    made = await bases.add_base(viewer, new, clock.now())
    return go(f"{bases.PAGE}/{made}", _("已登记安置基地：%(base)s。") % {"base": new.name})


def _base(form: Form) -> Base:
    """What the form says of a base. Raises Refusal for what can't be read."""
    new = Base(
        name=form.text("name", _("名称")),
        kind=form.choice("kind", _("类型"), words.BASE_KINDS),
        address=form.text("address", _("地址")),
        beds=as_id(form.text("beds", _("床位数"))) or 0,
        opened_on=form.day("opened_on", _("启用日期")),
        contact=form.text("contact", _("联系人"), required=False),
    )
    form.check()
    return new


async def _one(viewer: Viewer, base: int) -> dict[str, Any]:
    row = await bases.get_base(base)
    stays = await bases.stays_of(viewer, base)
    return {"base": row, "address": bases.address_of(row), "stays": stays, "kinds": words.BASE_KINDS, "opened": None}


def _shown(context: dict[str, Any]) -> list[int]:
    return [stay["person"] for stay in context["stays"].shown]


@get("/assistance/bases/{base_id:int}", guards=SEE)
async def one_base(
    request: AnyRequest, base_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """A base, and who of the viewer's people stays and stayed there; one audit row."""
    context = await _one(viewer, base_id)
    about = (bases.SUBJECT, base_id)
    await record(viewer, "see_help_base", subject=about, people=_shown(context), now=clock.now())
    return page(request, ONE, typed={}, refusal=None, **context)


async def _form(request: AnyRequest, viewer: Viewer, base: int, opened: str) -> Form:
    context = await _one(viewer, base)
    form = await read_form(request, ONE, **context | {"opened": opened})
    show_again(request, _shown(context))
    return form


@post("/assistance/bases/{base_id:int}", guards=KEEP)
async def change_base(
    request: AnyRequest, base_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A base is as it is said now."""
    new = _base(await _form(request, viewer, base_id, CHANGE))
    await bases.change_base(viewer, base_id, new, clock.now())
    return go(f"{bases.PAGE}/{base_id}", _("已更改。"))


@post("/assistance/bases/{base_id:int}/close", guards=KEEP)
async def close_base(
    request: AnyRequest, base_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A base takes nobody any more."""
    form = await _form(request, viewer, base_id, CLOSE)
    closed_at, reason = form.moment("closed_at", _("时间")), form.text("reason", _("停用的原因"))
    form.check()
    await bases.close_base(viewer, base_id, closed_at, reason, clock.now())
    return go(f"{bases.PAGE}/{base_id}", _("这个基地已停用。"))


@post("/people/{person_id:int}/assistance/stays", guards=RECORD)
async def save_stay(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Somebody is placed in a base; a stay that is over is put down with its end."""
    offered = await bases.options()
    row, form = await form_about(request, viewer, person_id, "stay", heading=_("入住安置基地"), bases=offered)
    base = form.choice("base", _("安置基地"), [id for id, _label in offered])
    over = bool(form.text("left_at", _("离开的时间"), required=False))
    happened_at = form.moment("happened_at", _("入住的时间"))
    left_at = form.moment("left_at", _("离开的时间")) if over else None
    reason = form.text("reason", _("离开的原因"), required=over)
    form.check()
    await place(viewer, row["id"], Stay(int(base), happened_at, left_at, reason), clock.now())
    return back(request, person_id, _("已登记入住。"))


@post("/people/{person_id:int}/assistance/leavings", guards=RECORD)
async def save_leaving(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Whoever stays in a base has left it."""
    row, form = await form_about(request, viewer, person_id, "leaving", heading=_("离开安置基地"))
    left_at, reason = form.moment("happened_at", _("离开的时间")), form.text("reason", _("离开的原因"))
    form.check()
    await leave(viewer, row["id"], left_at, reason, clock.now())
    return back(request, person_id, _("已登记离开。"))


ROUTES = [ledger, add_base, one_base, change_base, close_base, save_stay, save_leaving]
