"""`python -m tests.crash.kills [--writes 1000] [--kills 40] [--seed 1]`: writes over HTTP while everything is killed −9.

Two web and two jobs processes and the database server of a real installation die at chance moments and are started
again. In the end: every acknowledged write once, no lapse without an alert, none twice, no text twice. Exit 1 if not.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import asyncpg

from supervision.checkins.actions import CONTENT
from supervision.db import fetch, fetch_value
from supervision.house import House, at_work
from supervision.messages.recipients import RECIPIENT
from supervision.resettlement.records import CONTENT as HELPED
from supervision.rollcall.take import roll_call
from supervision.sealed import open_sealed
from supervision.video_visits.booking import PURPOSE
from tests.crash.ground import IN_THE_END, UNLESS_PLANTED
from tests.crash.installation import Installation, fill, place
from tests.crash.writing import Write, Writer, writes

KINDS = ("web", "jobs", "postgres", "backend")
PEOPLE = 24
WRITERS = 4
LOOK_SECONDS = 0.05
AFTERWARDS = timedelta(minutes=15)
"""Until a slot and a text that were cut off are known to be, and are dealt with."""
SHOWN = 120
"""Signs of a line of the log."""
PRINTED = re.compile(r"未真正发送\] \*(\d{4}) (.*)")


@dataclass
class Report:
    """What happened, and what is wrong with it."""

    counts: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def must(self, holds: bool, otherwise: str) -> None:
        """Note it where it doesn't hold."""
        if not holds:
            self.wrong.append(otherwise)

    @property
    def lines(self) -> list[str]:
        """As it is printed."""
        return [*(f"{name}: {value}" for name, value in self.counts.items()), *(f"WRONG: {one}" for one in self.wrong)]


# -- killing --------------------------------------------------------------------------------------------------


def victim(installation: Installation, kind: str, random: Random) -> int | None:
    """The process to be killed; None where none of this kind lives at the moment."""
    if kind in ("web", "jobs"):
        return random.choice(installation.of(kind)).pid
    try:
        data = installation.house.settings.data_dir / "postgres/data"
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        return postmaster if kind == "postgres" else random.choice(_backends(postmaster))
    except (OSError, IndexError):
        return None


def _backends(postmaster: int) -> list[int]:
    """Of the app's connections."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [int(pid) for pid in children if b"supervision_app" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def kill_now_and_then(
    installation: Installation, done: list[Write], total: int, kills: list[str], random: Random
) -> Counter[str]:
    """Kill the next of `kills` each time that so many more writes are done, a few more or less."""
    killed: Counter[str] = Counter()
    for n, kind in enumerate(kills, start=1):
        moment = total * (n - random.random()) / len(kills)
        while len(done) < moment:
            await asyncio.sleep(LOOK_SECONDS)
        while (pid := victim(installation, kind, random)) is None or not _kill(pid):
            await asyncio.sleep(LOOK_SECONDS)
        killed[kind] += 1
    return killed


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


# -- the run --------------------------------------------------------------------------------------------------


async def run(house: House, number: int, kills: int, seed: int) -> Report:
    """Write, kill, settle, look."""
    random, found = Random(seed), Report()
    register = await fill(house, PEOPLE)
    made, done = writes(register, number), list[Write]()
    queue, kinds = list(reversed(made)), [KINDS[n % len(KINDS)] for n in range(kills)]
    random.shuffle(kinds)
    async with Installation(house).running() as installation:
        await installation.answer()
        writers = [Writer(installation.addresses, turn=n) for n in range(WRITERS)]
        killing = asyncio.create_task(kill_now_and_then(installation, done, number, kinds, random))
        await asyncio.gather(*(writer.run(queue, done) for writer in writers))
        killed = await killing
        await installation.answer()
        await installation.beat(installation.now())
    starts = {one.log.stem: one.starts for one in installation.kept}
    status, said = await installation.command("tick", "--until", (installation.now() + AFTERWARDS).isoformat())
    found.must(status == 0, f"the last tick failed: {said}")
    statuses = sum((writer.statuses for writer in writers), Counter[int]())
    found.counts |= {"writes": number, "kills": dict(killed), "starts": starts, "answers (0: none)": dict(statuses)}
    errors = [line for line in installation.log("web").splitlines() if "Error" in line]
    ours = any(500 <= one < 600 and one != 503 for one in statuses)
    found.must(not ours, "errors of ours: " + "; ".join(line[:SHOWN] for line in errors))
    async with at_work(house, pool_size=2):
        await _look(found, made, installation)
    return found


async def _look(found: Report, made: list[Write], installation: Installation) -> None:
    await _at_writes(found, made)
    await _at_promises(found, installation)
    await _at_texts(found, installation)
    for row in await fetch("SELECT taken_at, headline FROM roll_call WHERE remainder > 0"):
        found.must(False, f"the roll call of {row['taken_at']} lost {json.loads(row['headline'])['lost'][:5]}")
    taken = await roll_call(installation.now() + AFTERWARDS, live=True)
    found.must(taken.closes, f"roll call: {taken.remainder} {taken.strays}")
    found.counts |= {"roll call": f"{taken.total} in buckets, remainder {len(taken.remainder)}"}
    slots = await fetch("SELECT job, slot FROM job_run WHERE ok IS NOT TRUE")
    found.must(not slots, f"slots that nobody finished: {[tuple(one) for one in slots]}")
    found.counts |= {"slots run": await fetch_value("SELECT count(*) FROM job_run")}


async def _at_writes(found: Report, made: list[Write]) -> None:
    saved = await _saved()
    refused = [one for one in made if one.refused]
    acknowledged = [one for one in made if one.acknowledged]
    unheard = [one for one in made if one.found_saved]
    found.counts |= {
        "acknowledged": len(acknowledged),
        "saved, but the answer was lost": len(unheard),
        "sent more than once": sum(one.tries > 1 for one in made),
    }
    found.must(not refused, f"refused: {[(one.path, one.refused) for one in refused[:3]]}")
    found.must(len(acknowledged) + len(unheard) == len(made), "a write has no answer")
    for one in made:
        found.must(saved[one.mark] == 1, f"{one.mark} ({one.path}) is there {saved[one.mark]} times")
    found.must(saved.total() == len(made), f"{saved.total()} writes are there")


async def _saved() -> Counter[str]:
    """Mark → how many rows have it."""
    saved: Counter[str] = Counter()
    for table in ("report", "visit", "info_check"):
        rows = await fetch(f"SELECT content_sealed AS text FROM {table} WHERE content_sealed IS NOT NULL")
        saved.update(open_sealed(row["text"], CONTENT) for row in rows)
    rows = await fetch("SELECT content_sealed AS text FROM help_visit WHERE content_sealed IS NOT NULL")
    saved.update(open_sealed(row["text"], HELPED) for row in rows)
    rows = await fetch("SELECT purpose_sealed AS text FROM booking WHERE purpose_sealed IS NOT NULL")
    saved.update(open_sealed(row["text"], PURPOSE) for row in rows)
    rows = await fetch("SELECT withdrawn_reason AS text FROM report WHERE withdrawn_at IS NOT NULL")
    saved.update(row["text"] for row in rows)
    rows = await fetch("SELECT 'opened-' || case_id AS text FROM discipline_event WHERE event = 'open'")
    saved.update(row["text"] for row in rows)
    return saved


ACTS = {
    f"a {table} without its one audit row (G9)": f"""
        SELECT count(*) FROM {table} f WHERE f.recorded_by IS NOT NULL AND 1 <> (
               SELECT count(*) FROM audit_row a WHERE a.action = 'record_{table}' AND a.detail ->> 'id' = f.id::text)"""
    for table in ("report", "visit", "info_check")
} | {
    "a withdrawal without its one audit row (G9)": """
        SELECT count(*) FROM report f WHERE f.withdrawn_at IS NOT NULL AND 1 <> (
               SELECT count(*) FROM audit_row a WHERE a.action = 'withdraw' AND a.detail ->> 'id' = f.id::text)""",
    "an opened case without its one audit row (G9)": """
        SELECT count(*) FROM discipline_event e WHERE e.event = 'open' AND 1 <> (
               SELECT count(*) FROM audit_row a WHERE a.action = 'discipline_open' AND a.subject_id = e.case_id)""",
    "a family with two visits in one month": """
        SELECT count(*) FROM (SELECT FROM booking GROUP BY prisoner HAVING count(*) > 1) two""",
    "a lapse with two alerts": """
        SELECT count(*) FROM (SELECT FROM alert WHERE duty IS NOT NULL AND closed_at IS NULL GROUP BY duty
                              HAVING count(*) > 1) two""",
}


async def _at_promises(found: Report, installation: Installation) -> None:
    now = installation.now() + timedelta(minutes=5)  # before the moment of the last tick
    owner = await asyncpg.connect(installation.house.owner_dsn)
    try:
        for said, sql in (IN_THE_END | UNLESS_PLANTED | ACTS).items():
            count = await owner.fetchval(f"WITH at AS (SELECT $1::timestamptz AS now) {sql}", now)
            found.must(count == 0, f"{count} × {said}")
        lapses = await owner.fetchval("SELECT count(*) FROM duty WHERE is_lapsed(state, limit_at, $1)", now)
        alerts = await owner.fetchval("SELECT count(*) FROM alert")
    finally:
        await owner.close()
    found.counts |= {
        "lapses": lapses,
        "alerts": alerts,
        "audit rows": await fetch_value("SELECT count(*) FROM audit_row"),
    }


async def _at_texts(found: Report, installation: Installation) -> None:
    rows = await fetch("SELECT recipient_sealed, body, state, attempts FROM message")
    claimed = Counter(
        (open_sealed(row["recipient_sealed"], RECIPIENT)[-4:], row["body"]) for row in rows if row["attempts"]
    )
    printed = Counter(PRINTED.findall(installation.log("jobs")))
    twice = {text: count for text, count in printed.items() if count > claimed[text]}
    found.must(not twice, f"texts that went out twice: {twice}")
    found.must(all(row["attempts"] <= 1 for row in rows), "a text was tried twice")
    states = Counter(row["state"] for row in rows)
    found.counts |= {"texts": dict(states), "texts on the wire": printed.total()}


def main(words: list[str]) -> int:
    """Run it; 1 where something is wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.crash.kills", description=(__doc__ or "").split("\n\n")[0])
    asked.add_argument("--writes", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=40)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args(words)
    with place() as house:
        found = asyncio.run(run(house, chosen.writes, chosen.kills, chosen.seed))
    print(*found.lines, sep="\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
