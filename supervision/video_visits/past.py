"""Video visits of the past, put down many at once: for the demo and for records that are taken over. Knows no scope."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import execute, fetch, insert_rows, take_ids, tx
from supervision.errors import Refusal
from supervision.people.actions import VISIT_PHONE, NewContact, NewPerson, add_people, contact_row
from supervision.rules.base import Parameters
from supervision.rules.timing import ONCE
from supervision.rules.video_visit import arrive_between
from supervision.rules.video_visit_clocks import ATTEND, KIND
from supervision.settings.terms import load_terms
from supervision.video_visits.steps import STEPS
from supervision.video_visits.words import CANCELLED_BY

# -- who is in prison, and who visits them ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PastRelative:
    """Somebody whose kinship was verified by a paper."""

    person: NewPerson
    kinship: str
    proof: str = "household_book"
    phone: NewContact | None = None


@dataclass(frozen=True, slots=True)
class PastHousehold:
    """A prisoner in the prison of this name, and the relatives who were verified at that moment."""

    person: NewPerson
    prison: str
    number: str
    level: str
    relatives: tuple[PastRelative, ...]
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Household:
    """A household on record: the ids of the prisoner and the prison, of the relatives, and of the persons that these are."""

    prisoner: int
    person: int
    prison: int
    relatives: tuple[int, ...]
    people: tuple[int, ...]


Known = tuple[Household, PastHousehold]


async def record_households(
    entries: Sequence[PastHousehold], now: datetime, *, by: int | None = None
) -> list[Household]:
    """Put prisoners and their families down by one COPY a table, with one audit row; in the order of the entries.

    A prison that isn't there is made. Nobody of the people may be known already.
    """
    if not entries:
        return []
    async with tx():
        known = await _take_households(entries, now, by)
        await insert_rows("prisoner", [_prisoner(*one, by) for one in known])
        await insert_rows("prisoner_status", [_status(*one, by) for one in known])
        await insert_rows("family_member", [row for one in known for row in _members(*one, by)])
        await insert_rows("family_check", [row for one in known for row in _checks(*one, by)])
        await insert_rows("contact", [row for one in known for row in _contacts(*one, by)])
        people = [person for one, _ in known for person in (one.person, *one.people)]
        await record(None, "households_past", people=people, detail={"prisoners": len(known)}, now=now)
    return [one for one, _ in known]


async def _take_households(entries: Sequence[PastHousehold], now: datetime, by: int | None) -> list[Known]:
    prisons = await _named("prison", (one.prison for one in entries), now, by)
    inmates = await add_people([one.person for one in entries], now)
    relatives = [relative.person for one in entries for relative in one.relatives]
    people = iter(await add_people(relatives, now))
    members = iter(await take_ids("family_member", len(relatives)))
    return [
        (Household(id, inmate, prisons[one.prison], _next(members, one), _next(people, one)), one)
        for id, inmate, one in zip(await take_ids("prisoner", len(entries)), inmates, entries, strict=True)
    ]


def _next(ids: Iterator[int], one: PastHousehold) -> tuple[int, ...]:
    return tuple(islice(ids, len(one.relatives)))


async def _named(table: str, names: Iterable[str], now: datetime, by: int | None) -> dict[str, int]:
    """Name → id of prisons or rooms; those that aren't there are made."""
    wanted = sorted(set(names))
    await execute(
        f"""INSERT INTO {table} (name, recorded_at, recorded_by) SELECT name, $2, $3 FROM unnest($1::text[]) AS n(name)
            ON CONFLICT (name) DO NOTHING""",
        wanted,
        now,
        by,
    )
    return {row["name"]: row["id"] for row in await fetch(f"SELECT id, name FROM {table} WHERE name = ANY($1)", wanted)}


def _prisoner(one: Household, told: PastHousehold, by: int | None) -> dict[str, Any]:
    return {"id": one.prisoner, "person": one.person, "recorded_at": told.verified_at, "recorded_by": by}


def _status(one: Household, told: PastHousehold, by: int | None) -> dict[str, Any]:
    where = {"prisoner": one.prisoner, "prison": one.prison, "prison_number": told.number, "level": told.level}
    return where | {"happened_at": told.verified_at, "recorded_at": told.verified_at, "recorded_by": by}


def _members(one: Household, told: PastHousehold, by: int | None) -> list[dict[str, Any]]:
    return [
        {
            "id": id,
            "prisoner": one.prisoner,
            "person": person,
            "kinship": relative.kinship,
            "state": "ok",
            "recorded_at": told.verified_at,
            "recorded_by": by,
        }
        for id, person, relative in zip(one.relatives, one.people, told.relatives, strict=True)
    ]


def _checks(one: Household, told: PastHousehold, by: int | None) -> list[dict[str, Any]]:
    at = {"happened_at": told.verified_at, "recorded_at": told.verified_at, "recorded_by": by}
    return [
        {"family": id, "result": "ok", "proof": relative.proof} | at
        for id, relative in zip(one.relatives, told.relatives, strict=True)
    ]


def _contacts(one: Household, told: PastHousehold, by: int | None) -> list[dict[str, Any]]:
    return [
        contact_row(person, replace(relative.phone, kind=VISIT_PHONE), told.verified_at, by)
        for person, relative in zip(one.people, told.relatives, strict=True)
        if relative.phone
    ]


# -- what became of their bookings --------------------------------------------------------------------------------

WAYS = {
    "done": ("forward", "schedule", "confirm", "arrive", "start", "end"),
    "no_show": ("forward", "schedule", "confirm", "miss"),
    "cancelled": ("forward", "schedule", "cancel"),
    "prison_refused": ("forward", "prison_refuse"),
    "returned": ("return",),
}
"""How a booking may have ended → the steps that lead there."""
MISSED = "家属逾时未到场，记为爽约。"


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A booking that came to its end: who was to come (the first applied), the moments of its steps, and how it ended.

    One that was refused has no session; `answered_at` is then the moment of the refusal. `came`: how many of the visitors.
    """

    household: Household
    visitors: tuple[int, ...]
    end: str
    applied_at: datetime
    forwarded_at: datetime
    answered_at: datetime
    from_at: datetime | None = None
    room: str = ""
    came: int | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str = ""
    reason: str = ""

    @property
    def wanted_on(self) -> date:
        """The day that was asked for."""
        return local_day(self.from_at or self.answered_at)

    @property
    def arrived(self) -> tuple[int, ...]:
        """The visitors who came: all, if nothing else is said."""
        return self.visitors[: self.came] if self.end == "done" else ()


async def record_past(entries: Sequence[PastVisit], now: datetime, *, by: int | None = None) -> list[int]:
    """Put bookings down by one COPY a table, with one audit row and one sync; their ids, in the order of the entries.

    A room that isn't there is made. Raises Refusal for a booking that couldn't have been (and for one to which nobody came,
    without `by`: a named person dealt with it), asyncpg.ExclusionViolationError for two sessions in one room, or of one prisoner, at once.
    """
    if not entries:
        return []
    async with tx():
        parameters = (await load_terms(now, now)).parameters
        steps = [_steps(one, parameters) for one in entries]
        for one, took in zip(entries, steps, strict=True):
            _check(one, took, now, by)
        rooms = await _named("visit_room", (one.room for one in entries if one.from_at), now, by)
        booked = list(zip(await take_ids("booking", len(entries)), entries, strict=True))
        taken = [(id, one, took) for (id, one), took in zip(booked, steps, strict=True)]
        await insert_rows("booking", [_booking(id, one, by) for id, one in booked])
        await insert_rows("booking_visitor", [row for id, one in booked for row in _visitors(id, one)])
        await insert_rows("booking_month", await _months(taken))
        placed = [(id, one, took) for id, one, took in taken if one.from_at]
        await insert_rows("booking_slot", [_slot(*each, rooms, parameters, by) for each in placed])
        await insert_rows("booking_event", [row for each in taken for row in _events(*each, parameters, by)])
        await insert_rows("booking_arrival", [row for each in taken for row in _arrivals(*each, by)])
        missed = [(id, took) for id, one, took in taken if one.end == "no_show"]
        await insert_rows("duty_decision", [_dealt_with(*each, by) for each in missed])
        ids = [id for id, _ in booked]
        people = {person for one in entries for person in one.household.people}
        await record(None, "visits_past", people=people, detail={"bookings": len(ids)}, now=now)
        await follow(ids, now, kind=KIND, by=by)
    return ids


Steps = list[tuple[str, datetime]]
"""Each step with its moment, in order; the first is the application."""


def _steps(one: PastVisit, parameters: Parameters) -> Steps:
    if one.end not in WAYS:
        raise Refusal("只能补录已经结束的会见。")
    if bool(one.from_at) != ("schedule" in WAYS[one.end]):
        raise Refusal("安排了时间的会见须有时间和会见室，没有安排的不能有。")
    at = {"forward": one.forwarded_at, "return": one.answered_at, "prison_refuse": one.answered_at}
    if one.from_at:
        opens_at, limit_at = arrive_between(one.from_at, parameters.in_force(one.answered_at))
        at |= {"schedule": one.answered_at, "confirm": one.answered_at, "cancel": one.cancelled_at or one.answered_at}
        at |= {"arrive": opens_at, "start": one.from_at, "miss": limit_at, "end": _until(one.from_at, one, parameters)}
    return [("apply", one.applied_at), *((step, at[step]) for step in WAYS[one.end])]


def _minutes(one: PastVisit, parameters: Parameters) -> int:
    return int(parameters.in_force(one.answered_at)["vv.minutes"])


def _until(from_at: datetime, one: PastVisit, parameters: Parameters) -> datetime:
    return from_at + timedelta(minutes=_minutes(one, parameters))


def _check(one: PastVisit, steps: Steps, now: datetime, by: int | None) -> None:
    moments = [at for _, at in steps]
    if any(later < earlier for earlier, later in pairwise([*moments, now])):
        raise Refusal("各环节的时间须依次在前，且不能晚于现在。")
    if not one.visitors or not set(one.visitors) <= set(one.household.relatives):
        raise Refusal("来会见的须是该人已经核验的亲属。")
    if STEPS[steps[-1][0]].needs_reason and not one.reason.strip():
        raise Refusal("请填写原因。")
    if one.end == "cancelled" and one.cancelled_by not in CANCELLED_BY:
        raise Refusal("请填写由谁取消。")
    if one.end == "no_show" and by is None:
        raise Refusal("爽约的会见须写明由谁处理。")
    if one.came is not None and not 1 <= one.came <= len(one.visitors):
        raise Refusal("到场的人数不对。")


def _dealt_with(id: int, steps: Steps, by: int | None) -> dict[str, Any]:
    """The word of a named person on the duty to come, which nobody met: no alert asks for it years later."""
    at = steps[-1][1]
    which = {"subject_kind": KIND, "subject_id": id, "rule": "VV-13", "variant": ATTEND, "period": ONCE}
    said = {"outcome": "missed", "reason": MISSED, "happened_at": at, "recorded_at": at, "recorded_by": by}
    return which | said


def _booking(id: int, one: PastVisit, by: int | None) -> dict[str, Any]:
    home = one.household
    return {
        "id": id,
        "number": f"HJ{local_day(one.applied_at).year}-{id:05d}",
        "prisoner": home.prisoner,
        "prison": home.prison,
        "applicant": one.visitors[0],
        "person": home.people[home.relatives.index(one.visitors[0])],
        "wanted_on": one.wanted_on,
        "state": one.end,
        "happened_at": one.applied_at,
        "recorded_at": one.applied_at,
        "recorded_by": by,
    }


def _visitors(id: int, one: PastVisit) -> list[dict[str, Any]]:
    return [{"booking": id, "family": member} for member in one.visitors]


async def _months(taken: Sequence[tuple[int, PastVisit, Steps]]) -> list[dict[str, Any]]:
    """The turns of the months that they used, after those that others use; given back where the last step does."""
    used = await _used([one.household.prisoner for _, one, _ in taken])
    rows = []
    for id, one, steps in taken:
        month, frees = one.wanted_on.replace(day=1), STEPS[WAYS[one.end][-1]].frees_month
        key = (one.household.prisoner, month)
        turn = used.get(key, 0) + 1
        if not frees:
            used[key] = turn
        at = {"taken_at": one.applied_at, "freed_at": steps[-1][1] if frees else None}
        rows.append({"booking": id, "prisoner": key[0], "month": month, "turn": turn} | at)
    return rows


async def _used(prisoners: Sequence[int]) -> dict[tuple[int, date], int]:
    rows = await fetch(
        """SELECT prisoner, month, max(turn) AS turn FROM booking_month
            WHERE prisoner = ANY($1) AND freed_at IS NULL GROUP BY prisoner, month""",
        list(set(prisoners)),
    )
    return {(row["prisoner"], row["month"]): row["turn"] for row in rows}


def _slot(
    id: int, one: PastVisit, steps: Steps, rooms: dict[str, int], parameters: Parameters, by: int | None
) -> dict[str, Any]:
    assert one.from_at is not None
    return {
        "booking": id,
        "prisoner": one.household.prisoner,
        "room": rooms[one.room],
        "from_at": one.from_at,
        "to_at": _until(one.from_at, one, parameters),
        "taken_at": one.answered_at,
        "taken_by": by,
        "freed_at": steps[-1][1] if STEPS[WAYS[one.end][-1]].frees_slot else None,
    }


def _events(id: int, one: PastVisit, steps: Steps, parameters: Parameters, by: int | None) -> list[dict[str, Any]]:
    rows, state = [], None
    for step, at in steps:
        after = "applied" if step == "apply" else STEPS[step].after
        reason = one.reason.strip() if step in STEPS and STEPS[step].needs_reason else None
        told = {"booking": id, "step": step, "old_state": state, "new_state": after, "reason": reason}
        detail = {
            "arrive": {"came": len(one.arrived)},
            "end": {"minutes": _minutes(one, parameters)},
            "cancel": {"by": one.cancelled_by},
        }.get(step, {})
        rows.append(told | {"detail": json.dumps(detail), "happened_at": at, "recorded_at": at, "recorded_by": by})
        state = after
    return rows


def _arrivals(id: int, one: PastVisit, steps: Steps, by: int | None) -> list[dict[str, Any]]:
    return [
        {"booking": id, "family": member, "happened_at": at, "recorded_at": at, "recorded_by": by}
        for step, at in steps
        if step == "arrive"
        for member in one.arrived
    ]
