"""Write what a comparison of the ledger with the rules found: new rows, changed ones, and each transition's event."""

from collections.abc import Sequence
from typing import Any

from supervision.db import copy_in, execute, fetch, insert_many
from supervision.duties.copying import whole
from supervision.duties.judging import DUTY_COLUMNS, FINDING_COLUMNS, Answer
from supervision.rules.base import Terms


async def write(answer: Answer, terms: Terms, *, by: int | None = None) -> None:
    """Write the differences: new rows by COPY, changed ones by compare-and-set, each transition with its event."""
    if answer.made:
        await copy_in("duty", DUTY_COLUMNS, whole(answer.made))
    if answer.changed:
        await _change_duties(answer.changed, terms, by)
    if answer.found:
        await copy_in("finding", FINDING_COLUMNS, whole(answer.found))
    if answer.refound:
        await _change_findings(answer.refound, terms)


async def _change_duties(rows: Sequence[tuple[Any, ...]], terms: Terms, by: int | None) -> None:
    """A row that is owed no more becomes void; a limit that moved past now wakes the watch again."""
    touched = await fetch(
        CHANGE_DUTIES,
        *(list(column) for column in zip(*rows, strict=True)),
        terms.now,
    )
    assert len(touched) == len(rows), "a duty changed under a locked order"
    events = [(new[0], terms.now, new[1], new[6], new[8], new[9], by, new[10]) for new in rows if new[1] != new[6]]
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


async def _change_findings(rows: Sequence[tuple[Any, ...]], terms: Terms) -> None:
    await execute(
        """UPDATE finding f
              SET since_at = n.since_at, severity = n.severity, state = n.state, ended_at = n.ended_at,
                  fact_kind = n.fact_kind, fact_id = n.fact_id, why = coalesce(n.why, f.why),
                  alerted_at = CASE WHEN n.since_at > $9 THEN NULL ELSE f.alerted_at END
             FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
                         $7::bigint[], $8::jsonb[]) AS n(id, since_at, severity, state, ended_at, fact_kind, fact_id, why)
            WHERE f.id = n.id""",
        *(list(column) for column in zip(*rows, strict=True)),
        terms.now,
    )
