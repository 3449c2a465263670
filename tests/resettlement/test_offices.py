"""The monthly lists and the full-time workers through the pages, and the count by the nightly job."""

from datetime import date, datetime, timedelta

from supervision.alerts.watch import watch
from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.resettlement.offices import count_helped
from tests.cast import NOW, Cast, client_for
from tests.resettlement.helped import put

DECEMBER = datetime(2026, 12, 2, 2, tzinfo=SHANGHAI)
OPEN = "SELECT count(*) FROM finding WHERE rule = 'RA-24' AND state = 'open' AND subject_id = $1"


async def crowded(cast: Cast) -> None:
    """As if Alice's office helped fifty more."""
    await execute("UPDATE help_count SET helped = helped + 50 WHERE office = $1", cast.offices["gucheng"])


async def test_an_office_that_helps_many_is_named_until_it_has_somebody_for_it_alone(cast: Cast) -> None:
    await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21))
    await put(cast, release_on=date(2026, 12, 20))
    assert await count_helped(NOW) == 3 and await count_helped(NOW + timedelta(hours=1)) == 0
    counted = await fetch("SELECT helped FROM help_count WHERE office = $1", cast.offices["gucheng"])
    assert [row["helped"] for row in counted] == [1]
    await crowded(cast)
    assert (await reconcile(NOW)).repaired > 0, "the count was changed behind its back"
    office = cast.offices["gucheng"]
    assert await fetch_value(OPEN, office) == 1
    dan, bob = await client_for(cast, cast.dan), await client_for(cast, cast.bob)
    path = f"/assistance/offices/{office}/workers"
    assert (await bob.post(path, data={"name": "郝帮"})).status_code == 403
    assert (await dan.post(path, data={"name": ""})).status_code == 422
    bureau = cast.offices["bureau"]
    assert (await dan.post(f"/assistance/offices/{bureau}/workers", data={"name": "郝帮"})).status_code == 404
    assert (await dan.post(path, data={"name": "郝帮"})).status_code == 303
    assert await fetch_value(OPEN, office) == 0
    assert "郝帮" in (await dan.get("/assistance/lists")).text
    worker = await fetch_value("SELECT id FROM help_worker")
    cast.clock.at = NOW + timedelta(days=1)
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/assistance/workers/{worker}/end")).status_code == 303
    assert (await dan.post(f"/assistance/workers/{worker}/end")).status_code == 422
    assert (await dan.post(f"/assistance/workers/{worker + 1}/end")).status_code == 404
    assert await fetch_value(OPEN, office) == 1 and (await reconcile(cast.now)).repaired == 0


async def test_of_two_workers_the_one_who_is_named_ends_and_a_refused_name_comes_back_where_it_was_typed(
    cast: Cast,
) -> None:
    dan = await client_for(cast, cast.dan)
    path = f"/assistance/offices/{cast.offices['gucheng']}/workers"
    for name in ("郝帮", "尚助"):
        await dan.post(path, data={"name": name})
    first, second = (row["id"] for row in await fetch("SELECT id FROM help_worker ORDER BY id"))
    shown = (await dan.get("/assistance/lists")).text
    assert "郝帮、尚助" in shown
    for worker, name in ((first, "郝帮"), (second, "尚助")):
        before, _, _ = shown.partition(f'action="/assistance/workers/{worker}/end"')
        assert f"登记后，{name}不再是" in before.rpartition("<details")[2]
    refused = (await dan.post(path, data={"name": "   "})).text
    assert refused.count("请填写姓名。") == 2, "once above, once in the form of this office"
    assert refused.count('<details class="act" open>') == 1


async def test_an_office_that_is_closed_is_no_longer_named(cast: Cast) -> None:
    office = await insert("office", {"code": "YL", "name": "迎新司法所", "kind": "judicial_office"})
    await count_helped(NOW)
    await execute("UPDATE help_count SET helped = 51 WHERE office = $1", office)
    await reconcile(NOW)
    await watch(NOW)
    assert await fetch_value(OPEN, office) == 1
    sam = await client_for(cast, cast.sam)
    assert (await sam.post(f"/offices/{office}/close")).status_code == 303
    assert await fetch_value(OPEN, office) == 0
    ended = "SELECT closed_at FROM alert WHERE kind = 'RA-24' AND subject_id = $1"
    assert await fetch_value(ended, office) == NOW and (await reconcile(NOW)).repaired == 0


async def test_the_bureau_sends_its_lists_each_month(cast: Cast) -> None:
    await put(cast, name="卫东升", release_on=date(2026, 12, 20), prison="太原第一监狱")
    await put(cast, name="远归", release_on=date(2027, 6, 1))
    await count_helped(DECEMBER)
    states = "SELECT state FROM duty WHERE rule = 'RA-25' AND variant = $1 AND period = '2026-12-01'"
    assert await fetch_value(states, "release") == "open"
    cast.clock.at = datetime(2026, 12, 10, 9, tzinfo=SHANGHAI)
    dan, bob = await client_for(cast, cast.dan), await client_for(cast, cast.bob)
    assert (await bob.get("/assistance/lists")).status_code == 403
    shown = (await dan.get("/assistance/lists")).text
    assert "卫东升" in shown and "远归" not in shown
    assert (await dan.post("/assistance/lists", data={"kind": "other"})).status_code == 422
    assert (await dan.post("/assistance/lists", data={"kind": "release"})).status_code == 303
    assert [await fetch_value(states, kind) for kind in ("release", "unconnected")] == ["met", "open"]
    row = (await fetch("SELECT cardinality(people) AS people FROM help_list"))[0]
    assert row["people"] == 1 and (await reconcile(cast.now)).repaired == 0


async def test_a_list_that_is_not_sent_is_the_desks_to_see_to(cast: Cast) -> None:
    await count_helped(DECEMBER)
    cast.clock.at = datetime(2026, 12, 15, 0, 0, 1, tzinfo=SHANGHAI)
    await watch(cast.now)
    whose = await fetch_value("SELECT assigned_to FROM alert WHERE kind = 'RA-25' AND closed_at IS NULL")
    assert whose == cast.dan.id
    dan = await client_for(cast, cast.dan)
    card = await dan.get(f"/alerts/subjects/office/{cast.offices['bureau']}")
    assert card.status_code == 200 and "印发预释放名单" in card.text and "/assistance/lists" in card.text
