"""What is wrong with this installation, in sentences."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta

from supervision.days import add_days
from supervision.db import fetch_row, fetch_value
from supervision.house import House
from supervision.migrate import pending
from supervision.settings.terms import load_terms

QUIET = timedelta(seconds=60)
LEAST_FREE = 1_000_000_000


@dataclass(frozen=True)
class Examined:
    """One thing looked at: whether it is well, and what to say of it."""

    name: str
    ok: bool
    sentence: str


async def examine(house: House) -> list[Examined]:
    """Look at everything that can be looked at; nothing is changed."""
    return [
        await _schema(),
        await _jobs(house),
        await _desk(),
        await _calendar(house),
        await _messages(),
        await _ledger(house),
        _disk(house),
        await _demo(house),
    ]


async def _schema() -> Examined:
    waiting = await pending()
    told = f"{len(waiting)} migrations wait to be run." if waiting else "The schema is up to date."
    return Examined("schema", not waiting, told)


async def _jobs(house: House) -> Examined:
    last = await fetch_value("SELECT at FROM heartbeat WHERE job = 'watch'")
    ok = last is not None and house.clock.now() - last <= QUIET
    told = (
        f"The watch last ran at {last:%Y-%m-%d %H:%M:%S}Z."
        if last
        else "The watch has never run: start the jobs process."
    )
    return Examined("jobs", ok, told if ok or last is None else f"{told} Is the jobs process up?")


async def _desk() -> Examined:
    count = await fetch_value("SELECT count(*) FROM staff WHERE on_desk AND disabled_at IS NULL")
    told = (
        f"The bureau's desk has {count} active members."
        if count
        else "Nobody is on the bureau's desk: alerts would end nowhere."
    )
    return Examined("desk", bool(count), told)


async def _calendar(house: House) -> Examined:
    today = house.clock.today()
    terms = await load_terms(house.clock.now(), house.clock.now())
    years = sorted({today.year, add_days(today, 60).year} | ({today.year + 1} if today.month == 12 else set()))
    missing = [year for year in years if terms.calendar.is_provisional(date(year, 1, 1))]
    told = f"No official calendar for {', '.join(map(str, missing))}: working days there are provisional."
    return Examined("calendar", not missing, told if missing else "The calendar of the coming weeks is official.")


async def _messages() -> Examined:
    row = await fetch_row(
        """SELECT count(*) FILTER (WHERE state = 'unknown' AND looked_at IS NULL) AS unknown,
                  count(*) FILTER (WHERE state = 'sending') AS sending FROM message WHERE state IN ('unknown', 'sending')"""
    )
    assert row is not None
    told = f"{row['unknown']} texts with an unclear answer wait for a human; {row['sending']} are on the wire."
    return Examined("messages", not row["unknown"], told)


async def _ledger(house: House) -> Examined:
    missing = await fetch_value(
        """SELECT count(*) FROM orders o WHERE ended_at IS NULL AND NOT EXISTS (
               SELECT FROM ledger_subject l WHERE l.subject_kind = 'order' AND l.subject_id = o.id)"""
    )
    late = await fetch_value(
        "SELECT count(*) FROM duty WHERE is_lapsed(state, limit_at, $1) AND alerted_at IS NULL",
        house.clock.now() - QUIET,
    )
    told = f"{missing} orders have no ledger, {late} lapses have waited over a minute for their alert."
    return Examined("ledger", not missing and not late, told)


def _disk(house: House) -> Examined:
    free = shutil.disk_usage(house.settings.data_dir if house.settings.data_dir.exists() else "/").free
    return Examined("disk", free > LEAST_FREE, f"{free // 1_000_000:,} MB are free where the data is.")


async def _demo(house: House) -> Examined:
    since = await fetch_value("SELECT value FROM installation WHERE key = 'demo'")
    if since is None:
        return Examined("demo", True, "This is no demo database.")
    age = (house.clock.today() - date.fromisoformat(since[:10])).days
    return Examined("demo", house.settings.training, f"This is a demo database, made {age} days ago.")
