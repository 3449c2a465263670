"""Periods of correction that ended before the ledger begins, put down many at once: for the demo and for records that are taken over.

Knows no scope. Nothing is owed for them any more, and nobody is asked afterwards for what was done on paper.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import execute, insert_rows, take_ids, tx
from supervision.locks import Lock
from supervision.orders.actions import ORDER, Ending
from supervision.orders.expected import Source
from supervision.orders.intake import NewOrder, check_order, last_serial, number_in
from supervision.people.actions import Assignment, NewPerson, add_people

REASON = "接收时确定"
EXPECTED_REASON = "已到司法所报到"


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One period of correction with its registration, its class and its end.

    `person` is known already where it is a number. `source`: what the person was expected by, such as a commission.
    """

    person: NewPerson | int
    order: NewOrder
    assignment: Assignment
    level: str
    ending: Ending
    source: Source | None = None


async def record_past(entries: Sequence[PastOrder], now: datetime, *, by: int) -> list[int]:
    """Put them down by one COPY a table, with one audit row and one sync; their ids, in the order of the entries.

    Who was released is helped on from that moment: the caller puts that down in the same transaction
    (`resettlement.past`), or `ending.not_helped` says why not (law RA-22). Raises Refusal for papers that contradict
    themselves, ValueError for somebody who was never registered, who was released early, or whose end lies not in the past.
    """
    if not entries:
        return []
    for one in entries:
        _check(one, now)
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        ids = await take_ids("orders", len(entries))
        people = await _people(entries, now)
        numbers = await _numbers(entries)
        told = list(zip(ids, people, numbers, entries, strict=True))
        await insert_rows("orders", [_order(id, who, number, one, now) for id, who, number, one in told])
        for table, rows_of in FACTS.items():
            rows = [row for id, who, _, one in told for row in rows_of(id, who, one)]
            await insert_rows(table, [row | {"recorded_at": now, "recorded_by": by} for row in rows])
        expected = [_expected(id, who, one, now, by) for id, who, _, one in told if one.source]
        await insert_rows("expected_order", expected)
        await record(None, "order_past", people=people, detail={"orders": len(ids)}, now=now)
        await follow(ids, now, by=by)
    return ids


def _check(one: PastOrder, now: datetime) -> None:
    check_order(one.order, now)
    registered_at, ended_at = one.order.registered_at, one.ending.happened_at
    if registered_at is None or not registered_at <= ended_at <= now or local_day(ended_at) >= local_day(now):
        raise ValueError("an order of the past was registered, and ended on an earlier day than it is put down")
    if one.ending.kind == "released" and local_day(ended_at) < one.order.end_on:
        raise ValueError("nobody is released before the last day of the term (law TE-03)")


async def _people(entries: Sequence[PastOrder], now: datetime) -> list[int]:
    made = iter(await add_people([one.person for one in entries if isinstance(one.person, NewPerson)], now))
    return [one.person if isinstance(one.person, int) else next(made) for one in entries]


async def _numbers(entries: Sequence[PastOrder]) -> list[str]:
    """Those that are left of the year in which somebody was registered."""
    days = [local_day(_registered_at(one)) for one in entries]
    last: Counter[int] = Counter()
    for day in {day.replace(month=1, day=1) for day in days}:
        last[day.year] = await last_serial(day)
    numbers = []
    for one, day in zip(entries, days, strict=True):
        last[day.year] += not one.order.number
        numbers.append(one.order.number or number_in(day, last[day.year]))
    return numbers


def _registered_at(one: PastOrder) -> datetime:
    assert one.order.registered_at is not None
    return one.order.registered_at


def _order(id: int, person: int, number: str, one: PastOrder, now: datetime) -> dict[str, Any]:
    order, ending = one.order, one.ending
    return {
        "id": id,
        "number": number,
        "person": person,
        "kind": order.kind,
        "crime": order.crime,
        "effective_on": order.effective_on,
        "received_at": order.registered_at,
        "registered_at": order.registered_at,
        "start_on": order.start_on,
        "end_on": order.end_on,
        "state": ending.kind,
        "ended_at": ending.happened_at,
        "end_kind": ending.kind,
        "ledger_from": local_day(now),
        "created_at": now,
    }


def _registration(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    return [{"order_id": id, "happened_at": one.order.registered_at}]


def _class(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    return [{"order_id": id, "level": one.level, "happened_at": one.order.registered_at, "reason": REASON}]


def _responsibility(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    to = one.assignment
    subject = {"subject_kind": ORDER, "subject_id": id, "person": person, "role": "main"}
    whose = {"office": to.office, "staff": to.staff, "reason": to.reason or None}
    return [subject | whose | {"from_at": one.order.registered_at}]


def _certificate(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    if one.ending.kind != "released":
        return []
    return [{"order_id": id, "kind": "certificate", "happened_at": one.ending.happened_at}]


def _end(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    ending = one.ending
    return [{"order_id": id, "kind": ending.kind, "happened_at": ending.happened_at, "reason": ending.reason}]


def _not_helped(id: int, person: int, one: PastOrder) -> list[dict[str, Any]]:
    reason = one.ending.not_helped.strip()
    return [{"order_id": id, "reason": reason}] if reason and one.ending.kind == "released" else []


FACTS = {
    "registration": _registration,
    "class_decision": _class,
    "responsibility": _responsibility,
    "document_record": _certificate,
    "order_end": _end,
    "not_handed_over": _not_helped,
}
"""Table → the rows of an order, in the order in which they are copied."""


def _expected(id: int, person: int, one: PastOrder, now: datetime, by: int) -> dict[str, Any]:
    """The expectation that came true with the registration (law b.2)."""
    assert one.source is not None
    kind, source = one.source
    return {
        "person": person,
        "kind": one.order.kind,
        "crime": one.order.crime,
        "source_kind": kind,
        "source_id": source,
        "state": "due",
        "expected_at": one.order.registered_at,
        "ended_at": one.order.registered_at,
        "ended_by": by,
        "ended_reason": EXPECTED_REASON,
        "order_id": id,
        "created_at": now,
        "created_by": by,
    }
