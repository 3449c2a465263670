"""The ways through the register, each in the order of an index: people after a cursor, and who hasn't been met on the way yet.

What is owed in the term of an order counts here, and what is open about one: help and visits have pages of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drive:
    """One way through the register in the order of an index: people with `{where}` after the cursor `{after}`."""

    sql: str
    after: str
    key: str = "timestamptz"
    """timestamptz | date | int"""
    walked: str = "orders o"
    """What `{walked}` stands for, unless few people fit: then for their rows of it alone."""
    upto: str = ""
    """Where it may go on for long without meeting anybody: the end of a stretch, after which it is asked who is left."""


# With OFFSET 0 the planner looks up each of the few; of a join it believes that walking the whole index may be cheaper.
_OF_FEW = """(SELECT t.* FROM unnest({{few}}::int[]) f(person)
           CROSS JOIN LATERAL (SELECT * FROM {table} x WHERE x.person = f.person AND {open} OFFSET 0) t) {alias}"""
OF_FEW: Mapping[str, str] = {
    "orders o": _OF_FEW.format(table="orders", open="TRUE", alias="o"),
    "duty d": _OF_FEW.format(table="duty", open="x.state = 'open'", alias="d"),
    "alert a": _OF_FEW.format(table="alert", open="x.closed_at IS NULL", alias="a"),
}

# Asked as EXISTS: beside a JOIN the planner lays out a cache for every person of the register before the first row.
_OPEN = """EXISTS (SELECT FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
                        WHERE o.person = {id} AND o.ended_at IS NULL AND {{where}})"""
_NO_LAPSE = "NOT EXISTS (SELECT FROM duty l WHERE l.person = a.person AND l.subject_kind = 'order' AND is_lapsed(l.state, l.limit_at, {now}))"
_NO_ALERT = (
    "NOT EXISTS (SELECT FROM alert a WHERE a.person = {id} AND a.subject_kind = 'order' AND a.closed_at IS NULL)"
)
_FIRST = """NOT EXISTS (SELECT FROM duty e WHERE e.person = d.person AND e.subject_kind = 'order' AND e.state = 'open'
                           AND (e.limit_at, e.id) < (d.limit_at, d.id))"""

_ALERTED = f"""SELECT a.person AS person, a.since_at AS key, a.person::bigint AS id
          FROM {{walked}}
         WHERE a.subject_kind = 'order' AND a.closed_at IS NULL AND {{more}} AND {_OPEN.format(id="a.person")} AND {{after}}
           AND NOT EXISTS (SELECT FROM alert e WHERE e.person = a.person AND e.subject_kind = 'order'
                              AND e.closed_at IS NULL AND (e.since_at, e.id) < (a.since_at, a.id))
         ORDER BY a.since_at, a.person LIMIT {{limit}}"""
_AFTER_SINCE = "(a.since_at, a.person) > ({key}, {id})"
ALERTED = Drive(_ALERTED.replace("{more}", "TRUE"), _AFTER_SINCE, walked="alert a")
ONLY_ALERTED = Drive(_ALERTED.replace("{more}", _NO_LAPSE), _AFTER_SINCE, walked="alert a")
_BY_LIMIT = f"""SELECT d.person AS person, d.limit_at AS key, d.id AS id
          FROM {{walked}}
         WHERE d.subject_kind = 'order' AND d.state = 'open' AND {{range}} AND {_FIRST} AND {_OPEN.format(id="d.person")} AND {{after}} AND {{upto}}
         ORDER BY d.limit_at, d.id LIMIT {{limit}}"""
_AFTER_LIMIT = "(d.limit_at, d.id) > ({key}, {id})"
_CALM = _BY_LIMIT.replace("{range}", f"d.limit_at > {{now}} AND {_NO_ALERT.format(id='d.person')}")
CALM = Drive(_CALM, _AFTER_LIMIT, walked="duty d", upto="(d.limit_at, d.id) <= ({key}, {id})")
LAPSED = Drive(_BY_LIMIT.replace("{range}", "d.limit_at <= {now}"), _AFTER_LIMIT, walked="duty d")
TODAY = Drive(
    f"""SELECT d.person AS person, d.limit_at AS key, d.id AS id
          FROM {{walked}}
         WHERE d.subject_kind = 'order' AND d.state = 'open' AND d.limit_at > {{now}} AND d.limit_at <= {{day_end}}
           AND {_OPEN.format(id="d.person")} AND {{after}}
           AND NOT EXISTS (SELECT FROM duty e WHERE e.person = d.person AND e.subject_kind = 'order'
                              AND e.state = 'open' AND e.limit_at > {{now}} AND (e.limit_at, e.id) < (d.limit_at, d.id))
         ORDER BY d.limit_at, d.id LIMIT {{limit}}""",
    _AFTER_LIMIT,
    walked="duty d",
)
BARE = Drive(
    f"""SELECT o.person AS person, o.person AS key, o.person::bigint AS id
          FROM {{walked}} JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND {_NO_ALERT.format(id="o.person")} AND {{where}} AND {{after}}
           AND NOT EXISTS (SELECT FROM duty d WHERE d.person = o.person AND d.subject_kind = 'order' AND d.state = 'open')
         ORDER BY o.person LIMIT {{limit}}""",
    "o.person > {id}",
    "int",
)
NEW = Drive(
    """SELECT o.person AS person, o.registered_at AS key, o.person::bigint AS id
          FROM {walked} JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND o.registered_at >= {lately} AND {where} AND {after}
         ORDER BY o.registered_at DESC, o.person DESC LIMIT {limit}""",
    "(o.registered_at, o.person) < ({key}, {id})",
)
ENDING = Drive(
    """SELECT o.person AS person, o.end_on AS key, o.person::bigint AS id
          FROM {walked} JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NULL AND o.end_on <= {soon} AND {where} AND {after}
         ORDER BY o.end_on, o.person LIMIT {limit}""",
    "(o.end_on, o.person) > ({key}, {id})",
    "date",
)
ENDED = Drive(
    """SELECT o.person AS person, o.person AS key, o.person::bigint AS id
          FROM {walked} JOIN person p ON p.id = o.person AND p.merged_into IS NULL
         WHERE o.ended_at IS NOT NULL AND {where} AND {after}
           AND NOT EXISTS (SELECT FROM orders e WHERE e.person = o.person AND (e.ended_at IS NULL OR e.id > o.id))
         ORDER BY o.person DESC LIMIT {limit}""",
    "o.person < {id}",
    "int",
)
DRIVES: Mapping[str, tuple[Drive, ...]] = {
    "all": (LAPSED, ONLY_ALERTED, CALM, BARE),
    "lapsed": (LAPSED,),
    "today": (TODAY,),
    "alerted": (ALERTED,),
    "new": (NEW,),
    "ending": (ENDING,),
}

# -- who is to be met at all -------------------------------------------------------------------------------------

WHO_FITS = """SELECT o.person FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
               WHERE (o.ended_at IS NOT NULL) = {ended} AND {where} LIMIT {limit}"""
"""People of whom a few are looked up one by one."""
STRETCH_ENDS = """SELECT d.limit_at AS key, d.id AS id FROM duty d
                   WHERE d.subject_kind = 'order' AND d.state = 'open' AND d.limit_at > {now} AND {after}
                   ORDER BY d.limit_at, d.id OFFSET {stretch} LIMIT 1"""
"""The last duty of a stretch of CALM; none where the way ends within it."""
WHO_IS_LEFT = """SELECT r.person FROM (SELECT person FROM orders WHERE ended_at IS NULL
                           EXCEPT SELECT d.person FROM duty d
                            WHERE d.subject_kind = 'order' AND d.state = 'open' AND {upto}) r
                  WHERE EXISTS (SELECT FROM orders o JOIN person p ON p.id = o.person AND p.merged_into IS NULL
                                 WHERE o.person = r.person AND o.ended_at IS NULL AND {where} OFFSET 0) LIMIT {limit}"""
"""People without an open duty up to the end of a stretch: whoever can still come, in CALM and after it."""
