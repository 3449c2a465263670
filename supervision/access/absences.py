"""Who is away when, and who stands in."""

from datetime import datetime

from supervision.access.roles import ADMINS, PERMISSIONS, SCOPE
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _


async def record_absence(
    viewer: Viewer, staff: int, *, from_at: datetime, to_at: datetime, deputy: int | None, now: datetime
) -> int:
    """Note that somebody is away during [from_at, to_at) and who stands in. Raises Refusal for an overlap."""
    if from_at >= to_at:
        raise Refusal(_("结束时间要晚于开始时间。"), fields={"to": _("结束时间要晚于开始时间。")})
    if deputy == staff:
        raise Refusal(_("代班人不能是本人。"), fields={"deputy": _("代班人不能是本人。")})
    async with tx():
        if not await fetch_value("SELECT id FROM staff WHERE id = $1 AND disabled_at IS NULL FOR UPDATE", staff):
            raise NotFound
        await _check_deputy(deputy, staff)
        await _check_free(staff, from_at, to_at)
        row = {"staff": staff, "deputy": deputy, "from_at": from_at, "to_at": to_at}
        made = await insert("absence", row | {"recorded_at": now, "recorded_by": viewer.id})
        await record(viewer, "absence_recorded", subject=("staff", staff), detail={"deputy": deputy}, now=now)
    return made


async def _check_deputy(deputy: int | None, staff: int) -> None:
    """Alerts pass to the deputy, who must see the same people and may act on them."""
    if deputy is None:
        return
    rows = await fetch("SELECT id, role, office FROM staff WHERE id = ANY($1) AND disabled_at IS NULL", [deputy, staff])
    found = {row["id"]: row for row in rows}
    if deputy not in found or found[deputy]["role"] in ADMINS:
        raise Refusal(_("代班人必须是在岗的业务人员。"), fields={"deputy": _("代班人必须是在岗的业务人员。")})
    if not _stands_in_for(found[deputy], found[staff]):
        told = _("代班人看不到其在管对象，或不能处置预警：请选择同一机构的同事，或区矫正机构的人员。")
        raise Refusal(told, fields={"deputy": told})


def _stands_in_for(deputy: Record, absent: Record) -> bool:
    acting = PERMISSIONS["act_alerts"]
    sees = deputy["office"] == absent["office"] or SCOPE[deputy["role"]] == "all"
    return sees and (absent["role"] not in acting or deputy["role"] in acting)


async def _check_free(staff: int, from_at: datetime, to_at: datetime) -> None:
    overlap = "SELECT EXISTS (SELECT FROM absence WHERE staff = $1 AND from_at < $3 AND $2 < to_at)"
    if await fetch_value(overlap, staff, from_at, to_at):
        raise Refusal(_("这段时间与已登记的离岗重叠。"), fields={"from": _("这段时间与已登记的离岗重叠。")})


async def end_absence(viewer: Viewer, absence: int, now: datetime) -> None:
    """Back earlier than noted: the absence ends now; one that hasn't begun is taken away."""
    async with tx():
        ended = await execute(
            "UPDATE absence SET to_at = $2 WHERE id = $1 AND from_at < $2 AND $2 < to_at", absence, now
        ) or await execute("DELETE FROM absence WHERE id = $1 AND from_at >= $2", absence, now)
        if not ended:
            raise NotFound
        await record(viewer, "absence_ended", subject=("absence", absence), now=now)


async def absences(now: datetime) -> list[Record]:
    """Present and coming absences, the nearest first."""
    return await fetch(
        """SELECT absence.id, absence.staff, absence.from_at, absence.to_at, deputy.name AS deputy
           FROM absence LEFT JOIN staff deputy ON deputy.id = absence.deputy
           WHERE absence.to_at > $1 ORDER BY absence.from_at, absence.id""",
        now,
    )
