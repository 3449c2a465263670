"""Visits and interviews that were given a time and place: appointed, moved, cancelled, and those to which nobody came.

An appointment is a fact like any other: it is never changed. To move one is to withdraw it and put another in its place; once
its time has come it can't be moved or cancelled any more: what became of it is put down (rules/appointments.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.checkins.actions import CheckIn, lock_order, lock_to_record, put_down
from supervision.checkins.tables import APPOINTED
from supervision.days import end_of, local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.duties.sync import HORIZON_DAYS
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.messages.outbox import take_back
from supervision.reads import Read, Row
from supervision.reasons import needed
from supervision.sealed import open_sealed, seal

PLACE = "appointment.place"
FURTHEST = timedelta(days=HORIZON_DAYS)
"""How far ahead: as far as the ledger is made."""
SHOWN = 5
"""How many appointments to come a person's own page shows."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """What is agreed: kind (field: at the person's, office: they come), the moment, and where."""

    kind: str
    at: datetime
    place: str = ""


# -- acts -----------------------------------------------------------------------------------------------------------


async def appoint(viewer: Viewer, order: int, new: Appointment, now: datetime) -> int:
    """Agree a visit or an interview; its id. `order` must be in the viewer's scope.

    Raises Refusal for a moment that isn't to come, lies too far ahead or after the end, and for a second one on one day.
    """
    async with tx():
        row = await lock_order(order)
        made = await _make(viewer, row, new, now=now)
        await _note(viewer, "appoint", row, made, now)
        await follow([order], now, by=viewer.id)
    return made


async def move(viewer: Viewer, appointment: Record, to: Appointment, *, reason: str, now: datetime) -> int:
    """Put another in its place; the id of the new one. Raises Refusal as `appoint`, and once its time has come."""
    async with tx():
        row = await lock_order(appointment["order_id"])
        await _withdraw(viewer, appointment, "moved", reason=reason, now=now)
        made = await _make(viewer, row, to, now=now, replaces=appointment["id"])
        await _note(viewer, "move_appointment", row, made, now)
        await follow([row["id"]], now, by=viewer.id)
    return made


async def cancel(viewer: Viewer, appointment: Record, *, reason: str, now: datetime) -> None:
    """Take it back. Raises Refusal without a reason, once its time has come, and when done before."""
    async with tx():
        row = await lock_order(appointment["order_id"])
        await _withdraw(viewer, appointment, "cancelled", reason=reason, now=now)
        await _note(viewer, "cancel_appointment", row, appointment["id"], now)
        await follow([row["id"]], now, by=viewer.id)


async def nobody_came(viewer: Viewer, appointment: Record, *, content: str, now: datetime) -> int:
    """The person didn't come, or nobody was met; the id of that fact, which happened at the appointed time.

    Raises Refusal before that time, for an appointment that was taken back, when it is put down already, and as `lock_to_record`.
    """
    if now < appointment["at"]:
        raise Refusal(_("约定的时间还没有到。"))
    async with tx():
        row = await lock_to_record(viewer, appointment["order_id"], appointment["at"])
        known = """SELECT (SELECT withdrawn_as FROM appointment WHERE id = $1) IS NOT NULL
                       OR EXISTS (SELECT FROM no_show WHERE appointment = $1 AND withdrawn_at IS NULL)"""
        if await fetch_value(known, appointment["id"]):
            raise Refusal(_("这次约见已经取消、改期，或者已经登记过没有见到。"))
        new = CheckIn("no_show", {"appointment": appointment["id"]}, appointment["at"], content)
        made = await put_down(row, new, now, viewer.id)
        await _note(viewer, "record_no_show", row, made, now)
        await follow([row["id"]], now, by=viewer.id)
    return made


async def _make(viewer: Viewer, order: Record, new: Appointment, *, now: datetime, replaces: int | None = None) -> int:
    _check(order, new, now)
    await _refuse_second(order["id"], new)
    values = {
        "order_id": order["id"],
        "kind": new.kind,
        "at": new.at,
        "place_sealed": seal(new.place, PLACE) if new.place else None,
        "recorded_at": now,
        "recorded_by": viewer.id,
        "replaces": replaces,
    }
    return await insert("appointment", values)


def _check(order: Record, new: Appointment, now: datetime) -> None:
    if new.kind not in APPOINTED:
        raise Refusal(_("请选择约见方式。"), fields={"kind": _("请选择约见方式。")})
    told = _wrong_moment(order, new.at, now)
    if told:
        raise Refusal(told, fields={"at": told})


def _wrong_moment(order: Record, at: datetime, now: datetime) -> str:
    if order["ended_at"] is not None:
        return _("这一期矫正已经结束，不能再约见。")
    if at <= now:
        return _("约见的时间应当在现在以后。")
    if at > now + FURTHEST:
        return _("最多提前 %(n)d 天约见。") % {"n": FURTHEST.days}
    if order["end_on"] is not None and at >= end_of(order["end_on"]):
        return _("约见的时间在矫正期满日 %(day)s 以后。") % {"day": order["end_on"]}
    return ""


async def _refuse_second(order: int, new: Appointment) -> None:
    found = await fetch_value(
        """SELECT 1 FROM appointment WHERE order_id = $1 AND kind = $2 AND withdrawn_at IS NULL
              AND (at AT TIME ZONE 'Asia/Shanghai')::date = $3""",
        order,
        new.kind,
        local_day(new.at),
    )
    if found:
        told = _("这一天已经约过一次，可以改期。")
        raise Refusal(told, fields={"at": told})


async def _withdraw(viewer: Viewer, appointment: Record, how: str, *, reason: str, now: datetime) -> None:
    said = needed(reason, _("原因"))
    if now >= appointment["at"]:
        raise Refusal(_("约定的时间已经到了，不能改期或取消；请登记这次约见的结果。"))
    done = await execute(
        """UPDATE appointment SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4, withdrawn_as = $5
            WHERE id = $1 AND withdrawn_at IS NULL""",
        appointment["id"],
        now,
        viewer.id,
        said,
        how,
    )
    if not done:
        raise Refusal(_("这次约见已经改期或取消，不用再办。"))
    await take_back(appointment["order_id"], "AP-01", local_day(appointment["at"]).isoformat(), now)


async def _note(viewer: Viewer, action: str, order: Record, fact: int, now: datetime) -> None:
    detail = {"id": fact}
    await record(viewer, action, subject=("order", order["id"]), people=[order["person"]], detail=detail, now=now)


async def find(appointment: int, person: int) -> Record:
    """An appointment of this person. Raises NotFound for another's."""
    row = await fetch_row(
        "SELECT a.* FROM appointment a JOIN orders o ON o.id = a.order_id WHERE a.id = $1 AND o.person = $2",
        appointment,
        person,
    )
    if row is None:
        raise NotFound
    return row


# -- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreed:
    """An appointment as pages show it; `state`: to_come | now | late | met | met_late | excused | void | moved | cancelled."""

    id: int
    kind: str
    at: datetime
    place: str
    state: str
    replaces: int | None
    by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    no_show: bool

    @property
    def can_change(self) -> bool:
        return self.state == "to_come"


AGREED = """
SELECT a.*, s.name AS by, w.name AS withdrawer, d.state AS duty_state, d.limit_at,
       EXISTS (SELECT FROM no_show n WHERE n.appointment = a.id AND n.withdrawn_at IS NULL) AS no_show
  FROM appointment a JOIN orders o ON o.id = a.order_id
  LEFT JOIN staff s ON s.id = a.recorded_by LEFT JOIN staff w ON w.id = a.withdrawn_by
  LEFT JOIN duty d ON d.subject_kind = 'order' AND d.subject_id = a.order_id AND d.rule = 'AP-01' AND d.variant = a.kind
       AND d.period = to_char(a.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')
 WHERE o.person = $1
"""


async def agreed(person: int, now: datetime) -> list[Agreed]:
    """All appointments of a person, the latest first, with those that were moved or cancelled."""
    return [_agreed(row, now) for row in await fetch(f"{AGREED} ORDER BY a.at DESC, a.id DESC", person)]


def coming_read(person: int, now: datetime) -> Read:
    """Those of which nothing was put down yet, for the person's own page."""
    sql = f"{AGREED} AND a.withdrawn_at IS NULL AND d.state = 'open' ORDER BY a.at, a.id LIMIT {SHOWN}"
    return Read(sql, (person,), lambda rows: _all(rows, now))


def _all(rows: Sequence[Row], now: datetime) -> list[Agreed]:
    return [_agreed(row, now) for row in rows]


def _agreed(row: Any, now: datetime) -> Agreed:
    return Agreed(
        id=row["id"],
        kind=row["kind"],
        at=row["at"],
        place=open_sealed(row["place_sealed"], PLACE) if row["place_sealed"] else "",
        state=_state(row, now),
        replaces=row["replaces"],
        by=row["by"] or "",
        recorded_at=row["recorded_at"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawer"] or "",
        withdrawn_reason=row["withdrawn_reason"] or "",
        no_show=row["no_show"],
    )


def _state(row: Any, now: datetime) -> str:
    if row["withdrawn_as"]:
        return str(row["withdrawn_as"])
    if row["duty_state"] not in (None, "open"):
        return str(row["duty_state"])
    if now < row["at"]:
        return "to_come"
    return "late" if row["limit_at"] is not None and row["limit_at"] <= now else "now"
