"""Each night everybody is computed anew from the facts: what should have been there and wasn't is our fault, and loud."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from supervision.db import alone, execute, fetch, in_tx
from supervision.duties.judging import LEDGER_DIFFERENCE, Answer
from supervision.duties.kinds import CHUNK, kind_of, kinds, subjects_in_chunks
from supervision.duties.sync import horizon, question_about, remember
from supervision.duties.workers import Ask, judges
from supervision.duties.write import write
from supervision.rules.base import Terms
from supervision.settings.terms import load_terms

KEPT: Final = "kept"
"""The variant of a finding about a lapse that no rule asks for any more."""


@dataclass(frozen=True)
class Reconciled:
    """How many subjects were looked at, rows had to be repaired, slots the new day brought, and subjects couldn't be computed."""

    subjects: int = 0
    repaired: int = 0
    extended: int = 0
    failed: int = 0

    def __add__(self, other: "Reconciled") -> "Reconciled":
        return Reconciled(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


async def reconcile(now: datetime) -> Reconciled:
    """Compare the ledger of every kind with the facts; repair and raise a finding for each subject that differed.

    A subject that can't be computed stops none of the others; it is counted, and has its finding too. A lapse that no rule
    asks for any more has its finding and stays as it is: only a named human ends it.
    """
    terms = await load_terms(now, horizon(now))
    return sum([await _reconcile_kind(kind.name, terms) for kind in kinds()], Reconciled())


async def _reconcile_kind(kind: str, terms: Terms) -> Reconciled:
    parts = _Parts(kind)
    await parts.look()
    # Inside somebody's transaction there is one connection, and so one part at a time.
    many = len(parts.ahead) == CHUNK and not in_tx()
    async with judges(terms, many=many) as (ask, width), judges(terms, many=False) as (here, _):
        proof = _Proof(kind, terms, [ask, here] if width else [here])
        lines = [proof.line(parts) for _ in range(width + 1)]
        return sum(await _together(lines), Reconciled())


class _Parts:
    """The subjects of a kind, part by part, to whoever of several lines asks for the next."""

    def __init__(self, kind: str) -> None:
        self._walk, self._turn = subjects_in_chunks(kind), asyncio.Lock()
        self.ahead: list[int] = []

    async def look(self) -> None:
        """Read one part ahead: whether it is whole says whether the kind has many."""
        self.ahead = await anext(self._walk, [])

    async def next(self) -> list[int]:
        """Nothing at the end."""
        async with self._turn:
            part = self.ahead
            if part:
                await self.look()
            return part


async def _together(lines: Sequence[Coroutine[Any, Any, Reconciled]]) -> list[Reconciled]:
    """All lines at once; where one fails as a whole, the others are stopped."""
    tasks = [asyncio.ensure_future(line) for line in lines]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Proof:
    """The proof of one kind's ledger, under some terms."""

    kind: str
    terms: Terms
    asks: Sequence[Ask]
    """A worker first, then this process."""

    async def line(self, parts: _Parts) -> Reconciled:
        """One part after the other, each in a transaction of its own."""
        total = Reconciled()
        while ids := await parts.next():
            total += await self._somehow(ids)
        return total

    async def _somehow(self, ids: list[int]) -> Reconciled:
        """By a worker; where that fails, in this process; where that fails too, subject by subject."""
        for ask in self.asks:
            part = await alone(partial(self._part, ids, ask))
            if part is not None:
                return part
        return await self._one_by_one(ids)

    async def _one_by_one(self, ids: list[int]) -> Reconciled:
        total = Reconciled()
        for subject in ids:
            part = await alone(partial(self._part, [subject], self.asks[-1]))
            if part is None:
                await self._raise([(subject, "", self.terms.now.isoformat(timespec="minutes"), 0)])
            total += part or Reconciled(subjects=1, failed=1)
        return total

    async def _part(self, ids: list[int], ask: Ask) -> Reconciled:
        answer = await ask(await question_about(ids, await self._made_to(ids), kind=self.kind))
        faulty = await _faulty(answer)
        await write(answer, self.terms)
        await remember(ids, self.terms, kind=self.kind)
        at = self.terms.now.isoformat(timespec="minutes")
        differing = [(subject, "", at, count) for subject, count in faulty.items()]
        await self._raise([*differing, *((subject, KEPT, str(duty), 0) for subject, duty in answer.kept)])
        repaired = sum(faulty.values())
        return Reconciled(len(ids), repaired, answer.count - repaired)

    async def _made_to(self, ids: list[int]) -> dict[int, datetime]:
        rows = await fetch(
            "SELECT subject_id, synced_to FROM ledger_subject WHERE subject_kind = $1 AND subject_id = ANY($2)",
            self.kind,
            ids,
        )
        return {row["subject_id"]: row["synced_to"] for row in rows}

    async def _raise(self, differing: Sequence[tuple[int, str, str, int]]) -> None:
        """A finding for each subject that differed, by one statement however many."""
        if not differing:
            return
        of = kind_of(self.kind)
        await execute(
            f"""INSERT INTO finding (subject_kind, subject_id, person, rule, variant, period, since_at, severity, state, why,
                                     created_at)
                SELECT $1, s.id, {f"s.{of.person}" if of.person else "NULL::int"}, $6, n.variant, n.period, $7, 'grave',
                       'open', jsonb_build_object('repaired', n.repaired), $7
                  FROM unnest($2::int[], $3::text[], $4::text[], $5::int[]) AS n(id, variant, period, repaired)
                  JOIN {of.table} s ON s.id = n.id
                ON CONFLICT ON CONSTRAINT finding_once DO NOTHING""",
            self.kind,
            *(list(column) for column in zip(*differing, strict=True)),
            LEDGER_DIFFERENCE,
            self.terms.now,
        )


async def _faulty(answer: Answer) -> Mapping[int, int]:
    """Subject → rows that differ by our fault; of what was computed by a guessed calendar, another date is none."""
    for table, doubtful in (("duty", answer.doubtful), ("finding", answer.doubtful_findings)):
        guessed = await _guessed(table, [row for _, row in doubtful])
        for subject, row in doubtful:
            if row not in guessed:
                answer.blame(subject)
    return answer.faulty


async def _guessed(table: str, ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    rows = await fetch(f"SELECT id FROM {table} WHERE id = ANY($1) AND (why ->> 'provisional')::boolean", list(ids))
    return {row["id"] for row in rows}
