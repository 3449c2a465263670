"""Searches: their list, a new one, and one search with its steps; a refused form comes back with what was typed."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, row_ids
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import local_day
from supervision.db import Record
from supervision.errors import NotFound
from supervision.files.sent import BODY, sent_file
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.lost_contact import actions, reading, words
from supervision.lost_contact.actions import NewAttempt, NewSearch
from supervision.lost_contact.tables import FACTS
from supervision.people.answers import back_to
from supervision.people.scope import PersonRef, get_order_id, get_person
from supervision.rules import title_of
from supervision.web import AnyRequest, page

Answer = Response[Any]
SEE, HANDLE = [guard("see_searches")], [guard("handle_search")]
OF_PERSON = "/people/{person_id:int}/searches"
AT = f"{OF_PERSON}/{{search_id:int}}"


# -- lists and a new search ----------------------------------------------------------------------------------------


@get("/searches", guards=SEE)
async def searches(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The searches in the viewer's scope, the newest first; one audit row."""
    asked = request.query_params
    tab = "all" if asked.get("tab") == "all" else "open"
    found = await reading.list_of(viewer, open_only=tab == "open", after=as_id(asked.get("after", "")))
    shown = found[: reading.PAGE]
    more = len(found) > reading.PAGE
    people = [row["person"] for row in shown]
    await record(viewer, "searches_listed", people=people, detail={"tab": tab}, now=clock.now())
    next_url = f"/searches?tab={tab}&after={shown[-1]['id']}" if more else None
    return page(request, "lost_contact/list.html", person=None, tab=tab, next_url=next_url, **_lines(shown, clock))


@get(OF_PERSON, guards=SEE)
async def of_person(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The searches for one person, the newest first; one audit row."""
    person = await get_person(viewer, person_id)
    found = await reading.list_of(viewer, open_only=False, person=person.id)
    await record(viewer, "searches_listed", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "lost_contact/list.html", person=person, tab="all", next_url=None, **_lines(found, clock))


def _lines(found: list[Record], clock: Clock) -> dict[str, Any]:
    today = local_day(clock.now())
    return {"searches": found, "days": {row["id"]: reading.days_out(row, today) for row in found}, "words": words}


@get(f"{OF_PERSON}/new", guards=HANDLE)
async def new(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The form of a search, with the person's open alerts and the last report; one audit row."""
    person = await get_person(viewer, person_id)
    context = await _new_context(viewer, person)
    await record(viewer, "search_seen", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "lost_contact/new.html", **context)


async def _new_context(viewer: Viewer, person: PersonRef) -> dict[str, Any]:
    order = await get_order_id(viewer, person.id)
    alerts = [
        {"id": row["id"], "title": title_of(row["kind"], row["variant"] or ""), "since_at": row["since_at"]}
        for row in await reading.alerts_of(order)
    ]
    return {
        "person": person,
        "alerts": alerts,
        "last_contact_on": await reading.last_contact_on(order),
        "running": await reading.open_search_of(order),
    }


@post(OF_PERSON, guards=HANDLE)
async def open_search(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Somebody isn't reached any more."""
    person = await get_person(viewer, person_id)
    order = await get_order_id(viewer, person_id)
    form = await read_form(request, "lost_contact/new.html", **await _new_context(viewer, person))
    last_on = form.day("last_contact_on", _("最后一次有效联系的日期"))
    noticed_at, reason = form.moment("happened_at", _("发现的时间")), form.text("reason", _("失去联系的情况"))
    alerts = tuple(row_ids(form.typed, "alert-"))
    form.check()
    search = await actions.open_search(viewer, order, NewSearch(last_on, reason, noticed_at, alerts), clock.now())
    return back_to(request, f"/people/{person_id}/searches/{search}", _("查找已登记，请立即组织查找并登记每一次查找。"))


# -- one search ----------------------------------------------------------------------------------------------------


@get(AT, guards=SEE)
async def one(
    request: AnyRequest,
    person_id: FromPath[int],
    search_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Template:
    """The whole search on one page, with what may be done next; one audit row."""
    person = await get_person(viewer, person_id)
    context = await _context(viewer, person, await _search_of(viewer, person, search_id), clock)
    subject = (actions.SEARCH, search_id)
    await record(viewer, "search_seen", subject=subject, people=[person.id], now=clock.now())
    return page(request, "lost_contact/search.html", **context)


async def _search_of(viewer: Viewer, person: PersonRef, search: int) -> Record:
    """The person's search. Raises NotFound for another person's, another office's, or none."""
    row = await reading.get_search(viewer, search)
    if row["person"] != person.id:
        raise NotFound
    return row


async def _context(viewer: Viewer, person: PersonRef, row: Record, clock: Clock) -> dict[str, Any]:
    """All that the page of a search shows, and its forms when they come back."""
    attempts = await reading.attempts_of(row["id"])
    tried = {one.method for one in attempts}
    return {
        "person": person,
        "search": row,
        "said": reading.said_of(row),
        "days": reading.days_out(row, local_day(clock.now())),
        "attempts": attempts,
        "untried": [_(word) for method, word in words.METHODS.items() if method not in tried],
        "notices": await reading.notices_of(row["id"]),
        "withdrawn": await reading.withdrawn_of(row["id"]),
        "causes": [
            {
                "title": title_of(one["kind"], one["variant"] or ""),
                "since_at": one["since_at"],
                "closed": one["closed_at"],
            }
            for one in await reading.causes_of(row["id"])
        ],
        "colleagues": await actions.colleagues(viewer),
        "words": words,
    }


class Step:
    """A posted form of one search: asked for, read, and answered with the search's page."""

    def __init__(self, request: AnyRequest, viewer: Viewer, clock: Clock, person: int, search: int) -> None:
        self.request, self.viewer, self.clock = request, viewer, clock
        self.person, self.search, self.now = person, search, clock.now()

    async def form(self, partial: str, heading: str, **more: Any) -> Form:
        """The form; raises NotFound where the person or the search isn't the viewer's."""
        person = await get_person(self.viewer, self.person)
        row = await _search_of(self.viewer, person, self.search)
        context = await _context(self.viewer, person, row, self.clock)
        return await read_form(self.request, f"lost_contact/{partial}.html", heading=heading, **context | more)

    def done(self, said: str) -> Answer:
        """The search's page again, with a sentence on top."""
        return back_to(self.request, f"/people/{self.person}/searches/{self.search}", said)


async def step_of(
    request: AnyRequest,
    person_id: FromPath[int],
    search_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Step:
    """The step that is taken, from the address and who asks."""
    return Step(request, viewer, clock, person_id, search_id)


def step_route(place: str, permission: str = "handle_search", **more: Any) -> post:
    """A step's route below its search, with the permission that it asks for."""
    return post(f"{AT}/{place}", guards=[guard(permission)], dependencies={"step": Provide(step_of)}, **more)


@step_route("attempts", request_max_body_size=BODY)
async def add_attempt(step: NamedDependency[Step]) -> Answer:
    """Somebody looked; with a paper or a picture where there is one."""
    form = await step.form("_attempt", _("登记查找"))
    second = form.choice("second", _("另一名工作人员"), ["", *(one["id"] for one in form.context["colleagues"])])
    new = NewAttempt(
        method=form.choice("method", _("查找方式"), words.METHODS),
        happened_at=form.moment("happened_at", _("时间")),
        result=form.choice("result", _("结果"), words.RESULTS),
        note=form.text("note", _("经过")),
        place=form.text("place", _("地点"), required=False),
        second=as_id(second),
        upload=await sent_file(step.request),
    )
    form.check()
    await actions.add_attempt(step.viewer, step.search, new, step.now)
    return step.done(_("已登记这次查找。"))


@step_route("notices")
async def tell(step: NamedDependency[Step]) -> Answer:
    """The police were asked, or the procuratorate was told."""
    form = await step.form("_notice", _("登记通知"))
    organ = form.choice("organ", _("机关"), words.ORGANS)
    reference, happened_at = form.text("reference", _("文号或者接收人")), form.moment("happened_at", _("时间"))
    form.check()
    await actions.tell(step.viewer, step.search, organ, reference, happened_at=happened_at, now=step.now)
    return step.done(_("已登记。"))


@step_route("verification", "verify_off_control")
async def verify(step: NamedDependency[Step]) -> Answer:
    """A named person verified that it is 脱管."""
    form = await step.form("_verify", _("认定脱管"))
    since_on, basis = form.day("since_on", _("最后一次有效联系的日期")), form.text("basis", _("核实的依据"))
    form.check()
    await actions.verify(step.viewer, step.search, since_on, basis, step.now)
    return step.done(_("已认定脱管，请继续查找，并按日数提出处理建议。"))


@step_route("end")
async def end(step: NamedDependency[Step]) -> Answer:
    """The person was found, or had never been lost."""
    form = await step.form("_end", _("结束查找"))
    kind = form.choice("end_kind", _("结果"), words.ENDS)
    note, happened_at = form.text("note", _("经过")), form.moment("happened_at", _("时间"))
    form.check()
    await actions.end(step.viewer, step.search, kind, note, happened_at=happened_at, now=step.now)
    return step.done(_("查找已结束。"))


@step_route("withdrawals/{what:str}/{fact_id:int}")
async def withdraw(step: NamedDependency[Step], what: FromPath[str], fact_id: FromPath[int]) -> Answer:
    """A correcting act: what was put down wrongly no longer counts."""
    if what not in FACTS:
        raise NotFound
    form = await step.form("_withdraw", _("作废"), act_form={"what": what, "id": fact_id})
    reason = form.text("reason", _("作废的原因"))
    form.check()
    await actions.withdraw(step.viewer, step.search, what, fact_id, reason, step.now)
    return step.done(_("已作废，原来的记录留存备查。"))


ROUTES = [searches, of_person, new, open_search, one, add_attempt, tell, verify, end, withdraw]
