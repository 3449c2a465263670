"""What the matrix of routes needs of cases: one of each person, brought to the state that a step asks for."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from supervision.db import execute, insert
from supervision.discipline.cases import EVIDENCE, FACTS
from supervision.sealed import seal
from tests.cast import NOW, Member

Target = Mapping[str, Any]
BEFORE = NOW - timedelta(days=1)
BREACH = {"kind": "rules", "weight": "minor", "facts": "未按规定报告。"}


async def case_for_the_matrix(person: int, order: int, officer: Member) -> dict[str, Any]:
    """A clue with its evidence, and a candidate that isn't open yet."""
    opened = {"order_id": order, "person": person, "source": "hand", "state": "clue", "opened_at": BEFORE}
    case = await insert("discipline_case", opened | {"opened_by": officer.id})
    by = {"case_id": case, "recorded_at": BEFORE, "recorded_by": officer.id}
    told = {"kind": "rules", "weight": "minor", "facts_sealed": seal("未按规定报告。", FACTS)}
    await insert("discipline_breach", by | told)
    content = {"content_sealed": seal("本人承认。", EVIDENCE), "happened_at": BEFORE}
    evidence = [await insert("discipline_evidence", by | content | {"kind": kind}) for kind in ("hearing", "record")]
    event = {"case_id": case, "event": "report", "new_state": "clue", "at": BEFORE, "staff": officer.id}
    await insert("discipline_event", event)
    found = {"subject_kind": "order", "subject_id": order, "person": person, "rule": "RV-12", "variant": "two_warnings"}
    why = '{"item": "R49-4", "needs_further_breach": false}'
    of_case = {"period": "2026-11-24", "since_at": BEFORE, "severity": "grave", "state": "ended", "why": why}
    finding = await insert("finding", found | of_case | {"created_at": BEFORE})
    return {"case_id": case, "evidence_id": evidence[1], "finding_id": finding, "case_officer_id": officer.id}


def in_state(state: str) -> Callable[[Target], Awaitable[None]]:
    """The case has come so far, with the facts that belong to it."""

    async def come(target: Target) -> None:
        case, by = target["case_id"], target["case_officer_id"]
        await execute("UPDATE discipline_case SET state = $2 WHERE id = $1", case, state)
        if state in ("clue", "opened", "investigated"):
            return
        row = {"case_id": case, "happened_at": BEFORE, "recorded_by": by}
        proposal = await insert("discipline_proposal", row | {"item": "X2", "reason": "事实清楚"})
        if state == "proposed":
            return
        await insert("discipline_review", row | {"proposal": proposal, "passed": True, "opinion": "同意"})
        if state not in ("reviewed", "psb_pending"):
            decided = {"order_id": target["order_id"], "measure": "admonition", "item": "X2", "reason": "决定"}
            await insert("discipline_decision", row | decided | {"recorded_at": BEFORE})

    return come


async def off_control(target: Target) -> None:
    """The case is about somebody who was away for more than a month."""
    since = {"since_on": (NOW - timedelta(days=40)).date(), "facts_sealed": seal("脱离监管。", FACTS)}
    by = {"case_id": target["case_id"], "recorded_at": BEFORE, "recorded_by": target["case_officer_id"]}
    await insert("discipline_breach", by | since | {"kind": "off_control", "weight": "minor"})


async def candidate(target: Target) -> None:
    """The candidate is open."""
    await execute("UPDATE finding SET state = 'open' WHERE id = $1", target["finding_id"])


AT = "2026-11-25T08:30"
CASE = "/people/{person_id}/discipline/{case_id}"
LINES: tuple[tuple[Any, ...], ...] = (
    ("GET", "/discipline", "see_discipline"),
    ("GET", "/people/{person_id}/discipline", "see_discipline"),
    ("GET", "/people/{person_id}/discipline/new", "handle_discipline"),
    ("POST", "/people/{person_id}/discipline", "handle_discipline", {"source": "hand"} | BREACH),
    ("GET", CASE, "see_discipline"),
    ("POST", f"{CASE}/breach", "handle_discipline", BREACH),
    (
        "POST",
        f"{CASE}/evidence",
        "handle_discipline",
        {"evidence_kind": "record", "happened_at": AT, "text": "签到记录"},
    ),
    ("POST", f"{CASE}/evidence/{{evidence_id}}/withdrawal", "handle_discipline", {"reason": "录错"}),
    ("POST", f"{CASE}/opening", "handle_discipline"),
    ("POST", f"{CASE}/dismiss", "handle_discipline", {"reason": "查无实据"}),
    ("POST", f"{CASE}/investigation", "handle_discipline", {}, in_state("opened")),
    ("POST", f"{CASE}/proposal", "handle_discipline", {"item": "X2", "reason": "属实"}, in_state("investigated")),
    ("POST", f"{CASE}/review", "review_discipline", {"passed": "yes", "opinion": "同意"}, in_state("proposed")),
    ("POST", f"{CASE}/return", "decide_discipline", {"reason": "补充"}, in_state("reviewed")),
    ("POST", f"{CASE}/decision", "decide_discipline", {"item": "X2", "reason": "属实"}, in_state("reviewed")),
    ("POST", f"{CASE}/service", "handle_discipline", {"how": "signed", "happened_at": AT}, in_state("decided")),
    ("POST", f"{CASE}/filing", "handle_discipline", {"copied": "1"}, in_state("served")),
    ("POST", f"{CASE}/objection", "handle_discipline", {"reason": "不服"}, in_state("served")),
    ("POST", f"{CASE}/objection/answer", "decide_discipline", {"reason": "维持", "copied": "1"}, in_state("objection")),
    ("POST", f"{CASE}/police", "handle_discipline", {"reason": "不予处罚", "copied": "1"}, in_state("psb_pending")),
    ("POST", f"{CASE}/correction", "decide_discipline", {"reason": "有误"}, in_state("served")),
    ("POST", f"{CASE}/candidate", "handle_discipline", {"item": "R46-2"}, off_control),
    ("POST", f"{CASE}/letter", "handle_discipline", {}, in_state("decided")),
    ("POST", f"{CASE}/scan", "handle_discipline", {"number": "（2026）第1号"}, in_state("decided"), (422,)),
    ("GET", "/discipline/scans", "handle_discipline"),
    ("POST", "/discipline/scans", "handle_discipline", {}, None, (422,)),
    (
        "POST",
        "/people/{person_id}/candidates/{finding_id}",
        "decide_discipline",
        {"outcome": "not_proposed", "reason": "表现好转"},
        candidate,
    ),
)
"""The routes of cases as lines of the matrix: what a Line of tests/routes.py is made of, in its order."""
