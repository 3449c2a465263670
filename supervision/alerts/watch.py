"""Every ten seconds: what is past its limit and not yet noticed becomes an alert, with its texts, in one commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from supervision.alerts.opening import FOUND, LAPSES, raise_findings, raise_lapses, tell, told_of
from supervision.db import Record, fetch, tx

BATCH = 1000
LANES = 2
"""Of the jobs process: after a full batch so many work at once, since one composes texts while another writes."""
Raise = Callable[[str, Sequence[object], datetime], Awaitable[list[Record]]]
Batch = Callable[[], Awaitable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Watched:
    """How many lapses and findings became alerts, and how many texts they brought."""

    lapses: int = 0
    findings: int = 0
    texts: int = 0


async def watch(now: datetime, *, limit: int = BATCH, lanes: int = 1) -> Watched:
    """Raise all that is past and not dealt with, some rows a transaction; any number of processes may run it at once.

    `lanes`: how many batches at once, each on a connection of its own; more than one only where no transaction is open.
    """
    lapses, texts = await _all(partial(_batch, raise_lapses, "d.limit_at", now, limit), limit, lanes)
    findings, _ = await _all(partial(_batch, raise_findings, "f.since_at", now, limit), limit, lanes)
    return Watched(lapses, findings, texts)


async def watch_to_the_end(now: datetime) -> None:
    """As `watch`, and wait for what is in another's hands: then nothing is left that was past and not dealt with."""
    await watch(now)
    while await _in_other_hands(now):
        await watch(now)


async def _in_other_hands(now: datetime) -> bool:
    """Wait for whoever holds a lapse or a finding; whether it is still to be raised, because that one died."""
    for asked, order in ((LAPSES, "d.limit_at"), (FOUND, "f.since_at")):
        if await fetch(f"{asked} ORDER BY {order} LIMIT 1 FOR SHARE", now):
            return True
    return False


async def _all(batch: Batch, limit: int, lanes: int) -> tuple[int, int]:
    """Batches until nothing is left that isn't in another's hands: rows and texts."""
    count, texts = await batch()
    if count < limit:
        return count, texts
    done = await asyncio.gather(*(_lane(batch, limit) for _ in range(lanes)), return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException):
            raise one
        count, texts = count + one[0], texts + one[1]
    return count, texts


async def _lane(batch: Batch, limit: int) -> tuple[int, int]:
    count = texts = 0
    full = True
    while full:
        rows, told = await batch()
        count, texts, full = count + rows, texts + told, rows == limit
    return count, texts


async def _batch(step: Raise, order: str, now: datetime, limit: int) -> tuple[int, int]:
    async with tx():
        rows = await step(f"ORDER BY {order} LIMIT $2 FOR UPDATE SKIP LOCKED", [limit], now)
        return len(rows), await tell(told_of(rows), now)
