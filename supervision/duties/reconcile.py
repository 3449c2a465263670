"""Each night everybody is computed anew from the facts: what should have been there and wasn't is our fault, and loud."""

from collections.abc import AsyncIterator
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import partial

from supervision.db import Record, alone, execute, fetch
from supervision.duties.sources import ORDER
from supervision.duties.sync import CHUNK, LEDGER_DIFFERENCE, compare, horizon, remember
from supervision.duties.write import Changes, write
from supervision.rules.base import Duty, Terms
from supervision.settings.terms import load_terms


@dataclass(frozen=True)
class Reconciled:
    """How many orders were looked at, rows had to be repaired, slots the new day brought, and orders couldn't be computed."""

    orders: int = 0
    repaired: int = 0
    extended: int = 0
    failed: int = 0

    def __add__(self, other: "Reconciled") -> "Reconciled":
        return Reconciled(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


async def reconcile(now: datetime) -> Reconciled:
    """Compare the whole register with the facts; repair and raise a finding for each order that differed.

    An order that can't be computed stops none of the others; it is counted, and has its finding too.
    """
    terms = await load_terms(now, horizon(now))
    total = Reconciled()
    async for ids in register_in_chunks():
        part = await alone(partial(_reconcile_chunk, ids, terms))
        total += part if part is not None else await _one_by_one(ids, terms)
    return total


async def _one_by_one(ids: list[int], terms: Terms) -> Reconciled:
    total = Reconciled()
    for order in ids:
        part = await alone(partial(_reconcile_chunk, [order], terms))
        if part is None:
            await _raise({order: 0}, terms)
        total += part or Reconciled(orders=1, failed=1)
    return total


async def register_in_chunks() -> AsyncIterator[list[int]]:
    """The ids of all orders whose ledger may still change, from the bare register, some thousands at a time."""
    last = 0
    while True:
        rows = await fetch(
            """SELECT o.id FROM orders o
                WHERE o.id > $1 AND (o.ended_at IS NULL OR EXISTS (
                      SELECT FROM duty d WHERE d.subject_kind = 'order' AND d.subject_id = o.id AND d.state = 'open'))
                ORDER BY o.id LIMIT $2""",
            last,
            CHUNK,
        )
        if not rows:
            return
        ids = [row["id"] for row in rows]
        last = ids[-1]
        yield ids


async def _reconcile_chunk(ids: list[int], terms: Terms) -> Reconciled:
    made_to = await _made_to(ids)
    changes = await compare(ids, terms)
    faulty = _faulty(changes, made_to)
    await write(changes, terms)
    await remember(ids, terms)
    await _raise(faulty, terms)
    repaired = sum(faulty.values())
    return Reconciled(len(ids), repaired, changes.count - repaired)


async def _made_to(ids: list[int]) -> dict[int, datetime]:
    rows = await fetch(
        "SELECT subject_id, synced_to FROM ledger_subject WHERE subject_kind = $1 AND subject_id = ANY($2)", ORDER, ids
    )
    return {row["subject_id"]: row["synced_to"] for row in rows}


def _faulty(changes: Changes, made_to: dict[int, datetime]) -> dict[int, int]:
    """Order → rows that differ although nothing but the passing of days could have changed them.

    Of a slot that was computed before the calendar of its year was known another date is no fault of ours.
    """
    faulty: dict[int, int] = {}
    wrong = [order for order, duty in changes.made if order not in made_to or duty.slot.opens_at <= made_to[order]]
    wrong += [
        row["subject_id"] for row, duty in changes.changed if not (row["guessed"] or _comes_back(row, duty, made_to))
    ]
    wrong += [order for order, finding in changes.found if finding.rule != "no_future_duty" or order not in made_to]
    wrong += [
        row["subject_id"] for row, _ in changes.refound if row["rule"] not in ("no_future_duty", LEDGER_DIFFERENCE)
    ]
    for order in wrong:
        faulty[order] = faulty.get(order, 0) + 1
    return faulty


def _comes_back(row: Record, duty: Duty | None, made_to: dict[int, datetime]) -> bool:
    """A slot that a change of class voided, and that opens under the new class only behind what was made so far."""
    known_to = made_to.get(row["subject_id"])
    return duty is not None and row["state"] == "void" and known_to is not None and duty.slot.opens_at > known_to


async def _raise(faulty: dict[int, int], terms: Terms) -> None:
    """A finding for each order that differed, by one statement however many."""
    if not faulty:
        return
    await execute(
        """INSERT INTO finding (subject_kind, subject_id, person, rule, variant, period, since_at, severity, state, why,
                                created_at)
           SELECT $1, o.id, o.person, $4, '', $5, $6, 'grave', 'open', jsonb_build_object('repaired', n.repaired), $6
             FROM unnest($2::int[], $3::int[]) AS n(id, repaired) JOIN orders o ON o.id = n.id
           ON CONFLICT ON CONSTRAINT finding_once DO NOTHING""",
        ORDER,
        list(faulty),
        list(faulty.values()),
        LEDGER_DIFFERENCE,
        terms.now.isoformat(timespec="minutes"),
        terms.now,
    )
