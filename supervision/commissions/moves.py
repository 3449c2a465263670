"""How a commission moves from one state to the next: compare and set, with an event row; then audit and ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.commissions import words
from supervision.commissions.states import transition
from supervision.db import Record, execute, fetch_row, fetch_value, insert
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.orders.actions import check_past
from supervision.sealed import seal

KIND = "commission"
CONTENT = "commission.content"
"""What everything that is told of a commission is sealed for."""


async def lock(commission: int) -> Record:
    """The commission, locked; whoever calls has asked for it in the viewer's scope."""
    row = await fetch_row("SELECT * FROM commission WHERE id = $1 FOR NO KEY UPDATE", commission)
    assert row is not None, "whoever calls has asked commissions.scope for it"
    return row


def check_event(row: Record, event: str) -> None:
    """Raises Refusal where this can't happen in the present state."""
    found = transition(event)
    assert found is not None, event
    if row["state"] not in found.of:
        raise Refusal(
            _("现在的状态是“%(state)s”，不能办理“%(event)s”。")
            % {"state": _(words.STATES[row["state"]]), "event": _(words.EVENTS[event])}
        )


async def check_when(commission: int, happened_at: datetime, now: datetime) -> None:
    """Raises Refusal for the future, and for a time before the step that came before."""
    check_past(happened_at, now)
    before = await fetch_value(LAST_STEP, commission)
    # Forms know minutes, acts of this moment know more.
    if before is not None and happened_at < before.replace(second=0, microsecond=0):
        told = _("时间早于上一步办理的时间。")
        raise Refusal(told, fields={"happened_at": told})


LAST_STEP = """
SELECT greatest((SELECT max(happened_at) FROM commission_act
                  WHERE commission = $1 AND withdrawn_at IS NULL AND kind NOT IN ('informed', 'copied', 'explained')),
                (SELECT max(happened_at) FROM commission_assignment a WHERE commission = $1 AND withdrawn_at IS NULL
                    AND NOT EXISTS (SELECT FROM commission_event e
                                     WHERE e.commission = $1 AND e.event = 'reassigned' AND e.fact_id = a.id)),
                (SELECT max(happened_at) FROM commission_draft WHERE commission = $1 AND withdrawn_at IS NULL),
                (SELECT max(happened_at) FROM commission_opinion WHERE commission = $1 AND withdrawn_at IS NULL))
"""
"""Other investigators are no step of the case: what was done before them may be put down after them."""


async def move(viewer: Viewer, row: Record, event: str, fact: tuple[str, int] | None, *, now: datetime) -> None:
    """Take a locked commission to its next state, with the event row. Raises Refusal."""
    check_event(row, event)
    found = transition(event)
    assert found is not None
    await set_state(viewer, row, event, found.to, fact=fact, now=now)


async def set_state(
    viewer: Viewer, row: Record, event: str, state: str, *, fact: tuple[str, int] | None, now: datetime
) -> None:
    """Compare and set, and the event row: who, in which role, on which fact."""
    done = await execute(
        "UPDATE commission SET state = $3 WHERE id = $1 AND state = $2", row["id"], row["state"], state
    )
    assert done == 1, "the row is locked"
    await note_event(viewer, row, event, state, fact=fact, now=now)


async def note_event(
    viewer: Viewer, row: Record, event: str, state: str, *, fact: tuple[str, int] | None, now: datetime
) -> None:
    """The event row of a transition."""
    kind, fact_id = fact or (None, None)
    values = {"commission": row["id"], "at": now, "event": event, "old_state": row["state"], "new_state": state}
    await insert(
        "commission_event",
        values | {"fact_kind": kind, "fact_id": fact_id, "staff": viewer.id, "role": viewer.role},
    )


async def put_act(
    viewer: Viewer, commission: int, kind: str, happened_at: datetime, *, now: datetime, **more: Any
) -> int:
    """Write a plain act; `note` is sealed. Its id."""
    note = str(more.pop("note", "") or "").strip()
    values = {
        "commission": commission,
        "kind": kind,
        "happened_at": happened_at,
        "note_sealed": seal(note, CONTENT) if note else None,
        "recorded_at": now,
        "recorded_by": viewer.id,
    }
    return await insert("commission_act", values | more)


async def done(
    viewer: Viewer, action: str, row: Mapping[str, Any], now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """The end of every act here: the audit row, then the ledger and its alerts."""
    await record(viewer, action, subject=(KIND, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["id"]], now, kind=KIND, by=viewer.id)
