"""The forms of one commission: each is a plain POST that leads back to its page, or comes back with its sentence."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.commissions import correcting, deciding, investigating, reading, steps, words
from supervision.commissions.moves import KIND
from supervision.commissions.pages import page_of
from supervision.commissions.scope import get_commission
from supervision.commissions.states import DECIDE, HANDLE, SIGN, transition
from supervision.commissions.tables import ADOPTIONS, CONCLUSIONS, CONTENTS, NOTICES, SENTENCES, SOURCES
from supervision.commissions.words import ASKED
from supervision.errors import NotFound
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.orders.expected import become_due, expected_of
from supervision.orders.intake import ASSIGNED_AT_INTAKE, NewOrder
from supervision.orders.offers import officer_options, officers_for
from supervision.web import AnyRequest

Answer = Response[Any]


async def _form(
    request: AnyRequest, viewer: Viewer, commission_id: int, partial: str, *, heading: str, **more: Any
) -> Form:
    """The posted form of a commission; where it is refused it is shown again in a page of its own."""
    one = await get_commission(viewer, commission_id)
    show_again(request, [one["person"]])
    shown = {"one": one, "act": f"commissions/{partial}.html", "heading": heading, "words": words, "asked": ASKED}
    return await read_form(request, "commissions/act.html", **shown, **more)


@post("/commissions/{commission_id:int}/steps/{event:str}", guards=[guard(HANDLE)])
async def step(
    request: AnyRequest,
    commission_id: FromPath[int],
    event: FromPath[str],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A plain act of the office: accepted, refused, extension asked, can't be assessed."""
    return await _step(request, viewer, commission_id, (event, HANDLE), clock)


@post("/commissions/{commission_id:int}/decisions/{event:str}", guards=[guard(DECIDE)])
async def decision(
    request: AnyRequest,
    commission_id: FromPath[int],
    event: FromPath[str],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A plain act of the bureau: handed back, extension agreed, reviewed, sent, closed, called off."""
    return await _step(request, viewer, commission_id, (event, DECIDE), clock)


async def _step(request: AnyRequest, viewer: Viewer, commission_id: int, what: tuple[str, str], clock: Clock) -> Answer:
    event, permission = what
    found = transition(event)
    await get_commission(viewer, commission_id)
    if found is None or event not in ASKED or found.permission != permission:
        raise NotFound
    form = await _form(request, viewer, commission_id, "_step", heading=_(words.EVENTS[event]), event=event)
    new = _step_of(form, event)
    form.check()
    await steps.take_step(viewer, commission_id, new, clock.now())
    return go(
        "/commissions" if event == "refused" else page_of(commission_id),
        _("已办理：%(event)s。") % {"event": _(words.EVENTS[event])},
    )


def _step_of(form: Form, event: str) -> steps.Step:
    asked = ASKED[event]
    return steps.Step(
        event,
        form.moment("happened_at", _(asked.when)),
        document=form.text("document", _(asked.document), required=False) if asked.document else "",
        note=form.text("note", _(asked.note), required=False) if asked.note else "",
        until_on=form.day("until_on", _(asked.until)) if asked.until else None,
        copied=form.tick("copied"),
    )


@post("/commissions/{commission_id:int}/notices/{event:str}", guards=[guard(DECIDE)])
async def notice(
    request: AnyRequest,
    commission_id: FromPath[int],
    event: FromPath[str],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """Somebody was told: the procuratorate of the commission or of the opinion, the organ of the reason."""
    await get_commission(viewer, commission_id)
    if event not in NOTICES:
        raise NotFound
    form = await _form(request, viewer, commission_id, "_step", heading=_(words.NOTICES[event]), event=event)
    new = _step_of(form, event)
    form.check()
    await steps.give_notice(viewer, commission_id, new, clock.now())
    return go(page_of(commission_id), _("已记录：%(event)s。") % {"event": _(words.NOTICES[event])})


@post("/commissions/{commission_id:int}/assignment", guards=[guard(DECIDE)])
async def assign(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The office and the two who investigate."""
    officers = {one.id: one for one in await officers_for(viewer)}
    choices = reading.staff_options(await reading.investigators())
    shown = {"officers": officer_options(list(officers.values())), "choices": choices, "pair": (None, None)}
    form = await _form(request, viewer, commission_id, "_assign", heading=_("指派调查人员"), **shown)
    lead, second = form.choice("lead", _("主办人"), officers), form.choice("second", _("另一名调查人员"), dict(choices))
    happened_at = form.moment("happened_at", _("指派时间"))
    form.check()
    to = investigating.Investigators(officers[int(lead)].office, int(lead), int(second), happened_at)
    again = form.context["one"]["state"] in investigating.CHANGES_HANDS
    act = investigating.change_investigators if again else investigating.assign_investigators
    await act(viewer, commission_id, to, clock.now())
    return go(page_of(commission_id), _("已指派%(office)s调查。") % {"office": officers[int(lead)].office_name})


@post("/commissions/{commission_id:int}/records", guards=[guard(HANDLE)])
async def add_record(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """What somebody was asked, by two."""
    choices = reading.staff_options(await reading.investigators(viewer.office))
    form = await _form(
        request, viewer, commission_id, "_record", heading=_("调查笔录"), choices=choices, pair=(None, None)
    )
    ids = dict(choices)
    new = investigating.NewRecord(
        source=form.choice("source", _("调查来源"), SOURCES),
        heard=form.text("heard", _("调查对象")),
        place=form.text("place", _("地点")),
        content=form.text("content", _("调查内容")),
        happened_at=form.moment("happened_at", _("调查时间")),
        investigators=(_id(form.choice("first", _("调查人员"), ids)), _id(form.choice("second", _("调查人员"), ids))),
    )
    form.check()
    await investigating.add_record(viewer, commission_id, new, clock.now())
    return go(page_of(commission_id), _("已保存调查笔录：%(source)s。") % {"source": _(words.SOURCES[new.source])})


def _id(text: str) -> int:
    return as_id(text) or 0


@post("/commissions/{commission_id:int}/draft", guards=[guard(HANDLE)])
async def submit_draft(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The seven contents go to the bureau."""
    form = await _form(request, viewer, commission_id, "_draft", heading=_("提交初稿"), draft=None)
    contents = {name: form.text(name, words.CONTENTS[name], required=False) for name in CONTENTS}
    new = investigating.NewDraft(contents, form.moment("happened_at", _("提交时间")))
    form.check()
    await investigating.submit_draft(viewer, commission_id, new, clock.now())
    return go(page_of(commission_id), _("初稿已提交区局审核。"))


@post("/commissions/{commission_id:int}/opinion", guards=[guard(SIGN)])
async def decide(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The opinion after its collective assessment."""
    form = await _form(request, viewer, commission_id, "_opinion", heading=_("集体评议、签发意见"))
    new = deciding.NewOpinion(
        conclusion=form.choice("conclusion", _("评估意见"), CONCLUSIONS),
        number=form.text("number", _("意见书文号")),
        met_at=form.moment("met_at", _("集体评议时间")),
        attended=form.text("attended", _("参加人员")),
        reason=form.text("reason", _("评议意见和理由")),
        signed_at=form.moment("happened_at", _("签发时间")),
    )
    form.check()
    await deciding.decide(viewer, commission_id, new, clock.now())
    return go(page_of(commission_id), _("意见已签发，请反馈委托机关并同时抄送检察院。"))


@post("/commissions/{commission_id:int}/result", guards=[guard(DECIDE)])
async def conclude(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """What the deciding organ made of it."""
    form = await _form(request, viewer, commission_id, "_result", heading=_("登记采信结果"))
    new = deciding.NewResult(
        adoption=form.choice("adoption", _("是否采信"), ADOPTIONS),
        sentence=form.choice("sentence", _("处理结果"), SENTENCES),
        happened_at=form.moment("happened_at", _("得知结果的时间")),
        in_district=form.tick("in_district"),
        document=form.text("document", _("裁判文书号"), required=False),
        decided_on=form.day_or_none("decided_on", _("裁判日期")),
    )
    form.check()
    await deciding.record_result(viewer, commission_id, new, clock.now())
    told = _("已办结；该人员列为待报到，裁判生效后请登记在册。") if new.expects else _("已办结。")
    return go(page_of(commission_id), told)


@post("/commissions/{commission_id:int}/arrival", guards=[guard(DECIDE)])
async def arrive(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The judgment is effective: the expected person comes onto the register."""
    officers = {one.id: one for one in await officers_for(viewer)}
    expected = await expected_of((KIND, (await get_commission(viewer, commission_id))["id"]))
    if expected is None:
        raise NotFound
    form = await _form(
        request,
        viewer,
        commission_id,
        "_arrival",
        heading=_("裁判生效，登记在册"),
        officers=officer_options(list(officers.values())),
        expected=expected,
    )
    staff = form.choice("staff", _("责任人"), officers)
    order = _order(form, expected)
    form.check()
    to = officers[int(staff)].assignment(ASSIGNED_AT_INTAKE)
    await become_due(viewer, (KIND, commission_id), order, to, now=clock.now())
    return go(page_of(commission_id), _("已登记在册，首次报到的期限开始计算。"))


def _order(form: Form, expected: Mapping[str, Any]) -> NewOrder:
    return NewOrder(
        number="",
        kind=expected["kind"],
        crime=expected["crime"],
        effective_on=form.day("effective_on", _("裁判生效日期")),
        start_on=form.day("start_on", _("矫正开始日期")),
        end_on=form.day("end_on", _("矫正结束日期")),
    )


# -- correcting -----------------------------------------------------------------------------------------------------------


@post("/commissions/{commission_id:int}/facts/{kind:str}/{fact_id:int}/withdrawal", guards=[guard(DECIDE)])
async def withdraw(
    request: AnyRequest,
    commission_id: FromPath[int],
    kind: FromPath[str],
    fact_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A wrong record or notice no longer counts."""
    action = f"/facts/{kind}/{fact_id}/withdrawal"
    form = await _form(request, viewer, commission_id, "_reason", heading=_("作废一条记录"), action=action)
    reason = form.text("reason", _("原因"), required=False)
    await correcting.withdraw(viewer, commission_id, (kind, fact_id), reason=reason, now=clock.now())
    return go(page_of(commission_id), _("已作废。由它而来的应办事项和预警已经重新计算。"))


@post("/commissions/{commission_id:int}/undoing", guards=[guard(DECIDE)])
async def undo(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The last step was put down by mistake."""
    form = await _form(request, viewer, commission_id, "_reason", heading=_("撤销上一步"), action="/undoing")
    reason = form.text("reason", _("原因"), required=False)
    await correcting.undo(viewer, commission_id, reason=reason, now=clock.now())
    return go(page_of(commission_id), _("上一步已撤销。"))


@post("/commissions/{commission_id:int}/voiding", guards=[guard(DECIDE)])
async def void(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The commission was put down by mistake."""
    form = await _form(request, viewer, commission_id, "_reason", heading=_("作废整件委托"), action="/voiding")
    reason = form.text("reason", _("原因"), required=False)
    await correcting.void(viewer, commission_id, reason=reason, now=clock.now())
    return go(page_of(commission_id), _("已作废，不再计入统计。"))


ROUTES = [
    step,
    decision,
    notice,
    assign,
    add_record,
    submit_draft,
    decide,
    conclude,
    arrive,
    withdraw,
    undo,
    void,
]
