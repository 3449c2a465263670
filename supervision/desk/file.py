"""A person's file: what is known, owed, said and written, in a fixed number of queries however long it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision import rules
from supervision.alerts.outcomes import LABELS, is_of_help
from supervision.alerts.queue import SEVERITIES, STEPS
from supervision.db import fetch_value
from supervision.desk.words import CAUSES, DUTY_STATES, MESSAGE_STATES, word
from supervision.language import N_, listed
from supervision.language import gettext as _
from supervision.people.actions import CONTACT, DOC, NOTE, ON_FILE
from supervision.people.phones import masked_phone
from supervision.reads import Read, Row
from supervision.rules.base import is_lapsed
from supervision.rules.explain import sentence
from supervision.sealed import open_sealed
from supervision.web import day_text, limit_text

COMING = 6
ENDED = 20
OPEN = 300
"""How many open duties are shown, those with the nearest limits."""
LONG = 500
"""How many ended duties are shown when all are asked for."""
OWED_BY = {"person": N_("本人"), "staff": N_("本所"), "organ": N_("区局")}


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


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties by what they ask for now; and whether there are more than are shown."""

    lapsed: list[Owed]
    now: list[Owed]
    coming: list[Owed]
    ended: list[Owed]
    more_open: bool
    more_ended: bool


DUTIES = """
(SELECT d.*, s.name AS closer FROM duty d LEFT JOIN staff s ON s.id = d.closed_by
  WHERE d.person = $1 AND d.subject_kind = 'order' AND d.state = 'open' ORDER BY d.limit_at, d.id LIMIT $4)
UNION ALL
(SELECT d.*, s.name FROM duty d LEFT JOIN staff s ON s.id = d.closed_by
  WHERE d.person = $1 AND d.subject_kind = 'order' AND d.state <> 'open' AND (d.state <> 'void' OR $3)
  ORDER BY d.limit_at DESC, d.id DESC LIMIT $2)
"""


def duties_read(person: int, now: datetime, *, everything: bool) -> Read:
    """The duties by what they ask for now: lapsed, now, coming, ended. Those of other kinds have pages of their own."""
    args = (person, (LONG if everything else ENDED) + 1, everything, OPEN + 1)
    return Read(DUTIES, args, lambda rows: _duties(rows, now, everything=everything))


def _duties(rows: Sequence[Row], now: datetime, *, everything: bool) -> Duties:
    still_open, more_open = cut([row for row in rows if row["state"] == "open"], OPEN)
    ended, more_ended = cut([row for row in rows if row["state"] != "open"], LONG if everything else ENDED)
    groups: dict[str, list[Row]] = {"lapsed": [], "now": [], "coming": []}
    for row in still_open:
        groups[_group(row, now)].append(row)
    if not everything:
        del groups["coming"][COMING:]
    owed = {name: [_owed(row, now) for row in found] for name, found in (groups | {"ended": ended}).items()}
    return Duties(**owed, more_open=more_open, more_ended=more_ended)


def cut(items: Sequence[Any], most: int) -> tuple[list[Any], bool]:
    """So many of them, and whether there are more: a page that leaves something out says so."""
    return list(items[:most]), len(items) > most


def _group(row: Row, now: datetime) -> str:
    if is_lapsed(row["state"], row["limit_at"], now):
        return "lapsed"
    return "now" if row["opens_at"] <= now else "coming"


def _owed(row: Row, now: datetime) -> Owed:
    why = json.loads(row["why"])
    return Owed(
        id=row["id"],
        title=_(rules.title_of(row["rule"], row["variant"])),
        owed_by=_(OWED_BY[row["owed_by"]]),
        opens_at=row["opens_at"],
        due_at=row["due_at"],
        limit_at=row["limit_at"],
        limit=limit_text(row["limit_at"], now),
        state=row["state"],
        ending=_ending(row, now),
        lapsed=is_lapsed(row["state"], row["limit_at"], now),
        why=why_text(why),
        days_off=listed(day_text(date.fromisoformat(day), now) for day in why.get("days_off", ())),
        source=row["source"],
    )


def why_text(why: Mapping[str, Any]) -> str:
    """Why it is owed; an imported slot has no reason of ours."""
    return sentence(why) if "article" in why else _("由导入的历史记录形成，期限以原记录为准。")


def _ending(row: Row, now: datetime) -> str:
    """How it ended, when, by whom or by what."""
    if row["state"] == "open":
        return ""
    said = [word(DUTY_STATES, row["state"]), day_text(row["closed_at"], now)]
    said += [text for text in (word(CAUSES, row["cause"]), row["closer"]) if text]
    return " · ".join(said)


# -- alerts, messages, notes, contacts ------------------------------------------------------------------------------

ALERTS_SHOWN = 40
ALERTS = """
SELECT a.id, a.subject_kind, a.kind, d.variant, a.severity, a.since_at, a.opened_at, a.next_step_at, a.closed_at, a.outcome, a.reason,
       a.step, o.name AS owner, c.name AS closer, a.fact_kind
  FROM alert a JOIN staff o ON o.id = a.assigned_to LEFT JOIN staff c ON c.id = a.closed_by
  LEFT JOIN duty d ON d.id = a.duty
 WHERE a.person = $1 AND a.subject_kind IN ('order', 'assistance')
 ORDER BY a.closed_at IS NOT NULL, a.since_at DESC LIMIT $2
"""


def alerts_read(person: int) -> Read:
    """The person's alerts of correction and of help, open ones first."""
    return Read(ALERTS, (person, ALERTS_SHOWN + 1), lambda rows: [_alert(row) for row in rows])


def _alert(row: Row) -> dict[str, Any]:
    return dict(row) | {
        "title": alert_title(row["kind"], row["variant"]),
        "severity_word": word(SEVERITIES, row["severity"]),
        "step_word": word(STEPS, row["step"]),
        "of_help": is_of_help(row["subject_kind"]),
        "ending": _how_it_ended(row),
    }


def _how_it_ended(row: Row) -> str:
    """The outcome, the reason and who said so, as far as there are."""
    said = _("：").join(filter(None, (word(LABELS, row["outcome"]), row["reason"])))
    return _("%(what)s（%(by)s）") % {"what": said, "by": row["closer"]} if row["closer"] else said


def alert_title(kind: str, variant: str | None) -> str:
    """What an alert is about, as users read it."""
    return _(rules.title_of(kind, variant or ""))


MESSAGES = "SELECT body, state, created_at, ended_at, error FROM message WHERE person = $1 ORDER BY id DESC LIMIT 20"


def messages_read(person: int) -> Read:
    """The last texts to the person: what was said, and what became of it."""
    return Read(MESSAGES, (person,), lambda rows: [_message(row) for row in rows])


def _message(row: Row) -> dict[str, Any]:
    return dict(row) | {"state_word": word(MESSAGE_STATES, row["state"])}


NOTES_SHOWN = 50
NOTES = """
SELECT n.text_sealed, n.recorded_at, s.name AS by FROM note n JOIN staff s ON s.id = n.recorded_by
 WHERE n.person = $1 ORDER BY n.id DESC LIMIT $2
"""


def notes_read(person: int, *, everything: bool) -> Read:
    """The remarks, newest first."""
    return Read(NOTES, (person, notes_shown(everything=everything) + 1), lambda rows: [_note(row) for row in rows])


def notes_shown(*, everything: bool) -> int:
    """How many remarks are shown."""
    return LONG if everything else NOTES_SHOWN


def _note(row: Row) -> dict[str, Any]:
    return {"text": open_sealed(row["text_sealed"], NOTE), "at": row["recorded_at"], "by": row["by"]}


@dataclass(frozen=True, slots=True)
class Papers:
    """The masked identity number, the phones and addresses, and every order of the person."""

    number: str
    contacts: list[dict[str, Any]]
    orders: list[Row]
    helped: bool
    """Whether there is a period of resettlement help."""


ORDERS = """
SELECT o.*, p.doc_sealed, EXISTS (SELECT FROM assistance a WHERE a.person = p.id AND a.end_kind IS DISTINCT FROM 'taken_back')
         AS helped FROM person p LEFT JOIN orders o ON o.person = p.id
 WHERE p.id = $1 ORDER BY o.ended_at IS NULL DESC, o.id DESC
"""
CONTACTS = f"""
SELECT kind, value_sealed, holder, bad_since, consent, ok_from FROM contact
 WHERE person = $1 AND withdrawn_at IS NULL AND {ON_FILE} ORDER BY kind DESC, bad_since IS NOT NULL, rank, id DESC LIMIT 12
"""


def papers_reads(person: int) -> dict[str, Read]:
    """What the papers ask for, for `papers_of`."""
    return {"orders": Read(ORDERS, (person,), list), "contacts": Read(CONTACTS, (person,), list)}


def papers_of(orders: Sequence[Row], contacts: Sequence[Row], *, clear: bool) -> Papers:
    """`clear`: phones and addresses in full, for those who may record."""
    sealed = orders[0]["doc_sealed"] if orders else None
    return Papers(
        masked_number(open_sealed(sealed, DOC)) if sealed else "",
        [_contact(row, clear) for row in contacts],
        [row for row in orders if row["id"] is not None],
        any(row["helped"] for row in orders),
    )


def good_phone(contacts: Sequence[Row]) -> str:
    """The first number that isn't known to be bad, in clear; empty without one."""
    found = next((row for row in contacts if row["kind"] == "phone" and row["bad_since"] is None), None)
    return open_sealed(found["value_sealed"], CONTACT) if found else ""


def _contact(row: Row, clear: bool) -> dict[str, Any]:
    value = open_sealed(row["value_sealed"], CONTACT)
    return dict(row) | {"value": value if clear else masked_contact(row["kind"], value)}


def masked_number(number: str) -> str:
    """`140108********1234`: the place and the last four, nothing of the birthday."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) == 18 else "*" * len(number)


def masked_contact(kind: str, value: str) -> str:
    """A phone's beginning and end; of an address nothing."""
    return masked_phone(value) if kind == "phone" else _("（仅经办人可见）")


async def full_number(person: int) -> str | None:
    """The whole identity number; whoever asks is written down by the caller."""
    sealed = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", person)
    return open_sealed(sealed, DOC) if sealed else None


def first_contact(contacts: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The contact of that kind which is tried first."""
    return next((one for one in contacts if one["kind"] == kind), None)
