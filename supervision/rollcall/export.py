"""The roll call as other programs read it."""

from datetime import datetime
from typing import Any

from supervision.rollcall.headline import Contact
from supervision.rollcall.strays import Named
from supervision.rollcall.take import Counted, Taken, roll_call


async def rollcall_json(at: datetime, *, live: bool = False) -> dict[str, Any]:
    """The roll call at a moment, ready for JSON; `live`: it is the present (the same answer, sooner).

    {"at": ISO moment, "register": "correction", "total": n, "remainder": n, "closes": true | false,
     "buckets": [{"code", "title", "count"}…] in their order, their sum and the remainder make the total,
     "remainder_list": [{"number", "name", "order", "person", "codes", "what"}…], "strays": [the same…],
     "resettlement": {"total", "remainder", "buckets", "remainder_list", "list_hash"}: the register of help, by itself,
     "not_under_supervision": n (people on neither register),
     "list_hash": SHA-256 over the sorted lines register|order|bucket,
     "audit_head": where the audit chain stands, null for the past or before its first link,
     "headline": {"past_limit", "past_own_limit", "never_contacted", "late_steps" (null for the past), "late_entries",
                  "oldest_contact": {"number", "name", "at", "how": seen | heard | self_reported | third_party} | null}}
    """
    return rollcall_data(await roll_call(at, live=live))


def people_named(taken: Taken) -> list[int]:
    """Whom the answer names: whoever is lost, and whose contact is the oldest."""
    oldest = taken.headline.oldest_contact
    return [one.person for one in taken.lost] + ([oldest.person] if oldest else [])


def rollcall_data(taken: Taken) -> dict[str, Any]:
    """A roll call that was read, as `rollcall_json` describes it."""
    return {
        "at": taken.at.isoformat(),
        "register": taken.correction.register.code,
        **_counted(taken.correction),
        "closes": taken.closes,
        "resettlement": _counted(taken.help),
        "strays": [_named(one) for one in taken.strays],
        "not_under_supervision": taken.apart,
        "audit_head": str(taken.audit_head) if taken.audit_head else None,
        "headline": _headline(taken),
    }


def _counted(counted: Counted) -> dict[str, Any]:
    """One register, by itself."""
    return {
        "total": counted.total,
        "remainder": len(counted.remainder),
        "buckets": [
            {"code": bucket.code, "title": bucket.title, "count": counted.counts[bucket.code]}
            for bucket in counted.register.buckets
        ],
        "remainder_list": [_named(one) for one in counted.remainder],
        "list_hash": counted.list_hash,
    }


def _named(one: Named) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "order": one.order,
        "person": one.person,
        "codes": list(one.codes),
        "what": one.what,
    }


def _headline(taken: Taken) -> dict[str, Any]:
    head = taken.headline
    return {
        "past_limit": head.past_limit,
        "past_own_limit": head.past_own_limit,
        "oldest_contact": _contact(head.oldest_contact),
        "never_contacted": head.never_contacted,
        "late_steps": head.late_steps,
        "late_entries": head.late_entries,
    }


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    return {"number": contact.number, "name": contact.name, "at": contact.at.isoformat(), "how": contact.how}
