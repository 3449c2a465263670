"""How long the monthly table of the whole register takes, beside one pass of SQL that was written by hand for this one table."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from supervision.bench import load
from supervision.bench.frame import Bench, Report, Run, Watch, buffers_of, side_by_side
from supervision.bench.place import NOW, Place
from supervision.db import execute
from supervision.statistics.cells import CELLS
from supervision.statistics.crimes import chapters_sql
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of
from supervision.statistics.stays import arguments

MONTH: Final = month_of(date(2026, 10, 1))
WORK_MEM: Final = "64MB"
"""As ours asks for."""

ENDS: Final = """
INSERT INTO order_end (order_id, kind, happened_at, reason, recorded_at, recorded_by)
SELECT o.id, CASE o.id % 3 WHEN 0 THEN 'revoked' ELSE 'released' END, w.at, '裁定', w.at, 1
  FROM orders o, LATERAL (SELECT greatest(o.registered_at, $2::timestamptz) + make_interval(days => o.id % 50) AS at) w
 WHERE o.id <= $1 AND o.id % 7 = 0 AND w.at < $3
"""
ENDED: Final = """
UPDATE orders o SET ended_at = e.happened_at, end_kind = e.kind, state = e.kind FROM order_end e WHERE e.order_id = o.id
"""
LEFT: Final = """
UPDATE responsibility SET to_at = from_at + make_interval(days => 1 + (id % 20)::int)
 WHERE subject_kind = 'order' AND subject_id <= $1 AND subject_id % 11 = 0
"""
TAKEN_OVER: Final = """
INSERT INTO responsibility (subject_kind, subject_id, person, office, staff, role, from_at, recorded_at)
SELECT 'order', r.subject_id, r.person, 2 + r.office % (SELECT max(id) - 1 FROM office)::int, NULL, 'main', r.to_at, r.to_at
  FROM responsibility r WHERE r.to_at IS NOT NULL AND r.subject_id <= $1
"""


async def movements(people: int) -> None:
    """Of each seven orders one has ended, of each eleven one went to another office."""
    begin = MONTH.begin - timedelta(days=10)
    await execute(ENDS, people, begin, NOW)
    await execute(ENDED)
    await execute(LEFT, people)
    await execute(TAKEN_OVER, people)


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """Our table and the hand-written pass in turn, each on a connection of its own with the same memory."""
    await place.load("load", people, load.register, movements)
    one = Bench("reports", "s", "≤ 1.3", runs)
    async with place.at_work("load"), place.connected("load") as connection:
        await connection.execute(f"SET work_mem = '{WORK_MEM}'")
        pairs, rows = await side_by_side(one, _ours, lambda: _by_hand(connection))
        pages = await buffers_of(lambda: monthly_table(None, MONTH, NOW))
    return [Report(one, people, pairs, rows, {"pages of the database": pages})]


async def _ours() -> Run:
    with Watch() as took:
        table = await monthly_table(None, MONTH, NOW)
    total = table.total
    return Run(took.seconds, {"offices": sum(any(row.counts.values()) for row in table.rows)} | _few(total))


def _few(total: dict[str, int]) -> dict[str, int]:
    """The counts that are compared: all columns, as one number each where they are few."""
    return {code: total[code] for code in CELLS}


async def _by_hand(connection: Any) -> Run:
    with Watch() as took:
        rows = await connection.fetch(BY_HAND, *_hand_arguments(NOW))
        total = {code: sum(row[code] for row in rows) for code in CELLS}
    return Run(took.seconds, {"offices": len(rows)} | total)


def _hand_arguments(known_at: datetime) -> list[Any]:
    return arguments(MONTH, known_at)


BY_HAND: Final = f"""
WITH entry AS (
  SELECT order_id, min(happened_at) AS at FROM registration
   WHERE recorded_at <= $3 AND (withdrawn_at IS NULL OR withdrawn_at > $3) AND happened_at < $2 GROUP BY order_id),
leaving AS (
  SELECT order_id, min(happened_at) AS at, min(kind) AS kind FROM order_end
   WHERE recorded_at <= $3 AND (withdrawn_at IS NULL OR withdrawn_at > $3) AND happened_at < $2 GROUP BY order_id),
place AS (
  SELECT subject_id AS order_id, office, row_number() OVER turn AS turn, from_at, lead(from_at) OVER turn AS to_at
    FROM (SELECT id, subject_id, office, from_at,
                 lag(office) OVER (PARTITION BY subject_id ORDER BY from_at, id) AS before FROM responsibility
           WHERE subject_kind = 'order' AND role = 'main' AND recorded_at <= $3 AND from_at < $2) each_time
   WHERE before IS DISTINCT FROM office
  WINDOW turn AS (PARTITION BY subject_id ORDER BY from_at, id)),
level AS (
  SELECT DISTINCT ON (order_id) order_id, level FROM class_decision
   WHERE recorded_at <= $3 AND (withdrawn_at IS NULL OR withdrawn_at > $3) AND happened_at < $2
   ORDER BY order_id DESC, happened_at DESC, id DESC),
chapter(crime, chapter) AS (VALUES {chapters_sql()}),
stay AS (
  SELECT p.office, o.kind, w.sex, l.level, coalesce(c.chapter, 'other') AS chapter, x.kind AS end_kind,
         CASE WHEN w.born_on IS NULL THEN 0 WHEN w.born_on > $4::date THEN 1 WHEN w.born_on > $5::date THEN 2
              WHEN w.born_on > $6::date THEN 3 ELSE 4 END AS age,
         p.turn = 1 AS first, x.at IS NOT NULL AND (p.to_at IS NULL OR x.at <= p.to_at) AS last,
         CASE WHEN p.turn = 1 THEN e.at ELSE p.from_at END AS from_at, least(x.at, p.to_at) AS to_at
    FROM entry e JOIN orders o ON o.id = e.order_id JOIN person w ON w.id = o.person
    JOIN place p ON p.order_id = e.order_id LEFT JOIN leaving x ON x.order_id = e.order_id
    LEFT JOIN level l ON l.order_id = e.order_id LEFT JOIN chapter c ON c.crime = rtrim(o.crime, '罪')
   WHERE p.turn = 1 OR x.at IS NULL OR p.from_at < x.at)
SELECT office,
  count(*) FILTER (WHERE from_at < $1 AND (to_at IS NULL OR to_at >= $1)) AS before,
  count(*) FILTER (WHERE from_at >= $1 AND first) AS received,
  count(*) FILTER (WHERE from_at >= $1 AND NOT first) AS handed_in,
  count(*) FILTER (WHERE from_at >= $1) AS came,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'released') AS released,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'revoked') AS revoked,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'imprisoned') AS imprisoned,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'deceased') AS deceased,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'moved_out') AS moved_out,
  count(*) FILTER (WHERE to_at >= $1 AND last AND end_kind = 'other_end') AS other_end,
  count(*) FILTER (WHERE to_at >= $1 AND NOT last) AS handed_out,
  count(*) FILTER (WHERE to_at >= $1) AS went,
  count(*) FILTER (WHERE to_at IS NULL) AS after,
  count(*) FILTER (WHERE to_at IS NULL AND kind = 'probation') AS kind_probation,
  count(*) FILTER (WHERE to_at IS NULL AND kind = 'parole') AS kind_parole,
  count(*) FILTER (WHERE to_at IS NULL AND kind = 'public_surveillance') AS kind_public_surveillance,
  count(*) FILTER (WHERE to_at IS NULL AND kind = 'temporary_outside') AS kind_temporary_outside,
  count(*) FILTER (WHERE to_at IS NULL AND level = 'strict') AS level_strict,
  count(*) FILTER (WHERE to_at IS NULL AND level = 'normal') AS level_normal,
  count(*) FILTER (WHERE to_at IS NULL AND level = 'loose') AS level_loose,
  count(*) FILTER (WHERE to_at IS NULL AND level IS NULL) AS level_none,
  count(*) FILTER (WHERE to_at IS NULL AND sex = 'male') AS sex_male,
  count(*) FILTER (WHERE to_at IS NULL AND sex = 'female') AS sex_female,
  count(*) FILTER (WHERE to_at IS NULL AND sex = 'unknown') AS sex_unknown,
  count(*) FILTER (WHERE to_at IS NULL AND age = 1) AS age_minor,
  count(*) FILTER (WHERE to_at IS NULL AND age = 2) AS age_young,
  count(*) FILTER (WHERE to_at IS NULL AND age = 3) AS age_middle,
  count(*) FILTER (WHERE to_at IS NULL AND age = 4) AS age_old,
  count(*) FILTER (WHERE to_at IS NULL AND age = 0) AS age_unknown,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'state_security') AS crime_state_security,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'public_safety') AS crime_public_safety,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'market_order') AS crime_market_order,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'personal_rights') AS crime_personal_rights,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'property') AS crime_property,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'social_order') AS crime_social_order,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'graft') AS crime_graft,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'dereliction') AS crime_dereliction,
  count(*) FILTER (WHERE to_at IS NULL AND chapter = 'other') AS crime_other,
  count(*) FILTER (WHERE first) AS ever_received,
  count(*) FILTER (WHERE last AND end_kind = 'released') AS ever_released
FROM stay GROUP BY office
"""
