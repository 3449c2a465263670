"""A pause of an order (model §4): some duties rest, by a notice that is named; every seven days somebody asks on."""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.orders.actions import ORDER, check_past, close_debt, done, lock_open

KINDS = ("custody", "hospital")
"""The kinds that an office may put down by hand."""
OPEN = "subject_kind = 'order' AND subject_id = $1 AND to_at IS NULL AND withdrawn_at IS NULL"


async def open_pause(order: int) -> str | None:
    """The kind of the pause that hasn't ended."""
    kind: str | None = await fetch_value(f"SELECT kind FROM pause WHERE {OPEN}", order)
    return kind


@dataclass(frozen=True, slots=True)
class NewPause:
    """A time in which duties rest, with its evidence."""

    kind: str
    from_at: datetime
    evidence: str


async def pause(viewer: Viewer, order: int, new: NewPause, now: datetime) -> None:
    """Some duties rest from a moment on (model §4): custody or hospital, by a notice that is named."""
    if new.kind not in KINDS:
        raise Refusal(_("请选择暂停原因。"), fields={"kind": _("请选择暂停原因。")})
    if not new.evidence.strip():
        raise Refusal(_("请填写依据（通知书或诊断证明）。"), fields={"evidence": _("请填写依据。")})
    check_past(new.from_at, now)
    async with tx():
        row = await lock_open(order)
        if await open_pause(order):
            raise Refusal(_("已有一项未结束的暂停，请先结束它。"))
        values = {"subject_kind": ORDER, "subject_id": order, "kind": new.kind, "from_at": new.from_at}
        await insert("pause", values | {"evidence": new.evidence.strip(), "recorded_at": now, "recorded_by": viewer.id})
        await close_debt(order, "state", now, viewer.id)
        await done(viewer, "pause", row, now, {"kind": new.kind})


async def end_pause(viewer: Viewer, order: int, to_at: datetime, now: datetime) -> None:
    """The pause is over; what is owed runs again from there."""
    check_past(to_at, now)
    async with tx():
        row = await lock_open(order)
        ended = await execute(
            f"UPDATE pause SET to_at = $2, ended_recorded_at = $3, ended_by = $4 WHERE {OPEN} AND from_at < $2",
            order,
            to_at,
            now,
            viewer.id,
        )
        if not ended:
            raise Refusal(_("没有可以结束的暂停，或结束时间早于开始时间。"))
        await done(viewer, "end_pause", row, now)


async def confirm_pause(viewer: Viewer, order: int, source: str, now: datetime) -> None:
    """Somebody asked, and the pause still stands (model §4: every seven days)."""
    if not source.strip():
        raise Refusal(_("请填写向谁核实。"), fields={"source": _("请填写向谁核实。")})
    async with tx():
        row = await lock_open(order)
        if not await open_pause(order):
            raise Refusal(_("没有可以核实的暂停。"))
        values = {"order_id": order, "happened_at": now, "source": source.strip(), "recorded_at": now}
        await insert("pause_check", values | {"recorded_by": viewer.id})
        await done(viewer, "confirm_pause", row, now)
