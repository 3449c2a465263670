"""The forms for who needs help first, how a year went, and how minor children fare (law RA-09, RA-19, RA-20)."""

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.language import gettext as _
from supervision.resettlement import words
from supervision.resettlement.assessing import Appraisal, Assessment, Child, appraise, assess, proposed, record_child
from supervision.resettlement.forms import back, form_about
from supervision.settings.terms import load_terms
from supervision.web import AnyRequest


@post("/people/{person_id:int}/assistance/assessment", guards=[guard("decide_help")])
async def save_assessment(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Who needs help first: what the factors speak for is said, what is decided is decided by a person."""
    row, form = await form_about(request, viewer, person_id, "assessment", heading=_("危险性评估"))
    factors = tuple(code for code in (*words.GROUNDS, *words.FACTORS) if form.tick(code))
    new = Assessment(form.choice("kind", _("帮教类型"), words.KINDS), factors, form.text("reason", _("理由")))
    form.check()
    now = clock.now()
    await assess(viewer, row["id"], new, now)
    speaks_for = proposed(factors, (await load_terms(now, now)).parameters.in_force(now))
    told = {"kind": _(words.KINDS[new.kind]), "proposed": _(words.KINDS[speaks_for])}
    return back(request, person_id, _("已评估为%(kind)s帮教（按所选因素建议：%(proposed)s）。") % told)


@post("/people/{person_id:int}/assistance/appraisals", guards=[guard("record_help")])
async def save_appraisal(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """What village or township says of the year."""
    row, form = await form_about(request, viewer, person_id, "appraisal", heading=_("年度鉴定"))
    new = Appraisal(
        side=form.choice("side", _("由谁鉴定"), words.SIDES),
        grade=form.choice("grade", _("全年情况"), words.GRADES),
        assessor=form.text("assessor", _("鉴定人")),
        happened_at=form.moment("happened_at", _("时间")),
        content=form.text("content", _("意见"), required=False),
    )
    form.check()
    await appraise(viewer, row["id"], new, clock.now())
    return back(request, person_id, _("已记录年度鉴定。"))


@post("/people/{person_id:int}/assistance/children", guards=[guard("record_help")])
async def save_child(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """How a minor child fares."""
    row, form = await form_about(request, viewer, person_id, "child", heading=_("未成年子女"))
    new = Child(
        name=form.text("name", _("姓名")),
        born_on=form.day("born_on", _("出生日期")),
        guardian=form.choice("guardian", _("监护人"), words.GUARDIANS),
        hardship=form.choice("hardship", _("困难"), words.HARDSHIPS),
        happened_at=form.moment("happened_at", _("了解的时间")),
        content=form.text("content", _("帮扶的情况"), required=False),
    )
    form.check()
    await record_child(viewer, row["id"], new, clock.now())
    return back(request, person_id, _("已登记未成年子女的情况。"))


ROUTES = [save_assessment, save_appraisal, save_child]
