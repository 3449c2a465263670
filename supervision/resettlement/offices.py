"""Offices of help: how many each helps, who does nothing else there, and the monthly lists (law RA-24, RA-25)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.alerts.subjects import Shown
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.resettlement import states
from supervision.rules.base import Act
from supervision.rules.help_office import LISTS, SUBJECT, HelpOffice

RELEASE_DAYS = 60
"""So far ahead somebody is soon to be released."""
LIST_KINDS: Mapping[str, str] = {"release": N_("预释放名单"), "unconnected": N_("未衔接人员名单")}
PAGE = "/assistance/lists"
LISTED: Mapping[str, str] = {
    "release": f"""a.state IN ({", ".join(f"'{state}'" for state in states.AWAITED)})
        AND a.release_on >= $1 AND a.release_on <= $2""",
    "unconnected": f"a.state = '{states.NOT_CONNECTED}' AND $1::date <= $2::date",
}
"""Kind of list → whom it names, of the open periods of help; $1 is today, $2 the last day that it looks ahead to."""
HELPED = f"""
SELECT r.office, count(*)::int AS helped FROM assistance a
  JOIN responsibility r ON r.subject_kind = 'assistance' AND r.subject_id = a.id AND r.role = 'main' AND r.to_at IS NULL
 WHERE a.ended_at IS NULL AND a.state IN ({", ".join(f"'{state}'" for state in states.OUTSIDE)}) GROUP BY r.office
"""


# -- what the ledger may know ---------------------------------------------------------------------------------------


async def offices(ids: Sequence[int]) -> dict[int, tuple[None, HelpOffice]]:
    """Office → itself. Locks the rows: two syncs of one office wait for each other."""
    rows = await fetch("SELECT * FROM office WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))
    counts = await fetch("SELECT * FROM help_count WHERE office = ANY($1) ORDER BY office, month", list(ids))
    workers = await fetch("SELECT * FROM help_worker WHERE office = ANY($1) ORDER BY office, id", list(ids))
    return {
        row["id"]: (
            None,
            HelpOffice(
                is_bureau=row["kind"] == "bureau",
                helped=tuple((one["month"], one["helped"]) for one in counts if one["office"] == row["id"]),
                workers=tuple(
                    (one["id"], one["happened_at"], one["ended_at"]) for one in workers if one["office"] == row["id"]
                ),
                ended_at=row["closed_at"],
            ),
        )
        for row in rows
    }


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Office → the lists that it sent."""
    found: dict[int, list[Act]] = {}
    for row in await fetch("SELECT * FROM help_list WHERE office = ANY($1) ORDER BY id", list(ids)):
        act = Act(LISTS, row["id"], row["kind"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["office"], []).append(act)
    return found


async def titles(ids: Sequence[int]) -> dict[int, Shown]:
    """Office → its name, and the page of what it owes."""
    rows = await fetch("SELECT id, name FROM office WHERE id = ANY($1)", list(ids))
    return {row["id"]: Shown(row["name"], PAGE) for row in rows}


async def count_helped(now: datetime) -> int:
    """Once a month: how many people each office helps, and its ledger; how many offices were counted.

    Idempotent: a month that was counted is left alone.
    """
    month = local_day(now).replace(day=1)
    async with tx():
        made = await fetch(
            f"""INSERT INTO help_count (office, month, helped, recorded_at)
                SELECT o.id, $1, coalesce(h.helped, 0), $2 FROM office o LEFT JOIN ({HELPED}) h ON h.office = o.id
                 WHERE o.closed_at IS NULL ORDER BY o.id
                ON CONFLICT ON CONSTRAINT help_count_once DO NOTHING RETURNING office""",
            month,
            now,
        )
        await follow([row["office"] for row in made], now, kind=SUBJECT)
    return len(made)


# -- what is done ----------------------------------------------------------------------------------------------------


async def listed(kind: str, now: datetime) -> list[Record]:
    """Whom the list of a kind names at present, by the day of release. Raises KeyError for an unknown kind."""
    return await fetch(
        f"""SELECT a.id, a.person, a.state, a.kind, a.release_on, a.prison, p.name, o.name AS office
              FROM assistance a JOIN person p ON p.id = a.person
              LEFT JOIN responsibility r ON r.subject_kind = 'assistance' AND r.subject_id = a.id AND r.role = 'main'
               AND r.to_at IS NULL
              LEFT JOIN office o ON o.id = r.office
             WHERE a.ended_at IS NULL AND {LISTED[kind]} ORDER BY a.release_on, a.id""",
        local_day(now),
        local_day(now + timedelta(days=RELEASE_DAYS)),
    )


async def send_list(viewer: Viewer, kind: str, now: datetime) -> int:
    """Put down that the list of a kind was sent as it is now; how many people it named. Raises Refusal for another kind."""
    if kind not in LIST_KINDS:
        raise Refusal(_("请从列表中选择。"), fields={"kind": _("请从列表中选择。")})
    async with tx():
        people = [row["person"] for row in await listed(kind, now)]
        office = await fetch_value(
            "SELECT id FROM office WHERE kind = 'bureau' AND closed_at IS NULL ORDER BY id LIMIT 1"
        )
        values = {"office": office, "kind": kind, "people": people, "happened_at": now}
        made = await insert("help_list", values | {"recorded_at": now, "recorded_by": viewer.id})
        await record(viewer, "help_list_sent", people=people, detail={"id": made, "kind": kind}, now=now)
        await follow([office], now, kind=SUBJECT, by=viewer.id)
    return len(people)


async def sent_lists() -> list[Record]:
    """The lists that were sent, the last first."""
    return await fetch(
        """SELECT l.kind, l.happened_at, cardinality(l.people) AS people, s.name AS by
             FROM help_list l LEFT JOIN staff s ON s.id = l.recorded_by ORDER BY l.id DESC LIMIT 24"""
    )


async def staffed() -> list[Record]:
    """Each judicial office: how many it helps now, and who (id, name) does nothing else there."""
    return await fetch(
        f"""SELECT o.id, o.name, coalesce(h.helped, 0) AS helped, w.workers
              FROM office o LEFT JOIN ({HELPED}) h ON h.office = o.id
              LEFT JOIN LATERAL (SELECT array_agg((w.id, w.name) ORDER BY w.id) AS workers
                                   FROM help_worker w WHERE w.office = o.id AND w.ended_at IS NULL) w ON TRUE
             WHERE o.kind = 'judicial_office' AND o.closed_at IS NULL ORDER BY o.code"""
    )


async def name_worker(viewer: Viewer, office: int, name: str, now: datetime) -> int:
    """Somebody does nothing but help at an office from now on; the id. Raises Refusal without a name, NotFound for no office."""
    if not name.strip():
        raise Refusal(_("请填写姓名。"), fields={"name": _("请填写姓名。")})
    async with tx():
        open_ = "SELECT 1 FROM office WHERE id = $1 AND kind = 'judicial_office' AND closed_at IS NULL"
        if await fetch_value(open_, office) is None:
            raise NotFound
        values = {"office": office, "name": name.strip(), "happened_at": now}
        made = await insert("help_worker", values | {"recorded_at": now, "recorded_by": viewer.id})
        await record(viewer, "help_worker_named", subject=(SUBJECT, office), detail={"id": made}, now=now)
        await follow([office], now, kind=SUBJECT, by=viewer.id)
    return made


async def end_worker(viewer: Viewer, worker: int, now: datetime) -> None:
    """They do so no longer. Raises NotFound for an unknown one, Refusal where it ended before."""
    async with tx():
        office = await fetch_value("SELECT office FROM help_worker WHERE id = $1", worker)
        if office is None:
            raise NotFound
        ended = await execute(
            "UPDATE help_worker SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
            worker,
            now,
            viewer.id,
        )
        if not ended:
            raise Refusal(_("已经登记过了，不用再办。"))
        await record(viewer, "help_worker_ended", subject=(SUBJECT, office), detail={"id": worker}, now=now)
        await follow([office], now, kind=SUBJECT, by=viewer.id)
