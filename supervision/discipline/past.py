"""Admonitions and warnings of the past, put down many at once: for the demo and for records that are taken over. Knows no scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.db import fetch, insert_rows, take_ids, tx
from supervision.discipline.actions import CASE, NewBreach, check_breach
from supervision.discipline.cases import EVIDENCE, FACTS
from supervision.discipline.letters import FORM_OF, office_mark
from supervision.discipline.tables import SOURCES
from supervision.documents.actions import About
from supervision.documents.forms import FORMS
from supervision.documents.past import PastDocument
from supervision.documents.past import record_past as record_documents
from supervision.errors import Refusal
from supervision.rules.discipline_items import ITEMS
from supervision.sealed import seal

HEARING, RECORD = "本人到场接受询问，承认上述事实。", "报告登记和核查记录与上述事实一致。"
REASON, OPINION = "事实清楚，证据充分，适用条款正确。", "同意。"


@dataclass(frozen=True, slots=True)
class Hands:
    """Who investigated and served a case, and the three different persons who proposed, reviewed and decided it."""

    handler: int
    proposer: int
    reviewer: int
    decider: int


@dataclass(frozen=True, slots=True)
class PastCase:
    """One that went the whole way from the clue to the file: the moments of its steps in their order."""

    order: int
    breach: NewBreach
    item: str
    hands: Hands
    reported_at: datetime
    opened_at: datetime
    investigated_at: datetime
    proposed_at: datetime
    reviewed_at: datetime
    decided_at: datetime
    served_at: datetime
    filed_at: datetime
    source: str = "hand"
    evidence: tuple[tuple[str, str], ...] = (("hearing", HEARING), ("record", RECORD))
    reason: str = REASON

    @property
    def measure(self) -> str:
        """What was decided."""
        return ITEMS[self.item].measure

    @property
    def steps(self) -> list[tuple[str, str | None, str, datetime, int]]:
        """Event, state before and after, when, and by whom."""
        hands = self.hands
        return [
            ("report", None, "clue", self.reported_at, hands.handler),
            ("open", "clue", "opened", self.opened_at, hands.handler),
            ("investigate", "opened", "investigated", self.investigated_at, hands.handler),
            ("propose", "investigated", "proposed", self.proposed_at, hands.proposer),
            ("review", "proposed", "reviewed", self.reviewed_at, hands.reviewer),
            ("decide", "reviewed", "decided", self.decided_at, hands.decider),
            ("serve", "decided", "served", self.served_at, hands.handler),
            ("file", "served", "filed", self.filed_at, hands.handler),
        ]


async def record_past(entries: Sequence[PastCase], now: datetime, *, bureau: str, by: int | None = None) -> list[int]:
    """Put them down by one COPY a table, with one audit row and one sync; their ids, in the order of the entries.

    Their letters are numbered in the sequence of their year, after those that are there; the letters themselves are on paper.
    Raises Refusal for a case that couldn't have been: the same person in two parts, moments out of order, an item of no letter.
    """
    if not entries:
        return []
    for one in entries:
        _check(one, now)
    async with tx():
        people = await _people([one.order for one in entries])
        numbered = list(zip(await take_ids(CASE, len(entries)), entries, strict=True))
        await insert_rows(CASE, [_case(id, one, people[one.order]) for id, one in numbered])
        await insert_rows("discipline_event", [row for id, one in numbered for row in _events(id, one)])
        await insert_rows("discipline_breach", [_breach(id, one) for id, one in numbered])
        await insert_rows("discipline_evidence", [row for id, one in numbered for row in _evidence(id, one)])
        await _put_decisions(numbered)
        documents = [_document(id, one, people[one.order]) for id, one in numbered]
        await record_documents(documents, office_mark=office_mark(bureau))
        ids = [id for id, _ in numbered]
        await record(None, "discipline_past", people=people.values(), detail={"cases": len(ids)}, now=now)
        await follow(people, now, by=by)
    return ids


def _check(one: PastCase, now: datetime) -> None:
    check_breach(one.breach, now)
    if one.source not in SOURCES:
        raise Refusal("请选择线索来源。")
    if one.item not in ITEMS or one.measure not in FORM_OF:
        raise Refusal("只能补录训诫和警告。")
    if len({one.hands.proposer, one.hands.reviewer, one.hands.decider}) < 3:
        raise Refusal("提出建议、法制审核、作出决定须由三人分别办理。")
    moments = [at for *_, at, _ in one.steps]
    if any(later < earlier for earlier, later in pairwise([*moments, now])):
        raise Refusal("各环节的时间须依次在前，且不能晚于现在。")


async def _people(orders: Sequence[int]) -> dict[int, int]:
    """Order → person."""
    rows = await fetch("SELECT id, person FROM orders WHERE id = ANY($1) ORDER BY id", list(set(orders)))
    return {row["id"]: row["person"] for row in rows}


def _case(id: int, one: PastCase, person: int) -> dict[str, Any]:
    return {
        "id": id,
        "order_id": one.order,
        "person": person,
        "source": one.source,
        "state": "filed",
        "opened_at": one.reported_at,
        "opened_by": one.hands.handler,
        "closed_at": one.filed_at,
    }


def _events(id: int, one: PastCase) -> list[dict[str, Any]]:
    names = ("event", "old_state", "new_state", "at", "staff")
    return [{"case_id": id} | dict(zip(names, step, strict=True)) for step in one.steps]


def _breach(id: int, one: PastCase) -> dict[str, Any]:
    breach = one.breach
    return {
        "case_id": id,
        "kind": breach.kind,
        "weight": breach.weight,
        "since_on": breach.since_on,
        "until_on": breach.until_on,
        "hides": breach.hides,
        "facts_sealed": seal(breach.facts.strip(), FACTS),
        "recorded_at": one.reported_at,
        "recorded_by": one.hands.handler,
    }


def _evidence(id: int, one: PastCase) -> list[dict[str, Any]]:
    at = {"happened_at": one.investigated_at, "recorded_at": one.investigated_at, "recorded_by": one.hands.handler}
    return [{"case_id": id, "kind": kind, "content_sealed": seal(text, EVIDENCE)} | at for kind, text in one.evidence]


async def _put_decisions(numbered: Sequence[tuple[int, PastCase]]) -> None:
    """Proposal, review, decision and service of each."""
    proposals = await take_ids("discipline_proposal", len(numbered))
    decisions = await take_ids("discipline_decision", len(numbered))
    named = list(zip(proposals, decisions, numbered, strict=True))
    await insert_rows("discipline_proposal", [_proposal(proposal, id, one) for proposal, _, (id, one) in named])
    await insert_rows("discipline_review", [_review(proposal, id, one) for proposal, _, (id, one) in named])
    await insert_rows("discipline_decision", [_decision(decision, id, one) for _, decision, (id, one) in named])
    await insert_rows("discipline_service", [_service(decision, one) for _, decision, (_, one) in named])


def _proposal(id: int, case: int, one: PastCase) -> dict[str, Any]:
    said = {"item": one.item, "reason": one.reason, "happened_at": one.proposed_at}
    return {"id": id, "case_id": case, "recorded_by": one.hands.proposer} | said


def _review(proposal: int, case: int, one: PastCase) -> dict[str, Any]:
    said = {"passed": True, "opinion": OPINION, "happened_at": one.reviewed_at}
    return {"case_id": case, "proposal": proposal, "recorded_by": one.hands.reviewer} | said


def _decision(id: int, case: int, one: PastCase) -> dict[str, Any]:
    said = {"order_id": one.order, "measure": one.measure, "item": one.item, "reason": one.reason}
    at = {"happened_at": one.decided_at, "recorded_at": one.decided_at, "recorded_by": one.hands.decider}
    return {"id": id, "case_id": case} | said | at


def _service(decision: int, one: PastCase) -> dict[str, Any]:
    at = {"happened_at": one.served_at, "recorded_at": one.served_at, "recorded_by": one.hands.handler}
    return {"decision": decision, "how": "signed"} | at


def _document(case: int, one: PastCase, person: int) -> PastDocument:
    return PastDocument(FORMS[FORM_OF[one.measure]], About(CASE, case, person), one.decided_at, one.hands.handler)
