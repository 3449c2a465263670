"""What the register says of everybody: facts, duties, findings and alerts, told without ids.

What may differ between a sheet and the pages, and why:

- ids, sealed values (a fresh nonce each time), who typed it in, reasons, and the run it came with: they tell of the way;
- duties of source `import`, with the finding and the alert about misses among them: what was owed before the ledger began only
  an old register knows. The reports that were made then are facts, and are compared;
- debts, the list of what a sheet lacked, and in their place the findings of what was lacking when the ledger began (a class, a phone):
  a page asks for it at once. What is lacking later is compared;
- what was true only between two clicks, in the order in which they were made: events; when a row was made; findings and alerts that
  began and ended at one moment, or that ended before they began; duties that were taken away before they opened, with the
  explanation they had then; `once` duties that were taken away, which have one row however often they come and go;
- where a closed alert stood on the ladder when it ended and which of two proofs ended it; and a ladder that began anew because an act
  was typed in as late, before another one took its place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from supervision.days import SHANGHAI
from supervision.db import fetch

FACT = """(SELECT f.happened_at FROM (
    SELECT 'registration' AS kind, id, happened_at FROM registration UNION ALL SELECT 'report', id, happened_at FROM report
    UNION ALL SELECT 'visit', id, happened_at FROM visit UNION ALL SELECT 'info_check', id, happened_at FROM info_check
    UNION ALL SELECT 'class_decision', id, happened_at FROM class_decision
    UNION ALL SELECT 'contact', id, recorded_at FROM contact UNION ALL SELECT 'responsibility', id, from_at FROM responsibility
    UNION ALL SELECT 'pause', id, from_at FROM pause) f WHERE f.kind = x.fact_kind AND f.id = x.fact_id)"""
OF_ORDER = "FROM {table} x JOIN orders o ON o.id = x.order_id JOIN person p ON p.id = o.person"
OF_SUBJECT = "FROM {table} x JOIN orders o ON o.id = x.subject_id JOIN person p ON p.id = o.person WHERE x.subject_kind = 'order'"
WITHDRAWN = "x.happened_at, x.recorded_at, x.withdrawn_at"

LASTED = "(x.ended_at IS NULL OR x.ended_at > greatest(x.created_at, x.since_at))"
NEVER_OWED = """x.state = 'void' AND (x.opens_at >= '{now}' OR (x.cause = 'no_longer_owed'
     AND (x.period = 'once' OR greatest(x.opens_at, x.created_at) >= x.closed_at)))"""
LACKED = """(x.rule IN ('no_class', 'no_phone', 'no_officer', 'reach_otherwise')
     AND x.since_at = greatest(o.registered_at, o.ledger_from::timestamp AT TIME ZONE 'Asia/Shanghai')
     AND o.ledger_from > (o.registered_at AT TIME ZONE 'Asia/Shanghai')::date + 1)"""

SAID = {
    "person": """SELECT p.name, p.pinyin, p.sex, p.born_on, p.doc_kind, p.doc_key, p.doc_tail_key, p.merged_into, p.created_at
                   FROM person p""",
    "orders": """SELECT p.name, o.number, o.kind, o.crime, o.risk, o.effective_on, o.received_at, o.registered_at, o.start_on,
                        o.end_on, o.state, o.ended_at, o.end_kind, o.ledger_from, o.created_at
                   FROM orders o JOIN person p ON p.id = o.person""",
    "contact": """SELECT p.name, x.kind, x.key, x.tail_key, x.holder, x.rank, x.ok_from, x.bad_since, x.consent, x.recorded_at,
                         x.withdrawn_at, (SELECT r.key FROM contact r WHERE r.id = x.replaces) AS replaces
                    FROM contact x JOIN person p ON p.id = x.person""",
    "responsibility": f"SELECT p.name, x.office, x.staff, x.role, x.from_at, x.to_at, x.recorded_at {OF_SUBJECT}",
    "registration": f"SELECT p.name, {WITHDRAWN} {OF_ORDER}",
    "class_decision": f"SELECT p.name, x.level, {WITHDRAWN} {OF_ORDER}",
    "term_change": f"SELECT p.name, x.start_on, x.end_on, x.happened_at, x.recorded_at {OF_ORDER}",
    "report": f"SELECT p.name, x.mode, x.content_sealed, {WITHDRAWN} {OF_ORDER}",
    "visit": f"SELECT p.name, x.met, x.content_sealed, {WITHDRAWN} {OF_ORDER}",
    "info_check": f"SELECT p.name, x.channel, x.result, x.content_sealed, {WITHDRAWN} {OF_ORDER}",
    "duty": f"""SELECT p.name, x.rule, x.variant, x.period, x.owed_by, x.opens_at, x.due_at, x.limit_at, x.raw_due_on, x.state,
                       x.closed_at, x.fact_kind, {FACT} AS fact, x.cause, x.closed_by,
 CASE WHEN x.state = 'open' THEN x.alerted_at END AS alerted_at, x.remind_at,
                       x.rule_version, CASE WHEN x.cause IS DISTINCT FROM 'no_longer_owed' THEN x.why END AS why {OF_SUBJECT} AND x.source = 'rule'
                          AND NOT ({NEVER_OWED})""",
    "finding": f"""SELECT p.name, x.rule, x.variant, x.period, x.since_at, x.severity, x.state, x.ended_at, x.fact_kind,
                          {FACT} AS fact, x.alerted_at, x.why {OF_SUBJECT}
                           AND x.rule <> 'history_misses' AND {LASTED} AND NOT {LACKED}""",
    "alert": f"""SELECT p.name, x.kind, d.variant, d.period, x.severity, x.since_at, x.opened_at, x.closed_at, x.outcome, x.closed_by,
                        CASE WHEN x.closed_at IS NULL THEN jsonb_build_array(
                            x.step, x.rung, x.assigned_to, x.taken_by, x.anchor_at, x.anchor_rung, x.next_step_at,
                            CASE WHEN x.step = 'look' AND x.anchor_at > x.since_at AND EXISTS (
                                SELECT FROM alert_event e WHERE e.alert = x.id AND e.at = x.anchor_at
                                   AND e.kind IN ('restated', 'reopened')) THEN 'begun anew' END) END AS place
                   FROM alert x JOIN orders o ON o.id = x.subject_id JOIN person p ON p.id = o.person
                   LEFT JOIN duty d ON d.id = x.duty
                  WHERE x.kind <> 'history_misses' AND (x.closed_at IS NULL OR x.closed_at > x.opened_at)
                    AND NOT EXISTS (SELECT FROM finding f WHERE f.id = x.finding AND {LACKED.replace("x.", "f.")})""",
    "ledger_subject": f"SELECT p.name, x.synced_to, x.synced_at {OF_SUBJECT}",
    "message": "SELECT p.name, x.kind, x.state, x.created_at FROM message x JOIN person p ON p.id = x.person",
}  # fmt: skip
KEY = 3
"""By so many columns two rows of a table are one that differs: of a duty rule, variant and period."""
Row = tuple[tuple[str, Any], ...]
Sayings = dict[str, dict[str, list[Row]]]
"""Name → table → rows."""


async def said(now: datetime) -> Sayings:
    """Everything, by person."""
    found: Sayings = defaultdict(dict)
    for table, sql in SAID.items():
        for row in await fetch(sql.replace("{table}", table).replace("{now}", now.isoformat())):
            found[row["name"]].setdefault(table, []).append(tuple(row.items())[1:])
    return {name: {table: sorted(rows, key=repr) for table, rows in tables.items()} for name, tables in found.items()}


def differences(one: Sayings, other: Sayings) -> list[str]:
    """A line for each row that only one of both has; of a duty that both have, what differs."""
    lines: list[str] = []
    for name in sorted(one.keys() | other.keys()):
        for table in SAID:
            mine, theirs = (world.get(name, {}).get(table, []) for world in (one, other))
            lines += [f"{name} {table}: {told}" for told in _unlike(mine, theirs)]
    return lines


def _unlike(mine: list[Row], theirs: list[Row]) -> Iterator[str]:
    bulk, single = (
        list((Counter(mine) - Counter(theirs)).elements()),
        list((Counter(theirs) - Counter(mine)).elements()),
    )
    for row in bulk:
        twin = next((other for other in single if other[:KEY] == row[:KEY]), None)
        if twin is None:
            yield f"bulk alone {_readable(row)}"
            continue
        single.remove(twin)
        pairs = [(a, b) for a, b in zip(row, twin, strict=True) if a != b]
        if [mine[0] for mine, _ in pairs] == ["place"] and "begun anew" in pairs[0][1][1]:
            continue
        yield f"{[value for _, value in row[:KEY]]} bulk {_readable(a for a, _ in pairs)} single {_readable(b for _, b in pairs)}"
    yield from (f"single alone {_readable(row)}" for row in single)


def _readable(row: Iterable[tuple[str, Any]]) -> str:
    pairs = ((k, f"{v.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if isinstance(v, datetime) else v) for k, v in row)
    return " ".join(f"{name}={value}" for name, value in pairs if value is not None)
