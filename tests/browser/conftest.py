"""A small district on a really committing database, a real server on it, and a real browser at that."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from supervision import sealed
from tests.browser.place import Place, own_database, settle
from tests.browser.site import Site, serving
from tests.browser_tools import chromium


@pytest_asyncio.fixture(scope="session")
async def place(server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The district and its server, once a run."""
    async with own_database(server, tmp_path_factory) as database:
        district, tokens = await settle(database.dsn)
        async with serving(database.environment, database.folder / "serve.log") as address:
            yield Place(address, district, tokens, database.dsn)


@pytest_asyncio.fixture
async def site(place: Place) -> AsyncIterator[Site]:
    """A browser at the server; the test fails on any trouble in any of its tabs."""
    async with chromium() as browser:
        site = Site(place.address, browser, place.tokens)
        yield site
        troubles = await site.close_tabs()
    assert troubles == []
