"""The bureau's page of help: the monthly lists, and the full-time workers of each office (law RA-24, RA-25)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.forms import read_form
from supervision.language import gettext as _
from supervision.resettlement import offices, words
from supervision.web import AnyRequest, page

KEEP = [guard("keep_statistics")]
TEMPLATE = "resettlement/lists.html"


async def _context(clock: Clock) -> dict[str, Any]:
    now = clock.now()
    return {
        "lists": {kind: await offices.listed(kind, now) for kind in offices.LIST_KINDS},
        "kinds": offices.LIST_KINDS,
        "sent": await offices.sent_lists(),
        "staffed": await offices.staffed(),
        "states": words.STATES,
        "opened": None,
    }


@get("/assistance/lists", guards=KEEP)
async def lists(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """Whom the lists of this month name, what was sent before, and how the offices are staffed; one audit row."""
    context = await _context(clock)
    people = [one["person"] for found in context["lists"].values() for one in found]
    await record(viewer, "help_lists_seen", people=people, now=clock.now())
    return page(request, TEMPLATE, typed={}, refusal=None, **context)


@post("/assistance/lists", guards=KEEP)
async def send_list(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A list is sent as it stands."""
    form = await read_form(request, TEMPLATE, **await _context(clock))
    kind = form.choice("kind", _("名单"), offices.LIST_KINDS)
    form.check()
    count = await offices.send_list(viewer, kind, clock.now())
    told = {"kind": _(offices.LIST_KINDS[kind]), "n": count}
    return go(offices.PAGE, _("已登记印发%(kind)s，共 %(n)d 人。") % told)


@post("/assistance/offices/{office_id:int}/workers", guards=KEEP)
async def name_worker(
    request: AnyRequest, office_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Somebody does nothing but help there from now on."""
    form = await read_form(request, TEMPLATE, **await _context(clock) | {"opened": office_id})
    name = form.text("name", _("姓名"))
    form.check()
    await offices.name_worker(viewer, office_id, name, clock.now())
    return go(offices.PAGE, _("已登记专职帮教人员：%(name)s。") % {"name": name})


@post("/assistance/workers/{worker_id:int}/end", guards=KEEP)
async def end_worker(
    worker_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """They do so no longer."""
    await offices.end_worker(viewer, worker_id, clock.now())
    return go(offices.PAGE, _("已登记不再专职。"))


ROUTES = [lists, send_list, name_worker, end_worker]
