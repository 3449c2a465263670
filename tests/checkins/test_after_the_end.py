"""What happened before an order's end and was not put down: the bureau still puts it down, nobody else, and nothing later."""

from datetime import datetime, timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.days import SHANGHAI
from supervision.db import fetch_value, insert
from tests.cast import NOW, Cast, Member, client_for
from tests.register import OnRegister, on_register

REGISTERED = NOW - timedelta(days=23)  # Monday 2 November: the calls of the 9th and the 16th are lapsed by now
ENDED = NOW - timedelta(hours=1)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


async def ended(cast: Cast) -> OnRegister:
    one = await on_register(cast, at=REGISTERED)
    await watch(NOW)
    dan = await client_for(cast, cast.dan)
    sent = {"kind": "deceased", "happened_at": local(ENDED), "reason": "死亡证明"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 303
    return one


async def reports(cast: Cast, member: Member, one: OnRegister, moment: object) -> int:
    browser = await client_for(cast, member)
    sent = {"mode": "phone", "happened_at": local(moment)}
    return int((await browser.post(f"/people/{one.person}/reports", data=sent)).status_code)


async def test_a_call_that_was_made_in_time_ends_the_lapse_that_outlived_the_order(cast: Cast) -> None:
    one = await ended(cast)
    slot = "SELECT {} FROM duty WHERE subject_id = $1 AND variant = 'phone' AND period = '2026-11-16'"
    alert = f"SELECT outcome FROM alert WHERE duty = ({slot.format('id')})"
    assert await fetch_value(slot.format("state"), one.order) == "open"
    assert await fetch_value(alert, one.order) is None
    assert await reports(cast, cast.dan, one, NOW.replace(day=16, hour=10)) == 303
    assert await fetch_value(slot.format("state"), one.order) == "met"
    assert await fetch_value(alert, one.order) == "no_lapse"


@pytest.mark.parametrize(("minutes", "status"), [(-1, 303), (0, 422), (1, 422)])
async def test_only_what_happened_before_the_end_is_put_down(cast: Cast, minutes: int, status: int) -> None:
    one = await ended(cast)
    assert await reports(cast, cast.dan, one, ENDED + timedelta(minutes=minutes)) == status
    assert await fetch_value("SELECT count(*) FROM report") == (status == 303)


async def test_a_no_show_is_put_down_as_any_other_fact(cast: Cast) -> None:
    one = await ended(cast)
    row = {"order_id": one.order, "kind": "office", "recorded_at": REGISTERED}
    before = await insert("appointment", row | {"at": ENDED - timedelta(days=1)})
    after = await insert("appointment", row | {"at": ENDED + timedelta(minutes=1)})
    for member, appointment, status in ((cast.alice, before, 422), (cast.dan, after, 422), (cast.dan, before, 303)):
        path = f"/people/{one.person}/appointments/{appointment}/no-show"
        answer = await (await client_for(cast, member)).post(path, data={"content": "没有来"})
        assert answer.status_code == status, (member, answer.text)


async def test_a_visit_and_a_check_before_the_end_are_put_down_too(cast: Cast) -> None:
    one = await ended(cast)
    dan = await client_for(cast, cast.dan)
    sent = {"happened_at": local(ENDED - timedelta(days=2)), "met": "person", "channel": "call", "result": "ok"}
    assert "只能补录结束以前" in (await dan.get(f"/people/{one.person}")).text
    for act in ("visits", "checks"):
        assert (await dan.post(f"/people/{one.person}/{act}", data=sent)).status_code == 303


async def test_an_officer_puts_nothing_down_after_the_end(cast: Cast) -> None:
    one = await ended(cast)
    assert await reports(cast, cast.alice, one, ENDED - timedelta(days=1)) == 404
    assert "只能补录结束以前" not in (await (await client_for(cast, cast.alice)).get(f"/people/{one.person}")).text
    assert await fetch_value("SELECT count(*) FROM report") == 0
