"""What must never be: registrations and people that slipped through, each named with what is wrong."""

from dataclasses import dataclass

from supervision import rules
from supervision.db import Record
from supervision.language import N_
from supervision.language import gettext as _
from supervision.rollcall.buckets import (
    CORRECTION,
    ENDED_TODAY,
    HELD,
    HELP_THAT_FOLLOWED,
    IN_CUSTODY,
    IN_REGISTER,
    LAPSED,
    OPEN,
    OWED,
    PAST_END_TOLD,
    REASON_FOR_NONE,
    SINCE_THE_END,
    TERM_PAST,
    TO_COME,
    UNALERTED_ORDERS,
    open_alert,
    some_duty,
)
from supervision.rollcall.help_buckets import ENDED_TODAY as HELP_ENDED_TODAY
from supervision.rollcall.help_buckets import HAS_OFFICE, HELP, UNALERTED_HELP
from supervision.rollcall.help_buckets import OPEN as HELP_OPEN
from supervision.rollcall.known import View
from supervision.rollcall.third import FIND_ON_NO_LIST

UNKNOWN_STATE = N_("不属于任何一类")


@dataclass(frozen=True, slots=True)
class Stray:
    """One way of being lost: SQL over the order `o`, and what is said of whoever is found."""

    code: str
    title: str
    predicate: str


@dataclass(frozen=True, slots=True)
class Named:
    """A registration (or a person without one) with what is wrong.

    `codes` for programs, `what` for people, in Chinese as it is kept; a page shows `said`.
    """

    order: int | None
    """The number of the registration: an order, or a period of help; None of a person without one."""
    person: int
    number: str
    name: str
    codes: tuple[str, ...]
    what: str
    of_help: bool = False
    """Whether the registration is a period of help, not an order."""

    @property
    def said(self) -> str:
        """What is wrong, in the language of the request."""
        return said_of(self.what)


# OFFSET 0: asked of each order that is found, by its own duties and never by all that have lapsed.
FIRST_UNALERTED = f"""(SELECT d.id FROM (SELECT x.* FROM {{duty}} x
                                          WHERE x.subject_kind = 'order' AND x.subject_id = o.id OFFSET 0) d
    WHERE {LAPSED} AND NOT EXISTS (SELECT FROM {{alert}} a WHERE a.duty = d.id AND a.closed_at IS NULL)
    ORDER BY d.limit_at, d.id LIMIT 1)"""
IN_CORRECTION = f"{OPEN} AND o.registered_at IS NOT NULL"

# A leave past its end comes with its register.
STRAYS: tuple[Stray, ...] = (
    Stray(
        "no_office",
        N_("没有负责的司法所"),
        f"""{OPEN} AND NOT EXISTS (SELECT FROM {{responsibility}} r
                                    WHERE r.person = o.person AND r.order_id = o.id)""",
    ),
    Stray(
        "no_future_duty",
        N_("在矫而没有今后应办的事项"),
        f"{IN_CORRECTION} AND ({TERM_PAST}) IS NOT TRUE AND {HELD} IS NULL AND {OWED} IS NULL",
    ),
    Stray("lapse_without_alert", N_("逾期而没有预警"), f"o.id IN {UNALERTED_ORDERS}"),
    Stray("ended_without_fact", N_("已结束而没有结束记录"), f"o.ended_at IS NOT NULL AND {ENDED_TODAY} IS NULL"),
    Stray(
        "two_open_orders",
        N_("同一人有两个未结束的登记"),
        f"""{OPEN} AND EXISTS (SELECT FROM {{orders}} t
                                WHERE t.person = o.person AND t.id <> o.id AND t.ended_at IS NULL)""",
    ),
    # Somebody is still to be asked whether a pause stands, or the order waits for a decision in custody: yet no pause is open.
    Stray(
        "detained_without_pause",
        N_("按羁押或住院管理而没有羁押、住院记录"),
        f"""{OPEN} AND ((o.state = 'expired_hold' AND {IN_CUSTODY} IS NULL)
                     OR (HELD_CHECK IS NOT NULL AND {HELD} IS NULL))""".replace(
            "HELD_CHECK", some_duty(f"d.rule = 'confirm_pause' AND {TO_COME}")
        ),
    ),
    Stray(
        "past_end_without_alert",
        N_("矫正期已满、没有解除，也没有预警"),
        f"""{IN_CORRECTION} AND {TERM_PAST}
            AND CASE WHEN {IN_CUSTODY} IS NULL THEN {PAST_END_TOLD}
                     ELSE {open_alert(SINCE_THE_END)} END IS NULL""",
    ),
)
NO_LIST = Stray("on_no_list", N_("不在任何名册"), "")
TITLES = {stray.code: stray.title for stray in (*STRAYS, NO_LIST)}

_CODES = ", ".join(f"CASE WHEN {stray.predicate} THEN '{stray.code}' END" for stray in STRAYS)
FIND_STRAYS = f"""
SELECT o.id, o.person, o.number, p.name, o.codes, d.rule, d.variant
  FROM (SELECT o.*, array_remove(ARRAY[{_CODES}], NULL) AS codes, {FIRST_UNALERTED} AS lapse
          FROM {{orders}} o
         WHERE {IN_REGISTER} AND {{scope}} AND ({" OR ".join(f"({stray.predicate})" for stray in STRAYS)})) o
  JOIN person p ON p.id = o.person LEFT JOIN duty d ON d.id = o.lapse
 ORDER BY o.id"""

NOT_HELPED_ON = Stray("assistance_missing", N_("解除后没有转入安置帮教，也没有写明理由"), "")
# Whoever is in correction again is on that list; whoever has died, or went to prison, wasn't released.
FIND_NOT_HELPED_ON = f"""
SELECT o.id, o.person, o.number, p.name FROM {{orders}} o JOIN person p ON p.id = o.person
 WHERE {{scope}} AND o.created_at <= $1 AND o.ended_at IS NOT NULL AND o.end_kind = 'released'
   AND NOT EXISTS (SELECT FROM {HELP_THAT_FOLLOWED}) AND NOT EXISTS (SELECT FROM {REASON_FOR_NONE})
   AND NOT EXISTS (SELECT FROM {{orders}} t WHERE t.person = o.person AND t.created_at <= $1 AND t.id > o.id)
 ORDER BY o.id"""

HELP_STRAYS: tuple[Stray, ...] = (
    Stray("help_no_office", N_("没有帮教的司法所"), f"{HELP_OPEN} AND {HAS_OFFICE} IS NULL"),
    Stray("help_lapse_without_alert", N_("有过期事项没有预警"), f"h.id IN {UNALERTED_HELP}"),
    Stray(
        "help_ended_without_fact", N_("已办结而没有办结记录"), f"h.ended_at IS NOT NULL AND {HELP_ENDED_TODAY} IS NULL"
    ),
    Stray(
        "on_both_registers",
        N_("同时在社区矫正和安置帮教名册"),
        f"""{HELP_OPEN} AND EXISTS (SELECT FROM {{orders}} o
                                     WHERE o.person = h.person AND o.created_at <= $1 AND o.ended_at IS NULL)""",
    ),
)
TITLES |= {stray.code: stray.title for stray in (*HELP_STRAYS, NOT_HELPED_ON)}
_HELP_CODES = ", ".join(f"CASE WHEN {stray.predicate} THEN '{stray.code}' END" for stray in HELP_STRAYS)
FIND_HELP_STRAYS = f"""
SELECT h.id, h.person, p.name, h.codes
  FROM (SELECT h.*, array_remove(ARRAY[{_HELP_CODES}], NULL) AS codes FROM {{assistance}} h
         WHERE {HELP.within} AND {{scope}} AND ({" OR ".join(f"({stray.predicate})" for stray in HELP_STRAYS)})) h
  JOIN person p ON p.id = h.person ORDER BY h.id"""

NAME_REMAINDER = f"""
SELECT o.id, o.person, o.number, p.name, {CORRECTION.what_is_missing} AS missing
  FROM {{orders}} o JOIN person p ON p.id = o.person WHERE o.id = ANY($2) AND {{scope}} ORDER BY o.id"""
NAME_HELP_REMAINDER = f"""
SELECT h.id, h.person, p.name, {HELP.what_is_missing} AS missing
  FROM {{assistance}} h JOIN person p ON p.id = h.person WHERE h.id = ANY($2) AND {{scope}} ORDER BY h.id"""


def said_of(what: str) -> str:
    """What is wrong with somebody, in the language of the request; `what` joins sentences of the tables here by ；."""
    return _("；").join(_said(sentence) for sentence in what.split("；"))


def _said(sentence: str) -> str:
    what, bracket, duty = sentence.partition("（")
    return _("%(what)s（%(duty)s）") % {"what": _(what), "duty": _(duty.removesuffix("）"))} if bracket else _(sentence)


async def find_strays(view: View) -> list[Named]:
    """Everybody who is lost in one of the known ways, in the order of the registers; last the people on no list."""
    rows = await view.rows(FIND_STRAYS, "o.person")
    unhelped = await view.rows(FIND_NOT_HELPED_ON, "o.person")
    helped = await view.rows(FIND_HELP_STRAYS, "h.person")
    people = await view.rows(FIND_ON_NO_LIST, "p.id")
    return [
        *map(_stray, rows),
        *(_named(row, row["number"], (NOT_HELPED_ON.code,)) for row in unhelped),
        *(_named(row, help_number(row["id"]), tuple(row["codes"]), of_help=True) for row in helped),
        *(_on_no_list(row) for row in people),
    ]


def help_number(assistance: int) -> str:
    """How a period of help is called where an order has its number."""
    return f"帮教{assistance}"


def _named(row: Record, number: str, codes: tuple[str, ...], *, of_help: bool = False) -> Named:
    what = "；".join(TITLES[code] for code in codes)
    return Named(row["id"], row["person"], number, row["name"], codes, what, of_help)


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
    """The registrations of correction without a bucket, each with the proofs that its state lacks."""
    rows = await view.rows(NAME_REMAINDER, "o.person", orders) if orders else []
    return [_lacking(row, row["number"]) for row in rows]


async def name_help_remainder(view: View, periods: list[int]) -> list[Named]:
    """The same of the register of help."""
    rows = await view.rows(NAME_HELP_REMAINDER, "h.person", periods) if periods else []
    return [_lacking(row, help_number(row["id"]), of_help=True) for row in rows]


def _lacking(row: Record, number: str, *, of_help: bool = False) -> Named:
    what = "；".join(row["missing"] or [UNKNOWN_STATE])
    return Named(row["id"], row["person"], number, row["name"], (), what, of_help)
