"""A person's duties for other programs, now or as they were known at a past moment."""

import json
from datetime import datetime
from typing import Any

from supervision import rules
from supervision.days import SHANGHAI
from supervision.db import Record, fetch, fetch_value
from supervision.desk.file import why_text
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.people.actions import DOC
from supervision.people.search import wanted_text
from supervision.rules.base import is_lapsed
from supervision.sealed import blind

# What a duty was at a moment: the first later transition says from what it moved, the last earlier one by what it got there.
AS_KNOWN = """
SELECT d.*, o.number, coalesce(later.old_state, d.state) AS state_then, later.id IS NOT NULL AS moved_on,
       earlier.at AS moved_at, earlier.fact_kind AS moved_by, earlier.fact_id AS moved_by_id, earlier.cause AS moved_cause
  FROM duty d LEFT JOIN orders o ON d.subject_kind = 'order' AND o.id = d.subject_id
  LEFT JOIN LATERAL (SELECT e.id, e.old_state FROM duty_event e WHERE e.duty = d.id AND e.at > $2
                      ORDER BY e.id LIMIT 1) later ON TRUE
  LEFT JOIN LATERAL (SELECT e.at, e.fact_kind, e.fact_id, e.cause FROM duty_event e WHERE e.duty = d.id AND e.at <= $2
                      ORDER BY e.id DESC LIMIT 1) earlier ON TRUE
 WHERE d.person = $1 AND d.created_at <= $2
 ORDER BY d.limit_at, d.id
"""


async def duties_of(number: str, at: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """The duties of the person with this order or identity number, as known at `at` (else now).

    A limit that was moved since is shown where it is now. Raises Refusal for an unknown number.
    """
    person = await _person(number)
    moment = at or now
    return [_told(row, moment) for row in await fetch(AS_KNOWN, person, moment)]


async def _person(number: str) -> int:
    found = await fetch_value(
        """SELECT person FROM orders WHERE number = $1
           UNION ALL SELECT id FROM person WHERE doc_key = $2 LIMIT 1""",
        number.strip(),
        blind(wanted_text(number).upper(), DOC),
    )
    if found is None:
        raise Refusal(_("没有文号或身份证号为“%(number)s”的人员。") % {"number": number})
    return int(found)


def _told(row: Record, moment: datetime) -> dict[str, Any]:
    why = json.loads(row["why"])
    state = row["state_then"]
    return {
        "order": row["number"],
        "rule": row["rule"],
        "variant": row["variant"],
        "period": row["period"],
        "title": rules.title_of(row["rule"], row["variant"]),
        "owed_by": row["owed_by"],
        "opens_at": _local(row["opens_at"]),
        "due_at": _local(row["due_at"]),
        "limit_at": _local(row["limit_at"]),
        "state": state,
        "lapsed": is_lapsed(state, row["limit_at"], moment),
        **_ending(row, state),
        "source": row["source"],
        "article": why.get("article"),
        "why": why,
        "sentence": why_text(why),
    }


def _ending(row: Record, state: str) -> dict[str, Any]:
    """By what and when it had ended then; a duty that has moved on since tells its last transition before."""
    if state == "open":
        return {"closed_at": None, "fact": None, "cause": None}
    kind, fact, cause, at = (
        (row["moved_by"], row["moved_by_id"], row["moved_cause"], row["moved_at"])
        if row["moved_on"]
        else (row["fact_kind"], row["fact_id"], row["cause"], row["closed_at"])
    )
    return {"closed_at": _local(at), "fact": {"kind": kind, "id": fact} if kind else None, "cause": cause}


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat() if moment else None
