"""Run jobs once, or as of a later moment: the same code for the process, `supervision tick` and the tests."""

import logging
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from jobs.job import Job, Work
from jobs.schedule import SCHEDULE
from supervision.clock import Clock, FixedClock
from supervision.config import Settings
from supervision.days import DAY, local_day, start_of
from supervision.db import DATABASE_AWAY, fetch_value
from supervision.errors import Refusal
from supervision.messages.channel import make_provider
from supervision.messages.providers import Provider
from supervision.settings.slots import claim_slot, finish_slot, heartbeat, latest_slot, note_failure

STEPS = (
    time(0, 0, 10),
    time(2),
    time(7, 30),
    time(8),
    time(9),
    time(12),
    time(15),
    time(18),
    time(21),
)
"""The moments of a day at which a simulated month looks: just after the limits, at each daily slot, by day."""

_log = logging.getLogger(__name__)
_failures: Counter[str] = Counter()
OURS = (FileNotFoundError, FileExistsError, PermissionError)
"""Errors of the system that say nothing about the database."""


async def run_job(job: Job, work: Work) -> int | None:
    """Run a job if it is due and free; how much it did, None when it wasn't its turn. Raises what the job raises."""
    began = work.now()
    if job.at is None:
        done = await job.does(work)
    else:
        slot = latest_slot(job.at, began)
        if not await claim_slot(job.name, slot, began):
            return None
        done = await _daily(job, work, slot, began)
    await heartbeat(job.name, work.now(), str(done))
    return done


async def _daily(job: Job, work: Work, slot: datetime, began: datetime) -> int:
    done, ok = 0, False
    try:
        done = await job.does(work)
        ok = True
    finally:
        await finish_slot(job.name, slot, began, now=work.now(), ok=ok, note=str(done))
    return done


async def attempt(job: Job, work: Work) -> int | None:
    """Run a job so that its failure stops no other: logged by name, counted beside its heartbeat."""
    try:
        done = await run_job(job, work)
    except Exception as fault:  # noqa: BLE001  the tick loop
        await _failed(job, fault)
        return None
    _failures.pop(job.name, None)
    return done


async def _failed(job: Job, fault: Exception) -> None:
    _failures[job.name] += 1
    count = _failures[job.name]
    if isinstance(fault, DATABASE_AWAY) and not isinstance(fault, OURS):
        if count == 1:
            _log.warning("%s: the database is away (%s); trying again", job.name, type(fault).__name__)
        return
    # By its kind and place only: the message of an error may hold what is sealed.
    place = traceback.extract_tb(fault.__traceback__)[-1]
    _log.error("%s: %s at %s:%s (%s in a row)", job.name, type(fault).__name__, place.filename, place.lineno, count)
    try:
        await note_failure(job.name, f"连续失败 {count} 次：{type(fault).__name__}")
    except DATABASE_AWAY:
        return


async def run_due(clock: Clock, provider: Provider, *, jobs: Sequence[Job] = SCHEDULE) -> dict[str, int]:
    """Run once everything that is due at the clock's moment, in the order of the schedule; how much each did."""
    work = Work(clock, provider)
    done = {job.name: await attempt(job, work) for job in jobs}
    return {name: count for name, count in done.items() if count is not None}


async def run_until(clock: FixedClock, until: datetime, provider: Provider) -> dict[str, int]:
    """Move the clock through the days up to `until`, running what is due at each step; how much each job did."""
    total: Counter[str] = Counter()
    for moment in [*steps(clock.now(), until), until]:
        clock.at = moment
        total.update(await run_due(clock, provider))
    return dict(total)


def steps(start: datetime, until: datetime) -> Iterator[datetime]:
    """The moments to look at, after `start` and before `until`."""
    day = local_day(start)
    while start_of(day) < until:
        for at in STEPS:
            moment = start_of(day) + timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
            if start < moment < until:
                yield moment
        day += DAY


async def tick_until(settings: Settings, until: datetime) -> dict[str, int]:
    """Run the jobs from now, or from where they last were, up to that moment. Raises Refusal for a past one."""
    if not settings.training:
        raise Refusal("tick is refused in production: it would run the jobs at a time that isn't now.")
    start = Clock(settings.now).now()
    last = await fetch_value("SELECT at FROM heartbeat WHERE job = 'watch'")
    start = max(start, last) if last else start
    if until < start:
        raise Refusal(f"tick: {until.isoformat()} is before {start.isoformat()}, up to which the jobs have run.")
    provider = await make_provider(settings, write=lambda line: None)
    try:
        return await run_until(FixedClock(start), until, provider)
    finally:
        await provider.close()
