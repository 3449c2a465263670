"""The outbox: texts are rows, made in the transaction of their cause; sent by `delivery`, once each."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from supervision.days import DAY, SHANGHAI, at_hour, local_day, start_of
from supervision.db import Record, execute, fetch, insert_many, tx
from supervision.locks import Lock
from supervision.messages.recipients import RECIPIENT
from supervision.messages.texts import CLOSES_HOUR, OPENS_HOUR
from supervision.sealed import keyring

STAFF_OPENS_HOUR = 8  # local; staff get their digest before the day begins
RETRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
CUT_OFF_AFTER = timedelta(minutes=5)
"""Longer than any provider's time-out: a text that is being sent for so long was cut off, and nobody knows."""


@dataclass(frozen=True, slots=True)
class About:
    """What a text speaks of; `version` names the terms, so that a moved duty may be spoken of anew."""

    duty: int
    kind: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text to queue, to a person or to a member of the staff; `number` in E.164, `once_key` makes it the only one."""

    kind: str
    body: str
    once_key: str
    number: str
    not_before: datetime
    not_after: datetime
    person: int | None = None
    staff: int | None = None
    contact: int | None = None
    about: tuple[About, ...] = ()
    at_once: bool = False
    """By a human's word: goes out on a day that has its text already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt; `attempt` is the fence against an outcome that comes after another attempt."""

    message: int
    attempt: int
    state: str
    provider_ref: str | None = None
    provider_status: str | None = None
    error: str | None = None
    next_try_at: datetime | None = None
    reason: str | None = None
    """Why the provider refused: bad_number, opted_out, rejected."""


# -- hours ------------------------------------------------------------------------------------------------------


def opening_hour(*, to_staff: bool) -> int:
    """The first local hour of a day in which texts to these readers go out."""
    return STAFF_OPENS_HOUR if to_staff else OPENS_HOUR


def may_send(now: datetime, *, to_staff: bool) -> bool:
    """Whether texts to these readers go out at this moment."""
    local = now.astimezone(SHANGHAI).time()
    return time(opening_hour(to_staff=to_staff)) <= local < time(CLOSES_HOUR)


def next_moment(wanted: datetime, *, to_staff: bool) -> datetime:
    """The first moment not before `wanted` at which a text to these readers may go out."""
    day = local_day(wanted)
    if wanted >= at_hour(day, CLOSES_HOUR):
        day += DAY
    return max(wanted, at_hour(day, opening_hour(to_staff=to_staff)))


# -- queue ------------------------------------------------------------------------------------------------------


async def enqueue(drafts: Sequence[Draft], now: datetime) -> dict[str, int]:
    """Queue texts in the caller's transaction; `once_key` → id of those that are new.

    A person gets one text a local day: a second one waits for the next morning, unless it would come too late. What a text
    speaks of is spoken of once for each recipient: a second row is our bug, and fails the whole.
    """
    if not drafts:
        return {}
    ring = keyring()
    keys = [ring.blind(draft.number, RECIPIENT) for draft in drafts]
    boxes = [ring.seal(draft.number, RECIPIENT) for draft in drafts]
    async with tx():
        moments = await _free_moments(drafts, now)
        rows = [_row(*one) for one in zip(drafts, boxes, keys, moments, strict=True)]
        made = await fetch(ENQUEUE, *(list(column) for column in zip(*rows, strict=True)), now)
        ids = {row["once_key"]: row["id"] for row in made}
        about = [
            (ids[draft.once_key], key, one.duty, one.kind, one.version)
            for draft, key in zip(drafts, keys, strict=True)
            if draft.once_key in ids
            for one in draft.about
        ]
        await insert_many("message_about", ("message", "recipient_key", "duty", "kind", "version"), about)
    return ids


ENQUEUE = """
INSERT INTO message (person, staff, contact, recipient_sealed, recipient_key, kind, body, once_key, not_before,
                     not_after, next_try_at, state, created_at, attempts)
SELECT n.*, n.not_before, 'waiting', $11, 0
  FROM unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::timestamptz[], $10::timestamptz[])
    AS n(person, staff, contact, recipient_sealed, recipient_key, kind, body, once_key, not_before, not_after)
ON CONFLICT ON CONSTRAINT message_once DO NOTHING
RETURNING id, once_key
"""


async def _free_moments(drafts: Sequence[Draft], now: datetime) -> list[datetime]:
    """When each of these texts may go out first, one a person a day."""
    taken = await _days_taken([draft.person for draft in drafts if draft.person], now)
    moments = []
    for draft in drafts:
        days = taken.setdefault(draft.person, set()) if draft.person else set()
        moments.append(free_moment(draft, days))
        days.add(local_day(moments[-1]))
    return moments


def free_moment(draft: Draft, taken: Collection[date]) -> datetime:
    """The first moment for this text on a day without another one; where none is left in time, the first at all."""
    first = moment = next_moment(draft.not_before, to_staff=draft.staff is not None)
    while local_day(moment) in taken and not draft.at_once:
        moment = at_hour(local_day(moment) + DAY, OPENS_HOUR)
    return moment if moment < draft.not_after else first


async def _days_taken(people: Sequence[int], now: datetime) -> dict[int, set[date]]:
    """Person → today and later days on which a text went out, or waits to; nobody else adds one until we are through."""
    if not people:
        return {}
    await execute("SELECT pg_advisory_xact_lock($1)", Lock.ENQUEUE)
    rows = await fetch(
        """SELECT person, CASE state WHEN 'waiting' THEN greatest(not_before, next_try_at) ELSE claimed_at END AS at
             FROM message
            WHERE person = ANY($1) AND ((state = 'waiting' AND not_after > $2)
               OR (state IN ('sending', 'sent', 'delivered', 'undelivered', 'unknown') AND claimed_at >= $3))""",
        list(people),
        now,
        start_of(local_day(now)),
    )
    taken: dict[int, set[date]] = {}
    for row in rows:
        # A text that waits since yesterday goes out today.
        taken.setdefault(row["person"], set()).add(local_day(max(row["at"], now)))
    return taken


def _row(draft: Draft, box: str, key: str, moment: datetime) -> tuple[object, ...]:
    return (
        draft.person,
        draft.staff,
        draft.contact,
        box,
        key,
        draft.kind,
        draft.body,
        draft.once_key,
        moment,
        draft.not_after,
    )


async def unspoken(about: Sequence[tuple[str, About]]) -> set[tuple[str, About]]:
    """Those of (recipient's key, what about) that no text has spoken of yet."""
    if not about:
        return set()
    columns = zip(*((key, one.duty, one.kind, one.version) for key, one in about), strict=True)
    rows = await fetch(
        """SELECT a.recipient_key, a.duty, a.kind, a.version
             FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS n(recipient_key, duty, kind, version)
             JOIN message_about a USING (recipient_key, duty, kind, version)""",
        *(list(column) for column in columns),
    )
    return set(about) - {(row["recipient_key"], About(row["duty"], row["kind"], row["version"])) for row in rows}


# -- claim, record, sweep ---------------------------------------------------------------------------------------


async def claim(now: datetime, limit: int, who: str) -> list[Record]:
    """Take up to `limit` texts that may go out now; each is given to one process only."""
    to_people, to_staff = may_send(now, to_staff=False), may_send(now, to_staff=True)
    if not (to_people or to_staff):
        return []
    rows = await fetch(
        """UPDATE message SET state = 'sending', attempts = attempts + 1, claimed_at = $1, claimed_by = $2
            WHERE id = ANY (ARRAY(SELECT id FROM message
                          WHERE state = 'waiting' AND next_try_at <= $1 AND not_before <= $1 AND not_after > $1
                            AND CASE WHEN staff IS NULL THEN $4::bool ELSE $5::bool END
                          ORDER BY next_try_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
        RETURNING id, recipient_sealed, body, not_after, attempts, staff, claimed_at""",
        now,
        who,
        limit,
        to_people,
        to_staff,
    )
    return sorted(rows, key=lambda row: int(row["id"]))


async def record_outcomes(outcomes: Sequence[Outcome], provider: str, now: datetime) -> int:
    """Write what became of a batch, each by compare-and-set; how many were still ours to write.

    An acceptance that comes after the sweep still counts, unless somebody has dealt with the text meanwhile.
    """
    if not outcomes:
        return 0
    rows = [
        (o.message, o.attempt, o.state, o.provider_ref, o.provider_status, o.error, o.next_try_at) for o in outcomes
    ]
    about_numbers = any(o.reason in ("bad_number", "opted_out") for o in outcomes)
    async with tx() if about_numbers else nullcontext():
        done = await execute(RECORD, *(list(column) for column in zip(*rows, strict=True)), provider, now)
        await _mark_contacts([o.message for o in outcomes if o.reason == "bad_number"], now)
        await _mark_refusals([o.message for o in outcomes if o.reason == "opted_out"], now)
    return done


RECORD = """
UPDATE message m
   SET state = n.state, provider = $8, provider_ref = n.provider_ref, provider_status = n.provider_status,
       error = n.error, next_try_at = coalesce(n.next_try_at, m.next_try_at),
       ended_at = CASE WHEN n.state IN ('failed', 'unknown', 'expired') THEN $9::timestamptz END
  FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
    AS n(id, attempt, state, provider_ref, provider_status, error, next_try_at)
 WHERE m.id = n.id AND m.attempts = n.attempt
   AND (m.state = 'sending' OR (m.state = 'unknown' AND n.state = 'sent' AND m.looked_at IS NULL))
"""


async def _mark_contacts(messages: Sequence[int], now: datetime) -> None:
    """These numbers take no texts: known from now on."""
    if messages:
        await execute(
            """UPDATE contact SET bad_since = $2 WHERE bad_since IS NULL
                  AND id IN (SELECT contact FROM message WHERE id = ANY($1))""",
            list(messages),
            now,
        )


async def _mark_refusals(messages: Sequence[int], now: datetime) -> None:
    """The holders refuse texts: a new fact that replaces the old one."""
    if messages:
        await execute(
            """WITH old AS (UPDATE contact SET withdrawn_at = $2 WHERE withdrawn_at IS NULL AND consent = 'yes'
                               AND id IN (SELECT contact FROM message WHERE id = ANY($1)) RETURNING *)
               INSERT INTO contact (person, kind, value_sealed, key, tail_key, holder, rank, ok_from, bad_since,
                                    consent, recorded_at, replaces)
               SELECT person, kind, value_sealed, key, tail_key, holder, rank, $2, bad_since, 'no', $2, id
                 FROM old""",
            list(messages),
            now,
        )


@dataclass(frozen=True, slots=True)
class Swept:
    """How many texts were left in an unknown state, are useless by now, or were answered before they went out."""

    unknown: int
    expired: int
    cancelled: int


async def sweep(now: datetime) -> Swept:
    """Texts whose sender died are *unknown*, never sent again by themselves; what is too late is never sent."""
    unknown = await execute(
        """UPDATE message SET state = 'unknown', ended_at = $1, error = '发送中断，不知是否已发出。'
            WHERE state = 'sending' AND claimed_at <= $2""",
        now,
        now - CUT_OFF_AFTER,
    )
    expired = await execute(
        "UPDATE message SET state = 'expired', ended_at = $1 WHERE state = 'waiting' AND not_after <= $1", now
    )
    return Swept(unknown, expired, await cancel_answered(now))


STILL_OWED = """d.state = 'open' AND
    (SELECT o.ended_at FROM orders o WHERE d.subject_kind = 'order' AND o.id = d.subject_id) IS NULL"""
"""A duty `d` of which its person may be told: an ended order leaves its lapses to the staff.

As a value, not as NOT EXISTS: for that the planner reads all orders.
"""


async def cancel_answered(now: datetime) -> int:
    """Waiting texts of which nothing is owed any more, or whose order has ended: they would say what isn't so."""
    return await execute(
        f"""UPDATE message m SET state = 'cancelled', ended_at = $1, error = '发出前已办结。'
             WHERE m.state = 'waiting' AND EXISTS (SELECT FROM message_about a WHERE a.message = m.id)
               AND NOT EXISTS (SELECT FROM message_about a JOIN duty d ON d.id = a.duty
                                WHERE a.message = m.id AND {STILL_OWED})""",
        now,
    )


async def take_back(order: int, rule: str, period: str, now: datetime) -> int:
    """Waiting texts that speak of a duty whose time was agreed anew: cancelled, so what else they spoke of is told again."""
    return await execute(
        """WITH gone AS (
               UPDATE message SET state = 'cancelled', ended_at = $4, error = '约定已改。'
                WHERE state = 'waiting' AND id IN (
                      SELECT a.message FROM message_about a JOIN duty d ON d.id = a.duty
                       WHERE d.subject_kind = 'order' AND d.subject_id = $1 AND d.rule = $2 AND d.period = $3)
               RETURNING id),
           untold AS (DELETE FROM message_about a USING gone WHERE a.message = gone.id RETURNING a.duty)
           UPDATE duty d SET remind_at = $4 FROM untold WHERE d.id = untold.duty AND d.state = 'open' AND d.due_at > $4""",
        order,
        rule,
        period,
        now,
    )
