"""Several questions in one statement: a page of many parts asks the database once, however many parts it has."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supervision.db import fetch, fetch_row, tx

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A SELECT, its arguments, and what is made of its rows."""

    sql: str
    args: Sequence[Any]
    make: Callable[[Sequence[Row]], Any]


async def read_alone(one: Read) -> Any:
    """Ask one of them by itself; what is made of it."""
    return one.make(await fetch(one.sql, *one.args))


async def read_together(**asked: Read) -> dict[str, Any]:
    """Ask all of them as one statement; what is made of each, by its name."""
    args: list[Any] = []
    parts = []
    for name, one in asked.items():
        parts.append(f"ARRAY(SELECT part FROM ({_moved(one.sql, len(args))}) part) AS {name}")
        args.extend(one.args)
    names = {name: await _columns(one.sql) for name, one in asked.items()}
    found = await fetch_row(f"SELECT {', '.join(parts)}", *args)
    assert found is not None
    return {
        name: one.make([dict(zip(names[name], row, strict=True)) for row in found[name]]) for name, one in asked.items()
    }


def _moved(sql: str, count: int) -> str:
    """The statement with its arguments so many places later."""
    return re.sub(r"\$(\d+)", lambda mark: f"${int(mark[1]) + count}", sql)


_known: dict[str, tuple[str, ...]] = {}
"""The columns of a statement: rows within a statement come without their names."""


async def _columns(sql: str) -> tuple[str, ...]:
    if sql not in _known:
        async with tx() as connection:
            prepared = await connection.prepare(sql)
            _known[sql] = tuple(column.name for column in prepared.get_attributes())
    return _known[sql]
