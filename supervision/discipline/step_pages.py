"""The steps of a case: each form of the case's page, with its permission; a refused form comes back with what was typed."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.config import Settings
from supervision.discipline import actions, decisions, letters, words
from supervision.discipline.pages import case_context, case_of, read_breach
from supervision.files.actions import Upload
from supervision.files.content import LARGEST
from supervision.forms import Form, read_form
from supervision.language import N_
from supervision.language import gettext as _
from supervision.people.answers import back_to
from supervision.people.scope import get_person

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]
BODY = LARGEST + 256 * 1024
AT = "/people/{person_id:int}/discipline/{case_id:int}"


class Step:
    """A posted form of one case: asked for, read, and answered with the case's page."""

    def __init__(self, request: AnyRequest, viewer: Viewer, clock: Clock) -> None:
        self.request, self.viewer, self.clock = request, viewer, clock
        self.now = clock.now()
        self.path = ""

    async def form(self, person_id: int, case_id: int, partial: str, heading: str, **more: Any) -> Form:
        """The form; raises NotFound where the person or the case isn't the viewer's."""
        person = await get_person(self.viewer, person_id)
        row = await case_of(self.viewer, person, case_id)
        self.path = f"/people/{person_id}/discipline/{case_id}"
        context = await case_context(person, row, self.clock)
        return await read_form(self.request, f"discipline/{partial}.html", heading=heading, **context | more)

    def done(self, said: str) -> Answer:
        return back_to(self.request, self.path, said)


REASONS: Mapping[str, tuple[str, str, str]] = {
    "dismiss": (N_("不予处理"), N_("理由"), N_("不予处理")),
    "return": (N_("退回补充"), N_("退回的理由"), N_("退回")),
    "objection": (N_("本人提出异议"), N_("异议的内容"), N_("登记异议")),
    "objection/answer": (N_("处理异议"), N_("维持决定的理由"), N_("维持决定")),
    "police": (N_("公安机关的结果"), N_("处理结果（文书名称和文号）"), N_("登记结果")),
    "correction": (N_("撤销决定"), N_("撤销的理由"), N_("撤销决定")),
}
"""Steps that ask for nothing but a reason: the form's place, its heading, its field and its button."""


async def _reason(step: Step, person_id: int, case_id: int, place: str) -> str:
    heading, label, button = map(_, REASONS[place])
    asked = {"place": place, "label": label, "button": button}
    form = await step.form(person_id, case_id, "_reason", heading, act_form=asked)
    return form.text("reason", label, required=False)


@post(f"{AT}/breach", guards=[guard("handle_discipline")])
async def amend(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """What is told of the breach is told anew."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_breach", _("违反规定的事实"))
    breach = read_breach(form)
    form.check()
    await actions.amend(viewer, case_id, breach, step.now)
    return step.done(_("事实已更正，原来的记录留存备查。"))


@post(f"{AT}/evidence", guards=[guard("handle_discipline")])
async def add_evidence(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A piece of evidence, or the hearing."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_evidence", _("登记证据"))
    kind, text = form.choice("evidence_kind", _("证据种类"), words.EVIDENCE), form.text("text", _("内容"))
    happened_at = form.moment("happened_at", _("时间"))
    form.check()
    await actions.add_evidence(viewer, case_id, kind, text, happened_at=happened_at, now=step.now)
    return step.done(_("已登记：%(evidence)s。") % {"evidence": _(words.EVIDENCE[kind])})


@post(f"{AT}/evidence/{{evidence_id:int}}/withdrawal", guards=[guard("handle_discipline")])
async def withdraw_evidence(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    evidence_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A wrong piece of evidence no longer counts."""
    step = Step(request, viewer, clock)
    asked = {"place": f"evidence/{evidence_id}/withdrawal", "label": _("作废的原因"), "button": _("作废")}
    form = await step.form(person_id, case_id, "_reason", _("作废证据"), act_form=asked)
    await actions.withdraw_evidence(
        viewer, case_id, evidence_id, form.text("reason", _("原因"), required=False), step.now
    )
    return step.done(_("已作废。"))


@post(f"{AT}/opening", guards=[guard("handle_discipline")])
async def open_case(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The clue holds."""
    step = Step(request, viewer, clock)
    await step.form(person_id, case_id, "_plain", _("立案"), plain={"place": "opening", "button": _("立案")})
    await actions.open_case(viewer, case_id, step.now)
    return step.done(_("已立案，请调查取证并听取本人陈述。"))


@post(f"{AT}/dismiss", guards=[guard("handle_discipline")])
async def dismiss(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """Nothing follows from it."""
    step = Step(request, viewer, clock)
    reason = await _reason(step, person_id, case_id, "dismiss")
    await actions.dismiss(viewer, case_id, reason, step.now)
    return step.done(_("已记为不予处理；有关的预警仍须处置。"))


@post(f"{AT}/investigation", guards=[guard("handle_discipline")])
async def investigate(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The facts are clear."""
    step = Step(request, viewer, clock)
    asked = {"place": "investigation", "button": _("事实已查清")}
    await step.form(person_id, case_id, "_plain", _("查清事实"), plain=asked)
    await actions.investigate(viewer, case_id, step.now)
    return step.done(_("事实已查清，请提出建议。"))


@post(f"{AT}/proposal", guards=[guard("handle_discipline")])
async def propose(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A named person proposes."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_propose", _("提出建议"))
    item, reason = form.text("item", _("适用的条款")), form.text("reason", _("建议的理由"))
    form.check()
    await actions.propose_item(viewer, case_id, item, reason, step.now)
    return step.done(_("建议已提出，待法制审核。"))


@post(f"{AT}/review", guards=[guard("review_discipline")])
async def review(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The legal review."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_review", _("法制审核"))
    passed, opinion = form.choice("passed", _("审核结论"), ("yes", "no")), form.text("opinion", _("审核意见"))
    form.check()
    await actions.review(viewer, case_id, passed == "yes", opinion, step.now)
    return step.done(_("审核通过，待决定。") if passed == "yes" else _("已退回补充。"))


@post(f"{AT}/return", guards=[guard("decide_discipline")])
async def send_back(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """Whoever decides wants more."""
    step = Step(request, viewer, clock)
    await actions.send_back(viewer, case_id, await _reason(step, person_id, case_id, "return"), step.now)
    return step.done(_("已退回补充。"))


@post(f"{AT}/decision", guards=[guard("decide_discipline")])
async def decide(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The bureau decides."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_decide", _("作出决定"))
    item, reason = form.text("item", _("适用的条款")), form.text("reason", _("决定的理由"))
    form.check()
    await decisions.decide(viewer, case_id, item, reason, step.now)
    return step.done(_("决定已作出。训诫、警告须在三日内送达。"))


@post(f"{AT}/service", guards=[guard("handle_discipline")])
async def serve(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The decision was handed over, or refused before a witness."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_serve", _("送达"))
    how, happened_at = form.choice("how", _("送达方式"), words.SERVED_HOW), form.moment("happened_at", _("送达时间"))
    form.check()
    witness, note = form.text("witness", _("见证人"), required=False), form.text("note", _("情况"), required=False)
    await decisions.serve(viewer, case_id, decisions.Served(how, happened_at, witness, note), step.now)
    return step.done(_("已送达，决定生效。"))


@post(f"{AT}/filing", guards=[guard("handle_discipline")])
async def file(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The case goes to the file."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_file", _("归档"))
    await decisions.file(viewer, case_id, copied=form.tick("copied"), now=step.now)
    return step.done(_("已归档。"))


@post(f"{AT}/objection", guards=[guard("handle_discipline")])
async def object_to(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The person objects."""
    step = Step(request, viewer, clock)
    await decisions.object_to(viewer, case_id, await _reason(step, person_id, case_id, "objection"), step.now)
    return step.done(_("异议已登记。"))


@post(f"{AT}/objection/answer", guards=[guard("decide_discipline")])
async def answer_objection(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The bureau keeps its decision."""
    step = Step(request, viewer, clock)
    reason = await _reason(step, person_id, case_id, "objection/answer")
    await decisions.answer_objection(viewer, case_id, reason, step.now)
    return step.done(_("异议已处理，决定维持。"))


@post(f"{AT}/police", guards=[guard("handle_discipline")])
async def police_answer(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """What the police decided."""
    step = Step(request, viewer, clock)
    await decisions.police_answer(viewer, case_id, await _reason(step, person_id, case_id, "police"), step.now)
    return step.done(_("公安机关的结果已登记。"))


@post(f"{AT}/correction", guards=[guard("decide_discipline")])
async def correct(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A correcting act."""
    step = Step(request, viewer, clock)
    await decisions.correct(viewer, case_id, await _reason(step, person_id, case_id, "correction"), step.now)
    return step.done(_("决定已撤销，不再计入次数。"))


@post(f"{AT}/candidate", guards=[guard("handle_discipline")])
async def open_candidate(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The case is put down as a candidate of revocation."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_open_candidate", _("列为候选"))
    item = form.text("item", _("适用的条款"))
    form.check()
    await actions.open_candidate(viewer, case_id, item, step.now)
    return step.done(_("已列为候选，须由负责人说明理由作出决定。"))


@post(f"{AT}/letter", guards=[guard("handle_discipline")])
async def letter(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Answer:
    """The decision's letter is made and numbered; the second time the stored one is told."""
    step = Step(request, viewer, clock)
    await step.form(person_id, case_id, "_letter", _("制作决定书"))
    issued = await letters.letter(viewer, case_id, settings.bureau, step.now)
    return step.done(_("决定书已制作：%(number)s。") % {"number": issued.number})


@post(f"{AT}/scan", guards=[guard("handle_discipline")], request_max_body_size=BODY)
async def scan(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """The signed letter comes back as a scan, filed by the number on it."""
    step = Step(request, viewer, clock)
    form = await step.form(person_id, case_id, "_scan", _("存入签字件"))
    number = form.text("number", _("文号（页面右上角的二维码）"))
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        form.wrong["file"] = _("请选择一个文件。")
    form.check()
    assert isinstance(sent, UploadFile)
    await letters.scan(viewer, case_id, number, Upload(letters.scan_name(number), await sent.read()), step.now)
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
