"""Since when somebody is in prison, and that the prison told the family (law VV-01)."""

from collections.abc import Sequence
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import execute, fetch, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.rules.base import Act
from supervision.rules.told_family import SUBJECT, TOLD, Prisoner
from supervision.video_visits.families import lock_prisoner


async def prisoners(ids: Sequence[int]) -> dict[int, tuple[int, Prisoner]]:
    """Prisoner → their person and themselves. Locks the rows: two syncs of one wait for each other."""
    rows = await fetch("SELECT * FROM prisoner WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))
    return {row["id"]: (row["person"], Prisoner(row["intake_on"], row["recorded_at"])) for row in rows}


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Prisoner → when the family was told."""
    found: dict[int, list[Act]] = {}
    for row in await fetch("SELECT * FROM prisoner_notice WHERE prisoner = ANY($1) ORDER BY id", list(ids)):
        act = Act(TOLD, row["id"], "", row["happened_at"], row["recorded_at"])
        found.setdefault(row["prisoner"], []).append(act)
    return found


async def record_intake(
    viewer: Viewer, prisoner: int, intake_on: date, told_at: datetime | None, *, now: datetime
) -> None:
    """Put down since when somebody is in prison, and when the family was told, if it was. Raises Refusal for the future."""
    if intake_on > local_day(now):
        raise Refusal(_("收监日期不能晚于今天。"), fields={"intake_on": _("收监日期不能晚于今天。")})
    if told_at is not None and (told_at > now or local_day(told_at) < intake_on):
        told = _("告知家属的时间应在收监之后，不能晚于现在。")
        raise Refusal(told, fields={"told_at": told})
    async with tx():
        row = await lock_prisoner(prisoner)
        await execute("UPDATE prisoner SET intake_on = $2 WHERE id = $1", prisoner, intake_on)
        if told_at is not None:
            values = {"prisoner": prisoner, "happened_at": told_at, "recorded_at": now, "recorded_by": viewer.id}
            await insert("prisoner_notice", values)
        detail = {"told": told_at is not None}
        await record(
            viewer, "prisoner_intake", subject=(SUBJECT, prisoner), people=[row["person"]], detail=detail, now=now
        )
        await follow([prisoner], now, kind=SUBJECT, by=viewer.id)
