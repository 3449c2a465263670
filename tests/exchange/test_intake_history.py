"""A history of reports becomes ended slots and the reports that were made; recent misses make one alert a person."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.checkins.actions import withdraw
from supervision.days import SHANGHAI, end_of, local_day, start_of
from supervision.db import fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.orders.actions import Ending, end_order
from tests.cast import Cast
from tests.exchange.made import number_of
from tests.exchange.taken import another, codes, dan, history, order_of, outcomes, person, register, taken


async def slots() -> list[tuple[Any, ...]]:
    rows = await fetch("SELECT variant, period, state FROM duty WHERE source = 'import' ORDER BY period, variant")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("made", "state", "closed_at"),
    [
        ("2026-10-04", "met", start_of(date(2026, 10, 4))),
        ("2026-10-05 23:59", "met", end_of(date(2026, 10, 5)) - timedelta(minutes=1)),
        ("2026-10-06", "met_late", start_of(date(2026, 10, 6))),
        ("", "missed", end_of(date(2026, 10, 5))),
    ],
)
async def test_each_row_is_an_ended_slot(cast: Cast, made: str, state: str, closed_at: Any) -> None:
    await taken(cast, person())
    assert outcomes(await history(cast, ["SQ0001", "", "2026-10-05", made, "电话"])) == ["added"]
    row = await fetch_row("SELECT * FROM duty WHERE source = 'import'")
    assert (row["rule"], row["variant"], row["period"], row["state"]) == ("SU-01", "phone", "2026-10-05", state)
    assert (row["limit_at"], row["closed_at"]) == (end_of(date(2026, 10, 5)), closed_at)
    report = await fetch_row("SELECT id, happened_at, mode FROM report")
    assert (row["fact_kind"], row["fact_id"]) == (("report", report["id"]) if made else (None, None))
    assert (report["happened_at"], report["mode"]) == (closed_at, "phone") if made else report is None


async def test_a_person_is_known_by_number_or_by_identity_number(cast: Cast) -> None:
    await taken(cast, person(), another(128))
    imported = await history(
        cast,
        ["SQ0001", "", "2026-10-05", "", "电话"],
        ["", number_of(order=128), "2026-10-06", "", "当面"],
        ["", number_of(order=129), "2026-10-06", "", "当面"],
        ["SQ0009", "", "2026-10-05", "", "电话"],
        ["SQ0001", "", "2026-01-04", "", "电话"],
        ["SQ0001", "", "2026-01-05", "", "电话"],
    )
    refused: list[str] = []
    assert codes(imported) == [refused, refused, ["person_unknown"], ["person_unknown"], ["before_term"], refused]
    assert imported.counts == {"added": 3, "refused": 3}


async def test_a_report_made_before_the_term_or_after_the_end_is_refused_as_the_page_does(cast: Cast) -> None:
    await taken(cast, person(), another(128))
    order = await order_of("SQ0128")
    ended_at = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
    await end_order(await dan(cast), order["id"], Ending("deceased", ended_at, "死亡证明"), cast.now)
    imported = await history(
        cast,
        ["SQ0001", "", "2026-01-05", "2026-01-04 23:59", "电话"],
        ["SQ0001", "", "2026-01-05", "2026-01-05", "当面"],
        ["SQ0128", "", "2026-11-19", "2026-11-20 09:59", "电话"],
        ["SQ0128", "", "2026-11-19", "2026-11-20 10:00", "当面"],
    )
    assert codes(imported) == [["before_term"], [], [], ["after_end"]]


async def test_the_same_history_twice_changes_nothing(cast: Cast) -> None:
    await taken(cast, person())
    rows = [["SQ0001", "", "2026-10-05", "2026-10-05", "电话"], ["SQ0001", "", "2026-11-20", "", "当面"]]
    await history(cast, *rows)
    before = await register()
    cast.clock.at += timedelta(hours=1)
    assert outcomes(await history(cast, *rows)) == ["unchanged"] * 2
    assert await register() == before


@pytest.mark.parametrize("before_ledger", [True, False])
async def test_a_report_that_was_withdrawn_does_not_come_back_by_the_next_history(
    cast: Cast, before_ledger: bool
) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(days=9)
    day = "2026-10-05" if before_ledger else "2026-11-26"
    await history(cast, ["SQ0001", "", day, day, "电话"])
    who, report = (await order_of())["person"], await fetch_value("SELECT id FROM report")
    await withdraw(await dan(cast), who, ("report", report), reason="表有误", now=cast.now)
    slots_before = await fetch("SELECT id, state, fact_id FROM duty ORDER BY id")
    again = await history(cast, ["SQ0001", "", day, day, "电话"])
    assert outcomes(again) == ["unchanged"] and "已在系统中作废" in again.results[0].note
    assert await fetch_value("SELECT count(*) FROM report") == 1
    assert await fetch("SELECT id, state, fact_id FROM duty ORDER BY id") == slots_before
    if before_ledger:  # another slot doesn't lean on it either
        await history(cast, ["SQ0001", "", "2026-10-04", day, "电话"])
        assert await fetch("SELECT id, state, fact_id FROM duty ORDER BY id") == slots_before


async def test_what_is_in_the_ledger_stays_when_the_history_says_otherwise(cast: Cast) -> None:
    await taken(cast, person())
    await history(cast, ["SQ0001", "", "2026-10-05", "", "电话"])
    assert outcomes(await history(cast, ["SQ0001", "", "2026-10-05", "2026-10-05", "电话"])) == ["unchanged"]
    assert await slots() == [("phone", "2026-10-05", "missed")]
    assert await fetch_value("SELECT count(*) FROM report") == 0


async def test_misses_of_the_last_thirty_days_make_one_alert_a_person_and_older_ones_none(cast: Cast) -> None:
    await taken(cast, person(), another(128), another(129))
    today = local_day(cast.now)
    days = {number: today - timedelta(days=number) for number in (1, 30, 31)}
    await history(
        cast,
        ["SQ0001", "", days[1].isoformat(), "", "电话"],
        ["SQ0001", "", days[30].isoformat(), "", "电话"],
        ["SQ0128", "", days[30].isoformat(), "", "当面"],
        ["SQ0129", "", days[31].isoformat(), "", "电话"],
    )
    await watch(cast.now)
    rows = await fetch(
        "SELECT o.number, a.kind, a.severity FROM alert a JOIN orders o ON o.id = a.subject_id ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("SQ0001", "history_misses", "notice"),
        ("SQ0128", "history_misses", "notice"),
    ]
    await follow([row["id"] for row in await fetch("SELECT id FROM orders")], cast.now)
    assert await fetch_value("SELECT count(*) FROM alert WHERE closed_at IS NULL") == 2
    assert (await reconcile(cast.now)).repaired == 0


async def test_from_the_first_day_of_the_ledger_reports_count_and_misses_are_its_own(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(days=9)
    imported = await history(
        cast,
        ["SQ0001", "", "2026-11-24", "", "电话"],
        ["SQ0001", "", "2026-11-25", "", "电话"],
        ["SQ0001", "", "2026-11-26", "2026-11-26", "电话"],
    )
    assert codes(imported) == [[], ["in_ledger"], []]
    assert await slots() == [("phone", "2026-11-24", "missed")]
    met = await fetch("SELECT period FROM duty WHERE rule = 'SU-01' AND variant = 'phone' AND state = 'met'")
    assert [row["period"] for row in met] == ["2026-11-26"]
    again = await history(cast, ["SQ0001", "", "2026-11-26", "2026-11-26", "电话"])
    assert outcomes(again) == ["unchanged"]


async def test_a_missing_mode_is_asked_once(cast: Cast) -> None:
    await taken(cast, person())
    rows = [["SQ0001", "", "2026-10-05", "", ""], ["SQ0001", "", "2026-10-12", "", ""]]
    with pytest.raises(Refusal):
        await history(cast, *rows)
    tried = await history(cast, *rows, dry_run=True)
    [question] = tried.questions
    assert (question.count, outcomes(tried)) == (2, ["waiting", "waiting"])
    assert outcomes(await history(cast, *rows, answers={question.key: "phone"})) == ["added", "added"]
    assert await slots() == [("phone", "2026-10-05", "missed"), ("phone", "2026-10-12", "missed")]


async def test_a_report_of_before_is_verified_contact_but_meets_no_slot_of_the_ledger(cast: Cast) -> None:
    await taken(cast, person())
    await history(cast, ["SQ0001", "", "2026-10-05", "2026-10-05", "当面"])
    order = await order_of()
    facts = await fetch("SELECT DISTINCT source FROM duty WHERE subject_id = $1 AND state = 'met'", order["id"])
    assert [row["source"] for row in facts] == ["import"]
    assert await fetch_value("SELECT happened_at FROM report") == start_of(date(2026, 10, 5))
