"""Periods of help of the past, put down many at once: for the demo and for records that are taken over. Knows no scope.

Each is told by the very steps that the pages take, and refused where a page would refuse it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import DAY, add_days, at_hour, local_day, span_of, start_of
from supervision.db import execute, fetch, insert_rows, take_ids, tx
from supervision.errors import Refusal
from supervision.locks import Lock
from supervision.people.actions import NewContact, NewPerson, contact_row, person_row
from supervision.resettlement import states
from supervision.resettlement.actions import (
    CONNECTING,
    OTHER_OFFICE,
    SAID,
    SUBJECT,
    Taken,
    allowed,
    check_form,
    day_refused,
)
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.records import CONTENT, Support, Visit
from supervision.resettlement.steps import BY_EVENT
from supervision.rules.assistance import CORRECTION, NO_CLASS, help_ends_on
from supervision.rules.base import InForce, Parameters
from supervision.sealed import seal
from supervision.settings.terms import load_terms

REASON = "转入以前的帮教记录"
LEVEL_REASON = "建档时确定"
BEGINNINGS = frozenset({"known", "announced", "came"})
"""An old register that was carried over comes by a sheet."""


@dataclass(frozen=True, slots=True)
class PastHelp:
    """One period of help: who, what the papers said, and its steps in their order, of which the first is its beginning.

    `person` is known already where it is a number: so is everybody who comes from a period of correction (`order`). `level` was
    decided with the file. Before `ledger_from` the account was kept on paper; without it, it is kept from the first day.
    """

    person: NewPerson | int
    papers: NewAssistance
    office: int
    staff: int | None
    known_at: datetime
    steps: tuple[Taken, ...]
    order: int | None = None
    level: str | None = None
    members: tuple[tuple[str, str], ...] = ()
    visits: tuple[Visit, ...] = ()
    supports: tuple[Support, ...] = ()
    phone: NewContact | None = None
    ledger_from: date | None = None

    @property
    def on_record_at(self) -> datetime:
        """What was kept on paper before came on record with the ledger's first day."""
        return max(self.known_at, start_of(self.ledger_from)) if self.ledger_from else self.known_at


async def record_past(entries: Sequence[PastHelp], now: datetime, *, by: int | None = None) -> list[int]:
    """Put them down by one COPY a table, with one audit row and one sync; their ids, in the order of the entries.

    Raises Refusal for a step that b.12 doesn't know or whose form isn't whole, ValueError for an order that didn't end so.
    """
    if not entries:
        return []
    parameters = (await load_terms(now, now)).parameters
    lives = [_lived(one, parameters, now) for one in entries]
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        await _check_orders(entries)
        ids = await take_ids("assistance", len(entries))
        people = await _people(entries)
        told = list(zip(ids, people, lives, strict=True))
        await insert_rows("assistance", [{"id": id, "person": person} | life.columns(by) for id, person, life in told])
        for table, rows_of in FACTS.items():
            await insert_rows(table, [row for id, _, life in told for row in rows_of(id, life, by)])
        await insert_rows("responsibility", [_responsibility(id, person, life.of, by) for id, person, life in told])
        await insert_rows("contact", [row for _, person, life in told for row in _contacts(person, life.of, by)])
        await record(None, "help_past", people=people, detail={"assistances": len(ids)}, now=now)
        await follow(ids, now, kind=SUBJECT, by=by)
    return ids


def regular_visits(
    level: str | None, from_on: date, to_on: date, parameters: InForce, *, share: float = 0.5
) -> Iterator[Visit]:
    """One visit at home in each period of the class between two days; `share`: after which part of the period."""
    unit = parameters[f"ra.visit.{level or NO_CLASS}"]
    first, last = span_of(unit, from_on)
    while first <= to_on:
        day = max(add_days(first, int((last - first).days * share)), from_on)
        if day <= to_on:
            yield Visit("home", "person", at_hour(day, 15))
        first, last = span_of(unit, last + DAY)


# -- a life of b.12 ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Life:
    """A period of help as its steps led it: (step, state before, state after), the row's columns that follow from them."""

    of: PastHelp
    steps: tuple[tuple[Taken, str | None, str], ...]
    row: Mapping[str, Any]

    def columns(self, by: int | None) -> dict[str, Any]:
        """The columns of `assistance`."""
        papers, known_at = self.of.papers, self.of.known_at
        known_on = local_day(known_at)
        return {
            "source": papers.source,
            "prison": papers.prison or None,
            "crime": papers.crime or None,
            "sentence": papers.sentence or None,
            "order_id": self.of.order,
            "ledger_from": max(known_on, self.of.ledger_from or known_on),
            "created_at": self.of.on_record_at,
            "created_by": by,
            **self.row,
        }

    def moment_of(self, event: str) -> datetime | None:
        """When a step was taken first."""
        return next((taken.happened_at for taken, _, _ in self.steps if taken.event == event), None)


def _lived(one: PastHelp, parameters: Parameters, now: datetime) -> _Life:
    """Follow the steps as the pages would. Raises Refusal, ValueError."""
    beginning, *later = one.steps
    if beginning.event not in BEGINNINGS:
        raise ValueError(f"{beginning.event} begins no period of the past")
    state = states.BEGINNINGS[beginning.event]
    row: dict[str, Any] = _begun(one.papers.release_on) | {
        "state": state,
        "kind": one.papers.kind,
        "known_on": local_day(one.known_at),
    }
    steps: list[tuple[Taken, str | None, str]] = [(beginning, None, state)]
    _connect(row, beginning, one.papers.source, parameters)
    for taken in later:
        _check(one, row, taken, steps[-1][0])
        state = allowed(row["state"], taken.event)
        steps.append((taken, row["state"], state))
        row["state"] = state
        if taken.event == "notice":
            row["release_on"] = taken.release_on
        _connect(row, taken, one.papers.source, parameters)
        if state in states.END_KINDS:
            row |= {"ended_at": taken.happened_at, "end_kind": state}
    _check_time(one, row["connected_at"], steps[-1][0].happened_at, now)
    return _Life(one, tuple(steps), row)


def _begun(release_on: date | None) -> dict[str, Any]:
    unknown = dict.fromkeys(("connected_at", "from_on", "to_on", "report_by", "ended_at", "end_kind"))
    return {"release_on": release_on, **unknown}


def _connect(row: dict[str, Any], taken: Taken, source: str, parameters: Parameters) -> None:
    """The period counts from the release, or from the connection where no release is known (law RA-01)."""
    if taken.event not in CONNECTING:
        return
    from_on = row["release_on"] or local_day(taken.happened_at)
    to_on = help_ends_on(source, from_on, parameters.in_force(taken.happened_at))
    row |= {"connected_at": taken.happened_at, "from_on": from_on, "to_on": to_on, "report_by": taken.report_by}


def _check(one: PastHelp, row: Mapping[str, Any], taken: Taken, last: Taken) -> None:
    check_form(BY_EVENT[taken.event], taken)
    if taken.event in OTHER_OFFICE:
        raise ValueError(f"{taken.event} passes the file on: it is no step of the past")
    if taken.event == "file" and not (one.members and any(step.event == "agreement" for step in one.steps)):
        raise ValueError("a file is opened with a group and an agreement (law RA-12, RA-13)")
    if taken.happened_at < last.happened_at:
        raise ValueError(f"{taken.event} was taken before {last.event}")
    if refused := day_refused(row, taken, local_day(taken.happened_at)):
        raise Refusal(refused)


def _check_time(one: PastHelp, connected_at: datetime | None, last: datetime, now: datetime) -> None:
    done = [*(visit.happened_at for visit in one.visits), *(support.happened_at for support in one.supports)]
    if max((last, one.known_at, *done)) > now:
        raise ValueError("what is past can't lie in the future")
    if done and (connected_at is None or min(done) < connected_at):
        raise ValueError("nobody is visited or supported before they are connected")


# -- rows -------------------------------------------------------------------------------------------------------------


async def _check_orders(entries: Sequence[PastHelp]) -> None:
    """Whoever comes from a period of correction comes at the very moment of its end (law RA-22). Raises ValueError."""
    ended = await fetch(
        "SELECT id, person, ended_at FROM orders WHERE id = ANY($1) AND end_kind = 'released'",
        [one.order for one in entries if one.order is not None],
    )
    ends = {row["id"]: (row["person"], row["ended_at"]) for row in ended}
    for one in entries:
        if (one.order is not None) != (one.papers.source == CORRECTION):
            raise ValueError("who comes from correction comes from an order, and nobody else does")
        if one.order is not None and ends.get(one.order) != (one.person, one.steps[0].happened_at):
            raise ValueError(f"order {one.order} didn't release this person at that moment")


async def _people(entries: Sequence[PastHelp]) -> list[int]:
    """Whose each entry is; those who aren't known are put down."""
    new = [(one.person, one.on_record_at) for one in entries if isinstance(one.person, NewPerson)]
    ids = await take_ids("person", len(new))
    await insert_rows(
        "person", [{"id": id} | person_row(person, at) for id, (person, at) in zip(ids, new, strict=True)]
    )
    made = iter(ids)
    return [one.person if isinstance(one.person, int) else next(made) for one in entries]


def _fact(id: int, at: datetime, by: int | None) -> dict[str, Any]:
    return {"assistance": id, "happened_at": at, "recorded_at": at, "recorded_by": by}


def _steps(id: int, life: _Life, by: int | None) -> list[dict[str, Any]]:
    return [
        _fact(id, taken.happened_at, by)
        | {
            "recorded_at": max(taken.happened_at, life.of.known_at),
            "event": taken.event,
            "code": taken.code,
            "old_state": old,
            "new_state": new,
            "said_sealed": _sealed(taken.said, SAID),
        }
        for taken, old, new in life.steps
    ]


def _classes(id: int, life: _Life, by: int | None) -> list[dict[str, Any]]:
    filed_at = life.moment_of("file")
    if life.of.level is None or filed_at is None:
        return []
    return [_fact(id, filed_at, by) | {"level": life.of.level, "reason": LEVEL_REASON}]


def _members(id: int, life: _Life, by: int | None) -> list[dict[str, Any]]:
    at = life.row["connected_at"] or life.of.known_at
    return [_fact(id, at, by) | {"kind": kind, "name": name} for kind, name in life.of.members]


def _visits(id: int, life: _Life, by: int | None) -> list[dict[str, Any]]:
    return [
        _fact(id, visit.happened_at, by)
        | {
            "place": visit.place,
            "met": visit.met,
            "content_sealed": _sealed(visit.content, CONTENT),
            "needs_sealed": _sealed(visit.needs, CONTENT),
        }
        for visit in life.of.visits
    ]


def _supports(id: int, life: _Life, by: int | None) -> list[dict[str, Any]]:
    return [
        _fact(id, one.happened_at, by)
        | {
            "kind": one.kind,
            "code": one.code,
            "department": one.department,
            "content_sealed": _sealed(one.content, CONTENT),
        }
        for one in life.of.supports
    ]


FACTS = {
    "assistance_step": _steps,
    "assistance_class": _classes,
    "help_member": _members,
    "help_visit": _visits,
    "support": _supports,
}
"""Table → the rows of a life, in the order in which they are copied."""


def _responsibility(id: int, person: int, one: PastHelp, by: int | None) -> dict[str, Any]:
    return {
        "subject_kind": SUBJECT,
        "subject_id": id,
        "person": person,
        "office": one.office,
        "staff": one.staff,
        "role": "main",
        "from_at": one.known_at,
        "recorded_at": one.known_at,
        "recorded_by": by,
        "reason": REASON,
    }


def _contacts(person: int, one: PastHelp, by: int | None) -> list[dict[str, Any]]:
    return [contact_row(person, one.phone, one.known_at, by)] if one.phone else []


def _sealed(text: str, field: str) -> str | None:
    return seal(text.strip(), field) if text.strip() else None
