"""From lapses and findings to alerts: the same statements for the watch and for an action that comes before it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from supervision import rules
from supervision.alerts.ladder import hours_of, position
from supervision.alerts.owners import holders, owner
from supervision.db import Record, alone, execute, fetch
from supervision.duties.kinds import ORDER
from supervision.messages.reminders import enqueue_missed
from supervision.rules.base import Parameters
from supervision.settings.terms import load_terms

logger = logging.getLogger(__name__)
LOOK, ACT, DECIDE = "look", "act", "decide"

LAPSES = """SELECT d.id, d.subject_kind, d.subject_id, d.person, d.rule, d.variant, d.limit_at AS since_at, d.created_at
              FROM duty d WHERE is_lapsed(d.state, d.limit_at, $1) AND d.alerted_at IS NULL"""
FOUND = """SELECT f.id, f.subject_kind, f.subject_id, f.person, f.rule, f.variant, f.period, f.since_at, f.severity
             FROM finding f WHERE f.state = 'open' AND f.since_at <= $1 AND f.alerted_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert is about: a duty or a finding, since a moment."""

    row: Record
    severity: str
    duty: int | None = None
    finding: int | None = None
    finding_key: str | None = None
    step: str = LOOK
    anchor_at: datetime | None = None
    """Where the ladder begins, if not at the lapse."""


def lapse(row: Record, *, step: str = LOOK, anchor_at: datetime | None = None) -> Cause:
    """The cause that a lapsed duty is."""
    return Cause(row, severity_of(row["rule"]), duty=row["id"], step=step, anchor_at=anchor_at)


def found(row: Record) -> Cause:
    """The cause that a finding is; its key names it for ever."""
    key = "/".join(str(row[name]) for name in ("subject_kind", "subject_id", "rule", "variant", "period"))
    return Cause(row, row["severity"], finding=row["id"], finding_key=key)


def severity_of(rule_id: str) -> str:
    """How a lapse of the rule is ranked; of a rule that is no longer in force, serious."""
    try:
        return rules.by_id(rule_id).severity
    except KeyError:
        return "serious"


async def open_alerts(causes: Sequence[Cause], now: datetime, parameters: Parameters) -> int:
    """Open an alert for each cause that has none open, on the rung where it would be by now; how many were opened."""
    if not causes:
        return 0
    rows = [_values(cause, now, parameters) for cause in causes]
    return await execute(OPEN, now, *(list(column) for column in zip(*rows, strict=True)))


def _values(cause: Cause, now: datetime, parameters: Parameters) -> tuple[object, ...]:
    row = cause.row
    anchor = cause.anchor_at or row["since_at"]
    place = position(anchor, 0, now, hours_of(parameters, cause.severity, anchor))
    subject = (row["subject_kind"], row["subject_id"], row["person"], row["rule"])
    about = (cause.duty, cause.finding, cause.finding_key)
    return (*about, *subject, cause.severity, row["since_at"], anchor, cause.step, *place)


OPEN = f"""
WITH asked AS (
    SELECT n.*, NULL::int AS taken_by, 0 AS anchor_rung
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::text[],
                  $10::timestamptz[], $11::timestamptz[], $12::text[], $13::int[], $14::timestamptz[])
        AS n(duty, finding, finding_key, subject_kind, subject_id, person, kind, severity, since_at, anchor_at, step,
             rung, next_step_at)),
{holders("asked", "$1::timestamptz")},
opened AS (
    INSERT INTO alert (duty, finding, finding_key, subject_kind, subject_id, person, kind, severity, since_at, opened_at,
                       assigned_to, rung, anchor_at, anchor_rung, step, next_step_at)
    SELECT a.duty, a.finding, a.finding_key, a.subject_kind, a.subject_id, a.person, a.kind, a.severity, a.since_at, $1,
           {owner("a", "a.rung")}, a.rung, a.anchor_at, 0, a.step, a.next_step_at
      FROM asked a JOIN holder h ON h.subject_kind = a.subject_kind AND h.subject_id = a.subject_id
     ORDER BY a.since_at, a.duty, a.finding
    ON CONFLICT DO NOTHING
    RETURNING id, assigned_to, rung)
INSERT INTO alert_event (alert, at, kind, detail)
SELECT id, $1, 'opened', jsonb_build_object('to', assigned_to, 'rung', rung) FROM opened ORDER BY id
"""


async def raise_lapses(where: str, args: Sequence[object], now: datetime) -> list[Record]:
    """Alerts for lapsed duties that were not noticed yet; `where` ends the query that picks them. The duties' rows."""
    return await _raise("duty", f"{LAPSES} {where}", args, now)


async def raise_findings(where: str, args: Sequence[object], now: datetime) -> list[Record]:
    """The same for findings."""
    return await _raise("finding", f"{FOUND} {where}", args, now)


async def _raise(table: str, query: str, args: Sequence[object], now: datetime) -> list[Record]:
    rows = await fetch(query, now, *args)
    if rows:  # most ticks end here: nothing more is read
        cause = lapse if table == "duty" else found
        await open_alerts([cause(row) for row in rows], now, (await load_terms(now, now)).parameters)
        await execute(f"UPDATE {table} SET alerted_at = $2 WHERE id = ANY($1)", [row["id"] for row in rows], now)
    return rows


def told_of(rows: Sequence[Record]) -> list[Record]:
    """The duties whose lapse is also told to the person by text: of orders alone, since help demands nothing.

    Not what had lapsed before it was put down: of the days before an order is on our register nobody is told (model §6).
    """
    of_orders = (row for row in rows if row["subject_kind"] == ORDER and row["person"])
    told = (row for row in of_orders if row["variant"] in _told_variants(row["rule"]))
    return [row for row in told if row["created_at"] < row["since_at"]]


def _told_variants(rule_id: str) -> frozenset[str]:
    try:
        return rules.by_id(rule_id).tells_of_miss
    except KeyError:
        return frozenset()


async def tell(lapses: Sequence[Record], now: datetime) -> int:
    """The texts that these lapses bring, in the same transaction; how many were queued.

    A person whose text can't be made (a number that can't be read, say) costs nobody else theirs, and nobody the alerts.
    """
    if not lapses:
        return 0
    by_person: dict[int, list[int]] = {}
    for row in lapses:
        by_person.setdefault(row["person"], []).append(row["id"])
    queued = await alone(partial(enqueue_missed, [row["id"] for row in lapses], now))
    if queued is not None:
        return queued
    each = [await alone(partial(enqueue_missed, ids, now)) for ids in by_person.values()]
    if untold := each.count(None):
        logger.error("%d people could not be told of their lapses", untold)
    return sum(count or 0 for count in each)
