"""The sender: claims texts, hands them to the provider with no transaction open, and writes what became of each."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from supervision.db import DATABASE_AWAY, Record
from supervision.messages.outbox import (
    CUT_OFF_AFTER,
    RETRY_AFTER,
    Outcome,
    cancel_answered,
    claim,
    may_send,
    next_moment,
    record_outcomes,
)
from supervision.messages.providers import Outgoing, Provider, Refused, Unavailable, Unclear
from supervision.messages.receipts import apply_early
from supervision.messages.recipients import RECIPIENT
from supervision.messages.texts import valid_for
from supervision.sealed import open_sealed

IN_FLIGHT = 50
CLAIMED_AT_ONCE = 50
AHEAD = 25
"""Claimed texts that may wait for a free lane: enough to keep the wire full while the next are claimed."""
MOST_TEXTS = 1000  # in one run; the next tick goes on
GATHERED_FOR = 0.025
"""Seconds between two writes of outcomes: by then some dozens have come, and one statement writes them all."""
STALE_AFTER = CUT_OFF_AFTER / 2
"""A claimed text that waited for so long (the machine slept) isn't sent: the sweep may have given it to a human."""
WRITE_AGAIN_AFTER = (0.2, 1.0, 3.0)
"""Seconds; a known outcome that is lost while the database restarts is one more text that a human must look into."""

_log = logging.getLogger(__name__)


async def deliver(
    provider: Provider, now_of: Callable[[], datetime], who: str, stop: asyncio.Event | None = None
) -> Counter[str]:
    """Send what may go out now, up to 50 at once; how many texts ended in which state.

    After `stop` nothing more goes out: what is claimed waits again, and what is on the wire comes to its end.
    """
    await cancel_answered(now_of())
    return await _Run(provider, now_of, who, stop or asyncio.Event()).to_the_end()


class _Run:
    """One run of the sender: its lanes are always full, since it claims ahead, and writes while others are on the wire."""

    def __init__(self, provider: Provider, now_of: Callable[[], datetime], who: str, stop: asyncio.Event) -> None:
        self._provider, self._now_of, self._who, self._stop = provider, now_of, who, stop
        # Its room is counted apart: the lanes' end must find a place also when they are gone, at a cancelled run.
        self._claimed: asyncio.Queue[Record | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(AHEAD)
        self._outcomes: list[Outcome] = []
        self._counts: Counter[str] = Counter()
        self._broken = False
        self._one_at_a_time = asyncio.Lock()

    async def to_the_end(self) -> Counter[str]:
        """Claim, send and write until nothing is left; what fails is raised once all that is on the wire has ended."""
        lanes = asyncio.gather(*(self._lane() for _ in range(IN_FLIGHT)))
        writing = asyncio.create_task(self._keep_writing(lanes))
        try:
            await self._claim_all()
        finally:
            for _ in range(IN_FLIGHT):
                self._claimed.put_nowait(None)
            await writing
        return self._counts

    async def _claim_all(self) -> None:
        for _ in range(MOST_TEXTS // CLAIMED_AT_ONCE):
            if self._broken or self._stop.is_set():
                return
            async with self._one_at_a_time:
                rows = await claim(self._now_of(), CLAIMED_AT_ONCE, self._who)
            for row in rows:
                await self._room.acquire()
                self._claimed.put_nowait(row)
            if len(rows) < CLAIMED_AT_ONCE:
                return

    async def _lane(self) -> None:
        while (row := await self._claimed.get()) is not None:
            self._room.release()
            if self._stop.is_set():
                self._outcomes.append(_later(row, self._now_of()))
            # Where outcomes can't be written, nothing more goes out: what is claimed is swept, and a human looks.
            elif not self._broken:
                outcome = await attempt(self._provider, row, self._now_of)
                self._outcomes.append(outcome)

    async def _keep_writing(self, lanes: "asyncio.Future[list[None]]") -> None:
        try:
            while not lanes.done():
                await self._write()
                await asyncio.wait({lanes}, timeout=GATHERED_FOR)
            await self._write()
        finally:
            self._broken = True  # also after the last: there is nothing left that could go out
            await lanes

    async def _write(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        for pause in (*WRITE_AGAIN_AFTER, None) if outcomes else ():
            try:
                async with self._one_at_a_time:
                    await record_outcomes(outcomes, self._provider.name, self._now_of())
                    await apply_early([o.provider_ref for o in outcomes if o.provider_ref], self._now_of())
                break
            except DATABASE_AWAY:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        self._counts.update(outcome.state for outcome in outcomes)


async def attempt(provider: Provider, row: Record, now_of: Callable[[], datetime]) -> Outcome:
    """One text on the wire; never raises. Whatever isn't known for sure is *unknown*."""
    message, tries, now = row["id"], row["attempts"], now_of()
    if now - row["claimed_at"] >= STALE_AFTER or not may_send(now, to_staff=row["staff"] is not None):
        return _later(row, now)
    left = valid_for(now, row["not_after"])
    if left.total_seconds() < 1:
        return _outcome(row, "expired")
    try:
        number = open_sealed(row["recipient_sealed"], RECIPIENT)
        accepted = await provider.send(Outgoing(number, row["body"], str(message), left))
    except Refused as refusal:
        return _outcome(row, "failed", error=str(refusal), reason=refusal.reason)
    except Unavailable as fault:
        return _again(row, fault, now_of())
    except Unclear as fault:
        return _outcome(row, "unknown", error=str(fault))
    except Exception as fault:  # noqa: BLE001  one text of the sender; the others go on
        # By its kind only: the message of an error may hold a number.
        _log.error("text %s, attempt %s: %s", message, tries, type(fault).__qualname__)
        return _outcome(row, "unknown", error="程序出错，不知是否已发出。")
    return _outcome(row, "sent", provider_ref=accepted.provider_ref, provider_status=accepted.status)


def _later(row: Record, now: datetime) -> Outcome:
    """Not tried at all: it waits as before, for the next moment at which it may go out."""
    return _outcome(row, "waiting", next_try_at=next_moment(now, to_staff=row["staff"] is not None))


def _again(row: Record, fault: Unavailable, now: datetime) -> Outcome:
    """Nothing was sent: try later, by a fixed list of delays or the provider's own word; at its end it has failed."""
    if row["attempts"] > len(RETRY_AFTER):
        return _outcome(row, "failed", error=str(fault))
    wait = fault.retry_after or RETRY_AFTER[row["attempts"] - 1]
    later = next_moment(now + wait, to_staff=row["staff"] is not None)
    return _outcome(row, "waiting", error=str(fault), next_try_at=later)


def _outcome(row: Record, state: str, **more: Any) -> Outcome:
    return Outcome(message=row["id"], attempt=row["attempts"], state=state, **more)
