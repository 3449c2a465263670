"""When the person is reminded of a duty; pure."""

from datetime import date, datetime

from supervision import rules
from supervision.days import add_days, at_hour, local_day
from supervision.rules.base import Duty

REMINDER_HOUR = 9


def remind_at(duty: Duty, now: datetime) -> datetime | None:
    """The moment of the next reminder of an open duty: the last one that is already due, else the next to come."""
    if duty.state != "open" or duty.slot.due_at <= now:
        return None
    moments = reminder_moments(duty)
    due = [moment for moment in moments if moment <= now]
    return max(due) if due else min(moments, default=None)


def reminder_moments(duty: Duty) -> list[datetime]:
    """9:00 of some days before the due day (model §3: reminders are a column of the rule)."""
    days = rules.by_id(duty.rule).remind_days.get(duty.slot.variant, ())
    return sorted(at_hour(add_days(due_day(duty.slot.due_at), -count), REMINDER_HOUR) for count in days)


def due_day(due_at: datetime) -> date:
    """The local day whose end (or an hour of which) is the due moment."""
    day = local_day(due_at)
    return add_days(day, -1) if due_at == at_hour(day, 0) else day
