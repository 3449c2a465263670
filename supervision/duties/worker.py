"""A worker: asked on stdin, it judges and answers on stdout, until there is nobody who asks. Started by `workers.py`.

Each message is its length in eight bytes and a pickle: first the terms, then the questions.
"""

import copyreg
import gc
import pickle
import signal
import sys
from dataclasses import fields
from operator import attrgetter
from typing import BinaryIO, Final

from supervision.duties.judging import Judge, Question
from supervision.rules import MATTERS
from supervision.rules.base import Act, ClassDecision, Decision, Facts, Pause, Phone, Responsibility, Subject, Terms

LENGTH: Final = 8


def _as_fields(kind: type) -> None:
    """Let a frozen dataclass be pickled by its fields, several times faster than dataclasses do it themselves."""
    take = attrgetter(*(field.name for field in fields(kind)))
    copyreg.pickle(kind, lambda one: (kind, take(one)))


for _kind in (Facts, Subject, Act, ClassDecision, Pause, Decision, Responsibility, Phone, *MATTERS.values()):
    _as_fields(_kind)


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Judge one question after the other."""
    terms = _read(asked)
    if not isinstance(terms, Terms):
        return
    judge = Judge(terms)
    while question := _read(asked):
        assert isinstance(question, Question)
        answers.write(frame(judge.answer(question)))
        answers.flush()


def frame(message: object) -> bytes:
    """A message as it goes through a pipe."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH) + data


def _read(source: BinaryIO) -> object:
    """The next message; None at the end, also where it was cut off."""
    size = int.from_bytes(source.read(LENGTH))
    data = source.read(size)
    return pickle.loads(data) if data and len(data) == size else None


def main() -> None:
    """Serve until stdin ends; an interrupt from the keyboard is the starter's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.disable()  # what is judged makes no cycles, and looking for them costs a sixth of the time
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.stderr.close()  # who asked has gone; the interpreter would complain that stdout can't be flushed


if __name__ == "__main__":
    main()
