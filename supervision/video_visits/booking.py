"""A family books a session at the window, within the parameters (law b.13 APPLIED, V-29); what was entered wrongly is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, insert_many, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.rules.base import InForce
from supervision.rules.video_visit_clocks import KIND
from supervision.sealed import seal
from supervision.settings.terms import load_terms
from supervision.video_visits.families import lock_prisoner
from supervision.video_visits.limits import Asked, Standing, Visitor, days_ahead, free_turn, refuse_booking

PURPOSE = "booking.purpose"
LOST = """(b.state = 'failed' OR (b.state = 'cancelled' AND NOT EXISTS (
       SELECT FROM booking_event c WHERE c.booking = b.id AND c.step = 'cancel' AND (c.detail ->> 'by' = 'family'
          OR (c.detail ->> 'by' = 'suspension' AND EXISTS (
              SELECT FROM visit_suspension v WHERE v.prisoner = b.prisoner AND v.withdrawn_at IS NULL
                 AND v.recorded_at = c.recorded_at))))))"""
"""A booking `b` whose session was lost without the family's fault: it may be booked anew without waiting.

A breach calls sessions off in the act that suspends visits, so at its moment; the family answers for them while that suspension stands.
"""


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What the family asks for: who comes (the first applies), on which days, in the order of preference."""

    prisoner: int
    visitors: tuple[int, ...]
    wanted: tuple[date, ...]
    purpose: str = ""
    instead_of: int | None = None


async def limits_at(at: datetime, now: datetime) -> InForce:
    """The parameters that are in force at a moment: of a session, when it got its time, since the family was told these."""
    return (await load_terms(now, now)).parameters.in_force(at)


async def earliest_day(now: datetime, *, makes_up: bool) -> date:
    """The first day that may be booked now."""
    terms = await load_terms(now, now)
    ahead = days_ahead(terms.parameters.in_force(now), makes_up=makes_up)
    return terms.calendar.add_working_days(local_day(now), ahead)


async def book(viewer: Viewer, new: NewBooking, now: datetime) -> int:
    """Put a booking down; its id.

    Raises Refusal where the parameters don't allow it, with every reason; NotFound for a prisoner or visitors who aren't
    there. Whoever books for the same prisoner at the same moment waits, so a month's turns are counted rightly.
    """
    async with tx():
        terms = await load_terms(now, now)
        limits = terms.parameters.in_force(now)
        prisoner = await lock_prisoner(new.prisoner)
        standing, prison = await standing_of(new.prisoner, now, limits)
        visitors = await _visitors(new)
        lost = await _lost(new) if new.instead_of else None
        asked = Asked(tuple(_visitor(row) for row in visitors), new.wanted, makes_up=lost is not None)
        refuse_booking(asked, standing, local_day(now), calendar=terms.calendar, limits=limits)
        made = await _insert(viewer, new, (prison, visitors[0]["person"]), now)
        await insert_many("booking_visitor", ("booking", "family"), [(made, family) for family in new.visitors])
        if lost is None or lost["counted"]:
            await take_turn(made, new.prisoner, new.wanted[0], level=standing.level, limits=limits, now=now)
        people = [prisoner["person"], *(row["person"] for row in visitors)]
        await record(viewer, "booking_made", subject=(KIND, made), people=people, now=now)
        await follow([made], now, kind=KIND, by=viewer.id)
    return made


async def _visitors(new: NewBooking) -> list[Record]:
    rows = await fetch(
        """SELECT f.id, f.person, f.state, p.name, p.born_on FROM family_member f JOIN person p ON p.id = f.person
            WHERE f.id = ANY($1) AND f.prisoner = $2 ORDER BY array_position($1, f.id)""",
        list(new.visitors),
        new.prisoner,
    )
    if len(rows) != len(set(new.visitors)):
        raise NotFound
    return rows


def _visitor(row: Record) -> Visitor:
    return Visitor(row["name"], row["state"], row["born_on"])


async def _lost(new: NewBooking) -> Record:
    """The session that this one makes up for, locked; `counted`: it gave its turn of a month back, so another is used up.

    One that failed keeps its turn for all that make up for it in a row. Raises Refusal where none was lost, or another makes up for it.
    """
    row = await fetch_row(
        f"""SELECT {LOST} AS lost, b.state <> 'failed' AND EXISTS (SELECT FROM booking_month WHERE booking = b.id) AS counted
              FROM booking b
             WHERE b.id = $1 AND b.prisoner = $2 AND b.withdrawn_at IS NULL FOR NO KEY UPDATE""",
        new.instead_of,
        new.prisoner,
    )
    if row is None:
        raise NotFound
    if not row["lost"]:
        raise Refusal(_("只有技术故障或者被监狱、本局取消的会见可以优先补约。"))
    if await fetch_value(f"SELECT 1 FROM booking WHERE instead_of = $1 AND {STANDS}", new.instead_of):
        raise Refusal(_("这次会见已经补约过。"))
    return row


STANDS = "withdrawn_at IS NULL AND state NOT IN ('returned', 'prison_refused', 'released', 'cancelled')"
"""A booking that wasn't handed back, refused or called off."""


async def standing_of(prisoner: int, now: datetime, limits: InForce) -> tuple[Standing, int]:
    """What stands in the way of a visit, and the prison. Raises Refusal where the prison has said nothing yet.

    A session to which nobody came counts from its limit on, whether or not anybody has noted it.
    """
    row = await fetch_row(STANDING, prisoner, now - timedelta(minutes=limits["vv.late_minutes"]), local_day(now))
    if row is None:
        raise Refusal(_("还没有登记该人的服刑监狱。"), fields={"prisoner": _("还没有登记该人的服刑监狱。")})
    missed = local_day(row["missed_at"]) if row["missed_at"] else None
    standing = Standing(row["level"], row["may_visit"], row["in_province"], row["suspended_until"], missed)
    return standing, row["prison"]


STANDING = """
SELECT s.level, s.may_visit, s.prison, p.in_province,
       (SELECT max(to_on) FROM visit_suspension v
         WHERE v.prisoner = s.prisoner AND v.withdrawn_at IS NULL AND v.to_on >= $3) AS suspended_until,
       (SELECT max(t.from_at) FROM booking b JOIN booking_slot t ON t.booking = b.id
         WHERE b.prisoner = s.prisoner AND b.withdrawn_at IS NULL
           AND (b.state = 'no_show' OR (b.state = 'confirmed' AND t.freed_at IS NULL AND t.from_at <= $2))) AS missed_at
  FROM prisoner_status s JOIN prison p ON p.id = s.prison
 WHERE s.prisoner = $1 AND s.withdrawn_at IS NULL
"""


async def _insert(viewer: Viewer, new: NewBooking, of: tuple[int, int], now: datetime) -> int:
    made = int(await fetch_value("SELECT nextval('booking_id_seq')"))
    wanted = [*new.wanted, None, None]
    values = {
        "id": made,
        "number": f"HJ{local_day(now).year}-{made:05d}",
        "prisoner": new.prisoner,
        "prison": of[0],
        "applicant": new.visitors[0],
        "person": of[1],
        "wanted_on": wanted[0],
        "wanted_second": wanted[1],
        "wanted_third": wanted[2],
        "purpose_sealed": seal(new.purpose.strip(), PURPOSE) if new.purpose.strip() else None,
        "instead_of": new.instead_of,
        "state": "applied",
        "happened_at": now,
        "recorded_at": now,
        "recorded_by": viewer.id,
    }
    await insert("booking", values)
    event = {"booking": made, "step": "apply", "new_state": "applied", "happened_at": now, "recorded_at": now}
    await insert("booking_event", event | {"recorded_by": viewer.id})
    return made


# -- the turns of a month ---------------------------------------------------------------------------------------


async def take_turn(booking: int, prisoner: int, day: date, *, level: str, limits: InForce, now: datetime) -> None:
    """Use up one visit of the day's month; the prisoner's row must be locked. Raises Refusal when none is left (V-29)."""
    month = day.replace(day=1)
    taken = await fetch(
        "SELECT turn FROM booking_month WHERE prisoner = $1 AND month = $2 AND freed_at IS NULL", prisoner, month
    )
    turn = free_turn({row["turn"] for row in taken}, level, limits)
    values = {"booking": booking, "prisoner": prisoner, "month": month, "turn": turn, "taken_at": now}
    await insert("booking_month", values)


async def move_turn(booking: Record, day: date, *, limits: InForce, now: datetime) -> None:
    """The session is held in another month than was asked for: it counts there. Raises Refusal when none is left there."""
    held = await fetch_value("SELECT month FROM booking_month WHERE booking = $1 AND freed_at IS NULL", booking["id"])
    if held is None or held == day.replace(day=1):
        return
    await free_turns([booking["id"]], now)
    level = await fetch_value(
        "SELECT level FROM prisoner_status WHERE prisoner = $1 AND withdrawn_at IS NULL", booking["prisoner"]
    )
    await take_turn(booking["id"], booking["prisoner"], day, level=level, limits=limits, now=now)


async def free_turns(bookings: Sequence[int], now: datetime) -> None:
    """Give back what these bookings used up of a month."""
    await execute(
        "UPDATE booking_month SET freed_at = $2 WHERE booking = ANY($1) AND freed_at IS NULL", list(bookings), now
    )


async def free_slots(bookings: Sequence[int], now: datetime) -> None:
    """Give back the rooms that these bookings held."""
    await execute(
        "UPDATE booking_slot SET freed_at = $2 WHERE booking = ANY($1) AND freed_at IS NULL", list(bookings), now
    )


async def withdraw_booking(viewer: Viewer, booking: int, *, reason: str, now: datetime) -> None:
    """A booking that was entered wrongly no longer counts, in no figure and no month; nor does a breach in it stop visits.

    Raises NotFound, Refusal without a reason.
    """
    said = reason_to_withdraw(reason)
    async with tx():
        row = await fetch_row("SELECT * FROM booking WHERE id = $1 FOR NO KEY UPDATE", booking)
        if row is None:
            raise NotFound
        await mark_withdrawn("booking", booking, said, by=viewer.id, now=now)
        await free_slots([booking], now)
        await _hand_on_turn(booking)
        await free_turns([booking], now)
        await execute(
            "UPDATE visit_suspension SET withdrawn_at = $2 WHERE booking = $1 AND withdrawn_at IS NULL", booking, now
        )
        await record(viewer, "booking_withdrawn", subject=(KIND, booking), people=[row["person"]], now=now)
        await follow([booking], now, kind=KIND, by=viewer.id)


async def _hand_on_turn(booking: int) -> None:
    """What the session used up of its month passes to the booking that makes up for it, which wasn't counted itself."""
    await execute(
        f"""WITH RECURSIVE later AS (SELECT id, state, withdrawn_at FROM booking WHERE instead_of = $1
                UNION ALL SELECT b.id, b.state, b.withdrawn_at FROM booking b JOIN later ON b.instead_of = later.id)
            UPDATE booking_month m SET booking = l.id FROM (SELECT min(id) AS id FROM later WHERE {STANDS}) l
             WHERE m.booking = $1 AND m.freed_at IS NULL AND l.id IS NOT NULL""",
        booking,
    )
