"""Exactly one person on duty for each alert: assigned officer, deputy, head, head's deputy, bureau desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from supervision.access.roles import PERMISSIONS, SCOPE
from supervision.alerts.ladder import hours_of, position
from supervision.db import execute, fetch_row, fetch_value
from supervision.settings.terms import load_terms

EVERYWHERE = ", ".join(f"'{role}'" for role in sorted(PERMISSIONS["act_alerts"]) if SCOPE[role] == "all")
"""The roles that act on alerts of every office, for SQL."""


def main_of(subject: str, at: str) -> str:
    """The office and the officer of one subject at a moment: one look into the index, where a join reads the register."""
    # = ANY keeps the planner from the index of the exclusion, which takes thirty times as long.
    return f"""SELECT r.office, r.staff FROM responsibility r
                WHERE r.subject_id = ANY (ARRAY[{subject}.subject_id]) AND r.subject_kind = {subject}.subject_kind
                  AND r.role = 'main' AND r.from_at <= {at} AND (r.to_at IS NULL OR r.to_at > {at}) LIMIT 1"""


def holders(asked: str, at: str) -> str:
    """The CTE `holder`: who stands on each rung for the subjects of the CTE `asked`, at a moment (a placeholder).

    On duty is who isn't disabled and has no absence; whoever isn't is stood in for by the deputy of the absence. The desk
    is the first of its members on duty, else any of them, else the head of the section: a lapse never goes without an owner.
    """
    # Materialized: the planner takes the files for few, and would look through all heads anew for each of them.
    return f"""
absent AS (SELECT id, staff, deputy FROM absence WHERE from_at <= {at} AND {at} < to_at),
active AS (SELECT s.id, s.office, s.role, s.on_desk, EXISTS (SELECT FROM absent x WHERE x.staff = s.id) AS away
             FROM staff s WHERE s.disabled_at IS NULL OR s.disabled_at > {at}),
stand_in AS (SELECT s.id AS staff, CASE WHEN NOT s.away THEN s.id ELSE
                    (SELECT x.deputy FROM absent x JOIN active d ON d.id = x.deputy AND NOT d.away
                      WHERE x.staff = s.id ORDER BY x.id LIMIT 1) END AS person
               FROM active s),
office_head AS MATERIALIZED (
              SELECT DISTINCT ON (s.office) s.office, t.person FROM active s JOIN stand_in t ON t.staff = s.id
                 WHERE s.role = 'head' AND t.person IS NOT NULL ORDER BY s.office, s.away, s.id),
desk AS (SELECT id AS person FROM active WHERE on_desk OR role = 'cca_head' ORDER BY on_desk DESC, away, id LIMIT 1),
charge AS MATERIALIZED (
           SELECT n.subject_kind, n.subject_id, r.office, r.staff
             FROM (SELECT DISTINCT subject_kind, subject_id FROM {asked}) n
             LEFT JOIN LATERAL ({main_of("n", at)}) r ON TRUE),
holder AS (SELECT c.subject_kind, c.subject_id, c.office, coalesce(o.person, h.person, d.person) AS officer,
                  coalesce(h.person, d.person) AS head, d.person AS desk
             FROM charge c
             LEFT JOIN stand_in o ON o.staff = c.staff
             LEFT JOIN office_head h ON h.office = c.office
             LEFT JOIN desk d ON TRUE)"""


def on_rung(rung: str) -> str:
    """Of a `holder h`: who has the rung; where the head is the officer of the rung before, that step is skipped."""
    return f"""CASE WHEN {rung} = 0 THEN h.officer
                    WHEN {rung} = 1 AND h.head <> h.officer THEN h.head ELSE h.desk END"""


def owner(alert: str, rung: str, held: str = "TRUE") -> str:
    """Of an alert and its `holder h`: who took it, or whoever stands in for them, while it is held; else the ladder's.

    Whoever took it and can't see the person any more (the file, or they themselves, went to another office) has it no longer.
    """
    return f"""coalesce(CASE WHEN {alert}.taken_by IS NOT NULL AND {held} THEN
                         (SELECT t.person FROM stand_in t JOIN active k ON k.id = t.staff
                           WHERE t.staff = {alert}.taken_by
                             AND (k.office = h.office OR k.role IN ({EVERYWHERE}))) END, {on_rung(rung)})"""


async def owner_of(alert_id: int, at: datetime) -> int:
    """The one person on duty who has the alert at that moment. Raises LookupError where there is no bureau desk."""
    alert = await fetch_row("SELECT severity, anchor_at, anchor_rung FROM alert WHERE id = $1", alert_id)
    assert alert is not None, alert_id
    hours = hours_of((await load_terms(at, at)).parameters, alert["severity"], alert["anchor_at"])
    held = at < alert["anchor_at"] + timedelta(hours=hours[alert["anchor_rung"]])
    found = await fetch_value(
        f"""WITH asked AS (SELECT * FROM alert WHERE id = $1), {holders("asked", "$2::timestamptz")}
            SELECT {owner("a", "$3::int", "$4::boolean")} FROM asked a
              JOIN holder h ON h.subject_kind = a.subject_kind AND h.subject_id = a.subject_id""",
        alert_id,
        at,
        position(alert["anchor_at"], alert["anchor_rung"], at, hours).rung,
        held,
    )
    if found is None:
        raise LookupError("there is no active member of the bureau desk")
    return int(found)


async def reassign(ids: Iterable[int], now: datetime, *, kind: str) -> int:
    """Give the open alerts of these subjects to whoever has them now: after a transfer, a new officer, a disabling."""
    return await _reassign("a.subject_kind = $3 AND a.subject_id = ANY($2)", now, [list(ids), kind])


async def reassign_all(now: datetime) -> int:
    """The same for every open alert: absences begin and end without anybody's act."""
    return await _reassign("TRUE", now, [])


async def _reassign(which: str, now: datetime, args: Sequence[object]) -> int:
    return await execute(
        f"""WITH asked AS (SELECT a.* FROM alert a WHERE a.closed_at IS NULL AND {which}),
            {holders("asked", "$1::timestamptz")},
            wanted AS (SELECT a.id, {owner("a", "a.rung")} AS owner FROM asked a
                         JOIN holder h ON h.subject_kind = a.subject_kind AND h.subject_id = a.subject_id),
            locked AS (SELECT a.id, w.owner FROM alert a JOIN wanted w ON w.id = a.id
                        WHERE a.closed_at IS NULL AND a.assigned_to <> w.owner
                        ORDER BY a.id FOR UPDATE OF a SKIP LOCKED),
            moved AS (UPDATE alert a SET assigned_to = l.owner FROM locked l WHERE a.id = l.id RETURNING a.id, l.owner)
            INSERT INTO alert_event (alert, at, kind, detail)
            SELECT id, $1, 'assigned', jsonb_build_object('to', owner) FROM moved ORDER BY id""",
        now,
        *args,
    )
