"""What is done to an order: each action is one transaction with its fact, its audit row and the ledger brought up to date."""

from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.orders.tables import DOCUMENT_KINDS, END_KINDS, KINDS, LEVELS
from supervision.people.actions import (
    Assignment,
    NewContact,
    NewPerson,
    add_contact,
    add_person,
    assign,
    find_by_number,
)

ORDER = "order"


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
    """Put a person and an order down; the person's id. Raises Refusal for somebody who already has an open order."""
    check_order(intake.order)
    async with tx():
        person = await _person_for(intake.person, intake.assignment, now)
        order = await _add_order(viewer, person, intake.order, now)
        await assign((ORDER, order), person, intake.assignment, now, viewer.id)
        if intake.phone:
            await add_contact(person, intake.phone, now, viewer.id)
        await record(viewer, "take_in", subject=(ORDER, order), people=[person], now=now)
        await follow([order], now, by=viewer.id)
    return person


def check_order(order: NewOrder) -> None:
    """Raises Refusal when the papers contradict themselves (law T-4, T-6: the court's document wins, but not nonsense)."""
    if order.kind not in KINDS:
        raise Refusal("请选择矫正类别。", fields={"kind": "请选择矫正类别。"})
    if order.end_on < order.start_on:
        raise Refusal("矫正结束日期早于开始日期。", fields={"end_on": "结束日期不能早于开始日期。"})


async def _person_for(new: NewPerson, to: Assignment, now: datetime) -> int:
    known = await find_by_number(new.number)
    if known is None:
        return await add_person(new, now)
    if await fetch_value("SELECT 1 FROM orders WHERE person = $1 AND ended_at IS NULL", known):
        elsewhere = await fetch_value(
            "SELECT 1 FROM responsibility WHERE person = $1 AND to_at IS NULL AND office <> $2", known, to.office
        )
        told = "该人员已在其他司法所登记，请报区局协调。" if elsewhere else "该人员已在本所登记在册，不能重复登记。"
        raise Refusal(told, fields={"number": told})
    return known


async def _add_order(viewer: Viewer, person: int, new: NewOrder, now: datetime) -> int:
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
        "ledger_from": local_day(now),
        "created_at": now,
        "created_by": viewer.id,
    }
    order = await insert("orders", values)
    if new.registered_at:
        await _register(order, new.registered_at, now, viewer.id)
    return order


async def next_number(day: date) -> str:
    """The next free order number of the year, such as SJ2026-0239."""
    head = f"SJ{day.year}-"
    last = await fetch_value("SELECT max(number) FROM orders WHERE number ~ ('^' || $1 || '[0-9]{4}$')", head)
    return f"{head}{int(last[-4:]) + 1 if last else 1:04d}"


async def lock_open(order: int) -> Record:
    """The open order, locked. Raises Refusal when it has ended meanwhile."""
    row = await fetch_row("SELECT * FROM orders WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", order)
    if row is None:
        raise Refusal("这一期矫正已经结束，不能再办理此事项。")
    return row


def check_past(happened_at: datetime, now: datetime) -> None:
    """Raises Refusal for something that is said to have happened in the future."""
    if happened_at > now:
        raise Refusal("时间不能晚于现在。", fields={"happened_at": "时间不能晚于现在。"})


async def register(viewer: Viewer, order: int, happened_at: datetime, now: datetime) -> None:
    """The person reported and is enrolled (law RE-06, RE-09)."""
    check_past(happened_at, now)
    async with tx():
        row = await lock_open(order)
        if row["registered_at"]:
            raise Refusal("已经登记接收，不能重复登记。")
        await _register(order, happened_at, now, viewer.id)
        await _done(viewer, "register", row, now)


async def _register(order: int, happened_at: datetime, now: datetime, by: int | None) -> None:
    await insert("registration", {"order_id": order, "happened_at": happened_at, "recorded_at": now, "recorded_by": by})
    await execute("UPDATE orders SET registered_at = $2, state = 'in_correction' WHERE id = $1", order, happened_at)


async def _done(
    viewer: Viewer, action: str, row: Record, now: datetime, detail: dict[str, object] | None = None
) -> None:
    """The end of every action here: the audit row, then the ledger and its alerts."""
    await record(viewer, action, subject=(ORDER, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["id"]], now, by=viewer.id)


async def set_class(viewer: Viewer, order: int, level: str, reason: str, now: datetime) -> None:
    """The bureau decides a class of management (law SU-07, IM 21); it counts from now, the first from registration."""
    if level not in LEVELS:
        raise Refusal("请选择管理类别。", fields={"level": "请选择管理类别。"})
    if not reason.strip():
        raise Refusal("请填写分类管理的理由。", fields={"reason": "请填写理由。"})
    async with tx():
        row = await lock_open(order)
        if not row["registered_at"]:
            raise Refusal("尚未登记接收，不能确定管理类别。")
        first = not await fetch_value(
            "SELECT 1 FROM class_decision WHERE order_id = $1 AND withdrawn_at IS NULL", order
        )
        values = {
            "order_id": order,
            "level": level,
            "happened_at": row["registered_at"] if first else now,
            "reason": reason.strip(),
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        await insert("class_decision", values)
        await close_debt(order, "class", now, viewer.id)
        await _done(viewer, "set_class", row, now, {"level": level})


async def close_debt(order: int, kind: str, now: datetime, by: int | None) -> None:
    """What was owed by the old register has been made up."""
    await execute(
        "UPDATE debt SET closed_at = $3, closed_by = $4 WHERE order_id = $1 AND kind = $2 AND closed_at IS NULL",
        order,
        kind,
        now,
        by,
    )


async def assign_officer(viewer: Viewer, order: int, to: Assignment, now: datetime) -> None:
    """Give the file to an officer of an office; between offices only the bureau may."""
    async with tx():
        row = await lock_open(order)
        if viewer.scope == "office" and to.office != viewer.office:
            raise Refusal("跨司法所移交由区矫正机构办理。")
        await assign((ORDER, order), row["person"], to, now, viewer.id)
        await close_debt(order, "officer", now, viewer.id)
        await _done(viewer, "assign_officer", row, now, {"office": to.office, "staff": to.staff})


async def correct_phone(viewer: Viewer, person: int, new: NewContact, now: datetime) -> None:
    """A new phone number is a new fact; the one of the same holder it replaces is kept, withdrawn."""
    async with tx():
        old = await fetch_value(
            """SELECT id FROM contact WHERE person = $1 AND kind = 'phone' AND holder = $2 AND withdrawn_at IS NULL
                ORDER BY rank, id DESC LIMIT 1""",
            person,
            new.holder,
        )
        await add_contact(person, new, now, viewer.id, replaces=old)
        orders = await fetch("SELECT id FROM orders WHERE person = $1 AND ended_at IS NULL", person)
        for row in orders:
            await close_debt(row["id"], "phone", now, viewer.id)
        await record(viewer, "correct_phone", subject=("person", person), people=[person], now=now)
        await follow([row["id"] for row in orders], now, by=viewer.id)


async def change_term(viewer: Viewer, order: int, end_on: date, reason: str, now: datetime) -> None:
    """A new end of the term by a document of the deciding organ (law T-4): a fact, then the order's column."""
    if not reason.strip():
        raise Refusal("请填写变更依据（文书名称和文号）。", fields={"reason": "请填写变更依据。"})
    async with tx():
        row = await lock_open(order)
        if end_on < row["start_on"]:
            raise Refusal("矫正结束日期早于开始日期。", fields={"end_on": "结束日期不能早于开始日期。"})
        values = {"order_id": order, "end_on": end_on, "reason": reason.strip(), "happened_at": now, "recorded_at": now}
        await insert("term_change", values | {"recorded_by": viewer.id})
        await execute("UPDATE orders SET end_on = $2 WHERE id = $1", order, end_on)
        await _done(viewer, "change_term", row, now, {"end_on": end_on.isoformat()})


async def record_document(viewer: Viewer, order: int, kind: str, happened_at: datetime, now: datetime) -> None:
    """A document of the end of the term was written: summary, appraisal, certificate (law TE-01..03)."""
    if kind not in DOCUMENT_KINDS:
        raise Refusal("请选择文书种类。", fields={"kind": "请选择文书种类。"})
    check_past(happened_at, now)
    async with tx():
        row = await lock_open(order)
        if kind == "certificate":
            _check_release_day(row, now)
        values = {"order_id": order, "kind": kind, "happened_at": happened_at, "recorded_at": now}
        await insert("document_record", values | {"recorded_by": viewer.id})
        await _done(viewer, "record_document", row, now, {"kind": kind})


def _check_release_day(row: Record, now: datetime) -> None:
    """Early and late release are both violations (law TE-03); early is refused, late is a lapse."""
    if row["end_on"] and local_day(now) < row["end_on"]:
        raise Refusal(f"矫正期至 {row['end_on']:%Y-%m-%d} 届满，提前解除违反《社区矫正法》第44条。")


@dataclass(frozen=True, slots=True)
class Ending:
    """How an order ends: kind, when, and the reason or the document."""

    kind: str
    happened_at: datetime
    reason: str


async def end_order(viewer: Viewer, order: int, ending: Ending, now: datetime) -> None:
    """End an order by a fact. Raises Refusal for an early release, or while custody is pending (law TE-03, TE-09)."""
    if ending.kind not in END_KINDS:
        raise Refusal("请选择结束方式。", fields={"kind": "请选择结束方式。"})
    if not ending.reason.strip():
        raise Refusal("请填写结束的依据。", fields={"reason": "请填写依据。"})
    check_past(ending.happened_at, now)
    async with tx():
        row = await lock_open(order)
        if ending.kind == "released":
            _check_release_day(row, now)
            await _check_nothing_pending(order)
        values = {
            "order_id": order,
            "kind": ending.kind,
            "happened_at": ending.happened_at,
            "reason": ending.reason.strip(),
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        await insert("order_end", values)
        await execute(
            "UPDATE orders SET ended_at = $2, end_kind = $3, state = $3 WHERE id = $1",
            order,
            ending.happened_at,
            ending.kind,
        )
        await _done(viewer, "end_order", row, now, {"kind": ending.kind})


async def _check_nothing_pending(order: int) -> None:
    pending = await fetch_value(
        """SELECT 1 FROM pause WHERE subject_kind = 'order' AND subject_id = $1 AND kind = 'custody'
              AND to_at IS NULL AND withdrawn_at IS NULL""",
        order,
    )
    if pending:
        raise Refusal("该人员处于羁押状态，期满待决，请先由上级和检察机关明确处理意见，不能直接解除。")


@dataclass(frozen=True, slots=True)
class NewPause:
    """A time in which duties rest, with its evidence."""

    kind: str
    from_at: datetime
    evidence: str


async def pause(viewer: Viewer, order: int, new: NewPause, now: datetime) -> None:
    """Some duties rest from a moment on (model §4): custody or hospital, by a notice that is named."""
    if new.kind not in ("custody", "hospital"):
        raise Refusal("请选择暂停原因。", fields={"kind": "请选择暂停原因。"})
    if not new.evidence.strip():
        raise Refusal("请填写依据（通知书或诊断证明）。", fields={"evidence": "请填写依据。"})
    check_past(new.from_at, now)
    async with tx():
        row = await lock_open(order)
        if await fetch_value(
            "SELECT 1 FROM pause WHERE subject_kind = 'order' AND subject_id = $1 AND to_at IS NULL AND withdrawn_at IS NULL",
            order,
        ):
            raise Refusal("已有一项未结束的暂停，请先结束它。")
        values = {"subject_kind": ORDER, "subject_id": order, "kind": new.kind, "from_at": new.from_at}
        await insert("pause", values | {"evidence": new.evidence.strip(), "recorded_at": now, "recorded_by": viewer.id})
        await _done(viewer, "pause", row, now, {"kind": new.kind})


async def end_pause(viewer: Viewer, order: int, to_at: datetime, now: datetime) -> None:
    """The pause is over; what is owed runs again from there."""
    check_past(to_at, now)
    async with tx():
        row = await lock_open(order)
        done = await execute(
            """UPDATE pause SET to_at = $2, ended_recorded_at = $3, ended_by = $4
                WHERE subject_kind = 'order' AND subject_id = $1 AND to_at IS NULL AND withdrawn_at IS NULL
                  AND from_at < $2""",
            order,
            to_at,
            now,
            viewer.id,
        )
        if not done:
            raise Refusal("没有可以结束的暂停，或结束时间早于开始时间。")
        await _done(viewer, "end_pause", row, now)


async def confirm_pause(viewer: Viewer, order: int, source: str, now: datetime) -> None:
    """Somebody asked, and the pause still stands (model §4: every seven days)."""
    if not source.strip():
        raise Refusal("请填写向谁核实。", fields={"source": "请填写向谁核实。"})
    async with tx():
        row = await lock_open(order)
        values = {"order_id": order, "happened_at": now, "source": source.strip(), "recorded_at": now}
        await insert("pause_check", values | {"recorded_by": viewer.id})
        await _done(viewer, "confirm_pause", row, now)
