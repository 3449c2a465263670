"""Bring subjects' duties and findings up to date with the facts, in the transaction of whoever changed the facts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from supervision import rules
from supervision.days import add_days, end_of, local_day
from supervision.db import Record, execute, fetch, tx
from supervision.duties.sources import ORDER, load_facts
from supervision.duties.write import Changes, write
from supervision.rules.base import Duty, Facts, Finding, Terms
from supervision.settings.terms import load_terms

HORIZON_DAYS = 60
CHUNK = 2000
LEDGER_DIFFERENCE = "ledger_difference"
"""The finding that reconcile raises against ourselves: no rule of law, so no rule may end it."""
NOT_OF_RULES = frozenset({LEDGER_DIFFERENCE, "duplicate_person", "history_misses"})
"""Findings of other hands (ours, and an import's): a human ends them."""

GUESSED = "coalesce((why ->> 'provisional')::boolean, false) AS guessed"
"""Whether a slot's days were computed before the calendar of their year was known."""

Held = dict[tuple[str, str, str], Record]
"""(rule, variant, period) → the row that the ledger holds."""


def horizon(now: datetime) -> datetime:
    """Up to when slots are made ahead."""
    return end_of(add_days(local_day(now), HORIZON_DAYS))


async def sync(order_ids: Iterable[int], now: datetime, *, by: int | None = None) -> int:
    """Make the ledger of these orders what the rules say of their facts; how many rows were made or changed.

    `by` is the member of the staff whose act it was, for the events. Idempotent: a second run changes nothing.
    """
    terms = await load_terms(now, horizon(now))
    count = 0
    for ids in _chunks(sorted(set(order_ids))):
        async with tx():
            changes = await compare(ids, terms)
            await write(changes, terms, by=by)
            await remember(ids, terms)
            count += changes.count
    return count


async def compare(ids: Sequence[int], terms: Terms) -> Changes:
    """The difference between what the rules say and what the ledger holds; writes nothing, but locks the orders."""
    facts = await load_facts(ids)
    changes = Changes()
    duties = _by_subject(
        await _existing("duty", f"state, source, opens_at, due_at, limit_at, raw_due_on, closed_at, {GUESSED}", ids)
    )
    findings = _by_subject(await _existing("finding", "state, since_at, severity, ended_at, alerted_at", ids))
    for one in facts:
        said, found = rules.evaluate(one, terms)
        _compare_duties(one, said, duties.get(one.subject.id, {}), changes, terms.until)
        _compare_findings(one, found, findings.get(one.subject.id, {}), changes)
    return changes


async def _existing(table: str, columns: str, ids: Sequence[int]) -> list[Record]:
    return await fetch(
        f"SELECT id, subject_id, person, rule, variant, period, fact_kind, fact_id, {columns} "
        f"FROM {table} WHERE subject_kind = $1 AND subject_id = ANY($2)",
        ORDER,
        list(ids),
    )


def _by_subject(rows: list[Record]) -> dict[int, Held]:
    grouped: dict[int, Held] = {}
    for row in rows:
        grouped.setdefault(row["subject_id"], {})[(row["rule"], row["variant"], row["period"])] = row
    return grouped


def _compare_duties(facts: Facts, said: Sequence[Duty], held: Held, changes: Changes, until: datetime) -> None:
    """What lies behind the horizon was made by somebody whose clock is ahead of ours, and is left alone."""
    expected = {duty.key: duty for duty in said}
    for key, duty in expected.items():
        row = held.get(key)
        if row is None:
            changes.made.append((facts.subject.id, duty))
        elif row["source"] == "rule" and _differs(row, duty):
            changes.changed.append((row, duty))
    changes.changed.extend(
        (row, None)
        for key, row in held.items()
        if key not in expected and row["source"] == "rule" and row["state"] != "void" and row["opens_at"] <= until
    )


def _differs(row: Record, duty: Duty) -> bool:
    slot = duty.slot
    return (row["state"], row["fact_kind"], row["fact_id"], row["closed_at"]) != (
        duty.state,
        duty.fact_kind,
        duty.fact_id,
        duty.closed_at,
    ) or (row["opens_at"], row["due_at"], row["limit_at"], row["raw_due_on"]) != (
        slot.opens_at,
        slot.due_at,
        slot.limit_at,
        slot.raw_due_on,
    )


def _compare_findings(facts: Facts, found: Sequence[Finding], held: Held, changes: Changes) -> None:
    expected = {finding.key: finding for finding in found}
    for key, finding in expected.items():
        row = held.get(key)
        if row is None:
            changes.found.append((facts.subject.id, finding))
        elif (row["since_at"], row["ended_at"], row["severity"], row["state"]) != (
            finding.since_at,
            finding.ended_at,
            finding.severity,
            "ended" if finding.ended_at else "open",
        ):
            changes.refound.append((row, finding))
    changes.refound.extend(
        (row, None)
        for key, row in held.items()
        if key not in expected and row["state"] == "open" and row["rule"] not in NOT_OF_RULES
    )


async def remember(ids: Sequence[int], terms: Terms) -> None:
    """Note up to when the slots of these orders have been made: what reconcile must find again."""
    await execute(
        """INSERT INTO ledger_subject (subject_kind, subject_id, synced_to, synced_at)
           SELECT $1, id, $3, $4 FROM unnest($2::int[]) AS id
           ON CONFLICT ON CONSTRAINT ledger_subject_once
           DO UPDATE SET synced_to = greatest(excluded.synced_to, ledger_subject.synced_to), synced_at = excluded.synced_at""",
        ORDER,
        list(ids),
        terms.until,
        terms.now,
    )


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    walk = iter(ids)
    while part := list(islice(walk, CHUNK)):
        yield part
