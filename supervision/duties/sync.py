"""Bring subjects' duties and findings up to date with the facts, in the transaction of whoever changed the facts."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from supervision.days import add_days, end_of, local_day
from supervision.db import execute, fetch, tx
from supervision.duties.judging import (
    HELD_DUTIES,
    HELD_EXPLAINED,
    HELD_FINDINGS,
    Answer,
    Question,
)
from supervision.duties.kinds import CHUNK, ORDER
from supervision.duties.sources import load_facts
from supervision.duties.workers import MANY, Ask, judges
from supervision.duties.write import write
from supervision.rules.base import Terms
from supervision.settings.terms import load_terms

HORIZON_DAYS = 60


def horizon(now: datetime) -> datetime:
    """Up to when slots are made ahead."""
    return end_of(add_days(local_day(now), HORIZON_DAYS))


async def sync(ids: Iterable[int], now: datetime, *, kind: str = ORDER, by: int | None = None) -> int:
    """Make the ledger of these subjects what the rules say of their facts; how many rows were made or changed.

    `by` is the member of the staff whose act it was, for the events. Idempotent: a second run changes nothing.
    Raises WorkerLost where a process that judges was killed.
    """
    terms = await load_terms(now, horizon(now))
    wanted = sorted(set(ids))
    async with tx(), judges(terms, many=len(wanted) >= MANY) as (ask, width):
        return await _Syncing(kind, terms, by).all(wanted, ask, width)


@dataclass(frozen=True, slots=True)
class _Syncing:
    """Subjects of one kind, brought up to date under some terms by somebody's act."""

    kind: str
    terms: Terms
    by: int | None

    async def all(self, ids: Sequence[int], ask: Ask, width: int) -> int:
        """While some questions are judged, the answers to earlier ones are written."""
        count = 0
        asked: deque[tuple[list[int], asyncio.Task[Answer]]] = deque()
        try:
            for part in _chunks(ids):
                asked.append((part, asyncio.ensure_future(ask(await question_about(part, kind=self.kind)))))
                if len(asked) > width:
                    count += await self._take(*asked.popleft())
            while asked:
                count += await self._take(*asked.popleft())
        finally:
            for _, task in asked:
                task.cancel()
            await asyncio.gather(*(task for _, task in asked), return_exceptions=True)
        return count

    async def _take(self, ids: list[int], asked: "asyncio.Task[Answer]") -> int:
        answer = await asked
        await write(answer, self.terms, by=self.by)
        await remember(ids, self.terms, kind=self.kind)
        return answer.count


async def question_about(
    ids: Sequence[int], made_to: Mapping[int, datetime] | None = None, *, kind: str = ORDER
) -> Question:
    """What is known of these subjects and what the ledger holds of them; locks the subjects."""
    facts = await load_facts(ids, kind)
    duties = HELD_EXPLAINED if made_to is None else HELD_DUTIES
    return Question(facts, await _held(duties, ids, kind), await _held(HELD_FINDINGS, ids, kind), made_to)


async def _held(statement: str, ids: Sequence[int], kind: str) -> dict[int, str]:
    return {row["subject_id"]: row["held"] for row in await fetch(statement, list(ids), kind)}


async def remember(ids: Sequence[int], terms: Terms, *, kind: str) -> None:
    """Note up to when the slots of these subjects have been made: what reconcile must find again."""
    await execute(
        """WITH known AS (
               UPDATE ledger_subject SET synced_to = greatest(synced_to, $3), synced_at = $4
                WHERE subject_kind = $1 AND subject_id = ANY($2::int[]) RETURNING subject_id)
           INSERT INTO ledger_subject (subject_kind, subject_id, synced_to, synced_at)
           SELECT $1, id, $3, $4 FROM unnest($2::int[]) AS id WHERE id NOT IN (SELECT subject_id FROM known)
           ON CONFLICT ON CONSTRAINT ledger_subject_once
           DO UPDATE SET synced_to = greatest(excluded.synced_to, ledger_subject.synced_to), synced_at = excluded.synced_at""",
        kind,
        list(ids),
        terms.until,
        terms.now,
    )


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    walk = iter(ids)
    while part := list(islice(walk, CHUNK)):
        yield part
