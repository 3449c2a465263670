"""Sessions as an iCalendar file (RFC 5545), without anybody's name: a calendar lies open on many screens. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE = 75
"""Octets of a line, its end not counted (section 3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One session: its number, its times, its room."""

    number: str
    from_at: datetime
    to_at: datetime
    room: str
    stamp: datetime
    """When it was last given a time."""


def calendar(events: Iterable[Event], host: str) -> bytes:
    """The file: every line ends with CR LF and is folded at 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//supervision//video visits//ZH",
        "CALSCALE:GREGORIAN",
        *(line for event in events for line in _event(event, host)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) + b"\r\n" for line in lines)


def _event(event: Event, host: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.number)}@{escaped(host)}"
    yield f"DTSTAMP:{_utc(event.stamp)}"
    yield f"DTSTART:{_utc(event.from_at)}"
    yield f"DTEND:{_utc(event.to_at)}"
    yield f"SUMMARY:{escaped(f'会见 {event.number}')}"
    yield f"LOCATION:{escaped(event.room)}"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A TEXT value (section 3.3.11); other control characters are left out."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain.replace("\n", "\\n") if c == "\t" or ord(c) >= 32)


def folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never inside a character; each further piece begins with a blank."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece])
