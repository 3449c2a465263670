"""An order in 古城 whose officer is Alice; registered on Monday 2 November 2026."""

from datetime import datetime

import pytest_asyncio

from supervision.alerts.follow import follow
from supervision.days import SHANGHAI
from tests.alerts.makers import Made, make_order
from tests.cast import Cast

REGISTERED = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


@pytest_asyncio.fixture
async def zhao(cast: Cast) -> Made:
    """Registered, with class, officer and phone; his slots are made."""
    made = await make_order(cast.offices["gucheng"], cast.alice.id, REGISTERED)
    await follow([made.order], REGISTERED)
    return made
