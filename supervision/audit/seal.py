"""The sealer: committed audit rows become links of one chain, in order; changed, removed or moved ones no longer fit."""

import json
from collections.abc import Sequence
from typing import Any

from supervision.audit import key
from supervision.audit.heads import Head
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert_many, tx
from supervision.locks import Lock
from supervision.sealed import Keyring

BATCH = 5_000
"""Rows that are linked in one transaction."""
BATCHES = 20
"""Transactions of one run: what is left then waits for the next."""
PURPOSE = "audit_seal"
ROWS = """
SELECT id, trim_scale(extract(epoch FROM at) * 1000000)::text AS at, staff, office, action, subject_kind, subject_id,
       people::text AS people, detail::text AS detail
  FROM audit_row WHERE id = ANY($1::bigint[])"""
"""Every column, as text that doesn't hang on the session's settings."""
UNSEALED = f"{ROWS} AND NOT EXISTS (SELECT FROM audit_seal WHERE audit_seal.audit_row = audit_row.id) ORDER BY id"

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


async def seal_rows() -> int:
    """Link the rows that wait, the oldest first; how many. Raises Refusal without this database's key.

    A second sealer finds the first one's lock and leaves it to it; one that is cut off leaves its batch waiting.
    """
    keyring, linked, after = key.current(), 0, 0
    for _ in range(BATCHES):
        async with tx():
            ids = await _waiting(after)
            linked += await _link(keyring, ids)
        if len(ids) < BATCH:
            break
        after = ids[-1]
    return linked


async def _waiting(after: int) -> list[int]:
    """The next rows that wait; none while another sealer is at work."""
    if not await fetch_value("SELECT pg_try_advisory_xact_lock($1)", Lock.SEAL):
        return []
    rows = await fetch(
        "SELECT audit_row FROM audit_unsealed WHERE audit_row > $1 ORDER BY audit_row LIMIT $2", after, BATCH
    )
    return [row["audit_row"] for row in rows]


async def _link(keyring: Keyring, ids: Sequence[int]) -> int:
    if not ids:
        return 0
    last = await fetch_row("SELECT seq, mac FROM audit_seal ORDER BY seq DESC LIMIT 1")
    seq, mac = tuple(last) if last else (0, "")
    links = []
    for row in await fetch(UNSEALED, ids):
        seq, mac = seq + 1, mac_of(keyring, mac, seq + 1, row)
        links.append((seq, row["id"], mac))
    await insert_many("audit_seal", ("seq", "audit_row", "mac"), links)
    # One that has no row any more stays: it tells that the row was there.
    await execute(
        """DELETE FROM audit_unsealed w WHERE audit_row = ANY($1)
              AND EXISTS (SELECT FROM audit_seal s WHERE s.audit_row = w.audit_row)""",
        ids,
    )
    return len(links)


def mac_of(keyring: Keyring, before: str, seq: int, row: Record | dict[str, Any]) -> str:
    """The code of a link (64 hex digits of HMAC-SHA256): over the code before it, its number and the whole row."""
    return keyring.blind(f"{before}|{seq}|{canonical(row)}", PURPOSE)


def canonical(row: Record | dict[str, Any]) -> str:
    """One text for one row; a column that holds nothing isn't in it, so that later columns leave old rows as they are."""
    return _encode({name: value for name, value in row.items() if value is not None})


async def latest_head() -> Head | None:
    """Where the chain stands; None before the first link."""
    last = await fetch_row("SELECT seq, mac FROM audit_seal ORDER BY seq DESC LIMIT 1")
    return Head.of(*last) if last else None
