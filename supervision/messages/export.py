"""Texts as other programs read them: no number in clear, only its last two digits."""

from datetime import datetime
from typing import Any

from supervision.db import Record, fetch
from supervision.messages.recipients import RECIPIENT
from supervision.sealed import open_sealed


async def messages_list(at: datetime | None = None) -> list[dict[str, Any]]:
    """All texts made up to `at` (None: all), oldest first, ready for JSON."""
    rows = await fetch(
        """SELECT m.*, s.login, (SELECT o.number FROM orders o WHERE o.person = m.person
                                  ORDER BY o.ended_at IS NULL DESC, o.id DESC LIMIT 1) AS number
             FROM message m LEFT JOIN staff s ON s.id = m.staff
            WHERE $1::timestamptz IS NULL OR m.created_at <= $1
            ORDER BY m.id""",
        at,
    )
    return [_shown(row) for row in rows]


def _shown(row: Record) -> dict[str, Any]:
    moments = ("created_at", "not_before", "not_after", "claimed_at", "ended_at")
    return {
        "id": row["id"],
        "to": row["number"] or row["login"],
        "phone_ends": phone_ends(row["recipient_sealed"]),
        "kind": row["kind"],
        "body": row["body"],
        "state": row["state"],
        "attempts": row["attempts"],
        "provider": row["provider"],
        "status": row["provider_status"],
        "error": row["error"],
        **{name: row[name].isoformat() if row[name] else None for name in moments},
    }


def phone_ends(sealed_number: str) -> str:
    """The last two digits of a sealed number: enough to tell two numbers of a person apart."""
    return open_sealed(sealed_number, RECIPIENT)[-2:]
