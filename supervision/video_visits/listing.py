"""What the pages show: the board of bookings, one booking with its history, a day, a week, a prisoner with the family."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import Record, fetch, fetch_row
from supervision.errors import NotFound
from supervision.language import N_, listed, ngettext
from supervision.language import gettext as _
from supervision.people.actions import CONTACT, VISIT_PHONE
from supervision.people.phones import masked_phone
from supervision.sealed import open_sealed
from supervision.video_visits.booking import LOST, PURPOSE, STANDS
from supervision.video_visits.words import CANCELLED_BY, PROOFS, SATISFIED, STEPS, SUSPENDED, moment_words

PAGE = 50
TABS = {
    "applied": N_("待审核"),
    "forwarded": N_("待答复"),
    "scheduled": N_("待确认"),
    "today": N_("今日会见"),
    "missed": N_("爽约"),
    "all": N_("全部"),
}
OPENED = ("today", "applied", "forwarded", "scheduled")
"""What the board opens with: the first of these in which something waits."""
MISSED_DAYS = 30
"""So long a session to which nobody came stays on the board."""
_TODAY = "EXISTS (SELECT FROM booking_slot t WHERE t.booking = b.id AND t.freed_at IS NULL AND t.from_at >= $1 AND t.from_at < $2)"
CONDITIONS: Mapping[str, str] = {
    "applied": "b.state = 'applied'",
    "forwarded": "b.state = 'forwarded'",
    "scheduled": "b.state = 'scheduled'",
    "today": _TODAY,
    "missed": "b.state = 'no_show' AND EXISTS (SELECT FROM booking_slot t WHERE t.booking = b.id AND t.from_at >= $3)",
    "all": "TRUE",
}
TO_MAKE_UP = f"""b.withdrawn_at IS NULL AND {LOST}
           AND NOT EXISTS (SELECT FROM booking m WHERE m.instead_of = b.id AND {STANDS})"""
"""A booking `b` whose session was lost, and that nothing makes up for yet."""
LINE = f"""
SELECT b.id, b.number, b.state, b.withdrawn_at, b.wanted_on, b.happened_at, b.prisoner, i.name AS prisoner_name,
       i.id AS prisoner_person, a.name AS applicant_name, b.person AS applicant_person, p.name AS prison,
       (SELECT count(*) FROM booking_visitor v WHERE v.booking = b.id) AS visitors,
       s.from_at, s.to_at, s.taken_at, r.name AS room, s.prison_room, {TO_MAKE_UP} AS to_make_up,
       (SELECT min(d.due_at) FROM duty d WHERE d.subject_kind = 'booking' AND d.subject_id = b.id AND d.state = 'open') AS due_at
  FROM booking b
  JOIN prisoner n ON n.id = b.prisoner
  JOIN person i ON i.id = n.person
  JOIN person a ON a.id = b.person
  JOIN prison p ON p.id = b.prison
  LEFT JOIN LATERAL (SELECT * FROM booking_slot t WHERE t.booking = b.id ORDER BY t.id DESC LIMIT 1) s ON TRUE
  LEFT JOIN visit_room r ON r.id = s.room
"""


PHONE_COLUMNS = "t.value_sealed AS phone_sealed, t.consent AS texts, t.bad_since"
PHONE = f"""
             LEFT JOIN LATERAL (SELECT * FROM contact x WHERE x.person = f.person AND x.kind = '{VISIT_PHONE}'
                                   AND x.withdrawn_at IS NULL ORDER BY x.id DESC LIMIT 1) t ON TRUE"""
"""The number that the relative `f` gave to the window."""


@dataclass(frozen=True, slots=True)
class Board:
    """One tab of the board; `counts` of the tabs that somebody must do something about."""

    tab: str
    lines: Sequence[Record]
    counts: Mapping[str, int]
    after: int | None = None
    """The id behind which the next page goes on."""

    @property
    def people(self) -> list[int]:
        """Whom the page shows."""
        return [line[key] for line in self.lines for key in ("prisoner_person", "applicant_person")]


async def board(tab: str, now: datetime, *, after: int | None = None) -> Board:
    """The bookings of a tab, a page at a time: what is due first stands first; what was missed, and all, newest first.

    Without a tab: of the first in which something waits, today's sessions before what has days of time.
    """
    day = local_day(now)
    times = (start_of(day), end_of(day), start_of(add_days(day, -MISSED_DAYS)))
    # Each condition uses some of the three moments; all are named, so that their types are known.
    given = "($1::timestamptz, $2::timestamptz, $3::timestamptz) IS NOT NULL"
    counted = ", ".join(f"count(*) FILTER (WHERE {CONDITIONS[name]}) AS {name}" for name in TABS if name != "all")
    row = await fetch_row(f"SELECT {counted} FROM booking b WHERE {given} AND b.withdrawn_at IS NULL", *times)
    counts = {name: row[name] for name in TABS if name != "all"} if row else {}
    tab = tab if tab in TABS else next((name for name in OPENED if counts.get(name)), "applied")
    order, behind = NEWEST if tab in ("all", "missed") else SOONEST
    lines = await fetch(
        f"""{LINE} WHERE {given} AND b.withdrawn_at IS NULL AND {CONDITIONS[tab]} AND ($4::bigint IS NULL OR {behind})
            ORDER BY {order} LIMIT {PAGE + 1}""",
        *times,
        after,
    )
    return Board(tab, lines[:PAGE], counts, _last_of(lines))


NEWEST = ("b.id DESC", "b.id < $4")
SOONEST = (
    "coalesce(s.from_at, b.happened_at), b.id",
    """(coalesce(s.from_at, b.happened_at), b.id) > (
          SELECT coalesce((SELECT from_at FROM booking_slot t WHERE t.booking = l.id ORDER BY t.id DESC LIMIT 1), l.happened_at), l.id
            FROM booking l WHERE l.id = $4)""",
)
"""The order of a page, and what comes behind the booking $4."""


def _last_of(rows: Sequence[Record]) -> int | None:
    """The id behind which the next page goes on; None where this one is the last."""
    return int(rows[PAGE - 1]["id"]) if len(rows) > PAGE else None


@dataclass(frozen=True, slots=True)
class Shown:
    """One booking with who comes and what happened."""

    line: Record
    purpose: str
    visitors: Sequence[Record]
    history: Sequence[Mapping[str, Any]]
    instead_of: Record | None
    made_up_by: Record | None
    wanted: Sequence[date]

    @property
    def people(self) -> list[int]:
        """Whom the page shows."""
        return [self.line["prisoner_person"], *(one["person"] for one in self.visitors)]


async def shown(booking: int) -> Shown:
    """The booking as its page shows it. Raises NotFound."""
    line = await fetch_row(f"{LINE} WHERE b.id = $1", booking)
    row = await fetch_row("SELECT * FROM booking WHERE id = $1", booking)
    if line is None or row is None:
        raise NotFound
    wanted = [day for day in (row["wanted_on"], row["wanted_second"], row["wanted_third"]) if day]
    other = "SELECT id, number FROM booking WHERE {} = $1 ORDER BY withdrawn_at IS NULL DESC, id DESC LIMIT 1"
    return Shown(
        line=line,
        purpose=open_sealed(row["purpose_sealed"], PURPOSE) if row["purpose_sealed"] else "",
        visitors=await _visitors(booking),
        history=await _history(row),
        instead_of=await fetch_row(other.format("id"), row["instead_of"]) if row["instead_of"] else None,
        made_up_by=await fetch_row(other.format(f"{STANDS} AND instead_of"), booking),
        wanted=wanted,
    )


async def _visitors(booking: int) -> list[Record]:
    return await fetch(
        f"""SELECT v.family, f.kinship, f.person, p.name, p.sex, p.born_on, a.happened_at AS came_at, {PHONE_COLUMNS}
              FROM booking_visitor v JOIN family_member f ON f.id = v.family JOIN person p ON p.id = f.person {PHONE}
             LEFT JOIN booking_arrival a ON a.booking = v.booking AND a.family = v.family
            WHERE v.booking = $1 ORDER BY v.id""",
        booking,
    )


async def _history(row: Record) -> list[Mapping[str, Any]]:
    events = await fetch(
        """SELECT e.*, s.name AS by FROM booking_event e LEFT JOIN staff s ON s.id = e.recorded_by
            WHERE e.booking = $1 ORDER BY e.id DESC""",
        row["id"],
    )
    told: list[Mapping[str, Any]] = [
        {
            "when": moment_words(event["happened_at"]),
            "title": _(STEPS[event["step"]]),
            "text": _text_of(event),
            "by": event["by"] or _("系统"),
        }
        for event in events
    ]
    if row["withdrawn_at"] is None:
        return told
    gone = {"when": moment_words(row["withdrawn_at"]), "title": _("作废"), "text": row["withdrawn_reason"], "by": ""}
    return [gone, *told]


def _text_of(event: Record) -> str:
    detail = json.loads(event["detail"])
    if event["step"] == "end":
        minutes = ngettext("%(n)d 分钟", "%(n)d 分钟", detail["minutes"]) % {"n": detail["minutes"]}
        return listed([minutes, _(SATISFIED[detail["satisfied"]])]) if "satisfied" in detail else minutes
    if event["step"] == "arrive":
        return ngettext("%(n)d 人到场", "%(n)d 人到场", detail["came"]) % {"n": detail["came"]}
    if who := CANCELLED_BY.get(detail.get("by", "")):
        return _("%(who)s：%(reason)s") % {"who": _(who), "reason": event["reason"]}
    return _(SUSPENDED) if detail.get("by") == "suspension" else event["reason"] or ""


# -- days and weeks ---------------------------------------------------------------------------------------------


async def sessions(first: date, last: date, *, room: int | None = None) -> list[Record]:
    """The sessions of these days (the last one included) that hold a room, in the order of their beginnings."""
    return await fetch(
        f"""{LINE} WHERE b.withdrawn_at IS NULL AND s.freed_at IS NULL AND s.from_at >= $1 AND s.from_at < $2
              AND ($3::int IS NULL OR s.room = $3) ORDER BY s.from_at, r.name""",
        start_of(first),
        end_of(last),
        room,
    )


async def visitors_of(bookings: Sequence[int]) -> dict[int, list[Record]]:
    """Booking → who is to come, with name, kinship and whether they came."""
    rows = await fetch(
        """SELECT v.booking, p.id AS person, p.name, f.kinship, a.happened_at AS came_at
             FROM booking_visitor v JOIN family_member f ON f.id = v.family JOIN person p ON p.id = f.person
             LEFT JOIN booking_arrival a ON a.booking = v.booking AND a.family = v.family
            WHERE v.booking = ANY($1) ORDER BY v.id""",
        list(bookings),
    )
    found: dict[int, list[Record]] = {}
    for row in rows:
        found.setdefault(row["booking"], []).append(row)
    return found


def week_of(day: date) -> list[date]:
    """Monday to Sunday of the day's week."""
    monday = day - timedelta(days=day.weekday())
    return [add_days(monday, n) for n in range(7)]


async def rooms(*, closed: bool = False) -> list[Record]:
    """The rooms of the window by name; `closed`: also those that are no longer used."""
    return await fetch("SELECT * FROM visit_room WHERE $1 OR closed_at IS NULL ORDER BY name", closed)


async def prisons() -> list[Record]:
    """The prisons by name."""
    return await fetch("SELECT * FROM prison WHERE closed_at IS NULL ORDER BY name")


# -- prisoners --------------------------------------------------------------------------------------------------

PRISONER = """
SELECT n.id, n.person, n.intake_on, p.name, p.sex, p.born_on, s.prison_number, s.level, s.may_visit, s.happened_at AS status_at,
       s.prison AS prison_id, o.name AS prison, o.in_province,
       (SELECT count(*) FROM family_member f WHERE f.prisoner = n.id) AS relatives,
       (SELECT max(to_on) FROM visit_suspension v WHERE v.prisoner = n.id AND v.withdrawn_at IS NULL) AS suspended_until
  FROM prisoner n JOIN person p ON p.id = n.person
  LEFT JOIN prisoner_status s ON s.prisoner = n.id AND s.withdrawn_at IS NULL
  LEFT JOIN prison o ON o.id = s.prison
"""


async def prisoners(text: str, *, before: int | None = None) -> tuple[list[Record], int | None]:
    """Prisoners by the beginning of their name, of a relative's, by their number or a booking's, newest first; and from where to go on."""
    wanted = text.replace("\0", "").replace("\\", "").replace("%", "").replace("_", "").strip()[:40]
    rows = await fetch(
        f"""{PRISONER} WHERE ($2::int IS NULL OR n.id < $2) AND ($1 = '' OR p.name LIKE $1 || '%' OR s.prison_number = $1
               OR EXISTS (SELECT FROM booking b WHERE b.prisoner = n.id AND b.number = $1)
               OR EXISTS (SELECT FROM family_member f JOIN person q ON q.id = f.person
                           WHERE f.prisoner = n.id AND q.name LIKE $1 || '%'))
            ORDER BY n.id DESC LIMIT {PAGE + 1}""",
        wanted,
        before,
    )
    return rows[:PAGE], _last_of(rows)


@dataclass(frozen=True, slots=True)
class Household:
    """A prisoner with the family and the bookings, newest first, a page at a time."""

    inmate: Record
    family: Sequence[Record]
    bookings: Sequence[Record]
    lost: Sequence[Record]
    """Bookings that may be made up for, newest first, however old."""
    notices: Sequence[Record]
    """That the family was told, the latest first."""
    after: int | None = None

    @property
    def people(self) -> list[int]:
        """Whom the page shows."""
        return [self.inmate["person"], *(one["person"] for one in self.family)]

    @property
    def verified(self) -> list[Record]:
        """Who may come."""
        return [one for one in self.family if one["state"] == "ok"]


async def household(prisoner: int, *, after: int | None = None) -> Household:
    """The prisoner as their page shows them. Raises NotFound."""
    inmate = await fetch_row(f"{PRISONER} WHERE n.id = $1", prisoner)
    if inmate is None:
        raise NotFound
    family = await fetch(
        f"""SELECT f.id, f.person, f.kinship, f.state, p.name, p.sex, p.born_on, c.proof, c.reason, c.happened_at AS checked_at,
                  s.name AS checked_by,
                  {PHONE_COLUMNS}
             FROM family_member f JOIN person p ON p.id = f.person {PHONE}
             LEFT JOIN LATERAL (SELECT * FROM family_check c WHERE c.family = f.id AND c.withdrawn_at IS NULL
                                 ORDER BY c.id DESC LIMIT 1) c ON TRUE
             LEFT JOIN staff s ON s.id = c.recorded_by
            WHERE f.prisoner = $1 ORDER BY f.id""",
        prisoner,
    )
    bookings = await fetch(
        f"{LINE} WHERE b.prisoner = $1 AND ($2::bigint IS NULL OR b.id < $2) ORDER BY b.id DESC LIMIT {PAGE + 1}",
        prisoner,
        after,
    )
    lost = await fetch(
        f"SELECT b.id, b.number, b.state FROM booking b WHERE b.prisoner = $1 AND {TO_MAKE_UP} ORDER BY b.id DESC",
        prisoner,
    )
    notices = await fetch(
        "SELECT id, happened_at FROM prisoner_notice WHERE prisoner = $1 AND withdrawn_at IS NULL ORDER BY id DESC",
        prisoner,
    )
    return Household(inmate, family, bookings[:PAGE], lost, notices, _last_of(bookings))


def phone_text(one: Record, *, clear: bool) -> str:
    """The number that a relative gave to the window; empty without one. `clear`: in full, for whoever calls them."""
    if not one["phone_sealed"]:
        return ""
    number = open_sealed(one["phone_sealed"], CONTACT)
    return number if clear else masked_phone(number)


def proof_text(one: Record) -> str:
    """What the check of a relative rests on."""
    return _(PROOFS[one["proof"]]) if one["proof"] else one["reason"] or ""
