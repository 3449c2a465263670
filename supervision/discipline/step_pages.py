"""The steps of a case: each form of the case's page, with its permission; a refused form comes back with what was typed."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.config import Settings
from supervision.discipline import actions, decisions, letters, words
from supervision.discipline.pages import case_context, case_of, read_breach
from supervision.files.actions import Upload
from supervision.files.sent import BODY, needed_file
from supervision.forms import Form, read_form
from supervision.language import N_
from supervision.language import gettext as _
from supervision.people.answers import back_to
from supervision.people.scope import get_person
from supervision.web import AnyRequest

Answer = Response[Any]
AT = "/people/{person_id:int}/discipline/{case_id:int}"


REASONS: Mapping[str, tuple[str, str, str]] = {
    "dismiss": (N_("不予处理"), N_("理由"), N_("不予处理")),
    "return": (N_("退回补充"), N_("退回的理由"), N_("退回")),
    "objection": (N_("本人提出异议"), N_("异议的内容"), N_("登记异议")),
    "objection/answer": (N_("处理异议"), N_("维持决定的理由"), N_("维持决定")),
    "police": (N_("公安机关的结果"), N_("处理结果（文书名称和文号）"), N_("登记结果")),
    "correction": (N_("撤销决定"), N_("撤销的理由"), N_("撤销决定")),
}
"""Steps that ask for a reason: the form's place, its heading, its field and its button."""
COPIED: Mapping[str, str] = {
    "objection/answer": N_("决定书已抄送人民检察院"),
    "police": N_("处理结果已抄送人民检察院"),
}
"""Of these, the ones after which the case goes to the file: what is to be ticked before."""


class Step:
    """A posted form of one case: asked for, read, and answered with the case's page."""

    def __init__(self, request: AnyRequest, viewer: Viewer, clock: Clock, person: int, case: int) -> None:
        self.request, self.viewer, self.clock = request, viewer, clock
        self.person, self.case, self.now = person, case, clock.now()

    async def form(self, partial: str, heading: str, **more: Any) -> Form:
        """The form; raises NotFound where the person or the case isn't the viewer's."""
        person = await get_person(self.viewer, self.person)
        row = await case_of(self.viewer, person, self.case)
        context = await case_context(person, row, self.clock)
        return await read_form(self.request, f"discipline/{partial}.html", heading=heading, **context | more)

    async def reason(self, place: str) -> str:
        """The answer to a form that asks for nothing but a reason."""
        reason, _copied = await self.reason_and_copy(place)
        return reason

    async def reason_and_copy(self, place: str) -> tuple[str, bool]:
        """The reason, and whether the procuratorate has its copy."""
        heading, label, button = map(_, REASONS[place])
        copied = _(COPIED[place]) if place in COPIED else ""
        asked = {"place": place, "label": label, "button": button, "copied": copied}
        form = await self.form("_reason", heading, act_form=asked)
        return form.text("reason", label, required=False), form.tick("copied")

    async def item(self, partial: str, heading: str, label: str) -> tuple[str, str]:
        """The item and the reason of a proposal or a decision."""
        form = await self.form(partial, heading)
        item, reason = form.text("item", _("适用的条款")), form.text("reason", label)
        form.check()
        return item, reason

    def done(self, said: str) -> Answer:
        """The case's page again, with a sentence on top."""
        return back_to(self.request, f"/people/{self.person}/discipline/{self.case}", said)


async def step_of(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Step:
    """The step that is taken, from the address and who asks."""
    return Step(request, viewer, clock, person_id, case_id)


def step_route(place: str, permission: str, **more: Any) -> post:
    """A step's route below its case, with the permission that it asks for."""
    return post(f"{AT}/{place}", guards=[guard(permission)], dependencies={"step": Provide(step_of)}, **more)


@step_route("breach", "handle_discipline")
async def amend(step: NamedDependency[Step]) -> Answer:
    """What is told of the breach is told anew."""
    form = await step.form("_breach", _("违反规定的事实"))
    breach = read_breach(form)
    form.check()
    await actions.amend(step.viewer, step.case, breach, step.now)
    return step.done(_("事实已更正，原来的记录留存备查。"))


@step_route("evidence", "handle_discipline")
async def add_evidence(step: NamedDependency[Step]) -> Answer:
    """A piece of evidence, or the hearing."""
    form = await step.form("_evidence", _("登记证据"))
    kind, text = form.choice("evidence_kind", _("证据种类"), words.EVIDENCE), form.text("text", _("内容"))
    happened_at = form.moment("happened_at", _("时间"))
    form.check()
    await actions.add_evidence(step.viewer, step.case, kind, text, happened_at=happened_at, now=step.now)
    return step.done(_("已登记：%(evidence)s。") % {"evidence": _(words.EVIDENCE[kind])})


@step_route("evidence/{evidence_id:int}/withdrawal", "handle_discipline")
async def withdraw_evidence(step: NamedDependency[Step], evidence_id: FromPath[int]) -> Answer:
    """A wrong piece of evidence no longer counts."""
    asked = {"place": f"evidence/{evidence_id}/withdrawal", "label": _("作废的原因"), "button": _("作废")}
    form = await step.form("_reason", _("作废证据"), act_form=asked)
    reason = form.text("reason", _("原因"), required=False)
    await actions.withdraw_evidence(step.viewer, step.case, evidence_id, reason, step.now)
    return step.done(_("已作废。"))


@step_route("opening", "handle_discipline")
async def open_case(step: NamedDependency[Step]) -> Answer:
    """The clue holds."""
    await step.form("_plain", _("立案"), plain={"place": "opening", "button": _("立案")})
    await actions.open_case(step.viewer, step.case, step.now)
    return step.done(_("已立案，请调查取证并听取本人陈述。"))


@step_route("dismiss", "handle_discipline")
async def dismiss(step: NamedDependency[Step]) -> Answer:
    """Nothing follows from it."""
    reason = await step.reason("dismiss")
    await actions.dismiss(step.viewer, step.case, reason, step.now)
    return step.done(_("已记为不予处理；有关的预警仍须处置。"))


@step_route("investigation", "handle_discipline")
async def investigate(step: NamedDependency[Step]) -> Answer:
    """The facts are clear."""
    asked = {"place": "investigation", "button": _("事实已查清")}
    await step.form("_plain", _("查清事实"), plain=asked)
    await actions.investigate(step.viewer, step.case, step.now)
    return step.done(_("事实已查清，请提出建议。"))


@step_route("proposal", "handle_discipline")
async def propose(step: NamedDependency[Step]) -> Answer:
    """A named person proposes."""
    item, reason = await step.item("_propose", _("提出建议"), _("建议的理由"))
    await actions.propose_item(step.viewer, step.case, item, reason, step.now)
    return step.done(_("建议已提出，待法制审核。"))


@step_route("review", "review_discipline")
async def review(step: NamedDependency[Step]) -> Answer:
    """The legal review."""
    form = await step.form("_review", _("法制审核"))
    passed, opinion = form.choice("passed", _("审核结论"), ("yes", "no")), form.text("opinion", _("审核意见"))
    form.check()
    await actions.review(step.viewer, step.case, passed == "yes", opinion, step.now)
    return step.done(_("审核通过，待决定。") if passed == "yes" else _("已退回补充。"))


@step_route("return", "decide_discipline")
async def send_back(step: NamedDependency[Step]) -> Answer:
    """Whoever decides wants more."""
    await actions.send_back(step.viewer, step.case, await step.reason("return"), step.now)
    return step.done(_("已退回补充。"))


@step_route("decision", "decide_discipline")
async def decide(step: NamedDependency[Step]) -> Answer:
    """The bureau decides."""
    item, reason = await step.item("_decide", _("作出决定"), _("决定的理由"))
    await decisions.decide(step.viewer, step.case, item, reason, step.now)
    return step.done(_("决定已作出。训诫、警告须按期送达。"))


@step_route("service", "handle_discipline")
async def serve(step: NamedDependency[Step]) -> Answer:
    """The decision was handed over, or refused before a witness."""
    form = await step.form("_serve", _("送达"))
    how, happened_at = form.choice("how", _("送达方式"), words.SERVED_HOW), form.moment("happened_at", _("送达时间"))
    form.check()
    witness, note = form.text("witness", _("见证人"), required=False), form.text("note", _("情况"), required=False)
    await decisions.serve(step.viewer, step.case, decisions.Served(how, happened_at, witness, note), step.now)
    return step.done(_("已送达，决定生效。"))


@step_route("filing", "handle_discipline")
async def file(step: NamedDependency[Step]) -> Answer:
    """The case goes to the file."""
    form = await step.form("_file", _("归档"))
    await decisions.file(step.viewer, step.case, copied=form.tick("copied"), now=step.now)
    return step.done(_("已归档。"))


@step_route("objection", "handle_discipline")
async def object_to(step: NamedDependency[Step]) -> Answer:
    """The person objects."""
    await decisions.object_to(step.viewer, step.case, await step.reason("objection"), step.now)
    return step.done(_("异议已登记。"))


@step_route("objection/answer", "decide_discipline")
async def answer_objection(step: NamedDependency[Step]) -> Answer:
    """The bureau keeps its decision."""
    reason, copied = await step.reason_and_copy("objection/answer")
    await decisions.answer_objection(step.viewer, step.case, reason, copied=copied, now=step.now)
    return step.done(_("异议已处理，决定维持。"))


@step_route("police", "handle_discipline")
async def police_answer(step: NamedDependency[Step]) -> Answer:
    """What the police decided."""
    reason, copied = await step.reason_and_copy("police")
    await decisions.police_answer(step.viewer, step.case, reason, copied=copied, now=step.now)
    return step.done(_("公安机关的结果已登记。"))


@step_route("correction", "decide_discipline")
async def correct(step: NamedDependency[Step]) -> Answer:
    """A correcting act."""
    await decisions.correct(step.viewer, step.case, await step.reason("correction"), step.now)
    return step.done(_("决定已撤销，不再计入次数。"))


@step_route("candidate", "handle_discipline")
async def open_candidate(step: NamedDependency[Step]) -> Answer:
    """The case is put down as a candidate of revocation."""
    form = await step.form("_open_candidate", _("列为候选"))
    item = form.text("item", _("适用的条款"))
    form.check()
    await actions.open_candidate(step.viewer, step.case, item, step.now)
    return step.done(_("已列为候选，须由负责人说明理由作出决定。"))


@step_route("letter", "handle_discipline")
async def letter(step: NamedDependency[Step], settings: NamedDependency[Settings]) -> Answer:
    """The decision's letter is made and numbered; the second time the stored one is told."""
    await step.form("_letter", _("制作决定书"))
    issued = await letters.letter(step.viewer, step.case, settings.bureau, step.now)
    return step.done(_("决定书已制作：%(number)s。") % {"number": issued.number})


@step_route("scan", "handle_discipline", request_max_body_size=BODY)
async def scan(step: NamedDependency[Step]) -> Answer:
    """The signed letter comes back as a scan, filed by the number on it."""
    form = await step.form("_scan", _("存入签字件"))
    number = form.text("number", _("文号（页面右上角的二维码）"))
    sent = await needed_file(step.request, form)
    form.check()
    await letters.scan(step.viewer, step.case, number, Upload(letters.scan_name(number), sent.data), step.now)
    return step.done(_("签字件已存入这份文书。"))


ROUTES = [
    amend,
    add_evidence,
    withdraw_evidence,
    open_case,
    dismiss,
    investigate,
    propose,
    review,
    send_back,
    decide,
    serve,
    file,
    object_to,
    answer_objection,
    police_answer,
    correct,
    open_candidate,
    letter,
    scan,
]
