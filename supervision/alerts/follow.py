"""What every action calls in its own transaction once it has written its facts: the ledger, then the alerts, follow."""

from collections.abc import Iterable
from datetime import datetime

from supervision.alerts.escalate import step_orders
from supervision.alerts.opening import raise_findings, raise_lapses, tell, told_of
from supervision.alerts.settle import settle
from supervision.db import Record, execute, fetch, tx
from supervision.duties.reconcile import register_in_chunks
from supervision.duties.sync import sync


async def follow(order_ids: Iterable[int], now: datetime, *, by: int | None = None) -> None:
    """Bring the ledger of these orders and their alerts in line with the facts; `by`: whose act it was.

    Lapses that the watch hasn't noticed yet are raised first, and steps that weren't taken yet are taken: what an act does
    to them is then the same whether or not the jobs were running.
    """
    ids = sorted(set(order_ids))
    if not ids:
        return
    async with tx():
        await execute("SELECT id FROM orders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
        lapses = await _raise(ids, now)
        await step_orders(ids, now)
        await sync(ids, now, by=by)
        await settle(ids, now)
        await tell(await _still_lapsed(lapses, now), now)


async def _raise(ids: list[int], now: datetime) -> list[Record]:
    """Alerts for what lapsed so far; the duties whose lapse the person is told of."""
    lapses = await raise_lapses(
        "AND d.subject_kind = 'order' AND d.subject_id = ANY($2) ORDER BY d.id FOR UPDATE", [ids], now
    )
    await raise_findings("AND f.subject_kind = 'order' AND f.subject_id = ANY($2) ORDER BY f.id FOR UPDATE", [ids], now)
    return told_of(lapses)


async def _still_lapsed(lapses: list[Record], now: datetime) -> list[Record]:
    """Nobody is told of a lapse that the facts at hand just disproved or made good."""
    ids = [row["id"] for row in lapses]
    return await fetch("SELECT id, person FROM duty WHERE id = ANY($1) AND is_lapsed(state, limit_at, $2)", ids, now)


async def settle_register(now: datetime) -> int:
    """After the nightly reconcile: the alerts of the whole register, in line with the repaired ledger; how many orders."""
    count = 0
    async for ids in register_in_chunks():
        async with tx():
            await execute("SELECT id FROM orders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
            await settle(ids, now)
        count += len(ids)
    return count
