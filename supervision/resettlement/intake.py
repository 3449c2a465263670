"""Somebody is put on the register of help by hand: told of by a prison, announced for release, or already here."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import at_hour, local_day
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.people.actions import (
    Assignment,
    NewContact,
    NewPerson,
    add_contact,
    add_person,
    assign,
    find_by_number,
)
from supervision.resettlement import states, words
from supervision.resettlement.actions import SUBJECT, Taken, begin_period, done, first_step

NOON = 12
"""Of a connection only the day is told: it counts from noon, or from now on the same day."""


@dataclass(frozen=True, slots=True)
class NewAssistance:
    """What the papers say. `announced`: the notice of release is here; `connected_on`: the person is here already."""

    source: str
    kind: str
    release_on: date | None
    prison: str = ""
    crime: str = ""
    sentence: str = ""
    announced: bool = False
    connected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """A person put on the register of help."""

    person: NewPerson
    phone: NewContact | None
    assistance: NewAssistance
    assignment: Assignment


async def take_in(viewer: Viewer, intake: Intake, now: datetime) -> int:
    """Put a person on the register of help; the person's id. `assignment.office` must be in the viewer's scope.

    Raises Refusal for somebody who is helped or under correction, for a known number under another name, and where the
    papers contradict themselves.
    """
    new = intake.assistance
    event = beginning(new, local_day(now))
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        person = await _person_for(intake.person, now)
        values = _columns(person, new, event, now) | {"created_by": viewer.id}
        row = values | {"id": await insert("assistance", values)}
        await assign((SUBJECT, row["id"]), person, intake.assignment, now, viewer.id)
        await first_step(row, Taken(event, _began_at(new, event, now)), now, by=viewer.id)
        if event == "came":
            await begin_period(row, _began_at(new, event, now), now)
        if intake.phone:
            await add_contact(person, intake.phone, now, viewer.id)
        await done(viewer, "take_in_help", row, now, {"state": row["state"]})
    return person


def beginning(new: NewAssistance, today: date) -> str:
    """The step with which it begins. Raises Refusal when the papers contradict themselves."""
    if new.source not in words.SOURCES or new.source == "correction":
        raise Refusal(_("请选择来源；社区矫正转入的由系统在解除当日办理。"), fields={"source": _("请选择来源。")})
    if new.kind not in words.KINDS:
        raise Refusal(_("请选择帮教类型。"), fields={"kind": _("请选择帮教类型。")})
    if new.connected_on is not None:
        _check_connected(new, new.connected_on, today)
        return "came"
    if new.source not in ("prison", "detention"):
        raise Refusal(_("请填写衔接日期。"), fields={"connected_on": _("请填写衔接日期。")})
    if new.release_on is None:
        raise Refusal(_("还没有回来的，请填写释放日期。"), fields={"release_on": _("请填写释放日期。")})
    if new.release_on < today and not new.announced:
        told = _("释放日期已过：已经回来的请填写衔接日期，没有回来的请勾选“已收到释放通知书”。")
        raise Refusal(told, fields={"release_on": told})
    return "announced" if new.announced else "known"


def _check_connected(new: NewAssistance, day: date, today: date) -> None:
    if day > today:
        raise Refusal(_("衔接日期不能晚于今天。"), fields={"connected_on": _("衔接日期不能晚于今天。")})
    if new.release_on is not None and day < new.release_on:
        raise Refusal(_("衔接日期早于释放日期。"), fields={"connected_on": _("衔接日期早于释放日期。")})


def _began_at(new: NewAssistance, event: str, now: datetime) -> datetime:
    if event == "came" and new.connected_on is not None and new.connected_on < local_day(now):
        return at_hour(new.connected_on, NOON)
    return now


def _columns(person: int, new: NewAssistance, event: str, now: datetime) -> dict[str, Any]:
    return {
        "person": person,
        "source": new.source,
        "kind": new.kind,
        "known_on": local_day(now),
        "release_on": new.release_on,
        "state": states.BEGINNINGS[event],
        "prison": new.prison or None,
        "crime": new.crime or None,
        "sentence": new.sentence or None,
        "ledger_from": local_day(now),
        "created_at": now,
    }


async def _person_for(new: NewPerson, now: datetime) -> int:
    known = await find_by_number(new.number)
    if known is None:
        return await add_person(new, now)
    if await fetch_value("SELECT 1 FROM assistance WHERE person = $1 AND ended_at IS NULL", known):
        told = _("该人员已在安置帮教名册中，不能重复登记。")
        raise Refusal(told, fields={"number": told})
    if await fetch_value("SELECT 1 FROM orders WHERE person = $1 AND ended_at IS NULL", known):
        told = _("该人员正在社区矫正，期满解除时自动转入安置帮教，不用登记。")
        raise Refusal(told, fields={"number": told})
    if await fetch_value("SELECT name FROM person WHERE id = $1", known) != new.name:
        told = _("该身份证号已用另一姓名登记过，请核对；确需更名的，报区局处理。")
        raise Refusal(told, fields={"name": told})
    return known
