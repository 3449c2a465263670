"""The cast with the rules' parameters and holidays in place."""

import pytest_asyncio

from supervision.settings.terms import seed
from tests.cast import Cast


@pytest_asyncio.fixture(autouse=True)
async def seeded(cast: Cast) -> None:
    """What the ledger needs before it can say what is owed."""
    await seed(cast.now)
