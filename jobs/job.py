"""What a job is: a name, a function of a slice, and when it is due."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from supervision.clock import Clock
from supervision.house import House
from supervision.messages.providers import Provider

ASK_DAILY = timedelta(seconds=30)
"""How often a daily job asks whether its slot is due and free."""


@dataclass(frozen=True, slots=True)
class Work:
    """What jobs work with: the clock, the provider of texts, the name of this process; `heads`: see rollcall/heads.py."""

    clock: Clock
    provider: Provider
    who: str = "jobs"
    heads: Path | None = None
    house: House | None = None
    """Where the database is: for the backup alone; None in a simulated run."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is asked to end: a long job that may be left in the middle looks at it."""

    def now(self) -> datetime:
        """The moment of the clock."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the schedule: due every so often, or daily at a local time; `does` tells how much it did."""

    name: str
    does: Callable[[Work], Awaitable[int]]
    title: str
    every: timedelta | None = None
    at: time | None = None

    def __post_init__(self) -> None:
        assert (self.every is None) != (self.at is None), self.name

    @property
    def tick(self) -> timedelta:
        """How often the process asks it."""
        return self.every or ASK_DAILY
