"""The register that benches work on: made by set-based SQL and COPY, the same at every run; nobody on it is real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from supervision.bench.place import NOW
from supervision.db import execute, fetch, tx
from supervision.people.actions import CONTACT, CONTACT_TAIL
from supervision.sealed import blind, seal

OFFICE_HOLDS: Final = 250
"""People of one office; it has a head and five officers."""
PHONES: Final = 10_000
"""As many as the demo's range of numbers has, which no real provider takes."""
SINCE: Final = NOW - timedelta(days=30)


async def offices(people: int) -> None:
    """The bureau with its desk and the head of its section, and the offices: staff 1 and 2, then six an office."""
    await execute(
        """INSERT INTO office (id, code, name, kind) SELECT 1, 'B', '甲区司法局', 'bureau'
           UNION ALL SELECT n + 1, 'B' || n, '乙' || n || '司法所', 'judicial_office' FROM generate_series(1, $1) n""",
        _offices(people),
    )
    await execute(
        """INSERT INTO staff (id, login, name, role, office, on_desk, password_hash, failed_count, created_at)
           SELECT n, 'bureau' || n, '丙' || n, CASE n WHEN 1 THEN 'clerk' ELSE 'cca_head' END, 1, n = 1, '-', 0, $2::timestamptz
             FROM generate_series(1, 2) n
           UNION ALL
           SELECT 2 + (n - 1) * 6 + k, 'staff' || n || '_' || k, '丁' || n || '之' || k, CASE k WHEN 1 THEN 'head' ELSE 'officer' END,
                  n + 1, FALSE, '-', 0, $2::timestamptz
             FROM generate_series(1, $1) n, generate_series(1, 6) k""",
        _offices(people),
        SINCE,
    )


def _offices(people: int) -> int:
    return -(-people // OFFICE_HOLDS)


async def register(people: int) -> None:
    """Both registers: offices and people, each with one open order, a class, an officer and a phone; as many more in help.

    As in a register that was in use before its receptions were counted: what is measured stays comparable.
    """
    await execute("UPDATE parameter SET value = 'false' WHERE key = 'reception.counted'")
    await offices(people)
    await _corrected(people)
    for statement in (HELPED, ASSISTANCES, HELPERS, STEPS, HELP_CLASSES, HELP_VISITS):
        await execute(statement, people, SINCE)


async def _corrected(people: int) -> None:
    await execute(
        """INSERT INTO person (id, name, pinyin, sex, born_on, doc_kind, created_at)
           SELECT n, '戊' || n, 'w wu' || n, 'male', date '1980-01-01' + n % 7000, 'none', $2::timestamptz
             FROM generate_series(1, $1) n""",
        people,
        SINCE,
    )
    await _phones(people)
    for statement in (ORDERS, RESPONSIBILITIES, REGISTRATIONS, CLASSES):
        await execute(statement, people, SINCE)


async def _phones(people: int) -> None:
    numbers = [f"1990000{n:04d}" for n in range(min(people, PHONES))]
    known = [(seal(one, CONTACT), blind(one, CONTACT), blind(one[-4:], CONTACT_TAIL)) for one in numbers]
    await execute(CONTACTS, people, SINCE, *(list(column) for column in zip(*known, strict=True)), len(known))


CONTACTS: Final = """
INSERT INTO contact (person, kind, value_sealed, key, tail_key, holder, rank, ok_from, consent, recorded_at)
SELECT n, 'phone', k.box, k.key, k.tail, 'self', 1, $2::timestamptz, 'yes', $2::timestamptz
  FROM generate_series(1, $1::int) n
  JOIN unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS k(box, key, tail, place) ON k.place = 1 + n % $6::int
 ORDER BY n
"""
ORDERS: Final = """
INSERT INTO orders (id, number, person, kind, crime, effective_on, received_at, registered_at, start_on, end_on, state,
                    ledger_from, created_at)
SELECT n, 'B' || lpad(n::text, 8, '0'), n, 'probation', '盗窃罪', d.day, d.day, d.day, d.day, d.day + 500 + n % 400,
       'in_correction', $2::timestamptz::date, $2::timestamptz
  FROM generate_series(1, $1::int) n, LATERAL (SELECT $2::timestamptz::date - n % 300 AS day) d
"""
RESPONSIBILITIES: Final = f"""
INSERT INTO responsibility (subject_kind, subject_id, person, office, staff, role, from_at, recorded_at)
SELECT 'order', n, n, o.office + 1, 2 + (o.office - 1) * 6 + 2 + n % 5, 'main', $2::timestamptz, $2::timestamptz
  FROM generate_series(1, $1::int) n, LATERAL (SELECT (n - 1) / {OFFICE_HOLDS} + 1 AS office) o
"""
REGISTRATIONS: Final = """
INSERT INTO registration (order_id, happened_at, recorded_at)
SELECT id, registered_at, $2::timestamptz FROM orders WHERE id <= $1
"""
CLASSES: Final = """
INSERT INTO class_decision (order_id, level, happened_at, reason, recorded_at)
SELECT id, CASE WHEN id % 10 = 0 THEN 'strict' WHEN id % 10 < 3 THEN 'loose' ELSE 'normal' END, registered_at, '裁定', $2::timestamptz
  FROM orders WHERE id <= $1
"""

# -- the register of help: numbers of people go on behind those in correction --------------------------------------

HELPED: Final = """
INSERT INTO person (id, name, pinyin, sex, born_on, doc_kind, created_at)
SELECT $1::int + n, '己' || n, 'j ji' || n, 'male', date '1980-01-01' + n % 7000, 'none', $2::timestamptz
  FROM generate_series(1, $1::int) n
"""
ASSISTANCES: Final = """
INSERT INTO assistance (id, person, source, kind, known_on, release_on, connected_at, from_on, to_on, state, ledger_from, created_at)
SELECT n, $1::int + n, 'prison', 'general', d.day, d.day, d.day, d.day, d.day + 1826, 'in_help', $2::timestamptz::date, $2::timestamptz
  FROM generate_series(1, $1::int) n, LATERAL (SELECT $2::timestamptz::date - n % 700 AS day) d
"""
HELPERS: Final = """
INSERT INTO responsibility (subject_kind, subject_id, person, office, staff, role, from_at, recorded_at)
SELECT 'assistance', r.subject_id, $1::int + r.person, r.office, r.staff, 'main', r.from_at, r.recorded_at
  FROM responsibility r WHERE r.subject_kind = 'order' AND r.from_at = $2::timestamptz
"""
STEPS: Final = """
INSERT INTO assistance_step (assistance, event, old_state, new_state, happened_at, recorded_at)
SELECT a.id, s.event, s.old_state, s.new_state, a.connected_at, $2::timestamptz
  FROM assistance a, (VALUES ('came', NULL, 'connected'), ('agreement', 'connected', 'connected'),
                             ('file', 'connected', 'in_help')) s(event, old_state, new_state)
 WHERE a.id <= $1
"""
HELP_CLASSES: Final = """
INSERT INTO assistance_class (assistance, level, reason, happened_at, recorded_at)
SELECT id, (ARRAY['third', 'second', 'first'])[1 + id % 3], '评估', connected_at, $2::timestamptz FROM assistance WHERE id <= $1
"""
HELP_VISITS: Final = """
INSERT INTO help_visit (assistance, place, met, happened_at, recorded_at)
SELECT n, 'home', 'person', w.at, w.at
  FROM generate_series(1, $1::int) n, LATERAL (SELECT $2::timestamptz + make_interval(days => n % 28) AS at) w
"""

# -- a ledger of 25 duties a person ------------------------------------------------------------------------------


async def duties(people: int, now: datetime = NOW) -> None:
    """25 duties a person in correction and 4 visits a person in help, half of them met and half to come.

    Of each tenth person one has lapsed and nobody has noticed yet.
    """
    async with in_bulk("duty"):
        await execute(DUTIES, people, now)
        await execute(HELP_DUTIES, people, now)


@asynccontextmanager
async def in_bulk(table: str) -> AsyncIterator[None]:
    """A table that is filled by its owner without its plain indexes and without asking for what its rows refer to.

    Millions of rows go in so in a fraction of the time; the indexes are made over all of them at the end.
    """
    async with tx():
        await execute("SET LOCAL session_replication_role = replica")
        await execute("SET LOCAL maintenance_work_mem = '256MB'")
        indexes = await fetch(PLAIN_INDEXES, table)
        for index in indexes:
            await execute(f"DROP INDEX {index['name']}")
        yield
        for index in indexes:
            await execute(index["definition"])


PLAIN_INDEXES: Final = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i WHERE i.indrelid = $1::text::regclass
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


DUTIES: Final = """
INSERT INTO duty (subject_kind, subject_id, person, owed_by, rule, variant, period, opens_at, due_at, limit_at, raw_due_on,
                  state, closed_at, fact_kind, fact_id, source, rule_version, why, created_at)
SELECT 'order', n, n, CASE WHEN k < 15 THEN 'person' ELSE 'staff' END, CASE WHEN k < 15 THEN 'SU-01' ELSE 'SU-04' END,
       CASE WHEN k < 9 THEN 'phone' WHEN k < 12 THEN 'in_person' WHEN k < 15 THEN 'written' WHEN k < 24 THEN 'info'
            ELSE 'field' END,
       l.day::text, l.at - interval '7 days', l.at, l.at, l.day,
       CASE WHEN l.is_met THEN 'met' ELSE 'open' END, CASE WHEN l.is_met THEN l.at - interval '1 hour' END,
       CASE WHEN l.is_met THEN 'report' END, CASE WHEN l.is_met THEN n END, 'rule', 1,
       jsonb_build_object('rule', 'SU-01', 'article', '社区矫正法实施办法 第二十五条', 'every_days', 7, 'grid', l.day,
                          'level', 'normal', 'skipped', '[]'::jsonb), l.at - interval '60 days'
  FROM generate_series(1, $1::int) n, generate_series(0, 24) k,
       LATERAL (SELECT n % 10 = 0 AND k = n / 10 % 25 AS has_lapsed) x,
       LATERAL (SELECT k % 2 = 0 AND NOT x.has_lapsed AS is_met,
                       CASE WHEN x.has_lapsed THEN $2::timestamptz - make_interval(mins => n % 480)
                            WHEN k % 2 = 0 THEN $2::timestamptz - make_interval(days => 2 + 3 * k)
                            ELSE $2::timestamptz + make_interval(days => 2 + 2 * k, secs => n % 80000) END AS at) w,
       LATERAL (SELECT w.is_met, w.at, (w.at AT TIME ZONE 'Asia/Shanghai')::date AS day) l
"""

HELP_DUTIES: Final = """
INSERT INTO duty (subject_kind, subject_id, person, owed_by, rule, variant, period, opens_at, due_at, limit_at, raw_due_on,
                  state, closed_at, fact_kind, fact_id, source, rule_version, why, created_at)
SELECT 'assistance', n, $1 + n, 'staff', 'RA-14', 'visit', l.day::text, l.at - interval '60 days', l.at, l.at, l.day,
       CASE WHEN l.is_met THEN 'met' ELSE 'open' END, CASE WHEN l.is_met THEN l.at - interval '1 hour' END,
       CASE WHEN l.is_met THEN 'help_visit' END, CASE WHEN l.is_met THEN n END, 'rule', 1,
       jsonb_build_object('rule', 'RA-14', 'article', '安置帮教', 'variant', 'visit', 'unit', 'quarter', 'level', 'second'),
       l.at - interval '90 days'
  FROM generate_series(1, $1::int) n, generate_series(0, 3) k,
       LATERAL (SELECT n % 10 = 0 AND k = n / 10 % 4 AS has_lapsed) x,
       LATERAL (SELECT k % 2 = 0 AND NOT x.has_lapsed AS is_met,
                       CASE WHEN x.has_lapsed THEN $2::timestamptz - make_interval(mins => n % 480)
                            WHEN k % 2 = 0 THEN $2::timestamptz - make_interval(days => 90 + 90 * k)
                            ELSE $2::timestamptz + make_interval(days => 2 + 90 * k, secs => n % 80000) END AS at) w,
       LATERAL (SELECT w.is_met, w.at, (w.at AT TIME ZONE 'Asia/Shanghai')::date AS day) l
"""


# -- facts, for a ledger that the rules make ---------------------------------------------------------------------


async def acts(people: int, times: int = 4) -> None:
    """Of each person so many reports by phone and information checks, one of each a week, and one visit to the office."""
    await execute(REPORTS, people, SINCE, times)
    await execute(CHECKS, people, SINCE, times)


REPORTS: Final = """
INSERT INTO report (order_id, mode, happened_at, recorded_at)
SELECT n, CASE WHEN k = 0 THEN 'in_person' ELSE 'phone' END, w.at, w.at
  FROM generate_series(1, $1::int) n, generate_series(0, $3::int) k,
       LATERAL (SELECT $2::timestamptz + make_interval(days => 7 * k % 28, secs => n % 30000 + k) AS at) w
"""
CHECKS: Final = """
INSERT INTO info_check (order_id, channel, result, happened_at, recorded_at)
SELECT n, 'call', 'ok', w.at, w.at
  FROM generate_series(1, $1::int) n, generate_series(1, $3::int) k,
       LATERAL (SELECT $2::timestamptz + make_interval(days => 7 * k % 28, secs => n % 30000 + k) AS at) w
"""
