"""A person's file: what is known, owed, said and written, in a fixed number of queries however long it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision import rules
from supervision.alerts.outcomes import LABELS
from supervision.db import Record, fetch, fetch_value
from supervision.desk.words import CAUSES, DUTY_STATES, MESSAGE_STATES, SEVERITIES, word
from supervision.people.actions import CONTACT, DOC, NOTE
from supervision.rules.base import is_lapsed
from supervision.rules.explain import sentence
from supervision.sealed import open_sealed
from supervision.web import day_text, limit_text

COMING = 6
ENDED = 20
LONG = 500
"""How many ended duties are shown when all are asked for."""
OWED_BY = {"person": "本人", "staff": "本所", "organ": "区局"}


# -- duties ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty as the file shows it, with the reason why it is owed."""

    id: int
    title: str
    owed_by: str
    opens_at: datetime
    due_at: datetime
    limit_at: datetime
    limit: str
    state: str
    ending: str
    lapsed: bool
    why: str
    days_off: str
    source: str


DUTIES = """
(SELECT d.*, s.name AS closer FROM duty d LEFT JOIN staff s ON s.id = d.closed_by
  WHERE d.person = $1 AND d.state = 'open' ORDER BY d.limit_at, d.id LIMIT 300)
UNION ALL
(SELECT d.*, s.name FROM duty d LEFT JOIN staff s ON s.id = d.closed_by
  WHERE d.person = $1 AND d.state <> 'open' AND (d.state <> 'void' OR $3) ORDER BY d.limit_at DESC, d.id DESC LIMIT $2)
"""


async def duties_of_file(person: int, now: datetime, *, everything: bool) -> dict[str, list[Owed]]:
    """The duties by what they ask for now: lapsed, now, coming, ended."""
    rows = await fetch(DUTIES, person, LONG if everything else ENDED, everything)
    groups: dict[str, list[Owed]] = {"lapsed": [], "now": [], "coming": [], "ended": []}
    for row in rows:
        groups[_group(row, now)].append(_owed(row, now))
    if not everything:
        groups["coming"] = groups["coming"][:COMING]
    return groups


def _group(row: Record, now: datetime) -> str:
    if row["state"] != "open":
        return "ended"
    if is_lapsed(row["state"], row["limit_at"], now):
        return "lapsed"
    return "now" if row["opens_at"] <= now else "coming"


def _owed(row: Record, now: datetime) -> Owed:
    why = json.loads(row["why"])
    return Owed(
        id=row["id"],
        title=rules.title_of(row["rule"], row["variant"]),
        owed_by=OWED_BY[row["owed_by"]],
        opens_at=row["opens_at"],
        due_at=row["due_at"],
        limit_at=row["limit_at"],
        limit=limit_text(row["limit_at"], now),
        state=row["state"],
        ending=_ending(row, now),
        lapsed=is_lapsed(row["state"], row["limit_at"], now),
        why=why_text(why),
        days_off="、".join(day_text(date.fromisoformat(day), now) for day in why.get("days_off", ())),
        source=row["source"],
    )


def why_text(why: Mapping[str, Any]) -> str:
    """Why it is owed; an imported slot has no reason of ours."""
    return sentence(why) if "article" in why else "由导入的历史记录形成，期限以原记录为准。"


def _ending(row: Record, now: datetime) -> str:
    """How it ended, when, by whom or by what."""
    if row["state"] == "open":
        return ""
    said = [word(DUTY_STATES, row["state"]), day_text(row["closed_at"], now)]
    said += [text for text in (word(CAUSES, row["cause"]), row["closer"]) if text]
    return " · ".join(said)


# -- alerts, messages, notes, contacts ------------------------------------------------------------------------------

ALERTS = """
SELECT a.id, a.kind, d.variant, a.severity, a.since_at, a.opened_at, a.next_step_at, a.closed_at, a.outcome, a.reason,
       a.step, o.name AS owner, c.name AS closer, a.fact_kind
  FROM alert a JOIN staff o ON o.id = a.assigned_to LEFT JOIN staff c ON c.id = a.closed_by
  LEFT JOIN duty d ON d.id = a.duty
 WHERE a.person = $1 ORDER BY a.closed_at IS NOT NULL, a.since_at DESC LIMIT 40
"""
STEPS = {"look": "待查看", "act": "处置中", "decide": "待决定如何处理"}


async def alerts_of_file(person: int) -> list[dict[str, Any]]:
    """The person's alerts, open ones first."""
    return [_alert(row) for row in await fetch(ALERTS, person)]


def _alert(row: Record) -> dict[str, Any]:
    return dict(row) | {
        "title": alert_title(row["kind"], row["variant"]),
        "severity_word": word(SEVERITIES, row["severity"]),
        "step_word": word(STEPS, row["step"]),
        "outcome_word": word(LABELS, row["outcome"]),
    }


def alert_title(kind: str, variant: str | None) -> str:
    """What an alert is about, as users read it."""
    return rules.title_of(kind, variant or "")


async def messages_of_file(person: int) -> list[dict[str, Any]]:
    """The last texts to the person: what was said, and what became of it."""
    rows = await fetch(
        "SELECT body, state, created_at, ended_at, error FROM message WHERE person = $1 ORDER BY id DESC LIMIT 20",
        person,
    )
    return [dict(row) | {"state_word": word(MESSAGE_STATES, row["state"])} for row in rows]


async def notes_of_file(person: int) -> list[dict[str, Any]]:
    """The remarks, newest first."""
    rows = await fetch(
        """SELECT n.text_sealed, n.recorded_at, s.name AS by FROM note n JOIN staff s ON s.id = n.recorded_by
            WHERE n.person = $1 ORDER BY n.id DESC LIMIT 50""",
        person,
    )
    return [{"text": open_sealed(row["text_sealed"], NOTE), "at": row["recorded_at"], "by": row["by"]} for row in rows]


@dataclass(frozen=True, slots=True)
class Papers:
    """The masked identity number, the phones and addresses, and every order of the person."""

    number: str
    contacts: list[dict[str, Any]]
    orders: list[Record]


async def papers_of(person: int, *, clear: bool) -> Papers:
    """`clear`: phones and addresses in full, for those who may record."""
    orders = await fetch(
        """SELECT o.*, p.doc_sealed FROM person p LEFT JOIN orders o ON o.person = p.id
            WHERE p.id = $1 ORDER BY o.ended_at IS NULL DESC, o.id DESC""",
        person,
    )
    contacts = await fetch(
        """SELECT kind, value_sealed, holder, bad_since, consent, ok_from FROM contact
            WHERE person = $1 AND withdrawn_at IS NULL ORDER BY kind DESC, bad_since IS NOT NULL, rank, id DESC LIMIT 12""",
        person,
    )
    sealed = orders[0]["doc_sealed"] if orders else None
    return Papers(
        masked_number(open_sealed(sealed, DOC)) if sealed else "",
        [_contact(row, clear) for row in contacts],
        [row for row in orders if row["id"] is not None],
    )


def _contact(row: Record, clear: bool) -> dict[str, Any]:
    value = open_sealed(row["value_sealed"], CONTACT)
    return dict(row) | {"value": value if clear else masked_contact(row["kind"], value)}


def masked_number(number: str) -> str:
    """`140108********1234`: the place and the last four, nothing of the birthday."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) == 18 else "*" * len(number)


def masked_contact(kind: str, value: str) -> str:
    """A phone's beginning and end; of an address nothing."""
    return f"{value[:3]}****{value[-4:]}" if kind == "phone" else "（仅经办人可见）"


async def full_number(person: int) -> str | None:
    """The whole identity number; whoever asks is written down by the caller."""
    sealed = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", person)
    return open_sealed(sealed, DOC) if sealed else None


def first_contact(contacts: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The contact of that kind which is tried first."""
    return next((one for one in contacts if one["kind"] == kind), None)
