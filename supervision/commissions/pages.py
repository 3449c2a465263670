"""The list of commissions, one of them with the forms of what may be done now, and a new one."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.commissions import investigating, reading, receiving, words
from supervision.commissions.file_pages import KINDS as FILE_KINDS
from supervision.commissions.moves import CONTENT, KIND
from supervision.commissions.scope import get_commission
from supervision.commissions.states import DECIDE, HANDLE, events_of, transition
from supervision.commissions.tables import NOTICES, OCCASIONS, ORGANS, SUBJECT_KINDS
from supervision.commissions.words import ASKED
from supervision.db import Record
from supervision.errors import Refusal
from supervision.files.actions import of as kept_files
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.orders.offers import officer_options, officers_for
from supervision.orders.tables import KINDS
from supervision.people.actions import NewPerson
from supervision.people.identity import IdentityFault, parse_identity_number
from supervision.people.names import name_fault, without_marks
from supervision.people.words import SEXES
from supervision.rules.explain import sentence
from supervision.sealed import open_sealed
from supervision.settings.terms import load_terms
from supervision.web import AnyRequest, page

Answer = Response[Any]


def page_of(commission: int) -> str:
    """The address of a commission."""
    return f"/commissions/{commission}"


# -- seeing -----------------------------------------------------------------------------------------------------------


@get("/commissions", guards=[guard("see_commissions")])
async def commissions(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The commissions in the viewer's scope, those whose limit is nearest first."""
    tab = request.query_params.get("tab", "open")
    organ = request.query_params.get("organ", "")
    before = as_id(request.query_params.get("before", "0"))
    if tab not in reading.TABS or before is None or organ not in ("", *ORGANS):
        raise Refusal(_("这个地址不完整，请从名单里重新打开。"))
    found = await reading.lines(viewer, tab, organ, before or None, clock.now())
    await record(viewer, "see_commissions", people=[line.person for line in found], now=clock.now())
    more = tab != "open" and len(found) == reading.PAGE
    return page(
        request,
        "commissions/list.html",
        lines=found,
        tab=tab,
        organ=organ,
        counts=await reading.counts(viewer),
        titles=reading.TAB_TITLES,
        words=words,
        full=len(found) == reading.PAGE,
        next_url=f"/commissions?tab={tab}&organ={organ}&before={found[-1].id}" if more else None,
    )


@get("/commissions/{commission_id:int}", guards=[guard("see_commissions")])
async def commission(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """One commission whole, with the forms of what may be done now."""
    one = await get_commission(viewer, commission_id)
    case = await reading.case_of(one["id"])
    await record(viewer, "see_commission", subject=(KIND, one["id"]), people=[one["person"]], now=clock.now())
    return page(request, "commissions/one.html", case=case, **await _shown(viewer, one, case, clock))


async def _shown(viewer: Viewer, one: Record, case: reading.Case, clock: Clock) -> dict[str, Any]:
    """What the page and its forms need beside the case itself."""
    may = [event for event in events_of(one["state"]) if _may(viewer, event)]
    staff = await reading.investigators(case.clock["office_id"])
    return {
        "one": one,
        "words": words,
        "asked": ASKED,
        "files": await kept_files(KIND, one["id"], viewer),
        "file_kinds": FILE_KINDS,
        "plain": [event for event in may if event in ASKED],
        "may": may,
        "notices": _notices(case) if viewer.may(DECIDE) else [],
        "clock": reading.clock_of(case.clock, clock.now()),
        "why": sentence(json.loads(case.clock["why"])) if case.clock["why"] else "",
        "address": open_sealed(one["address_sealed"], CONTENT) if one["address_sealed"] else "",
        "choices": reading.staff_options(staff),
        "officers": officer_options(await officers_for(viewer)) if viewer.may(DECIDE) else [],
        "pair": (case.clock["lead_id"], case.clock["second_id"]),
        "reassigns": viewer.may(DECIDE) and one["state"] in investigating.CHANGES_HANDS,
        "hears": viewer.may(HANDLE) and one["state"] in ("investigating", "extension_pending"),
    }


def _may(viewer: Viewer, event: str) -> bool:
    found = transition(event)
    return found is not None and viewer.may(found.permission)


def _notices(case: reading.Case) -> list[str]:
    """The notices that are still to be given: those whose occasion came after the last of them."""
    last = {act["kind"]: act["id"] for act in case.acts if not act["withdrawn_at"]}
    return [
        kind
        for kind in NOTICES
        if max((last.get(occasion, 0) for occasion in OCCASIONS[kind]), default=0) > last.get(kind, 0)
    ]


# -- a new one ----------------------------------------------------------------------------------------------------------


@get("/commissions/new", guards=[guard(DECIDE)])
async def new_commission(request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
    """The empty form."""
    days = await _days_at(clock.now())
    return page(request, "commissions/new.html", words=words, days=days, typed={}, refusal=None)


async def _days_at(moment: datetime) -> Mapping[str, int]:
    """Working days that are in force: for an opinion (normal, fast), and to tell the procuratorate (inform)."""
    parameters = (await load_terms(moment, moment)).parameters.in_force(moment)
    keys = {"normal": "commission.days.normal", "fast": "commission.days.fast", "inform": "commission.inform_days"}
    return {name: parameters[key] for name, key in keys.items()}


@post("/commissions/new", guards=[guard(DECIDE)])
async def receive(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Answer:
    """A letter came with its material: the clock runs."""
    form = await read_form(request, "commissions/new.html", words=words, days=await _days_at(clock.now()))
    letter, about = _letter(form), _about(form, clock)
    received_at = form.moment("happened_at", _("收到全部材料的时间"))
    form.check()
    made = await receiving.receive(viewer, letter, about, received_at, clock.now())
    told = _("委托已登记，办理期限开始计算。请在%(days)d个工作日内向检察院通报。")
    return go(page_of(made), told % {"days": (await _days_at(received_at))["inform"]})


def _letter(form: Form) -> receiving.Letter:
    return receiving.Letter(
        organ=form.choice("organ", _("委托机关类别"), ORGANS),
        organ_name=form.text("organ_name", _("委托机关名称")),
        number=form.text("letter_number", _("委托函文号")),
        written_on=form.day("commissioned_on", _("委托函日期")),
        intended_kind=form.choice("intended_kind", _("拟适用的矫正类别"), KINDS),
        crime=form.text("crime", _("罪名")),
        fast_track=form.tick("fast_track"),
    )


def _about(form: Form, clock: Clock) -> receiving.Asked:
    return receiving.Asked(
        person=_person(form, clock),
        kind=form.choice("subject_kind", _("调查对象类别"), SUBJECT_KINDS),
        minor=form.tick("minor"),
        address=form.text("address", _("住址"), required=False),
    )


def _person(form: Form, clock: Clock) -> NewPerson:
    name, number = without_marks(form.text("name", _("姓名"))), form.text("number", _("身份证号"), required=False)
    if fault := name_fault(name):
        form.wrong.setdefault("name", _("%(fault)s。") % {"fault": fault})
    if not number:
        return NewPerson(name, form.choice("sex", _("性别"), SEXES), None, "")
    try:
        identity = parse_identity_number(number, clock.today())
    except IdentityFault as fault_of_number:
        form.wrong["number"] = _("%(fault)s。") % {"fault": fault_of_number.text}
        return NewPerson(name, "unknown", None, "")
    return NewPerson(name, identity.sex, identity.born_on, identity.number)


ROUTES = [commissions, commission, new_commission, receive]
