"""The reports of each day by office, counted once in the night: what the dashboard shows of half a year without counting anew."""

from datetime import date, datetime, timedelta

from supervision.days import add_days, end_of, local_day, start_of
from supervision.db import execute, fetch_value, tx

SHOWN_DAYS = 182
RECOUNTED_DAYS = 35
"""Days back of which late entries, excuses and withdrawals still change the count."""

# By the last day that the limit left; the office is the one that has the file now.
COUNT = """
INSERT INTO report_day (day, office, due, made, late, missed, excused, counted_at)
SELECT ((d.limit_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS day, r.office, count(*),
       count(*) FILTER (WHERE d.state = 'met'), count(*) FILTER (WHERE d.state = 'met_late'),
       count(*) FILTER (WHERE d.state IN ('missed', 'open')), count(*) FILTER (WHERE d.state = 'excused'), $3
  FROM duty d
  JOIN (SELECT DISTINCT ON (subject_id) subject_id, office FROM responsibility
         WHERE subject_kind = 'order' AND role = 'main' ORDER BY subject_id, from_at DESC, id DESC) r ON r.subject_id = d.subject_id
 WHERE d.subject_kind = 'order' AND d.rule = 'SU-01' AND d.state <> 'void' AND d.limit_at > $1 AND d.limit_at <= $2
 GROUP BY 1, 2
ON CONFLICT ON CONSTRAINT report_day_once
DO UPDATE SET due = excluded.due, made = excluded.made, late = excluded.late, missed = excluded.missed,
              excused = excluded.excused, counted_at = excluded.counted_at
"""

# Nothing was counted for so long, or since then a history was taken in or undone; one that began the day before may have ended since.
OLDER_ONES_TOO = """
SELECT last IS NULL OR last < $1
       OR EXISTS (SELECT FROM import_run WHERE kind = 'history' AND greatest(started_at, undone_at) > last - interval '1 day')
  FROM (SELECT max(counted_at) AS last FROM report_day) c
"""


async def count_days(now: datetime) -> int:
    """Count the days before today: the last weeks anew, the whole span where older days may have changed; how many rows."""
    yesterday = add_days(local_day(now), -1)
    days = SHOWN_DAYS if await fetch_value(OLDER_ONES_TOO, now - timedelta(days=RECOUNTED_DAYS)) else RECOUNTED_DAYS
    return await count_span(add_days(yesterday, 1 - days), yesterday, now)


async def count_span(first: date, last: date, now: datetime) -> int:
    """Count the days from first to last, both with; days without any report are gone. May run twice at once."""
    async with tx():
        await execute("DELETE FROM report_day WHERE day BETWEEN $1 AND $2 AND counted_at < $3", first, last, now)
        return await execute(COUNT, start_of(first), end_of(last), now)
