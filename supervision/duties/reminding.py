"""When the person is reminded of a duty; pure."""

from datetime import datetime
from functools import lru_cache

from supervision.rules.base import Duty
from supervision.rules.reminding import reminder_moments


def remind_at(duty: Duty, now: datetime) -> datetime | None:
    """The moment of the next reminder of an open duty: the last one that is already due, else the next to come."""
    if duty.state != "open" or duty.slot.due_at <= now:
        return None
    moments = _moments(duty.rule, duty.slot.variant, duty.slot.due_at)
    due = [moment for moment in moments if moment <= now]
    return due[-1] if due else moments[0] if moments else None


@lru_cache(maxsize=16384)
def _moments(rule: str, variant: str, due_at: datetime) -> tuple[datetime, ...]:
    """In order; many people's duties are due at one moment."""
    return tuple(reminder_moments(rule, variant, due_at))
