"""The jobs process: `python -m jobs`. Any number of them may run; SIGTERM stops one cleanly. The schedule: schedule.py."""

import asyncio
import logging
import os
import signal
import socket
import sys

from jobs.job import Work
from jobs.schedule import SCHEDULE
from jobs.ticker import tick_until_stopped
from supervision.access.desk import refuse_without_desk
from supervision.config import load_settings
from supervision.db import DATABASE_AWAY
from supervision.errors import Refusal
from supervision.house import House, at_work, heads_file, open_house
from supervision.local_postgres import LocalPostgresError
from supervision.messages.channel import make_provider
from supervision.sealed import KeyringError
from supervision.stopping import end_with_parent, leaving_in_order

RETRY_SECONDS = 2
_log = logging.getLogger("jobs")


def main() -> int:
    """Work until asked to stop; 1 and one sentence when the settings don't allow a start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    end_with_parent()
    try:
        with leaving_in_order(), open_house(load_settings()) as house:
            asyncio.run(work_until_stopped(house))
    except (Refusal, LocalPostgresError, KeyringError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


async def work_until_stopped(house: House) -> None:
    """Wait for the database as long as it takes, then tick; SIGTERM and SIGINT stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            async with at_work(house):
                await _tick(house, stop)
        except DATABASE_AWAY as problem:
            _log.warning("the database is away (%s); trying again", type(problem).__name__)
            await _pause(stop)


async def _tick(house: House, stop: asyncio.Event) -> None:
    await refuse_without_desk()
    provider = await make_provider(house.settings)
    try:
        who = f"{socket.gethostname()}/{os.getpid()}"
        work = Work(house.clock, provider, who, heads_file(house.settings), house, stop)
        await tick_until_stopped(work, SCHEDULE, stop)
    finally:
        await provider.close()


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), RETRY_SECONDS)
    except TimeoutError:
        return


if __name__ == "__main__":
    sys.exit(main())
