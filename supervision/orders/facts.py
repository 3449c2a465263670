"""What the ledger may know of orders: the order itself, classes, registration and documents."""

from collections.abc import Sequence

from supervision.days import local_day
from supervision.db import Record, fetch
from supervision.rules.base import Act, ClassDecision, Order
from supervision.rules.reception import is_minor


async def orders(ids: Sequence[int]) -> dict[int, tuple[int, Order]]:
    """Order → its person and itself. Locks the rows: two syncs of one order wait for each other."""
    rows = await fetch(
        """SELECT o.*, p.sex, p.born_on FROM orders o JOIN person p ON p.id = o.person
            WHERE o.id = ANY($1) ORDER BY o.id FOR NO KEY UPDATE OF o""",
        list(ids),
    )
    return {row["id"]: (row["person"], _order(row)) for row in rows}


def _order(row: Record) -> Order:
    return Order(
        kind=row["kind"],
        effective_on=row["effective_on"],
        registered_at=row["registered_at"],
        start_on=row["start_on"],
        end_on=row["end_on"],
        ledger_from=row["ledger_from"],
        ended_at=row["ended_at"],
        end_kind=row["end_kind"],
        imported=row["import_run"] is not None,
        woman=row["sex"] == "female",
        minor=is_minor(row["born_on"], local_day(row["registered_at"]) if row["registered_at"] else row["start_on"]),
    )


async def classes(ids: Sequence[int]) -> dict[int, list[ClassDecision]]:
    """Order → its class decisions, each from when it was known: nobody is asked afterwards for what nobody told them.

    A first one that was put down on the order's own day counts from the day it speaks of: nothing had been asked before it.
    """
    rows = await fetch(
        """SELECT c.order_id, c.id, c.level, c.happened_at, c.recorded_at, o.created_at
             FROM class_decision c JOIN orders o ON o.id = c.order_id
            WHERE c.order_id = ANY($1) AND c.withdrawn_at IS NULL ORDER BY c.order_id, c.happened_at, c.id""",
        list(ids),
    )
    found: dict[int, list[ClassDecision]] = {}
    for row in rows:
        earlier = found.setdefault(row["order_id"], [])
        came_with_the_order = not earlier and local_day(row["recorded_at"]) == local_day(row["created_at"])
        known_at = row["happened_at"] if came_with_the_order else max(row["happened_at"], row["recorded_at"])
        earlier.append(ClassDecision(row["id"], row["level"], known_at))
    return found


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Order → registrations, documents of the end and pause checks, as acts that meet duties."""
    rows = await fetch(
        """SELECT order_id, 'registration' AS kind, id, 'in_person' AS mode, happened_at, recorded_at
             FROM registration WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'document', id, kind, happened_at, recorded_at
             FROM document_record WHERE order_id = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT order_id, 'pause_check', id, 'asked', happened_at, recorded_at
             FROM pause_check WHERE order_id = ANY($1) AND withdrawn_at IS NULL""",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        act = Act(row["kind"], row["id"], row["mode"], row["happened_at"], row["recorded_at"])
        found.setdefault(row["order_id"], []).append(act)
    return found
