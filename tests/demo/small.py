"""The measure of the small demo, and how a test asks it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from supervision.db import fetch
from supervision.demo.frame import Size
from supervision.house import House, at_work

SMALL = Size(people=56, months=3, days=5)
Ask = Callable[[], Awaitable[Any]]


def ask(house: House, question: Ask) -> Any:
    """The answer of the loaded database."""

    async def answered() -> Any:
        async with at_work(house, pool_size=2):
            return await question()

    return asyncio.run(answered())


def rows(house: House, sql: str, *args: Any) -> list[Any]:
    """What a query finds there."""
    return [tuple(row) for row in ask(house, lambda: fetch(sql, *args))]
