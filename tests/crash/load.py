"""`python -m tests.crash.load [--minutes 30]`: a constant load of pages and writes on two web and two jobs processes.

Prints the memory of each process after the warm-up and in the end (it may grow by a twentieth), and how often a
connection stood idle in a transaction for longer than a second (never). Exit 1 if not.
"""

import argparse
import asyncio
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

import asyncpg
import httpx

from supervision.days import SHANGHAI
from supervision.house import House
from tests.cast import NOW
from tests.crash.installation import Installation, Register, fill, place
from tests.crash.writing import FACTS, Write, Writer

PEOPLE = 40
CLIENTS = 4
WARM_UP = 0.2
"""Of the whole time: caches fill, pools open."""
SAMPLES = 5
"""Of a process's memory, of which the middle one counts."""
SAMPLE_SECONDS = 2
LOOK_SECONDS = 1
MOST_GROWTH = 0.05
PAGES = ("/", "/people", "/alerts", "/calls", "/rollcall", "/messages", "/debts", "/people/{person}")
IDLE = """SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 100) AS after FROM pg_stat_activity
           WHERE datname = current_database() AND state LIKE 'idle in transaction%'
             AND clock_timestamp() - state_change > interval '1 second'"""


@dataclass
class Seen:
    """What was seen: memory of each process (bytes) at first and at last, and idle transactions."""

    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    looks: int = 0
    idle: Counter[str] = field(default_factory=Counter)
    """What the connections that stood idle in a transaction had asked last."""
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def growth(self) -> dict[str, float]:
        """Process → by how much of its memory it grew."""
        return {name: self.last[name] / first - 1 for name, first in self.first.items()}

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        grown = [f"{name} grew by {part:.1%}" for name, part in self.growth.items() if part > MOST_GROWTH]
        idle = [f"a connection was idle in a transaction after {after!r}: {n}" for after, n in self.idle.items()]
        answers = [f"answers {dict(self.statuses)}"] if any(one == 0 or one >= 500 for one in self.statuses) else []
        return grown + idle + answers

    @property
    def lines(self) -> list[str]:
        """As it is printed."""
        memory = [
            f"{name}: {first / 2**20:.1f} MB, in the end {self.last[name] / 2**20:.1f} MB ({self.growth[name]:+.1%})"
            for name, first in self.first.items()
        ]
        looks = f"idle in a transaction for over a second: {self.idle.total()} in {self.looks} looks"
        return [*memory, looks, f"answers: {dict(self.statuses)}", *(f"WRONG: {one}" for one in self.wrong)]


def held(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def memory(installation: Installation) -> dict[str, int]:
    """Process → what it holds, the middle of some samples."""
    taken: dict[str, list[int]] = {}
    for _ in range(SAMPLES):
        for one in installation.kept:
            assert one.pid is not None, f"{one.log.stem} isn't there"
            taken.setdefault(one.log.stem, []).append(held(one.pid))
        await asyncio.sleep(SAMPLE_SECONDS)
    return {name: sorted(sizes)[SAMPLES // 2] for name, sizes in taken.items()}


async def browse(writer: Writer, register: Register, number: int, end: float) -> None:
    """Two pages, then a write, again and again; each client has minutes of its own."""
    async with httpx.AsyncClient(timeout=60) as client:
        await writer.sign_in(client)
        turn = 0
        while monotonic() < end:
            person = register.people[turn % len(register.people)]
            for step in (0, 1):
                await writer.get(client, PAGES[(2 * turn + step) % len(PAGES)].format(person=person))
            kind = list(FACTS)[turn % 3]
            at = NOW - timedelta(hours=1, minutes=2 * (CLIENTS * (turn // len(register.people)) + number))
            fields = FACTS[kind] | {"happened_at": f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", "content": "负载"}
            await writer.write(client, Write("", f"/people/{person}/{kind}", fields))
            turn += 1


async def look(house: House, seen: Seen) -> None:
    """Whether a transaction is left open, each second."""
    connection = await asyncpg.connect(house.owner_dsn)
    try:
        while True:
            seen.idle.update([row["after"] for row in await connection.fetch(IDLE)])
            seen.looks += 1
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await connection.close()


async def run(house: House, seconds: float) -> Seen:
    """Load it, and look."""
    register, seen = await fill(house, PEOPLE), Seen()
    async with Installation(house).running() as installation:
        await installation.answer()
        await installation.beat(installation.now())
        end = monotonic() + seconds
        writers = [Writer(installation.addresses, turn=n) for n in range(CLIENTS)]
        clients = [asyncio.create_task(browse(one, register, n, end)) for n, one in enumerate(writers)]
        looking = asyncio.create_task(look(house, seen))
        await asyncio.sleep(seconds * WARM_UP)
        seen.first = await memory(installation)
        await asyncio.sleep(max(0, end - monotonic() - SAMPLES * SAMPLE_SECONDS))
        seen.last = await memory(installation)
        await asyncio.gather(*clients)
        looking.cancel()
        seen.statuses = sum((one.statuses for one in writers), Counter())
    return seen


def main(words: list[str]) -> int:
    """Run it; 1 where something is wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.crash.load", description=(__doc__ or "").split("\n\n")[0])
    asked.add_argument("--minutes", type=float, default=30)
    with place() as house:
        seen = asyncio.run(run(house, asked.parse_args(words).minutes * 60))
    print(*seen.lines, sep="\n")
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
