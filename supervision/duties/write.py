"""Write what a comparison of the ledger with the rules found: new rows, changed ones, and each transition's event."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from supervision import rules
from supervision.db import Record, execute, fetch, insert_many
from supervision.duties.reminding import remind_at
from supervision.duties.sources import ORDER
from supervision.rules.base import Duty, Finding, Terms

DUTY_COLUMNS = (
    "subject_kind",
    "subject_id",
    "person",
    "owed_by",
    "rule",
    "variant",
    "period",
    "opens_at",
    "due_at",
    "limit_at",
    "raw_due_on",
    "state",
    "closed_at",
    "fact_kind",
    "fact_id",
    "cause",
    "remind_at",
    "source",
    "rule_version",
    "why",
    "created_at",
)
FINDING_COLUMNS = (
    "subject_kind",
    "subject_id",
    "person",
    "rule",
    "variant",
    "period",
    "since_at",
    "severity",
    "state",
    "ended_at",
    "fact_kind",
    "fact_id",
    "why",
    "created_at",
)
_as_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass
class Changes:
    """What a sync did: the rows it made, and those whose state or times it changed."""

    made: list[tuple[int, Duty]] = field(default_factory=list)
    changed: list[tuple[Record, Duty | None]] = field(default_factory=list)
    found: list[tuple[int, Finding]] = field(default_factory=list)
    refound: list[tuple[Record, Finding | None]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.made) + len(self.changed) + len(self.found) + len(self.refound)


async def write(changes: Changes, terms: Terms, *, by: int | None = None) -> None:
    """Write the differences: new rows by COPY, changed ones by compare-and-set, each transition with its event."""
    people = await _people([subject for subject, _ in [*changes.made, *changes.found]])
    if changes.made:
        rows = [_duty_row(subject, people[subject], duty, terms) for subject, duty in changes.made]
        await insert_many("duty", DUTY_COLUMNS, rows)
    if changes.changed:
        await _change_duties(changes.changed, terms, by)
    if changes.found:
        rows = [_finding_row(subject, people[subject], finding, terms) for subject, finding in changes.found]
        await insert_many("finding", FINDING_COLUMNS, rows)
    if changes.refound:
        await _change_findings(changes.refound, terms)


async def _people(subjects: Sequence[int]) -> dict[int, int]:
    rows = await fetch("SELECT id, person FROM orders WHERE id = ANY($1)", sorted(set(subjects))) if subjects else []
    return {row["id"]: row["person"] for row in rows}


def _duty_row(subject: int, person: int, duty: Duty, terms: Terms) -> tuple[Any, ...]:
    slot, rule = duty.slot, rules.by_id(duty.rule)
    return (
        ORDER,
        subject,
        person,
        rule.owed_by,
        duty.rule,
        slot.variant,
        slot.period,
        slot.opens_at,
        slot.due_at,
        slot.limit_at,
        slot.raw_due_on,
        duty.state,
        duty.closed_at,
        duty.fact_kind,
        duty.fact_id,
        duty.cause,
        remind_at(duty, terms.now),
        "rule",
        terms.parameters.version_at(slot.opens_at),
        _as_json(dict(slot.why)),
        terms.now,
    )


async def _change_duties(changed: list[tuple[Record, Duty | None]], terms: Terms, by: int | None) -> None:
    """A row that is owed no more becomes void; a limit that moved past now wakes the watch again."""
    rows = [_changed_row(row, duty, terms) for row, duty in changed]
    touched = await fetch(
        CHANGE_DUTIES,
        *(list(column) for column in zip(*rows, strict=True)),
        terms.now,
    )
    assert len(touched) == len(rows), "a duty changed under a locked order"
    events = [
        (row["id"], terms.now, row["state"], new[6], new[8], new[9], by, new[10])
        for (row, _), new in zip(changed, rows, strict=True)
        if row["state"] != new[6]
    ]
    await insert_many(
        "duty_event", ("duty", "at", "old_state", "new_state", "fact_kind", "fact_id", "staff", "cause"), events
    )


CHANGE_DUTIES = """
UPDATE duty d
   SET opens_at = n.opens_at, due_at = n.due_at, limit_at = n.limit_at, raw_due_on = n.raw_due_on,
       state = n.state, closed_at = n.closed_at, fact_kind = n.fact_kind, fact_id = n.fact_id, cause = n.cause,
       remind_at = n.remind_at, why = coalesce(n.why, d.why),
       alerted_at = CASE WHEN n.limit_at > $14 THEN NULL ELSE d.alerted_at END
  FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::date[],
              $7::text[], $8::timestamptz[], $9::text[], $10::bigint[], $11::text[], $12::timestamptz[], $13::jsonb[])
    AS n(id, old_state, opens_at, due_at, limit_at, raw_due_on, state, closed_at, fact_kind, fact_id, cause,
         remind_at, why)
 WHERE d.id = n.id AND d.state = n.old_state
RETURNING d.id
"""


def _changed_row(row: Record, duty: Duty | None, terms: Terms) -> tuple[Any, ...]:
    if duty is None:
        times = (row["opens_at"], row["due_at"], row["limit_at"], row["raw_due_on"])
        return (row["id"], row["state"], *times, "void", terms.now, None, None, "no_longer_owed", None, None)
    slot = duty.slot
    return (
        row["id"],
        row["state"],
        slot.opens_at,
        slot.due_at,
        slot.limit_at,
        slot.raw_due_on,
        duty.state,
        duty.closed_at,
        duty.fact_kind,
        duty.fact_id,
        duty.cause,
        remind_at(duty, terms.now),
        _as_json(dict(slot.why)),
    )


def _finding_row(subject: int, person: int, finding: Finding, terms: Terms) -> tuple[Any, ...]:
    return (
        ORDER,
        subject,
        person,
        finding.rule,
        finding.variant,
        finding.period,
        finding.since_at,
        finding.severity,
        "ended" if finding.ended_at else "open",
        finding.ended_at,
        finding.fact_kind,
        finding.fact_id,
        _as_json(dict(finding.why)),
        terms.now,
    )


async def _change_findings(refound: list[tuple[Record, Finding | None]], terms: Terms) -> None:
    rows = [_refound_row(row, finding, terms) for row, finding in refound]
    await execute(
        """UPDATE finding f
              SET since_at = n.since_at, severity = n.severity, state = n.state, ended_at = n.ended_at,
                  fact_kind = n.fact_kind, fact_id = n.fact_id,
                  alerted_at = CASE WHEN n.since_at > $8 THEN NULL ELSE f.alerted_at END
             FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
                         $7::bigint[]) AS n(id, since_at, severity, state, ended_at, fact_kind, fact_id)
            WHERE f.id = n.id""",
        *(list(column) for column in zip(*rows, strict=True)),
        terms.now,
    )


def _refound_row(row: Record, finding: Finding | None, terms: Terms) -> tuple[Any, ...]:
    if finding is None:
        return (row["id"], row["since_at"], row["severity"], "ended", terms.now, None, None)
    state = "ended" if finding.ended_at else "open"
    fact = (finding.fact_kind, finding.fact_id)
    return (row["id"], finding.since_at, finding.severity, state, finding.ended_at, *fact)
