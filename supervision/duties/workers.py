"""Asking the rules in processes of their own, where many subjects are asked about: they don't depend on each other.

A worker knows neither database nor key. Its end is one clear error for who asked, whose transaction is then rolled back.
"""

import asyncio
import contextlib
import gc
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

from supervision.duties.judging import Answer, Judge, Question
from supervision.duties.worker import LENGTH, frame
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.rules.base import Terms

MANY: Final = 500
"""Subjects from which starting processes is worth its while; a request about one person never starts any."""
MOST: Final = 8
"""Workers, however many processors there are."""
BUFFER: Final = 1024 * 1024
CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent
Ask = Callable[[Question], Awaitable[Answer]]


class WorkerLost(Refusal):
    """A worker ended before it answered."""

    def __init__(self) -> None:
        super().__init__(_("计算进程意外中止（多半是内存不足），什么都没有写入，请重试。"))


@contextlib.asynccontextmanager
async def judges(terms: Terms, *, many: bool) -> AsyncIterator[tuple[Ask, int]]:
    """Whom to ask under these terms, and how many questions they work on at once (0: in this process)."""
    if not many:
        yield _here(terms), 0
        return
    crew = await _Crew.start(min(len(os.sched_getaffinity(0)), MOST), terms)
    try:
        with uncollected():
            yield crew.ask, crew.size
    finally:
        await crew.dismiss()


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles during a piece of work that makes many objects and no cycles: a sixth of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _here(terms: Terms) -> Ask:
    judge = Judge(terms)

    async def ask(question: Question) -> Answer:
        return judge.answer(question)

    return ask


class _Crew:
    """Some workers; whoever is idle takes the next question."""

    def __init__(self, size: int, terms: Terms) -> None:
        self.size, self._terms = size, frame(terms)
        self._all: list[Process] = []
        self._idle: asyncio.LifoQueue[Process] = asyncio.LifoQueue()

    @classmethod
    async def start(cls, size: int, terms: Terms) -> "_Crew":
        crew = cls(size, terms)
        try:
            for _ in range(size):
                await crew._hire()
        except BaseException as fault:
            await crew.dismiss()
            if isinstance(fault, OSError):  # not the database's: who asks would wait for that to come back
                raise WorkerLost from fault
            raise
        return crew

    async def _hire(self) -> None:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "supervision.duties.worker",
            stdin=PIPE,
            stdout=PIPE,
            stderr=None,
            cwd=CHECKOUT,
            limit=BUFFER,
        )
        self._all.append(worker)
        _into(worker).write(self._terms)
        self._idle.put_nowait(worker)

    async def ask(self, question: Question) -> Answer:
        """The answer of the next idle worker. Raises WorkerLost; another is hired in its place."""
        worker = await self._idle.get()
        try:
            answer = await _answer(worker, frame(question))
        except (OSError, EOFError):
            await self._replace(worker)
            raise WorkerLost from None
        self._idle.put_nowait(worker)
        return answer

    async def _replace(self, worker: Process) -> None:
        await _end(worker)
        try:
            await self._hire()
        except (
            OSError
        ):  # no room for another: whoever asks the dead one next tries again, so that nobody waits for ever
            self._idle.put_nowait(worker)
        else:
            self._all.remove(worker)

    async def dismiss(self) -> None:
        """End them all, whatever they are at."""
        for worker in self._all:
            await _end(worker)


async def _answer(worker: Process, question: bytes) -> Answer:
    assert worker.stdout is not None
    into = _into(worker)
    into.write(question)
    await into.drain()
    size = int.from_bytes(await worker.stdout.readexactly(LENGTH))
    answer = pickle.loads(await worker.stdout.readexactly(size))
    assert isinstance(answer, Answer)
    return answer


def _into(worker: Process) -> asyncio.StreamWriter:
    assert worker.stdin is not None
    return worker.stdin


async def _end(worker: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()
