"""What is done to a case: each step is one transaction with its fact, its event, its audit row, and what follows from it.

`case` is an id in the viewer's scope or NotFound is raised. Who proposes, who reviews and who decides are three persons.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.actions import note_all
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import add_days, local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, insert_many, tx
from supervision.discipline.cases import EVIDENCE, FACTS, breach_row, get_case, has_evidence, parts_of, proposal_for
from supervision.discipline.lifecycle import ENDED, WITH_EVIDENCE, refuse_same_person, transition
from supervision.discipline.proposal import Proposal
from supervision.discipline.tables import EVIDENCE_KINDS, SOURCES
from supervision.discipline.words import EVENTS
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import gettext as _
from supervision.language import ngettext
from supervision.orders.actions import check_past
from supervision.reasons import needed, reason_to_withdraw
from supervision.rules.discipline_earlier import A_MONTH, DECIDED
from supervision.rules.discipline_earlier import CANDIDATE as RULE
from supervision.rules.discipline_items import BREACHES, CANDIDATE, ITEMS, OVER_A_MONTH, WEIGHTS
from supervision.sealed import seal

CASE = "discipline_case"
AFTER_THE_ORDER = frozenset(
    {"send_back", "return", "dismiss", "serve", "object", "answer_objection", "file", "police_answer", "correct"}
)
"""What may still be done once the correction has ended: nothing new is decided, and every case can come to its end."""
REPORTED = "已登记为训诫、警告案件线索（第{case}号）。"
NOTED = "训诫、警告案件（第{case}号）：{event}。"
"""Notes on the alerts that a case deals with, kept as they are written."""


@dataclass(frozen=True, slots=True)
class NewBreach:
    """What is told of a breach."""

    kind: str
    weight: str
    facts: str
    since_on: date | None = None
    until_on: date | None = None
    hides: bool = False


@dataclass(frozen=True, slots=True)
class NewCase:
    """A clue: where it comes from, what is told, and the alerts that it is about."""

    source: str
    breach: NewBreach
    alerts: tuple[int, ...] = ()


# -- the clue and what is known of it --------------------------------------------------------------------------------


async def report(viewer: Viewer, order: int, new: NewCase, now: datetime) -> int:
    """Put a clue down; the case's id. `order` is in the viewer's scope.

    Raises Refusal for an ended order, a breach that doesn't hold together, or an alert that is closed or in another open case.
    """
    if new.source not in SOURCES:
        raise Refusal(_("请选择线索来源。"), fields={"source": _("请选择线索来源。")})
    check_breach(new.breach, now)
    async with tx():
        row = await fetch_row("SELECT * FROM orders WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", order)
        if row is None:
            raise Refusal(_("这一期矫正已经结束，不能再立案。"))
        await _check_alerts(order, new.alerts)
        values = {"order_id": order, "person": row["person"], "source": new.source, "state": "clue", "opened_at": now}
        case = await insert(CASE, values | {"opened_by": viewer.id})
        await insert("discipline_breach", _breach(case, new.breach, viewer, now))
        await insert_many(
            "discipline_cause", ("case_id", "alert"), [(case, alert) for alert in sorted(set(new.alerts))]
        )
        await _event(case, ("report", None, "clue"), viewer, now, {"alerts": sorted(set(new.alerts))})
        if new.alerts:
            await note_all(viewer, new.alerts, REPORTED.format(case=case), now)
        await _done(viewer, "discipline_report", {"id": case, "order_id": order, "person": row["person"]}, now)
    return case


def check_breach(breach: NewBreach, now: datetime) -> None:
    """Raises Refusal that names each field that is wrong."""
    wrong = dict(_wrong(breach, local_day(now)))
    if wrong:
        told = list(wrong.values())
        raise Refusal(
            told[0]
            if len(told) == 1
            else ngettext("有 %(n)d 项需要修改。", "有 %(n)d 项需要修改。", len(told)) % {"n": len(told)},
            fields=wrong,
        )


def _wrong(breach: NewBreach, today: date) -> list[tuple[str, str]]:
    since, until = breach.since_on, breach.until_on
    checks = (
        (breach.kind not in BREACHES, "kind", _("请选择违反的规定。")),
        (breach.weight not in WEIGHTS, "weight", _("请选择情节。")),
        (not breach.facts.strip(), "facts", _("请写明违反规定的事实。")),
        (
            breach.kind == "off_control" and since is None,
            "since_on",
            _("请填写最后一次依规定报到、联系的日期，或者应报到而未报到的日期。"),
        ),
        (since is not None and since > today, "since_on", _("日期不能晚于今天。")),
        (until is not None and until > today, "until_on", _("日期不能晚于今天。")),
        (until is not None and since is None, "since_on", _("请同时填写起算的日期。")),
        (bool(since and until and until < since), "until_on", _("不能早于起算的日期。")),
    )
    return [(field, told) for is_wrong, field, told in checks if is_wrong]


async def _check_alerts(order: int, alerts: Sequence[int]) -> None:
    """Only open alerts of this order, and none that another open case deals with."""
    if not alerts:
        return
    free = await fetch_value(
        """SELECT count(*) FROM alert a WHERE a.id = ANY($2) AND a.subject_kind = 'order' AND a.subject_id = $1
              AND a.closed_at IS NULL
              AND NOT EXISTS (SELECT FROM discipline_cause c JOIN discipline_case k ON k.id = c.case_id
                               WHERE c.alert = a.id AND k.closed_at IS NULL)""",
        order,
        list(alerts),
    )
    if free != len(set(alerts)):
        told = _("所选的预警已经处置，或者已有案件在办，请刷新后重新选择。")
        raise Refusal(told, fields={"alert": told})


def _breach(case: int, breach: NewBreach, viewer: Viewer, now: datetime, replaces: int | None = None) -> dict[str, Any]:
    return {
        "case_id": case,
        "kind": breach.kind,
        "weight": breach.weight,
        "since_on": breach.since_on,
        "until_on": breach.until_on,
        "hides": breach.hides,
        "facts_sealed": seal(breach.facts.strip(), FACTS),
        "recorded_at": now,
        "recorded_by": viewer.id,
        "replaces": replaces,
    }


async def amend(viewer: Viewer, case: int, breach: NewBreach, now: datetime) -> None:
    """Tell the breach anew: what was found out changes it, until something is proposed. The earlier telling is kept."""
    check_breach(breach, now)
    async with tx():
        row = await _lock_to_add(viewer, case)
        old = await breach_row(case)
        await insert("discipline_breach", _breach(case, breach, viewer, now, replaces=old["id"]))
        await _done(viewer, "discipline_amend", row, now)


async def add_evidence(viewer: Viewer, case: int, kind: str, text: str, *, happened_at: datetime, now: datetime) -> int:
    """A piece of evidence, or the hearing of the person; its id. What it says is sealed."""
    if kind not in EVIDENCE_KINDS:
        raise Refusal(_("请选择证据种类。"), fields={"kind": _("请选择证据种类。")})
    if not text.strip():
        raise Refusal(_("请写明证据的内容。"), fields={"text": _("请写明证据的内容。")})
    check_past(happened_at, now)
    async with tx():
        row = await _lock_to_add(viewer, case)
        values = {"case_id": case, "kind": kind, "content_sealed": seal(text.strip(), EVIDENCE), "recorded_at": now}
        made = await insert("discipline_evidence", values | {"happened_at": happened_at, "recorded_by": viewer.id})
        await _done(viewer, "discipline_evidence", row, now, {"kind": kind, "id": made})
    return made


async def withdraw_evidence(viewer: Viewer, case: int, evidence: int, reason: str, now: datetime) -> None:
    """A wrong piece of evidence no longer counts; its row stays."""
    said = reason_to_withdraw(reason)
    async with tx():
        row = await _lock_to_add(viewer, case)
        changed = await execute(
            """UPDATE discipline_evidence SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5
                WHERE id = $2 AND case_id = $1 AND withdrawn_at IS NULL""",
            case,
            evidence,
            now,
            viewer.id,
            said,
        )
        if not changed:
            raise NotFound
        await _done(viewer, "discipline_evidence_withdrawn", row, now, {"id": evidence})


async def _lock_to_add(viewer: Viewer, case: int) -> Record:
    row = await lock(viewer, case)
    if row["state"] not in WITH_EVIDENCE:
        raise Refusal(_("已经提出建议，不能再改事实和证据；需要补充的，由审核或者决定的人退回。"))
    return row


# -- the steps ---------------------------------------------------------------------------------------------------


async def open_case(viewer: Viewer, case: int, now: datetime) -> None:
    """The clue holds: the case is opened (立案)."""
    async with tx():
        await move(viewer, await lock(viewer, case), "open", now)


async def dismiss(viewer: Viewer, case: int, reason: str, now: datetime) -> None:
    """Nothing follows from it, with a reason. Its alerts stay open: they end by their own outcome."""
    said = needed(reason, _("不予处理的理由"))
    async with tx():
        await move(viewer, await lock(viewer, case), "dismiss", now, {"reason": said})


async def investigate(viewer: Viewer, case: int, now: datetime) -> None:
    """The facts are clear. Raises Refusal without the hearing of the person, or without other evidence (law a.8)."""
    async with tx():
        row = await lock(viewer, case)
        transition("investigate", row["state"])
        await _check_evidence(case)
        await move(viewer, row, "investigate", now)


async def _check_evidence(case: int) -> None:
    if not await has_evidence(case, "hearing"):
        raise Refusal(_("还没有询问（谈话）笔录：先听取本人的陈述。"))
    if not await has_evidence(case, *(kind for kind in EVIDENCE_KINDS if kind != "hearing")):
        raise Refusal(_("除询问笔录以外，还须至少一项证据。"))


async def propose_item(viewer: Viewer, case: int, item: str, reason: str, now: datetime) -> None:
    """A named person proposes one of the items that the facts allow. Over a month's absence also opens a candidate.

    Raises Refusal where the evidence that made the facts clear was withdrawn meanwhile.
    """
    said = needed(reason, _("建议的理由"))
    async with tx():
        row = await lock(viewer, case)
        transition("propose", row["state"])
        await _check_evidence(case)
        shown = await proposal_for(row, now)
        check_item(shown, item)
        values = {"case_id": case, "item": item, "reason": said, "shown": json.dumps(told(shown)), "happened_at": now}
        await insert("discipline_proposal", values | {"recorded_by": viewer.id})
        await _open_candidates(viewer, row, shown, now)
        await move(viewer, row, "propose", now, {"item": item})


def check_item(shown: Proposal, item: str) -> None:
    """Raises Refusal for an item that the facts don't allow, or that isn't the case's to decide."""
    if not shown.allows(item) or ITEMS[item].measure == CANDIDATE:
        said = _("按已经查明的事实，不能适用这一项；请先补充事实，或者选择列出的其他项。")
        raise Refusal(said, fields={"item": said})


def told(shown: Proposal) -> dict[str, Any]:
    """What the machine had shown, kept beside what the person proposed."""
    return {
        "items": [item.code for item in shown.items],
        "days": shown.days,
        "since": shown.since.isoformat() if shown.since else None,
        "admonitions": [shown.admonitions.total, shown.admonitions.since_class_change],
        "warnings": [shown.warnings.total, shown.warnings.since_class_change],
        "cautions": list(shown.cautions),
    }


async def _open_candidates(viewer: Viewer, row: Record, shown: Proposal, now: datetime) -> None:
    """Off control for over a month opens a candidate by itself (law RV-01(2), RV-02(1)); two warnings do in the ledger."""
    for item in shown.items:
        if item.code in OVER_A_MONTH.values():
            await _put_candidate(viewer, row, shown, item.code, now)


async def open_candidate(viewer: Viewer, case: int, item: str, now: datetime) -> None:
    """Somebody puts the case down as a candidate of revocation, under an item that its facts allow."""
    async with tx():
        row = await lock(viewer, case)
        if row["state"] in ENDED:
            raise Refusal(_("这件案件已经办结。"))
        shown = await proposal_for(row, now)
        if not shown.allows(item) or ITEMS[item].measure != CANDIDATE:
            said = _("按已经查明的事实，不能列为这一项的候选。")
            raise Refusal(said, fields={"item": said})
        if not await _put_candidate(viewer, row, shown, item, now):
            said = _("这一事由已列为候选，或者已经作出决定，不再重复列入。")
            raise Refusal(said, fields={"item": said})
        await _done(viewer, "discipline_candidate", row, now, {"item": item})


async def _put_candidate(viewer: Viewer, row: Record, shown: Proposal, item: str, now: datetime) -> bool:
    """One candidate of each item of a case, and one alone of an absence: of a case or by the ledger; whether it is new."""
    if item in OVER_A_MONTH.values() and await _absence_is_known(row, item, shown, now):
        return False
    made = await execute(
        """INSERT INTO revocation_candidate (order_id, case_id, item, happened_at, recorded_at, recorded_by)
           VALUES ($1, $2, $3, $4, $4, $5) ON CONFLICT ON CONSTRAINT revocation_candidate_once DO NOTHING""",
        row["order_id"],
        row["id"],
        item,
        now,
        viewer.id,
    )
    return made == 1


async def _absence_is_known(row: Record, item: str, shown: Proposal, now: datetime) -> bool:
    """Whether the same absence is a candidate, or was decided: one whose days, from the last contact on, overlap the case's."""
    assert shown.since is not None and shown.days is not None, "the days of somebody off control"
    order, until = row["order_id"], add_days(shown.since, shown.days)
    return (
        await fetch_row(BY_THE_LEDGER, RULE, A_MONTH, order, DECIDED, now, shown.since, until) is not None
        or await fetch_row(BY_ANOTHER_CASE, order, item, row["id"], shown.since, until) is not None
    )


BY_ANOTHER_CASE = """
SELECT 1 FROM revocation_candidate r
  JOIN LATERAL (SELECT since_on, until_on FROM discipline_breach b WHERE b.case_id = r.case_id ORDER BY b.id DESC LIMIT 1) b ON true
 WHERE r.order_id = $1 AND r.item = $2 AND r.case_id <> $3 AND b.since_on < $5
   AND $4 < coalesce(b.until_on, (r.happened_at AT TIME ZONE 'Asia/Shanghai')::date)
"""
BY_THE_LEDGER = """
SELECT 1 FROM finding f JOIN orders o ON o.id = f.subject_id
  LEFT JOIN off_control c ON c.order_id = o.id AND c.withdrawn_at IS NULL AND f.period = 'search-' || c.search
  LEFT JOIN search_end e ON e.search = c.search AND e.withdrawn_at IS NULL
 WHERE f.rule = $1 AND f.variant = $2 AND f.subject_kind = 'order' AND f.subject_id = $3
   AND (f.state = 'open' AND f.since_at <= $5 OR f.fact_kind = $4)
   AND (f.period = 'once' OR c.since_on < $7)
   AND $6 < coalesce((CASE f.period WHEN 'once' THEN o.registered_at ELSE e.happened_at END AT TIME ZONE 'Asia/Shanghai')::date,
                     'infinity')
"""


async def review(viewer: Viewer, case: int, passed: bool, opinion: str, now: datetime) -> None:
    """The legal review (法制审核) lets the proposal pass, or sends it back, with an opinion."""
    said = needed(opinion, _("审核意见"), "opinion")
    async with tx():
        row = await lock(viewer, case)
        proposal = await last_proposal(case)
        await move(viewer, row, "review" if passed else "send_back", now, {"proposal": proposal and proposal["id"]})
        assert proposal is not None, "a case comes to its review by a proposal"
        values = {"case_id": case, "proposal": proposal["id"], "passed": passed, "opinion": said, "happened_at": now}
        await insert("discipline_review", values | {"recorded_by": viewer.id})


async def last_proposal(case: int) -> Record | None:
    """The latest proposal."""
    return await fetch_row("SELECT * FROM discipline_proposal WHERE case_id = $1 ORDER BY id DESC LIMIT 1", case)


async def send_back(viewer: Viewer, case: int, reason: str, now: datetime) -> None:
    """Whoever decides wants more: the case goes back to who investigated it."""
    said = needed(reason, _("退回的理由"))
    async with tx():
        await move(viewer, await lock(viewer, case), "return", now, {"reason": said})


# -- what all steps do -------------------------------------------------------------------------------------------


async def lock(viewer: Viewer, case: int) -> Record:
    """The case in the viewer's scope, locked after its order as everybody locks them."""
    seen = await get_case(viewer, case)
    await fetch("SELECT id FROM orders WHERE id = $1 FOR NO KEY UPDATE", seen["order_id"])
    await fetch("SELECT id FROM discipline_case WHERE id = $1 FOR UPDATE", case)
    return await get_case(viewer, case)


async def move(viewer: Viewer, row: Record, event: str, now: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Take the locked case one step on: its state, the event, a note on its alerts, the audit row, the ledger.

    Raises NotAllowed for a role that may not, Refusal for a step that the case isn't at or whose person had another part.
    """
    found = transition(event, row["state"])
    if not viewer.may(found.permission):
        raise NotAllowed
    if row["order_ended_at"] and event not in AFTER_THE_ORDER:
        raise Refusal(_("这一期矫正已经结束，只能退回、送达、归档或者不予处理。"))
    refuse_same_person(found, viewer.id, await parts_of(row["id"]))
    changed = await execute(
        "UPDATE discipline_case SET state = $3, closed_at = $4 WHERE id = $1 AND state = $2",
        row["id"],
        row["state"],
        found.to,
        now if found.to in ENDED else None,
    )
    if not changed:
        raise Refusal(_("这件案件刚刚被他人办理，请刷新后查看。"))
    await _event(row["id"], (event, row["state"], found.to), viewer, now, detail or {})
    await _note(viewer, row, event, now)
    await _done(viewer, f"discipline_{event}", row, now, detail)


async def _event(
    case: int, step: tuple[str, str | None, str], viewer: Viewer, now: datetime, detail: Mapping[str, Any]
) -> None:
    event, old, new = step
    values = {"case_id": case, "event": event, "old_state": old, "new_state": new, "at": now, "staff": viewer.id}
    await insert("discipline_event", values | {"detail": json.dumps(detail, ensure_ascii=False)})


async def _note(viewer: Viewer, row: Record, event: str, now: datetime) -> None:
    """Each step is an act on the alerts that are still open: their next step waits again."""
    alerts = await open_causes(row["id"])
    if alerts:
        await note_all(viewer, alerts, NOTED.format(case=row["id"], event=EVENTS[event]), now)


async def open_causes(case: int, *, duties_only: bool = False) -> list[int]:
    """The case's alerts that nobody has ended; `duties_only`: without those of findings, which only a fact ends."""
    rows = await fetch(
        """SELECT a.id FROM discipline_cause c JOIN alert a ON a.id = c.alert
            WHERE c.case_id = $1 AND a.closed_at IS NULL AND (NOT $2 OR a.duty IS NOT NULL) ORDER BY a.id""",
        case,
        duties_only,
    )
    return [row["id"] for row in rows]


async def _done(viewer: Viewer, action: str, row: Any, now: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """The end of every act: the audit row, then the ledger of the order and its alerts. No free text goes into the audit."""
    said = {key: value for key, value in (detail or {}).items() if key != "reason"}
    await record(viewer, action, subject=(CASE, row["id"]), people=[row["person"]], detail=said, now=now)
    await follow([row["order_id"]], now, by=viewer.id)
