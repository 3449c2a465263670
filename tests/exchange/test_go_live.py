"""An old register goes live: no flood, no text, no alert for the past; debts are listed, running clocks run on."""

from argparse import Namespace
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.alerts.watch import watch
from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import fetch, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import horizon
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.command import go_live as go_live_command
from supervision.exchange.go_live import go_live, past_alerts
from supervision.exchange.intake import Options
from supervision.house import House
from supervision.messages.reminders import remind
from tests.cast import SETTINGS, Cast
from tests.exchange.made import number_of
from tests.exchange.taken import another, dan, order_of, person, sheet, taken

COLUMNS = ("姓名", "身份证号", "人员编号", "矫正类别", "矫正开始日期", "矫正结束日期", "司法所")
PEOPLE = 1100
IN_TIME, ON_THE_LAST_DAY, PAST_END = 11, 7, 5
"""Of the 1,100: whose first report is still in time, whose term ends today, whose term is over."""


def old_register(today: date) -> list[list[Any]]:
    """Names, numbers, kinds, terms and offices; all that shows the work is empty."""
    rows = []
    for at in range(PEOPLE):
        start, end = today - timedelta(days=40 + at % 600), today + timedelta(days=1 + at % 700)
        if at < IN_TIME:
            start = today - timedelta(days=at)
        elif at < IN_TIME + ON_THE_LAST_DAY:
            end = today
        elif at < IN_TIME + ON_THE_LAST_DAY + PAST_END:
            end = today - timedelta(days=1 + at)
        identity = number_of(date(1970 + at // 500, 3, 7), at % 500 * 2)
        office = ("古城司法所", "汇丰司法所")[at % 2]
        rows.append([f"某{at}", identity, f"OLD{at:05d}", "缓刑", start.isoformat(), end.isoformat(), office])
    return rows


async def counts(sql: str, *args: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in await fetch(sql, *args)}


async def test_eleven_hundred_people_whose_work_columns_are_empty_go_live_without_a_flood(cast: Cast) -> None:
    today = local_day(cast.now)
    imported = await import_sheet(await dan(cast), sheet(*old_register(today), heading=COLUMNS), Options(), cast.clock)
    assert imported.counts == Counter(added=PEOPLE)
    gone = await go_live(await dan(cast), today, cast.now)
    orders = [row["id"] for row in await fetch("SELECT id FROM orders")]
    registered = PEOPLE - IN_TIME

    assert (gone.orders, gone.people, gone.texts, gone.past_alerts, gone.remainder) == (PEOPLE, PEOPLE, 0, 0, 0)
    assert gone.debts == {"officer": PEOPLE, "phone": PEOPLE, "class": registered}
    assert gone.clocks == {
        "RE-06": {"running": IN_TIME, "past": 0},
        "TE-03": {"running": gone.clocks["TE-03"]["running"], "past": PAST_END},
    }
    ends = await fetch_value(
        "SELECT count(*) FROM orders WHERE registered_at IS NOT NULL AND end_on BETWEEN $1 AND $2",
        today,
        local_day(horizon(cast.now)),
    )
    assert gone.clocks["TE-03"]["running"] == ends

    for minutes in range(0, 60, 10):
        await watch(cast.now + timedelta(minutes=minutes))
        await remind(cast.now + timedelta(minutes=minutes))
    raised = await counts("SELECT kind, count(*) FROM alert GROUP BY kind")
    assert raised == {"TE-03": PAST_END}
    assert await past_alerts(orders, today) == 0
    assert await fetch_value("SELECT count(*) FROM message") == 0
    early = await fetch_value(
        "SELECT count(*) FROM duty WHERE limit_at <= $1 AND rule NOT IN ('RE-06', 'TE-03')", start_of(today)
    )
    assert early == 0
    assert (await reconcile(cast.now + timedelta(hours=1))).repaired == 0


@pytest.mark.parametrize("days", [0, 1, 9, 10])
async def test_the_clock_of_a_first_report_that_is_still_in_time_runs_to_its_legal_limit(cast: Cast, days: int) -> None:
    start = local_day(cast.now) - timedelta(days=days)
    await taken(cast, person(矫正开始日期=start.isoformat(), 接收日期="", 当前状态=""))
    await go_live(None, local_day(cast.now), cast.now)
    limit_at = await fetch_value("SELECT limit_at FROM duty WHERE rule = 'RE-06' AND state = 'open'")
    assert limit_at == end_of(add_days(start, 10))
    await watch(limit_at - timedelta(seconds=1))
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'RE-06'") == 0
    await watch(limit_at)
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'RE-06'") == 1


@pytest.mark.parametrize(("late", "alarms"), [(0, 0), (1, 1)])
async def test_a_term_that_is_over_alarms_and_one_that_ends_today_does_not_yet(
    cast: Cast, late: int, alarms: int
) -> None:
    end = local_day(cast.now) - timedelta(days=late)
    await taken(cast, person(矫正结束日期=end.isoformat()))
    await go_live(None, local_day(cast.now), cast.now)
    await watch(cast.now)
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'TE-03'") == alarms


async def test_a_first_day_to_come_moves_the_ledger_and_takes_back_what_lies_before(cast: Cast) -> None:
    new = another(128, 矫正开始日期="2026-12-20", 接收日期="", 当前状态="待报到")
    await taken(cast, person(接收日期="2026-11-23", 矫正开始日期="2026-11-20"), new)
    day = local_day(cast.now) + timedelta(days=10)
    assert await fetch_value("SELECT count(*) FROM duty WHERE limit_at <= $1 AND state = 'open'", start_of(day)) > 0
    cast.clock.at += timedelta(hours=1)
    await go_live(None, day, cast.now)
    assert await fetch_value("SELECT count(*) FROM duty WHERE limit_at <= $1 AND state = 'open'", start_of(day)) == 0
    assert ((await order_of())["ledger_from"], (await order_of("SQ0128"))["ledger_from"]) == (day, date(2026, 12, 20))
    later = await taken(cast, another(129))
    assert later.counts["added"] == 1
    assert (await order_of("SQ0129"))["ledger_from"] == day


async def test_going_live_again_touches_nobody_who_is_live(cast: Cast) -> None:
    await taken(cast, person())
    await go_live(None, local_day(cast.now), cast.now)
    cast.clock.at += timedelta(days=2)
    with pytest.raises(Refusal, match="没有等待上线"):
        await go_live(None, local_day(cast.now), cast.now)
    await taken(cast, another(128))
    assert (await go_live(None, local_day(cast.now), cast.now)).orders == 1
    assert (await order_of())["ledger_from"] == date(2026, 11, 25)


async def test_going_live_again_takes_back_no_ledger_that_was_kept_since(cast: Cast) -> None:
    await taken(cast, person())
    await go_live(None, local_day(cast.now), cast.now)
    cast.clock.at += timedelta(days=2)
    await taken(cast, another(128))
    cast.clock.at += timedelta(days=10)
    kept = "SELECT id, state, limit_at FROM duty WHERE subject_id = $1 ORDER BY id"
    one = await order_of("SQ0128")
    before = await fetch(kept, one["id"])
    with pytest.raises(Refusal, match="没有等待上线"):
        await go_live(None, local_day(cast.now), cast.now)
    await taken(cast, another(129))
    day = add_days(local_day(cast.now), 5)
    assert (await go_live(None, day, cast.now)).orders == 1
    assert (await order_of("SQ0129"))["ledger_from"] == day
    assert (await order_of("SQ0128"))["ledger_from"] == date(2026, 11, 27)
    assert await fetch(kept, one["id"]) == before
    lives = await fetch("SELECT detail ->> 'live_from' FROM import_run ORDER BY id")
    assert [row[0] for row in lives] == ["2026-11-25", "2026-11-27", day.isoformat()]


@pytest.mark.parametrize("days", [-1, 367])
async def test_a_day_that_is_past_or_far_is_refused(cast: Cast, days: int) -> None:
    await taken(cast, person())
    with pytest.raises(Refusal, match="上线日期"):
        await go_live(None, local_day(cast.now) + timedelta(days=days), cast.now)


async def test_the_command_says_what_the_first_day_is_like(cast: Cast) -> None:
    await taken(cast, person(联系电话=""))
    house = House(SETTINGS, cast.clock, "", "")
    data, lines = await go_live_command(house, Namespace(date="2026-11-25"))
    assert (data["date"], data["debts"], data["texts"]) == (date(2026, 11, 25), {"phone": 1}, 0)
    assert lines[0] == "live from 2026-11-25: 1 orders of 1 people"
    assert "debt phone: 1" in lines
    with pytest.raises(Refusal, match="not a day"):
        await go_live_command(house, Namespace(date="1.12."))


async def test_what_who_was_enrolled_on_the_eve_still_lacks_is_not_of_the_past(cast: Cast) -> None:
    eve = add_days(local_day(cast.now), -1).isoformat()
    await taken(cast, person(矫正开始日期=eve, 接收日期=eve, 管理类别="", 联系电话=""))
    gone = await go_live(await dan(cast), local_day(cast.now), cast.now)
    assert gone.past_alerts == 0
    await watch(cast.now)
    kinds = {row["kind"] for row in await fetch("SELECT kind FROM alert WHERE closed_at IS NULL")}
    assert {"no_class", "no_phone"} <= kinds
