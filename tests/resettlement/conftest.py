"""The cast with the defaults seeded."""

import pytest_asyncio

from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble


@pytest_asyncio.fixture
async def cast(db: None) -> Cast:
    await seed(NOW)
    return await assemble()
