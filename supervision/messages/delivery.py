"""The sender: claims texts, hands them to the provider with no transaction open, and writes what became of each."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from supervision.db import Record
from supervision.messages.outbox import RETRY_AFTER, Outcome, cancel_answered, claim, next_moment, record_outcomes
from supervision.messages.providers import Outgoing, Provider, Refused, Unavailable, Unclear
from supervision.messages.receipts import apply_receipts
from supervision.messages.recipients import RECIPIENT
from supervision.messages.texts import valid_for
from supervision.sealed import open_sealed

IN_FLIGHT = 50
MOST_BATCHES = 20  # in one run; the next tick goes on

_log = logging.getLogger(__name__)


async def deliver(provider: Provider, now_of: Callable[[], datetime], who: str) -> Counter[str]:
    """Send what may go out now, up to 50 at once; how many texts ended in which state."""
    counts: Counter[str] = Counter()
    await cancel_answered(now_of())
    for _ in range(MOST_BATCHES):
        claimed = await claim(now_of(), IN_FLIGHT, who)
        if not claimed:
            break
        outcomes = await asyncio.gather(*(attempt(provider, row, now_of) for row in claimed))
        await record_outcomes(outcomes, provider.name, now_of())
        await apply_receipts([o.provider_ref for o in outcomes if o.provider_ref], now_of())
        counts.update(outcome.state for outcome in outcomes)
    return counts


async def attempt(provider: Provider, row: Record, now_of: Callable[[], datetime]) -> Outcome:
    """One text on the wire; never raises. Whatever isn't known for sure is *unknown*."""
    message, tries, now = row["id"], row["attempts"], now_of()
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


def _again(row: Record, fault: Unavailable, now: datetime) -> Outcome:
    """Nothing was sent: try later, by a fixed list of delays or the provider's own word; at its end it has failed."""
    if row["attempts"] > len(RETRY_AFTER):
        return _outcome(row, "failed", error=str(fault))
    wait = fault.retry_after or RETRY_AFTER[row["attempts"] - 1]
    later = next_moment(now + wait, to_staff=row["staff"] is not None)
    return _outcome(row, "waiting", error=str(fault), next_try_at=later)


def _outcome(row: Record, state: str, **more: Any) -> Outcome:
    return Outcome(message=row["id"], attempt=row["attempts"], state=state, **more)
