"""Twelve phone calls on one page: who is to be called, and what a page of answers puts down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.checkins.actions import CheckIn, info_check, put_down, report
from supervision.days import end_of, local_day
from supervision.db import Record, fetch, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.language import run_on
from supervision.people.actions import CONTACT
from supervision.people.scope import visible_people
from supervision.people.words import SEXES
from supervision.sealed import open_sealed

MOST = 60
ANSWERS = ("answered", "unreached")
# By phone a person may report, and the office may check: no other duty is met by a call.
BY_PHONE = "((d.rule = 'SU-01' AND d.variant = 'phone') OR (d.rule = 'SU-04' AND d.variant = 'info'))"


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody who owes a report by phone, or of whom the office owes a check (`owes`: phone, info)."""

    order: int
    person: int
    name: str
    sex: str
    born_on: date | None
    phone: str | None
    holder: str | None
    owes: tuple[str, ...]
    limit_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list: all that may be done now or only what is due today, one's own people or all in scope."""

    ahead: bool = False
    own: bool = True
    also: tuple[int, ...] = ()
    """Orders that are shown whatever they owe: those whose answers are being corrected."""


async def people_to_call(viewer: Viewer, asked: Asked, now: datetime) -> list[ToCall]:
    """Whom to call, the earliest limit first; at most MOST."""
    until = now if asked.ahead else end_of(local_day(now))
    args: list[object] = [now, until, list(asked.also), MOST]
    visible = visible_people(viewer, "o.person", args)
    args.append(viewer.id if asked.own else None)
    rows = await fetch(
        TO_CALL.format(due="opens_at" if asked.ahead else "due_at", visible=visible, own=len(args)), *args
    )
    return [_to_call(row) for row in rows]


TO_CALL = f"""
SELECT o.id, p.id AS person, p.name, p.sex, p.born_on, c.value_sealed, c.holder, owed.owes, owed.limit_at
  FROM orders o
  JOIN person p ON p.id = o.person
  LEFT JOIN LATERAL (
       SELECT array_agg(DISTINCT d.variant ORDER BY d.variant DESC) AS owes, min(d.limit_at) AS limit_at FROM duty d
        WHERE d.subject_kind = 'order' AND d.subject_id = o.id AND d.state = 'open'
          AND d.opens_at <= $1 AND d.{{due}} <= $2 AND {BY_PHONE}) owed ON TRUE
  LEFT JOIN LATERAL (
       SELECT value_sealed, holder FROM contact
        WHERE person = o.person AND kind = 'phone' AND withdrawn_at IS NULL AND bad_since IS NULL
        ORDER BY holder <> 'self', rank, id DESC LIMIT 1) c ON TRUE
 WHERE o.ended_at IS NULL AND {{visible}}
   AND ((owed.limit_at IS NOT NULL AND (${{own}}::int IS NULL OR o.id IN (
            SELECT subject_id FROM responsibility WHERE subject_kind = 'order' AND staff = ${{own}} AND to_at IS NULL)))
        OR o.id = ANY($3))
 ORDER BY owed.limit_at NULLS LAST, o.id
 LIMIT $4
"""


def _to_call(row: Record) -> ToCall:
    return ToCall(
        order=row["id"],
        person=row["person"],
        name=row["name"],
        sex=_(SEXES[row["sex"]]),
        born_on=row["born_on"],
        phone=open_sealed(row["value_sealed"], CONTACT) if row["value_sealed"] else None,
        holder=row["holder"],
        owes=tuple(row["owes"] or ()),
        limit_at=row["limit_at"],
    )


@dataclass(frozen=True, slots=True)
class Call:
    """What came of one call: answered or unreached."""

    order: int
    answer: str
    happened_at: datetime
    note: str = ""


async def record_calls(viewer: Viewer, calls: Sequence[Call], now: datetime) -> None:
    """Put a page of calls down, all or none; a refusal names each row that can't be.

    *Answered* puts down what the row said was owed and the call did: the person's report by phone, and the office's check
    where one is owed too. They are two facts of two duties, so each can be withdrawn by itself; who spoke with the person
    need not call again to tick the other box, and nothing is put down for a duty that isn't open. *Unreached* is a check
    without success: it is kept, and meets nothing.
    """
    async with tx():
        orders = await _lock(viewer, [call.order for call in calls])
        wrong: dict[str, str] = {}
        for call in calls:
            try:
                await _put_down(orders[call.order], call, now, viewer.id)
            except Refusal as refusal:
                told = {"name": orders[call.order]["name"], "sentence": refusal.sentence}
                wrong[f"answer-{call.order}"] = _("%(name)s：%(sentence)s") % told
        if wrong:
            raise Refusal(run_on([*wrong.values(), _("整页都没有保存，请修改后再保存。")]), fields=wrong)
        people = [row["person"] for row in orders.values()]
        detail = {answer: sum(call.answer == answer for call in calls) for answer in ANSWERS}
        await record(viewer, "record_calls", people=people, detail=detail, now=now)
        await follow(orders, now, by=viewer.id)


async def _lock(viewer: Viewer, ids: Iterable[int]) -> dict[int, Record]:
    """The orders, locked in the order of their ids as the ledger does. Raises NotFound if one isn't in scope."""
    wanted = sorted(set(ids))
    args: list[object] = [wanted]
    rows = await fetch(
        f"""SELECT o.*, p.name FROM orders o JOIN person p ON p.id = o.person
             WHERE o.id = ANY($1) AND {visible_people(viewer, "o.person", args)} ORDER BY o.id FOR NO KEY UPDATE OF o""",
        *args,
    )
    if len(rows) != len(wanted):
        raise NotFound
    return {row["id"]: row for row in rows}


async def _put_down(order: Record, call: Call, now: datetime, by: int) -> None:
    if order["ended_at"]:
        raise Refusal(_("这一期矫正已经结束。"))
    for new in await _facts_of(call):
        await put_down(order, new, now, by)


async def _facts_of(call: Call) -> list[CheckIn]:
    if call.answer == "unreached":
        return [info_check("call", "unreached", call.happened_at, call.note)]
    assert call.answer == "answered", call.answer
    rows = await fetch(
        f"""SELECT DISTINCT d.variant FROM duty d WHERE d.subject_kind = 'order' AND d.subject_id = $1
               AND d.state = 'open' AND d.opens_at <= $2 AND {BY_PHONE}""",
        call.order,
        call.happened_at,
    )
    facts = {
        "phone": report("phone", call.happened_at, call.note),
        "info": info_check("call", "ok", call.happened_at, call.note),
    }
    if not rows:
        raise Refusal(_("电话报告和核查都已办过，不用再记。"))
    return [facts[row["variant"]] for row in rows]
