"""The register of correction as stays: one row for each time that an order was in one office's charge, as known at a moment.

Of every statement here $1 and $2 are the period's begin and its exclusive end, $3 says what was known (facts that were
recorded later, or withdrawn by then, don't count), $4 to $6 the birthdays that part the ages. Counted by when a thing
happened, not by when it was written down.
"""

from datetime import datetime
from typing import Any

from supervision.days import DAY, add_months
from supervision.statistics.crimes import OTHER_CHAPTER, chapters_sql
from supervision.statistics.period import Period

KNOWN = "recorded_at <= $3 AND (withdrawn_at IS NULL OR withdrawn_at > $3) AND happened_at < $2"

ENTRIES = (
    f"SELECT order_id, min(happened_at) AS entered, count(*) AS entries FROM registration WHERE {KNOWN} GROUP BY 1"
)
LEAVINGS = f"""SELECT order_id, min(happened_at) AS left_at, min(kind) AS end_kind, count(*) AS leavings
                 FROM order_end WHERE {KNOWN} GROUP BY 1"""
# An office has a file from when it got it until the next one did; the first one, from the beginning: old registers came by sheet.
SEATS = """SELECT subject_id AS order_id, office, CASE WHEN before IS NULL THEN '-infinity' ELSE from_at END AS from_at,
                  lead(from_at) OVER (PARTITION BY subject_id ORDER BY from_at, id) AS to_at
             FROM (SELECT id, subject_id, office, from_at,
                          lag(office) OVER (PARTITION BY subject_id ORDER BY from_at, id) AS before
                     FROM responsibility
                    WHERE subject_kind = 'order' AND role = 'main' AND recorded_at <= $3 AND from_at < $2) each_time
            WHERE before IS DISTINCT FROM office"""
CLASSES = f"""SELECT DISTINCT ON (order_id) order_id, level FROM class_decision WHERE {KNOWN}
               ORDER BY order_id DESC, happened_at DESC, id DESC"""

# OFFSET 0: each column is made once; else the planner makes it anew in each of the forty conditions that ask for it.
STAYS = f"""
(SELECT s.*, s.stay_from < $1 AND (s.stay_to IS NULL OR s.stay_to >= $1) AS was_in,
        s.stay_to IS NULL AS is_in,
        s.stay_from >= $1 AS came, s.stay_to >= $1 AS went
   FROM (SELECT o.id AS order_id, o.person, o.number, o.kind, p.name, p.sex, p.born_on, c.level, t.office,
                e.entered, x.left_at, x.end_kind,
                e.entries > 1 OR x.leavings > 1 OR x.left_at < e.entered AS broken,
                greatest(e.entered, t.from_at) AS stay_from, least(x.left_at, t.to_at) AS stay_to,
                t.from_at IS NULL OR t.from_at <= e.entered AS by_entry,
                x.left_at IS NOT NULL AND (t.to_at IS NULL OR x.left_at <= t.to_at) AS by_end,
                CASE WHEN p.born_on IS NULL THEN 'unknown' WHEN p.born_on > $4::date THEN 'minor'
                     WHEN p.born_on > $5::date THEN 'young' WHEN p.born_on > $6::date THEN 'middle' ELSE 'old' END AS age,
                coalesce(whole.chapter, first.chapter, '{OTHER_CHAPTER}') AS chapter
           FROM ({ENTRIES}) e
           JOIN orders o ON o.id = e.order_id
           JOIN person p ON p.id = o.person
           LEFT JOIN ({LEAVINGS}) x ON x.order_id = e.order_id
           LEFT JOIN ({SEATS}) t ON t.order_id = e.order_id AND t.from_at < coalesce(x.left_at, 'infinity')
                                AND coalesce(t.to_at, 'infinity') > e.entered
           LEFT JOIN ({CLASSES}) c ON c.order_id = e.order_id
           LEFT JOIN (VALUES {chapters_sql()}) whole(crime, chapter) ON whole.crime = rtrim(o.crime, '罪')
           LEFT JOIN (VALUES {chapters_sql()}) first(crime, chapter)
                  ON first.crime = CASE WHEN whole.chapter IS NULL THEN rtrim(split_part(o.crime, '、', 1), '罪') END
         OFFSET 0) s OFFSET 0) s
"""
"""`was_in`: in charge when the period began (ZC(a−1)); `is_in`: at its end (ZC(b)); `came` and `went`: in between."""


def arguments(period: Period, known_at: datetime) -> list[Any]:
    """$1 to $6. Ages are full years on the period's last day: <18, 18–45, 46–60, ≥61 (law e.1); full from the day after (T-10)."""
    birthdays = [add_months(period.last - DAY, -12 * years) for years in (18, 46, 61)]
    return [period.begin, period.end, known_at, *birthdays]
