"""Somebody is placed in a base of help for a while, and leaves it (law RA-23): facts about a period of help."""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.days import local_day
from supervision.db import Record, fetch_row, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.resettlement.actions import done
from supervision.resettlement.beds import STAYS, check_stay, lock_base, one_at_a_time
from supervision.resettlement.records import check_time, put_down_by, sealed_content
from supervision.resettlement.scope import lock_open


@dataclass(frozen=True, slots=True)
class Stay:
    """In which base, and from when; of the past also until when, and why it ended."""

    base: int
    happened_at: datetime
    left_at: datetime | None = None
    reason: str = ""


async def place(viewer: Viewer, assistance: int, stay: Stay, now: datetime) -> int:
    """Somebody stays in a base from a moment on; the stay's id.

    Raises Refusal before the connection, without a free bed at any moment of it, and while they are in another base.
    """
    if stay.left_at is not None:
        _check_left(stay.left_at, stay.happened_at, stay.reason, now, field="left_at")
    async with tx():
        row = await lock_open(assistance)
        if row["connected_at"] is None:
            raise Refusal(_("本人还没有衔接，衔接以后再安排入住。"))
        check_time(stay.happened_at, row["connected_at"], now)
        await one_at_a_time(row["person"])
        base = await lock_base(stay.base)
        if local_day(stay.happened_at) < base["opened_on"]:
            told = _("这个基地 %(day)s 才启用。") % {"day": base["opened_on"]}
            raise Refusal(told, fields={"happened_at": told})
        await check_stay(row["person"], base, (stay.happened_at, stay.left_at))
        values = {"assistance": assistance, "base": base["id"]}
        made = await insert("help_stay", values | put_down_by(stay.happened_at, now, viewer.id))
        if stay.left_at is not None:
            await _put_leaving(assistance, made, stay.left_at, stay.reason, now, viewer)
        await done(viewer, "place_in_base", row, now, {"id": made, "base": base["id"]})
    return made


async def leave(viewer: Viewer, assistance: int, left_at: datetime, reason: str, now: datetime) -> int:
    """Whoever is in a base has left it; the leaving's id. Raises Refusal where nobody is, and for a time that can't be."""
    async with tx():
        row = await lock_open(assistance)
        stay = await where_now(assistance)
        if stay is None:
            raise Refusal(_("本人现在没有住在安置基地。"))
        _check_left(left_at, stay["from_at"], reason, now)
        made = await _put_leaving(assistance, stay["id"], left_at, reason, now, viewer)
        await done(viewer, "leave_base", row, now, {"id": made, "base": stay["base"]})
    return made


async def where_now(assistance: int) -> Record | None:
    """The stay that goes on, with the name of its base."""
    return await fetch_row(
        f"""SELECT s.*, b.name FROM ({STAYS}) s JOIN help_base b ON b.id = s.base
             WHERE s.assistance = $1 AND s.until IS NULL""",
        assistance,
    )


def _check_left(left_at: datetime, from_at: datetime, reason: str, now: datetime, field: str = "happened_at") -> None:
    if not reason.strip():
        raise Refusal(_("请填写离开的原因。"), fields={"reason": _("请填写离开的原因。")})
    if left_at > now:
        raise Refusal(_("时间不能晚于现在。"), fields={field: _("时间不能晚于现在。")})
    if left_at <= from_at:
        raise Refusal(_("离开的时间应晚于入住的时间。"), fields={field: _("离开的时间应晚于入住的时间。")})


async def _put_leaving(
    assistance: int, stay: int, left_at: datetime, reason: str, now: datetime, viewer: Viewer
) -> int:
    values = {"assistance": assistance, "stay": stay, "reason_sealed": sealed_content(reason)}
    return await insert("help_leaving", values | put_down_by(left_at, now, viewer.id))
