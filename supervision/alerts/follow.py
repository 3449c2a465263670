"""What every action calls in its own transaction once it has written its facts: the ledger, then the alerts, follow."""

from collections.abc import Iterable
from datetime import datetime

from supervision.duties.sync import sync


async def follow(order_ids: Iterable[int], now: datetime, *, by: int | None = None) -> None:
    """Bring the ledger of these orders and their alerts in line with the facts; `by`: whose act it was."""
    ids = sorted(set(order_ids))
    await sync(ids, now, by=by)
