"""Work in a process of its own that is killed, by SIGKILL, before or after its n-th statement.

A step is a statement (BEGIN, COMMIT, SAVEPOINT and COPY too) or a call on the wire to the provider. *After* a step means:
the other side has done it, and nobody here has learnt of it.
"""

import asyncio
import json
import os
import signal
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import asyncpg

from supervision.db import DB, open_pool

Work = Callable[[], Awaitable[None]]
Sequences = dict[str, tuple[int, bool]]
STATEMENTS = "fetch fetchmany fetchrow fetchval execute executemany copy_records_to_table copy_to_table".split()
POOL_SIZE = 4


@dataclass(frozen=True)
class Point:
    """Where the process dies; steps are counted from 1."""

    step: int
    side: str

    def __str__(self) -> str:
        return f"{self.side} step {self.step}"


@dataclass
class Counter:
    """Counts steps, notes them, and dies at its point."""

    point: Point | None = None
    steps: list[str] = field(default_factory=list)
    settled: list[Sequences] = field(default_factory=list)
    """After each step: where the sequences stood when no transaction was open last."""

    def before(self, what: str) -> int:
        """One more step begins; its number."""
        self.steps.append(" ".join(what.split())[:60])
        self.settled.append(self.settled[-1] if self.settled else {})
        self._die(len(self.steps), "before")
        return len(self.steps)

    def after(self, step: int) -> None:
        """The other side has done it."""
        self._die(step, "after")

    def _die(self, step: int, side: str) -> None:
        if self.point == Point(step, side):
            os.kill(os.getpid(), signal.SIGKILL)

    def count_statements(self) -> None:
        """Count what this process's connections are asked from now on."""
        for name in STATEMENTS:
            setattr(asyncpg.Connection, name, self._counted(getattr(asyncpg.Connection, name)))

    def _counted(self, method: Any) -> Any:
        @wraps(method)
        async def counted(connection: Any, what: str, *args: Any, **options: Any) -> Any:
            if what == connection.get_reset_query():  # the pool's own, when a connection is given back
                return await method(connection, what, *args, **options)
            step = self.before(what)
            answer = await method(connection, what, *args, **options)
            self.after(step)
            if self.point is None:
                await self._note_sequences(connection, step)
            return answer

        return counted

    async def _note_sequences(self, connection: Any, step: int) -> None:
        if not connection.is_in_transaction():
            self.settled[step - 1] = await sequences(connection)


COUNTING = Counter()
"""This process's own; a provider of a test tells it of the calls on the wire."""


async def sequences(connection: Any) -> Sequences:
    """Where each sequence stands. By the protocol itself: this isn't a step of the work."""
    bare = getattr(asyncpg.Connection.fetch, "__wrapped__", asyncpg.Connection.fetch)
    rows = await bare(connection, SEQUENCES)
    return {row["name"]: (row["last"], row["called"]) for row in rows}


SEQUENCES = """
SELECT c.oid::regclass::text AS name, coalesce(pg_sequence_last_value(c.oid), 1) AS last,
       pg_sequence_last_value(c.oid) IS NOT NULL AS called
  FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace"""


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit status (None: killed), and what it had to say."""

    status: int | None
    steps: list[str]
    settled: list[Sequences]
    error: str = ""


def in_a_process(dsn: str, work: Work, *, counted: bool = False, point: Point | None = None) -> Ended:
    """Do the work on this database in a forked process, with connections of its own; dead at the point, if there is one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(dsn, work, writing, counted=counted, point=point)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 1, -signal.SIGKILL), f"the process ended with {code}"
    if code < 0:
        return Ended(None, [], [])
    return Ended(code, **json.loads(said))


def _be_the_child(dsn: str, work: Work, writing: int, *, counted: bool, point: Point | None) -> None:
    """Never returns: nothing of the parent's (its loop, its connections) may be closed from here."""
    error = ""
    try:
        DB.pool = None
        asyncio.run(_with_pool(dsn, work, counted or point is not None, point))
    except BaseException:  # noqa: BLE001  told to the parent, whose test fails of it
        error = traceback.format_exc()
    said = {"steps": COUNTING.steps, "settled": COUNTING.settled, "error": error}
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(json.dumps(said).encode())
    os._exit(1 if error else 0)


async def _with_pool(dsn: str, work: Work, counted: bool, point: Point | None) -> None:
    await open_pool(dsn, size=POOL_SIZE)
    COUNTING.point = point
    if counted:
        COUNTING.count_statements()
    await work()
