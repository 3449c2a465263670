"""Each piece of work is killed at each of its points, and what a restart makes of it is held against the promises."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.crash.ground import AT_ANY_MOMENT, IN_THE_END, UNLESS_PLANTED, Ground, State, difference
from tests.crash.killing import Ended, Point, Sequences, Work, in_a_process
from tests.crash.pieces import WIRE, Piece, base, settle, wire

SIDES = ("before", "after")


@dataclass
class Outcome:
    """What came of a piece: how many points it was killed at, and where a promise broke."""

    piece: str
    steps: int = 0
    points: int = 0
    restarts: int = 0
    """How many different states the deaths left, each of which was started again from."""
    broken: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        return f"{self.piece}: {self.points} points ({self.steps} steps, {self.restarts} states), {len(self.broken)} broken"


@dataclass(frozen=True)
class Whole:
    """The same work without a death: what was there before it, after it, and after it was done twice."""

    steps: list[str]
    settled: list[Sequences]
    digest: str
    before: State
    once: State
    twice: State

    def standing(self, point: Point) -> Sequences:
        """Where the sequences stood at the last commit before a point."""
        return self.settled[point.step - (1 if point.side == "before" else 0)]


@contextmanager
def grounds(server: str, name: str) -> Iterator[tuple[Ground, str]]:
    """The databases, and the name of the one that every piece begins with; all dropped in the end."""
    from tests.conftest import _make_template

    with asyncio.Runner() as runner:
        template = runner.run(_make_template(server))
        ground = Ground(server, name, runner).connect()
        try:
            yield ground, _made(ground, template, "base", base)
        finally:
            for kind in ("base", "start", "once", "twice", "point"):
                ground.drop(f"{name}_{kind}")
            WIRE.unlink(missing_ok=True)


def _made(ground: Ground, template: str, kind: str, work: Work) -> str:
    """A copy on which some work was done to its end."""
    name = ground.copy(template, kind)
    _done(ground, name, work)
    return name


def _done(ground: Ground, name: str, work: Work, *, counted: bool = False) -> Ended:
    ended = in_a_process(ground.dsn(name), work, counted=counted)
    assert ended.status == 0, ended.error
    return ended


def run_piece(ground: Ground, begin: str, piece: Piece) -> Outcome:
    """Kill a piece at each of its points."""
    WIRE.unlink(missing_ok=True)
    start = _made(ground, begin, "start", piece.begin)
    whole = _whole(ground, start, piece)
    outcome = Outcome(piece.name, len(whole.steps))
    outcome.broken = [*_in_the_end(ground, piece, "once"), *_in_the_end(ground, piece, "twice")]
    deaths = Deaths(ground, start, piece, whole)
    for step, what in enumerate(whole.steps, start=1):
        for side in SIDES:
            outcome.points += 1
            outcome.broken += [f"{side} step {step} ({what}): {one}" for one in deaths.at(Point(step, side))]
    outcome.restarts = len(deaths.told)
    return outcome


def _whole(ground: Ground, start: str, piece: Piece) -> Whole:
    digest, before = ground.digest(start), ground.state(start)
    WIRE.unlink(missing_ok=True)
    name = ground.copy(start, "once")
    standing = ground.sequences(name)
    ended = _done(ground, name, piece.work, counted=True)
    once = ground.state(name)
    twice = ground.copy(name, "twice")
    _done(ground, twice, piece.again)
    settled = [one or standing for one in ({}, *ended.settled)]
    return Whole(ended.steps, settled, digest, before, once, ground.state(twice))


def _in_the_end(ground: Ground, piece: Piece, kind: str) -> Iterator[str]:
    """What the work without a death leaves, once everything that is due was done: this much we compare with."""
    name = f"{ground.name}_{kind}"
    _done(ground, name, settle(piece.settled_at))
    for one in ground.broken(name, piece.settled_at, _promises(piece)):
        yield f"without a death, {kind}: {one}"


def _promises(piece: Piece) -> dict[str, str]:
    return IN_THE_END if piece.planted else IN_THE_END | UNLESS_PLANTED


@dataclass
class Deaths:
    """The deaths of a piece. What a restart makes of a state doesn't depend on how it came to be: each is tried once."""

    ground: Ground
    start: str
    piece: Piece
    whole: Whole
    told: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    """A copy of the starting state, as long as nothing was committed to it."""

    def at(self, point: Point) -> list[str]:
        """Die there, and start again; what is broken."""
        WIRE.unlink(missing_ok=True)
        self.name = self.name or self.ground.copy(self.start, "point")
        ended = in_a_process(self.ground.dsn(self.name), self.piece.work, point=point)
        if ended.status is not None:
            self.name = ""
            return [f"was not reached: {ended.error or ended.steps}"]
        self.ground.quiet(self.name)
        as_it_was = self.ground.digest(self.name) == self.whole.digest
        dead = self.whole.before if as_it_was else self.ground.state(self.name)
        if self.piece.alike or as_it_was:
            self.ground.close_gaps(self.name, self.whole.standing(point))
        return self._known(dead)

    def _known(self, dead: State) -> list[str]:
        key = json.dumps([dead, wire()], sort_keys=True)
        if key not in self.told:
            self.told[key] = [*self._at_death(dead), *self._after_restart()]
            self.name = ""
        elif dead != self.whole.before:
            self.name = ""
        return self.told[key]

    def _at_death(self, dead: State) -> list[str]:
        broken = self.ground.broken(self.name, self.piece.settled_at, AT_ANY_MOMENT)
        if self.piece.whole and dead not in (self.whole.before, self.whole.once):
            broken.append(f"half of it is there: {difference(self.whole.once, dead)}")
        return broken

    def _after_restart(self) -> list[str]:
        ended = in_a_process(self.ground.dsn(self.name), self.piece.again)
        if ended.status != 0:
            return [f"the restart failed: {ended.error}"]
        if self.piece.alike:
            found = self.ground.state(self.name)
            ends = (self.whole.once, self.whole.twice)
            return [] if found in ends else [f"another end: {difference(ends[0], found)}"]
        _done(self.ground, self.name, settle(self.piece.settled_at))
        return self.piece.wrong() + self.ground.broken(self.name, self.piece.settled_at, _promises(self.piece))
