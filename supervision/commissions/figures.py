"""The figures of the annual report about commissions, as plain SQL: each figure is the count of its own list.

$1 and $2: from (included) and to (excluded); $3: as it was known at that moment. A commission counts in the period in which
letter and full material first came; one that was put down by mistake counts nowhere.
"""

from datetime import datetime

from supervision.commissions.tables import ORGANS
from supervision.db import Record, fetch

KNOWN = "x.recorded_at <= $3 AND (x.withdrawn_at IS NULL OR x.withdrawn_at > $3)"

ACCEPTED = f"""
SELECT c.id, c.number, c.organ, c.organ_name, c.letter_number, c.person, x.happened_at AS accepted_at
  FROM commission_act x JOIN commission c ON c.id = x.commission
 WHERE x.kind = 'received' AND {KNOWN} AND x.happened_at >= $1 AND x.happened_at < $2
"""
"""One row an accepted commission; each has exactly one act `received` (material that comes again is `resent`)."""

ACCEPTED_BY_ORGAN = f"SELECT organ, count(*) AS n FROM ({ACCEPTED}) a GROUP BY organ"
"""The four figures 法院、检察院、公安、监狱: the lists behind them are ACCEPTED with its organ."""

DUE = """
SELECT c.id, c.number, c.organ, c.person, d.limit_at, d.state, d.closed_at
  FROM duty d JOIN commission c ON c.id = d.subject_id
 WHERE d.subject_kind = 'commission' AND d.rule IN ('CI-03', 'CI-04') AND d.variant = 'opinion'
   AND d.state <> 'void' AND d.limit_at > $1 AND d.limit_at <= $2 AND d.created_at <= $3
"""
"""Opinions whose limit (with what was agreed) fell into the period: the denominator of 调查评估按期完成率."""

IN_TIME = f"SELECT * FROM ({DUE}) d WHERE d.state = 'met'"
"""Of these, the opinions that were sent in time: the numerator."""

KNOWN_RESULTS = f"""
SELECT c.id, c.number, c.organ, c.person, x.adoption, x.happened_at
  FROM commission_result x JOIN commission c ON c.id = x.commission
 WHERE x.adoption <> 'unknown' AND {KNOWN} AND x.happened_at >= $1 AND x.happened_at < $2
"""
"""Results that are known: the denominator of 采信率; its numerator are those whose adoption is `adopted`."""


async def accepted(from_at: datetime, to_at: datetime, known_at: datetime, *, organ: str | None = None) -> list[Record]:
    """The accepted commissions of a period, of one organ or of all, in the order in which they came."""
    rows = await fetch(f"SELECT * FROM ({ACCEPTED}) a ORDER BY accepted_at, id", from_at, to_at, known_at)
    return [row for row in rows if organ in (None, row["organ"])]


async def accepted_by_organ(from_at: datetime, to_at: datetime, known_at: datetime) -> dict[str, int]:
    """How many commissions of each organ were accepted in a period; all four organs, also with none."""
    rows = await fetch(ACCEPTED_BY_ORGAN, from_at, to_at, known_at)
    found = {row["organ"]: int(row["n"]) for row in rows}
    return {organ: found.get(organ, 0) for organ in ORGANS}
