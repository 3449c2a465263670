"""Sign-ins at the same moment, each on a connection of its own: a code counts once, and an address has its tries once."""

import asyncio
import threading
from collections.abc import Awaitable, Iterator

import pytest
from argon2 import PasswordHasher

from supervision.access.actions import change_password, sign_in
from supervision.access.origin import MOST, Origin, claim_attempt
from supervision.access.passwords import use_hasher
from supervision.access.second_factor import FAILURES, SECRET, enrol, new_offer, prove
from supervision.access.sessions import start_session
from supervision.access.totp import code_at, new_secret, step_at
from supervision.db import fetch_row, fetch_value, insert
from supervision.errors import Refusal
from supervision.sealed import open_sealed, seal
from tests.cast import CHEAP, NOW, PASSWORD, SETTINGS, Cast, assemble
from tests.register import viewer_of

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


class _Slow(PasswordHasher):
    """A hasher whose first look at a password waits, as a busy machine's would."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.looking, self.go_on = threading.Event(), threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        if not self.looking.is_set():
            self.looking.set()
            assert self.go_on.wait(30)
        return super().verify(hash, password)


@pytest.fixture
def slow() -> Iterator[_Slow]:
    made = _Slow()
    use_hasher(made)
    yield made
    use_hasher(CHEAP)


async def test_a_password_that_is_changed_while_it_is_looked_at_signs_nobody_in(committing: str, slow: _Slow) -> None:
    cast = await assemble()
    entering = asyncio.create_task(sign_in("alice", PASSWORD, origin=Origin("", ""), settings=SETTINGS, now=NOW))
    assert await asyncio.to_thread(slow.looking.wait, 30)
    alice = await viewer_of(cast.alice)
    await change_password(alice, PASSWORD, "another long one", origin=Origin("", ""), now=NOW)
    slow.go_on.set()
    with pytest.raises(Refusal):
        await entering
    assert await fetch_value("SELECT count(*) FROM staff_session WHERE ended_at IS NULL") == 1


async def test_a_session_that_was_ended_meanwhile_puts_no_telephone_in_force(committing: str) -> None:
    cast = await assemble()
    await start_session(cast.alice.id, "", NOW, step="enrol")
    alice = await viewer_of(cast.alice, session=await fetch_value("SELECT max(id) FROM staff_session"))
    mine, other = new_offer(alice, NOW), new_offer(alice, NOW)
    await start_session(cast.alice.id, "", NOW, step="enrol")
    later = await viewer_of(cast.alice, session=await fetch_value("SELECT max(id) FROM staff_session"))
    await enrol(later, mine, code_at(mine.secret, step_at(NOW)), NOW)
    with pytest.raises(Refusal, match="已经结束"):
        await enrol(alice, other, code_at(other.secret, step_at(NOW)), NOW)
    running = await fetch_row("SELECT secret_sealed FROM second_factor WHERE ended_at IS NULL")
    assert running and open_sealed(running["secret_sealed"], SECRET) == mine.secret
