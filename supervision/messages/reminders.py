"""Texts to people about what they owe: one a day with all that is due, and one about what was missed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from supervision import rules
from supervision.days import SHANGHAI, at_hour, end_of, local_day, start_of
from supervision.db import Record, execute, fetch, fetch_value, insert_many, tx
from supervision.messages import texts
from supervision.messages.outbox import (
    STILL_OWED,
    About,
    Draft,
    cancel_answered,
    enqueue,
    may_send,
    next_moment,
    unspoken,
)
from supervision.messages.recipients import Recipient, recipients
from supervision.rules.reminding import due_day, reminder_moments

BATCH = 500  # people
REMINDER, MISSED = "reminder", "missed"
TOLD_ALIKE = [rule.id for rule in rules.RULES if rule.remind_days and rule.owed_by != "person"]
"""What the staff owe and the person is told of too: that a time was agreed."""
MISSED_IS_NEWS = timedelta(days=2)


# -- reminders --------------------------------------------------------------------------------------------------


async def remind(now: datetime) -> int:
    """Queue the texts that are due now, one a person; how many. Nothing in the night: what is due waits till 9:00.

    A person who was texted today, or whose last reminder still waits, is reminded of what is new on another day.
    """
    if not may_send(now, to_staff=False):
        return 0
    await cancel_answered(now)  # what will not go out must not keep today's reminder waiting
    await _forget_what_is_over(now)
    queued = 0
    while True:
        async with tx():
            duties = await _due(now)
            made, moved = await _remind(duties, now)
        queued += made
        if not moved:
            return queued


async def _forget_what_is_over(now: datetime) -> None:
    await execute(
        """UPDATE duty SET remind_at = NULL
            WHERE state = 'open' AND remind_at <= $1
              AND (due_at <= $1 OR (owed_by <> 'person' AND rule <> ALL($2)) OR subject_kind <> 'order')""",
        now,
        TOLD_ALIKE,
    )


async def _due(now: datetime) -> list[Record]:
    """All that some people are to be reminded of today, of those for whom a reminder is due now."""
    return await fetch(
        """SELECT d.id, d.person, d.subject_id, d.rule, d.variant, d.due_at, d.remind_at
             FROM duty d
            WHERE d.state = 'open' AND d.remind_at < $2 AND d.due_at > $1 AND d.subject_kind = 'order' AND d.person IN (
                  SELECT w.person FROM duty w
                   WHERE w.state = 'open' AND w.remind_at <= $1 AND w.due_at > $1 AND w.subject_kind = 'order'
                     AND NOT EXISTS (SELECT FROM message m WHERE m.person = w.person AND m.kind = 'reminder'
                                        AND (m.created_at >= $3 OR m.claimed_at >= $3 OR m.state = 'waiting'))
                   GROUP BY w.person ORDER BY w.person LIMIT $4)
            ORDER BY d.id FOR NO KEY UPDATE OF d SKIP LOCKED""",
        now,
        end_of(local_day(now)),
        start_of(local_day(now)),
        BATCH,
    )


async def _remind(duties: Sequence[Record], now: datetime) -> tuple[int, int]:
    """Texts queued, and duties whose next reminder was set."""
    if not duties:
        return 0, 0
    fresh = await _fresh(duties, [_reminder_of(row, now) for row in duties], now)
    drafts = [_reminder(one, now) for one in fresh.values() if one.duties]
    queued = await enqueue(drafts, now)
    kept = {duty.duty for draft in drafts if draft.once_key not in queued for duty in draft.about}
    moved = [row for row in duties if row["id"] not in kept]
    await _move_on(moved, now)
    return len(queued), len(moved)


def _reminder_of(row: Record, now: datetime) -> About:
    """The latest reminder that is due: after an outage it stands for those before it."""
    moments = reminder_moments(row["rule"], row["variant"], row["due_at"])
    latest = max((moment for moment in moments if moment <= now), default=row["remind_at"])
    return About(row["id"], REMINDER, f"{_version(row)} on {local_day(latest)}")


def _version(row: Record) -> str:
    """By the day; where an hour was agreed by the hour: one that was moved is told anew."""
    hour = _hour(row)
    return f"due {due_day(row['due_at'])}{f' {hour}' if hour else ''}"


def _hour(row: Record) -> str:
    """The agreed hour; empty where the day is what counts."""
    return f"{row['due_at'].astimezone(SHANGHAI):%H:%M}" if row["rule"] in TOLD_ALIKE else ""


def _reminder(to: "Texted", now: datetime) -> Draft:
    body = texts.reminder(items_of(to.duties), to.office, to.recipient.holder).body
    return Draft(
        kind=REMINDER,
        body=body,
        once_key=f"{REMINDER}/{to.person}/{local_day(now)}",
        number=to.recipient.number,
        not_before=now,
        not_after=min(row["due_at"] for row in to.duties),
        person=to.person,
        contact=to.recipient.contact,
        about=to.about,
    )


async def _move_on(duties: Sequence[Record], now: datetime) -> None:
    """Set the next reminder of these duties, or none, where nobody has set another meanwhile."""
    nexts = [
        min((m for m in reminder_moments(row["rule"], row["variant"], row["due_at"]) if m > now), default=None)
        for row in duties
    ]
    await execute(
        """UPDATE duty d SET remind_at = n.next
             FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS n(id, was, next)
            WHERE d.id = n.id AND d.remind_at = n.was""",
        [row["id"] for row in duties],
        [row["remind_at"] for row in duties],
        nexts,
    )


# -- what was missed --------------------------------------------------------------------------------------------


async def enqueue_missed(duty_ids: Iterable[int], now: datetime) -> int:
    """Tell people of their lapses, one text a person, in the transaction of the watch; how many were queued.

    Only of rules that tell (`tells_of_miss`); said by day, and only while it is news. What lapsed in an earlier batch and
    still waits to be told is told in the same text.
    """
    rows = await fetch(
        f"""SELECT d.id, d.person, d.subject_id, d.rule, d.variant, d.due_at FROM duty d
             WHERE d.id = ANY($1) AND d.owed_by = 'person' AND d.subject_kind = 'order' AND {STILL_OWED} ORDER BY d.id""",
        sorted(set(duty_ids)),
    )
    told = [row for row in rows if row["variant"] in rules.by_id(row["rule"]).tells_of_miss]
    fresh = await _fresh(told, [About(row["id"], MISSED, _version(row)) for row in told], now)
    drafts = {person: _missed(one, now) for person, one in fresh.items() if one.duties}
    queued = await enqueue(list(drafts.values()), now)
    for person, draft in drafts.items():
        if draft.once_key not in queued and not await _added(fresh[person], draft):
            queued |= await enqueue([replace(draft, once_key=f"{draft.once_key}/{draft.about[0].duty}")], now)
    return len(queued)


async def _added(more: "Texted", draft: Draft) -> bool:
    """Let the day's text that still waits speak of these lapses too; False when it has gone, or goes to another number."""
    waiting = await fetch_value(
        "SELECT id FROM message WHERE once_key = $1 AND recipient_key = $2 AND state = 'waiting' FOR UPDATE",
        draft.once_key,
        more.recipient.key,
    )
    if waiting is None:
        return False
    told = await fetch(
        f"""SELECT d.rule, d.variant, d.due_at FROM message_about a JOIN duty d ON d.id = a.duty
             WHERE a.message = $1 AND {STILL_OWED} ORDER BY d.id""",
        waiting,
    )
    body = texts.missed(items_of([*told, *more.duties]), more.office, more.recipient.holder).body
    await execute("UPDATE message SET body = $2 WHERE id = $1", waiting, body)
    rows = [(waiting, more.recipient.key, one.duty, one.kind, one.version) for one in more.about]
    await insert_many("message_about", ("message", "recipient_key", "duty", "kind", "version"), rows)
    return True


def _missed(to: "Texted", now: datetime) -> Draft:
    first = next_moment(now, to_staff=False)
    return Draft(
        kind=MISSED,
        body=texts.missed(items_of(to.duties), to.office, to.recipient.holder).body,
        once_key=f"{MISSED}/{to.person}/{local_day(first)}",
        number=to.recipient.number,
        not_before=first,
        not_after=at_hour(local_day(first + MISSED_IS_NEWS), 0),
        person=to.person,
        contact=to.recipient.contact,
        about=to.about,
    )


# -- of both ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Texted:
    """A person who can be texted, and of which duties no text to that number has spoken yet."""

    person: int
    recipient: Recipient
    office: str
    duties: tuple[Record, ...]
    about: tuple[About, ...]


async def _fresh(duties: Sequence[Record], about: Sequence[About], now: datetime) -> dict[int, Texted]:
    """Group by person; who can't be texted is left out, and so is what was already said."""
    reachable = {
        person: found
        for person, found in (await recipients({row["person"] for row in duties}, now)).items()
        if isinstance(found, Recipient)
    }
    pairs = [(row, one) for row, one in zip(duties, about, strict=True) if row["person"] in reachable]
    keys = {person: found.key for person, found in reachable.items()}
    new = await unspoken([(keys[row["person"]], one) for row, one in pairs])
    offices = await _offices({row["subject_id"] for row, _ in pairs}, now)
    grouped: dict[int, list[tuple[Record, About]]] = {}
    for row, one in pairs:
        if (keys[row["person"]], one) in new:
            grouped.setdefault(row["person"], []).append((row, one))
    return {
        person: Texted(
            person,
            reachable[person],
            offices.get(group[0][0]["subject_id"], ""),
            tuple(row for row, _ in group),
            tuple(one for _, one in group),
        )
        for person, group in grouped.items()
    }


async def _offices(subjects: Iterable[int], now: datetime) -> dict[int, str]:
    rows = await fetch(
        """SELECT r.subject_id, o.name FROM responsibility r JOIN office o ON o.id = r.office
            WHERE r.subject_kind = 'order' AND r.role = 'main' AND r.subject_id = ANY($1)
              AND r.from_at <= $2 AND (r.to_at IS NULL OR r.to_at > $2)""",
        sorted(subjects),
        now,
    )
    return {row["subject_id"]: row["name"] for row in rows}


def items_of(duties: Iterable[Record]) -> list[texts.Item]:
    """What a text says of these duties."""
    return [
        texts.Item(texts.kind_of(row["rule"], row["variant"]), due_day(row["due_at"]), _hour(row)) for row in duties
    ]
