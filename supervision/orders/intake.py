"""A person is taken onto the register by hand: the person, the order, who has the file, and the phone."""

from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import ORDER, check_not_long_before, enrol
from supervision.orders.tables import KINDS
from supervision.people.actions import (
    Assignment,
    NewContact,
    NewPerson,
    add_contact,
    add_person,
    assign,
    find_by_number,
)
from supervision.resettlement.handover import make_way

"""The advisory lock of intakes: two at once would take one number, or put one person down twice."""
ASSIGNED_AT_INTAKE = "入矫登记"
"""Why the file is with its first officer, as it is kept."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One period of correction as its papers say it."""

    number: str
    kind: str
    crime: str
    effective_on: date | None
    start_on: date
    end_on: date
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """A person taken onto the register by hand."""

    person: NewPerson
    phone: NewContact | None
    order: NewOrder
    assignment: Assignment


async def take_in(viewer: Viewer, intake: Intake, now: datetime) -> int:
    """Put a person and an order down; the person's id. `assignment.office` must be in the viewer's scope.

    Raises Refusal for somebody who already has an open order, and for a known number under another name.
    """
    check_order(intake.order, now)
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        person = await _person_for(intake.person, intake.assignment, now)
        await make_way([person], now, by=viewer.id)
        order = await add_order(viewer, person, intake.order, now)
        await assign((ORDER, order), person, intake.assignment, now, viewer.id)
        if intake.phone:
            await add_contact(person, intake.phone, now, viewer.id)
        await record(viewer, "take_in", subject=(ORDER, order), people=[person], now=now)
        await follow([order], now, by=viewer.id)
    return person


def check_order(order: NewOrder, now: datetime) -> None:
    """Raises Refusal when the papers contradict themselves (law T-4, T-6: the court's document wins, but not nonsense)."""
    if order.kind not in KINDS:
        raise Refusal(_("请选择矫正类别。"), fields={"kind": _("请选择矫正类别。")})
    if order.end_on < order.start_on:
        raise Refusal(_("矫正结束日期早于开始日期。"), fields={"end_on": _("结束日期不能早于开始日期。")})
    if order.registered_at and order.registered_at > now:
        raise Refusal(_("报到时间不能晚于现在。"), fields={"registered_at": _("报到时间不能晚于现在。")})
    if order.registered_at:
        days = {"effective_on": order.effective_on, "start_on": order.start_on}
        check_not_long_before(days, order.registered_at, field="registered_at")


async def _person_for(new: NewPerson, to: Assignment, now: datetime) -> int:
    known = await find_by_number(new.number)
    if known is None:
        return await add_person(new, now)
    if await fetch_value("SELECT 1 FROM orders WHERE person = $1 AND ended_at IS NULL", known):
        elsewhere = await fetch_value(
            "SELECT 1 FROM responsibility WHERE person = $1 AND to_at IS NULL AND office <> $2", known, to.office
        )
        told = (
            _("该人员已在其他司法所登记，请报区局协调。") if elsewhere else _("该人员已在本所登记在册，不能重复登记。")
        )
        raise Refusal(told, fields={"number": told})
    name = await fetch_value("SELECT name FROM person WHERE id = $1", known)
    if name != new.name:
        told = _("该身份证号已用另一姓名登记过，请核对；确需更名的，报区局处理。")
        raise Refusal(told, fields={"name": told})
    return known


async def add_order(viewer: Viewer, person: int, new: NewOrder, now: datetime) -> int:
    """Write an order of a person who has no open one, under the lock of intakes; its id."""
    number = new.number or await next_number(local_day(now))
    values = {
        "number": number,
        "person": person,
        "kind": new.kind,
        "crime": new.crime,
        "effective_on": new.effective_on,
        "received_at": now,
        "start_on": new.start_on,
        "end_on": new.end_on,
        "state": "due",
        "ledger_from": max(local_day(now), new.start_on),
        "created_at": now,
        "created_by": viewer.id,
    }
    order = await insert("orders", values)
    if new.registered_at:
        await enrol(order, new.registered_at, now, viewer.id)
    return order


async def next_number(day: date) -> str:
    """The next free order number of the year, such as SJ2026-0239."""
    return number_in(day, await last_serial(day) + 1)


async def last_serial(day: date) -> int:
    """The serial of the year's highest order number of ours; 0 before the first."""
    return int(
        await fetch_value(
            """SELECT coalesce(max(substring(number FROM '[0-9]+$')::bigint), 0) FROM orders
                WHERE number LIKE $1 || '%' AND number ~ ('^' || $1 || '[0-9]{4,9}$')""",
            f"SJ{day.year}-",
        )
    )


def number_in(day: date, serial: int) -> str:
    """The order number of the year with this serial."""
    return f"SJ{day.year}-{serial:04d}"
