"""One text a day to each officer, head and member of the desk: the day in figures; the names are behind the sign-in."""

from datetime import datetime

from supervision.access.staffing import STAFF_PHONE
from supervision.days import end_of, local_day, start_of
from supervision.db import Record, fetch
from supervision.messages import texts
from supervision.messages.outbox import Draft, enqueue, may_send
from supervision.messages.recipients import international, readable
from supervision.people.phones import is_mobile

DIGEST = "digest"


async def staff_digest(now: datetime) -> int:
    """Queue today's digests from 8:00 on; how many are new. Those whom no text reaches read the same on their page.

    Nothing in the night: what a missed run of yesterday would say is said at 8:00, with the figures of then.
    """
    if not may_send(now, to_staff=True):
        return 0
    drafts = [draft for row in await _counts(now) if (draft := _digest(row, now))]
    return len(await enqueue(drafts, now))


def _digest(row: Record, now: datetime) -> Draft | None:
    number = readable(row["phone_sealed"], STAFF_PHONE)
    today = local_day(now)
    if number is None or not is_mobile(number):
        return None
    counts = texts.Counts(row["due_today"], row["lapsed"], row["open_alerts"], row["others"])
    return Draft(
        kind=DIGEST,
        body=texts.staff_digest(counts).body,
        once_key=f"{DIGEST}/{row['id']}/{today}",
        number=international(number),
        not_before=now,
        not_after=end_of(today),
        staff=row["id"],
    )


async def _counts(now: datetime) -> list[Record]:
    """An officer's own files, a head's whole office: due today, lapsed; and everybody's own alerts, the desk's too.

    Due and lapsed are those of orders, as on the desk; what help and commissions have open by today is a figure of its own.
    """
    today = local_day(now)
    return await fetch(
        """WITH open_duty AS MATERIALIZED (
               SELECT r.office, r.staff, d.due_at, d.subject_kind = 'order' AS of_order, is_lapsed(d.state, d.limit_at, $1) AS lapsed
                 FROM duty d JOIN responsibility r ON r.subject_kind = d.subject_kind AND r.subject_id = d.subject_id
                      AND r.role = 'main' AND r.to_at IS NULL
                WHERE d.state = 'open' AND d.due_at <= $3)
           SELECT s.id, s.phone_sealed,
                  (SELECT count(*) FROM alert a WHERE a.assigned_to = s.id AND a.closed_at IS NULL) AS open_alerts,
                  count(*) FILTER (WHERE o.of_order AND o.due_at > $2 AND NOT o.lapsed) AS due_today,
                  count(*) FILTER (WHERE o.of_order AND o.lapsed) AS lapsed,
                  count(*) FILTER (WHERE NOT o.of_order) AS others
             FROM staff s LEFT JOIN open_duty o
               ON CASE s.role WHEN 'head' THEN o.office = s.office ELSE o.staff = s.id END
            WHERE s.disabled_at IS NULL AND s.phone_sealed IS NOT NULL
              AND (s.role IN ('officer', 'head') OR s.on_desk
                   OR EXISTS (SELECT FROM alert a WHERE a.assigned_to = s.id AND a.closed_at IS NULL))
            GROUP BY s.id ORDER BY s.id""",
        now,
        start_of(today),
        end_of(today),
    )
