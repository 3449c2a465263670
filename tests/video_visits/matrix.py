"""What the matrix of routes needs of the window: its routes, a room that is closed, and the forms of its people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from supervision.db import execute
from tests.cast import NOW
from tests.register import identity_number


def an_inmate(target: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form of a prisoner."""
    who = {"person_name": "乙囚", "number": identity_number(date(1988, 3, 4), 75)}
    return who | {"prison": target["prison_id"], "level": "normal"}


def a_relative(target: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form of a relative."""
    who = {"person_name": "丙亲", "number": identity_number(date(1990, 3, 4), 76), "kinship": "spouse"}
    return who | {"phone": "19900000008", "texts": "1"}


async def closed(target: Mapping[str, Any]) -> None:
    """The room takes no sessions."""
    await execute("UPDATE visit_room SET closed_at = $2 WHERE id = $1", target["room_id"], NOW)


LINES = (
    ("GET", "/visits", "see_visits"),
    ("GET", "/visits/day", "see_visits"),
    ("GET", "/visits/week", "see_visits"),
    ("GET", "/visits/calendar.ics", "see_visits"),
    ("GET", "/visits/{booking_id}", "see_visits"),
    ("POST", "/visits/{booking_id}/steps/{step}", "book_visits"),
    ("POST", "/visits/{booking_id}/withdrawal", "keep_visits", {"reason": "录错"}),
    ("GET", "/visits/prisoners", "see_visits"),
    ("GET", "/visits/prisoners/new", "book_visits"),
    ("POST", "/visits/prisoners/new", "book_visits", an_inmate),
    ("GET", "/visits/prisoners/{prisoner_id}", "see_visits"),
    (
        "POST",
        "/visits/prisoners/{prisoner_id}/status",
        "book_visits",
        lambda t: {"prison": t["prison_id"], "level": "loose"},
    ),
    ("POST", "/visits/prisoners/{prisoner_id}/intake", "book_visits", {"intake_on": "2026-11-20"}),
    (
        "POST",
        "/visits/prisoners/{prisoner_id}/notices/{notice_id}/withdrawal",
        "keep_visits",
        {"reason": "录错"},
    ),
    ("POST", "/visits/prisoners/{prisoner_id}/family", "book_visits", a_relative),
    (
        "POST",
        "/visits/prisoners/{prisoner_id}/bookings",
        "book_visits",
        lambda t: {f"visitor-{t['visitor_id']}": "1", "wanted_on": "2026-12-08"},
    ),
    (
        "POST",
        "/visits/family/{family_id}/verification",
        "book_visits",
        {"result": "ok", "proof": "birth", "in_person": "1"},
    ),
    ("POST", "/visits/family/{family_id}/phone", "book_visits", {"phone": "19900000009", "texts": "1"}),
    ("POST", "/visits/family/{family_id}/phone/withdrawal", "book_visits"),
    ("GET", "/visits/places", "keep_visits"),
    ("POST", "/visits/places/prisons", "keep_visits", {"name": "晋北监狱"}),
    ("POST", "/visits/places/rooms", "keep_visits", {"name": "八号会见室"}),
    ("POST", "/visits/places/rooms/{room_id}/close", "keep_visits"),
    ("POST", "/visits/places/rooms/{room_id}/reopen", "keep_visits", {}, closed),
)
