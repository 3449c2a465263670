"""When something breaks: a page with a number, one line in the log without data; the database away: a page that heals."""

import errno
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Request
from litestar.testing import RequestFactory

from supervision.app import create_app
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import DB, close_pool, open_pool
from supervision.failures import database_away
from tests.cast import NOW, PASSWORD, SETTINGS, Cast, client_for, stranger


@pytest.fixture
def away(cast: Cast) -> Iterator[None]:
    """The server is away: nobody has a connection."""
    pool, token = DB.pool, DB.current_transaction.set(None)
    DB.pool = None
    yield
    DB.pool = pool
    DB.current_transaction.reset(token)


async def test_a_dead_database_is_said_on_a_page(cast: Cast, away: None) -> None:
    browser = stranger(cast)
    answer = await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})
    assert answer.status_code == 503 and PASSWORD not in answer.text
    assert "数据库暂时连接不上" in answer.text and "default-src 'self'" in answer.headers["content-security-policy"]


async def test_a_page_that_was_asked_for_tries_again_by_itself(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    pool, token = DB.pool, DB.current_transaction.set(None)
    DB.pool = None
    gone = await browser.get("/account")
    DB.pool = pool
    DB.current_transaction.reset(token)
    assert (gone.status_code, gone.headers["retry-after"]) == (503, "10") and 'http-equiv="refresh"' in gone.text
    assert (await browser.get("/account")).status_code == 200


async def test_the_health_page_says_that_the_database_is_away(cast: Cast, away: None) -> None:
    answer = await stranger(cast).get("/health")
    assert (answer.status_code, answer.text) == (503, "database away\n")


async def test_an_error_of_ours_is_a_page_with_a_number_and_one_line_without_data(
    cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> Any:
        raise KeyError("140191199003070011")

    browser = await client_for(cast, cast.sam)
    monkeypatch.setattr("supervision.access.admin_pages.offices", break_down)
    with caplog.at_level(logging.ERROR):
        answer = await browser.get("/offices")
    assert answer.status_code == 500
    [line] = [entry.getMessage() for entry in caplog.records]
    assert "KeyError" in line and "140191199003070011" not in line
    assert any(word in answer.text for word in line.split())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConnectionRefusedError(), 503),
        (asyncpg.InterfaceError("closed"), 503),
        (asyncpg.AdminShutdownError("bye"), 503),
        (asyncpg.TooManyConnectionsError("sorry"), 503),
        (asyncpg.DiskFullError("no room"), 507),
        (OSError(errno.ENOSPC, "no room"), 507),
        (asyncpg.exceptions._base.DataError("invalid input for query argument"), 500),
        (FileNotFoundError("a template"), 500),
    ],
)
async def test_only_a_database_that_is_away_is_said_to_be_away(cast: Cast, error: Exception, status: int) -> None:
    request: Request[Any, Any, Any] = RequestFactory(app=cast.app).get("/")
    assert database_away(request, error).status_code == status


async def test_a_full_disk_is_said_in_words(cast: Cast) -> None:
    request: Request[Any, Any, Any] = RequestFactory(app=cast.app).get("/")
    asked = database_away(request, asyncpg.DiskFullError("no room"))
    sent = database_away(RequestFactory(app=cast.app).post("/"), asyncpg.DiskFullError("no room"))
    assert (asked.headers["Retry-After"], asked.context["heading"]) == ("10", "磁盘空间已满")
    assert "没有保存" in sent.context["sentence"] and "Retry-After" not in sent.headers


async def test_unknown_paths_and_methods_are_pages_too(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    for path in ("/nothing", "/people/abc", "/people/-1", "/static/nothing.css"):
        answer = await browser.get(path)
        assert answer.status_code == 404 and "没有找到" in answer.text, path
    assert (await browser.put("/account")).status_code == 405


async def test_the_app_starts_while_the_database_is_away_and_heals(database: str, cast: Cast) -> None:
    pool, dsn, token = DB.pool, DB.config["dsn"], DB.current_transaction.set(None)
    DB.pool = None
    settings: Settings = replace(SETTINGS, database_url="postgresql://nobody@127.0.0.1:1/none")
    app = create_app(settings, FixedClock(NOW))
    try:
        async with app.lifespan():
            browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
            assert (await browser.get("/health")).status_code == 503
            assert (await browser.get("/sign-in")).status_code == 200
            await open_pool(database, size=2)
            assert (await browser.get("/health")).status_code == 200
    finally:
        await close_pool()
        DB.pool, DB.config["dsn"] = pool, dsn
        DB.current_transaction.reset(token)


async def test_a_server_that_is_being_started_anew_is_away_though_its_socket_is_a_missing_file(
    cast: Cast, tmp_path: Path
) -> None:
    browser = await client_for(cast, cast.alice)
    pool, token = DB.pool, DB.current_transaction.set(None)
    DB.pool = asyncpg.create_pool(f"postgresql://nobody@/none?host={tmp_path}", min_size=0, max_size=1)
    try:
        await DB.pool
        answer = await browser.get("/account")
    finally:
        DB.pool = pool
        DB.current_transaction.reset(token)
    assert answer.status_code == 503 and "数据库暂时连接不上" in answer.text
