"""The invented booking by which docs/rules.md shows the rules of video visits: applied for on Monday 2 March 2026."""

from datetime import date, datetime, timedelta

from supervision.days import SHANGHAI
from supervision.rules import told_family
from supervision.rules.base import Facts, Subject
from supervision.rules.video_visit import Booking
from supervision.rules.video_visit_clocks import KIND

ID = 1
APPLIED_AT = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
FORWARDED_AT = datetime(2026, 3, 3, 9, tzinfo=SHANGHAI)
SCHEDULED_AT = datetime(2026, 3, 5, 15, tzinfo=SHANGHAI)
START_AT = datetime(2026, 3, 12, 9, 30, tzinfo=SHANGHAI)
HELD = Facts(
    subject=Subject(KIND, ID, ID),
    matter=Booking(
        state="in_session",
        applied_at=APPLIED_AT,
        forwarded_at=FORWARDED_AT,
        scheduled_at=SCHEDULED_AT,
        start_at=START_AT,
        end_at=START_AT + timedelta(minutes=30),
        arrived_at=START_AT - timedelta(minutes=10),
    ),
)
COMMITTED = Facts(
    subject=Subject(told_family.SUBJECT, ID, ID), matter=told_family.Prisoner(date(2026, 3, 2), APPLIED_AT)
)
