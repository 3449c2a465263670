"""Every ten seconds: what is past its limit and not yet noticed becomes an alert, with its texts, in one commit."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.alerts.opening import raise_findings, raise_lapses, tell, told_of
from supervision.db import Record, tx
from supervision.rules.base import Parameters
from supervision.settings.terms import load_terms

Raise = Callable[[str, Sequence[object], datetime, Parameters], Awaitable[list[Record]]]


@dataclass(frozen=True, slots=True)
class Watched:
    """How many lapses and findings became alerts, and how many texts they brought."""

    lapses: int = 0
    findings: int = 0
    texts: int = 0


async def watch(now: datetime, *, limit: int = 1000) -> Watched:
    """Raise all that is past and not dealt with, some rows a transaction; any number of processes may run it at once."""
    parameters = (await load_terms(now, now)).parameters
    lapses, texts = await _all(raise_lapses, "d.limit_at", now, limit, parameters)
    findings, _ = await _all(raise_findings, "f.since_at", now, limit, parameters)
    return Watched(lapses, findings, texts)


async def _all(step: Raise, order: str, now: datetime, limit: int, parameters: Parameters) -> tuple[int, int]:
    """Batches until nothing is left that isn't in another process's hands."""
    count = texts = 0
    while True:
        async with tx():
            rows = await step(f"ORDER BY {order} LIMIT $2 FOR UPDATE SKIP LOCKED", [limit], now, parameters)
            texts += await tell(told_of(rows), now)
        count += len(rows)
        if not rows:
            return count, texts
