"""How long after its limit a lapse is on its officer's queue: the real web and jobs processes, at the machine's own time."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from typing import Final

import aiohttp

from supervision.access.sessions import COOKIE, start_session
from supervision.alerts.watch import LANES, watch
from supervision.bench import load
from supervision.bench.frame import Bench, Report, Run, side_by_side
from supervision.bench.place import Place
from supervision.bench.processes import answers, started
from supervision.clock import Clock
from supervision.days import DAY
from supervision.db import execute, fetch, fetch_value
from supervision.errors import Refusal
from supervision.settings.slots import latest_slot

TICK: Final = timedelta(seconds=10)
"""How often the jobs process looks."""
DAILY: Final[Mapping[str, time]] = {
    "reconcile": time(2, 0),
    "roll_call": time(7, 30),
    "digest": time(8, 0),
    "count_reports": time(2, 0),
    "tidy_feed": time(2, 0),
    "backup": time(2, 0),
}
"""The jobs of a day: theirs is done already, whenever the bench is run."""
MOST: Final = 120
PEOPLE_A_LAPSE: Final = 20
APART: Final = timedelta(seconds=1.53)
"""No part of the tick, so that each lapse falls at another place between two looks."""
AHEAD: Final = timedelta(seconds=3)
PATIENCE: Final = timedelta(minutes=2)
LOOK_SECONDS: Final = 0.1
LOOKS: Final = 600
CLOCK: Final = Clock()


@dataclass(frozen=True)
class Fresh:
    """A duty that is about to lapse: whose it is, when, and the session of the officer whom it will be with."""

    person: int
    limit_at: datetime
    token: str


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """Limits that pass one after the other; a client asks for the queue until each is on it."""
    await place.load("load", people, load.register, _ledger)
    environment = place.environment("load")
    one = Bench("latency", "s", "≤ 1.1", runs)
    rounds = _Rounds(people)
    async with (
        started("supervision.cli", ("serve", "--port", "{port}"), environment) as (url, _),
        started("jobs", (), environment) as (_, printed),
        place.at_work("load"),
    ):
        reading = asyncio.create_task(printed.read())  # texts of training are printed: nobody may wait for a reader
        await answers(f"{url}/health")
        await _ticking()
        pairs, rows = await side_by_side(one, lambda: rounds.ours(url), rounds.tick)
        reading.cancel()
    return [Report(one, people, pairs, rows, rounds.notes())]


async def _ledger(people: int) -> None:
    """The ledger as of this moment; what has lapsed so far is on the queues, and its texts go nowhere."""
    now = CLOCK.now()
    await execute("UPDATE responsibility SET from_at = $1 WHERE from_at > $1", now - DAY)
    await load.duties(people, now)
    await watch(now, lanes=LANES)
    await execute("UPDATE message SET state = 'cancelled', ended_at = $1", now)
    slots = [(job, latest_slot(at, now + days * DAY)) for job, at in DAILY.items() for days in (0, 1)]
    await execute(
        """INSERT INTO job_run (job, slot, started_at, ended_at, ok)
           SELECT job, slot, $3, $3, TRUE FROM unnest($1::text[], $2::timestamptz[]) AS n(job, slot)""",
        *(list(column) for column in zip(*slots, strict=True)),
        now,
    )


async def _ticking() -> None:
    """Wait until the jobs process has looked. Raises Refusal after a minute."""
    for _ in range(LOOKS):
        if await fetch_value("SELECT 1 FROM heartbeat WHERE job = 'watch'"):
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise Refusal("The jobs process doesn't tick.")


class _Rounds:
    """Each round lets other duties lapse; the delays of all are kept."""

    def __init__(self, people: int) -> None:
        self.people, self.number, self.lapses = people, 0, min(MOST, people // PEOPLE_A_LAPSE)
        self.delays: list[float] = []

    async def ours(self, url: str) -> Run:
        """Seconds in which all but one in a hundred were seen."""
        delays = await _seen(url, await self._prepared())
        self.delays += delays
        if not delays:
            raise Refusal("No lapse was ever seen on a queue.")
        return Run(_quantile(delays, 0.99), {"lapses seen": len(delays)})

    async def tick(self) -> Run:
        """What it may take at most, were looking and showing for nothing."""
        return Run(TICK.total_seconds(), {"lapses seen": self.lapses})

    async def _prepared(self) -> list[Fresh]:
        first = CLOCK.now() + AHEAD
        people = [self._person(k) for k in range(self.lapses)]
        limits = [first + k * APART for k in range(self.lapses)]
        await execute(LIMITS, people, limits)
        self.number += 1
        rows = await fetch("SELECT person, staff FROM responsibility WHERE person = ANY($1)", people)
        tokens = {row["person"]: await start_session(row["staff"], "bench", first) for row in rows}
        return [Fresh(person, at, tokens[person]) for person, at in zip(people, limits, strict=True)]

    def _person(self, k: int) -> int:
        """Of one in five officers the people have lapsed before: these are with the others, whose queues are short."""
        fifth = (k * self.people // self.lapses // 5 + self.number) % (self.people // 5)
        return 5 * fifth + 1 + k % 4

    def notes(self) -> dict[str, float | int]:
        """Of the delays of all rounds, in seconds."""
        return {
            "p50, s": round(_quantile(self.delays, 0.5), 2),
            "p99, s": round(_quantile(self.delays, 0.99), 2),
            "longest, s": round(max(self.delays), 2),
            "tick, s": int(TICK.total_seconds()),
            "lapses": len(self.delays),
        }


LIMITS: Final = """
UPDATE duty d SET opens_at = n.at, due_at = n.at, limit_at = n.at
  FROM unnest($1::int[], $2::timestamptz[]) AS n(person, at)
 WHERE d.id = (SELECT id FROM duty WHERE person = n.person AND state = 'open' AND alerted_at IS NULL
                ORDER BY limit_at LIMIT 1)
"""


def _quantile(delays: Sequence[float], part: float) -> float:
    return sorted(delays)[ceil(len(delays) * part) - 1]


async def _seen(url: str, fresh: Sequence[Fresh]) -> list[float]:
    """Seconds from each limit to the answer that shows it; only the oldest is asked for, since all of a tick come at once."""
    waiting, delays = deque(fresh), []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        while waiting and CLOCK.now() < waiting[0].limit_at + PATIENCE:
            one = waiting[0]
            if CLOCK.now() >= one.limit_at and await _shows(session, url, one):
                delays.append((CLOCK.now() - one.limit_at).total_seconds())
                waiting.popleft()
            else:
                await asyncio.sleep(LOOK_SECONDS)
    return delays


async def _shows(session: aiohttp.ClientSession, url: str, one: Fresh) -> bool:
    async with session.get(f"{url}/alerts?tab=mine", headers={"Cookie": f"{COOKIE}={one.token}"}) as answer:
        if answer.status != 200:
            raise Refusal(f"{url}/alerts answered {answer.status}.")
        return f"/alerts/people/{one.person}/" in await answer.text()
