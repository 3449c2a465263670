"""The open alerts as plain data, for the command line."""

from datetime import datetime, timedelta
from typing import Any

from supervision import rules
from supervision.alerts.ladder import hours_of, position
from supervision.alerts.owners import holders, owner
from supervision.db import Record, fetch
from supervision.rules.base import Parameters
from supervision.settings.terms import load_terms

OPEN_AT = """
SELECT a.*, coalesce(d.variant, f.variant) AS variant, coalesce(d.period, f.period) AS period, d.limit_at, o.number, p.name
  FROM alert a LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
  LEFT JOIN orders o ON a.subject_kind = 'order' AND o.id = a.subject_id LEFT JOIN person p ON p.id = a.person
 WHERE a.opened_at <= $1 AND (a.closed_at IS NULL OR a.closed_at > $1) ORDER BY a.since_at, a.id
"""


async def open_alerts(at: datetime) -> list[dict[str, Any]]:
    """Every alert that was open at the moment, oldest first, with its rung and owner at that moment."""
    parameters = (await load_terms(at, at)).parameters
    rows = await fetch(OPEN_AT, at)
    places = [_place(row, at, parameters) for row in rows]
    owners = await _owners([row["id"] for row in rows], places, at)
    return [_alert(row, place, owners[row["id"]]) for row, place in zip(rows, places, strict=True)]


Place = tuple[int, datetime, bool]


def _place(row: Record, at: datetime, parameters: Parameters) -> Place:
    """Rung, next step, and whether whoever took it still holds it."""
    hours = hours_of(parameters, row["severity"], row["anchor_at"])
    rung, next_step_at = position(row["anchor_at"], row["anchor_rung"], at, hours)
    return rung, next_step_at, at < row["anchor_at"] + timedelta(hours=hours[row["anchor_rung"]])


async def _owners(ids: list[int], places: list[Place], at: datetime) -> dict[int, Record]:
    rows = await fetch(
        f"""WITH asked AS (SELECT a.id, a.subject_kind, a.subject_id, a.taken_by, n.rung AS at_rung, n.held
                             FROM alert a JOIN unnest($1::bigint[], $2::int[], $3::boolean[]) AS n(id, rung, held) USING (id)),
            {holders("asked", "$4::timestamptz")}
            SELECT a.id AS alert, s.login, s.name FROM asked a
              JOIN holder h ON h.subject_kind = a.subject_kind AND h.subject_id = a.subject_id
              LEFT JOIN staff s ON s.id = {owner("a", "a.at_rung", "a.held")}""",
        ids,
        [rung for rung, _, _ in places],
        [held for _, _, held in places],
        at,
    )
    return {row["alert"]: row for row in rows}


def _alert(row: Record, place: Place, who: Record) -> dict[str, Any]:
    variant = row["variant"] or ""
    return {
        "id": row["id"],
        "subject_kind": row["subject_kind"],
        "subject_id": row["subject_id"],
        "number": row["number"],
        "name": row["name"],
        "kind": row["kind"],
        "severity": row["severity"],
        "since": row["since_at"].isoformat(),
        "opened_at": row["opened_at"].isoformat(),
        "step": row["step"],
        "rung": place[0],
        "owner": who["login"],
        "owner_name": who["name"],
        "next_step_at": place[1].isoformat(),
        "causes": [
            {
                "rule": row["kind"],
                "variant": variant,
                "period": row["period"],
                "title": rules.title_of(row["kind"], variant),
                "limit_at": row["limit_at"].isoformat() if row["limit_at"] else None,
            }
        ],
    }
