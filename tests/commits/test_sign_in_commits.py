"""Sign-ins at the same moment, each on a connection of its own: a code counts once, and an address has its tries once."""

import asyncio
from collections.abc import Awaitable

import pytest

from supervision.access.origin import MOST, Origin, claim_attempt
from supervision.access.second_factor import FAILURES, SECRET, prove
from supervision.access.totp import code_at, new_secret, step_at
from supervision.db import fetch_value, insert
from supervision.errors import Refusal
from supervision.sealed import seal
from tests.cast import NOW, Cast, assemble

pytestmark = pytest.mark.commits


async def _passed(tries: list[Awaitable[object]]) -> int:
    """How many of these were not refused; anything else that goes wrong rises."""
    answers = await asyncio.gather(*tries, return_exceptions=True)
    for one in answers:
        if isinstance(one, BaseException) and not isinstance(one, Refusal):
            raise one
    return sum(not isinstance(one, Refusal) for one in answers)


async def _factor(cast: Cast) -> str:
    secret = new_secret()
    row = {"staff": cast.alice.id, "secret_sealed": seal(secret, SECRET), "last_step": 0, "created_at": NOW}
    await insert("second_factor", row)
    return secret


async def test_a_code_given_by_four_browsers_at_once_signs_one_of_them_in(committing: str) -> None:
    cast = await assemble()
    code = code_at(await _factor(cast), step_at(NOW))
    assert await _passed([prove(cast.alice, code, NOW) for _ in range(FAILURES - 1)]) == 1


async def test_thirty_wrong_codes_at_once_are_five_tries(committing: str) -> None:
    cast = await assemble()
    secret = await _factor(cast)
    assert await _passed([prove(cast.alice, "000000", NOW) for _ in range(30)]) == 0
    assert await fetch_value("SELECT locked_until > $1 AND failed_count = 0 FROM second_factor", NOW)
    with pytest.raises(Refusal):
        await prove(cast.alice, code_at(secret, step_at(NOW)), NOW)


async def test_forty_sign_ins_of_one_address_at_once_are_twenty_tries(committing: str) -> None:
    origin = Origin("", "203.0.113.7")
    assert await _passed([claim_attempt(origin, NOW) for _ in range(2 * MOST)]) == MOST
