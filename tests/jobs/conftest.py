"""The cast with the rules' terms seeded."""

import pytest_asyncio

from supervision.ledger import connect_sources
from supervision.settings.terms import seed
from tests.cast import NOW, Cast


@pytest_asyncio.fixture
async def town(cast: Cast) -> Cast:
    """The cast of an installation whose ledger works."""
    connect_sources()
    await seed(NOW)
    return cast
