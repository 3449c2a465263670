"""A search and all that follows from it: the ledger, the alerts, the roll call, the figure, the case of discipline."""

import re
from datetime import date, timedelta
from importlib import import_module

import pytest

from migrations.sealing import seal_columns
from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.lost_contact import actions
from supervision.orders.actions import Ending, end_order
from supervision.rollcall.take import roll_call
from supervision.sealed import open_sealed
from supervision.statistics.figures import FIGURES, Sight, count, rows_of
from supervision.statistics.indicators import OF_LISTS
from supervision.statistics.period import Period, month_of
from tests.cast import NOW, Cast, client_for
from tests.lost_contact.makers import SEEN_ON, ended, looked, opened, somebody, verified
from tests.register import OnRegister, awaited, viewer_of
from tests.rules.cast import at

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


async def bucket_of(on: OnRegister, cast: Cast, *, live: bool = True) -> str:
    entries = (await roll_call(cast.now, live=live)).entries
    return next(entry.bucket for entry in entries if entry.order == on.order)


async def off_control(cast: Cast) -> int:
    sight = Sight(YEAR, cast.now, await viewer_of(cast.dan))
    found = await count(FIGURES["off_control"], sight)
    assert found == (await rows_of(FIGURES["off_control"], sight)).total
    return found


async def open_findings(on: OnRegister, cast: Cast) -> list[str]:
    rows = await fetch(
        "SELECT rule, variant FROM finding WHERE subject_id = $1 AND rule LIKE 'LO-%' AND state = 'open' AND since_at <= $2 ORDER BY since_at, id",
        on.order,
        cast.now,
    )
    return [" ".join([row["rule"], row["variant"]]).strip() for row in rows]


async def states(on: OnRegister) -> dict[str, str]:
    rows = await fetch("SELECT rule, state FROM duty WHERE subject_id = $1 AND rule LIKE 'LO-%'", on.order)
    return {row["rule"]: row["state"] for row in rows}


async def test_a_search_owes_its_steps_and_each_is_met_by_its_own_act(cast: Cast) -> None:
    on = await somebody(cast)
    search = await opened(cast, on)
    assert await states(on) == {"LO-01": "open", "LO-03": "open", "LO-04": "open"}
    await looked(cast, search)
    viewer = await viewer_of(cast.alice)
    await actions.tell(viewer, search, "police", "协查1号", happened_at=cast.now, now=cast.now)
    assert await states(on) == {"LO-01": "met", "LO-03": "met", "LO-04": "open"}
    await actions.tell(viewer, search, "procuratorate", "通报1号", happened_at=cast.now, now=cast.now)
    assert (await states(on))["LO-04"] == "met"
    assert (await reconcile(cast.now)).repaired == 0


async def test_a_search_that_nobody_begins_raises_its_alert_after_two_hours(cast: Cast) -> None:
    on = await somebody(cast)
    await opened(cast, on)
    await watch(NOW + timedelta(hours=2) - timedelta(seconds=1))
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'LO-01'") == 0
    await watch(NOW + timedelta(hours=2))
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'LO-01'") == 1


async def test_the_roll_call_and_the_figure_have_them_until_the_person_is_found(cast: Cast) -> None:
    on = await somebody(cast)
    await watch(cast.now)
    before = await bucket_of(on, cast)
    assert before != "off_control" and await off_control(cast) == 0
    search = await verified(cast, on)
    await watch(cast.now)
    assert await bucket_of(on, cast) == await bucket_of(on, cast, live=False) == "off_control"
    assert await off_control(cast) == 1 and await open_findings(on, cast) == [
        "LO-05 off_control",
        "LO-05 over_ten_days",
    ]
    assert (await roll_call(cast.now, live=True)).remainder == ()
    cast.clock.at = NOW + timedelta(hours=1)
    await ended(cast, search)
    assert await bucket_of(on, cast) == before and await open_findings(on, cast) == []
    assert await off_control(cast) == 1  # it was so in this year
    cast.clock.at = NOW
    assert await bucket_of(on, cast, live=False) == "off_control"  # as it was known then


async def test_off_control_counts_in_every_month_until_the_person_is_found_or_the_order_ends(cast: Cast) -> None:
    found, revoked = await somebody(cast), await somebody(cast, name="苗青")
    search = await verified(cast, found)
    await verified(cast, revoked)
    cast.clock.at = at("2027-01-12 09:00")
    await ended(cast, search)
    cast.clock.at = at("2027-02-03 09:00")
    await end_order(await viewer_of(cast.dan), revoked.order, Ending("revoked", cast.now, "裁定书"), cast.now)
    months = [month_of(date(2026, 10, 1)), *(month_of(date(2026 + n // 12, n % 12 + 1, 1)) for n in range(10, 15))]
    for code in ("off_control", "off_done"):
        figure = {**FIGURES, **OF_LISTS}[code]
        assert [await count(figure, Sight(month, at("2027-04-01 09:00"))) for month in months] == [0, 2, 2, 2, 1, 0]
        assert await count(figure, Sight(months[3], at("2027-01-12 08:59"))) == 2  # found, but not known yet
        assert [await count(figure, Sight(YEAR, moment)) for moment in (NOW - timedelta(seconds=1), NOW)] == [0, 2]


async def test_off_control_without_its_alert_is_the_remainder(cast: Cast) -> None:
    on = await somebody(cast)
    await verified(cast, on)
    await watch(cast.now)
    await execute("DELETE FROM alert WHERE kind = 'LO-05'")
    assert await bucket_of(on, cast) == "remainder"


async def test_nobody_ends_the_alert_of_a_search_by_a_word_on_the_alert(cast: Cast) -> None:
    on = await somebody(cast)
    await verified(cast, on)
    await watch(cast.now)
    alert = await fetch_value("SELECT min(id) FROM alert WHERE kind = 'LO-05'")
    bob = await client_for(cast, cast.bob)
    data = {"alert": str(alert), "outcome": "resolved", "reason": "已找到"}
    assert (await bob.post(f"/alerts/people/{on.person}/outcome", data=data)).status_code == 422
    assert await fetch_value("SELECT closed_at FROM alert WHERE id = $1", alert) is None


async def test_a_word_that_was_wrong_is_withdrawn_and_counts_nowhere(cast: Cast) -> None:
    on = await somebody(cast)
    search = await verified(cast, on)
    record = await fetch_value("SELECT id FROM off_control")
    with pytest.raises(NotAllowed):
        await actions.withdraw(await viewer_of(cast.alice), search, "verification", record, "认定有误", cast.now)
    cast.clock.at = NOW + timedelta(hours=1)
    await actions.withdraw(await viewer_of(cast.bob), search, "verification", record, "本人一直在家", cast.now)
    assert (
        await off_control(cast) == 0
        and await open_findings(on, cast) == []
        and await bucket_of(on, cast) != "off_control"
    )
    assert await count(FIGURES["off_control"], Sight(YEAR, NOW)) == 1  # as it was known then
    with pytest.raises(NotFound):
        await actions.withdraw(await viewer_of(cast.bob), search, "verification", record, "再次", cast.now)
    await ended(cast, search, "false_alarm")
    assert (await reconcile(cast.now)).repaired == 0


async def test_an_end_that_was_wrong_is_withdrawn_and_the_search_goes_on(cast: Cast) -> None:
    on = await somebody(cast)
    search = await verified(cast, on)
    await ended(cast, search)
    end = await fetch_value("SELECT id FROM search_end")
    cast.clock.at = NOW + timedelta(hours=1)
    await actions.withdraw(await viewer_of(cast.alice), search, "end", end, "认错了人", cast.now)
    await watch(cast.now)
    assert await bucket_of(on, cast) == "off_control"
    await ended(cast, search)
    again = await opened(cast, on)
    last = await fetch_value("SELECT max(id) FROM search_end")
    with pytest.raises(Refusal, match="另有一次查找"):
        await actions.withdraw(await viewer_of(cast.alice), search, "end", last, "又认错了", cast.now)
    assert again != search


async def test_whoever_opened_it_does_not_verify_it_and_somebody_must_have_looked(cast: Cast) -> None:
    on = await somebody(cast)
    bob = await viewer_of(cast.bob)
    search = await actions.open_search(bob, on.order, actions.NewSearch(SEEN_ON, "联系不上", NOW), NOW)
    with pytest.raises(Refusal, match="另一名负责人"):
        await actions.verify(bob, search, SEEN_ON, "查找没有结果", NOW)
    erin = await viewer_of(cast.erin)
    with pytest.raises(Refusal, match="没有查找记录"):
        await actions.verify(erin, search, SEEN_ON, "查找没有结果", NOW)
    await looked(cast, search)
    await actions.verify(erin, search, SEEN_ON, "查找没有结果", NOW)
    with pytest.raises(Refusal, match="先撤销认定"):
        await ended(cast, search, "false_alarm")


async def test_who_never_came_is_not_called_off_control(cast: Cast) -> None:
    on = await awaited(cast, effective_on=date(2026, 10, 1), at=at("2026-10-02 09:00"))
    search = await opened(cast, on)
    await looked(cast, search)
    with pytest.raises(Refusal, match="漏管"):
        await actions.verify(await viewer_of(cast.bob), search, SEEN_ON, "查找没有结果", NOW)


async def test_one_search_at_a_time_from_ones_own_alerts(cast: Cast) -> None:
    one, other = await somebody(cast), await somebody(cast, name="苗青")
    await watch(cast.now)
    open_alert = "SELECT min(id) FROM alert WHERE subject_id = $1 AND closed_at IS NULL"
    theirs, mine = await fetch_value(open_alert, other.order), await fetch_value(open_alert, one.order)
    with pytest.raises(Refusal, match="预警已经处置"):
        await opened(cast, one, alerts=(theirs,))
    search = await opened(cast, one, alerts=(mine,))
    assert await fetch_value("SELECT alert FROM search_cause WHERE search = $1", search) == mine
    with pytest.raises(Refusal, match="已经在查找"):
        await opened(cast, one)


@pytest.mark.parametrize(
    ("seen_on", "proposes"),
    [
        ("2026-11-15", "第34条第1项"),
        ("2026-11-14", "第35条第2项"),
        ("2026-10-25", "第35条第2项"),
        ("2026-10-24", "第46条第2项"),
    ],
)
async def test_a_case_takes_its_days_from_the_verified_time(cast: Cast, seen_on: str, proposes: str) -> None:
    """V-07 to V-10: ten days, eleven, exactly a month, a month and a day."""
    on = await somebody(cast)
    await verified(cast, on, seen_on=date.fromisoformat(seen_on))
    text = (await (await client_for(cast, cast.alice)).get(f"/people/{on.person}/discipline/new")).text
    assert f'value="{seen_on}"' in text and "经查找核实" in text and proposes in text
    if "46" not in proposes:
        assert "第46条" not in text


async def test_nobody_is_released_who_is_out_of_supervision(cast: Cast) -> None:
    on = await somebody(cast, end_on=date(2026, 11, 24))
    search = await verified(cast, on)
    erin, released = await viewer_of(cast.erin), Ending("released", NOW, "期满")
    with pytest.raises(Refusal, match="脱管，还没有找到"):
        await end_order(erin, on.order, released, NOW)
    await ended(cast, search)
    await end_order(erin, on.order, released, NOW)
    assert await fetch_value("SELECT end_kind FROM orders WHERE id = $1", on.order) == "released"


async def test_the_file_tells_of_it(cast: Cast) -> None:
    on = await somebody(cast)
    search = await verified(cast, on)
    alice = await client_for(cast, cast.alice)
    shown = [(await alice.get(path)).text for path in ("/people", f"/people/{on.person}")]
    assert all(re.search(r'class="badge lapse"[^>]*>.{0,400}?脱管</span>', text, re.DOTALL) for text in shown)
    await ended(cast, search)
    text = (await alice.get(f"/people/{on.person}")).text
    assert "多方查找没有结果。" in text and "本人到所报到。" in text
    assert "登记失去联系" in text and "认定脱管" in text and "结束查找：本人已报到或者找到" in text


CLEAR = [
    one for name in ("0029_sealed_places", "0034_sealed_reasons") for one in import_module(f"migrations.{name}").CLEAR
]


async def test_what_stood_in_clear_is_sealed_when_the_schema_is_brought_up_to_date(db: None) -> None:
    for table, column, _ in CLEAR:
        await execute(f"CREATE TEMP TABLE {table} (id SERIAL, {column} TEXT NOT NULL) ON COMMIT DROP")
        await execute(f"INSERT INTO {table} ({column}) VALUES ('古城街1号')")
    for _ in range(2):
        await seal_columns(CLEAR)
    for table, column, purpose in CLEAR:
        row = await fetch_row(f"SELECT * FROM pg_temp.{table}")
        assert row is not None and set(row.keys()) == {"id", f"{column}_sealed"}
        assert open_sealed(row[f"{column}_sealed"], purpose) == "古城街1号"
