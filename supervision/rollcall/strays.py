"""What must never be: registrations and people that slipped through, each named with what is wrong."""

from dataclasses import dataclass

from supervision import rules
from supervision.db import Record
from supervision.rollcall.buckets import (
    ENDED_TODAY,
    HELD,
    IN_CUSTODY,
    IN_REGISTER,
    LAPSED,
    OPEN,
    OWED,
    PAST_END_TOLD,
    SINCE_THE_END,
    TERM_PAST,
    TO_COME,
    UNALERTED_ORDERS,
    WHAT_IS_MISSING,
    open_alert,
    some_duty,
)
from supervision.rollcall.known import View

UNKNOWN_STATE = "不属于任何一类"


@dataclass(frozen=True, slots=True)
class Stray:
    """One way of being lost: SQL over the order `o`, and what is said of whoever is found."""

    code: str
    title: str
    predicate: str


@dataclass(frozen=True, slots=True)
class Named:
    """A registration (or a person without one) with what is wrong: `codes` for programs, `what` for people."""

    order: int | None
    person: int
    number: str
    name: str
    codes: tuple[str, ...]
    what: str


# OFFSET 0: asked of each order that is found, by its own duties and never by all that have lapsed.
FIRST_UNALERTED = f"""(SELECT d.id FROM (SELECT x.* FROM {{duty}} x
                                          WHERE x.subject_kind = 'order' AND x.subject_id = o.id OFFSET 0) d
    WHERE {LAPSED} AND NOT EXISTS (SELECT FROM {{alert}} a WHERE a.duty = d.id AND a.closed_at IS NULL)
    ORDER BY d.limit_at, d.id LIMIT 1)"""
IN_CORRECTION = f"{OPEN} AND o.registered_at IS NOT NULL"

# A leave past its end and an assistance missing after release come with their registers.
STRAYS: tuple[Stray, ...] = (
    Stray(
        "no_office",
        "没有负责的司法所",
        f"""{OPEN} AND NOT EXISTS (SELECT FROM {{responsibility}} r
                                    WHERE r.person = o.person AND r.order_id = o.id)""",
    ),
    Stray(
        "no_future_duty",
        "在矫而没有今后应办的事项",
        f"{IN_CORRECTION} AND ({TERM_PAST}) IS NOT TRUE AND {HELD} IS NULL AND {OWED} IS NULL",
    ),
    Stray("lapse_without_alert", "逾期而没有预警", f"o.id IN {UNALERTED_ORDERS}"),
    Stray("ended_without_fact", "已结束而没有结束记录", f"o.ended_at IS NOT NULL AND {ENDED_TODAY} IS NULL"),
    Stray(
        "two_open_orders",
        "同一人有两个未结束的登记",
        f"""{OPEN} AND EXISTS (SELECT FROM {{orders}} t
                                WHERE t.person = o.person AND t.id <> o.id AND t.ended_at IS NULL)""",
    ),
    # Somebody is still to be asked whether a pause stands, or the order waits for a decision in custody: yet no pause is open.
    Stray(
        "detained_without_pause",
        "按羁押或住院管理而没有羁押、住院记录",
        f"""{OPEN} AND ((o.state = 'expired_hold' AND {IN_CUSTODY} IS NULL)
                     OR (HELD_CHECK IS NOT NULL AND {HELD} IS NULL))""".replace(
            "HELD_CHECK", some_duty(f"d.rule = 'confirm_pause' AND {TO_COME}")
        ),
    ),
    Stray(
        "past_end_without_alert",
        "矫正期已满、没有解除，也没有预警",
        f"""{IN_CORRECTION} AND {TERM_PAST}
            AND CASE WHEN {IN_CUSTODY} IS NULL THEN {PAST_END_TOLD}
                     ELSE {open_alert(SINCE_THE_END)} END IS NULL""",
    ),
)
NO_LIST = Stray("on_no_list", "不在任何名册", "")
TITLES = {stray.code: stray.title for stray in (*STRAYS, NO_LIST)}

_CODES = ", ".join(f"CASE WHEN {stray.predicate} THEN '{stray.code}' END" for stray in STRAYS)
FIND_STRAYS = f"""
SELECT o.id, o.person, o.number, p.name, o.codes, d.rule, d.variant
  FROM (SELECT o.*, array_remove(ARRAY[{_CODES}], NULL) AS codes, {FIRST_UNALERTED} AS lapse
          FROM {{orders}} o
         WHERE {IN_REGISTER} AND {{scope}} AND ({" OR ".join(f"({stray.predicate})" for stray in STRAYS)})) o
  JOIN person p ON p.id = o.person LEFT JOIN duty d ON d.id = o.lapse
 ORDER BY o.id"""

FIND_ON_NO_LIST = """
SELECT p.id AS person, p.name FROM person p
 WHERE p.created_at <= $1 AND p.merged_into IS NULL AND {scope}
   AND NOT EXISTS (SELECT FROM {orders} o WHERE o.person = p.id)
   AND NOT EXISTS (SELECT FROM commission c WHERE c.person = p.id AND c.created_at <= $1) ORDER BY p.id"""

NAME_REMAINDER = f"""
SELECT o.id, o.person, o.number, p.name, {WHAT_IS_MISSING} AS missing
  FROM {{orders}} o JOIN person p ON p.id = o.person WHERE o.id = ANY($2) AND {{scope}} ORDER BY o.id"""


async def find_strays(view: View) -> list[Named]:
    """Everybody who is lost in one of the known ways, in the order of the register; last the people on no list."""
    rows = await view.rows(FIND_STRAYS, "o.person")
    people = await view.rows(FIND_ON_NO_LIST, "p.id")
    return [*map(_stray, rows), *(_on_no_list(row) for row in people)]


def _stray(row: Record) -> Named:
    words = [TITLES[code] for code in row["codes"]]
    if row["rule"]:
        words = [
            f"{word}（{rules.title_of(row['rule'], row['variant'])}）" if word == UNSEEN else word for word in words
        ]
    return Named(row["id"], row["person"], row["number"], row["name"], tuple(row["codes"]), "；".join(words))


UNSEEN = TITLES["lapse_without_alert"]


def _on_no_list(row: Record) -> Named:
    return Named(None, row["person"], f"#{row['person']}", row["name"], (NO_LIST.code,), NO_LIST.title)


async def name_remainder(view: View, orders: list[int]) -> list[Named]:
    """The registrations without a bucket, each with the proofs that its state lacks."""
    if not orders:
        return []
    rows = await view.rows(NAME_REMAINDER, "o.person", orders)
    return [
        Named(row["id"], row["person"], row["number"], row["name"], (), "；".join(row["missing"] or [UNKNOWN_STATE]))
        for row in rows
    ]
