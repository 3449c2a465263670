"""Texts to families (R-35): before the time to confirm, before the session, and when it is called off; nothing of what it is about."""

from collections.abc import Sequence
from datetime import datetime

from supervision.days import add_days, end_of, local_day
from supervision.db import Record, fetch, tx
from supervision.messages.outbox import About, Draft, enqueue, may_send, unspoken
from supervision.messages.recipients import Recipient, recipients
from supervision.messages.texts import visit_cancelled, visit_reminder
from supervision.people.actions import VISIT_PHONE
from supervision.video_visits.words import clock_text, local

KIND, REMINDER = "visit", "reminder"
"""Of the text, and of what it speaks of: another kind than the reminders of a register, which look for their own."""
AHEAD_DAYS = 1


async def remind(now: datetime) -> int:
    """Queue what families are to be told now, one text a duty, to those who agreed to texts at the window; how many.

    Level, not edge: whatever is due by the end of tomorrow, isn't done, and no text to that number spoke of. Nothing in the night.
    """
    if not may_send(now, to_staff=False):
        return 0
    async with tx():
        return len(await enqueue([*await _reminders(now), *await _called_off(now)], now))


async def _reminders(now: datetime) -> list[Draft]:
    rows = await fetch(DUE, now, end_of(add_days(local_day(now), AHEAD_DAYS)))
    told = await _reachable(rows, now)
    new = await unspoken([(to.key, _about(row)) for to, row in told])
    return [_draft(row, to, now) for to, row in told if (to.key, _about(row)) in new]


async def _reachable(rows: Sequence[Record], now: datetime) -> list[tuple[Recipient, Record]]:
    found = await recipients([row["person"] for row in rows], now, kind=VISIT_PHONE)
    return [(to, row) for row in rows if isinstance(to := found[row["person"]], Recipient)]


DUE = """
SELECT d.id, d.person, d.variant, d.due_at, s.from_at
  FROM booking b
  JOIN booking_slot s ON s.booking = b.id AND s.freed_at IS NULL
  JOIN duty d ON d.subject_kind = 'booking' AND d.subject_id = b.id AND d.rule = 'VV-13' AND d.state = 'open'
             AND d.variant = CASE b.state WHEN 'scheduled' THEN 'confirm' ELSE 'attend' END
 WHERE b.state IN ('scheduled', 'confirmed') AND b.withdrawn_at IS NULL AND d.due_at > $1 AND d.due_at <= $2
 ORDER BY d.id"""


def _draft(row: Record, to: Recipient, now: datetime) -> Draft:
    begins = local(row["from_at"])
    text = visit_reminder(begins.date(), clock_text(begins), confirmed=row["variant"] == "attend")
    return Draft(
        kind=KIND,
        body=text.body,
        once_key=f"visit/{row['id']}/{to.contact}",
        number=to.number,
        not_before=now,
        not_after=row["due_at"],
        person=row["person"],
        contact=to.contact,
        about=(_about(row),),
    )


def _about(row: Record) -> About:
    return About(row["id"], REMINDER, f"due {row['due_at'].isoformat()}")


async def _called_off(now: datetime) -> list[Draft]:
    """Of sessions still to come that others than the family called off: at once, since it may be on its way."""
    return [
        Draft(
            kind=KIND,
            body=visit_cancelled(local(row["from_at"]).date(), clock_text(row["from_at"])).body,
            once_key=f"visit/off/{row['id']}",
            number=to.number,
            not_before=now,
            not_after=row["from_at"],
            person=row["person"],
            contact=to.contact,
            at_once=True,
        )
        for to, row in await _reachable(await fetch(CALLED_OFF, now), now)
    ]


CALLED_OFF = """
SELECT b.id, b.person, s.from_at
  FROM booking b
  JOIN booking_slot s ON s.booking = b.id AND s.from_at > $1
  JOIN booking_event e ON e.booking = b.id AND e.step = 'cancel' AND e.detail ->> 'by' <> 'family'
 WHERE b.state = 'cancelled' AND b.withdrawn_at IS NULL
   AND NOT EXISTS (SELECT FROM message m WHERE m.once_key = 'visit/off/' || b.id)
 ORDER BY b.id"""
