"""Each night everybody is computed anew from the facts: what should have been there and wasn't is our fault, and loud."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from supervision.db import alone, execute, fetch, in_tx
from supervision.duties.judging import LEDGER_DIFFERENCE, Answer
from supervision.duties.sources import ORDER
from supervision.duties.sync import CHUNK, horizon, question_about, remember
from supervision.duties.workers import Ask, judges
from supervision.duties.write import write
from supervision.rules.base import Terms
from supervision.settings.terms import load_terms

KEPT: Final = "kept"
"""The variant of a finding about a lapse that no rule asks for any more."""


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

    An order that can't be computed stops none of the others; it is counted, and has its finding too. A lapse that no rule
    asks for any more has its finding and stays as it is: only a named human ends it.
    """
    terms = await load_terms(now, horizon(now))
    parts = _Parts()
    await parts.look()
    # Inside somebody's transaction there is one connection, and so one part at a time.
    many = len(parts.ahead) == CHUNK and not in_tx()
    async with judges(terms, many=many) as (ask, width), judges(terms, many=False) as (here, _):
        asks = [ask, here] if width else [here]
        lines = [_line(parts, terms, asks) for _ in range(width + 1)]
        return sum(await _together(lines), Reconciled())


class _Parts:
    """The register, part by part, to whoever of several lines asks for the next."""

    def __init__(self) -> None:
        self._walk, self._turn = register_in_chunks(), asyncio.Lock()
        self.ahead: list[int] = []

    async def look(self) -> None:
        """Read one part ahead: whether it is whole says whether the register is large."""
        self.ahead = await anext(self._walk, [])

    async def next(self) -> list[int]:
        """Nothing at the end."""
        async with self._turn:
            part = self.ahead
            if part:
                await self.look()
            return part


async def register_in_chunks() -> AsyncIterator[list[int]]:
    """The ids of all orders whose ledger may still change, from the bare register, some hundreds at a time."""
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


async def _together(lines: Sequence[Coroutine[Any, Any, Reconciled]]) -> list[Reconciled]:
    """All lines at once; where one fails as a whole, the others are stopped."""
    tasks = [asyncio.ensure_future(line) for line in lines]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _line(parts: _Parts, terms: Terms, asks: Sequence[Ask]) -> Reconciled:
    """One part after the other, each in a transaction of its own."""
    total = Reconciled()
    while ids := await parts.next():
        total += await _somehow(ids, terms, asks)
    return total


async def _somehow(ids: list[int], terms: Terms, asks: Sequence[Ask]) -> Reconciled:
    """By a worker; where that fails, in this process; where that fails too, order by order."""
    for ask in asks:
        part = await alone(partial(_reconcile_part, ids, terms, ask))
        if part is not None:
            return part
    return await _one_by_one(ids, terms, asks[-1])


async def _one_by_one(ids: list[int], terms: Terms, ask: Ask) -> Reconciled:
    total = Reconciled()
    for order in ids:
        part = await alone(partial(_reconcile_part, [order], terms, ask))
        if part is None:
            await _raise([(order, "", terms.now.isoformat(timespec="minutes"), 0)], terms)
        total += part or Reconciled(orders=1, failed=1)
    return total


async def _reconcile_part(ids: list[int], terms: Terms, ask: Ask) -> Reconciled:
    answer = await ask(await question_about(ids, await _made_to(ids)))
    faulty = await _faulty(answer)
    await write(answer, terms)
    await remember(ids, terms)
    at = terms.now.isoformat(timespec="minutes")
    differing = [(order, "", at, count) for order, count in faulty.items()]
    await _raise([*differing, *((order, KEPT, str(duty), 0) for order, duty in answer.kept)], terms)
    repaired = sum(faulty.values())
    return Reconciled(len(ids), repaired, answer.count - repaired)


async def _made_to(ids: list[int]) -> dict[int, datetime]:
    rows = await fetch(
        "SELECT subject_id, synced_to FROM ledger_subject WHERE subject_kind = $1 AND subject_id = ANY($2)", ORDER, ids
    )
    return {row["subject_id"]: row["synced_to"] for row in rows}


async def _faulty(answer: Answer) -> Mapping[int, int]:
    """Order → rows that differ by our fault; of a slot that was computed by a guessed calendar, another date is none."""
    if answer.doubtful:
        rows = await fetch(
            "SELECT id FROM duty WHERE id = ANY($1) AND (why ->> 'provisional')::boolean",
            [duty for _, duty in answer.doubtful],
        )
        guessed = {row["id"] for row in rows}
        for order, duty in answer.doubtful:
            if duty not in guessed:
                answer.blame(order)
    return answer.faulty


async def _raise(differing: Sequence[tuple[int, str, str, int]], terms: Terms) -> None:
    """A finding for each order that differed, by one statement however many."""
    if not differing:
        return
    await execute(
        """INSERT INTO finding (subject_kind, subject_id, person, rule, variant, period, since_at, severity, state, why,
                                created_at)
           SELECT $1, o.id, o.person, $6, n.variant, n.period, $7, 'grave', 'open',
                  jsonb_build_object('repaired', n.repaired), $7
             FROM unnest($2::int[], $3::text[], $4::text[], $5::int[]) AS n(id, variant, period, repaired)
             JOIN orders o ON o.id = n.id
           ON CONFLICT ON CONSTRAINT finding_once DO NOTHING""",
        ORDER,
        *(list(column) for column in zip(*differing, strict=True)),
        LEDGER_DIFFERENCE,
        terms.now,
    )
