"""Many periods of correction of the past at once: counted like any others, on no list that is still to be worked off."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from supervision.alerts.watch import watch
from supervision.days import SHANGHAI, add_months, start_of
from supervision.db import fetch, fetch_value, tx
from supervision.duties.reconcile import reconcile
from supervision.orders.actions import Ending
from supervision.orders.intake import NewOrder
from supervision.orders.past import PastOrder, record_past
from supervision.people.actions import Assignment, NewPerson
from supervision.resettlement.actions import Taken
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.past import PastHelp
from supervision.resettlement.past import record_past as record_help
from supervision.rollcall.take import roll_call
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of
from tests.cast import NOW, Cast, client_for
from tests.register import identity_number


def past(cast: Cast, serial: int, registered: date, *, months: int = 12, kind: str = "released") -> PastOrder:
    """Somebody of Alice's whose term began two days before they were registered."""
    born = date(1980, 1, 1)
    start_on = registered - timedelta(days=2)
    end_on = add_months(start_on, months) - timedelta(days=1)
    return PastOrder(
        person=NewPerson(f"旧人{serial}", "male", born, identity_number(born, serial)),
        order=NewOrder("", "probation", "盗窃罪", start_on, start_on, end_on, at(registered, 10)),
        assignment=Assignment(cast.alice.office, cast.alice.id, ""),
        level="normal",
        ending=Ending(kind, at(end_on, 11), "期满解除", "本人户籍和居住地均在外地"),
    )


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


async def test_what_ended_owes_nothing_and_is_on_nobodys_list(cast: Cast) -> None:
    entries = [past(cast, n, add_months(date(2020, 1, 15), 5 * n)) for n in range(12)]
    ids = await record_past([*entries, past(cast, 20, date(2021, 3, 1), kind="revoked")], NOW, by=cast.dan.id)
    assert await fetch_value("SELECT count(*) FROM duty WHERE state <> 'met'") == 0
    assert await fetch_value("SELECT count(*) FROM duty WHERE rule = 'TE-03' AND state = 'met'") == 12
    assert await fetch_value("SELECT count(*) FROM alert") == 0
    assert await fetch_value("SELECT count(*) FROM finding WHERE state = 'open'") == 0
    assert (await reconcile(NOW)).repaired == 0
    numbers = await fetch("SELECT number FROM orders WHERE id = ANY($1) ORDER BY id", ids)
    assert [row["number"] for row in numbers][:4] == ["SJ2020-0001", "SJ2020-0002", "SJ2020-0003", "SJ2021-0001"]


async def test_the_register_equation_holds_for_every_month(cast: Cast) -> None:
    entries = [past(cast, n, add_months(date(2020, 1, 15), 4 * n), months=3 + n) for n in range(12)]
    await record_past(entries, NOW, by=cast.dan.id)
    months = [month_of(add_months(date(2020, 1, 1), n)) for n in range(82)]
    totals = [(await monthly_table(None, month, NOW)).total for month in months]
    assert sum(one["received"] for one in totals) == 12 == sum(one["released"] for one in totals)
    assert all(later["before"] == earlier["after"] for earlier, later in pairwise(totals))


async def test_the_roll_call_closes_and_the_next_day_nobody_of_them_is_called(cast: Cast) -> None:
    await record_past([past(cast, n, date(2023, 1, 9)) for n in range(3)], NOW, by=cast.dan.id)
    today = await roll_call(NOW, live=True)
    assert today.closes and today.counts["ended_today"] == today.total == 3
    assert (await roll_call(start_of(date(2026, 11, 26)), live=True)).total == 0


async def test_who_was_released_is_helped_on_from_that_moment(cast: Cast) -> None:
    one = past(cast, 1, date(2023, 1, 9))
    one = replace(one, ending=replace(one.ending, not_helped=""))
    async with tx():
        [order] = await record_past([one], NOW, by=cast.dan.id)
        person = await fetch_value("SELECT person FROM orders WHERE id = $1", order)
        came = (Taken("came", one.ending.happened_at),)
        papers = NewAssistance("correction", "general", one.order.end_on)
        help = PastHelp(person, papers, cast.alice.office, cast.alice.id, NOW, came, order=order)
        await record_help([help], NOW, by=cast.dan.id)
    taken = await roll_call(NOW, live=True)
    assert taken.closes and not taken.strays


async def test_its_file_is_shown_and_its_end_can_be_taken_back(cast: Cast) -> None:
    [order] = await record_past([past(cast, 1, date(2023, 1, 9))], NOW, by=cast.dan.id)
    person = await fetch_value("SELECT person FROM orders WHERE id = $1", order)
    end = await fetch_value("SELECT id FROM order_end WHERE order_id = $1", order)
    dan = await client_for(cast, cast.dan)
    assert "SJ2023-0001" in (await dan.get(f"/people/{person}")).text
    answer = await dan.post(f"/people/{person}/end/{end}/withdrawal", data={"reason": "登记错误"})
    assert answer.status_code == 303
    await watch(NOW)
    taken = await roll_call(NOW, live=True)
    assert taken.closes and taken.counts["past_end"] == 1
    assert await fetch_value("SELECT kind FROM alert WHERE closed_at IS NULL") == "no_future_duty"


@pytest.mark.parametrize("wrong", ["early", "today", "unregistered"])
async def test_what_is_not_of_the_past_is_refused(cast: Cast, wrong: str) -> None:
    one = past(cast, 1, date(2023, 1, 9))
    if wrong == "early":
        one = replace(one, ending=replace(one.ending, happened_at=at(one.order.end_on - timedelta(days=1), 23)))
    elif wrong == "today":
        one = replace(one, ending=replace(one.ending, happened_at=NOW - timedelta(hours=1)))
    else:
        one = replace(one, order=replace(one.order, registered_at=None))
    with pytest.raises(ValueError):
        await record_past([one], NOW, by=cast.dan.id)
