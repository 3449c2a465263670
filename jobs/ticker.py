"""The ticker: wakes the jobs, and nothing more; whether one is due and whose turn it is, rows decide."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs.job import Job, Work
from jobs.run import attempt
from supervision.clock import Clock
from supervision.days import SHANGHAI

LAST_WORDS = timedelta(seconds=15)
"""How long a stop waits for jobs in the middle of their work: longer than a provider's time-out."""


async def tick_until_stopped(work: Work, jobs: Sequence[Job], stop: asyncio.Event) -> None:
    """Run each job at once and then at its interval; at the stop, let those that run come to their end."""
    running: set[asyncio.Task[object]] = set()

    async def once(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await attempt(job, work)
        finally:
            running.discard(task)

    scheduler = AsyncIOScheduler(
        timezone=SHANGHAI, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job in jobs:
        # The machine's time, whatever the training clock says: this is only when to look.
        each = IntervalTrigger(seconds=job.tick.total_seconds(), timezone=SHANGHAI)
        scheduler.add_job(once, each, args=[job], id=job.name, next_run_time=Clock().now())
    scheduler.start()
    await stop.wait()
    scheduler.remove_all_jobs()
    if running:
        await asyncio.wait(running, timeout=LAST_WORDS.total_seconds())
    scheduler.shutdown(wait=False)
