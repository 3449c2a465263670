"""The bureau's decision of a case, its service, and the correcting act that withdraws it."""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.alerts.actions import close_all
from supervision.alerts.settle import reopen_ended_by
from supervision.db import Record, fetch, fetch_row, insert, tx
from supervision.discipline.actions import CASE, check_item, lock, move, open_causes
from supervision.discipline.cases import proposal_for
from supervision.discipline.lifecycle import transition
from supervision.discipline.tables import SERVED_HOW
from supervision.discipline.words import MEASURES
from supervision.documents.actions import About, withdraw_for
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.orders.actions import check_past
from supervision.reasons import mark_withdrawn, needed
from supervision.rules.discipline_items import ADMONITION, EDUCATION, ITEMS, POLICE, WARNING

EVENT_OF = {ADMONITION: "decide", WARNING: "decide", EDUCATION: "educate", POLICE: "ask_police"}
"""What a decided measure does to the case."""
DISCIPLINED = "disciplined"
"""The outcome of the alerts that a decided case dealt with."""
DECISION = "discipline_decision"
OUTCOME_REASON = "{measure}：{article}（训诫、警告案件第{case}号）"


async def decide(viewer: Viewer, case: int, item: str, reason: str, now: datetime) -> int:
    """The bureau decides: 训诫, 警告, 批评教育, or that the police are asked for a penalty; the decision's id.

    It ends the case's alerts about duties: their outcome is the decision. Findings end by their own facts. Raises Refusal for
    an item that the facts don't allow.
    """
    said = needed(reason, _("决定的理由"))
    async with tx():
        row = await lock(viewer, case)
        transition("decide", row["state"])
        check_item(await proposal_for(row, now), item)
        values = {"case_id": case, "order_id": row["order_id"], "measure": ITEMS[item].measure, "item": item}
        by = {"reason": said, "happened_at": now, "recorded_at": now, "recorded_by": viewer.id}
        made = await insert("discipline_decision", values | by)
        await move(viewer, row, EVENT_OF[ITEMS[item].measure], now, {"item": item, "decision": made})
        await _end_alerts(viewer, case, made, item, now)
    return made


async def _end_alerts(viewer: Viewer, case: int, decision: int, item: str, now: datetime) -> None:
    alerts = await open_causes(case, duties_only=True)
    if alerts:
        measure, article = MEASURES[ITEMS[item].measure], ITEMS[item].article
        reason = OUTCOME_REASON.format(measure=measure, article=article, case=case)
        await close_all(viewer, alerts, DISCIPLINED, reason, now=now, fact=(DECISION, decision))


async def decision_in_force(case: int) -> Record | None:
    """The decision that wasn't withdrawn."""
    return await fetch_row("SELECT * FROM discipline_decision WHERE case_id = $1 AND withdrawn_at IS NULL", case)


# -- service -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """How the decision was handed over in person: signed for; or refused, with a witness and a note (law V-26, CPL 107)."""

    how: str
    happened_at: datetime
    witness: str = ""
    note: str = ""


async def serve(viewer: Viewer, case: int, served: Served, now: datetime) -> None:
    """The decision was served: from now on it counts. Refused to sign counts with a witness and a note.

    Raises Refusal without these, for the future, and for a time before the decision.
    """
    _check_served(served, now)
    async with tx():
        row = await lock(viewer, case)
        transition("serve", row["state"])
        decision = await decision_in_force(case)
        assert decision is not None, "a decided case has its decision"
        if served.happened_at < decision["happened_at"].replace(second=0, microsecond=0):
            raise Refusal(_("送达时间早于作出决定的时间。"), fields={"happened_at": _("不能早于作出决定的时间。")})
        at = {"happened_at": served.happened_at, "recorded_at": now, "recorded_by": viewer.id}
        values = {"decision": decision["id"], "how": served.how, "witness": served.witness.strip() or None}
        await insert("discipline_service", values | {"note": served.note.strip() or None} | at)
        await move(viewer, row, "serve", now, {"how": served.how})


def _check_served(served: Served, now: datetime) -> None:
    if served.how not in SERVED_HOW:
        raise Refusal(_("请选择送达方式。"), fields={"how": _("请选择送达方式。")})
    check_past(served.happened_at, now)
    if served.how == "refused" or served.witness.strip():
        needed(served.witness, _("见证人的姓名和身份"), "witness")
    if served.how == "refused" or served.note.strip():
        needed(served.note, _("拒绝签收的情况"), "note")


async def file(viewer: Viewer, case: int, *, copied: bool, now: datetime) -> None:
    """The case goes to the file once the procuratorate has its copy (law d.2: F23, F24)."""
    _check_copied(copied)
    async with tx():
        await move(viewer, await lock(viewer, case), "file", now)


def _check_copied(copied: bool) -> None:
    if not copied:
        told = _("决定书或者处理结果应当抄送人民检察院，抄送后再归档。")
        raise Refusal(told, fields={"copied": told})


async def object_to(viewer: Viewer, case: int, reason: str, now: datetime) -> None:
    """The person objects to the decision."""
    said = needed(reason, _("异议的内容"))
    async with tx():
        await move(viewer, await lock(viewer, case), "object", now, {"reason": said})


async def answer_objection(viewer: Viewer, case: int, reason: str, *, copied: bool, now: datetime) -> None:
    """The bureau keeps its decision, with reasons, and the procuratorate has its copy; else `correct` withdraws it."""
    said = needed(reason, _("处理异议的理由"))
    _check_copied(copied)
    async with tx():
        await move(viewer, await lock(viewer, case), "answer_objection", now, {"reason": said})


async def police_answer(viewer: Viewer, case: int, reason: str, *, copied: bool, now: datetime) -> None:
    """What the police decided of the penalty that was asked for (law DI-P1), once the procuratorate has its copy (law b.7)."""
    said = needed(reason, _("公安机关的处理结果"))
    _check_copied(copied)
    async with tx():
        await move(viewer, await lock(viewer, case), "police_answer", now, {"reason": said})


async def correct(viewer: Viewer, case: int, reason: str, now: datetime) -> None:
    """A correcting act: the decision of a 训诫 or 警告 is withdrawn with its reason, and counts nowhere any more.

    The lapses that it had ended are open again (model §2).
    """
    said = needed(reason, _("撤销决定的理由"))
    async with tx():
        row = await lock(viewer, case)
        transition("correct", row["state"])
        decision = await decision_in_force(case)
        if decision is None or decision["measure"] not in (ADMONITION, WARNING):
            raise Refusal(_("这件案件没有作出训诫或者警告的决定，不需要撤销。"))
        await mark_withdrawn(DECISION, decision["id"], said, by=viewer.id, now=now)
        await withdraw_for(viewer, About(CASE, case, row["person"]), said, now)
        await reopen_ended_by(DECISION, decision["id"], await _causes(case), now)
        await move(viewer, row, "correct", now, {"decision": decision["id"], "reason": said})


async def _causes(case: int) -> list[int]:
    """All alerts that the case deals with, also those that its decision ended."""
    return [row["alert"] for row in await fetch("SELECT alert FROM discipline_cause WHERE case_id = $1", case)]
