"""Candidates of revocation or imprisonment: each is closed by a reasoned decision, and has an owner until then (law RV-12)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.db import Record, fetch, fetch_row, insert, tx
from supervision.discipline.tables import CANDIDATE_ENDS
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import gettext as _
from supervision.people.scope import visible_people
from supervision.reasons import needed
from supervision.rules.discipline_earlier import CANDIDATE

OPEN = """
SELECT f.id, f.subject_id AS order_id, f.person, f.variant AS ground, f.period, f.since_at, f.why, p.name, p.sex, p.born_on,
       o.kind AS order_kind, s.name AS owner, a.next_step_at
  FROM finding f JOIN person p ON p.id = f.person JOIN orders o ON o.id = f.subject_id
  LEFT JOIN alert a ON a.finding = f.id AND a.closed_at IS NULL LEFT JOIN staff s ON s.id = a.assigned_to
 WHERE f.rule = $1 AND f.subject_kind = 'order' AND f.state = 'open' AND f.since_at <= $2
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open candidate as it is shown: on what ground, under which item, and with whom it is."""

    id: int
    order: int
    person: int
    name: str
    sex: str
    born_on: Any
    ground: str
    period: str
    item: str
    needs_further_breach: bool
    since_at: datetime
    owner: str


def _candidate(row: Record) -> Candidate:
    why = json.loads(row["why"])
    return Candidate(
        id=row["id"],
        order=row["order_id"],
        person=row["person"],
        name=row["name"],
        sex=row["sex"],
        born_on=row["born_on"],
        ground=row["ground"],
        period=row["period"],
        item=why["item"],
        needs_further_breach=why["needs_further_breach"],
        since_at=row["since_at"],
        owner=row["owner"] or "",
    )


async def open_candidates(viewer: Viewer, now: datetime) -> list[Candidate]:
    """The open candidates in the viewer's scope, the oldest first."""
    args: list[Any] = [CANDIDATE, now]
    condition = visible_people(viewer, "f.person", args)
    return [_candidate(row) for row in await fetch(f"{OPEN} AND {condition} ORDER BY f.since_at, f.id", *args)]


async def get_candidate(viewer: Viewer, finding: int, now: datetime) -> Candidate:
    """One of them. Raises NotFound for “not yours”, “not there” and “decided”."""
    args: list[Any] = [CANDIDATE, now, finding]
    condition = visible_people(viewer, "f.person", args)
    row = await fetch_row(f"{OPEN} AND f.id = $3 AND {condition}", *args)
    if row is None:
        raise NotFound
    return _candidate(row)


@dataclass(frozen=True, slots=True)
class Word:
    """What is decided of a candidate: proposed or not_proposed, why, and where it is asked for the further breach."""

    outcome: str
    reason: str
    further_breach: str = ""


async def decide_candidate(viewer: Viewer, finding: int, word: Word, now: datetime) -> None:
    """Close a candidate by a reasoned decision. Raises Refusal without reasons, or without proof of “仍不改正” where it is asked for.

    Whoever put the case down as a candidate doesn't decide it.
    """
    if not viewer.may("decide_discipline"):
        raise NotAllowed
    async with tx():
        candidate = await get_candidate(viewer, finding, now)
        await fetch("SELECT id FROM orders WHERE id = $1 FOR NO KEY UPDATE", candidate.order)
        candidate = await get_candidate(viewer, finding, now)
        _check(candidate, word)
        await _refuse_own(viewer, candidate)
        values = {"order_id": candidate.order, "ground": candidate.ground, "period": candidate.period}
        said = {"outcome": word.outcome, "item": candidate.item, "reason": word.reason.strip()}
        at = {"further_breach": word.further_breach.strip() or None, "happened_at": now, "recorded_at": now}
        made = await insert("revocation_decision", values | said | at | {"recorded_by": viewer.id})
        detail = {"id": made, "outcome": word.outcome, "item": candidate.item}
        await record(
            viewer,
            "candidate_decided",
            subject=("order", candidate.order),
            people=[candidate.person],
            detail=detail,
            now=now,
        )
        await follow([candidate.order], now, by=viewer.id)


def _check(candidate: Candidate, word: Word) -> None:
    if word.outcome not in CANDIDATE_ENDS:
        raise Refusal(_("请选择处理结果。"), fields={"outcome": _("请选择处理结果。")})
    needed(word.reason, _("理由（不提请也须说明）"))
    if word.outcome == "proposed" and candidate.needs_further_breach and not word.further_breach.strip():
        told = _("须写明第二次警告之后又有的违反规定的行为（仍不改正）。")
        raise Refusal(told, fields={"further_breach": told})
    if word.further_breach.strip():
        needed(word.further_breach, _("又有的违反规定的行为"), "further_breach")


async def _refuse_own(viewer: Viewer, candidate: Candidate) -> None:
    own = await fetch_row(
        """SELECT 1 FROM revocation_candidate WHERE order_id = $1 AND recorded_by = $2
              AND 'case-' || case_id || '-' || item = $3""",
        candidate.order,
        viewer.id,
        candidate.period,
    )
    if own:
        raise Refusal(_("您列入了这一候选，不能由同一人作出决定：请由另一名负责人办理。"))
