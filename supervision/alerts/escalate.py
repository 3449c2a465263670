"""An alert that nobody dealt with goes up the ladder; who has it is looked at anew each time."""

from collections.abc import Sequence
from datetime import datetime

from supervision.alerts.ladder import hours_of, position
from supervision.alerts.owners import reassign, reassign_all
from supervision.db import Record, execute, fetch, tx
from supervision.rules.base import Parameters
from supervision.settings.terms import load_terms

DUE = """SELECT id, severity, anchor_at, anchor_rung, rung, next_step_at FROM alert
          WHERE closed_at IS NULL AND next_step_at <= $1"""
STEP = """
WITH stepped AS (
    UPDATE alert a SET rung = n.rung, next_step_at = n.next_step_at, taken_by = NULL
      FROM unnest($2::bigint[], $3::int[], $4::int[], $5::timestamptz[]) AS n(id, was, rung, next_step_at)
     WHERE a.id = n.id AND a.closed_at IS NULL RETURNING a.id, n.was, n.rung)
INSERT INTO alert_event (alert, at, kind, detail)
SELECT id, $1, CASE WHEN rung = was THEN 'repeated' ELSE 'stepped' END, jsonb_build_object('from', was, 'to', rung)
  FROM stepped ORDER BY id
"""


async def escalate(now: datetime, *, limit: int = 1000) -> int:
    """Move every alert past its next step to the rung where it belongs by now, and all to who is on duty.

    Whoever had taken it has had the time of the rung: it is the ladder's again.
    """
    parameters = (await load_terms(now, now)).parameters
    count = 0
    while rows := await _batch(now, limit, parameters):
        count += rows
    await reassign_all(now)
    return count


async def _batch(now: datetime, limit: int, parameters: Parameters) -> int:
    async with tx():
        rows = await fetch(f"{DUE} ORDER BY next_step_at, id LIMIT $2 FOR UPDATE SKIP LOCKED", now, limit)
        await _step_all(rows, now, parameters)
        return len(rows)


async def step_subjects(kind: str, ids: Sequence[int], now: datetime) -> None:
    """The same for the alerts of some subjects before an act on them: the act then finds them where they belong."""
    wanted = list(ids)
    rows = await fetch(
        f"{DUE} AND subject_kind = $3 AND subject_id = ANY($2) ORDER BY id FOR UPDATE", now, wanted, kind
    )
    await _step_all(rows, now, (await load_terms(now, now)).parameters)
    await reassign(wanted, now, kind=kind)


async def _step_all(rows: Sequence[Record], now: datetime, parameters: Parameters) -> None:
    if rows:
        steps = [_step(row, now, parameters) for row in rows]
        await execute(STEP, now, *(list(column) for column in zip(*steps, strict=True)))


def _step(row: Record, now: datetime, parameters: Parameters) -> tuple[int, int, int, datetime]:
    hours = hours_of(parameters, row["severity"], row["anchor_at"])
    place = position(row["anchor_at"], row["anchor_rung"], now, hours)
    return (row["id"], row["rung"], place.rung, place.next_step_at)
