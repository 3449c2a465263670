"""What staff put down of a person: reports, visits, checks. THE MODEL SLICE: a new slice copies its shape from here.

Each action is one transaction: the fact, its audit row, then the ledger and its alerts by `follow`. Facts are never
updated; a wrong one is withdrawn with a reason. What was said is sealed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.checkins.tables import CHANNELS, HOW, MET, MODES, RESULTS
from supervision.days import SHANGHAI, start_of
from supervision.db import Record, fetch, fetch_row, fetch_value, insert, insert_rows, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.orders.actions import check_past
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.sealed import seal

CONTENT = "checkin.content"
ONCE_IN = timedelta(minutes=1)
"""Two of the same kind and manner this close together are one, sent twice."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A fact to put down: its kind (which is its table), in which manner, when, and what was said."""

    kind: str
    how: Mapping[str, Any]
    happened_at: datetime
    content: str = ""


def report(mode: str, happened_at: datetime, content: str = "") -> CheckIn:
    """The person's own regular report (law SU-01, IM 24): by phone, in person, in writing."""
    return CheckIn("report", {"mode": _one_of("mode", mode, MODES)}, happened_at, content)


def visit(met: str, happened_at: datetime, content: str = "") -> CheckIn:
    """A visit at the person's home or work (law SU-04, CCL 26); who was met. A visit that met nobody meets no duty."""
    return CheckIn("visit", {"met": _one_of("met", met, MET)}, happened_at, content)


def info_check(channel: str, result: str, happened_at: datetime, content: str = "") -> CheckIn:
    """A check by call, video, position or message (law SU-04, IM 23); only result ok meets the duty."""
    how = {"channel": _one_of("channel", channel, CHANNELS), "result": _one_of("result", result, RESULTS)}
    return CheckIn("info_check", how, happened_at, content)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refusal(_("请从列表中选择。"), fields={name: _("请从列表中选择。")})
    return value


async def record_checkin(viewer: Viewer, order: int, new: CheckIn, now: datetime) -> int:
    """Put a report, visit or check down; its id. `order` must be in the viewer's scope.

    What happened decides, not when it was typed in: a fact from before a limit that is typed in after it meets the duty in
    time; `recorded_at` keeps it visible to the head. Raises Refusal for the future, a time before the order's start or after
    its end, and the same fact twice within a minute. Once an order has ended only the bureau adds to it.
    """
    async with tx():
        row = await lock_to_record(viewer, order, new.happened_at)
        fact = await put_down(row, new, now, viewer.id)
        detail = {"id": fact, **new.how}
        await record(
            viewer, f"record_{new.kind}", subject=("order", order), people=[row["person"]], detail=detail, now=now
        )
        await follow([order], now, by=viewer.id)
    return fact


async def lock_order(order: int) -> Record:
    """The order, ended or not, locked."""
    row = await fetch_row("SELECT * FROM orders WHERE id = $1 FOR NO KEY UPDATE", order)
    assert row is not None, "whoever calls has asked people.scope for the order"
    return row


async def lock_to_record(viewer: Viewer, order: int, happened_at: datetime) -> Record:
    """The order, for a fact of that moment. Raises Refusal once it has ended: then only the bureau adds what came before."""
    row = await lock_order(order)
    if row["ended_at"] is None:
        return row
    if viewer.scope != "all":
        raise Refusal(_("这一期矫正已经结束；结束以前的报告、走访和核查由区局补录。"))
    if happened_at >= row["ended_at"]:
        told = _("这一期矫正已于 %(at)s 结束，只能补录结束以前的情况。") % {
            "at": f"{row['ended_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        }
        raise Refusal(told, fields={"happened_at": told})
    return row


async def put_down(order: Record, new: CheckIn, now: datetime, by: int) -> int:
    """Write the fact of a locked order; its id. For actions that put down several at once."""
    check_past(new.happened_at, now)
    if new.happened_at < start_of(order["start_on"]):
        told = _("时间早于矫正开始日 %(day)s。") % {"day": order["start_on"]}
        raise Refusal(told, fields={"happened_at": told})
    await _refuse_twice(order["id"], new)
    return await insert(new.kind, _columns(order["id"], new, now, by))


async def _refuse_twice(order: int, new: CheckIn) -> None:
    same = " AND ".join(f"{column} = ${position}" for position, column in enumerate(new.how, start=4))
    found = await fetch_value(
        f"""SELECT 1 FROM {new.kind} WHERE order_id = $1 AND withdrawn_at IS NULL
               AND happened_at > $2 AND happened_at < $3 AND {same}""",
        order,
        new.happened_at - ONCE_IN,
        new.happened_at + ONCE_IN,
        *new.how.values(),
    )
    if found:
        raise Refusal(_("这一条刚才已经记录过了，没有重复保存。"))


def _columns(order: int, new: CheckIn, recorded_at: datetime, by: int | None) -> dict[str, object]:
    content = new.content.strip()
    return {
        "order_id": order,
        **new.how,
        "happened_at": new.happened_at,
        "content_sealed": seal(content, CONTENT) if content else None,
        "recorded_at": recorded_at,
        "recorded_by": by,
    }


async def withdraw(viewer: Viewer, person: int, fact: tuple[str, int], *, reason: str, now: datetime) -> None:
    """A wrong entry no longer counts: the duty it met opens again, with its alert. `person` must be in the viewer's scope.

    `fact` is kind and id. Raises NotFound when it isn't this person's, Refusal without a reason or when done before.
    """
    kind, fact_id = fact
    if kind not in HOW:
        raise NotFound
    said = reason_to_withdraw(reason)
    async with tx():
        order = await _lock_order_of(kind, fact_id, person)
        await mark_withdrawn(kind, fact_id, said, by=viewer.id, now=now)
        detail = {"kind": kind, "id": fact_id}
        await record(viewer, "withdraw", subject=("order", order), people=[person], detail=detail, now=now)
        await follow([order], now, by=viewer.id)


async def _lock_order_of(kind: str, fact: int, person: int) -> int:
    row = await fetch_row(
        f"""SELECT o.id FROM {kind} f JOIN orders o ON o.id = f.order_id
             WHERE f.id = $1 AND o.person = $2 FOR NO KEY UPDATE OF o""",
        fact,
        person,
    )
    if row is None:
        raise NotFound
    return int(row["id"])


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it was once put down, for the batch form: whose, what, when it was typed in, by whom."""

    order: int
    new: CheckIn
    recorded_at: datetime
    by: int | None = None


async def record_many(entries: Iterable[Entry], now: datetime) -> None:
    """Put many facts down at once: one COPY a kind, one audit row, one sync. For imports and the demo; knows no scope."""
    sheets: dict[str, list[dict[str, object]]] = {}
    orders: set[int] = set()
    for entry in entries:
        orders.add(entry.order)
        row = _columns(entry.order, entry.new, entry.recorded_at, entry.by)
        sheets.setdefault(entry.new.kind, []).append(row)
    async with tx():
        for kind, rows in sheets.items():
            await insert_rows(kind, rows)
        people = [row["person"] for row in await fetch("SELECT person FROM orders WHERE id = ANY($1)", list(orders))]
        detail = {kind: len(rows) for kind, rows in sheets.items()}
        await record(None, "record_many", people=people, detail=detail, now=now)
        await follow(orders, now)
