"""What is done in a search: each step is one transaction with its fact, its audit row, and what follows from it.

`search` is an id in the viewer's scope or NotFound is raised. Who opened a search isn't who verifies that it is 脱管.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.actions import note_all
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_value, insert, insert_many, tx
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.files.actions import Attached, Upload, keep
from supervision.language import gettext as _
from supervision.lost_contact.reading import NOTE, PLACE, attempts_of, get_search, open_search_of
from supervision.lost_contact.tables import ENDS, FACTS, METHODS, ORGANS, RESULTS
from supervision.orders.actions import check_past, lock_open
from supervision.reasons import needed, reason_to_withdraw
from supervision.sealed import seal

SEARCH_BEGUN = "已开始查找（第{}号查找）。"
"""What is noted on the alerts, in Chinese as all that is kept."""
SEARCH = "contact_search"


@dataclass(frozen=True, slots=True)
class NewSearch:
    """Contact was lost: since when, why it is thought so, and the alerts that say it."""

    last_contact_on: date
    reason: str
    happened_at: datetime
    alerts: tuple[int, ...] = ()


async def open_search(viewer: Viewer, order: int, new: NewSearch, now: datetime) -> int:
    """Somebody isn't reached any more, and is looked for from now on (law LO-01); the search's id.

    `order` is in the viewer's scope. Raises Refusal where they are looked for already, or for an alert that isn't theirs.
    """
    said = needed(new.reason, _("失去联系的情况"))
    check_past(new.happened_at, now)
    noticed_at = new.happened_at.replace(second=0, microsecond=0)
    if new.last_contact_on > local_day(noticed_at):
        told = _("最后一次有效联系不能晚于发现失去联系的时间。")
        raise Refusal(told, fields={"last_contact_on": told})
    async with tx():
        row = await lock_open(order)
        if known := await open_search_of(order):
            raise Refusal(_("已经在查找该人（第%(n)d号查找）。") % {"n": known})
        await _check_alerts(order, new.alerts)
        values = {"order_id": order, "person": row["person"], "last_contact_on": new.last_contact_on}
        values |= {"reason_sealed": seal(said, NOTE)}
        search = await insert(SEARCH, values | _fact(viewer, noticed_at, now))
        await insert_many("search_cause", ("search", "alert"), [(search, alert) for alert in sorted(set(new.alerts))])
        if new.alerts:
            await note_all(viewer, new.alerts, SEARCH_BEGUN.format(search), now)
        about = {"id": search, "order_id": order, "person": row["person"]}
        await _done(viewer, "search_opened", about, now, {"alerts": len(new.alerts)})
    return search


async def _check_alerts(order: int, alerts: Sequence[int]) -> None:
    theirs = await fetch_value(
        """SELECT count(*) FROM alert WHERE id = ANY($2) AND subject_kind = 'order' AND subject_id = $1
              AND closed_at IS NULL""",
        order,
        list(alerts),
    )
    if theirs != len(set(alerts)):
        told = _("所选的预警已经处置，请刷新后重新选择。")
        raise Refusal(told, fields={"alert": told})


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """Somebody looked: how, when, where, the second person, what came of it, and a paper or picture of it."""

    method: str
    happened_at: datetime
    result: str
    note: str
    place: str = ""
    second: int | None = None
    upload: Upload | None = None


async def add_attempt(viewer: Viewer, search: int, new: NewAttempt, now: datetime) -> int:
    """One attempt of the search; its id. A visit is made by two, at a place that is named (law LO-02).

    Raises Refusal for the future, for a time before the loss of contact was noticed, and for what is missing.
    """
    _check_attempt(new)
    check_past(new.happened_at, now)
    async with tx():
        row = await _lock_running(viewer, search)
        _refuse_before(row, new.happened_at)
        await _check_second(viewer, new.second)
        values = {
            "search": search,
            "method": new.method,
            "place_sealed": seal(new.place.strip(), PLACE) if new.place.strip() else None,
            "result": new.result,
            "note_sealed": seal(new.note.strip(), NOTE),
            "first_staff": viewer.id,
            "second_staff": new.second,
            "file": await _keep(viewer, row, new.upload, now),
        }
        made = await insert("search_attempt", values | _fact(viewer, new.happened_at, now))
        await _done(viewer, "search_attempt", row, now, {"id": made, "method": new.method, "result": new.result})
    return made


def _check_attempt(new: NewAttempt) -> None:
    checks = (
        (new.method not in METHODS, "method", _("请选择查找方式。")),
        (new.result not in RESULTS, "result", _("请选择结果。")),
        (not new.note.strip(), "note", _("请写明找了谁、问了什么、结果如何。")),
        (new.method == "field" and not new.place.strip(), "place", _("实地查访须写明地点。")),
        (new.method == "field" and new.second is None, "second", _("实地查访须由两人进行，请选择另一名工作人员。")),
    )
    wrong = {field: told for is_wrong, field, told in checks if is_wrong}
    if wrong:
        raise Refusal(next(iter(wrong.values())), fields=wrong)


async def _check_second(viewer: Viewer, second: int | None) -> None:
    if second is not None and second not in {row["id"] for row in await colleagues(viewer)}:
        told = _("请选择另一名在岗的工作人员。")
        raise Refusal(told, fields={"second": told})


async def colleagues(viewer: Viewer) -> list[Record]:
    """Who may have come along: of the viewer's office or the bureau, on duty, and not the viewer."""
    return await fetch(
        """SELECT s.id, s.name FROM staff s JOIN office o ON o.id = s.office
            WHERE s.disabled_at IS NULL AND s.id <> $1 AND (s.office = $2 OR o.kind = 'bureau' OR $3)
              AND s.role IN ('officer', 'head', 'helper', 'clerk', 'cca_head') ORDER BY s.office <> $2, s.name, s.id""",
        viewer.id,
        viewer.office,
        viewer.scope == "all",
    )


async def _keep(viewer: Viewer, row: Record, upload: Upload | None, now: datetime) -> int | None:
    return await keep(viewer, Attached(SEARCH, row["id"], row["person"], "evidence"), upload, now) if upload else None


async def tell(
    viewer: Viewer, search: int, organ: str, reference: str, *, happened_at: datetime, now: datetime
) -> None:
    """The police were asked to help, or the procuratorate was told (law LO-03, LO-04); also after the search has ended."""
    if organ not in ORGANS:
        raise Refusal(_("请选择通知哪个机关。"), fields={"organ": _("请选择通知哪个机关。")})
    said = needed(reference, _("文号或者接收人"), "reference")
    check_past(happened_at, now)
    async with tx():
        row = await lock(viewer, search)
        _refuse_before(row, happened_at)
        values = {"search": search, "organ": organ, "reference": said}
        await insert("search_notice", values | _fact(viewer, happened_at, now))
        await _done(viewer, "search_told", row, now, {"organ": organ})


# -- the word of a named person, and the end -----------------------------------------------------------------------


async def verify(viewer: Viewer, search: int, since_on: date, basis: str, now: datetime) -> None:
    """A named person verified that it is 脱管 (law b.9): the person is enrolled, and out of supervision since that day.

    Raises NotAllowed for a role that may not; Refusal for whoever opened the search, before anybody has looked, and for a
    person who was never registered (that is 漏管).
    """
    said = needed(basis, _("核实的依据"), "basis")
    if not viewer.may("verify_off_control"):
        raise NotAllowed
    async with tx():
        row = await _lock_running(viewer, search)
        if row["off_control"]:
            raise Refusal(_("已经认定脱管。"))
        if row["recorded_by"] == viewer.id:
            raise Refusal(_("您登记了这次查找，请由另一名负责人核实。"))
        if row["registered_at"] is None:
            raise Refusal(_("本人还没有报到登记，属于漏管，不认定脱管。"))
        if not await attempts_of(search):
            raise Refusal(_("还没有查找记录，不能认定脱管。"))
        if not local_day(row["registered_at"]) <= since_on <= local_day(row["happened_at"]):
            told = _("最后一次有效联系应在报到登记之后、发现失去联系之前。")
            raise Refusal(told, fields={"since_on": told})
        values = {"search": search, "order_id": row["order_id"], "since_on": since_on, "basis_sealed": seal(said, NOTE)}
        made = await insert("off_control", values | _fact(viewer, now, now))
        await _done(viewer, "off_control_verified", row, now, {"id": made, "since_on": since_on.isoformat()})


async def end(viewer: Viewer, search: int, kind: str, note: str, *, happened_at: datetime, now: datetime) -> None:
    """The person was found or reported, or had never been lost: the search is over.

    Raises Refusal for a false alarm of what was verified to be 脱管: that word is withdrawn first.
    """
    if kind not in ENDS:
        raise Refusal(_("请选择查找的结果。"), fields={"end_kind": _("请选择查找的结果。")})
    said = needed(note, _("经过"), "note")
    check_past(happened_at, now)
    async with tx():
        row = await _lock_running(viewer, search)
        _refuse_before(row, happened_at)
        if kind == "false_alarm" and row["off_control"]:
            raise Refusal(_("已经认定脱管：确属认定有误的，先撤销认定，再登记虚惊。"))
        values = {"search": search, "kind": kind, "note_sealed": seal(said, NOTE)}
        made = await insert("search_end", values | _fact(viewer, happened_at, now))
        await execute("UPDATE contact_search SET closed_at = $2 WHERE id = $1", search, now)
        await _done(viewer, "search_ended", row, now, {"id": made, "kind": kind})


async def withdraw(viewer: Viewer, search: int, what: str, fact: int, reason: str, now: datetime) -> None:
    """A correcting act: what was put down wrongly no longer counts, and its row stays; an end's withdrawal resumes the search.

    `what` is one of FACTS. Raises NotFound for a fact of another search or one that was withdrawn before, NotAllowed for
    whoever may not withdraw a verification, Refusal without a reason.
    """
    said = reason_to_withdraw(reason)
    if what == "verification" and not viewer.may("verify_off_control"):
        raise NotAllowed
    async with tx():
        row = await lock(viewer, search)
        changed = await execute(
            f"""UPDATE {FACTS[what]} SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5
                 WHERE id = $2 AND search = $1 AND withdrawn_at IS NULL""",
            search,
            fact,
            now,
            viewer.id,
            said,
        )
        if not changed:
            raise NotFound
        if what == "end":
            await _resume(row)
        await _done(viewer, "search_withdrawn", row, now, {"what": what, "id": fact})


async def _resume(row: Record) -> None:
    if await open_search_of(row["order_id"]):
        raise Refusal(_("该人另有一次查找正在进行，不能恢复这一次。"))
    await execute("UPDATE contact_search SET closed_at = NULL WHERE id = $1", row["id"])


# -- what all steps do ---------------------------------------------------------------------------------------------


async def lock(viewer: Viewer, search: int) -> Record:
    """The search in the viewer's scope, locked after its order as everybody locks them."""
    seen = await get_search(viewer, search)
    await fetch("SELECT id FROM orders WHERE id = $1 FOR NO KEY UPDATE", seen["order_id"])
    await fetch("SELECT id FROM contact_search WHERE id = $1 FOR UPDATE", search)
    return await get_search(viewer, search)


async def _lock_running(viewer: Viewer, search: int) -> Record:
    row = await lock(viewer, search)
    if row["closed_at"]:
        raise Refusal(_("这次查找已经结束。"))
    if row["order_ended_at"]:
        raise Refusal(_("这一期矫正已经结束，不能再办理此事项。"))
    return row


def _refuse_before(row: Record, happened_at: datetime) -> None:
    if happened_at < row["happened_at"]:
        told = _("时间早于发现失去联系的时间。")
        raise Refusal(told, fields={"happened_at": told})


def _fact(viewer: Viewer, happened_at: datetime, now: datetime) -> dict[str, Any]:
    return {"happened_at": happened_at, "recorded_at": now, "recorded_by": viewer.id}


async def _done(viewer: Viewer, action: str, row: Any, now: datetime, detail: Mapping[str, Any]) -> None:
    """The end of every act: the audit row without any free text, then the ledger of the order and its alerts."""
    await record(viewer, action, subject=(SEARCH, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["order_id"]], now, by=viewer.id)
