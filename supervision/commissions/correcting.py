"""Corrections: a wrong record or notice, the last step, or the whole commission no longer counts; what was written stays."""

from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.commissions.moves import KIND, done, lock, move, set_state
from supervision.commissions.steps import end_assignment
from supervision.commissions.tables import OCCASIONS
from supervision.db import Record, execute, fetch, fetch_row, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.orders.expected import drop
from supervision.reasons import mark_withdrawn, reason_to_withdraw

TABLES = {
    "act": "commission_act",
    "record": "investigation_record",
    "assignment": "commission_assignment",
    "draft": "commission_draft",
    "opinion": "commission_opinion",
    "result": "commission_result",
}
WITHDRAW_ALL = """
UPDATE {table} SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4 WHERE commission = $1 AND withdrawn_at IS NULL
"""
UNDOABLE = (
    "assigned returned unable accepted drafted extension_asked extension_agreed extension_refused approved rejected"
    " decided sent concluded resent closed organ_withdrew"
).split()


async def withdraw(viewer: Viewer, commission: int, fact: tuple[str, int], *, reason: str, now: datetime) -> None:
    """A wrong record or notice no longer counts. `fact` is record or act, and its id; of acts only notices.

    Raises NotFound when it isn't this commission's, Refusal without a reason or when done before.
    """
    kind, fact_id = fact
    if kind not in ("act", "record"):
        raise NotFound
    said = reason_to_withdraw(reason)
    only = "AND kind IN ('informed', 'copied', 'explained')" if kind == "act" else ""
    async with tx():
        row = await lock(commission)
        found = await fetch_row(
            f"SELECT withdrawn_at FROM {TABLES[kind]} WHERE id = $1 AND commission = $2 {only}", fact_id, commission
        )
        if found is None:
            raise NotFound
        await mark_withdrawn(TABLES[kind], fact_id, said, by=viewer.id, now=now)
        await done(viewer, "commission_withdrawn", row, now, {"kind": kind, "id": fact_id})


async def undo(viewer: Viewer, commission: int, *, reason: str, now: datetime) -> None:
    """The last step was put down by mistake: its fact is withdrawn, and the state before it is the state again."""
    said = reason_to_withdraw(reason)
    async with tx():
        row = await lock(commission)
        last = await fetch_row(
            "SELECT * FROM commission_event WHERE commission = $1 AND event <> 'reassigned' ORDER BY id DESC LIMIT 1",
            commission,
        )
        assert last is not None, "every commission begins with an event"
        _check_undoable(row, last)
        await mark_withdrawn(TABLES[last["fact_kind"]], last["fact_id"], said, by=viewer.id, now=now)
        for notice in await _told_of(commission, last):
            await mark_withdrawn(TABLES["act"], notice, said, by=viewer.id, now=now)
        if last["event"] == "assigned":
            await end_assignment(commission, now)
        if last["event"] == "concluded":
            await drop((KIND, commission), reason, now, viewer.id)
        await set_state(viewer, row, "undone", last["old_state"], fact=None, now=now)
        await done(viewer, "commission_undone", row, now, {"event": last["event"]})


async def _told_of(commission: int, last: Record) -> list[int]:
    """The notices that told of this step: with it they are gone, and it is told again once it was really done."""
    kinds = [notice for notice, acts in OCCASIONS.items() if last["event"] in acts]
    rows = await fetch(
        "SELECT id FROM commission_act WHERE commission = $1 AND kind = ANY($2) AND id > $3 AND withdrawn_at IS NULL",
        commission,
        kinds,
        last["fact_id"],
    )
    return [row["id"] for row in rows]


def _check_undoable(row: Record, last: Record) -> None:
    known = last["event"] in UNDOABLE and last["fact_kind"] is not None
    if row["state"] == "void" or not known or last["new_state"] != row["state"]:
        raise Refusal(_("上一步不能撤销；整件登记有误的，请作废后重新登记。"))


async def void(viewer: Viewer, commission: int, *, reason: str, now: datetime) -> None:
    """The commission was put down by mistake: it counts in no figure, nothing is owed, its letter is free again."""
    said = reason_to_withdraw(reason)
    async with tx():
        row = await lock(commission)
        await move(viewer, row, "voided", None, now=now)
        for table in TABLES.values():
            await execute(WITHDRAW_ALL.format(table=table), commission, now, viewer.id, said)
        await end_assignment(commission, now)
        await drop((KIND, commission), reason, now, viewer.id)
        await done(viewer, "commission_voided", row, now)
