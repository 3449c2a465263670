"""The API answers whatever is sent to it as its OpenAPI file says (tests/api_fuzz.py)."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from supervision import sealed
from supervision.exchange.api.document import document
from tests.api_fuzz import CASES, FEW, fuzz
from tests.browser.place import own_database, pool_on, settle
from tests.browser.site import serving
from tests.cast import Member
from tests.exchange.api.asking import token_of
from tests.routes import API_LINES
from tests.test_matrix import bare


@pytest_asyncio.fixture
async def system(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str]]:
    """A real server on the small district, and the bureau's token."""
    async with own_database(server, tmp_path_factory) as database:
        district, _ = await settle(database.dsn)
        dan: Member = district.cast.dan
        async with pool_on(database.dsn):
            token = await token_of(dan)
        async with serving(database.environment, database.folder / "serve.log") as address:
            yield address, token


def test_every_answer_is_documented_and_none_is_a_fault_of_ours(system: tuple[str, str], record_property) -> None:
    answers = fuzz(*system, cases=int(os.environ.get(CASES, FEW)))
    sent = sum(sum(counted.values()) for counted in answers.values())
    record_property("said", f"API: {sent} requests, no 5xx, no undocumented answer")
    for route, counted in answers.items():
        record_property(
            "said", f"  {route}: {', '.join(f'{many} × {status}' for status, many in sorted(counted.items()))}"
        )
    # Each route also did what it is there for: a right request was among the made-up ones.
    assert sent >= 200 and {route for route, counted in answers.items() if not set(counted) & {200, 201}} == set()
    file = httpx.get(f"{system[0]}/schema/openapi.json")
    assert (file.status_code, file.json()) == (200, document())


def test_the_file_names_every_route_and_no_other() -> None:
    named = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert named == {(line.method, bare(line.path)) for line in API_LINES}
