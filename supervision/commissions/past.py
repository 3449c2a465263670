"""Commissions of the past, put down many at once: for the demo and for records that are taken over. Knows no scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.commissions.correcting import TABLES
from supervision.commissions.moves import CONTENT, KIND
from supervision.commissions.receiving import Letter, last_serial, number_in
from supervision.days import local_day
from supervision.db import insert_rows, take_ids, tx
from supervision.people.actions import NewPerson, add_people
from supervision.rules.reception import is_minor
from supervision.sealed import seal

REASON = "经集体评议，意见一致。"
ATTENDED = "集体评议"
NUMBER = "评{}号"


@dataclass(frozen=True, slots=True)
class PastCommission:
    """One that was received and answered: the moments of its steps in their order; without a result it waits for it."""

    letter: Letter
    person: NewPerson
    subject_kind: str
    office: int
    lead: int
    second: int
    received_at: datetime
    accepted_at: datetime
    decided_at: datetime
    sent_at: datetime
    conclusion: str = "suitable"
    adoption: str = "adopted"
    sentence: str = "other"
    in_district: bool = False
    concluded_at: datetime | None = None


async def record_past(entries: Sequence[PastCommission], now: datetime, *, by: int | None = None) -> list[int]:
    """Put them down by one COPY a table, with one audit row and one sync; their ids, in the order of the entries.

    The people are put down too: nobody of them may be known already. Numbers go on from the highest of each year.
    """
    if not entries:
        return []
    async with tx():
        ids = await take_ids("commission", len(entries))
        people = await add_people([one.person for one in entries], now)
        numbers = await _numbers(entries)
        named = zip(entries, ids, people, numbers, strict=True)
        rows = [_row(one, id, person, number) for one, id, person, number in named]
        await insert_rows("commission", rows)
        numbered = list(zip(ids, entries, strict=True))
        facts = await _put("act", [row for id, one in numbered for row in _acts(id, one, by)])
        facts |= await _put("assignment", [_assignment(id, one, by) for id, one in numbered])
        facts |= await _put("opinion", [_opinion(id, one, by) for id, one in numbered])
        facts |= await _put("result", [_result(id, one, by) for id, one in numbered if one.concluded_at])
        await insert_rows("commission_event", [row for id, one in numbered for row in _events(id, one, facts, by)])
        await record(None, "commission_past", people=people, detail={"commissions": len(ids)}, now=now)
        await follow(ids, now, kind=KIND, by=by)
    return ids


Facts = dict[tuple[int, str], tuple[str, int]]
"""Commission and event → the kind and the id of the fact on which it rests."""
EVENT = {"assignment": "assigned", "opinion": "decided", "result": "concluded"}
"""Kind of a fact → its event; a plain act names its own."""


async def _put(kind: str, rows: Sequence[dict[str, Any]]) -> Facts:
    """Put the facts of a kind down, each with an id of its own."""
    ids = await take_ids(TABLES[kind], len(rows))
    named = [{"id": id} | row for id, row in zip(ids, rows, strict=True)]
    await insert_rows(TABLES[kind], named)
    return {(row["commission"], row.get("kind") or EVENT[kind]): (kind, row["id"]) for row in named}


async def _numbers(entries: Sequence[PastCommission]) -> list[str]:
    """Those that are left of the year in which the material came."""
    years = [local_day(one.received_at).year for one in entries]
    last = {year: await last_serial(year) for year in set(years)}
    numbers = []
    for year in years:
        last[year] += 1
        numbers.append(number_in(year, last[year]))
    return numbers


def _row(one: PastCommission, id: int, person: int, number: str) -> dict[str, Any]:
    letter = one.letter
    return {
        "id": id,
        "number": number,
        "organ": letter.organ,
        "organ_name": letter.organ_name,
        "letter_number": letter.number,
        "commissioned_on": letter.written_on,
        "subject_kind": one.subject_kind,
        "person": person,
        "minor": is_minor(one.person.born_on, local_day(one.received_at)),
        "fast_track": letter.fast_track,
        "crime": letter.crime,
        "intended_kind": letter.intended_kind,
        "state": "closed" if one.concluded_at else "sent",
        "created_at": one.received_at,
    }


def _fact(id: int, at: datetime, by: int | None) -> dict[str, Any]:
    return {"commission": id, "happened_at": at, "recorded_at": at, "recorded_by": by}


def _acts(id: int, one: PastCommission, by: int | None) -> list[dict[str, Any]]:
    moments = (
        ("received", one.received_at),
        ("informed", one.received_at),
        ("accepted", one.accepted_at),
        ("approved", one.decided_at),
        ("sent", one.sent_at),
        ("copied", one.sent_at),
    )
    return [_fact(id, at, by) | {"kind": kind} for kind, at in moments]


def _assignment(id: int, one: PastCommission, by: int | None) -> dict[str, Any]:
    return _fact(id, one.received_at, by) | {"office": one.office, "lead": one.lead, "second": one.second}


def _opinion(id: int, one: PastCommission, by: int | None) -> dict[str, Any]:
    decided = {"conclusion": one.conclusion, "document_number": NUMBER.format(id), "met_at": one.decided_at}
    return _fact(id, one.decided_at, by) | decided | {"attended": ATTENDED, "reason_sealed": seal(REASON, CONTENT)}


def _result(id: int, one: PastCommission, by: int | None) -> dict[str, Any]:
    assert one.concluded_at is not None
    return _fact(id, one.concluded_at, by) | {
        "adoption": one.adoption,
        "sentence": one.sentence,
        "in_district": one.in_district,
    }


def _events(id: int, one: PastCommission, facts: Facts, by: int | None) -> list[dict[str, Any]]:
    """The straight way; what the office heard and drafted was kept on paper then."""
    steps = [
        ("received", None, "received", one.received_at),
        ("assigned", "received", "assigned", one.received_at),
        ("accepted", "assigned", "investigating", one.accepted_at),
        ("drafted", "investigating", "drafted", one.decided_at),
        ("approved", "drafted", "reviewed", one.decided_at),
        ("decided", "reviewed", "signed", one.decided_at),
        ("sent", "signed", "sent", one.sent_at),
    ]
    if one.concluded_at:
        steps.append(("concluded", "sent", "closed", one.concluded_at))
    names = ("event", "old_state", "new_state", "at")
    rests_on = [facts.get((id, event)) or (None, None) for event, *_ in steps]
    return [
        {"commission": id, "staff": by, "fact_kind": kind, "fact_id": fact} | dict(zip(names, step, strict=True))
        for step, (kind, fact) in zip(steps, rests_on, strict=True)
    ]
