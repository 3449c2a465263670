"""From the end of correction on its very day (law RA-22, IM 53): at no instant on neither register, and on none twice.

Called by the register of correction inside the transaction that ends, or takes back the end of, a period of correction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from supervision.alerts.follow import follow
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.people.actions import Assignment, assign
from supervision.reasons import mark_withdrawn
from supervision.resettlement import states, words
from supervision.resettlement.actions import SUBJECT, Taken, begin_period, first_step, give_up, put_down
from supervision.rules.assistance import MOVED_IN

REASON = "社区矫正期满转入"
END_VOIDED = "矫正的结束登记已经作废"
BACK_IN_CORRECTION = "转入社区矫正"
AWAITED_AGAIN = "矫正再次结束"


async def hand_over(order: Record, ended_at: datetime, now: datetime, *, by: int | None) -> int:
    """Begin the help of somebody whose correction ended, at the moment of its end, with the same office; its id.

    Somebody who is helped already stays so; whoever was only awaited from a prison is awaited no longer.
    """
    known = await fetch_value(f"SELECT id FROM assistance WHERE person = $1 AND {HAS_BEGUN}", order["person"])
    if known is not None:
        return int(known)
    await make_way([order["person"]], now, by=by, said=REASON)
    values: dict[str, Any] = {
        "person": order["person"],
        "source": "correction",
        "kind": "general",
        "known_on": local_day(ended_at),
        "release_on": local_day(ended_at),
        "connected_at": ended_at,
        "state": states.CONNECTED,
        "crime": order["crime"],
        "order_id": order["id"],
        "ledger_from": local_day(ended_at),
        "created_at": now,
        "created_by": by,
    }
    assistance = await insert("assistance", values)
    row = values | {"id": assistance, "to_on": None}
    await first_step(row, Taken("came", ended_at), now, by=by)
    await begin_period(row, ended_at, now)
    to = await _helper_of(("order", order["id"]), REASON)
    if to is not None:
        await assign((SUBJECT, assistance), order["person"], to, now, by)
    await follow([assistance], now, kind=SUBJECT, by=by)
    return assistance


async def _helper_of(subject: tuple[str, int], said: str, *, until: datetime | None = None) -> Assignment | None:
    """Who has the file, or had it until that moment; of somebody who has left, the office alone."""
    had = await fetch_row(
        """SELECT r.office, CASE WHEN s.disabled_at IS NULL AND s.office = r.office AND s.role IN ('officer', 'head')
                                 THEN r.staff END AS staff
             FROM responsibility r LEFT JOIN staff s ON s.id = r.staff
            WHERE r.subject_kind = $1 AND r.subject_id = $2 AND r.role = 'main' AND r.to_at IS NOT DISTINCT FROM $3""",
        *subject,
        until,
    )
    return Assignment(had["office"], had["staff"], said) if had is not None else None


async def not_handed_over(order: int, reason: str, now: datetime, *, by: int | None) -> None:
    """Why somebody whose correction ended isn't helped on: a reason of a named human."""
    await insert(
        "not_handed_over", {"order_id": order, "reason": reason.strip(), "recorded_at": now, "recorded_by": by}
    )


async def take_back(order: int, now: datetime, *, by: int) -> None:
    """The correction goes on, its end was a mistake: the help that came of it never was, though what was done stays to be read.

    That is every period that came of it: also one that has ended by now, and one that went on at another office. Whoever a
    prison told of since then is awaited again when the correction ends again. Raises Refusal for other help that has begun, and
    for a prison that told of somebody who was helped in between.
    """
    await execute(
        "UPDATE not_handed_over SET withdrawn_at = $2 WHERE order_id = $1 AND withdrawn_at IS NULL", order, now
    )
    rows = await fetch(
        """SELECT * FROM assistance WHERE person = (SELECT person FROM orders WHERE id = $1)
              AND end_kind IS DISTINCT FROM $2 ORDER BY id FOR NO KEY UPDATE""",
        order,
        states.TAKEN_BACK,
    )
    ours = came_of(order, rows)
    others = [row for row in rows if row["ended_at"] is None and row not in ours]
    for row in others:
        if ours or row["state"] not in states.AWAITED:
            told = _("该人员另有一期安置帮教（%(state)s）没有办结，矫正的结束登记不能作废。")
            raise Refusal(told % {"state": _(words.STATES[row["state"]])})
    for row in (*ours, *others):
        taken = Taken(states.TAKEN_BACK, row["connected_at"] or now, said=END_VOIDED)
        await put_down(row, taken, states.TAKEN_BACK, now, by=by)
        await give_up(row["id"], now)
    await follow([row["id"] for row in (*ours, *others)], now, kind=SUBJECT, by=by)


def came_of(order: int, periods: Sequence[Record]) -> list[Record]:
    """Of a person's periods of help in their order: the one that came of this correction's end, and those to which it moved on."""
    ours: list[Record] = []
    for one in periods:
        left = [had["ended_at"] for had in ours if had["end_kind"] == states.MOVED]
        if one["order_id"] == order or (one["source"] == MOVED_IN and one["connected_at"] in left):
            ours.append(one)
    return ours


async def await_again(order: Record, now: datetime, *, by: int) -> None:
    """The correction ends again, without help that follows: whoever was awaited when its end was withdrawn is so as before."""
    step = await fetch_row(
        """SELECT s.id, s.assistance, s.old_state, s.recorded_at FROM assistance a JOIN assistance_step s ON s.assistance = a.id
            WHERE a.person = $1 AND a.state = $2 AND s.event = $2 AND s.withdrawn_at IS NULL AND s.old_state = ANY($3)
              AND s.recorded_at IN (SELECT withdrawn_at FROM order_end WHERE order_id = $4)
              AND NOT EXISTS (SELECT FROM assistance o WHERE o.person = $1 AND o.ended_at IS NULL)
            ORDER BY s.id DESC LIMIT 1""",
        order["person"],
        states.TAKEN_BACK,
        list(states.AWAITED),
        order["id"],
    )
    if step is None:
        return
    assistance = step["assistance"]
    await mark_withdrawn("assistance_step", step["id"], AWAITED_AGAIN, by=by, now=now)
    await execute(
        "UPDATE assistance SET state = $2, ended_at = NULL, end_kind = NULL WHERE id = $1",
        assistance,
        step["old_state"],
    )
    had = await _helper_of((SUBJECT, assistance), AWAITED_AGAIN, until=step["recorded_at"])
    if had is not None:
        await assign((SUBJECT, assistance), order["person"], had, now, by)
    await follow([assistance], now, kind=SUBJECT, by=by)


HAS_BEGUN = f"ended_at IS NULL AND (connected_at IS NOT NULL OR state = '{states.NOT_CONNECTED}')"
"""Of a row of `assistance`: the person is helped, or looked for; nobody is put under correction beside it."""


async def helped(people: Iterable[int]) -> dict[int, str]:
    """Who of these people is helped at present → in which state."""
    rows = await fetch(f"SELECT person, state FROM assistance WHERE person = ANY($1) AND {HAS_BEGUN}", list(people))
    return {row["person"]: row["state"] for row in rows}


def still_helped(state: str) -> str:
    """Why somebody in that state can't be put under correction, in the language of the request."""
    told = _("该人员正在安置帮教名册（%(state)s），请先办结帮教，再登记社区矫正。")
    return told % {"state": _(words.STATES[state])}


async def make_way(
    people: Iterable[int], now: datetime, *, by: int | None, run: int | None = None, said: str = BACK_IN_CORRECTION
) -> None:
    """These come under correction: whoever was told of by a prison comes on parole; help that has begun is closed first.

    Raises Refusal for somebody who is helped.
    """
    wanted = list(people)
    for state in (await helped(wanted)).values():
        raise Refusal(still_helped(state), fields={"number": still_helped(state)})
    rows = await fetch(
        "SELECT * FROM assistance WHERE person = ANY($1) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE", wanted
    )
    taken = Taken(states.TAKEN_BACK, now, said=said)
    for row in rows:
        await put_down(row, taken, states.TAKEN_BACK, now, by=by, run=run)
    await follow([row["id"] for row in rows], now, kind=SUBJECT, by=by)


async def make_way_undone(run: int, now: datetime, *, by: int | None) -> None:
    """An import of corrections is undone: whoever had made way for it is awaited again as before."""
    rows = await fetch(
        """WITH gone AS (DELETE FROM assistance_step WHERE event = 'taken_back' AND import_run = $1
                         RETURNING assistance, old_state)
           UPDATE assistance a SET state = g.old_state, ended_at = NULL, end_kind = NULL
             FROM gone g WHERE a.id = g.assistance RETURNING a.id""",
        run,
    )
    await follow([row["id"] for row in rows], now, kind=SUBJECT, by=by)
