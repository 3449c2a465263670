"""Reading cases: one case with all that was said in it, and the list of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import local_day
from supervision.db import Record, fetch, fetch_row
from supervision.discipline.lifecycle import PROPOSER, REVIEWER
from supervision.discipline.proposal import Breach, Proposal, propose
from supervision.discipline.standing import standing_of
from supervision.errors import NotFound
from supervision.people.scope import visible_people
from supervision.sealed import open_sealed

FACTS, EVIDENCE = "discipline.facts", "discipline.evidence"
"""What the sealed texts are for."""
PAGE = 50


async def get_case(viewer: Viewer, case: int) -> Record:
    """The case, if its person is in the viewer's scope. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [case]
    condition = visible_people(viewer, "c.person", args)
    row = await fetch_row(
        f"""SELECT c.*, p.name, p.sex, p.born_on, o.kind AS order_kind, o.number AS order_number, o.ended_at AS order_ended_at
              FROM discipline_case c JOIN person p ON p.id = c.person JOIN orders o ON o.id = c.order_id
             WHERE c.id = $1 AND {condition}""",
        *args,
    )
    if row is None:
        raise NotFound
    return row


async def breach_row(case: int) -> Record:
    """What is told of the breach, the last word on it."""
    row = await fetch_row("SELECT * FROM discipline_breach WHERE case_id = $1 ORDER BY id DESC LIMIT 1", case)
    assert row is not None, "a case begins with what is told of the breach"
    return row


async def breach_of(case: int, today: date) -> Breach:
    """The breach as the proposal sees it; of one who is still missing the days count until today."""
    row = await breach_row(case)
    return Breach(
        kind=row["kind"],
        weight=row["weight"],
        since=row["since_on"],
        until=(row["until_on"] or today) if row["since_on"] else None,
        educated=await has_evidence(case, "education"),
        hides=row["hides"],
    )


async def has_evidence(case: int, *kinds: str) -> bool:
    """Whether evidence of one of these kinds is on record."""
    found = await fetch_row(
        "SELECT 1 FROM discipline_evidence WHERE case_id = $1 AND kind = ANY($2) AND withdrawn_at IS NULL LIMIT 1",
        case,
        list(kinds),
    )
    return found is not None


async def proposal_for(row: Record, now: datetime) -> Proposal:
    """What the machine proposes for the case as it stands."""
    return propose(await breach_of(row["id"], local_day(now)), await standing_of(row["order_id"], row["id"]))


async def parts_of(case: int) -> Mapping[str, int | None]:
    """Who proposed last, and who reviewed that proposal."""
    row = await fetch_row(
        """SELECT p.recorded_by AS proposer, (SELECT r.recorded_by FROM discipline_review r WHERE r.proposal = p.id
                                              ORDER BY r.id DESC LIMIT 1) AS reviewer
             FROM discipline_proposal p WHERE p.case_id = $1 ORDER BY p.id DESC LIMIT 1""",
        case,
    )
    return {PROPOSER: row["proposer"], REVIEWER: row["reviewer"]} if row else {}


# -- one case ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of evidence as it is shown."""

    id: int
    kind: str
    text: str
    by: str
    happened_at: datetime


async def evidence_of(case: int) -> list[Told]:
    """The evidence that stands, oldest first."""
    rows = await fetch(
        """SELECT e.*, s.name FROM discipline_evidence e JOIN staff s ON s.id = e.recorded_by
            WHERE e.case_id = $1 AND e.withdrawn_at IS NULL ORDER BY e.happened_at, e.id""",
        case,
    )
    return [
        Told(r["id"], r["kind"], open_sealed(r["content_sealed"], EVIDENCE), r["name"], r["happened_at"]) for r in rows
    ]


async def events_of(case: int) -> list[Record]:
    """The steps of a case in order, with who took them."""
    return await fetch(
        """SELECT e.*, s.name AS by FROM discipline_event e LEFT JOIN staff s ON s.id = e.staff
            WHERE e.case_id = $1 ORDER BY e.id""",
        case,
    )


async def proposals_of(case: int) -> list[Record]:
    """What was proposed and how it was reviewed, the latest first."""
    return await fetch(
        """SELECT p.*, s.name AS by, r.passed, r.opinion, r.happened_at AS reviewed_at, t.name AS reviewed_by
             FROM discipline_proposal p JOIN staff s ON s.id = p.recorded_by
             LEFT JOIN discipline_review r ON r.proposal = p.id LEFT JOIN staff t ON t.id = r.recorded_by
            WHERE p.case_id = $1 ORDER BY p.id DESC""",
        case,
    )


async def decision_of(case: int) -> Record | None:
    """The last decision of the case with its service, also a withdrawn one."""
    return await fetch_row(
        """SELECT d.*, s.name AS by, w.name AS withdrawer, v.how, v.witness, v.note, v.happened_at AS served_at,
                  t.name AS server
             FROM discipline_decision d LEFT JOIN staff s ON s.id = d.recorded_by
             LEFT JOIN staff w ON w.id = d.withdrawn_by
             LEFT JOIN discipline_service v ON v.decision = d.id LEFT JOIN staff t ON t.id = v.recorded_by
            WHERE d.case_id = $1 ORDER BY d.id DESC LIMIT 1""",
        case,
    )


async def causes_of(case: int) -> list[Record]:
    """The alerts that the case deals with."""
    return await fetch(
        """SELECT a.id, a.kind, a.duty, a.since_at, a.closed_at, a.outcome, coalesce(d.variant, f.variant) AS variant
             FROM discipline_cause c JOIN alert a ON a.id = c.alert
             LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
            WHERE c.case_id = $1 ORDER BY a.since_at, a.id""",
        case,
    )


def facts_text(row: Record) -> str:
    """What is told of the breach, opened."""
    return open_sealed(row["facts_sealed"], FACTS)


# -- lists ---------------------------------------------------------------------------------------------------------


async def list_of(viewer: Viewer, *, open_only: bool, after: int | None, person: int | None = None) -> list[Record]:
    """Cases in the viewer's scope (or of one person), the newest first, one more than a page holds."""
    args: list[Any] = [after, open_only, PAGE + 1, person]
    condition = visible_people(viewer, "c.person", args)
    return await fetch(
        f"""SELECT c.id, c.person, c.state, c.source, c.opened_at, c.closed_at, p.name, p.sex, p.born_on,
                   b.kind AS breach, d.measure, d.item, d.withdrawn_at,
                   (SELECT string_agg(DISTINCT f.name, '、') FROM responsibility r JOIN office f ON f.id = r.office
                     WHERE r.subject_kind = 'order' AND r.subject_id = c.order_id AND r.role = 'main' AND r.to_at IS NULL)
                     AS office,
                   (SELECT e.at FROM discipline_event e WHERE e.case_id = c.id ORDER BY e.id DESC LIMIT 1) AS moved_at
              FROM discipline_case c JOIN person p ON p.id = c.person
              LEFT JOIN LATERAL (SELECT kind FROM discipline_breach b WHERE b.case_id = c.id ORDER BY b.id DESC LIMIT 1) b
                ON TRUE
              LEFT JOIN LATERAL (SELECT measure, item, withdrawn_at FROM discipline_decision d WHERE d.case_id = c.id
                                  ORDER BY d.id DESC LIMIT 1) d ON TRUE
             WHERE ($1::bigint IS NULL OR c.id < $1) AND (NOT $2 OR c.closed_at IS NULL)
               AND ($4::int IS NULL OR c.person = $4) AND {condition}
             ORDER BY c.id DESC LIMIT $3""",
        *args,
    )
