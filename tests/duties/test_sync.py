"""The ledger follows the facts: once or twice, forwards and backwards, and never more than the rules say."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from supervision import rules
from supervision.days import end_of, start_of
from supervision.db import execute, fetch, fetch_value, insert
from supervision.duties.judging import NOT_OF_RULES
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import horizon, sync
from supervision.duties.tables import DUTY_STATES
from supervision.orders.actions import Ending, change_term, end_order, set_class
from supervision.orders.pauses import NewPause, end_pause, pause
from supervision.rules.base import is_lapsed
from tests.cast import NOW, Cast
from tests.desk.reading import statements
from tests.register import awaited, on_register, viewer_of

LEDGER = """SELECT rule, variant, period, opens_at, due_at, limit_at, state, fact_kind, fact_id, closed_at
              FROM duty WHERE subject_id = $1 ORDER BY rule, variant, period"""


async def report(order: int, at: datetime, mode: str = "phone", recorded_at: datetime | None = None) -> int:
    values = {"order_id": order, "mode": mode, "happened_at": at, "recorded_at": recorded_at or at}
    made = await insert("report", values)
    await sync([order], recorded_at or at)
    return made


async def states(order: int, variant: str) -> dict[str, str]:
    rows = await fetch("SELECT period, state FROM duty WHERE subject_id = $1 AND variant = $2", order, variant)
    return {row["period"]: row["state"] for row in rows}


async def test_a_new_order_gets_its_slots_up_to_the_horizon(cast: Cast) -> None:
    one = await on_register(cast)
    phone = sorted(await states(one.order, "phone"))
    assert phone[:2] == ["2026-12-02", "2026-12-09"]
    last_opening = await fetch_value("SELECT max(opens_at) FROM duty WHERE subject_id = $1", one.order)
    assert last_opening <= horizon(NOW)
    assert (
        await fetch_value(
            "SELECT count(*) FROM duty WHERE subject_id = $1 AND state <> 'open' AND rule <> 'RE-06'", one.order
        )
        == 0
    )


async def test_sync_twice_changes_nothing(cast: Cast) -> None:
    one = await on_register(cast)
    before = await fetch(LEDGER, one.order)
    assert await sync([one.order], NOW) == 0
    assert await fetch(LEDGER, one.order) == before


@pytest.mark.parametrize("level", ["strict", "normal", "loose"])
async def test_a_slot_that_two_classes_share_is_explained_by_the_one_in_force(cast: Cast, level: str) -> None:
    """Taken in without a class, so first by the intervals of normal; decided a moment later."""
    one = await on_register(cast, level=level)
    said = await fetch(
        "SELECT DISTINCT why ->> 'level' AS level FROM duty WHERE subject_id = $1 AND state = 'open' AND rule LIKE 'SU%'",
        one.order,
    )
    assert [row["level"] for row in said] == [level]
    assert await sync([one.order], NOW) == 0
    assert (await reconcile(NOW)).repaired == 0


async def test_a_finding_that_moves_says_so_in_its_reason(cast: Cast) -> None:
    one = await on_register(cast)
    await report(one.order, NOW + timedelta(days=20))
    row = await fetch("SELECT since_at, why FROM finding WHERE subject_id = $1 AND rule = 'no_future_duty'", one.order)
    assert datetime.fromisoformat(json.loads(row[0]["why"])["since"]) == row[0]["since_at"]


async def test_a_report_in_time_meets_its_slot_and_a_withdrawn_one_opens_it_again(cast: Cast) -> None:
    one = await on_register(cast)
    made = await report(one.order, start_of(date(2026, 11, 30)))
    assert (await states(one.order, "phone"))["2026-12-02"] == "met"
    await execute("UPDATE report SET withdrawn_at = $2 WHERE id = $1", made, NOW)
    await sync([one.order], NOW)
    assert (await states(one.order, "phone"))["2026-12-02"] == "open"
    events = await fetch("SELECT old_state, new_state FROM duty_event ORDER BY id")
    assert [tuple(row) for row in events] == [("open", "met"), ("met", "open")]


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (end_of(date(2026, 12, 2)) - timedelta(microseconds=1), "met"),
        (end_of(date(2026, 12, 2)), "open"),  # it meets the next slot, which is open by then
    ],
)
async def test_the_limit_itself_is_too_late(cast: Cast, moment: datetime, state: str) -> None:
    one = await on_register(cast)
    await report(one.order, moment)
    assert (await states(one.order, "phone"))["2026-12-02"] == state


async def test_a_late_summary_ends_its_duty_as_met_late(cast: Cast) -> None:
    one = await on_register(cast, end_on=date(2026, 12, 20))
    limit = await fetch_value("SELECT limit_at FROM duty WHERE subject_id = $1 AND rule = 'TE-01'", one.order)
    await insert(
        "document_record", {"order_id": one.order, "kind": "summary", "happened_at": limit, "recorded_at": limit}
    )
    await sync([one.order], limit)
    assert await fetch_value("SELECT state FROM duty WHERE subject_id = $1 AND rule = 'TE-01'", one.order) == "met_late"


async def test_a_class_change_leaves_started_slots_and_remakes_later_ones(cast: Cast) -> None:
    one = await on_register(cast)
    change = NOW + timedelta(days=1)
    started = await fetch("SELECT * FROM duty WHERE subject_id = $1 AND opens_at <= $2 ORDER BY id", one.order, change)
    values = {"order_id": one.order, "level": "loose", "happened_at": change, "reason": "r", "recorded_at": change}
    await insert("class_decision", values)
    await sync([one.order], change)
    after = await fetch(
        "SELECT * FROM duty WHERE subject_id = $1 AND id = ANY($2) ORDER BY id",
        one.order,
        [row["id"] for row in started],
    )
    assert started and after == started
    owed = await states(one.order, "phone")
    assert [owed[f"2026-12-{day:02d}"] for day in (2, 9, 16, 23)] == ["open", "open", "void", "open"]


async def test_custody_excuses_what_falls_into_it_also_backwards_and_its_end_brings_it_back(cast: Cast) -> None:
    one = await on_register(cast)
    dan = await viewer_of(cast.dan)
    later = NOW + timedelta(days=10)  # 5 December: the phone slot of the 2nd has lapsed
    await sync([one.order], later)
    await pause(dan, one.order, NewPause("custody", start_of(date(2026, 12, 1)), "拘留通知书"), later)
    owed = await states(one.order, "phone")
    assert owed["2026-12-02"] == "excused" and owed["2026-12-16"] == "void"
    asked = await fetch("SELECT state FROM duty WHERE subject_id = $1 AND rule = 'confirm_pause'", one.order)
    assert asked
    await end_pause(dan, one.order, later, later)
    owed = await states(one.order, "phone")
    assert owed["2026-12-02"] == "excused" and owed["2026-12-09"] == "open"


async def test_a_shorter_term_voids_what_lies_behind_its_end(cast: Cast) -> None:
    one = await on_register(cast)
    await change_term(await viewer_of(cast.dan), one.order, date(2026, 12, 10), "减刑裁定", NOW)
    rows = await fetch(
        "SELECT DISTINCT state FROM duty WHERE subject_id = $1 AND raw_due_on > '2026-12-31' AND rule = 'SU-01'",
        one.order,
    )
    assert [row["state"] for row in rows] == ["void"]


async def test_an_ended_order_owes_nothing_more_but_keeps_its_lapses(cast: Cast) -> None:
    one = await on_register(cast, end_on=date(2026, 12, 5))
    late = start_of(date(2026, 12, 5)) + timedelta(hours=10)
    await sync([one.order], late)
    await end_order(await viewer_of(cast.dan), one.order, Ending("released", late, "期满"), late)
    rows = await fetch(
        "SELECT rule, variant, period, limit_at FROM duty WHERE subject_id = $1 AND state = 'open'", one.order
    )
    assert rows and all(row["limit_at"] <= late for row in rows)


async def test_every_duty_keeps_why(cast: Cast) -> None:
    one = await on_register(cast)
    rows = await fetch("SELECT why FROM duty WHERE subject_id = $1", one.order)
    whys = [json.loads(row["why"]) for row in rows]
    assert whys and all(why["rule"] and why["article"] for why in whys)


# -- reconcile --------------------------------------------------------------------------------------------------


async def test_a_slot_that_a_change_of_class_put_off_comes_back_without_an_alarm(cast: Cast) -> None:
    """The visit of the quarter and that of December are due on one day; December opens behind the horizon."""
    then = datetime(2026, 9, 28, 9, tzinfo=NOW.tzinfo)
    one = await on_register(cast, at=then, level=None)
    await set_class(await viewer_of(cast.dan), one.order, "strict", "综合评估", then + timedelta(hours=1))
    assert (await states(one.order, "field"))["2026-12-28"] == "void"
    seen = await reconcile(then + timedelta(days=9))
    assert seen.repaired == 0 and (await states(one.order, "field"))["2026-12-28"] == "open"


async def test_reconcile_finds_nothing_where_actions_did_their_work(cast: Cast) -> None:
    await on_register(cast)
    await awaited(cast, effective_on=date(2026, 11, 20))
    first = await reconcile(NOW)
    assert (first.subjects, first.repaired, first.extended) == (2, 0, 0)


async def test_a_new_day_brings_new_slots_without_a_fault(cast: Cast) -> None:
    await on_register(cast)
    seen = await reconcile(NOW + timedelta(days=9))
    assert seen.repaired == 0 and seen.extended > 0
    assert (await reconcile(NOW + timedelta(days=9))).extended == 0


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM duty WHERE variant = 'phone' AND period = '2026-12-09'",
        "UPDATE duty SET limit_at = limit_at + interval '1 day' WHERE variant = 'phone' AND period = '2026-12-09'",
        "UPDATE duty SET state = 'void', closed_at = created_at WHERE variant = 'phone' AND period = '2026-12-09'",
        "DELETE FROM ledger_subject",
    ],
)
async def test_a_planted_fault_is_repaired_and_alarmed(cast: Cast, damage: str) -> None:
    one = await on_register(cast)
    before = await fetch(LEDGER, one.order)
    await execute(damage)
    if "ledger_subject" in damage:
        await execute("DELETE FROM duty")
    seen = await reconcile(NOW)
    assert seen.repaired >= 1
    assert await fetch(LEDGER, one.order) == before
    found = await fetch("SELECT severity, subject_id FROM finding WHERE rule = 'ledger_difference'")
    assert [tuple(row) for row in found] == [("grave", one.order)]
    assert (await reconcile(NOW)).repaired == 0


async def test_the_calendar_of_a_year_that_comes_late_moves_its_slots_and_alarms_nobody(cast: Cast) -> None:
    one = await on_register(cast, at=start_of(date(2026, 11, 5)))
    await execute("DELETE FROM holiday WHERE day >= '2027-01-01'")
    await reconcile(NOW)
    limit = "SELECT limit_at FROM duty WHERE subject_id = $1 AND variant = 'in_person' AND period = '2027-01-05'"
    assert await fetch_value(limit, one.order) == end_of(date(2027, 1, 5))
    await insert(
        "holiday", {"day": date(2027, 1, 5), "kind": "off", "name": "元旦", "source": "国办发明电", "recorded_at": NOW}
    )
    seen = await reconcile(NOW + timedelta(days=1))
    assert await fetch_value(limit, one.order) == end_of(date(2027, 1, 6))
    assert seen.repaired == 0
    assert await fetch_value("SELECT count(*) FROM finding WHERE rule = 'ledger_difference'") == 0


def test_every_finding_that_no_rule_makes_has_a_title_in_chinese() -> None:
    assert NOT_OF_RULES == rules.OTHER_TITLES.keys()


async def test_the_number_of_statements_does_not_grow_with_the_orders_that_differ(cast: Cast) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            await on_register(cast)
        await execute("DELETE FROM duty WHERE variant = 'phone'")
        async with statements() as seen:
            assert (await reconcile(NOW)).repaired > 0
        counts.append(len(seen))
    assert counts[0] == counts[1]


# -- one definition of a lapse ----------------------------------------------------------------------------------


async def test_sql_and_python_agree_on_lapses_on_random_rows_around_the_edge(db: None) -> None:
    draw = Random(20261125)
    limit = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    near = [limit + timedelta(microseconds=n) for n in (-60_000_000, -1_000_000, -1, 0, 1, 1_000_000, 60_000_000)]
    rows = [(draw.choice(DUTY_STATES), limit, draw.choice(near)) for _ in range(3000)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    said = await fetch(
        """SELECT is_lapsed(state, limit_at, at) AS lapsed
             FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS n(state, limit_at, at, place)
            ORDER BY place""",
        *columns,
    )
    assert [row["lapsed"] for row in said] == [is_lapsed(*row) for row in rows]
    assert {row["lapsed"] for row in said} == {True, False}


async def test_the_database_agrees_with_python_at_every_edge_minute(cast: Cast) -> None:
    one = await on_register(cast)
    await awaited(cast, effective_on=date(2026, 11, 20))
    await report(one.order, NOW + timedelta(days=1))
    rows = await fetch("SELECT id, state, limit_at FROM duty")
    edges = sorted({row["limit_at"] for row in rows})
    moments = [edge + timedelta(seconds=n) for edge in edges for n in (-60, -1, 0, 1, 60)]
    for moment in moments:
        said = await fetch("SELECT id FROM duty WHERE is_lapsed(state, limit_at, $1)", moment)
        assert {row["id"] for row in said} == {
            row["id"] for row in rows if is_lapsed(row["state"], row["limit_at"], moment)
        }
    assert len(moments) > 50


async def test_an_order_that_cannot_be_computed_stops_none_of_the_others_and_is_named(cast: Cast) -> None:
    bad, good = await on_register(cast), await on_register(cast, name="赵一", phone="19900000003")
    await execute("UPDATE class_decision SET level = 'strict' WHERE order_id = $1", bad.order)
    await execute(
        """INSERT INTO parameter (key, valid_from, value, source, recorded_at)
           VALUES ('report.phone.strict', '2019-01-01', '"never"', 'a typing mistake', $1)""",
        NOW,
    )
    await execute("DELETE FROM parameter WHERE key = 'report.phone.strict' AND source <> 'a typing mistake'")
    await execute("DELETE FROM duty WHERE subject_id = $1 AND period = '2026-12-09'", good.order)
    seen = await reconcile(NOW)
    assert (seen.subjects, seen.failed) == (2, 1) and seen.repaired >= 1
    assert (await states(good.order, "phone"))["2026-12-09"] == "open"
    found = await fetch("SELECT subject_id FROM finding WHERE rule = 'ledger_difference' ORDER BY subject_id")
    assert [row["subject_id"] for row in found] == [bad.order, good.order]
