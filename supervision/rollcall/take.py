"""The roll call: a pure read for any moment, and once a day the list that is kept, with its hash."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from supervision.access.viewer import Viewer
from supervision.audit.heads import Head
from supervision.audit.record import record
from supervision.audit.seal import latest_head
from supervision.days import local_day
from supervision.db import Record, fetch_row, fetch_value, insert_many, tx
from supervision.rollcall.buckets import CORRECTION
from supervision.rollcall.headline import Headline, headline
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.known import View
from supervision.rollcall.movement import Movement, movement
from supervision.rollcall.register import REMAINDER, Register
from supervision.rollcall.strays import Named, find_strays, name_help_remainder, name_remainder
from supervision.rollcall.third import APART


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration and its bucket; the remainder has no proof."""

    order: int
    """Its number: of an order, or of a period of help."""
    person: int
    bucket: str
    proof: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One register: every registration exactly once."""

    register: Register
    entries: tuple[Entry, ...]
    counts: dict[str, int]
    """Every bucket in its order, without the remainder."""
    remainder: tuple[Named, ...]

    @property
    def total(self) -> int:
        return len(self.entries)

    @property
    def list_hash(self) -> str:
        return hash_of(((entry.order, entry.bucket) for entry in self.entries), self.register.code)


@dataclass(frozen=True, slots=True)
class Taken:
    """A roll call as it was at a moment: both registers, each by itself, and who is on neither."""

    at: datetime
    correction: Counted
    help: Counted
    strays: tuple[Named, ...]
    headline: Headline
    apart: int
    """People on neither register: whose correction and help have ended, subjects of commissions, prisoners, visitors."""
    audit_head: Head | None
    """Where the audit chain stands; None for the past."""

    @property
    def registers(self) -> tuple[Counted, Counted]:
        return (self.correction, self.help)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.correction.entries

    @property
    def counts(self) -> dict[str, int]:
        return self.correction.counts

    @property
    def remainder(self) -> tuple[Named, ...]:
        return self.correction.remainder

    @property
    def total(self) -> int:
        return self.correction.total

    @property
    def list_hash(self) -> str:
        return self.correction.list_hash

    @property
    def lost(self) -> tuple[Named, ...]:
        """Whoever has no bucket, and whoever is lost in another way."""
        return (*self.correction.remainder, *self.help.remainder, *self.strays)

    @property
    def closes(self) -> bool:
        """Nobody is missing and nobody is lost."""
        return not self.lost


async def roll_call(at: datetime, *, live: bool = False, viewer: Viewer | None = None) -> Taken:
    """Every registration of the viewer's scope in its bucket, as known at `at`; writes nothing.

    For a past moment these are rebuilt: the register by when orders, registrations and end facts were recorded; duties by
    the events after it; alerts by their events; facts by when they were recorded and withdrawn. Limits that were moved
    since, and an end date that was changed for the first time since, are shown as they are today.
    `live`: `at` is the present, which is read as it stands. All is read of one moment: whatever is done meanwhile is in
    every part of it or in none.
    """
    async with tx(snapshot=True):
        return await _read(View(at, live, viewer))


async def _read(view: View) -> Taken:
    return Taken(
        at=view.at,
        correction=await _count(view, CORRECTION, "o.person", name_remainder),
        help=await _count(view, HELP, "h.person", name_help_remainder),
        strays=tuple(await find_strays(view)),
        headline=await headline(view),
        apart=(await view.rows(APART, "p.id"))[0]["people"],
        audit_head=await latest_head() if view.live else None,
    )


Name = Callable[[View, list[int]], Awaitable[list[Named]]]


async def _count(view: View, register: Register, person: str, name: Name) -> Counted:
    entries = tuple(_entry(row) for row in await view.rows(register.census, person))
    counted = Counter(entry.bucket for entry in entries)
    lost = [entry.order for entry in entries if entry.bucket == REMAINDER]
    counts = {bucket.code: counted[bucket.code] for bucket in register.buckets}
    return Counted(register, entries, counts, tuple(await name(view, lost)))


def _entry(row: Record) -> Entry:
    bucket, _, proof = (row["found"] or REMAINDER).partition("|")
    return Entry(row["id"], row["person"], bucket, proof.strip())


def hash_of(buckets: Iterable[tuple[int, str]], register: str = CORRECTION.code) -> str:
    """SHA-256 over the sorted lines `register|subject|bucket`, joined by newlines, as UTF-8."""
    lines = sorted(f"{register}|{subject}|{bucket}" for subject, bucket in buckets)
    return sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """The day's roll call as it is kept; `made` is false where another process (or an earlier run) had taken it."""

    id: int
    day: date
    total: int
    remainder: int
    """Of both registers."""
    made: bool


async def take(now: datetime) -> Kept:
    """Keep the day's roll call and its list; the first one of a day stays, whoever else comes."""
    day = local_day(now)
    if kept := await _kept(day):
        return kept
    # Read apart from the writing: a snapshot that writes would fail where another process keeps the day at once.
    async with tx(snapshot=True):
        taken = await roll_call(now, live=True)
        moved = await movement(taken.at, {entry.order for entry in taken.entries})
    async with tx():
        roll_call_id = await _insert(taken, moved, day)
        if roll_call_id is not None:
            await _keep_entries(roll_call_id, taken)
            detail = {"total": taken.total, "remainder": len(taken.remainder), "hash": taken.list_hash}
            await record(None, "take_roll_call", subject=("roll_call", roll_call_id), detail=detail, now=now)
            lost = sum(len(counted.remainder) for counted in taken.registers)
            return Kept(roll_call_id, day, taken.total, lost, made=True)
    kept = await _kept(day)
    assert kept is not None, "whoever came first has committed"
    return kept


async def _kept(day: date) -> Kept | None:
    row = await fetch_row(
        """SELECT id, day, total, remainder + coalesce((headline -> 'help' ->> 'remainder')::int, 0) AS remainder
             FROM roll_call WHERE day = $1""",
        day,
    )
    return Kept(row["id"], row["day"], row["total"], row["remainder"], made=False) if row else None


async def _insert(taken: Taken, moved: Movement | None, day: date) -> int | None:
    made: int | None = await fetch_value(
        """INSERT INTO roll_call (day, taken_at, total, remainder, buckets, headline, list_hash, audit_head)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ON CONSTRAINT roll_call_day_once DO NOTHING RETURNING id""",
        day,
        taken.at,
        taken.total,
        len(taken.remainder),
        json.dumps(taken.counts),
        json.dumps(summary(taken, moved), ensure_ascii=False),
        taken.list_hash,
        str(taken.audit_head) if taken.audit_head else None,
    )
    return made


async def _keep_entries(roll_call_id: int, taken: Taken) -> None:
    rows = [
        (roll_call_id, counted.register.code, e.order, e.person, e.bucket, e.proof)
        for counted in taken.registers
        for e in counted.entries
    ]
    await insert_many("roll_call_entry", ("roll_call", "register", "subject_id", "person", "bucket", "proof"), rows)


def summary(taken: Taken, moved: Movement | None) -> dict[str, Any]:
    """What is kept beside the list: the headline, who was lost, what came and went since the last roll call."""
    head, oldest = taken.headline, taken.headline.oldest_contact
    return {
        "past_limit": head.past_limit,
        "past_own_limit": head.past_own_limit,
        "oldest_contact": {"order": oldest.order, "at": oldest.at.isoformat(), "how": oldest.how} if oldest else None,
        "never_contacted": head.never_contacted,
        "late_steps": head.late_steps,
        "late_entries": head.late_entries,
        "apart": taken.apart,
        "lost": [[_order_of(named), named.person, named.what] for named in taken.lost],
        "help": {
            "total": taken.help.total,
            "remainder": len(taken.help.remainder),
            "counts": taken.help.counts,
            "list_hash": taken.help.list_hash,
        },
        "movement": moved.as_json() if moved else None,
    }


def _order_of(named: Named) -> int | None:
    """The order of somebody who is lost; a period of help is told by its person."""
    return None if named.of_help else named.order
