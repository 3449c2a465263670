"""What was put down of a person, newest first: for the list, the timeline and the withdrawal of a wrong entry."""

from dataclasses import dataclass
from datetime import datetime

from supervision.checkins.actions import CONTENT
from supervision.checkins.words import title_of
from supervision.reads import Read, Row, read_alone
from supervision.sealed import open_sealed


@dataclass(frozen=True, slots=True)
class Done:
    """A report, visit or check as a page shows it; `late_entry`: typed in after the limit that it kept."""

    kind: str
    id: int
    title: str
    content: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    late_entry: bool


async def history(person: int, *, limit: int | None = None) -> list[Done]:
    """The person's reports, visits and checks of all orders; withdrawn ones too."""
    done: list[Done] = await read_alone(history_read(person, limit))
    return done


def history_read(person: int, limit: int | None) -> Read:
    """The same, to be asked together with others."""
    return Read(HISTORY, (person, limit), lambda rows: [_done(row) for row in rows])


HISTORY = """
SELECT f.*, s.name AS by, w.name AS withdrawer,
       EXISTS (SELECT FROM duty d WHERE d.subject_kind = 'order' AND d.subject_id = f.order_id AND d.fact_kind = f.kind
                  AND d.fact_id = f.id AND d.state = 'met' AND d.limit_at <= f.recorded_at) AS late_entry
  FROM (SELECT 'report' AS kind, id, order_id, mode, NULL AS met, NULL AS channel, NULL AS result, content_sealed,
               happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM report
        UNION ALL
        SELECT 'visit', id, order_id, NULL, met, NULL, NULL, content_sealed,
               happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM visit
        UNION ALL
        SELECT 'info_check', id, order_id, NULL, NULL, channel, result, content_sealed,
               happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM info_check
        UNION ALL
        SELECT 'no_show', id, order_id, NULL, NULL, NULL, NULL, content_sealed,
               happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM no_show) f
  LEFT JOIN staff s ON s.id = f.recorded_by
  LEFT JOIN staff w ON w.id = f.withdrawn_by
 WHERE f.order_id IN (SELECT id FROM orders WHERE person = $1)
 ORDER BY f.happened_at DESC, f.kind, f.id DESC
 LIMIT $2
"""


def _done(row: Row) -> Done:
    return Done(
        kind=row["kind"],
        id=row["id"],
        title=title_of(row["kind"], row),
        content=open_sealed(row["content_sealed"], CONTENT) if row["content_sealed"] else "",
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        by=row["by"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawer"],
        withdrawn_reason=row["withdrawn_reason"],
        late_entry=row["late_entry"],
    )
