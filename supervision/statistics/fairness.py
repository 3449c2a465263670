"""A fairer distribution of files in one office: which to move, and how far apart the loads were and will be. Pure.

Proposed, never done: a named person accepts each move. Whoever lives in one village under one officer moves together, on
whichever register they are, and so does a family, so that no move ever makes two officers of one.

Who is still awaited, for correction or from prison, is no work yet and weighs nothing: so nobody is moved for their sake.
With the village they do move: they will live there, and would otherwise be left with the officer who has it no longer.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

WEIGHTS: Mapping[str, int] = {"strict": 18, "normal": 12, "loose": 6}
HELP_WEIGHTS: Mapping[str, int] = {"first": 6, "second": 2, "third": 1}
"""How much work a class of either register is, by the contacts that it owes in half a year (law SU-01, SU-04, RA-14): a visit
is one, a report a third of one."""
UNCLASSED, HELP_UNCLASSED = WEIGHTS["normal"], HELP_WEIGHTS["second"]
NOTICEABLE = UNCLASSED
"""Loads that differ by less than one ordinary person are as good as equal: nobody gets another officer for that."""
MOST_MOVES = 12


@dataclass(frozen=True, slots=True)
class File:
    """One open file: the person, who has it, how much work it is, and with whom it belongs together."""

    person: int
    name: str
    officer: int
    weight: int
    village: str = ""
    family: str = ""
    of_help: bool = False
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Files that go together from one officer to another."""

    files: tuple[File, ...]
    to: int
    joins: bool
    """Whether the receiver has files of that village already."""

    @property
    def of(self) -> int:
        return self.files[0].officer

    @property
    def weight(self) -> int:
        return sum(file.weight for file in self.files)

    @property
    def village(self) -> str:
        return self.files[0].village


@dataclass(frozen=True, slots=True)
class Proposal:
    """The moves, and each officer's load before and after all of them."""

    moves: tuple[Move, ...]
    before: Mapping[int, int]
    after: Mapping[int, int]

    @property
    def spread_before(self) -> int:
        return spread(self.before)

    @property
    def spread_after(self) -> int:
        return spread(self.after)


def spread(loads: Mapping[int, int]) -> int:
    """Between the heaviest and the lightest load."""
    return max(loads.values(), default=0) - min(loads.values(), default=0)


def village_of(address: str) -> str:
    """The village or community of an address, else its street; empty where there is nothing to go by."""
    place = re.split(r"[0-9０-９一二三四五六七八九十]+(?:号|栋|幢|组|排)", address.strip(), maxsplit=1)[0]
    if named := re.match(r".*(?:村|社区)", place):
        return named[0]
    return place if place != address.strip() else ""


def propose(files: Sequence[File], officers: Collection[int]) -> Proposal:
    """Move groups, the most useful first, until no move brings loads that differ noticeably nearer to each other."""
    loads = dict.fromkeys(sorted(officers), 0)
    for file in files:
        if file.officer in loads:
            loads[file.officer] += file.weight
    before, moves = dict(loads), list[Move]()
    waiting = [group for group in _groups(files) if group[0].officer in loads]
    places = _places(files)
    while len(moves) < MOST_MOVES and (best := _best(waiting, loads, places)):
        moves.append(best)
        waiting.remove(best.files)
        loads[best.of] -= best.weight
        loads[best.to] += best.weight
        places[best.village].add(best.to)
    return Proposal(tuple(moves), before, loads)


def _groups(files: Iterable[File]) -> list[tuple[File, ...]]:
    """Who moves together: one officer's files of a village; without one, of a family; else each alone."""
    together: dict[tuple[int, str, str], list[File]] = defaultdict(list)
    for file in files:
        alone = "" if file.village or file.family else str(file.person)
        together[file.officer, file.village, file.family * (not file.village) or alone].append(file)
    return [tuple(group) for group in together.values()]


def _places(files: Iterable[File]) -> dict[str, set[int]]:
    """Village → the officers who have files there."""
    places: dict[str, set[int]] = defaultdict(set)
    for file in files:
        places[file.village].add(file.officer)
    return places


def _best(groups: Iterable[tuple[File, ...]], loads: Mapping[int, int], places: Mapping[str, set[int]]) -> Move | None:
    """The move that helps most; of equals the one that brings a village together, then that of fewer files."""
    moves = [
        Move(group, to, bool(group[0].village) and to in places[group[0].village])
        for group in groups
        for to in loads
        if loads[group[0].officer] - loads[to] >= NOTICEABLE and _gain(group, to, loads) > 0
    ]
    return max(
        moves, key=lambda m: (_gain(m.files, m.to, loads), m.joins, -len(m.files), -m.files[0].person), default=None
    )


def _gain(group: Sequence[File], to: int, loads: Mapping[int, int]) -> int:
    """By how much the sum of squares of both loads falls: positive only where the two come nearer to each other."""
    weight = sum(file.weight for file in group)
    return weight * (loads[group[0].officer] - loads[to] - weight)
