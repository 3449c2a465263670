"""The anchor of the pages, a process of its own: routes that read the same rows and render the same HTML, and nothing more.

Each page is asked for once from the real app: which statement reads most, and what the template is rendered with.
Then a bare route repeats these two, without sign-in, scope, audit, counts and whatever else our page does.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import jinja2
import uvicorn
from litestar import Litestar, get
from litestar.enums import MediaType
from litestar.params import FromPath

from supervision.access.sessions import COOKIE
from supervision.app import COMPRESSION, create_app
from supervision.audit.record import NOTED
from supervision.bench.frame import listening
from supervision.clock import Clock
from supervision.config import load_settings
from supervision.db import close_pool, fetch, open_pool
from supervision.house import take_key


@dataclass
class Shown:
    """One page as it was shown: its template, what that was rendered with, and the statement that read most."""

    template: Any = None
    context: dict[str, Any] | None = None
    query: str = ""
    args: Sequence[Any] = ()
    rows: int = 0
    values: int = -1
    statements: int = 0
    slowest: float = 0


_shown: list[Shown] = []


class Recording(jinja2.Template):
    """Notes what the page was rendered with."""

    def render(self, *args: Any, **context: Any) -> str:
        """As the template itself."""
        _shown[-1].template, _shown[-1].context = self, context
        return super().render(*args, **context)


@get("/{number:int}", media_type=MediaType.HTML)
async def bare(number: FromPath[int]) -> str:
    """Read the rows, render the page."""
    one = _shown[number]
    await fetch(one.query, *one.args)
    return str(jinja2.Template.render(one.template, **(one.context or {})))


async def _look(app: Litestar, token: str, path: str) -> Shown:
    """Ask for a page twice, and note what it did the second time, as one of many."""
    for _ in range(2):
        one = Shown()
        _shown.append(one)
        heard = await statements_of(app, token, path)
        _shown.pop()
    await _note(one, heard)
    return one


async def statements_of(app: Litestar, token: str, path: str) -> Sequence[Any]:
    """What the database was asked for a page, with how long each took. Raises HTTPStatusError where it isn't shown."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client, listening() as heard:
        answer = await client.get(path, headers={"Cookie": f"{COOKIE}={token}"})
        answer.raise_for_status()
    return heard


async def _note(one: Shown, heard: Sequence[Any]) -> None:
    one.statements = len(heard)
    one.slowest = max(query.elapsed for query in heard)
    for text, given in map(_read_alone, heard):
        if text.split(maxsplit=1)[0].upper() in ("SELECT", "WITH", "(SELECT"):
            rows = list(_rows_of(await fetch(text, *given)))
            values = sum(len(row) for row in rows)
            if values > one.values:
                one.query, one.args, one.rows, one.values = text, given, len(rows), values


def _rows_of(found: Sequence[Any]) -> Iterator[Any]:
    """The rows that were read; a row that only holds lists of rows stands for these."""
    for row in found:
        if all(isinstance(value, list) for value in row):
            yield from (inner for value in row for inner in value)
        else:
            yield row


def _read_alone(asked: Any) -> tuple[str, Sequence[Any]]:
    """What a statement reads: an audit row that it writes beside is ours alone."""
    if not asked.query.startswith(NOTED):
        return asked.query, asked.args
    noted, _, text = asked.query.partition("\n")
    columns = noted.partition(" VALUES ")[2].count("$")
    return text, asked.args[:-columns]


async def _look_at_all(pages: Sequence[Sequence[str]]) -> None:
    """Print what the pages do, a list for the parent."""
    settings = load_settings()
    take_key(settings)
    app = create_app(settings, Clock(settings.now))
    engine: Any = app.template_engine
    engine.engine.template_class = Recording
    await open_pool(settings.database_url or "")
    looked = [await _look(app, token, path) for path, token in pages]
    await close_pool()
    _shown[:] = looked
    print(json.dumps([{"rows": o.rows, "statements": o.statements, "slowest_ms": o.slowest * 1000} for o in looked]))


async def _open() -> None:
    await open_pool(load_settings().database_url or "")


def main() -> None:
    """The port, then the pages as JSON: [[path, token], …]."""
    asyncio.run(_look_at_all(json.loads(sys.argv[2])))
    sys.stdout.flush()
    app = Litestar(
        [bare],
        on_startup=[_open],
        on_shutdown=[close_pool],
        openapi_config=None,
        logging_config=None,
        compression_config=COMPRESSION,
    )
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
