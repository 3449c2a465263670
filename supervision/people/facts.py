"""What the ledger may know of people: who has the file, and by which numbers a person can be reached."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from supervision.db import Record, fetch
from supervision.people.actions import CONTACT
from supervision.people.phones import is_mobile
from supervision.rules.base import Phone, Responsibility
from supervision.sealed import Keyring, SealError, keyring

Source = Callable[[Sequence[int]], Awaitable[dict[int, Any]]]


def responsibilities(kind: str) -> Source:
    """Subject of the kind → who had it and has it; an interval ends for the ledger when its member of the staff was disabled."""

    async def source(ids: Sequence[int]) -> dict[int, list[Responsibility]]:
        return await _responsibilities(kind, ids)

    return source


async def _responsibilities(kind: str, ids: Sequence[int]) -> dict[int, list[Responsibility]]:
    # OFFSET 0: each is looked up. A join would read the whole table as long as its first import isn't counted by the planner.
    rows = await fetch(
        """SELECT r.subject_id, r.id, r.office, r.staff, r.from_at,
                  least(r.to_at, s.disabled_at) AS to_at
             FROM unnest($1::int[]) AS n(id)
             CROSS JOIN LATERAL (SELECT * FROM responsibility x
                                  WHERE x.subject_kind = $2 AND x.role = 'main' AND x.subject_id = n.id OFFSET 0) r
             LEFT JOIN staff s ON s.id = r.staff
            ORDER BY r.subject_id, r.from_at, r.id""",
        list(ids),
        kind,
    )
    found: dict[int, list[Responsibility]] = {}
    for row in rows:
        one = Responsibility(row["id"], row["office"], row["staff"], row["from_at"], row["to_at"])
        found.setdefault(row["subject_id"], []).append(one)
    return found


async def phones(ids: Sequence[int]) -> dict[int, list[Phone]]:
    """Order → the person's numbers in the order of their dates; one that was replaced counts until then."""
    rows = await fetch(
        """SELECT o.id AS order_id, c.id, c.ok_from, least(c.bad_since, c.withdrawn_at) AS bad_since, c.holder, c.consent,
                  c.value_sealed
             FROM orders o
             CROSS JOIN LATERAL (SELECT * FROM contact x WHERE x.person = o.person AND x.kind = 'phone' OFFSET 0) c
            WHERE o.id = ANY($1)
            ORDER BY o.id, c.ok_from, c.id""",
        list(ids),
    )
    found: dict[int, list[Phone]] = {}
    if not rows:
        return found
    keys = keyring()
    for row in rows:
        found.setdefault(row["order_id"], []).append(_phone(row, keys))
    return found


def _phone(row: Record, keys: Keyring) -> Phone:
    return Phone(
        id=row["id"],
        ok_from=row["ok_from"],
        bad_since=row["bad_since"],
        holder=row["holder"],
        consent=row["consent"],
        mobile=_is_mobile(row["value_sealed"], keys),
    )


def _is_mobile(sealed: str, keys: Keyring) -> bool:
    """Whether it takes texts; a number that this key can't open takes none."""
    try:
        return is_mobile(keys.open(sealed, CONTACT))
    except SealError:
        return False
