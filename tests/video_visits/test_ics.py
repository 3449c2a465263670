"""The iCalendar file: escaped, folded, and naming nobody."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from supervision.days import SHANGHAI
from supervision.video_visits.ics import Event, calendar, escaped, folded

AT = datetime(2026, 12, 3, 9, 30, tzinfo=SHANGHAI)


def test_a_session_is_told_in_utc_with_its_room_and_number() -> None:
    event = Event("HJ2026-00001", AT, AT + timedelta(minutes=30), "一号; 会见室", AT - timedelta(days=3))
    lines = calendar([event], "test").decode().split("\r\n")
    assert lines[-1] == "" and lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR"
    assert {
        "UID:HJ2026-00001@test",
        "DTSTART:20261203T013000Z",
        "DTEND:20261203T020000Z",
        "DTSTAMP:20261130T013000Z",
        "SUMMARY:会见 HJ2026-00001",
        "LOCATION:一号\\; 会见室",
    } <= set(lines)


@pytest.mark.parametrize(
    ("text", "written"),
    [("a,b;c", "a\\,b\\;c"), ("a\\n", "a\\\\n"), ("a\r\nb", "a\\nb"), ("a\rb", "a\\nb"), ("a\x00\x1bb", "ab")],
)
def test_text_is_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


@given(some.text(alphabet=some.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_folding_keeps_every_character_and_no_line_is_longer_than_75_octets(text: str) -> None:
    pieces = folded(text).split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert pieces[0].decode() + "".join(piece.decode()[1:] for piece in pieces[1:]) == text


@given(some.lists(some.text(max_size=40), max_size=5))
def test_no_text_breaks_out_of_its_line(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    events = [Event(text, AT, AT, text, AT) for text in texts]
    lines = calendar(events, "test").replace(b"\r\n ", b"").split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == len(texts)
    assert len(lines) == 6 + 8 * len(texts)
