"""How a process of ours is asked to end: by a signal, or by the death of the process that started it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LIFELINE = "SUPERVISION_LIFELINE"
"""Carries the number of the handle that tells a child of its parent's death; set by the program alone."""
ASKED = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def leaving_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that the database is released."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    with _handled(ASKED, leave):
        yield


@contextmanager
def noting_requests() -> Iterator[list[int]]:
    """A list that fills when the terminal or the system asks us to stop; asking twice doesn't cut a stop off."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    with _handled((signal.SIGINT, *ASKED), note):
        yield asked


@contextmanager
def _handled(numbers: tuple[signal.Signals, ...], handler: object) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def lifeline() -> Iterator[int]:
    """A handle for children: it comes to its end when we do, also at kill -9."""
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(theirs)
        os.close(ours)


def end_with_parent() -> None:
    """In a child: get SIGTERM as soon as the parent is gone. Nothing happens in a process that has no lifeline."""
    handle = os.environ.pop(LIFELINE, None)
    if handle:
        threading.Thread(target=_wait_for_the_end, args=(int(handle),), daemon=True).start()


def _wait_for_the_end(handle: int) -> None:
    os.read(handle, 1)  # nothing is ever written
    os.kill(os.getpid(), signal.SIGTERM)
