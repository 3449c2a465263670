"""How long the watch takes to make alerts and texts of lapses, and what a tick reads when there is nothing to do."""

import asyncio
from typing import Any

from supervision.alerts.watch import LANES, watch
from supervision.bench import load
from supervision.bench.frame import Bench, Notes, Report, Run, Watch, buffers_of, side_by_side
from supervision.bench.place import NOW, Place
from supervision.days import DAY
from supervision.db import fetch_value

BENCH = Bench("watch", "s", "≤ 1.5")

BODY = "您好，11月24日应来电，到时没有收到。请尽快与乙1所联系，说明情况。"
ANCHOR = """
WITH lapsed AS MATERIALIZED (
    SELECT d.id, d.subject_kind, d.subject_id, d.person, d.rule, d.variant, d.limit_at, d.due_at, r.staff, c.id AS contact,
           c.value_sealed, c.key
      FROM duty d
      JOIN responsibility r ON r.subject_kind = d.subject_kind AND r.subject_id = d.subject_id AND r.to_at IS NULL
      LEFT JOIN contact c ON c.person = d.person AND c.kind = 'phone' AND c.withdrawn_at IS NULL
     WHERE d.state = 'open' AND d.limit_at <= $1 AND d.alerted_at IS NULL
       FOR UPDATE OF d SKIP LOCKED),
opened AS (
    INSERT INTO alert (duty, subject_kind, subject_id, person, kind, severity, since_at, opened_at, assigned_to, rung,
                       anchor_at, anchor_rung, step, next_step_at)
    SELECT id, subject_kind, subject_id, person, rule, CASE rule WHEN 'RA-14' THEN 'notice' ELSE $3 END, limit_at, $1, staff, 0, limit_at, 0, 'look',
           limit_at + CASE rule WHEN 'RA-14' THEN interval '48 hours' ELSE interval '24 hours' END
      FROM lapsed
    RETURNING id, assigned_to),
noted AS (
    INSERT INTO alert_event (alert, at, kind, detail)
    SELECT id, $1, 'opened', jsonb_build_object('to', assigned_to, 'rung', 0) FROM opened),
marked AS (UPDATE duty SET alerted_at = $1 WHERE id = ANY (ARRAY(SELECT id FROM lapsed))),
queued AS (
    INSERT INTO message (person, contact, recipient_sealed, recipient_key, kind, body, once_key, not_before, not_after,
                         next_try_at, state, created_at, attempts)
    SELECT person, contact, value_sealed, key, 'missed', $4, 'missed/' || person || '/' || $2::date, $1, $2, $1,
           'waiting', $1, 0
      FROM lapsed WHERE rule = 'SU-01' AND variant IN ('phone', 'in_person')
    RETURNING id, person, recipient_key)
INSERT INTO message_about (message, recipient_key, duty, kind, version)
SELECT q.id, q.recipient_key, l.id, 'missed', 'due ' || l.due_at::date FROM queued q JOIN lapsed l ON l.person = q.person
"""
"""By hand. The duties are marked by an array of ids: by a join, the planner takes them for many and reads the whole ledger."""

LEFT = """
SELECT (SELECT count(*) FROM duty WHERE alerted_at IS NOT NULL) AS duties_noticed, (SELECT count(*) FROM alert) AS alerts,
       (SELECT count(*) FROM alert_event) AS alert_events, (SELECT count(*) FROM message) AS texts,
       (SELECT count(*) FROM message_about) AS texts_about,
       (SELECT md5(string_agg(concat_ws('/', duty, subject_id, person, kind, severity, since_at, assigned_to, rung, step,
                                        next_step_at), ' ' ORDER BY duty)) FROM alert) AS alerts_say
"""


TYPES = (
    "SELECT array_length($1::bigint[], 1), array_length($2::int[], 1), array_length($3::text[], 1), $4::timestamptz[]"
)


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """The lapses of a tenth of the people become alerts and texts; then what an idle tick reads, at two sizes.

    Of a big register there is room for one copy beside the load: each side makes its own and drops it.
    """
    await place.load("load", people, load.register, load.duties)
    one = Bench(BENCH.name, BENCH.unit, BENCH.bar, runs)
    notes: Notes = {}
    pairs, rows = await side_by_side(one, lambda: _ours(place, notes), lambda: _anchor(place))
    notes["idle tick, buffers"] = await _idle(place, "load")
    await place.load("smaller", max(people // 10, 1), load.register, load.duties)
    notes["idle tick at a tenth of the size, buffers"] = await _idle(place, "smaller")
    return [Report(one, people, pairs, rows, notes)]


async def _ours(place: Place, notes: Notes) -> Run:
    await place.copy("load", "side")
    async with place.at_work("side"):
        await _warm()
        with Watch() as took:
            await watch(NOW, lanes=LANES)
        notes["idle tick right after the burst, buffers"] = await buffers_of(lambda: watch(NOW))
    return await _done(place, took)


async def _warm() -> None:
    """As in a process that ticks: nothing is past yet, and the driver has learnt the types of what it will be handed."""
    await asyncio.gather(*(fetch_value(TYPES, [1], [1], ["text"], [NOW]) for _ in range(LANES)))
    await watch(NOW - DAY)


async def _anchor(place: Place) -> Run:
    await place.copy("load", "side")
    async with place.connected("side") as connection:
        await connection.fetch(
            "SELECT FROM duty WHERE state = 'open' AND limit_at <= $1 AND alerted_at IS NULL", NOW - DAY
        )
        with Watch() as took:
            async with connection.transaction():
                await connection.execute(ANCHOR, NOW, NOW + DAY, "serious", BODY)
    return await _done(place, took)


async def _done(place: Place, took: Watch) -> Run:
    async with place.connected("side") as connection:
        found: Any = await connection.fetchrow(LEFT)
    await place.drop("side")
    return Run(took.seconds, dict(found))


async def _idle(place: Place, name: str) -> int:
    """Nothing is past, so that nothing is changed: no copy is needed."""
    async with place.at_work(name):
        return await buffers_of(lambda: watch(NOW - DAY))
