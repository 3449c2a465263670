"""Read a page as a test speaks of it: names in order, counts of tabs; and count the statements of a request."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

from supervision.db import DB
from tests.cast import Browser, Cast, Member, client_for

NAME = re.compile(r'class="person" href="/people/(\d+)">([^<]*)<')


def names(html: str) -> list[str]:
    """The people of a list, in its order."""
    return [name for _, name in NAME.findall(html)]


def ids(html: str) -> list[int]:
    """Their ids, in the list's order."""
    return [int(number) for number, _ in NAME.findall(html)]


def tab_count(html: str, label: str) -> str:
    """What a tab says it holds."""
    found = re.search(rf">{label}\s*<em[^>]*>([^<]*)<", html)
    assert found, label
    return found[1]


async def list_of(cast: Cast, member: Member, query: str = "") -> list[str]:
    """The names that a member of the staff reads on the caseload."""
    answer = await (await client_for(cast, member)).get(f"/people?{query}")
    assert answer.status_code == 200
    return names(answer.text)


async def page_of(browser: Browser, path: str) -> str:
    """A page that must be there."""
    answer = await browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


@contextlib.asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """The SQL that runs meanwhile, without savepoints."""
    seen: list[str] = []

    def note(query: Any) -> None:
        if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", query.query):
            seen.append(query.query)

    running = DB.current_transaction.get()
    assert running is not None
    running.connection.add_query_logger(note)
    try:
        yield seen
        await asyncio.sleep(0)  # the last one is noted a turn of the loop later
    finally:
        running.connection.remove_query_logger(note)
