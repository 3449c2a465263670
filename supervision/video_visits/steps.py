"""What may become of a booking (law b.13): each step from which states to which, and what it gives back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.db import Record, execute, fetch_row, insert
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.orders.actions import check_past
from supervision.reasons import needed
from supervision.rules.video_visit_clocks import KIND
from supervision.video_visits.booking import free_slots, free_turns
from supervision.video_visits.words import STATES
from supervision.video_visits.words import STEPS as NAMES


@dataclass(frozen=True, slots=True)
class Step:
    """A transition: from these states to that one."""

    before: frozenset[str]
    after: str
    needs_reason: bool = False
    frees_month: bool = False
    frees_slot: bool = False


def _step(before: str, after: str, **more: bool) -> Step:
    return Step(frozenset(before.split()), after, **more)


STEPS: Mapping[str, Step] = {
    "forward": _step("applied", "forwarded"),
    "return": _step("applied", "returned", needs_reason=True, frees_month=True),
    "schedule": _step("forwarded", "scheduled"),
    "prison_refuse": _step("forwarded", "prison_refused", needs_reason=True, frees_month=True),
    "confirm": _step("scheduled", "confirmed"),
    "release": _step("scheduled", "released", frees_month=True, frees_slot=True),
    "miss": _step("confirmed", "no_show"),
    # Who came or called off in time, and was put down late, did it in time: what happened decides, not when it was typed in.
    # What a family takes back before the prison has answered is called off too.
    "cancel": _step(
        "forwarded scheduled confirmed no_show", "cancelled", needs_reason=True, frees_month=True, frees_slot=True
    ),
    "arrive": _step("confirmed no_show", "arrived"),
    "start": _step("arrived", "in_session"),
    "end": _step("in_session", "done"),
    "breach": _step("in_session", "terminated", needs_reason=True),
    # The month stays used: the session that makes up for it isn't counted anew.
    "fail": _step("arrived in_session", "failed", needs_reason=True, frees_slot=True),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as it is put down: which, when it happened, why, and what else is kept of it."""

    step: str
    happened_at: datetime
    reason: str = ""
    detail: Mapping[str, Any] | None = None


async def lock_for(booking: int, step: str) -> Record:
    """The booking with its slot, locked. Raises NotFound, and Refusal where the step isn't one from its state."""
    row = await fetch_row(
        """SELECT b.*, s.from_at, s.to_at, s.room, s.taken_at
             FROM booking b LEFT JOIN booking_slot s ON s.booking = b.id AND s.freed_at IS NULL
            WHERE b.id = $1 FOR NO KEY UPDATE OF b""",
        booking,
    )
    if row is None:
        raise NotFound
    if row["withdrawn_at"]:
        raise Refusal(_("这次预约已经作废。"))
    if row["state"] not in STEPS[step].before:
        told = _("这次预约现在是“%(state)s”，不能再“%(step)s”。")
        raise Refusal(told % {"state": _(STATES[row["state"]]), "step": _(NAMES[step])})
    return row


async def put_down(viewer: Viewer | None, row: Record, taken: Taken, now: datetime) -> int:
    """Write a step of a locked booking: the state, the event, what it gives back, the audit row; then the ledger follows.

    The event's id. Raises Refusal for the future, and for a step that needs a reason and has none.
    """
    step = STEPS[taken.step]
    check_past(taken.happened_at, now)
    reason = needed(taken.reason, _("原因")) if step.needs_reason else ""
    moved = await execute(
        "UPDATE booking SET state = $3 WHERE id = $1 AND state = $2", row["id"], row["state"], step.after
    )
    assert moved == 1, "the row is locked, and its state was looked at"
    event = await insert(
        "booking_event", _event(row, replace(taken, reason=reason), now, viewer.id if viewer else None)
    )
    if step.frees_slot:
        await free_slots([row["id"]], now)
    if step.frees_month:
        await free_turns([row["id"]], now)
    detail = {"step": taken.step, "state": step.after}
    await record(viewer, "booking_step", subject=(KIND, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["id"]], now, kind=KIND, by=viewer.id if viewer else None)
    return event


def _event(row: Record, taken: Taken, now: datetime, by: int | None) -> dict[str, Any]:
    return {
        "booking": row["id"],
        "step": taken.step,
        "old_state": row["state"],
        "new_state": STEPS[taken.step].after,
        "reason": taken.reason or None,
        "detail": json.dumps(dict(taken.detail or {}), ensure_ascii=False),
        "happened_at": taken.happened_at,
        "recorded_at": now,
        "recorded_by": by,
    }
