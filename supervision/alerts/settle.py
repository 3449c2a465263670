"""The alerts of some subjects, brought in line with the ledger: a fixed number of statements however many subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.alerts.ladder import hours_of, position
from supervision.alerts.opening import DECIDE, LOOK, lapse, open_alerts
from supervision.alerts.owners import reassign
from supervision.db import Record, execute, fetch
from supervision.duties.kinds import ORDER
from supervision.rules.base import Parameters, is_lapsed
from supervision.settings.terms import load_terms


@dataclass(frozen=True, slots=True)
class Closing:
    """How an alert ends: by a fact that proves there was no lapse, or by the named human of a decision."""

    alert: Record
    outcome: str
    fact_kind: str
    fact_id: int


@dataclass(frozen=True, slots=True)
class Restating:
    """What an alert becomes: another step, another beginning, open again."""

    alert: Record
    event: str
    step: str
    since_at: datetime
    severity: str
    starts_anew: bool
    """The ladder counts from now, from its first rung."""


Change = Closing | Restating | None


async def settle(ids: Sequence[int], now: datetime, *, kind: str = ORDER) -> None:
    """Close, reopen and restate alerts so that they say what the ledger says; the caller has the subjects locked."""
    wanted = list(ids)
    parameters = (await load_terms(now, now)).parameters
    changes = [what_follows(row, now) for row in await fetch(LAST_ALERTS, wanted, kind)]
    await _close([c for c in changes if isinstance(c, Closing)], now)
    await _restate([c for c in changes if isinstance(c, Restating)], now, parameters)
    late = await fetch(LATE_WITHOUT_ALERT, wanted, kind)
    await open_alerts([lapse(row, step=DECIDE, anchor_at=now) for row in late], now, parameters)
    await execute(WAKE_DUTIES, wanted, now, kind)
    await execute(WAKE_FINDINGS, wanted, now, kind)
    await reassign(wanted, now, kind=kind)


LAST_ALERTS = """
SELECT DISTINCT ON (a.duty, a.finding_key)
       a.*, d.state AS duty_state, d.limit_at, d.fact_kind AS duty_fact_kind, d.fact_id AS duty_fact_id,
       f.state AS finding_state, f.since_at AS finding_since, f.severity AS finding_severity,
       f.fact_kind AS finding_fact_kind, f.fact_id AS finding_fact_id
  FROM alert a LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
 WHERE a.subject_kind = $2 AND a.subject_id = ANY($1)
 ORDER BY a.duty, a.finding_key, a.closed_at IS NULL DESC, a.id DESC
"""


def what_follows(row: Record, now: datetime) -> Change:
    """What the ledger asks of the last alert of one duty or finding. Pure."""
    if row["duty"] is None:
        return _of_finding(row, now)
    return _of_open_alert(row, now) if row["closed_at"] is None else _of_closed_alert(row, now)


def _of_open_alert(row: Record, now: datetime) -> Change:
    state = row["duty_state"]
    if is_lapsed(state, row["limit_at"], now):
        changed = row["step"] == DECIDE or row["since_at"] != row["limit_at"]
        return _restated(row, "restated", LOOK, anew=row["step"] == DECIDE) if changed else None
    if state == "met_late":
        return None if row["step"] == DECIDE else _restated(row, "late_report", DECIDE)
    if row["duty_fact_kind"] == "decision":
        return _closing(row, {"missed": "dealt_with", "excused": "excused"}.get(state, "no_lapse"))
    return _closing(row, "no_lapse")


def _of_closed_alert(row: Record, now: datetime) -> Change:
    """An alert doesn't stay closed while its duty is lapsed, nor by a fact that has turned into a late one."""
    if is_lapsed(row["duty_state"], row["limit_at"], now):
        return _restated(row, "reopened", LOOK)
    rested_on_fact = row["closed_by"] is None or row["fact_kind"] == "decision"
    if row["duty_state"] == "met_late" and rested_on_fact:
        return _restated(row, "reopened", DECIDE)
    return None


def _of_finding(row: Record, now: datetime) -> Change:
    holds = row["finding_state"] == "open" and row["finding_since"] <= now
    if row["closed_at"] is None:
        if not holds:
            return _closing(row, "resolved")
        same = (row["since_at"], row["severity"]) == (row["finding_since"], row["finding_severity"])
        return None if same else _restated(row, "restated", row["step"], anew=False)
    return _restated(row, "reopened", LOOK) if holds and row["closed_by"] is None else None


def _closing(row: Record, outcome: str) -> Closing:
    """By the fact that ended the duty or finding; where it simply is owed no more, by the subject itself."""
    if row["duty"] is None:
        return Closing(row, outcome, row["finding_fact_kind"] or "finding", row["finding_fact_id"] or row["finding"])
    if row["duty_fact_id"] is None:
        return Closing(row, outcome, row["subject_kind"], row["subject_id"])
    return Closing(row, outcome, row["duty_fact_kind"], row["duty_fact_id"])


def _restated(row: Record, event: str, step: str, *, anew: bool = True) -> Restating:
    since_at, severity = (
        (row["limit_at"], row["severity"]) if row["duty"] else (row["finding_since"], row["finding_severity"])
    )
    return Restating(row, event, step, since_at, severity, anew)


async def reopen_ended_by(fact_kind: str, fact_id: int, alerts: Sequence[int], now: datetime) -> None:
    """A fact of another slice was withdrawn: what it had ended among these alerts opens again when the ledger follows.

    The words on lapsed duties that were said with it hold no more, and nobody stands behind the ends of the alerts: settle
    opens them with their history, or, where something else holds the duty meanwhile (a pause, say), once that holds it no more.
    """
    await execute(WITHDRAW_WORDS, list(alerts), fact_kind, fact_id, now)
    await execute(NOBODYS_END, list(alerts), fact_kind, fact_id)


WITHDRAW_WORDS = """
UPDATE duty_decision w SET withdrawn_at = $4
  FROM alert a JOIN duty d ON d.id = a.duty
 WHERE a.id = ANY($1) AND a.fact_kind = $2 AND a.fact_id = $3
   AND (w.subject_kind, w.subject_id, w.rule, w.variant, w.period)
       = (d.subject_kind, d.subject_id, d.rule, d.variant, d.period)
   AND (w.recorded_at, w.recorded_by) = (a.closed_at, a.closed_by) AND w.withdrawn_at IS NULL
"""
NOBODYS_END = "UPDATE alert SET closed_by = NULL WHERE id = ANY($1) AND fact_kind = $2 AND fact_id = $3"


# -- writing ----------------------------------------------------------------------------------------------------


async def _close(closings: Sequence[Closing], now: datetime) -> None:
    if closings:
        rows = [(c.alert["id"], c.outcome, c.fact_kind, c.fact_id) for c in closings]
        await execute(CLOSE, now, *(list(column) for column in zip(*rows, strict=True)))


CLOSE = """
WITH closed AS (
    UPDATE alert a SET closed_at = $1, outcome = n.outcome, fact_kind = n.fact_kind, fact_id = n.fact_id,
                       closed_by = d.recorded_by, reason = d.reason
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS n(id, outcome, fact_kind, fact_id)
      LEFT JOIN duty_decision d ON n.fact_kind = 'decision' AND d.id = n.fact_id
     WHERE a.id = n.id AND a.closed_at IS NULL
    RETURNING a.id, a.outcome, a.fact_kind, a.fact_id, a.closed_by)
INSERT INTO alert_event (alert, at, kind, staff, detail)
SELECT id, $1, 'closed', closed_by, jsonb_build_object('outcome', outcome, 'fact_kind', fact_kind, 'fact_id', fact_id)
  FROM closed ORDER BY id
"""


async def _restate(changes: Sequence[Restating], now: datetime, parameters: Parameters) -> None:
    if changes:
        rows = [_restated_row(change, now, parameters) for change in changes]
        await execute(RESTATE, now, *(list(column) for column in zip(*rows, strict=True)))


def _restated_row(change: Restating, now: datetime, parameters: Parameters) -> tuple[Any, ...]:
    """The ladder begins anew, or moves along with a beginning that nobody has acted on yet."""
    row = change.alert
    untouched = row["anchor_at"] == row["since_at"]
    anchor, rung = (now, 0) if change.starts_anew else (row["anchor_at"], row["anchor_rung"])
    if untouched and not change.starts_anew:
        anchor, rung = change.since_at, 0
    place = position(anchor, rung, now, hours_of(parameters, change.severity, anchor))
    return (row["id"], change.event, change.step, change.since_at, change.severity, anchor, rung, *place)


RESTATE = """
WITH was AS (SELECT a.id, a.outcome, a.since_at FROM alert a WHERE a.id = ANY($2::bigint[])),
changed AS (
    UPDATE alert a
       SET step = n.step, since_at = n.since_at, severity = n.severity, anchor_at = n.anchor_at,
           anchor_rung = n.anchor_rung, rung = n.rung, next_step_at = n.next_step_at,
           closed_at = NULL, outcome = NULL, reason = NULL, closed_by = NULL, fact_kind = NULL, fact_id = NULL
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::timestamptz[], $8::int[],
                  $9::int[], $10::timestamptz[])
        AS n(id, event, step, since_at, severity, anchor_at, anchor_rung, rung, next_step_at)
     WHERE a.id = n.id RETURNING a.id, n.event, a.step, a.since_at),
noticed AS (
    UPDATE duty SET alerted_at = $1
      FROM alert a JOIN changed c ON c.id = a.id WHERE duty.id = a.duty AND duty.alerted_at IS NULL)
INSERT INTO alert_event (alert, at, kind, detail)
SELECT c.id, $1, c.event, jsonb_build_object('step', c.step, 'since_at', c.since_at, 'was_since', w.since_at,
                                             'was_outcome', w.outcome)
  FROM changed c JOIN was w ON w.id = c.id ORDER BY c.id
"""

# A correction made it late although it had passed as in time, or a repair did: no watch ever saw this lapse. A duty that was
# late when it came into the ledger (from an old register, say) has no event.
LATE_WITHOUT_ALERT = """
SELECT d.id, d.subject_kind, d.subject_id, d.person, d.rule, d.variant, d.limit_at AS since_at
  FROM duty d
 WHERE d.subject_kind = $2 AND d.subject_id = ANY($1) AND d.state = 'met_late'
   AND EXISTS (SELECT FROM duty_event e WHERE e.duty = d.id AND e.new_state = 'met_late')
   AND NOT EXISTS (SELECT FROM alert a WHERE a.duty = d.id)
"""

# A lapse that is marked as noticed and has no alert at all would be seen by nobody.
WAKE_DUTIES = """
UPDATE duty d SET alerted_at = NULL
 WHERE d.subject_kind = $3 AND d.subject_id = ANY($1) AND is_lapsed(d.state, d.limit_at, $2)
   AND d.alerted_at IS NOT NULL AND NOT EXISTS (SELECT FROM alert a WHERE a.duty = d.id)
"""

# What a human closed stays closed; what came about again after that is a new worry.
WAKE_FINDINGS = """
UPDATE finding f SET alerted_at = NULL
 WHERE f.subject_kind = $3 AND f.subject_id = ANY($1) AND f.state = 'open' AND f.since_at <= $2
   AND f.alerted_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM alert a WHERE a.finding = f.id AND (a.closed_at IS NULL OR a.closed_at >= f.since_at))
"""
