"""What is done to an order: each action is one transaction with its fact, its audit row and the ledger brought up to date.

`order` and `person` are ids in the viewer's scope: whoever calls has asked `people.scope` for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import add_days, local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.tables import DOCUMENT_KINDS, END_KINDS, LEVELS
from supervision.orders.words import DEBTS
from supervision.people.actions import CONTACT, Assignment, NewContact, add_contact, assign, checked_phone
from supervision.resettlement.handover import await_again, hand_over, not_handed_over
from supervision.sealed import blind

ORDER = "order"
EARLIEST_DAYS = 30
"""So long before the judgment takes effect may somebody have come (law RE-04)."""


async def lock_open(order: int) -> Record:
    """The open order, locked. Raises Refusal when it has ended meanwhile."""
    row = await fetch_row("SELECT * FROM orders WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", order)
    if row is None:
        raise Refusal(_("这一期矫正已经结束，不能再办理此事项。"))
    return row


def check_past(happened_at: datetime, now: datetime) -> None:
    """Raises Refusal for something that is said to have happened in the future."""
    if happened_at > now:
        raise Refusal(_("时间不能晚于现在。"), fields={"happened_at": _("时间不能晚于现在。")})


async def register(viewer: Viewer, order: int, happened_at: datetime, now: datetime) -> None:
    """The person reported and is enrolled (law RE-06, RE-09)."""
    check_past(happened_at, now)
    async with tx():
        row = await lock_open(order)
        if row["registered_at"]:
            raise Refusal(_("已经登记接收，不能重复登记。"))
        check_not_long_before(row, happened_at)
        await enrol(order, happened_at, now, viewer.id)
        await done(viewer, "register", row, now)


def check_not_long_before(row: Mapping[str, Any], happened_at: datetime, *, field: str = "happened_at") -> None:
    """Raises Refusal for a registration long before the judgment: a mistyped year would move every later due day."""
    earliest = add_days(row["effective_on"] or row["start_on"], -EARLIEST_DAYS)
    if local_day(happened_at) < earliest:
        told = _("报到时间早于裁判生效日三十日以上（%(day)s 之前），请核对年份。") % {"day": f"{earliest:%Y-%m-%d}"}
        raise Refusal(told, fields={field: told})


async def enrol(order: int, happened_at: datetime, now: datetime, by: int | None) -> None:
    """Write the registration of a locked order: the fact, and the order's columns that follow it."""
    await insert("registration", {"order_id": order, "happened_at": happened_at, "recorded_at": now, "recorded_by": by})
    await execute("UPDATE orders SET registered_at = $2, state = 'in_correction' WHERE id = $1", order, happened_at)


async def done(
    viewer: Viewer, action: str, row: Record, now: datetime, detail: dict[str, object] | None = None
) -> None:
    """The end of every action here: the audit row, then the ledger and its alerts."""
    await record(viewer, action, subject=(ORDER, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["id"]], now, by=viewer.id)


async def set_class(viewer: Viewer, order: int, level: str, reason: str, now: datetime) -> None:
    """The bureau decides a class of management (law SU-07, IM 21); it counts from now, on the order's own day from registration."""
    if level not in LEVELS:
        raise Refusal(_("请选择管理类别。"), fields={"level": _("请选择管理类别。")})
    if not reason.strip():
        raise Refusal(_("请填写分类管理的理由。"), fields={"reason": _("请填写理由。")})
    async with tx():
        row = await lock_open(order)
        if not row["registered_at"]:
            raise Refusal(_("尚未登记接收，不能确定管理类别。"))
        present = await class_of(order)
        if present == level:
            raise Refusal(_("已经是这一管理类别。"), fields={"level": _("已经是这一管理类别。")})
        values = {
            "order_id": order,
            "level": level,
            "happened_at": now if present else row["registered_at"],
            "reason": reason.strip(),
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        await insert("class_decision", values)
        await close_debt(order, "class", now, viewer.id)
        await done(viewer, "set_class", row, now, {"level": level})


async def class_of(order: int) -> str | None:
    """The class that was decided last."""
    found: str | None = await fetch_value(
        """SELECT level FROM class_decision WHERE order_id = $1 AND withdrawn_at IS NULL
            ORDER BY happened_at DESC, id DESC LIMIT 1""",
        order,
    )
    return found


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
            raise Refusal(_("跨司法所移交由区矫正机构办理。"), fields={"staff": _("请选择本所人员。")})
        if to.staff is not None and to.staff == await officer_of(order):
            raise Refusal(_("已经由这位工作人员负责。"), fields={"staff": _("已经由这位工作人员负责。")})
        await assign((ORDER, order), row["person"], to, now, viewer.id)
        await close_debt(order, "officer", now, viewer.id)
        await done(viewer, "assign_officer", row, now, {"office": to.office, "staff": to.staff})


async def officer_of(order: int) -> int | None:
    """The member of the staff who has the file now."""
    found: int | None = await fetch_value(
        """SELECT staff FROM responsibility
            WHERE subject_kind = 'order' AND subject_id = $1 AND role = 'main' AND to_at IS NULL""",
        order,
    )
    return found


async def correct_phone(viewer: Viewer, person: int, new: NewContact, now: datetime) -> None:
    """A new phone number is a new fact; the one of the same holder it replaces is kept, withdrawn.

    Raises Refusal when nothing would change. The same number again is a fact where the old one was known to be bad.
    """
    number = checked_phone(new.value)
    async with tx():
        await fetch("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        old = await fetch_row(
            """SELECT id, key, consent, bad_since FROM contact
                WHERE person = $1 AND kind = 'phone' AND holder = $2 AND withdrawn_at IS NULL
                ORDER BY rank, id DESC LIMIT 1""",
            person,
            new.holder,
        )
        if old and (old["key"], old["consent"], old["bad_since"]) == (blind(number, CONTACT), new.consent, None):
            raise Refusal(_("号码没有变化，没有保存。"), fields={"phone": _("与现在的号码相同。")})
        await add_contact(person, new, now, viewer.id, replaces=old["id"] if old else None)
        orders = await fetch("SELECT id FROM orders WHERE person = $1 AND ended_at IS NULL", person)
        for row in orders:
            await close_debt(row["id"], "phone", now, viewer.id)
        await record(viewer, "correct_phone", subject=("person", person), people=[person], now=now)
        await follow([row["id"] for row in orders], now, by=viewer.id)


async def change_term(viewer: Viewer, order: int, end_on: date, reason: str, now: datetime) -> None:
    """A new end of the term by a document of the deciding organ (law T-4): a fact, then the order's column."""
    if not reason.strip():
        raise Refusal(_("请填写变更依据（文书名称和文号）。"), fields={"reason": _("请填写变更依据。")})
    async with tx():
        row = await lock_open(order)
        if end_on < row["start_on"]:
            raise Refusal(_("矫正结束日期早于开始日期。"), fields={"end_on": _("结束日期不能早于开始日期。")})
        if end_on == row["end_on"]:
            raise Refusal(_("结束日期没有变化。"), fields={"end_on": _("与现在的结束日期相同。")})
        values = {"order_id": order, "end_on": end_on, "reason": reason.strip(), "happened_at": now, "recorded_at": now}
        await insert("term_change", values | {"recorded_by": viewer.id})
        await execute("UPDATE orders SET end_on = $2 WHERE id = $1", order, end_on)
        await close_debt(order, "end_on", now, viewer.id)
        await done(viewer, "change_term", row, now, {"end_on": end_on.isoformat()})


async def record_document(viewer: Viewer, order: int, kind: str, happened_at: datetime, now: datetime) -> None:
    """A document of the end of the term was written: summary, appraisal, certificate (law TE-01..03)."""
    if kind not in DOCUMENT_KINDS:
        raise Refusal(_("请选择文书种类。"), fields={"kind": _("请选择文书种类。")})
    check_past(happened_at, now)
    async with tx():
        row = await lock_open(order)
        if kind == "certificate":
            _check_release_day(row, happened_at)
            await _check_nothing_pending(order)
        values = {"order_id": order, "kind": kind, "happened_at": happened_at, "recorded_at": now}
        await insert("document_record", values | {"recorded_by": viewer.id})
        await done(viewer, "record_document", row, now, {"kind": kind})


def _check_release_day(row: Record, happened_at: datetime) -> None:
    """Early and late release are both violations (law TE-03); early is refused, late is a lapse."""
    if row["end_on"] and local_day(happened_at) < row["end_on"]:
        told = _("矫正期至 %(day)s 届满，提前解除违反《社区矫正法》第44条。") % {"day": f"{row['end_on']:%Y-%m-%d}"}
        raise Refusal(told, fields={"happened_at": told})


@dataclass(frozen=True, slots=True)
class Ending:
    """How an order ends: kind, when, and the reason or the document."""

    kind: str
    happened_at: datetime
    reason: str
    not_helped: str = ""
    """Why somebody who is released isn't handed over to resettlement help; empty: they are (law RA-22)."""


async def end_order(viewer: Viewer, order: int, ending: Ending, now: datetime) -> None:
    """End an order by a fact. Raises Refusal for an early release, or while custody is pending (law TE-03, TE-09)."""
    if ending.kind not in END_KINDS:
        raise Refusal(_("请选择结束方式。"), fields={"kind": _("请选择结束方式。")})
    if not ending.reason.strip():
        raise Refusal(_("请填写结束的依据。"), fields={"reason": _("请填写依据。")})
    check_past(ending.happened_at, now)
    async with tx():
        # Before any row, as the intakes do, which ask who is on which register.
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        row = await lock_open(order)
        if row["registered_at"] and ending.happened_at < row["registered_at"]:
            raise Refusal(_("结束时间早于登记接收的时间。"), fields={"happened_at": _("不能早于登记接收的时间。")})
        if ending.kind == "released":
            _check_release_day(row, ending.happened_at)
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
        for kind in DEBTS:
            await close_debt(order, kind, now, viewer.id)
        await _help_on(row, ending, now, viewer.id)
        await done(viewer, "end_order", row, now, {"kind": ending.kind})


async def _help_on(row: Record, ending: Ending, now: datetime, by: int) -> None:
    """At the very moment of the release the person is on the register of help, or a reason says why not (law RA-22)."""
    released, why_not = ending.kind == "released", ending.not_helped.strip()
    if released and not why_not:
        await hand_over(row, ending.happened_at, now, by=by)
        return
    if released:
        await not_handed_over(row["id"], why_not, now, by=by)
    if ending.kind != "deceased":
        await await_again(row, now, by=by)


async def _check_nothing_pending(order: int) -> None:
    """Whoever is in custody at the end, or out of supervision, is EXPIRED_HOLD (law TE-09, b.2): somebody must decide first."""
    pending = await fetch_value(
        """SELECT 1 FROM pause WHERE subject_kind = 'order' AND subject_id = $1 AND kind = 'custody'
              AND to_at IS NULL AND withdrawn_at IS NULL""",
        order,
    )
    if pending:
        raise Refusal(_("该人员处于羁押状态，期满待决，请先由上级和检察机关明确处理意见，不能直接解除。"))
    out = await fetch_value(
        """SELECT 1 FROM off_control c WHERE c.order_id = $1 AND c.withdrawn_at IS NULL
              AND NOT EXISTS (SELECT FROM search_end e WHERE e.search = c.search AND e.withdrawn_at IS NULL)""",
        order,
    )
    if out:
        raise Refusal(_("该人员脱管，还没有找到，期满待决，请先由上级和检察机关明确处理意见，不能直接解除。"))
