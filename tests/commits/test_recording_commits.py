"""Two clicks, two officers, two pages at the same moment: what is recorded once is once, on really committing connections."""

import asyncio
from datetime import datetime, timedelta

import pytest

from supervision.checkins.actions import record_checkin, report
from supervision.checkins.calls import Call, record_calls
from supervision.db import fetch, fetch_value
from supervision.errors import Refusal
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble, client_for
from tests.orders.test_intake import sent
from tests.register import OnRegister, on_register, viewer_of

pytestmark = pytest.mark.commits
AT_ONCE = 6


async def enrolled() -> tuple[Cast, list[OnRegister]]:
    await seed(NOW)
    cast = await assemble()
    return cast, [await on_register(cast, at=NOW - timedelta(days=4), name=name) for name in ("王一", "王二", "王三")]


def saved(results: list[object]) -> int:
    """How many went through; the others were refused with a sentence."""
    assert all(isinstance(result, Refusal) for result in results if isinstance(result, BaseException)), results
    return sum(not isinstance(result, BaseException) for result in results)


async def test_the_same_report_at_the_same_moment_is_recorded_once(committing: str) -> None:
    cast, (one, *_) = await enrolled()
    alice = await viewer_of(cast.alice)
    new = report("phone", NOW - timedelta(minutes=10))
    acts = [record_checkin(alice, one.order, new, NOW) for _ in range(AT_ONCE)]
    assert saved(await asyncio.gather(*acts, return_exceptions=True)) == 1
    assert await fetch_value("SELECT count(*) FROM report") == 1
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'record_report'") == 1


async def test_two_pages_of_the_same_calls_in_other_orders_dont_lock_each_other_out(committing: str) -> None:
    cast, people = await enrolled()
    alice = await viewer_of(cast.alice)
    calls = [Call(one.order, "answered", NOW - timedelta(minutes=5)) for one in people]
    pages = [record_calls(alice, calls if n % 2 else calls[::-1], NOW) for n in range(AT_ONCE)]
    assert saved(await asyncio.gather(*pages, return_exceptions=True)) == 1
    assert await fetch_value("SELECT count(*) FROM report") == len(people)


async def test_a_person_taken_in_twice_at_once_is_one_person_with_one_order(committing: str) -> None:
    cast, _ = await enrolled()
    alice = await client_for(cast, cast.alice)
    form = sent(cast, start_on="2026-11-20")
    answers = await asyncio.gather(*(alice.post("/people/new", data=form) for _ in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * (AT_ONCE - 1)
    assert await fetch_value("SELECT count(*) FROM person WHERE name = '尉迟敏'") == 1


async def test_a_refused_page_of_calls_leaves_nothing_behind(committing: str) -> None:
    cast, people = await enrolled()
    alice = await viewer_of(cast.alice)
    at = datetime(2026, 11, 25, 8, 30, tzinfo=NOW.tzinfo)
    await record_calls(alice, [Call(people[2].order, "answered", at)], NOW)
    before = await counts()
    with pytest.raises(Refusal, match="王三"):
        await record_calls(alice, [Call(one.order, "answered", at) for one in people], NOW)
    assert await counts() == before


async def counts() -> list[tuple[str, int]]:
    tables = ("report", "info_check", "audit_row", "duty_event", "alert_event")
    rows = await fetch(" UNION ALL ".join(f"SELECT '{table}' AS t, count(*) AS n FROM {table}" for table in tables))
    return [(row["t"], row["n"]) for row in rows]
