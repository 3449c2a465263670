"""Reports, visits and checks: two clicks on a person's file, their list with withdrawals, and a page of calls."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import go, row_ids
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.checkins import actions, words
from supervision.checkins.calls import ANSWERS, MOST, Asked, Call, people_to_call, record_calls
from supervision.checkins.history import history
from supervision.checkins.tables import CHANNELS, MET, MODES, RESULTS
from supervision.clock import Clock
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.language import ngettext
from supervision.people.answers import back_to_file
from supervision.people.scope import get_order_to_record, get_person
from supervision.web import AnyRequest, page

RECENT = 50
"""Entries of a person's list that are shown at first."""


@post("/people/{person_id:int}/reports", guards=[guard("record")])
async def record_report(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The person reported: by phone, in person, in writing."""
    order = await get_order_to_record(viewer, person_id)
    person = await get_person(viewer, person_id)
    form = await read_form(request, "checkins/_report.html", heading=_("报告"), person=person)
    mode, happened_at = form.choice("mode", _("报告方式"), MODES), form.moment("happened_at", _("报告时间"))
    form.check()
    new = actions.report(mode, happened_at, form.text("content", _("情况"), required=False))
    await actions.record_checkin(viewer, order, new, clock.now())
    return back_to_file(request, person_id, _("已记录%(what)s。") % {"what": _(words.MODES[mode])})


@post("/people/{person_id:int}/visits", guards=[guard("record")])
async def record_visit(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Somebody of the office went to see the person."""
    order = await get_order_to_record(viewer, person_id)
    person = await get_person(viewer, person_id)
    form = await read_form(request, "checkins/_visit.html", heading=_("走访"), person=person)
    met, happened_at = form.choice("met", _("见到了谁"), MET), form.moment("happened_at", _("走访时间"))
    form.check()
    new = actions.visit(met, happened_at, form.text("content", _("情况"), required=False))
    await actions.record_checkin(viewer, order, new, clock.now())
    return back_to_file(request, person_id, _("已记录走访。"))


@post("/people/{person_id:int}/checks", guards=[guard("record")])
async def record_check(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The office checked by call, video, position or message."""
    order = await get_order_to_record(viewer, person_id)
    person = await get_person(viewer, person_id)
    form = await read_form(request, "checkins/_check.html", heading=_("信息化核查"), person=person)
    channel, result = form.choice("channel", _("核查方式"), CHANNELS), form.choice("result", _("核查结果"), RESULTS)
    happened_at = form.moment("happened_at", _("核查时间"))
    form.check()
    new = actions.info_check(channel, result, happened_at, form.text("content", _("情况"), required=False))
    await actions.record_checkin(viewer, order, new, clock.now())
    return back_to_file(request, person_id, _("已记录信息化核查。"))


@get("/people/{person_id:int}/checkins", guards=[guard("see_people")])
async def checkins(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """What was put down of the person, newest first, withdrawn entries too; with `?all=1` back to the beginning."""
    person = await get_person(viewer, person_id)
    limit = None if "all" in request.query_params else RECENT
    done = await history(person.id, limit=limit and limit + 1)
    await record(viewer, "see_checkins", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(
        request, "checkins/list.html", person=person, done=done[:limit], more=limit is not None and len(done) > limit
    )


@post("/people/{person_id:int}/checkins/{kind:str}/{fact_id:int}/withdrawal", guards=[guard("withdraw")])
async def withdraw(
    request: AnyRequest,
    person_id: FromPath[int],
    kind: FromPath[str],
    fact_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A wrong entry no longer counts."""
    person = await get_person(viewer, person_id)
    form = await read_form(
        request, "checkins/_withdraw.html", heading=_("作废一条记录"), person=person, fact={"kind": kind, "id": fact_id}
    )
    reason = form.text("reason", _("原因"), required=False)
    await actions.withdraw(viewer, person.id, (kind, fact_id), reason=reason, now=clock.now())
    return back_to_file(request, person_id, _("已作废。它抵过的应办事项重新打开。"))


@get("/calls", guards=[guard("record")])
async def calls(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """Whom to call today, one row each."""
    asked = _asked(request, viewer)
    people = await people_to_call(viewer, asked, clock.now())
    await record(viewer, "see_calls", people=[one.person for one in people], now=clock.now())
    return page(request, "checkins/calls.html", people=people, asked=asked, most=MOST)


def _asked(request: AnyRequest, viewer: Viewer, also: tuple[int, ...] = ()) -> Asked:
    """Officers see their own people first, others all of their scope."""
    whose = request.query_params.get("whose") or ("own" if viewer.role in ("officer", "helper") else "all")
    return Asked(ahead=request.query_params.get("when") == "ahead", own=whose == "own", also=also)


@post("/calls", guards=[guard("record")])
async def save_calls(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The answers of one page of calls, all or none."""
    form = await read_form(request, "checkins/calls.html", most=MOST)
    answers = _answers(form)
    asked = _asked(request, viewer, also=tuple(answers))
    people = await people_to_call(viewer, asked, clock.now())
    form.context.update(asked=asked, people=people)
    show_again(request, [one.person for one in people])
    happened_at = form.moment("happened_at", _("通话时间"))
    if not answers:
        form.wrong["happened_at"] = _("还没有选择任何一通电话的结果。")
    form.check()
    made = [Call(order, answer, happened_at, form.typed.get(f"note-{order}", "")) for order, answer in answers.items()]
    await record_calls(viewer, made, clock.now())
    answered = sum(call.answer == ANSWERS[0] for call in made)
    query = f"?{request.url.query}" if request.url.query else ""
    said = ngettext(
        "已记录 %(n)d 通电话：接通 %(answered)d，未接通 %(unreached)d。",
        "已记录 %(n)d 通电话：接通 %(answered)d，未接通 %(unreached)d。",
        len(made),
    )
    told = said % {"n": len(made), "answered": answered, "unreached": len(made) - answered}
    return go(f"/calls{query}", told)


def _answers(form: Form) -> dict[int, str]:
    """Order → what came of its call, of the rows that have an answer."""
    orders = row_ids(form.typed, "answer-")
    return {order: answer for order in orders if (answer := form.typed.get(f"answer-{order}")) in ANSWERS}


ROUTES = [record_report, record_visit, record_check, checkins, withdraw, calls, save_calls]
