"""A wrong entry of an order is withdrawn by a named human with a reason: its row stays, what followed from it is taken back.

`person` must be in the viewer's scope. Nothing is withdrawn on which something else was built: that goes first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import Record, execute, fetch_row, fetch_value, tx
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import class_of, done
from supervision.reads import Read, Row
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.resettlement.handover import take_back

TABLES: Mapping[str, str] = {
    "registration": "registration",
    "class": "class_decision",
    "document": "document_record",
    "pause": "pause",
    "pause_check": "pause_check",
    "end": "order_end",
}
"""Kind of fact, as the file's timeline calls it → its table."""
WITHDRAWN_BY: Mapping[str, tuple[str, ...]] = {
    "registration": ("withdraw", "register_person"),
    "class": ("withdraw", "set_class"),
    "document": ("withdraw", "register_person"),
    "pause": ("withdraw", "pause"),
    "pause_check": ("withdraw", "pause"),
    "end": ("end_order",),
}
"""Kind of fact → the permissions of whoever withdraws it: nobody takes back what they couldn't have put down."""

# What was built on a fact (o: the order, f: the fact), and the sentence that says what goes first.
BUILT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "registration": (
        (
            "SELECT FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL",
            N_("登记接收之后已经确定管理类别，请先作废管理类别。"),
        ),
        (
            "SELECT FROM document_record d WHERE d.order_id = o.id AND d.withdrawn_at IS NULL",
            N_("登记接收之后已有期满文书，请先作废期满文书。"),
        ),
        (
            """SELECT FROM (SELECT order_id, happened_at, withdrawn_at FROM report
                            UNION ALL SELECT order_id, happened_at, withdrawn_at FROM visit
                            UNION ALL SELECT order_id, happened_at, withdrawn_at FROM info_check) done
                WHERE done.order_id = o.id AND done.withdrawn_at IS NULL AND done.happened_at >= f.happened_at""",
            N_("登记接收之后已有报告、走访或核查的记录，请先作废这些记录。"),
        ),
        (
            """SELECT FROM reception_act a WHERE a.order_id = o.id AND a.withdrawn_at IS NULL AND a.happened_at >= f.happened_at
                  AND a.kind IN ('identity_taken', 'came_to_office', 'announced', 'plan_made', 'exit_ban_reported')""",
            N_("登记接收之后已有入矫环节的记录，请先作废这些记录。"),
        ),
    ),
    "class": (
        (
            """SELECT FROM class_decision c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
                  AND (c.happened_at, c.id) > (f.happened_at, f.id)""",
            N_("这之后又变更过管理类别，请先作废后来的决定。"),
        ),
    ),
    "pause": (
        (
            """SELECT FROM pause_check c WHERE c.order_id = o.id AND c.withdrawn_at IS NULL
                  AND c.happened_at >= f.from_at AND (f.to_at IS NULL OR c.happened_at <= f.to_at)""",
            N_("这次暂停已经核实过，请先作废核实记录。"),
        ),
    ),
    "end": (
        (
            "SELECT FROM orders later WHERE later.person = o.person AND later.id > o.id",
            N_("此人之后已有新的一期矫正，不能再作废这一期的结束登记。"),
        ),
    ),
}


async def withdraw(viewer: Viewer, person: int, fact: tuple[str, int], *, reason: str, now: datetime) -> None:
    """A wrong entry no longer counts; orders, ledger, debts and alerts follow. `fact` is kind and id.

    Raises NotFound when it isn't this person's, NotAllowed for a kind that the viewer may not put down, Refusal without a
    reason, when done before, after the order's end, and when something was built on it.
    """
    kind, fact_id = fact
    if kind not in TABLES:
        raise NotFound
    if not all(viewer.may(permission) for permission in WITHDRAWN_BY[kind]):
        raise NotAllowed
    said = reason_to_withdraw(reason)
    async with tx():
        if kind == "end":  # before any row, as the intakes do, which ask who is on which register
            await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        row = await _lock_order_of(kind, fact_id, person)
        await _check_nothing_built(kind, fact_id, row)
        await mark_withdrawn(TABLES[kind], fact_id, said, by=viewer.id, now=now)
        await _take_back(kind, row)
        if kind == "end":
            await take_back(row["id"], now, by=viewer.id)
        await done(viewer, "withdraw_fact", row, now, {"kind": kind, "id": fact_id})


def _of_order(kind: str) -> str:
    """How facts of this kind (f) belong to their order (o)."""
    return "f.subject_kind = 'order' AND f.subject_id = o.id" if kind == "pause" else "f.order_id = o.id"


async def _lock_order_of(kind: str, fact: int, person: int) -> Record:
    """The order of a fact, locked, with when the fact was put down. Raises NotFound."""
    row = await fetch_row(
        f"""SELECT o.*, f.recorded_at AS fact_recorded_at FROM {TABLES[kind]} f JOIN orders o ON {_of_order(kind)}
             WHERE f.id = $1 AND o.person = $2 FOR NO KEY UPDATE OF o""",
        fact,
        person,
    )
    if row is None:
        raise NotFound
    return row


async def _check_nothing_built(kind: str, fact: int, order: Record) -> None:
    if order["ended_at"] and kind != "end":
        raise Refusal(_("这一期矫正已经结束，请先作废结束登记，再作废这一条。"))
    for built, sentence in BUILT.get(kind, ()):
        if await fetch_value(
            f"SELECT 1 FROM {TABLES[kind]} f JOIN orders o ON {_of_order(kind)} WHERE f.id = $1 AND EXISTS ({built})",
            fact,
        ):
            raise Refusal(_(sentence))


async def _take_back(kind: str, order: Record) -> None:
    """The order's columns and debts, as if the fact had never been."""
    if kind == "registration":
        await execute("UPDATE orders SET registered_at = NULL, state = 'due' WHERE id = $1", order["id"])
    if kind == "end":
        state = "in_correction" if order["registered_at"] else "due"
        await execute(
            "UPDATE orders SET ended_at = NULL, end_kind = NULL, state = $2 WHERE id = $1", order["id"], state
        )
    if kind in ("class", "pause", "end"):
        await _owe_again(order)
    if kind == "class" and order["import_run"] and await class_of(order["id"]) is None:
        await _owe_class(order)


async def _owe_again(order: Record) -> None:
    """The debts that were worked off by putting the fact down: in the same transaction, so at the same moment."""
    await execute(
        "UPDATE debt SET closed_at = NULL, closed_by = NULL WHERE order_id = $1 AND closed_at = $2",
        order["id"],
        order["fact_recorded_at"],
    )


async def _owe_class(order: Record) -> None:
    """What an old register doesn't say is debt, never a finding (model §6): also what it said wrongly."""
    await execute(
        """INSERT INTO debt (order_id, person, kind, opened_at) VALUES ($1, $2, 'class', $3)
           ON CONFLICT ON CONSTRAINT debt_once DO UPDATE SET closed_at = NULL, closed_by = NULL""",
        order["id"],
        order["person"],
        order["fact_recorded_at"],
    )


def withdrawn_read(person: int) -> Read:
    """(kind, id) of what was withdrawn of a person's orders → why, and by whom."""
    parts = [
        f"""SELECT '{kind}' AS kind, f.id::bigint AS id, f.withdrawn_reason AS reason, s.name
              FROM {table} f JOIN orders o ON {_of_order(kind)} JOIN staff s ON s.id = f.withdrawn_by
             WHERE o.person = $1"""
        for kind, table in TABLES.items()
    ]
    return Read(" UNION ALL ".join(parts), (person,), _whys)


def _whys(rows: Sequence[Row]) -> dict[tuple[str, int], str]:
    return {
        (row["kind"], row["id"]): _("%(reason)s（%(by)s）") % {"reason": row["reason"], "by": row["name"]}
        for row in rows
    }
