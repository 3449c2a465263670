"""Since when somebody is in prison, and that the prison told the family (law VV-01)."""

from collections.abc import Sequence
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import execute, fetch, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.rules.base import Act
from supervision.rules.told_family import SUBJECT, TOLD, Prisoner
from supervision.video_visits.families import lock_prisoner


async def prisoners(ids: Sequence[int]) -> dict[int, tuple[int, Prisoner]]:
    """Prisoner → their person and themselves. Locks the rows: two syncs of one wait for each other."""
    rows = await fetch("SELECT * FROM prisoner WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))
    return {row["id"]: (row["person"], Prisoner(row["intake_on"], row["recorded_at"])) for row in rows}


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Prisoner → when the family was told, without what was withdrawn."""
    found: dict[int, list[Act]] = {}
    rows = await fetch(
        "SELECT * FROM prisoner_notice WHERE prisoner = ANY($1) AND withdrawn_at IS NULL ORDER BY id", list(ids)
    )
    for row in rows:
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


async def withdraw_notice(viewer: Viewer, prisoner: int, notice: int, *, reason: str, now: datetime) -> None:
    """That the family was told was put down wrongly: what it met is owed again.

    Raises NotFound when it isn't this prisoner's, Refusal without a reason or when done before.
    """
    said = reason_to_withdraw(reason)
    async with tx():
        row = await lock_prisoner(prisoner)
        if await fetch_value("SELECT 1 FROM prisoner_notice WHERE id = $1 AND prisoner = $2", notice, prisoner) is None:
            raise NotFound
        await mark_withdrawn("prisoner_notice", notice, said, by=viewer.id, now=now)
        of = (SUBJECT, prisoner)
        await record(viewer, "prisoner_notice_withdrawn", subject=of, people=[row["person"]], now=now)
        await follow([prisoner], now, kind=SUBJECT, by=viewer.id)
