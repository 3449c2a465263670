"""Two acts at once, made certain: the second has begun, and stands behind a lock of the first."""

import asyncio
from typing import Any

from supervision.db import fetch_value

LOOK_SECONDS, LOOKS = 0.01, 6000
# The rows of the lock table are never those of an earlier statement of the same transaction, as the list of backends may be.
WAITS = """SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
               SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""


async def until_it_waits(act: asyncio.Task[Any], question: str = WAITS) -> None:
    """Until the act waits for a lock, or has ended without. Raises AssertionError when it never does either."""
    for _ in range(LOOKS):
        if act.done() or await fetch_value(question):
            return
        await asyncio.sleep(LOOK_SECONDS)
    act.cancel()
    raise AssertionError("the act neither ended nor waited")
