"""Clocks that came with a later release count from the day on which a register takes it up, and from the beginning in a new one."""

from datetime import timedelta

from supervision.days import local_day, start_of
from supervision.db import execute
from supervision.settings.terms import TAKEN_UP, load_terms, seed
from tests.cast import NOW, Cast
from tests.register import on_register

(COUNTED,) = TAKEN_UP
TODAY = start_of(local_day(NOW))
MOMENTS = (TODAY - timedelta(days=400), TODAY - timedelta(seconds=1), TODAY, NOW)


async def counted() -> list[bool]:
    await execute("DELETE FROM parameter WHERE key = $1", COUNTED)
    await seed(NOW)
    parameters = (await load_terms(NOW, NOW)).parameters
    return [parameters.at(COUNTED, moment) for moment in MOMENTS]


async def test_a_new_register_counts_from_the_beginning(db: None) -> None:
    assert await counted() == [True, True, True, True]


async def test_a_register_in_use_counts_from_the_day_and_a_later_start_changes_nothing(cast: Cast) -> None:
    await on_register(cast)
    assert await counted() == [False, False, True, True]
    await seed(NOW + timedelta(days=9))
    parameters = (await load_terms(NOW, NOW)).parameters
    assert [parameters.at(COUNTED, moment) for moment in MOMENTS] == [False, False, True, True]
