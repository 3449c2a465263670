"""The watch on the really committing path, several at once: a lapse, its alert and its text are one commit, once.

What a death leaves behind: tests/crash.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from supervision import sealed
from supervision.alerts.escalate import escalate
from supervision.alerts.follow import follow
from supervision.alerts.opening import FOUND, LAPSES
from supervision.alerts.watch import watch
from supervision.db import DB, execute, fetch, fetch_value, insert
from supervision.ledger import connect_sources
from tests.alerts.makers import make_order
from tests.conftest import drop_database, make_database, of_database
from tests.rules.cast import at

pytestmark = pytest.mark.commits
REGISTERED = at("2026-11-02 09:00")
NOW = at("2026-11-10 09:00")
PEOPLE = 6
LAPSED = 2 * PEOPLE
"""Each has a lapsed phone report, which is told by text, and a lapsed check of the office, which isn't."""


@pytest_asyncio.fixture
async def own(server: str, keyring: sealed.Keyring) -> AsyncIterator[str]:
    """A database of its own, with the pool on it; the DSN of its owner."""
    name = f"supervision_commits_{os.getpid()}"
    dsn = await make_database(server, name)
    before = DB.pool
    DB.pool = await asyncpg.create_pool(
        of_database(server, name, "supervision_app"), min_size=1, max_size=8, server_settings={"timezone": "UTC"}
    )
    try:
        await _people()
        yield dsn
    finally:
        await DB.pool.close()
        DB.pool = before
        await drop_database(server, name)


async def _people() -> None:
    connect_sources()
    bureau = await insert("office", {"code": "B", "name": "区司法局", "kind": "bureau"})
    office = await insert("office", {"code": "GC", "name": "古城司法所", "kind": "judicial_office"})
    rows = [("dan", "clerk", bureau, True), ("bob", "head", office, False), ("alice", "officer", office, False)]
    for login, role, place, on_desk in rows:
        staff = {"login": login, "name": login, "role": role, "office": place, "on_desk": on_desk}
        alice = await insert("staff", staff | {"password_hash": "x", "created_at": REGISTERED})
    made = [await make_order(office, alice, REGISTERED) for _ in range(PEOPLE)]
    await follow([one.order for one in made], REGISTERED)


async def counts() -> tuple[int, int, int, int, int]:
    """Lapses noticed, alerts, their first events, texts, and what they speak of."""
    row = await fetch(
        """SELECT (SELECT count(*) FROM duty WHERE alerted_at IS NOT NULL), (SELECT count(*) FROM alert),
                  (SELECT count(*) FROM alert_event WHERE kind = 'opened'), (SELECT count(*) FROM message),
                  (SELECT count(*) FROM message_about)"""
    )
    return tuple(row[0])  # type: ignore[return-value]


ALL = (LAPSED, LAPSED, LAPSED, PEOPLE, PEOPLE)


async def test_two_watches_at_once_do_everything_once(own: str) -> None:
    done = await asyncio.gather(*(watch(NOW, limit=2) for _ in range(4)))
    assert sum(one.lapses for one in done) == LAPSED
    assert await counts() == ALL


async def test_a_watch_of_several_lanes_does_everything_once_and_leaves_nothing(own: str) -> None:
    done = await watch(NOW, limit=2, lanes=3)
    assert (done.lapses, done.texts) == (LAPSED, PEOPLE)
    assert await counts() == ALL


async def test_a_lane_that_dies_is_known_once_the_others_have_ended(own: str) -> None:
    """One duty can't be marked: its batch is undone and the tick fails; what the other lanes did stays."""
    owner = await asyncpg.connect(own)
    last = await owner.fetchval("SELECT max(id) FROM duty WHERE limit_at <= $1 AND state = 'open'", NOW)
    await owner.execute(f"ALTER TABLE duty ADD CONSTRAINT never CHECK (id <> {last} OR alerted_at IS NULL) NOT VALID")
    with pytest.raises(asyncpg.CheckViolationError):
        await watch(NOW, limit=2, lanes=2)
    noticed, alerts, *_ = await counts()
    assert 0 < noticed == alerts < LAPSED
    await owner.execute("ALTER TABLE duty DROP CONSTRAINT never")
    await owner.close()
    await watch(NOW, limit=2, lanes=2)
    assert await counts() == ALL


async def test_a_watch_skips_what_another_holds_and_finds_it_later(own: str) -> None:
    other = await asyncpg.connect(own)
    lock = other.transaction()
    await lock.start()
    await other.fetch(
        "SELECT id FROM duty WHERE limit_at <= $1 AND state = 'open' ORDER BY limit_at LIMIT 5 FOR UPDATE", NOW
    )
    assert (await watch(NOW)).lapses == LAPSED - 5
    await lock.rollback()
    await other.close()
    assert (await watch(NOW)).lapses == 5
    assert (await counts())[:3] == ALL[:3]


async def test_two_climb_the_ladder_at_once_and_each_step_is_one_event(own: str) -> None:
    await watch(NOW)
    later = at("2026-11-11 00:00")
    await asyncio.gather(*(escalate(later, limit=2) for _ in range(4)))
    assert (
        await fetch_value(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM alert_event WHERE kind = 'stepped' GROUP BY alert) AS c"
        )
        == 1
    )
    assert await fetch_value("SELECT count(*) FROM alert WHERE next_step_at <= $1", later) == 0


async def test_acts_and_ticks_at_once_end_without_a_deadlock_and_in_line(own: str) -> None:
    """Officers report while the watch and the ladder run: every alert says what its duty says."""
    orders = [row["id"] for row in await fetch("SELECT id FROM orders ORDER BY id")]

    async def act(order: int) -> None:
        await execute(
            "INSERT INTO report (order_id, mode, happened_at, recorded_at) VALUES ($1, 'phone', $2, $3)",
            order,
            at("2026-11-09 10:00"),
            NOW,
        )
        await follow([order], NOW)

    ticks = [watch(NOW, limit=3), watch(NOW, limit=3), escalate(at("2026-11-11 09:00"), limit=3), follow(orders, NOW)]
    await asyncio.gather(*ticks, *(act(order) for order in reversed(orders)))
    wrong = await fetch(
        """SELECT a.id FROM duty d LEFT JOIN alert a ON a.duty = d.id AND a.closed_at IS NULL
            WHERE d.limit_at <= $1 AND (a.id IS NOT NULL) <> (d.state = 'open')""",
        NOW,
    )
    assert wrong == []
    assert await fetch_value("SELECT count(*) FROM alert") == LAPSED


@pytest.mark.parametrize(
    ("query", "order", "index"), [(LAPSES, "d.limit_at", "duty_to_alert"), (FOUND, "f.since_at", "finding_to_alert")]
)
async def test_an_idle_tick_reads_a_few_pages_of_the_partial_index(
    own: str, query: str, order: str, index: str
) -> None:
    """However many duties there are: 20,000 that are met, and 20,000 whose limit is to come."""
    await _fill()
    await watch(NOW)
    owner = await asyncpg.connect(own)
    await owner.execute("VACUUM ANALYZE duty")
    await owner.execute("VACUUM ANALYZE finding")
    await owner.close()
    [row] = await fetch(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query} ORDER BY {order} LIMIT 1000 FOR UPDATE SKIP LOCKED", NOW
    )
    plan = json.loads(row[0])[0]["Plan"]
    assert index in row[0]
    assert plan["Actual Rows"] == 0
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 30  # the tables have a thousand


async def _fill() -> None:
    times = "'2026-01-01'::timestamptz, '2026-01-01'::timestamptz"
    await execute(
        f"""INSERT INTO duty (subject_kind, subject_id, owed_by, rule, variant, period, opens_at, due_at, limit_at, raw_due_on,
                              state, closed_at, source, rule_version, created_at)
            SELECT 'order', 1000000 + n, 'person', 'SU-01', 'phone', '', {times},
                   CASE WHEN n % 2 = 0 THEN '2026-02-01'::timestamptz ELSE '2027-02-01'::timestamptz END, '2026-01-01',
                   CASE WHEN n % 2 = 0 THEN 'met' ELSE 'open' END,
                   CASE WHEN n % 2 = 0 THEN '2026-01-15'::timestamptz END, 'rule', 1, '2026-01-01'::timestamptz
              FROM generate_series(1, 40000) AS n"""
    )
    await execute(
        """INSERT INTO finding (subject_kind, subject_id, rule, variant, period, since_at, severity, state, ended_at, created_at)
           SELECT 'order', 1000000 + n, 'no_officer', '', '', '2026-01-01'::timestamptz + n % 2 * interval '1 year', 'grave',
                  CASE WHEN n % 2 = 0 THEN 'ended' ELSE 'open' END,
                  CASE WHEN n % 2 = 0 THEN '2026-01-15'::timestamptz END, '2026-01-01'::timestamptz
             FROM generate_series(1, 40000) AS n"""
    )
