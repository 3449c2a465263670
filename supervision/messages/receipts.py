"""What a provider tells later about a text: kept as it came, applied only forwards (G7)."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from supervision.db import execute, fetch, insert, tx
from supervision.messages.providers import Receipt, is_final, later

STATE_OF = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
"""Our state for a provider's status; any other leaves the text *sent*."""
DEAD_NUMBER = frozenset({"30005", "30006"})
"""Twilio's codes of a number that doesn't exist, and of a landline."""

CROSSED_FOR = timedelta(days=1)
"""How long a receipt that crossed with the answer of its sending is looked for."""

_log = logging.getLogger(__name__)


async def take_receipt(receipt: Receipt, now: datetime) -> None:
    """Keep a receipt and apply it; one for a text that isn't ours (or not yet) is kept and logged."""
    error = None if receipt.error_code is None else str(receipt.error_code)
    row = {"provider_ref": receipt.provider_ref, "status": receipt.status, "error": error, "received_at": now}
    async with tx():
        await insert("receipt", row)
        if not await apply_receipts([receipt.provider_ref], now):
            _log.info("receipt for a reference that no text has (yet): %s", receipt.provider_ref)


async def apply_receipts(refs: Sequence[str], now: datetime) -> int:
    """Bring texts up to what their receipts say, however they came; how many of these references are ours."""
    if not refs:
        return 0
    async with tx():
        rows = await fetch(
            "SELECT id, provider_ref, provider_status FROM message WHERE provider_ref = ANY($1) ORDER BY id FOR UPDATE",
            list(refs),
        )
        told = await _told(refs)
        for row in rows:
            status, error = furthest(row["provider_status"], told.get(row["provider_ref"], []))
            if status != row["provider_status"]:
                await _move(row["id"], status, error, now)
    return len(rows)


async def apply_early(refs: Sequence[str], now: datetime) -> None:
    """Apply receipts that came before their texts got these references; there are few, so one look answers for a batch."""
    rows = await fetch("SELECT DISTINCT provider_ref FROM receipt WHERE provider_ref = ANY($1)", list(refs))
    await apply_receipts([row["provider_ref"] for row in rows], now)


async def apply_crossed(now: datetime) -> None:
    """Apply receipts that came in the instant in which their texts got these references.

    Neither of the two transactions saw the other's row then, or the sender died between its two.
    """
    rows = await fetch(
        """SELECT DISTINCT r.provider_ref FROM receipt r JOIN message m ON m.provider_ref = r.provider_ref
            WHERE r.received_at > $1 AND m.state = 'sent' AND r.status IS DISTINCT FROM m.provider_status""",
        now - CROSSED_FOR,
    )
    await apply_receipts([row["provider_ref"] for row in rows], now)


async def _told(refs: Sequence[str]) -> dict[str, list[tuple[str, str | None]]]:
    rows = await fetch(
        "SELECT provider_ref, status, error FROM receipt WHERE provider_ref = ANY($1) ORDER BY id", list(refs)
    )
    told: dict[str, list[tuple[str, str | None]]] = {}
    for row in rows:
        told.setdefault(row["provider_ref"], []).append((row["status"], row["error"]))
    return told


def furthest(known: str | None, told: Sequence[tuple[str, str | None]]) -> tuple[str | None, str | None]:
    """The status after these receipts, and its error: only forwards, and never from a final one."""
    status, error = known, None
    for one, fault in told:
        if later(status, one):
            status, error = one, fault
    return status, error


async def _move(message: int, status: str | None, error: str | None, now: datetime) -> None:
    over = status is not None and is_final(status)
    await execute(
        """UPDATE message SET provider_status = $2, state = $3, error = coalesce($4, error),
                  ended_at = CASE WHEN $5 THEN $6 ELSE ended_at END WHERE id = $1""",
        message,
        status,
        STATE_OF.get(status or "", "sent"),
        f"回执代码 {error}" if error else None,
        over,
        now,
    )
    if error in DEAD_NUMBER:
        await execute(
            """UPDATE contact SET bad_since = $2 WHERE bad_since IS NULL
                  AND id = (SELECT contact FROM message WHERE id = $1)""",
            message,
            now,
        )


async def orders_of_bad_numbers() -> list[int]:
    """Open orders of people one of whose numbers turned bad, or refused texts, since their ledger was last up to date."""
    rows = await fetch(
        """SELECT DISTINCT o.id FROM contact c JOIN orders o ON o.person = c.person AND o.ended_at IS NULL
             JOIN ledger_subject l ON l.subject_kind = 'order' AND l.subject_id = o.id
            WHERE (c.bad_since >= l.synced_at OR c.consent = 'no' AND c.recorded_at >= l.synced_at)
              AND c.withdrawn_at IS NULL ORDER BY o.id"""
    )
    return [row["id"] for row in rows]
