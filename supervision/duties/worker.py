"""A worker: asked on stdin, it judges and answers on stdout, until there is nobody who asks. Started by `workers.py`.

Each message is its length in eight bytes and a pickle: terms, which hold from then on, or a question.
"""

import gc
import pickle
import signal
import sys
from typing import BinaryIO, Final

from supervision.duties.judging import Question, judge
from supervision.rules.base import Terms

LENGTH: Final = 8


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Judge one question after the other."""
    terms: Terms | None = None
    while message := _read(asked):
        if isinstance(message, Terms):
            terms = message
            continue
        assert isinstance(message, Question) and terms is not None, "terms come before questions"
        answers.write(frame(judge(message, terms)))
        answers.flush()


def frame(message: object) -> bytes:
    """A message as it goes through a pipe."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH) + data


def _read(source: BinaryIO) -> object:
    """The next message; None at the end, also where it was cut off."""
    data = source.read(int.from_bytes(source.read(LENGTH)))
    return pickle.loads(data) if data else None


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
