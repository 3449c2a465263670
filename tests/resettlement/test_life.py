"""Walks over b.12 (Hypothesis): each transition of the law's table at least twenty times, none that it doesn't know.

After each of them the roll call of the register of help has no remainder, and its equation holds.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supervision.access.viewer import Viewer
from supervision.alerts.watch import watch_to_the_end
from supervision.days import add_days, local_day
from supervision.db import execute, fetch_row, fetch_value, tx
from supervision.duties.sync import sync
from supervision.errors import Refusal
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.handover import make_way
from supervision.resettlement.records import Visit, add_member, record_visit
from supervision.resettlement.steps import BY_EVENT
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.known import View
from tests.cast import NOW, Cast
from tests.register import viewer_of
from tests.resettlement.helped import Helped, put

RELEASED = ("not_connected", "connected", "in_help", "off", "dual", "transfer")
INSIDE = ("in_prison", "verifying", "verified", "verify_failed")
# The table of law b.12, typed from it by hand: state → step → state. Steps that the law leaves in place lead to the same state.
LAW: dict[str, dict[str, str]] = {
    "in_prison": {"ask": "verifying"},
    "verifying": {"verified": "verified", "waiting": "verifying", "failed": "verify_failed"},
    "verify_failed": {"returned": "verify_failed", "readdressed": "verifying"},
    "verified": {"notice": "to_connect"},
    "to_connect": {"told": "to_connect", "fetched": "connected", "arrived": "connected", "missed": "not_connected"},
    "not_connected": {
        "searched": "not_connected",
        "police": "not_connected",
        "found": "connected",
        "found_elsewhere": "dual",
        "lives_elsewhere": "moved",
    },
    "connected": {"reported": "connected", "agreement": "connected", "file": "in_help"},
    "in_help": {
        "reported": "in_help",
        "agreement": "in_help",
        "lost": "off",
        "dual_asked": "in_help",
        "dual": "dual",
        "dual_refused": "in_help",
        "move_asked": "transfer",
    },
    "off": {"searched": "off", "police": "off", "found_again": "in_help"},
    "dual": {"reported": "dual", "agreement": "dual", "dual_ended": "in_help"},
    "transfer": {"move_accepted": "moved", "move_refused": "in_help"},
}
for state in INSIDE:
    LAW[state] |= {"prison_changed": state, "escaped": state}
for state in (*INSIDE, "to_connect"):  # who is awaited and comes under correction; who is helped isn't (RA-22)
    LAW[state]["taken_back"] = "taken_back"
for state in RELEASED:
    LAW[state] |= {"expired": "expired", "reoffended": "reoffended"}
for steps in LAW.values():
    steps["deceased"] = "deceased"
TRANSITIONS = [(state, event) for state, steps in LAW.items() for event in steps]
EVENTS = sorted({event for _, event in TRANSITIONS})
ENDED = ("moved", "expired", "reoffended", "deceased", "taken_back")
ENOUGH, WANDERS = 20, 0.05
BEGINNINGS = {"known": "in_prison", "announced": "to_connect", "came": "connected"}
BUCKETS_OF = {
    **dict.fromkeys((*INSIDE, "to_connect"), ("help_awaiting", "help_lapsed")),
    "not_connected": ("help_not_connected",),
    "connected": ("help_filing", "help_lapsed"),
    "in_help": ("help_in_help", "help_lapsed"),
    "off": ("help_off",),
    "dual": ("help_dual", "help_lapsed"),
    "transfer": ("help_transfer", "help_lapsed"),
    **dict.fromkeys(ENDED, ("help_ended_today",)),
}
TAKEN: Counter[tuple[str, str]] = Counter()


@dataclass
class Walk:
    """One period of help as the walker believes it to be."""

    hands: Viewer
    one: Helped
    state: str
    now: datetime
    key: bool

    def steps(self) -> list[str]:
        """What the law's table allows here; a general case isn't fetched."""
        return [event for event in LAW[self.state] if event != "fetched" or self.key]


def nearest_beginning(chance: Random) -> str:
    """From where what was seldom taken is near; now and then anywhere."""
    far = {how: way_to_seldom(state, list(LAW[state]), ends=True) for how, state in BEGINNINGS.items()}
    near = [how for how, way in far.items() if way]
    if not near or chance.random() < WANDERS:
        return chance.choice(list(BEGINNINGS))
    return min(near, key=lambda how: len(far[how]))


async def begun(hands: Viewer, cast: Cast, chance: Random, now: datetime) -> Walk:
    """Told of by a prison, announced, or here already."""
    how, key = nearest_beginning(chance), chance.random() < 0.7
    days: dict[str, Any] = {"release_on": add_days(local_day(now), 20)}
    if how == "announced":
        days = {"release_on": local_day(now), "announced": True}
    if how == "came":
        days = {"release_on": local_day(now), "connected_on": local_day(now)}
    one = await put(cast, kind="key" if key else "general", at=now, **days)
    return Walk(hands, one, BEGINNINGS[how], now, key)


async def acted(walk: Walk, event: str) -> None:
    """Take the step as its form would; by a new correction where that takes somebody back."""
    if event == "taken_back":
        await make_way([walk.one.person], walk.now, by=walk.hands.id)
        return
    step = BY_EVENT[event]
    if event == "file" and walk.state == "connected":
        await ready(walk)
    if event == "dual_asked":
        await answered(walk)
    await let_it_be_time(walk, event)
    taken = Taken(
        event,
        walk.now,
        code=next(iter(step.codes)) if step.codes else None,
        said="已办",
        release_on=add_days(local_day(walk.now), 1) if step.release else None,
    )
    await take_step(walk.hands, walk.one.assistance, taken, walk.now)


async def ready(walk: Walk) -> None:
    """A group and an agreement, which a file needs."""
    await add_member(walk.hands, walk.one.assistance, "village", "村委 李四", walk.now)
    await take_step(walk.hands, walk.one.assistance, Taken("agreement", walk.now), walk.now)


async def answered(walk: Walk) -> None:
    """No is said to an earlier request, where there is one: only then is there room for another."""
    last = await fetch_value(
        """SELECT event FROM assistance_step WHERE assistance = $1 AND event LIKE 'dual%' ORDER BY id DESC LIMIT 1""",
        walk.one.assistance,
    )
    if last == "dual_asked":
        await take_step(walk.hands, walk.one.assistance, Taken("dual_refused", walk.now, said="已办"), walk.now)


async def let_it_be_time(walk: Walk, event: str) -> None:
    """Some steps wait for a day: the walker doesn't, and moves that day instead."""
    today = local_day(walk.now)
    if event in ("fetched", "arrived", "missed") and walk.state == "to_connect":
        day = add_days(today, -1) if event == "missed" else today
        await execute("UPDATE assistance SET release_on = $2 WHERE id = $1", walk.one.assistance, day)
    if event == "expired" and walk.state in RELEASED:
        await execute("UPDATE assistance SET to_on = $2 WHERE id = $1", walk.one.assistance, today)


async def holds(walk: Walk, *, proves: bool) -> None:
    """State, steps and ledger say the same, and each state has what the roll call asks of it."""
    row = await fetch_row("SELECT * FROM assistance WHERE id = $1", walk.one.assistance)
    last = await fetch_value(
        "SELECT new_state FROM assistance_step WHERE assistance = $1 ORDER BY id DESC LIMIT 1", walk.one.assistance
    )
    assert row is not None and row["state"] == last == walk.state
    assert (row["ended_at"] is not None) == (walk.state in ENDED)
    if proves:
        assert await sync([walk.one.assistance], walk.now, kind="assistance") == 0


@dataclass
class Book:
    """The register of help as the walker keeps it: who came onto it when, and who left it when."""

    came: dict[int, datetime] = field(default_factory=dict)
    went: dict[int, datetime] = field(default_factory=dict)

    def on_roll(self, now: datetime) -> set[int]:
        """ZC = IN − OUT: who ended is called once more on that very day."""
        return {one for one in self.came if one not in self.went or local_day(self.went[one]) == local_day(now)}


async def balances(book: Book, walk: Walk) -> None:
    """The roll call names everybody who came and hasn't gone, each in a bucket with its proof, and where the walker is."""
    await watch_to_the_end(walk.now)
    rows = await View(walk.now, live=True).rows(HELP.census, "h.person")
    found = {row["id"]: row["found"] for row in rows}
    assert None not in found.values(), (walk.state, walk.now, [one for one, proof in found.items() if proof is None])
    assert set(found) == book.on_roll(walk.now), walk.state
    assert found[walk.one.assistance].partition("|")[0] in BUCKETS_OF[walk.state], walk.state


async def refused(walk: Walk, chance: Random) -> None:
    """A step that the law's table doesn't have here changes nothing."""
    event = chance.choice([one for one in EVENTS if one not in LAW[walk.state] and one in BY_EVENT])
    before = await fetch_value("SELECT count(*) FROM assistance_step")
    with pytest.raises(Refusal, match="不能办理"):
        async with tx():
            await acted(walk, event)
    assert await fetch_value("SELECT count(*) FROM assistance_step") == before


def chosen(walk: Walk, chance: Random) -> str:
    """What happens next: the way to what was seldom taken so far, what ends everything last; now and then anything."""
    steps = walk.steps()
    lasting = [event for event in steps if LAW[walk.state][event] not in ENDED]
    if lasting and chance.random() < WANDERS:
        return chance.choice(lasting)
    ways = [way for ends in (False, True) if (way := way_to_seldom(walk.state, steps, ends=ends))]
    return min(ways, key=len)[0] if ways else chance.choice(steps)


def way_to_seldom(state: str, steps: list[str], *, ends: bool) -> list[str]:
    """The shortest way from a state to a step that was seldom taken, an end or not; empty where there is none."""
    ways: list[tuple[str, list[str], list[str]]] = [(state, steps, [])]
    seen = {state}
    while ways:
        here, events, way = ways.pop(0)
        for event in events:
            there = LAW[here][event]
            if TAKEN[here, event] < ENOUGH and (there in ENDED) == ends:
                return [*way, event]
            if there not in seen and there not in ENDED:
                seen.add(there)
                ways.append((there, [one for one in LAW[there] if one != "fetched"], [*way, event]))
    return []


class Undo(Exception):
    """Takes a walk back."""


@settings(
    max_examples=28,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # a walk of a thousand statements is not worth shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_a_walk_meets_the_table_of_the_law_at_every_step(cast: Cast, seed: int) -> None:
    try:
        async with tx():
            await walked(cast, Random(seed))
            raise Undo
    except Undo:
        pass


async def walked(cast: Cast, chance: Random) -> None:
    """Eighty steps, with new people as the old ones' help ends."""
    hands, now = await viewer_of(cast.dan), NOW
    walk = await begun(hands, cast, chance, now)
    book = Book({walk.one.assistance: now})
    for number in range(80):
        walk.now = now = now + timedelta(hours=chance.choice((1, 7, 30)))
        if number % 9 == 0:
            await refused(walk, chance)
        event, was = chosen(walk, chance), walk.state
        await acted(walk, event)
        walk.state = LAW[was][event]
        TAKEN[was, event] += 1
        if walk.state in ("in_help", "dual") and number % 5 == 0:
            await record_visit(hands, walk.one.assistance, Visit("home", "person", now), now)
        await holds(walk, proves=number % 4 == 0)
        if walk.state in ENDED:
            book.went[walk.one.assistance] = now
        await balances(book, walk)
        if walk.state in ENDED:
            walk = await begun(hands, cast, chance, now)
            book.came[walk.one.assistance] = now
            await balances(book, walk)


def test_every_transition_of_the_law_was_taken_twenty_times(record_property: Any) -> None:
    told = "\n".join(f"  {state:<14} {event:<16} {TAKEN[state, event]:>4}" for state, event in TRANSITIONS)
    record_property("said", f"b.12: {len(TRANSITIONS)} transitions, {TAKEN.total()} steps\n{told}")
    assert {one: TAKEN[one] for one in TRANSITIONS if TAKEN[one] < 20} == {}
