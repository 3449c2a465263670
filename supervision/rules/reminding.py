"""The moments at which a person is reminded of a duty (model §3: reminders are a column of the rule); pure."""

from datetime import date, datetime

from supervision import rules
from supervision.days import add_days, at_hour, local_day, remember

REMINDER_HOUR = 9


@remember
def reminder_moments(rule: str, variant: str, due_at: datetime) -> tuple[datetime, ...]:
    """9:00 of some days before the due day, in order; none for a rule that doesn't remind."""
    days = rules.by_id(rule).remind_days.get(variant, ())
    return tuple(sorted(at_hour(add_days(due_day(due_at), -count), REMINDER_HOUR) for count in days))


def due_day(due_at: datetime) -> date:
    """The local day whose end (or an hour of which) is the due moment."""
    day = local_day(due_at)
    return add_days(day, -1) if due_at == at_hour(day, 0) else day
