"""The small forms of an order on a person's file; each comes back with its sentence where it is refused."""

from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.days import local_day
from supervision.errors import NotFound
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.orders import actions, decisions, pauses, withdrawals, words
from supervision.orders.offers import offers_for, officers_for
from supervision.people.actions import NewContact
from supervision.people.answers import back_to_file
from supervision.people.scope import get_order_id, get_person
from supervision.web import AnyRequest

REASSIGNED = "调整责任人"
"""Why the file has another officer, as it is kept where nobody says why."""
Answer = Response[Any]


async def _form(request: AnyRequest, viewer: Viewer, person_id: int, partial: str, **more: Any) -> Form:
    """The posted form of a person's file, with what it needs to be shown again."""
    person = await get_person(viewer, person_id)
    offers = await offers_for(viewer, person_id)
    return await read_form(request, f"orders/{partial}.html", person=person, offers=offers, **more)


@post("/people/{person_id:int}/registration", guards=[guard("register_person")])
async def register(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The person reported and is enrolled."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_register", heading=_("登记接收"))
    happened_at = form.moment("happened_at", _("报到时间"))
    form.check()
    await actions.register(viewer, order, happened_at, clock.now())
    return back_to_file(request, person_id, _("已登记接收。"))


@post("/people/{person_id:int}/class", guards=[guard("set_class")])
async def set_class(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The bureau decides a class of management."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_class", heading=_("管理类别"))
    level, reason = form.choice("level", _("管理类别"), words.LEVELS), form.text("reason", _("理由"))
    form.check()
    await actions.set_class(viewer, order, level, reason, clock.now())
    return back_to_file(
        request, person_id, _("管理类别已定为%(level)s。已开始的应办事项不变。") % {"level": _(words.LEVELS[level])}
    )


@post("/people/{person_id:int}/officer", guards=[guard("assign_officer")])
async def assign_officer(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Give the file to an officer; another office's only by the bureau."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_officer", heading=_("责任人"))
    officers = {one.id: one for one in await officers_for(viewer)}
    chosen = form.choice("staff", _("责任人"), officers)
    reason = form.text("reason", _("原因"), required=False)
    form.check()
    officer = officers[int(chosen)]
    await actions.assign_officer(viewer, order, officer.assignment(reason or REASSIGNED), clock.now())
    return back_to_file(request, person_id, _("责任人已改为%(name)s。") % {"name": officer.name})


@post("/people/{person_id:int}/phone", guards=[guard("correct_contact")])
async def correct_phone(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """A new number is a new fact; the old one is kept, withdrawn."""
    person = await get_person(viewer, person_id)
    form = await _form(request, viewer, person_id, "_phone", heading=_("联系电话"))
    phone, holder = form.text("phone", _("电话号码")), form.choice("holder", _("谁的号码"), ("self", "family"))
    form.check()
    new = NewContact("phone", phone, holder, "no" if form.tick("refuses") else "yes")
    await actions.correct_phone(viewer, person.id, new, clock.now())
    return back_to_file(request, person_id, _("电话已更正，原号码留存备查。"))


@post("/people/{person_id:int}/term", guards=[guard("end_order")])
async def change_term(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """A document of the deciding organ sets another end of the term."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_term", heading=_("变更期限"))
    end_on, reason = form.day("end_on", _("新的结束日期")), form.text("reason", _("依据（文书名称和文号）"))
    form.check()
    await actions.change_term(viewer, order, end_on, reason, clock.now())
    return back_to_file(request, person_id, _("矫正结束日期已改为 %(day)s。") % {"day": end_on})


@post("/people/{person_id:int}/documents", guards=[guard("register_person")])
async def record_document(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """A document of the end of the term was written."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_document", heading=_("期满文书"))
    kind, happened_at = form.choice("kind", _("文书种类"), words.DOCUMENTS), form.moment("happened_at", _("完成时间"))
    form.check()
    await actions.record_document(viewer, order, kind, happened_at, clock.now())
    return back_to_file(request, person_id, _("已记录%(kind)s。") % {"kind": _(words.DOCUMENTS[kind])})


@post("/people/{person_id:int}/pause", guards=[guard("pause")])
async def pause(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Custody or hospital: some duties rest."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_pause", heading=_("暂停"))
    kind, from_at = form.choice("kind", _("暂停原因"), words.PAUSES), form.moment("happened_at", _("开始时间"))
    evidence = form.text("evidence", _("依据（通知书或诊断证明）"))
    form.check()
    await pauses.pause(viewer, order, pauses.NewPause(kind, from_at, evidence), clock.now())
    return back_to_file(request, person_id, _("已记录暂停。每七天须核实一次。"))


@post("/people/{person_id:int}/pause/end", guards=[guard("pause")])
async def end_pause(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The pause is over."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_pause_end", heading=_("结束暂停"))
    to_at = form.moment("happened_at", _("结束时间"))
    form.check()
    await pauses.end_pause(viewer, order, to_at, clock.now())
    return back_to_file(request, person_id, _("暂停已结束，应办事项恢复。"))


@post("/people/{person_id:int}/pause/check", guards=[guard("pause")])
async def confirm_pause(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Somebody asked, and the pause still stands."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_pause_check", heading=_("核实暂停"))
    source = form.text("source", _("向谁核实"))
    form.check()
    await pauses.confirm_pause(viewer, order, source, clock.now())
    return back_to_file(request, person_id, _("已记录核实。"))


@post("/people/{person_id:int}/end", guards=[guard("end_order")])
async def end_order(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The order ends by a fact with its document."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_end", heading=_("结束矫正"))
    kind, happened_at = form.choice("kind", _("结束方式"), words.ENDS), form.moment("happened_at", _("结束时间"))
    reason = form.text("reason", _("依据（文书名称和文号）"))
    not_helped = form.text("not_helped", _("不转入安置帮教的理由"), required=False)
    form.check()
    await actions.end_order(viewer, order, actions.Ending(kind, happened_at, reason, not_helped), clock.now())
    return back_to_file(
        request,
        person_id,
        _("矫正已结束：%(kind)s（%(day)s）。") % {"kind": _(words.ENDS[kind]), "day": local_day(happened_at)},
    )


@post("/people/{person_id:int}/duties/{duty_id:int}/decision", guards=[guard("decide_duty")])
async def decide_duty(
    request: AnyRequest,
    person_id: FromPath[int],
    duty_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A named human ends one duty, with a reason."""
    order = await get_order_id(viewer, person_id)
    form = await _form(request, viewer, person_id, "_decision", heading=_("处理应办事项"), duty={"id": duty_id})
    outcome, reason = form.choice("outcome", _("处理结果"), decisions.OUTCOMES), form.text("reason", _("理由"))
    form.check()
    await decisions.decide_duty(viewer, order, duty_id, outcome, reason=reason, now=clock.now())
    return back_to_file(request, person_id, _("已处理：%(outcome)s。") % {"outcome": _(words.EXCUSES[outcome])})


@post("/people/{person_id:int}/facts/{kind:str}/{fact_id:int}/withdrawal", guards=[guard("withdraw")])
async def withdraw_fact(
    request: AnyRequest,
    person_id: FromPath[int],
    kind: FromPath[str],
    fact_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A wrong registration, class, document, pause or check of a pause no longer counts."""
    if kind == "end":
        raise NotFound
    return await _withdraw(request, person_id, (kind, fact_id), viewer, now=clock.now())


@post("/people/{person_id:int}/end/{fact_id:int}/withdrawal", guards=[guard("end_order")])
async def withdraw_end(
    request: AnyRequest,
    person_id: FromPath[int],
    fact_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """An order that was ended by mistake goes on."""
    return await _withdraw(request, person_id, ("end", fact_id), viewer, now=clock.now())


async def _withdraw(
    request: AnyRequest, person_id: int, fact: tuple[str, int], viewer: Viewer, *, now: datetime
) -> Answer:
    shown = {"kind": fact[0], "id": fact[1]}
    form = await _form(request, viewer, person_id, "_withdraw", heading=_("作废一条登记"), fact=shown)
    reason = form.text("reason", _("作废的原因"), required=False)
    await withdrawals.withdraw(viewer, person_id, fact, reason=reason, now=now)
    return back_to_file(request, person_id, _("已作废。由它而来的应办事项和预警已经重新计算。"))


ROUTES = [
    register,
    set_class,
    assign_officer,
    correct_phone,
    change_term,
    record_document,
    pause,
    end_pause,
    confirm_pause,
    end_order,
    decide_duty,
    withdraw_fact,
    withdraw_end,
]
