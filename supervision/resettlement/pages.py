"""The register of resettlement help: its list, the page of a period of help with its acts, and the intake by hand."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import Refusal
from supervision.files.actions import newest_read
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.people.actions import NewContact, NewPerson, checked_phone
from supervision.people.identity import IdentityFault, parse_identity_number
from supervision.people.names import name_fault, without_marks
from supervision.people.scope import get_person
from supervision.reads import read_alone
from supervision.resettlement import bases, file, listing, records, words
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.forms import back, back_or_away, form_about, page_words, support_options
from supervision.resettlement.intake import Intake, NewAssistance, take_in
from supervision.resettlement.offers import helpers_for, options_of, other_offices, steps_for
from supervision.resettlement.scope import get_assistance
from supervision.resettlement.states import OPEN
from supervision.resettlement.stays import where_now
from supervision.resettlement.steps import BY_EVENT, Step
from supervision.web import AnyRequest, page

REGISTERED = "安置帮教登记"
ASSIGNED = "指定帮教责任人"
"""Why the file is with its helper, as it is kept."""
BY_HAND = {code: word for code, word in words.SOURCES.items() if code != "correction"}


@get("/assistance", guards=[guard("see_people")])
async def register(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The register by what is to be done; one audit row for the page."""
    want, now = listing.wanted(request.query_params), clock.now()
    found = await listing.lines(viewer, want, now)
    shown = found[: listing.PAGE]
    await record(viewer, "assistance_listed", people=[line.person for line in shown], now=now)
    query = {"tab": want.tab, "q": want.text, "state": want.state, "level": want.level}
    return page(
        request,
        "resettlement/list.html",
        lines=shown,
        want=want,
        tabs=listing.TABS,
        counts=await listing.counts(viewer, now),
        states=[(code, _(words.STATES[code])) for code in OPEN],
        levels=words.LEVELS,
        query=query,
        after=shown[-1].id if len(found) > listing.PAGE else None,
    )


@get("/assistance/new", guards=[guard("add_person")])
async def new_assistance(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Template:
    """The empty form."""
    helpers = options_of(await helpers_for(viewer))
    return page(request, "resettlement/new.html", helpers=helpers, words=_choices(), typed={}, refusal=None)


def _choices() -> dict[str, Mapping[str, str]]:
    return {"source": BY_HAND, "kind": words.KINDS}


@post("/assistance/new", guards=[guard("add_person")])
async def add_assistance(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Put somebody on the register of help; birth and sex follow from the identity number."""
    helpers = await helpers_for(viewer)
    form = await read_form(request, "resettlement/new.html", helpers=options_of(helpers), words=_choices())
    person, phone, new = _person(form, clock), _phone(form), _new(form)
    staff = form.choice("staff", _("责任人"), helpers)
    form.check()
    intake = Intake(person, phone, new, helpers[int(staff)].assignment(REGISTERED))
    made = await take_in(viewer, intake, clock.now())
    return go(f"/people/{made}/assistance", _("%(name)s已登记。") % {"name": person.name})


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


def _new(form: Form) -> NewAssistance:
    return NewAssistance(
        source=form.choice("source", _("来源"), BY_HAND),
        kind=form.choice("kind", _("帮教类型"), words.KINDS),
        release_on=form.day_or_none("release_on", _("释放日期")),
        prison=form.text("prison", _("服刑场所"), required=False),
        crime=form.text("crime", _("原罪名"), required=False),
        sentence=form.text("sentence", _("原判刑期"), required=False),
        announced=form.tick("announced"),
        connected_on=form.day_or_none("connected_on", _("衔接日期")),
    )


@get("/people/{person_id:int}/assistance", guards=[guard("see_people")])
async def assistance(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """One period of help: its days, what is to be done and why, the acts, and everything that was done."""
    row, person = await get_assistance(viewer, person_id), await get_person(viewer, person_id)
    now = clock.now()
    done = await file.facts_of(row["id"])
    await record(viewer, "see_assistance", subject=("assistance", row["id"]), people=[person.id], now=now)
    return page(
        request,
        "resettlement/file.html",
        person=person,
        row=row,
        papers=await file.papers_of(row, clear=viewer.may("record_help")),
        to_do=await file.to_do(row["id"], now),
        needs=await file.needs_of(row["id"], now),
        done=done[: file.SHOWN],
        more=len(done) > file.SHOWN,
        form_changes=await file.form_changes(row["id"]) if _keeps_help(viewer) else [],
        earlier=await file.earlier(person.id, row["id"]),
        steps=steps_for(viewer, row),
        helpers=options_of(await helpers_for(viewer)) if viewer.may("assign_officer") else [],
        offices=await other_offices(),
        bases=await bases.options() if viewer.may("record_help") else [],
        stay=await where_now(row["id"]),
        papers_kept=await read_alone(newest_read(viewer, person.id)),
        words=page_words(),
        may_withdraw={kind: viewer.may(permission) for kind, (_, permission) in records.FACTS.items()},
    )


def _keeps_help(viewer: Viewer) -> bool:
    """Whether the registration form is theirs to read: it says of families and health what nobody else need know."""
    return viewer.may("record_help") or viewer.may("decide_help")


@post("/people/{person_id:int}/assistance/steps", guards=[guard("record_help")])
async def step(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A step of the daily work (law b.12)."""
    return await _step(request, person_id, viewer, clock, decided=False)


@post("/people/{person_id:int}/assistance/decisions", guards=[guard("decide_help")])
async def decision(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A step that a head or the bureau decides."""
    return await _step(request, person_id, viewer, clock, decided=True)


async def _step(request: AnyRequest, person_id: int, viewer: Viewer, clock: Clock, *, decided: bool) -> Response[Any]:
    offices = await other_offices()
    row, form = await form_about(request, viewer, person_id, "step", heading=_("安置帮教"), offices=offices, row=None)
    offered = {one.event for one in BY_EVENT.values() if one.decided == decided}
    event = form.choice("event", _("事项"), offered)
    form.context.update(step=BY_EVENT.get(event, next(iter(BY_EVENT.values()))), row=row)
    form.check()
    taken = _taken(form, BY_EVENT[event], offices)
    form.check()
    new = await take_step(viewer, row["id"], taken, clock.now())
    said = _("已记录：%(step)s。现在是“%(state)s”。") % {
        "step": _(BY_EVENT[event].label),
        "state": _(words.STATES[new]),
    }
    return await back_or_away(request, viewer, person_id, said)


def _taken(form: Form, step: Step, offices: list[tuple[int, str]]) -> Taken:
    office = form.choice("office", _(step.office), ["", *(id for id, _name in offices)]) if step.office else ""
    return Taken(
        event=step.event,
        happened_at=form.moment("happened_at", _("时间")),
        code=form.choice("code", _(step.code_label), step.codes) if step.codes else None,
        said=form.text("said", _(step.said), required=step.must_say),
        office=int(office) if office.isdigit() and "office" not in form.wrong else None,
        release_on=form.day("release_on", _("释放日期")) if step.release else None,
        report_by=form.day_or_none("report_by", _("报到期限")) if step.certificate else None,
    )


@post("/people/{person_id:int}/assistance/visits", guards=[guard("record_help")])
async def visit(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A visit or talk, with what is needed."""
    row, form = await form_about(request, viewer, person_id, "visit", heading=_("走访"))
    new = records.Visit(
        place=form.choice("place", _("地点"), words.PLACES),
        met=form.choice("met", _("见到了谁"), words.MET),
        happened_at=form.moment("happened_at", _("时间")),
        content=form.text("content", _("情况"), required=False),
        needs=form.text("needs", _("需要的帮助"), required=False),
    )
    form.check()
    await records.record_visit(viewer, row["id"], new, clock.now())
    return back(request, person_id, _("已记录走访。"))


@post("/people/{person_id:int}/assistance/class", guards=[guard("decide_help")])
async def decide_class(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """How closely somebody is helped."""
    row, form = await form_about(request, viewer, person_id, "class", heading=_("分类"))
    level, reason = form.choice("level", _("帮教类别"), words.LEVELS), form.text("reason", _("理由"))
    form.check()
    await records.decide_class(viewer, row["id"], level, reason, clock.now())
    return back(request, person_id, _("已确定为%(level)s。") % {"level": _(words.LEVELS[level])})


@post("/people/{person_id:int}/assistance/members", guards=[guard("record_help")])
async def add_member(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Somebody joins the group that helps."""
    row, form = await form_about(request, viewer, person_id, "member", heading=_("帮教小组"))
    kind, name = form.choice("kind", _("成员类别"), words.GROUP), form.text("name", _("姓名和单位"))
    form.check()
    await records.add_member(viewer, row["id"], kind, name, clock.now())
    return back(request, person_id, _("%(name)s已加入帮教小组。") % {"name": name})


@post("/people/{person_id:int}/assistance/support", guards=[guard("record_help")])
async def support(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Something was arranged: work, a benefit, legal aid, mediation, training, relief."""
    row, form = await form_about(request, viewer, person_id, "support", heading=_("帮扶"))
    what = form.choice("what", _("帮扶的事项"), [value for value, _label in support_options()])
    kind, _dot, code = what.partition(".")
    department = form.choice("department", _("协作单位"), ["", *words.DEPARTMENTS])
    new = records.Support(
        kind,
        code or None,
        form.moment("happened_at", _("时间")),
        form.text("content", _("情况"), required=False),
        department or None,
    )
    form.check()
    await records.record_support(viewer, row["id"], new, clock.now())
    return back(request, person_id, _("已登记：%(what)s。") % {"what": words.support_title(new.kind, new.code)})


@post("/people/{person_id:int}/assistance/officer", guards=[guard("assign_officer")])
async def assign_helper(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Give the file to a member of the staff."""
    helpers = await helpers_for(viewer)
    row, form = await form_about(
        request, viewer, person_id, "officer", heading=_("责任人"), helpers=options_of(helpers)
    )
    staff = form.choice("staff", _("责任人"), helpers)
    form.check()
    to = helpers[int(staff)]
    await records.assign_helper(viewer, row["id"], to.assignment(ASSIGNED), clock.now())
    return back(request, person_id, _("现由%(name)s负责。") % {"name": to.name})


@post("/people/{person_id:int}/assistance/withdrawals/{kind:str}/{fact_id:int}", guards=[guard("record_help")])
async def withdraw(
    request: AnyRequest,
    person_id: FromPath[int],
    kind: FromPath[str],
    fact_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A wrong entry no longer counts."""
    _row, form = await form_about(
        request, viewer, person_id, "withdraw", heading=_("作废一条记录"), fact={"kind": kind, "id": fact_id}
    )
    reason = form.text("reason", _("原因"), required=False)
    await records.withdraw(viewer, person_id, (kind, fact_id), reason=reason, now=clock.now())
    return back(request, person_id, _("已作废。"))


ROUTES = [
    register,
    new_assistance,
    add_assistance,
    assistance,
    step,
    decision,
    visit,
    decide_class,
    add_member,
    support,
    assign_helper,
    withdraw,
]
