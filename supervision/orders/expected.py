"""Who is expected on the register (law b.2 EXPECTED 待报到): known by a commission's result, before the judgment is effective.

An expected person isn't on the register yet and owes nothing; the roll call counts them among those not under supervision.
With the effective day and the papers the expectation becomes an order in the state DUE, and its clocks run.
"""

from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.db import Record, execute, fetch_row, fetch_value, insert, tx
from supervision.duties.kinds import lock
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import ORDER
from supervision.orders.intake import NewOrder, add_order, check_order
from supervision.people.actions import Assignment, assign
from supervision.resettlement.handover import make_way

Source = tuple[str, int]
"""What the expectation rests on: a kind of subject and its id."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A person with the kind of correction that was decided."""

    person: int
    kind: str
    crime: str


async def expect(source: Source, new: Expectation, now: datetime, by: int | None) -> int:
    """Put an expectation down, in the transaction of whoever found out; its id."""
    values = {
        "person": new.person,
        "kind": new.kind,
        "crime": new.crime,
        "source_kind": source[0],
        "source_id": source[1],
    }
    made = {"state": "expected", "expected_at": now, "created_at": now, "created_by": by}
    return await insert("expected_order", values | made)


async def expected_of(source: Source) -> Record | None:
    """The latest expectation that rests on this source."""
    return await fetch_row(
        "SELECT * FROM expected_order WHERE source_kind = $1 AND source_id = $2 ORDER BY id DESC LIMIT 1", *source
    )


async def become_due(viewer: Viewer, source: Source, order: NewOrder, to: Assignment, *, now: datetime) -> int:
    """The judgment is effective: the expected person is on the register from now on; the order's id.

    Whoever calls has asked for the source in the viewer's scope. Raises Refusal where the papers contradict themselves, and
    for a person who is on the register already or helped after a release; NotFound where nobody is expected.
    """
    check_order(order, now)
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        await lock(source[0], [source[1]])  # first, as whoever takes the step back does that led to the expectation
        row = await _lock(source)
        if await fetch_value("SELECT 1 FROM orders WHERE person = $1 AND ended_at IS NULL", row["person"]):
            raise Refusal(_("该人员已登记在册，不能重复登记。"))
        await make_way([row["person"]], now, by=viewer.id)
        made = await add_order(viewer, row["person"], order, now)
        await assign((ORDER, made), row["person"], to, now, viewer.id)
        await execute(
            "UPDATE expected_order SET state = 'due', ended_at = $2, ended_by = $3, order_id = $4 WHERE id = $1",
            row["id"],
            now,
            viewer.id,
            made,
        )
        await record(viewer, "expected_due", subject=(ORDER, made), people=[row["person"]], now=now)
        await follow([made], now, by=viewer.id)
        await follow([source[1]], now, kind=source[0], by=viewer.id)
    return made


async def drop(source: Source, reason: str, now: datetime, by: int) -> None:
    """Nobody is expected any more, in the transaction of whoever found out. Raises Refusal once the order was put down."""
    row = await expected_of(source)
    if row is None or row["state"] == "dropped":
        return
    if row["state"] == "due":
        raise Refusal(_("已据此登记在册，不能撤销；确有错误的，请在该人员档案中办理。"))
    await execute(
        "UPDATE expected_order SET state = 'dropped', ended_at = $2, ended_by = $3, ended_reason = $4 WHERE id = $1",
        row["id"],
        now,
        by,
        reason,
    )


async def _lock(source: Source) -> Record:
    row = await fetch_row(
        """SELECT * FROM expected_order WHERE source_kind = $1 AND source_id = $2 AND state = 'expected'
              FOR NO KEY UPDATE""",
        *source,
    )
    if row is None:
        raise NotFound
    return row
