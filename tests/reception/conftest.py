"""The cast, in an office that counts the steps of reception."""

import pytest_asyncio

from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble
from tests.reception.makers import count_from_the_beginning


@pytest_asyncio.fixture
async def cast(db: None) -> Cast:
    await seed(NOW)
    await count_from_the_beginning()
    return await assemble()
