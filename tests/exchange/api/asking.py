"""Another system at the test app: a client with a token of a member of the cast."""

from collections.abc import Sequence
from itertools import count

import httpx

from supervision.access.sessions import hash_of
from supervision.access.tokens import OFFERED
from supervision.db import insert
from tests.cast import NOW, Browser, Cast, Member

_serial = count(1)
YEAR_ON = NOW.replace(year=NOW.year + 1)


async def token_of(member: Member, *, permissions: Sequence[str] = OFFERED, office: int | None = None) -> str:
    """A token in this member's name, also where the command would refuse to make it."""
    name = f"system {next(_serial)}"
    row = {"name": name, "token_hash": hash_of(name), "staff": member.id, "office": office, "created_at": NOW}
    await insert("api_token", row | {"permissions": list(permissions), "expires_at": YEAR_ON})
    return name


def with_token(cast: Cast, token: str) -> Browser:
    """A client that sends this token, and no cookie."""
    return Browser(
        transport=httpx.ASGITransport(cast.app), base_url="http://test", headers={"Authorization": f"Bearer {token}"}
    )


async def system_of(cast: Cast, member: Member) -> Browser:
    """A system that may all that the API offers and the member may."""
    return with_token(cast, await token_of(member))
