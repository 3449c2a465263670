"""What every bench does: ours and the anchor in turn, the rows that both leave held against each other, a ratio."""

import json
import os
import platform
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from supervision.db import fetch_value, tx
from supervision.errors import Refusal

Rows = Mapping[str, Any]
Notes = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run of one side: its value in the bench's unit, and what it left behind."""

    value: float
    rows: Rows = field(default_factory=dict)


Side = Callable[[], Awaitable[Run]]


@dataclass(frozen=True)
class Bench:
    """What is measured, in which unit, and its bar: at most for times, at least for rates."""

    name: str
    unit: str
    bar: str = ""
    runs: int = 5


@dataclass(frozen=True)
class Report:
    """What came out: the pairs in turn, the rows that both sides left, and what else was counted."""

    bench: Bench
    people: int
    pairs: list[tuple[float, float]]
    rows: Rows
    notes: Notes = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The median of ours to the anchor, pair by pair: what else the machine did falls on both."""
        return median(ours / anchor for ours, anchor in self.pairs)

    def data(self) -> dict[str, Any]:
        """As `--json` says it."""
        return {
            "bench": self.bench.name,
            "people": self.people,
            "value": round(median(ours for ours, _ in self.pairs), 4),
            "anchor": round(median(anchor for _, anchor in self.pairs), 4),
            "ratio": round(self.ratio, 3),
            "unit": self.bench.unit,
            "bar": self.bench.bar,
            "pairs": [[round(ours, 4), round(anchor, 4)] for ours, anchor in self.pairs],
            "rows": dict(self.rows),
            "notes": self.notes,
            "machine": machine(),
        }

    def lines(self) -> list[str]:
        """As people read it: a line a pair, then the medians."""
        unit, data = self.bench.unit, self.data()
        pairs = [f"  {ours:.4g} {unit} / {anchor:.4g} {unit} = {ours / anchor:.2f}" for ours, anchor in self.pairs]
        head = f"{self.bench.name}, {self.people} people: {data['ratio']:.2f}   (bar: {self.bench.bar or 'none'})"
        counted = [f"  {key}: {value}" for key, value in {**self.rows, **self.notes}.items()]
        return [head, *pairs, *counted, f"  machine: {data['machine']}"]


async def side_by_side(bench: Bench, ours: Side, anchor: Side) -> tuple[list[tuple[float, float]], Rows]:
    """Run both in turn, A B A B; raises Refusal where they leave different rows."""
    pairs, left = [], {}
    for number in range(bench.runs):
        one, other = await ours(), await anchor()
        if one.rows != other.rows:
            raise Refusal(f"{bench.name}: ours leaves {dict(one.rows)}, the anchor {dict(other.rows)}.")
        pairs.append((one.value, other.value))
        left = dict(one.rows)
        say(f"{bench.name} {number + 1}/{bench.runs}: {one.value:.4g} / {other.value:.4g} {bench.unit}")
    return pairs, left


def say(line: str) -> None:
    """Progress, for whoever sits there: the answer is printed whole at the end."""
    if sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)


class Watch:
    """Seconds of a block of work."""

    seconds = 0.0

    def __enter__(self) -> "Watch":
        self._began = perf_counter()
        return self

    def __exit__(self, *failure: object) -> None:
        self.seconds += perf_counter() - self._began


# -- what the database was asked ---------------------------------------------------------------------------------


@asynccontextmanager
async def listening() -> AsyncIterator[list[Any]]:
    """The statements of a piece of work, which runs in one transaction for it."""
    heard: list[Any] = []
    async with tx() as connection:
        with connection.query_logger(heard.append):
            yield heard


async def queries_of(work: Callable[[], Awaitable[Any]]) -> int:
    """How many statements a piece of work sends, without those that only open and close savepoints."""
    async with listening() as heard:
        await work()
    return sum(_asks(one.query) for one in heard)


async def buffers_of(work: Callable[[], Awaitable[Any]]) -> int:
    """How many pages of the database a piece of work reads, in memory or not: each statement by EXPLAIN (ANALYZE, BUFFERS)."""
    async with listening() as heard:
        await work()
        asked = [one for one in heard if _asks(one.query)]
    return sum([await _buffers(one.query, one.args) for one in asked])


def _asks(query: str) -> bool:
    return query.split(maxsplit=1)[0].upper() in ("SELECT", "WITH", "INSERT", "UPDATE", "COPY")


async def _buffers(query: str, args: Any) -> int:
    async with tx():
        text = await fetch_value(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *args)
    plan = json.loads(text)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


# -- where it was measured ---------------------------------------------------------------------------------------


def machine() -> str:
    """What the numbers depend on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} processors, {memory} GiB, "
        f"Python {platform.python_version()}, load {load:.1f}"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()
