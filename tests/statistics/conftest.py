"""The register of the tests: invented people, put there by the pages' own actions at given moments."""

from datetime import datetime

import pytest_asyncio

from supervision.access.viewer import Viewer
from supervision.days import SHANGHAI
from supervision.orders.actions import Ending, end_order
from tests.cast import Cast, Member
from tests.register import OnRegister, on_register, viewer_of


def at(text: str) -> datetime:
    """'2026-10-05 09:00' in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def joins(cast: Cast, when: str, *, officer: Member | None = None, **more) -> OnRegister:
    """Somebody received at a moment, which was written down at once."""
    moment = at(when)
    return await on_register(cast, at=moment, officer=officer, phone=None, **more)


async def ends(cast: Cast, one: OnRegister, when: str, *, kind: str = "revoked", recorded: str | None = None) -> None:
    """The order ends; written down at once, or later."""
    viewer = await viewer_of(cast.dan)
    await end_order(viewer, one.order, Ending(kind, at(when), "裁定书"), at(recorded or when))


@pytest_asyncio.fixture
async def dan(cast: Cast) -> Viewer:
    """The bureau's desk: sees everybody."""
    return await viewer_of(cast.dan)


@pytest_asyncio.fixture
async def bob(cast: Cast) -> Viewer:
    """The head of 古城."""
    return await viewer_of(cast.bob)
