"""Whoever slipped through turns the roll call red and is named with what is wrong: one planted stray a test."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest_asyncio
from piccolo.engine.postgres import PostgresTransaction

from supervision.db import DB, execute, insert
from supervision.rollcall.export import rollcall_json
from supervision.rollcall.take import roll_call
from tests.cast import NOW, Cast, assemble
from tests.conftest import of_database
from tests.rollcall.makers import (
    SECOND,
    TODAY,
    Made,
    at,
    awaited,
    codes,
    detain,
    end,
    enrolled,
    in_order,
    limit_of,
    person,
    watched,
)


async def is_lost(made: Made, *expected: str) -> None:
    """The page is red, and the person's number is there with these codes; so in the export."""
    taken = await roll_call(NOW, live=True)
    assert not taken.closes
    assert codes(taken)[f"SJ-{made.person}"] == expected
    (shown,) = [one for one in (await rollcall_json(NOW))["strays"] if one["person"] == made.person]
    assert (shown["number"], tuple(shown["codes"])) == (f"SJ-{made.person}", expected)


async def test_nobody_is_lost_where_all_is_in_order(cast: Cast) -> None:
    await in_order(cast)
    await awaited(cast, TODAY)
    await end(cast, await in_order(cast, name="已解除"), NOW)
    await detain(await in_order(cast, name="被羁押"), NOW)
    taken = await roll_call(NOW, live=True)
    assert taken.closes and taken.strays == () and taken.total == 4


async def test_an_order_without_an_office(cast: Cast) -> None:
    made = await awaited(cast, TODAY, office=False)
    await is_lost(made, "no_office")


async def test_somebody_in_correction_without_a_future_duty(cast: Cast) -> None:
    made = await in_order(cast)
    await execute("UPDATE duty SET state = 'void', closed_at = $1 WHERE owed_by = 'person'", NOW)
    await is_lost(made, "no_future_duty")


async def test_a_lapse_without_an_alert_names_what_lapsed(cast: Cast) -> None:
    made = await in_order(cast)
    limit = await limit_of(made, "SU-04", "info")
    (found,) = (await roll_call(limit, live=True)).strays
    assert (found.codes, found.what) == (("lapse_without_alert",), "逾期而没有预警（信息化核查）")
    assert (await roll_call(limit - SECOND, live=True)).strays == ()
    await watched(limit)
    assert (await roll_call(limit, live=True)).strays == ()


async def test_an_order_that_ended_without_an_end_fact_stays_on_the_list_and_is_named(cast: Cast) -> None:
    made = await in_order(cast)
    await execute("UPDATE orders SET ended_at = $1, end_kind = 'deceased', state = 'deceased'", NOW - timedelta(days=9))
    await is_lost(made, "ended_without_fact")
    assert (await roll_call(NOW, live=True)).remainder[0].what == "没有结束记录"


async def test_an_end_fact_that_was_withdrawn_is_no_end_fact(cast: Cast) -> None:
    made = await in_order(cast)
    await end(cast, made, NOW - timedelta(hours=1))
    await execute("UPDATE order_end SET withdrawn_at = $1", NOW)
    await is_lost(made, "ended_without_fact")


@pytest_asyncio.fixture
async def cast_of_owner(server: str, pool: None) -> AsyncIterator[Cast]:
    """The cast in a transaction of the database's owner, who alone may drop an index; rolled back like the others."""
    owner = await asyncpg.connect(of_database(server, f"supervision_run_{os.getpid()}"))
    outer = owner.transaction()
    await outer.start()
    transaction = PostgresTransaction(DB)
    transaction.connection = owner
    token = DB.current_transaction.set(transaction)
    try:
        yield await assemble()
    finally:
        DB.current_transaction.reset(token)
        await outer.rollback()
        await owner.close()


async def test_two_open_orders_of_one_person(cast_of_owner: Cast) -> None:
    await execute("DROP INDEX orders_one_open")
    made = await in_order(cast_of_owner)
    columns = "person, kind, crime, effective_on, start_on, end_on, state, ledger_from, created_at"
    await execute(f"INSERT INTO orders (number, {columns}) SELECT number || '-2', {columns} FROM orders")
    found = codes(await roll_call(NOW, live=True))
    assert "two_open_orders" in found[f"SJ-{made.person}"] and "two_open_orders" in found[f"SJ-{made.person}-2"]


async def test_somebody_who_waits_for_a_decision_in_custody_without_a_pause(cast: Cast) -> None:
    made = await in_order(cast)
    await execute("UPDATE orders SET state = 'expired_hold'")
    await is_lost(made, "detained_without_pause")
    await detain(made, NOW)
    assert (await roll_call(NOW, live=True)).strays == ()


async def test_a_weekly_check_of_a_pause_that_is_not_there(cast: Cast) -> None:
    made = await in_order(cast)
    await detain(made, NOW - timedelta(hours=1))
    await execute("UPDATE pause SET withdrawn_at = $1", NOW)
    assert "detained_without_pause" in codes(await roll_call(NOW, live=True))[f"SJ-{made.person}"]


async def test_somebody_in_correction_past_the_end_without_an_alert(cast: Cast) -> None:
    made = await enrolled(cast, NOW - timedelta(days=1), end_on=TODAY)
    midnight = at("2026-11-26 00:00")
    assert codes(await roll_call(midnight - SECOND, live=True)) == {}
    found = codes(await roll_call(midnight, live=True))[f"SJ-{made.person}"]
    assert found == ("lapse_without_alert", "past_end_without_alert")
    await watched(midnight)
    assert codes(await roll_call(midnight, live=True)) == {}


async def test_a_person_on_no_list(cast: Cast) -> None:
    lost = await person("无名")
    taken = await roll_call(NOW, live=True)
    (found,) = taken.strays
    assert (found.person, found.name, found.codes, taken.closes) == (lost, "无名", ("on_no_list",), False)


async def test_a_person_who_was_merged_into_another_is_on_that_ones_list(cast: Cast) -> None:
    made = await in_order(cast)
    twin = await insert(
        "person", {"name": "赵一", "pinyin": "zy", "sex": "male", "doc_kind": "none", "created_at": NOW}
    )
    assert not (await roll_call(NOW, live=True)).closes
    await execute("UPDATE person SET merged_into = $2 WHERE id = $1", twin, made.person)
    assert (await roll_call(NOW, live=True)).closes
