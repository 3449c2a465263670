"""The small district, filled once, and browsers that ask the app itself for its pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from supervision import sealed
from supervision.access.sessions import COOKIE
from supervision.app import create_app
from supervision.clock import FixedClock
from supervision.web import LANGUAGE_COOKIE
from tests.browser.place import own_database, pool_on, settle
from tests.cast import NOW, SETTINGS
from tests.language.seen import kept_texts


@dataclass(frozen=True)
class Reader:
    """Whoever reads the district's pages; `kept`: what its records say in Chinese."""

    ids: dict[str, object]
    tokens: dict[str, str]
    kept: list[str]
    app: object

    async def read(self, path: str, login: str | None, language: str) -> httpx.Response:
        """The page as this member of the staff is answered, in a language."""
        cookies = {LANGUAGE_COOKIE: language} | ({COOKIE: self.tokens[login]} if login else {})
        transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies) as client:
            return await client.get(path.format_map(self.ids))


@pytest_asyncio.fixture(scope="module")
async def reader(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Reader]:
    """The district on a database of its own, for all pages."""
    async with own_database(server, tmp_path_factory) as database:
        district, tokens = await settle(database.dsn)
        async with pool_on(database.dsn):
            kept = [*await kept_texts(), SETTINGS.bureau]
            yield Reader({"code": "in_order", **district.ids}, tokens, kept, create_app(SETTINGS, FixedClock(NOW)))
