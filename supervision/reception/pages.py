"""入矫: the steps between a sentence and a person in correction on one page, a form for each, and the team."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import NotFound
from supervision.files.actions import Upload, may_see
from supervision.files.sent import BODY, sent_file
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.people.answers import back_to
from supervision.people.scope import PersonRef, get_order_id, get_person
from supervision.reception import actions, words
from supervision.reception.actions import NewAct, NewMember, received_of
from supervision.reception.kinds import FORMED, KINDS, ROLES, SEXES, Kind
from supervision.reception.steps import reception_of
from supervision.web import AnyRequest, page

Answer = Response[Any]
AT = "/people/{person_id:int}/reception"
MEMBERS = range(1, 6)
"""The lines of the form in which a team is founded."""


@get(AT, guards=[guard("see_people")])
async def reception(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The steps of the person's latest order in the law's order, and the team; one audit row."""
    person = await get_person(viewer, person_id)
    if person.order_id is None:
        raise NotFound
    found = await reception_of(viewer, person.order_id, clock.now())
    await record(viewer, "reception_seen", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "reception/page.html", person=person, found=found, words=words, **_lists(viewer))


def _lists(viewer: Viewer) -> dict[str, Any]:
    return {"roles": ROLES, "sexes": SEXES, "members": MEMBERS, "formed": FORMED, "attaches": _attaches(viewer)}


def _attaches(viewer: Viewer) -> bool:
    return viewer.may("keep_files")


def _back(request: AnyRequest, person: int, said: str) -> Answer:
    return back_to(request, f"/people/{person}/reception", said)


@post(f"{AT}/acts/{{kind:str}}", guards=[guard("register_person")], request_max_body_size=BODY)
async def put_down(
    request: AnyRequest,
    person_id: FromPath[int],
    kind: FromPath[str],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """One step was taken."""
    order = await get_order_id(viewer, person_id)
    person = await get_person(viewer, person_id)
    asked = KINDS.get(kind)
    if asked is None or kind == FORMED:
        raise NotFound
    step = {"code": kind, "kind": asked, "attaches": _attaches(viewer)}
    form = await read_form(request, "reception/_act.html", heading=_(asked.title), person=person, **step)
    how = form.choice("how", _(asked.how_label), asked.how) if asked.how else ""
    content = form.text("content", _(asked.content) or _("备注"), required=bool(asked.content))
    _check_ticks(form, asked)
    happened_at = form.moment("happened_at", _("时间"))
    file = await _file(request, form, viewer, asked)
    form.check()
    await actions.put_down(viewer, order, NewAct(kind, happened_at, how, content, file), clock.now())
    return _back(request, person_id, _("已记录：%(title)s。") % {"title": _(asked.title)})


def _check_ticks(form: Form, asked: Kind) -> None:
    for number, tick in enumerate(asked.ticks, start=1):
        if not form.tick(f"tick-{number}"):
            form.wrong[f"tick-{number}"] = _("缺少“%(what)s”，不能保存。") % {"what": _(tick)}


async def _file(request: AnyRequest, form: Form, viewer: Viewer, asked: Kind) -> Upload | None:
    sent = await sent_file(request)
    if sent and not (_attaches(viewer) and may_see(viewer, asked.file)):
        form.wrong["file"] = _("您的岗位不能存入文件。")
    return sent


@post(f"{AT}/acts/{{act_id:int}}/withdrawal", guards=[guard("withdraw")])
async def withdraw(
    request: AnyRequest,
    person_id: FromPath[int],
    act_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A wrong step no longer counts."""
    person = await get_person(viewer, person_id)
    reason = await _why_withdrawn(request, person, f"acts/{act_id}")
    await actions.withdraw(viewer, person.id, act_id, reason=reason, now=clock.now())
    return _back(request, person_id, _("已作废。它抵过的应办事项重新打开。"))


async def _why_withdrawn(request: AnyRequest, person: PersonRef, entry: str) -> str:
    """What the form says to withdraw a step or a member; it comes back by the entry's own address."""
    form = await read_form(request, "reception/_withdraw.html", heading=_("作废一条记录"), person=person, entry=entry)
    return form.text("reason", _("原因"), required=False)


# -- the team -----------------------------------------------------------------------------------------------------


@post(f"{AT}/team", guards=[guard("register_person")], request_max_body_size=BODY)
async def form_team(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """The team is founded, with all its members and the letter of responsibility."""
    order = await get_order_id(viewer, person_id)
    person = await get_person(viewer, person_id)
    heading = _("组建矫正小组")
    context = _lists(viewer) | {"whose": await received_of(order)}
    form = await read_form(request, "reception/_team.html", heading=heading, person=person, **context)
    coming = [_member(form, f"-{n}") for n in MEMBERS if form.text(f"name-{n}", "", required=False)]
    happened_at = form.moment("happened_at", _("签订责任书的时间"))
    file = await _file(request, form, viewer, KINDS[FORMED])
    form.check()
    await actions.form_team(viewer, order, coming, NewAct(FORMED, happened_at, file=file), clock.now())
    return _back(request, person_id, _("矫正小组已组建。"))


def _member(form: Form, which: str = "") -> NewMember:
    return NewMember(
        name=form.text(f"name{which}", _("姓名")),
        role=form.choice(f"role{which}", _("身份"), ROLES),
        sex=form.choice(f"sex{which}", _("性别"), SEXES),
        knows_minors=form.tick(f"minors{which}"),
    )


@post(f"{AT}/team/members", guards=[guard("register_person")])
async def add_member(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Somebody comes into the team."""
    order = await get_order_id(viewer, person_id)
    person = await get_person(viewer, person_id)
    heading = _("增加成员")
    form = await read_form(request, "reception/_member.html", heading=heading, person=person, **_lists(viewer))
    member, from_at = _member(form), form.moment("from_at", _("加入的时间"))
    form.check()
    await actions.add_member(viewer, order, member, from_at, clock.now())
    return _back(request, person_id, _("已增加成员。"))


@post(f"{AT}/team/members/{{member_id:int}}/leaving", guards=[guard("register_person")])
async def member_leaves(
    request: AnyRequest,
    person_id: FromPath[int],
    member_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """Somebody leaves the team."""
    order = await get_order_id(viewer, person_id)
    person: PersonRef = await get_person(viewer, person_id)
    form = await read_form(
        request, "reception/_leaving.html", heading=_("成员离开"), person=person, member_id=member_id
    )
    to_at = form.moment("to_at", _("离开的时间"))
    form.check()
    await actions.member_leaves(viewer, order, member_id, to_at, clock.now())
    return _back(request, person_id, _("已登记成员离开。"))


@post(f"{AT}/team/members/{{member_id:int}}/withdrawal", guards=[guard("withdraw")])
async def withdraw_member(
    request: AnyRequest,
    person_id: FromPath[int],
    member_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """Somebody was put into the team wrongly."""
    person = await get_person(viewer, person_id)
    reason = await _why_withdrawn(request, person, f"team/members/{member_id}")
    await actions.withdraw_member(viewer, person.id, member_id, reason=reason, now=clock.now())
    return _back(request, person_id, _("已作废。成员有变动的，请重新登记。"))


ROUTES = [reception, put_down, withdraw, form_team, add_member, member_leaves, withdraw_member]
