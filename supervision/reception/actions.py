"""What staff put down of a reception: each step is a fact, its audit row, then the ledger and its alerts by `follow`.

`order` and `person` are ids in the viewer's scope. A wrong step is withdrawn with a reason: the duty it met opens again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch_row, fetch_value, insert, insert_many, tx
from supervision.errors import NotFound, Refusal
from supervision.files.actions import Attached, Upload, keep
from supervision.language import gettext as _
from supervision.orders.actions import check_past, lock_open
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.reception.kinds import FORMED, KINDS, MINOR, OUTSIDE
from supervision.rules.reception import LACKS, Member, is_minor, team_lacks
from supervision.sealed import seal

CONTENT = "reception.content"
SUBJECT = "reception"
"""The kind of subject to which the files of a step belong; its id is the act's."""
ONCE_IN = timedelta(minutes=1)
EARLIEST = timedelta(days=366)
"""So long before the term's first day may a step have happened: a mistyped year would move later limits."""


@dataclass(frozen=True, slots=True)
class NewAct:
    """A step to put down: its kind, in which manner, when, what was written, and a file if there is one."""

    kind: str
    happened_at: datetime
    how: str = ""
    content: str = ""
    file: Upload | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who comes into the team."""

    name: str
    role: str
    sex: str
    knows_minors: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """The person of an order, as far as the steps ask: what the team needs, and whose steps there are."""

    person: int
    woman: bool
    minor: bool
    outside: bool
    enrolled: bool

    def has(self, kind: str) -> bool:
        """Whether this step is there for this person."""
        only = KINDS[kind].only
        return not only or {OUTSIDE: self.outside, MINOR: self.minor}[only]


def received(row: Record) -> Received:
    """Of an order with the person's sex and birthday."""
    registered_at = row["registered_at"]
    entered_on = local_day(registered_at) if registered_at else row["start_on"]
    return Received(
        person=row["person"],
        woman=row["sex"] == "female",
        minor=is_minor(row["born_on"], entered_on),
        outside=row["kind"] == "temporary_outside",
        enrolled=registered_at is not None,
    )


async def received_of(order: int) -> Received:
    """The same, read from the register."""
    row = await fetch_row(
        "SELECT o.*, p.sex, p.born_on FROM orders o JOIN person p ON p.id = o.person WHERE o.id = $1", order
    )
    assert row is not None, "whoever calls has asked people.scope for the order"
    return received(row)


# -- steps --------------------------------------------------------------------------------------------------------


async def put_down(viewer: Viewer, order: int, new: NewAct, now: datetime) -> int:
    """Put a step down; its id. What happened decides, not when it was typed in.

    Raises Refusal for the future, long before the term, the same step twice within a minute, a step that isn't there for this
    person, one that waits for the enrolment, and a minor's announcement to which no guardian was called (law RE-16).
    """
    if new.kind not in KINDS or new.kind == FORMED:
        raise NotFound
    async with tx():
        row = await lock_open(order)
        await _check(row, new, now)
        act = await _write(viewer, row, new, now)
        await follow([order], now, by=viewer.id)
    return act


async def _check(row: Record, new: NewAct, now: datetime) -> None:
    whose = await received_of(row["id"])
    if not whose.has(new.kind):
        raise NotFound
    if KINDS[new.kind].enrolled and not whose.enrolled:
        raise Refusal(_("尚未登记接收，不能办理这一环节。"))
    _check_time(row, new.happened_at, now)
    if new.kind == "announced" and whose.minor and not await _is_there(row["id"], "guardian_called"):
        raise Refusal(_("未成年人的宣告不公开进行，应先登记通知监护人到场。"))
    twice = await fetch_value(
        """SELECT 1 FROM reception_act WHERE order_id = $1 AND kind = $2 AND how = $3 AND withdrawn_at IS NULL
              AND happened_at > $4 AND happened_at < $5""",
        row["id"],
        new.kind,
        new.how,
        new.happened_at - ONCE_IN,
        new.happened_at + ONCE_IN,
    )
    if twice:
        raise Refusal(_("这一条刚才已经记录过了，没有重复保存。"))


def _check_time(row: Record, happened_at: datetime, now: datetime) -> None:
    check_past(happened_at, now)
    if local_day(happened_at) < row["start_on"] - EARLIEST:
        told = _("时间早于矫正开始日一年以上，请核对年份。")
        raise Refusal(told, fields={"happened_at": told})


async def _is_there(order: int, kind: str) -> bool:
    found = "SELECT EXISTS (SELECT FROM reception_act WHERE order_id = $1 AND kind = $2 AND withdrawn_at IS NULL)"
    return bool(await fetch_value(found, order, kind))


async def _write(viewer: Viewer, row: Record, new: NewAct, now: datetime) -> int:
    """The fact of a locked order, its file and its audit row."""
    content = new.content.strip()
    act: int = await insert(
        "reception_act",
        {
            "order_id": row["id"],
            "kind": new.kind,
            "how": new.how,
            "happened_at": new.happened_at,
            "content_sealed": seal(content, CONTENT) if content else None,
            "recorded_at": now,
            "recorded_by": viewer.id,
        },
    )
    if new.file:
        await keep(viewer, Attached(SUBJECT, act, row["person"], KINDS[new.kind].file), new.file, now)
    detail = {"id": act, "kind": new.kind, "how": new.how}
    await record(viewer, "reception_act", subject=("order", row["id"]), people=[row["person"]], detail=detail, now=now)
    return act


async def withdraw(viewer: Viewer, person: int, act: int, *, reason: str, now: datetime) -> None:
    """A wrong step no longer counts; with the founding of a team go the members who came with it.

    Raises NotFound when it isn't this person's, Refusal without a reason or when done before.
    """
    said = reason_to_withdraw(reason)
    async with tx():
        row = await fetch_row(
            """SELECT o.id, a.kind FROM reception_act a JOIN orders o ON o.id = a.order_id
                WHERE a.id = $1 AND o.person = $2 FOR NO KEY UPDATE OF o""",
            act,
            person,
        )
        if row is None:
            raise NotFound
        await mark_withdrawn("reception_act", act, said, by=viewer.id, now=now)
        await execute(
            """UPDATE team_member SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4
                WHERE act = $1 AND withdrawn_at IS NULL""",
            act,
            now,
            viewer.id,
            said,
        )
        detail = {"id": act, "kind": row["kind"]}
        await record(
            viewer, "reception_withdrawn", subject=("order", row["id"]), people=[person], detail=detail, now=now
        )
        await follow([row["id"]], now, by=viewer.id)


# -- the team -----------------------------------------------------------------------------------------------------


async def form_team(viewer: Viewer, order: int, members: Sequence[NewMember], new: NewAct, now: datetime) -> int:
    """Found the team with all its members and the letter of responsibility (law RE-13); the act's id.

    Raises Refusal for a team without members, one that lacks whom the law asks for (V-17), and while there is a team.
    """
    async with tx():
        row = await lock_open(order)
        _check_time(row, new.happened_at, now)
        if not members:
            raise Refusal(_("请填写矫正小组的成员。"), fields={"name-1": _("请填写成员。")})
        if await _is_there(order, FORMED):
            raise Refusal(_("矫正小组已经组建，请增加或者调整成员。"))
        whose = await received_of(order)
        coming = [Member(n, one.sex == "female", one.knows_minors, new.happened_at) for n, one in enumerate(members)]
        if lacking := team_lacks(coming, woman=whose.woman, minor=whose.minor):
            raise Refusal(_(LACKS[lacking[0]]))
        act = await _write(viewer, row, new, now)
        await _join(viewer, order, members, new.happened_at, act=act, now=now)
        await follow([order], now, by=viewer.id)
    return act


async def add_member(viewer: Viewer, order: int, member: NewMember, from_at: datetime, now: datetime) -> None:
    """Somebody comes into a team that is there."""
    async with tx():
        row = await lock_open(order)
        _check_time(row, from_at, now)
        if not await _is_there(order, FORMED):
            raise Refusal(_("还没有组建矫正小组。"))
        await _join(viewer, order, [member], from_at, act=None, now=now)
        await record(viewer, "team_joined", subject=("order", order), people=[row["person"]], now=now)
        await follow([order], now, by=viewer.id)


async def member_leaves(viewer: Viewer, order: int, member: int, to_at: datetime, now: datetime) -> None:
    """Somebody leaves the team; where that leaves a woman's team without a woman, R-08 says so at once.

    Raises NotFound for another order's member, Refusal for one who left before, and for a time before they came.
    """
    check_past(to_at, now)
    async with tx():
        row = await lock_open(order)
        found = await fetch_row(
            "SELECT * FROM team_member WHERE id = $1 AND order_id = $2 AND withdrawn_at IS NULL", member, order
        )
        if found is None:
            raise NotFound
        if found["to_at"]:
            raise Refusal(_("这位成员已经离开。"))
        if to_at <= found["from_at"]:
            raise Refusal(_("离开的时间早于加入的时间。"), fields={"to_at": _("应晚于加入的时间。")})
        await execute(
            "UPDATE team_member SET to_at = $2, ended_recorded_at = $3, ended_by = $4 WHERE id = $1",
            member,
            to_at,
            now,
            viewer.id,
        )
        await record(
            viewer, "team_left", subject=("order", order), people=[row["person"]], detail={"member": member}, now=now
        )
        await follow([order], now, by=viewer.id)


async def withdraw_member(viewer: Viewer, person: int, member: int, *, reason: str, now: datetime) -> None:
    """Somebody was put into the team wrongly, or left it wrongly: the entry no longer counts, and the right one is made anew.

    Raises NotFound when it isn't this person's, or the order has ended; Refusal without a reason, when done before, and for
    the last entry of a team: without members it would be no team, and its founding is what is wrong.
    """
    said = reason_to_withdraw(reason)
    async with tx():
        find = "SELECT o.id FROM team_member t JOIN orders o ON o.id = t.order_id WHERE t.id = $1 AND o.person = $2"
        order = await fetch_value(find, member, person)
        if order is None:
            raise NotFound
        await lock_open(order)
        await mark_withdrawn("team_member", member, said, by=viewer.id, now=now)
        left = "SELECT EXISTS (SELECT FROM team_member WHERE order_id = $1 AND withdrawn_at IS NULL)"
        if await _is_there(order, FORMED) and not await fetch_value(left, order):
            raise Refusal(_("小组不能没有成员：整个小组登记有误的，请作废组建的记录。"))
        detail = {"member": member}
        await record(viewer, "team_withdrawn", subject=("order", order), people=[person], detail=detail, now=now)
        await follow([order], now, by=viewer.id)


async def _join(
    viewer: Viewer, order: int, members: Sequence[NewMember], from_at: datetime, *, act: int | None, now: datetime
) -> None:
    columns = ("order_id", "act", "name", "role", "sex", "knows_minors", "from_at", "recorded_at", "recorded_by")
    rows = [(order, act, one.name, one.role, one.sex, one.knows_minors, from_at, now, viewer.id) for one in members]
    await insert_many("team_member", columns, rows)
