"""When the person is reminded of a duty; pure."""

from datetime import datetime

from supervision.rules.base import Duty
from supervision.rules.reminding import reminder_moments


def remind_at(duty: Duty, now: datetime) -> datetime | None:
    """The moment of the next reminder of an open duty: the last one that is already due, else the next to come."""
    if duty.state != "open" or duty.slot.due_at <= now:
        return None
    moments = reminder_moments(duty.rule, duty.slot.variant, duty.slot.due_at)
    due = [moment for moment in moments if moment <= now]
    return max(due) if due else min(moments, default=None)
