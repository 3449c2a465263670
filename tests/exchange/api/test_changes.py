"""The feed: what was done about whom, to whoever may know it; looking is no change."""

import re
from datetime import timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.audit.record import record
from supervision.audit.words import ACTIONS
from supervision.db import execute, fetch_value
from supervision.exchange.api.changes import tidy
from tests.cast import NOW, Cast
from tests.exchange.api.asking import system_of, token_of, with_token
from tests.register import on_register

LOOKING = "^(file|document)_opened$|_calendar_taken$|^see_|_(seen|listed|read|printed|tried|answered|unsealed|refused|exported|shown)$"
"""Acts that change nothing: the words of the trigger in migrations/0023_api.sql."""


async def test_acts_are_told_to_whoever_may_see_whom_they_concern(cast: Cast) -> None:
    here, there = await on_register(cast, officer=cast.alice), await on_register(cast, officer=cast.carol)
    await record(cast.dan, "record_many", people=[here.person, there.person], now=NOW)
    for member, seen in ((cast.dan, [here.person, there.person]), (cast.carol, [there.person])):
        items = (await (await system_of(cast, member)).get("/api/v1/changes")).json()["items"]
        assert items[-1]["what"] == "record_many" and items[-1]["people"] == sorted(seen)
        assert all(set(item["people"]) <= set(seen) for item in items)


async def test_looking_is_told_to_nobody(cast: Cast) -> None:
    await on_register(cast)
    system = await system_of(cast, cast.dan)
    after = (await system.get("/api/v1/changes?after=end")).json()["next"]
    await system.get("/api/v1/people")
    await record(cast.dan, "file_seen", people=[1], now=NOW)
    assert (await system.get(f"/api/v1/changes?after={after}")).json() == {"items": [], "next": after, "more": False}


async def test_a_place_moves_on_past_what_is_not_for_the_reader(cast: Cast) -> None:
    own = await on_register(cast, officer=cast.carol)
    for _ in range(3):
        await on_register(cast, officer=cast.alice)
    system = await system_of(cast, cast.carol)
    after, told, pages = "0", [], 0
    while True:
        page = (await system.get(f"/api/v1/changes?after={after}&limit=1")).json()
        after, told, pages = page["next"], told + page["items"], pages + 1
        if not page["more"]:
            break
    assert 0 < len(told) < pages and all(item["people"] == [own.person] for item in told)


async def test_alerts_are_told_to_whoever_may_see_alerts(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=30))
    await watch(NOW)
    read = {}
    for permissions in (["see_people"], ["see_people", "see_alerts"]):
        system = with_token(cast, await token_of(cast.dan, permissions=permissions))
        read[len(permissions)] = (await system.get("/api/v1/changes?limit=200")).json()["items"]
    opened = [item for item in read[2] if item["source"] == "alert" and item["what"] == "opened"]
    assert opened and all(item["people"] == [one.person] and item["alert"] for item in opened)
    assert not [item for item in read[1] if item["source"] == "alert"]


async def test_whatever_only_shows_something_is_looking_to_the_trigger(cast: Cast) -> None:
    defined = await fetch_value("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'act_waits_to_be_told'")
    assert f"'{LOOKING}'" in defined
    looks = {
        action
        for action, title in ACTIONS.items()
        if title.startswith(("查看", "下载", "打开", "取出", "导出", "打印"))
    }
    assert looks and [action for action in looks if not re.search(LOOKING, action)] == []


@pytest.mark.parametrize(("days", "waits", "placed"), [(None, 0, 0), (29, 0, 1), (30, 0, 0)])
async def test_what_nobody_can_read_is_thrown_away_at_night_and_else_gets_its_place(
    cast: Cast, days: int | None, waits: int, placed: int
) -> None:
    if days is not None:  # days ago the only token was revoked
        await token_of(cast.dan)
        await execute("UPDATE api_token SET revoked_at = $1", NOW)
    await record(cast.dan, "record_many", people=[1], now=NOW)
    before = await fetch_value("SELECT count(*) FROM change_waiting")
    thrown = await tidy(NOW + timedelta(days=days or 0))
    assert thrown == (0 if placed else before) and before >= 1
    assert await fetch_value("SELECT count(*) FROM change_waiting") == waits
    assert bool(await fetch_value("SELECT count(*) FROM change_log")) == bool(placed)
