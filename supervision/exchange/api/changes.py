"""The feed of changes: acts (audit rows that changed something about somebody) and events of alerts, in one order.

A row's id is given before its transaction commits, so a reader who remembers the largest id would miss the one that commits
late. Here a change waits (a trigger notes it in its own transaction) until it is committed; whoever reads next gives it its
place, one reader at a time under a lock that is held until the places are visible. So places have no gaps and become visible
in their order: `after` a place means after everything that was told, and nothing else.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from supervision.access.tokens import TokenViewer
from supervision.alerts.subjects import hidden_from, visible_alerts
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_value, tx
from supervision.exchange.api.reading import LARGEST_KEY, LARGEST_PAGE, PAGE, Query, check_names, number
from supervision.exchange.api.resources import local
from supervision.locks import Lock
from supervision.people.scope import visible_people

FAMILY: Final = "family_member"
"""Owes nothing, so it is no kind of subject: who visits whom is told to whoever is told of the visits."""
END: Final = "end"
KEPT_FOR: Final = timedelta(days=30)
"""How long changes go on to be noted after nobody has a token any more."""
UNREAD = """
DELETE FROM change_waiting WHERE NOT EXISTS (
       SELECT FROM api_token WHERE least(coalesce(revoked_at, 'infinity'), expires_at) > $1)"""
PLACES = """
WITH told AS (DELETE FROM change_waiting RETURNING id, source, source_id)
INSERT INTO change_log (seq, source, source_id)
SELECT coalesce((SELECT max(seq) FROM change_log), 0) + row_number() OVER (ORDER BY id), source, source_id FROM told"""
ROWS = """
SELECT l.seq, l.source, coalesce(u.at, e.at) AS at, coalesce(u.action, e.kind) AS what, coalesce(u.subject_kind, a.subject_kind)
         AS subject_kind, coalesce(u.subject_id, a.subject_id) AS subject_id, a.id AS alert, {people} AS people,
       coalesce(a.person IS NULL AND {visible}, FALSE) AS of_file
  FROM change_log l LEFT JOIN audit_row u ON l.source = 'act' AND u.id = l.source_id
  LEFT JOIN alert_event e ON l.source = 'alert' AND e.id = l.source_id LEFT JOIN alert a ON a.id = e.alert
 WHERE l.seq > $1 ORDER BY l.seq LIMIT $2"""
PEOPLE = """ARRAY(SELECT DISTINCT n.person FROM unnest(coalesce(u.people, ARRAY[a.person])) AS n(person)
                   WHERE n.person IS NOT NULL AND {visible} ORDER BY n.person)"""


async def give_places() -> None:
    """Everything that is committed and waits gets its place in the feed."""
    if not await fetch_value("SELECT EXISTS (SELECT FROM change_waiting)"):
        return
    async with tx():
        await fetch_value("SELECT pg_advisory_xact_lock($1)", Lock.CHANGES)
        await execute(PLACES)


async def tidy(now: datetime) -> int:
    """Throw away what waits and nobody has been able to read for thirty days, else give it its places; rows thrown away.

    One statement: who has a token before a change is committed finds it.
    """
    thrown = await execute(UNREAD, now - KEPT_FOR)
    await give_places()
    return thrown


async def changes_after(viewer: TokenViewer, query: Query, now: datetime) -> dict[str, Any]:
    """What changed after a place, as far as the viewer may know of it, and the place to go on from; `more`: at once.

    `after=end` tells nothing but the place where the feed stands: whoever loads the lists asks for it first.
    """
    check_names(query, {})
    limit = number(query, "limit", least=1, most=LARGEST_PAGE, usual=PAGE)
    await give_places()
    if query.get("after") == END:
        return {
            "items": [],
            "next": str(await fetch_value("SELECT coalesce(max(seq), 0) FROM change_log")),
            "more": False,
        }
    after = number(query, "after", least=0, most=LARGEST_KEY, usual=0)
    args: list[Any] = [after, limit + 1]
    people = PEOPLE.format(visible=visible_people(viewer, "n.person", args))
    rows = await fetch(ROWS.format(people=people, visible=visible_alerts(viewer, args)), *args)
    hidden = _hidden_from(viewer)
    items = [_told(row) for row in rows[:limit] if row["subject_kind"] not in hidden and _may_know(row, viewer)]
    named = [person for item in items for person in item["people"]]
    await record(viewer, "api_read", people=named, detail={"list": "changes", "token": viewer.token}, now=now)
    told = rows[:limit]
    return {"items": items, "next": str(told[-1]["seq"] if told else after), "more": len(rows) > limit}


def _hidden_from(viewer: TokenViewer) -> list[str]:
    """The kinds of subject of which nothing is told, acts or alerts, whoever they concern."""
    hidden = hidden_from(viewer)
    return [*hidden, FAMILY] if hidden else []


def _may_know(row: Record, viewer: TokenViewer) -> bool:
    """Somebody of the viewer's scope is concerned, or a file of it without a person; alerts are for those who may see them."""
    if row["source"] == "alert" and not viewer.may("see_alerts"):
        return False
    return bool(row["people"]) or (row["alert"] is not None and row["of_file"])


def _told(row: Record) -> dict[str, Any]:
    return {
        "seq": row["seq"],
        "at": local(row["at"]),
        "source": row["source"],
        "what": row["what"],
        "subject_kind": row["subject_kind"],
        "subject_id": row["subject_id"],
        "alert": row["alert"],
        "people": row["people"],
    }
