"""The steps of a booking that people take: forward, schedule, confirm, check in, begin, end, and what goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg

from supervision.access.viewer import Viewer
from supervision.days import add_days, add_months, end_of, local_day
from supervision.db import Record, fetch, fetch_row, fetch_value, insert, insert_many, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.language import run_on
from supervision.people.actions import DOC_TAIL
from supervision.rules.base import InForce, Terms
from supervision.rules.video_visit import arrive_between, confirm_until
from supervision.sealed import blind
from supervision.settings.terms import load_terms
from supervision.video_visits.booking import limits_at, move_turn
from supervision.video_visits.families import lock_prisoner
from supervision.video_visits.limits import Visitor, refuse_time, unverified
from supervision.video_visits.steps import Taken, lock_for, put_down
from supervision.video_visits.words import CANCELLED_BY, STEPS, SUSPENDED, moment_words

PLAIN = ("forward", "return", "prison_refuse")
"""Steps that need no more than a moment and, some of them, a reason."""


async def step(viewer: Viewer, booking: int, taken: Taken, now: datetime) -> None:
    """One of the PLAIN steps. Raises NotFound, and Refusal for a step that isn't one from the booking's state, or before the last."""
    assert taken.step in PLAIN, taken.step
    async with tx():
        row = await lock_for(booking, taken.step)
        await put_down(viewer, row, replace(taken, happened_at=await _not_before_last(row, taken.happened_at)), now)


async def _not_before_last(row: Record, happened_at: datetime) -> datetime:
    """The moment, which is that of the last step where it is in its minute. Raises Refusal for an earlier one."""
    event = await fetch_row(
        "SELECT step, happened_at FROM booking_event WHERE booking = $1 ORDER BY id DESC LIMIT 1", row["id"]
    )
    at: datetime = event["happened_at"] if event else row["happened_at"]
    _refuse_before(at.replace(second=0, microsecond=0), happened_at, _(STEPS[event["step"] if event else "apply"]))
    return max(happened_at, at)


# -- the time ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """The room and the moment that the prison and the window agreed on."""

    room: int
    from_at: datetime
    prison_room: str = ""
    answered_at: datetime | None = None
    """When the prison said so; None for now."""


async def schedule(viewer: Viewer, booking: int, place: Place, now: datetime) -> None:
    """The prison agreed: the session gets its room and its time (law b.13 FORWARDED → SCHEDULED).

    The prison's answer counts from when it was given, the family's time to confirm from now, since it is told now.
    Raises Refusal for a time that has begun, that isn't one of the window's, in which the room or the prisoner is taken,
    or whose month has no visit left; NotFound for a room that isn't there.
    """
    async with tx():
        terms = await load_terms(now, now)
        limits = terms.parameters.in_force(now)
        row = await lock_for(booking, "schedule")
        answered_at = await _not_before_last(row, place.answered_at or now)
        to_at = place.from_at + timedelta(minutes=limits["vv.minutes"])
        _refuse_moment(place.from_at, to_at, terms, now)
        await lock_prisoner(row["prisoner"])
        await _refuse_suspended(row["prisoner"], place.from_at)
        await move_turn(row, local_day(place.from_at), limits=limits, now=now)
        await _take_slot(viewer, row, place, to_at, now)
        detail = {"room": place.room, "from_at": place.from_at.isoformat()}
        await put_down(viewer, row, Taken("schedule", answered_at, detail=detail), now)


def _refuse_moment(from_at: datetime, to_at: datetime, terms: Terms, now: datetime) -> None:
    if from_at <= now:
        raise Refusal(_("会见时间须晚于现在。"), fields={"from_at": _("会见时间须晚于现在。")})
    refuse_time(from_at, to_at, calendar=terms.calendar, limits=terms.parameters.in_force(now))


async def _refuse_suspended(prisoner: int, from_at: datetime) -> None:
    row = await fetch_row(
        """SELECT to_on FROM visit_suspension WHERE prisoner = $1 AND withdrawn_at IS NULL
              AND from_on <= $2 AND to_on >= $2 AND happened_at < $3 ORDER BY to_on DESC LIMIT 1""",
        prisoner,
        local_day(from_at),
        from_at,
    )
    if row:
        told = _("因违反会见规定，会见暂停至 %(day)s。") % {"day": row["to_on"]}
        raise Refusal(told, fields={"from_at": told})


async def _take_slot(viewer: Viewer, row: Record, place: Place, to_at: datetime, now: datetime) -> None:
    # The room is locked first: two at once wait for each other here, and the loser can be told what took its place.
    room = await fetch_row("SELECT * FROM visit_room WHERE id = $1 FOR NO KEY UPDATE", place.room)
    if room is None or room["closed_at"]:
        raise Refusal(_("请选择在用的会见室。"), fields={"room": _("请选择在用的会见室。")})
    await _refuse_taken(row["prisoner"], place, to_at, room["name"])
    values = {
        "booking": row["id"],
        "prisoner": row["prisoner"],
        "room": place.room,
        "prison_room": place.prison_room.strip() or None,
        "from_at": place.from_at,
        "to_at": to_at,
        "taken_at": now,
        "taken_by": viewer.id,
    }
    try:
        async with tx():
            await insert("booking_slot", values)
    except asyncpg.ExclusionViolationError:
        told = _("%(name)s这一时段刚刚被约走，请另选时间。") % {"name": room["name"]}
        raise Refusal(told, fields={"from_at": told}) from None


async def _refuse_taken(prisoner: int, place: Place, to_at: datetime, room: str) -> None:
    taken = await fetch_row(
        """SELECT s.from_at, s.to_at, s.room, b.number FROM booking_slot s JOIN booking b ON b.id = s.booking
            WHERE s.freed_at IS NULL AND (s.room = $1 OR s.prisoner = $2)
              AND tstzrange(s.from_at, s.to_at) && tstzrange($3, $4) ORDER BY s.room <> $1, s.from_at LIMIT 1""",
        place.room,
        prisoner,
        place.from_at,
        to_at,
    )
    if taken is None:
        return
    what = room if taken["room"] == place.room else _("该服刑人员")
    told = _("%(what)s在 %(moment)s 已有会见（%(number)s），请另选时间。") % {
        "what": what,
        "moment": moment_words(taken["from_at"]),
        "number": taken["number"],
    }
    raise Refusal(told, fields={"from_at": told})


async def confirm(viewer: Viewer, booking: int, happened_at: datetime, now: datetime) -> None:
    """The family says that it comes. Raises Refusal from the cut-off on, whether or not the slot was given back already.

    Also where nobody of those who come is a verified relative any more, and for a moment before the time was given.
    Moments are typed in whole minutes: one in that minute is the moment itself.
    """
    async with tx():
        row = await lock_for(booking, "confirm")
        await _refuse_strangers(booking)
        limits = await limits_at(row["taken_at"], now)
        if happened_at >= confirm_until(row["taken_at"], row["from_at"], limits):
            raise Refusal(
                _("已过确认期限（会见前 %(n)s 小时），时段已收回，请重新预约。") % {"n": limits["vv.confirm_hours"]}
            )
        await _refuse_suspended(row["prisoner"], row["from_at"])
        _refuse_before(row["taken_at"].replace(second=0, microsecond=0), happened_at, _("安排时间"))
        await put_down(viewer, row, Taken("confirm", max(happened_at, row["taken_at"])), now)


async def _refuse_strangers(booking: int) -> None:
    """A check of relatives may have been withdrawn since they were booked; whoever of them is left may come."""
    nobody = await fetch_value(
        """SELECT bool_and(f.state <> 'ok') FROM booking_visitor v JOIN family_member f ON f.id = v.family
            WHERE v.booking = $1""",
        booking,
    )
    if nobody:
        raise Refusal(_("来会见的亲属都没有通过核验，不能确认，请取消这次会见。"))


async def cancel(viewer: Viewer, booking: int, why: Taken, by: str, now: datetime) -> None:
    """The prison, the bureau or the family calls the session off, which counts as used up in none of these cases.

    As long as the prison hasn't answered, the family or the bureau takes the application back.
    Raises Refusal for a moment before the time was given, for a family that calls off what has begun, and from the moment on
    from which nobody is taken in any more: then it didn't come, whether or not that was noted.
    """
    if by not in CANCELLED_BY:
        raise Refusal(_("请选择谁取消。"), fields={"by": _("请选择谁取消。")})
    async with tx():
        row = await lock_for(booking, "cancel")
        if row["from_at"] is None:
            _refuse_unanswered(row, why.happened_at, by)
        else:
            _refuse_late(row, why.happened_at, by, await limits_at(row["taken_at"], now))
        await put_down(viewer, row, replace(why, detail={"by": by}), now)


def _refuse_unanswered(row: Record, happened_at: datetime, by: str) -> None:
    _refuse_before(row["happened_at"].replace(second=0, microsecond=0), happened_at, _("登记预约"))
    if by == "prison":
        told = _("监狱还没有答复；监狱不同意的，请登记监狱不同意。")
        raise Refusal(told, fields={"by": told})


def _refuse_late(row: Record, happened_at: datetime, by: str, limits: InForce) -> None:
    _refuse_before(row["taken_at"].replace(second=0, microsecond=0), happened_at, _("安排时间"))
    start_at = row["from_at"]
    if by == "family" and happened_at >= start_at:
        told = _("会见时间已到，家属没有来的记为爽约，不能再由家属取消。")
        raise Refusal(told, fields={"by": told})
    if happened_at >= arrive_between(start_at, limits)[1]:
        told = _("会见 %(moment)s 开始，迟到 %(n)s 分钟没有来的记为爽约，不能再取消；来了的请先登记到场。") % {
            "moment": moment_words(start_at),
            "n": limits["vv.late_minutes"],
        }
        raise Refusal(told, fields={"happened_at": told})


async def _last(booking: int, step_name: str) -> datetime:
    """When the booking last took this step, which it has taken."""
    found: datetime | None = await fetch_value(
        "SELECT happened_at FROM booking_event WHERE booking = $1 AND step = $2 ORDER BY id DESC LIMIT 1",
        booking,
        step_name,
    )
    assert found is not None, (booking, step_name)
    return found


# -- the day ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came: family member → the last four characters of the identity card that was shown; the face was compared."""

    cards: Mapping[int, str]
    happened_at: datetime
    faces_match: bool


async def arrive(viewer: Viewer, booking: int, arrival: Arrival, now: datetime) -> None:
    """The family is there, and is who it says it is (law VV-13: face and identity card).

    Raises Refusal for a card that isn't theirs, for whoever isn't a verified relative, for children without an adult,
    and for whoever came too early or too late.
    """
    if not arrival.faces_match:
        raise Refusal(_("须核对人脸与证件一致。"), fields={"faces_match": _("须核对人脸与证件一致。")})
    async with tx():
        row = await lock_for(booking, "arrive")
        limits = await limits_at(row["taken_at"], now)
        await _refuse_suspended(row["prisoner"], row["from_at"])
        _refuse_outside(row["from_at"], arrival.happened_at, limits)
        came = await _checked_visitors(row, arrival)
        columns = ("booking", "family", "happened_at", "recorded_at", "recorded_by")
        rows = [(booking, family, arrival.happened_at, now, viewer.id) for family in came]
        await insert_many("booking_arrival", columns, rows)
        await put_down(viewer, row, Taken("arrive", arrival.happened_at, detail={"came": len(came)}), now)


def _refuse_outside(start_at: datetime, happened_at: datetime, limits: InForce) -> None:
    opens_at, limit_at = arrive_between(start_at, limits)
    if happened_at < opens_at:
        told = _("到场核验从 %(moment)s 开始。") % {"moment": moment_words(opens_at)}
        raise Refusal(told, fields={"happened_at": told})
    if happened_at >= limit_at:
        told = _("会见 %(moment)s 开始，迟到 %(n)s 分钟视为放弃。") % {
            "moment": moment_words(start_at),
            "n": limits["vv.late_minutes"],
        }
        raise Refusal(told, fields={"happened_at": told})


async def _checked_visitors(row: Record, arrival: Arrival) -> list[int]:
    rows = await fetch(
        """SELECT v.family, f.state, p.name, p.born_on, p.doc_tail_key FROM booking_visitor v
             JOIN family_member f ON f.id = v.family JOIN person p ON p.id = f.person
            WHERE v.booking = $1 ORDER BY v.id""",
        row["id"],
    )
    came = [one for one in rows if arrival.cards.get(one["family"])]
    wrong = {
        f"card-{one['family']}": _("%(name)s：证件号码后四位与登记的不符。") % {"name": one["name"]}
        for one in came
        if blind(arrival.cards[one["family"]].upper(), DOC_TAIL) != one["doc_tail_key"]
    }
    if wrong:
        raise Refusal(run_on(wrong.values()), fields=wrong)
    visitors = [Visitor(one["name"], one["state"], one["born_on"]) for one in came]
    if told := unverified(visitors):
        raise Refusal(told)
    on = local_day(row["from_at"])
    if all(one.is_minor(on) for one in visitors):
        raise Refusal(_("请填写到场亲属的证件号码后四位；未成年人须由成年亲属陪同。"))
    return [one["family"] for one in came]


async def start(viewer: Viewer, booking: int, happened_at: datetime, now: datetime) -> None:
    """The session begins. Raises Refusal for a moment before the family was there."""
    async with tx():
        row = await lock_for(booking, "start")
        _refuse_before(await _last(booking, "arrive"), happened_at, _("到场核验"))
        await put_down(viewer, row, Taken("start", happened_at), now)


def _refuse_before(moment: datetime, happened_at: datetime, what: str) -> None:
    if happened_at < moment:
        told = _("时间早于%(what)s（%(moment)s）。") % {"what": what, "moment": moment_words(moment)}
        raise Refusal(told, fields={"happened_at": told})


async def end(viewer: Viewer, booking: int, happened_at: datetime, now: datetime, *, satisfied: str = "") -> None:
    """The session is over: how long it lasted is kept, and what the family said of it, if it was asked (law b.13 DONE)."""
    async with tx():
        row = await lock_for(booking, "end")
        begun = await _last(booking, "start")
        _refuse_before(begun, happened_at, _("会见开始"))
        minutes = int((happened_at - begun).total_seconds() // 60)
        detail: dict[str, object] = {"minutes": minutes}
        if satisfied:
            detail["satisfied"] = satisfied
        await put_down(viewer, row, Taken("end", happened_at, detail=detail), now)


async def stop_for_breach(viewer: Viewer, booking: int, stopped: Taken, months: int, now: datetime) -> list[str]:
    """A breach of discipline stops the session, and visits rest for some months (law VV-11); the numbers of the sessions called off.

    Counted from the day on which the session was stopped; what was given a time in these months is called off.
    Raises Refusal for a number of months outside the parameters.
    """
    async with tx():
        least, most = (await limits_at(now, now))["vv.suspend_months"]
        if not least <= months <= most:
            told = _("暂停会见为 %(least)s 至 %(most)s 个月。") % {"least": least, "most": most}
            raise Refusal(told, fields={"months": told})
        row = await lock_for(booking, "breach")
        _refuse_before(await _last(booking, "start"), stopped.happened_at, _("会见开始"))
        await lock_prisoner(row["prisoner"])
        await put_down(viewer, row, stopped, now)
        first = local_day(stopped.happened_at)
        last = add_days(add_months(first, months), -1)
        values = {
            "prisoner": row["prisoner"],
            "booking": booking,
            "from_on": first,
            "to_on": last,
            "reason": stopped.reason.strip(),
            "happened_at": stopped.happened_at,
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        await insert("visit_suspension", values)
        return await _call_off(viewer, row["prisoner"], (stopped.happened_at, end_of(last)), now)


async def _call_off(viewer: Viewer, prisoner: int, rest: tuple[datetime, datetime], now: datetime) -> list[str]:
    """Call off what was given a time while visits rest; the numbers, since somebody must tell the families."""
    rows = await fetch(
        """SELECT b.id, b.number FROM booking b JOIN booking_slot s ON s.booking = b.id AND s.freed_at IS NULL
            WHERE b.prisoner = $1 AND b.state IN ('scheduled', 'confirmed') AND b.withdrawn_at IS NULL
              AND s.from_at > $2 AND s.from_at < $3 ORDER BY b.id FOR NO KEY UPDATE OF b""",
        prisoner,
        *rest,
    )
    for row in rows:
        locked = await lock_for(row["id"], "cancel")
        await put_down(viewer, locked, Taken("cancel", now, SUSPENDED, {"by": "suspension"}), now)
    return [row["number"] for row in rows]


async def fail(viewer: Viewer, booking: int, failed: Taken, now: datetime) -> None:
    """The line or the machine failed: the room is free again, and the family books anew without being counted (law b.13)."""
    async with tx():
        row = await lock_for(booking, "fail")
        _refuse_before(await _last(booking, "arrive"), failed.happened_at, _("到场核验"))
        await put_down(viewer, row, failed, now)
