"""A thousand people at the window at once: each slot is given once, the monthly limit holds, and every loser is told why."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from supervision.db import fetch, fetch_value, insert
from supervision.settings.terms import seed
from supervision.video_visits.release import release
from tests.cast import NOW, Browser, assemble, client_for
from tests.video_visits.makers import Family, a_family, a_room

pytestmark = pytest.mark.commits
FAMILIES = 25
SCHEDULES, BOOKINGS = 600, 400
AT_ONCE = 10
"""Requests in flight: as many as the pool has connections."""
ROOMS = 3
TIMES = [
    f"2026-12-{day:02d}T{hour:02d}:{minute:02d}" for day in (3, 4) for hour in (9, 10) for minute in (0, 10, 20, 30, 50)
]
"""Sessions last half an hour: most of these overlap with their neighbours."""
OVERLAPS = """
SELECT count(*) FROM booking_slot a JOIN booking_slot b ON a.id < b.id AND a.freed_at IS NULL AND b.freed_at IS NULL
   AND (a.room = b.room OR a.prisoner = b.prisoner) AND a.from_at < b.to_at AND b.from_at < a.to_at"""
WHY = re.compile(r"每月会见 \d 次，这个月已经约满|已有会见（HJ2026-\d{5}）|刚刚被约走|现在是“待家属确认”")


async def _forwarded(family: Family, n: int) -> int:
    """A booking that waits for its time; each in a month's turn of its own."""
    row = {"number": f"HJ2026-9{n:04d}", "prisoner": family.prisoner, "prison": family.prison}
    row |= {"applicant": family.members[0], "person": family.people[0], "wanted_on": NOW.date() + timedelta(days=8)}
    booking = await insert("booking", row | {"state": "forwarded", "happened_at": NOW, "recorded_at": NOW})
    event = {"booking": booking, "happened_at": NOW, "recorded_at": NOW}
    await insert("booking_event", event | {"step": "apply", "new_state": "applied"})
    await insert("booking_event", event | {"step": "forward", "old_state": "applied", "new_state": "forwarded"})
    return booking


async def _posted(browser: Browser, requests: list[tuple[str, dict[str, str]]]) -> list[tuple[str, int, str]]:
    """Path, status and page of each request, sent AT_ONCE at a time."""
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(path: str, form: dict[str, str]) -> tuple[str, int, str]:
        async with lanes:
            answer = await browser.post(path, data=form)
            return path, answer.status_code, answer.text

    return list(await asyncio.gather(*(one(path, form) for path, form in requests)))


async def test_a_thousand_attempts_at_once_give_each_slot_once_and_tell_every_loser_why(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    rooms = [await a_room(f"{n}号会见室") for n in range(1, ROOMS + 1)]
    families = [await a_family(level="loose" if n % 5 == 0 else "normal") for n in range(FAMILIES)]
    waiting = [await _forwarded(await a_family(), n) for n in range(60)]
    draw = Random(1000)
    scheduling = [
        (
            f"/visits/{draw.choice(waiting)}/steps/schedule",
            {"from_at": draw.choice(TIMES), "room": str(draw.choice(rooms))},
        )
        for _ in range(SCHEDULES)
    ]
    asking = [draw.choice(families) for _ in range(BOOKINGS)]
    booking = [
        (f"/visits/prisoners/{one.prisoner}/bookings", {f"visitor-{one.members[0]}": "1", "wanted_on": "2026-12-08"})
        for one in asking
    ]
    requests = [*scheduling, *booking]
    draw.shuffle(requests)
    answers = await _posted(await client_for(cast, cast.wanda), requests)

    counts = Counter((path.rsplit("/", 1)[1], status) for path, status, _ in answers)
    assert sum(counts.values()) == 1000 and {status for _, status in counts} == {303, 422}, counts
    untold = [text for _, status, text in answers if status == 422 and not WHY.search(text)]
    assert untold == [], untold[0]
    assert await fetch_value(OVERLAPS) == 0
    held = await fetch_value("SELECT count(*) FROM booking_slot WHERE freed_at IS NULL")
    assert (
        held == counts["schedule", 303] == await fetch_value("SELECT count(*) FROM booking WHERE state = 'scheduled'")
    )
    most = {one.prisoner: 2 if n % 5 == 0 else 1 for n, one in enumerate(families)}
    made = await fetch("SELECT prisoner, count(*) AS n FROM booking WHERE state = 'applied' GROUP BY prisoner")
    assert {row["prisoner"]: row["n"] for row in made} == {one.prisoner: most[one.prisoner] for one in asking}
    assert counts["bookings", 303] == sum(row["n"] for row in made)
    steps = await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'booking_step'")
    assert steps == held


async def test_two_jobs_processes_give_a_slot_back_once(committing: str) -> None:
    await seed(NOW)
    cast = await assemble()
    booking = await _forwarded(await a_family(), 1)
    form = {"from_at": "2026-12-03T09:00", "room": str(await a_room())}
    answer = await (await client_for(cast, cast.wanda)).post(f"/visits/{booking}/steps/schedule", data=form)
    assert answer.status_code == 303
    late = NOW.replace(month=12, day=2, hour=9)
    done = await asyncio.gather(*(release(late) for _ in range(4)))
    assert sorted(done) == [(0, 0)] * 3 + [(1, 0)]
    events = await fetch("SELECT step FROM booking_event WHERE booking = $1 ORDER BY id", booking)
    assert [row["step"] for row in events] == ["apply", "forward", "schedule", "release"]
