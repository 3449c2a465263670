"""What the rules see of a booking of a video visit (远程视频会见, law a.15, b.13), and the moments that follow from it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.rules.base import InForce

COMES = frozenset({"confirmed", "no_show", "arrived", "in_session", "done", "terminated", "failed"})
"""States of a booking whose family said that it comes."""
GIVEN_BACK = frozenset({"released", "cancelled", "withdrawn"})
"""States in which the session isn't to be held, and nobody is asked for it any more."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A family's booking of one session: where it stands, and the moments from which its clocks count."""

    state: str
    applied_at: datetime
    forwarded_at: datetime | None = None
    scheduled_at: datetime | None = None
    """When it got its time, which the prison may have agreed to before."""
    start_at: datetime | None = None
    end_at: datetime | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    """When it came to its end; None while something is still to happen."""


def confirm_until(scheduled_at: datetime, start_at: datetime, parameters: InForce) -> datetime:
    """Until when the family may confirm (exclusive): so many hours before; a slot that was given later than that, until it begins."""
    cut_off = start_at - timedelta(hours=parameters["vv.confirm_hours"])
    return cut_off if cut_off > scheduled_at else start_at


def arrive_between(start_at: datetime, parameters: InForce) -> tuple[datetime, datetime]:
    """From when and until when (exclusive) the family is taken in; who comes later has given the session up."""
    opens_at = start_at - timedelta(minutes=parameters["vv.checkin_minutes"])
    return opens_at, start_at + timedelta(minutes=parameters["vv.late_minutes"])
