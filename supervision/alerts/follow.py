"""What every action calls in its own transaction once it has written its facts: the ledger, then the alerts, follow."""

from collections.abc import Iterable
from datetime import datetime

from supervision.alerts.escalate import step_subjects
from supervision.alerts.opening import raise_findings, raise_lapses, tell, told_of
from supervision.alerts.settle import settle
from supervision.db import Record, fetch, tx
from supervision.duties.kinds import ORDER, by_kind, kinds, lock, subjects_in_chunks
from supervision.duties.sync import sync


async def follow(ids: Iterable[int], now: datetime, *, kind: str = ORDER, by: int | None = None) -> None:
    """Bring the ledger of these subjects and their alerts in line with the facts; `by`: whose act it was.

    Lapses that the watch hasn't noticed yet are raised first, and steps that weren't taken yet are taken: what an act does
    to them is then the same whether or not the jobs were running.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return
    async with tx():
        await lock(kind, wanted)
        lapses = await _raise(kind, wanted, now)
        await step_subjects(kind, wanted, now)
        await sync(wanted, now, kind=kind, by=by)
        await settle(wanted, now, kind=kind)
        await tell(await _still_lapsed(lapses, now), now)


async def follow_all(subjects: Iterable[tuple[str, int]], now: datetime, *, by: int | None = None) -> None:
    """The same for subjects of several kinds, kind by kind."""
    for kind, ids in by_kind(subjects).items():
        await follow(ids, now, kind=kind, by=by)


async def _raise(kind: str, ids: list[int], now: datetime) -> list[Record]:
    """Alerts for what lapsed so far; the duties whose lapse the person is told of."""
    lapses = await raise_lapses(
        "AND d.subject_kind = $3 AND d.subject_id = ANY($2) ORDER BY d.id FOR UPDATE", [ids, kind], now
    )
    await raise_findings(
        "AND f.subject_kind = $3 AND f.subject_id = ANY($2) ORDER BY f.id FOR UPDATE", [ids, kind], now
    )
    return told_of(lapses)


async def _still_lapsed(lapses: list[Record], now: datetime) -> list[Record]:
    """Nobody is told of a lapse that the facts at hand just disproved or made good."""
    ids = [row["id"] for row in lapses]
    return await fetch("SELECT id, person FROM duty WHERE id = ANY($1) AND is_lapsed(state, limit_at, $2)", ids, now)


async def settle_ledger(now: datetime) -> int:
    """After the nightly reconcile: the alerts of every kind, in line with the repaired ledger; how many subjects."""
    count = 0
    for kind in kinds():
        async for ids in subjects_in_chunks(kind.name):
            async with tx():
                await lock(kind.name, ids)
                await settle(ids, now, kind=kind.name)
            count += len(ids)
    return count
