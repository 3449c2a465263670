"""The buckets of the register of correction. In the SQL, `o` is the order."""

from supervision.language import N_
from supervision.rollcall.known import START_OF_TODAY, TODAY
from supervision.rollcall.register import Bucket, Proof, Register
from supervision.rules.no_future_duty import AWAITED_BY

OPEN = "o.ended_at IS NULL"
TERM_PAST = f"o.end_on < {TODAY}"
LAPSED = "is_lapsed(d.state, d.limit_at, $1)"
TO_COME = "d.state = 'open' AND d.limit_at > $1"
NO_SEARCH = N_("没有查找预警")


def some_duty(condition: str) -> str:
    """A duty of the order for which the condition holds, as a reference."""
    return f"""(SELECT 'duty:' || d.id FROM {{duty}} d
                 WHERE d.subject_kind = 'order' AND d.subject_id = o.id AND d.person = o.person AND {condition} LIMIT 1)"""


def open_alert(condition: str) -> str:
    """An open alert about the order for which the condition holds, as a reference."""
    return f"""(SELECT 'alert:' || a.id FROM {{alert}} a
                 WHERE a.subject_kind = 'order' AND a.subject_id = o.id AND a.closed_at IS NULL AND {condition} LIMIT 1)"""


def open_pause(kinds: str) -> str:
    """An open pause of the order of one of the kinds, as a reference."""
    return f"(SELECT 'pause:' || p.id FROM {{pause}} p WHERE p.order_id = o.id AND p.kind IN ({kinds}) LIMIT 1)"


def open_debt(kind: str) -> str:
    """What the old register didn't say and nobody has made up yet, as a reference."""
    return f"(SELECT 'debt:' || b.id FROM {{debt}} b WHERE b.order_id = o.id AND b.kind = '{kind}')"


ENDED_TODAY = f"""(SELECT 'order_end:' || e.id FROM {{order_end}} e
                    WHERE e.order_id = o.id AND e.recorded_at >= {START_OF_TODAY} LIMIT 1)"""
# The help that follows a release, or a named human's reason why there is none (law RA-22).
HELP_THAT_FOLLOWED = """{assistance} h WHERE h.person = o.person AND h.state <> 'taken_back'
                        AND (h.ended_at IS NULL OR h.ended_at >= o.ended_at)"""
REASON_FOR_NONE = "{not_handed_over} n WHERE n.order_id = o.id"
HELPED_ON = f"""coalesce((SELECT 'assistance:' || h.id FROM {HELP_THAT_FOLLOWED} LIMIT 1),
                         (SELECT 'not_handed_over:' || n.id FROM {REASON_FOR_NONE} LIMIT 1))"""
HANDED_OVER = f"CASE WHEN o.end_kind = 'released' THEN {HELPED_ON} WHEN TRUE THEN '' END"
# Also who is past the end with nothing left to be done, and whom nobody awaits any more, has an alert that says so.
PAST_END_TOLD = open_alert("a.kind IN ('TE-03', 'no_future_duty')")
SEARCHED = open_alert("a.kind IN ('RE-06', 'RE-07', 'RE-08', 'RE-12', 'no_future_duty')")
OF_ARRIVAL = f"d.rule IN ({', '.join(map(repr, AWAITED_BY))})"
HANDED_OVER_TO_US = "d.state IN ('met', 'met_late')"
NOT_DONE = "d.state IN ('open', 'missed')"
# Who was handed over is registered on the same day; from the next one on an alert says that nobody has done it, as it does of
# whoever a named human excused from coming.
AWAITED = f"""coalesce({some_duty(f"{OF_ARRIVAL} AND {TO_COME}")},
    {some_duty(f"{OF_ARRIVAL} AND {HANDED_OVER_TO_US} AND d.closed_at >= {START_OF_TODAY}")},
    {open_alert("a.kind = 'no_future_duty'")})"""
SINCE_THE_END = "(a.since_at AT TIME ZONE 'Asia/Shanghai')::date > o.end_on"
HELD = open_pause("'custody', 'hospital'")
IN_CUSTODY = open_pause("'custody'")
# Found once for the whole register, by the index of open limits: asking each order would cost lapses times orders.
LAPSED_ORDERS = f"(SELECT d.subject_id FROM {{duty}} d WHERE d.subject_kind = 'order' AND {LAPSED})"
UNALERTED_ORDERS = f"""(SELECT d.subject_id FROM {{duty}} d WHERE d.subject_kind = 'order' AND {LAPSED}
    AND NOT EXISTS (SELECT FROM {{alert}} a WHERE a.duty = d.id AND a.closed_at IS NULL))"""
EVERY_LAPSE_ALERTED = open_alert(f"a.duty IS NOT NULL AND o.id NOT IN {UNALERTED_ORDERS}")

HAS_OFFICER = f"""coalesce((SELECT 'responsibility:' || r.id FROM {{responsibility}} r
                         WHERE r.person = o.person AND r.order_id = o.id AND r.active LIMIT 1), {open_debt("officer")})"""
# An old register that goes live without classes owes them; until then the intervals of the normal class apply.
HAS_CLASS = f"""coalesce((SELECT 'class_decision:' || max(c.id) FROM {{class_decision}} c WHERE c.order_id = o.id),
                     {open_debt("class")})"""
NO_OFFICER_TOLD = open_alert("a.kind = 'no_officer'")
NO_CLASS_TOLD = open_alert("a.kind = 'no_class'")
# In the last days of the term the person may have done all that was owed: then what was met reaches to its end, and the
# office owes the certificate.
OWED = f"""coalesce({some_duty(f"d.owed_by = 'person' AND {TO_COME}")},
    CASE WHEN {some_duty("d.owed_by = 'person' AND d.state = 'met' AND d.limit_at > $1")} IS NOT NULL
         THEN {some_duty(f"d.rule = 'TE-03' AND {TO_COME}")} END)"""

# Only of whoever came of late: the longest clock of a reception is a month, and asking the others would cost a look each.
STILL_RECEIVED = f"""CASE WHEN o.registered_at > $1 - interval '62 days'
    THEN {some_duty(f"d.rule IN ('RE-13', 'RE-14', 'RE-15') AND {TO_COME}")} END"""

# The word of a named person after verifying (law b.9), until the person is found.
OFF_CONTROL = "(SELECT 'off_control:' || c.id FROM {off_control} c WHERE c.order_id = o.id LIMIT 1)"

# Leave, hand-over, proposed and suspended come with the rules that give them their proofs.
BUCKETS: tuple[Bucket, ...] = (
    Bucket(
        "ended_today",
        N_("今日结束"),
        "o.ended_at IS NOT NULL",
        (Proof(ENDED_TODAY, N_("没有结束记录")), Proof(HANDED_OVER, N_("解除后没有转入安置帮教，也没有写明理由"))),
    ),
    Bucket(
        "expired_hold",
        N_("期满待决"),
        f"{OPEN} AND {TERM_PAST} AND {IN_CUSTODY} IS NOT NULL",
        (Proof(IN_CUSTODY, N_("没有羁押记录")), Proof(open_alert(SINCE_THE_END), N_("期满后没有预警"))),
    ),
    Bucket(
        "past_end",
        N_("逾期解矫"),
        f"{OPEN} AND o.registered_at IS NOT NULL AND {TERM_PAST}",
        (Proof(PAST_END_TOLD, N_("期满未解除而没有预警")),),
    ),
    Bucket(
        "detained",
        N_("被羁押或住院"),
        f"""{OPEN} AND {HELD} IS NOT NULL AND {some_duty(f"d.rule = 'confirm_pause' AND {LAPSED}")} IS NULL""",
        (
            Proof(HELD, N_("没有羁押或住院记录")),
            Proof(some_duty(f"d.rule = 'confirm_pause' AND {TO_COME}"), N_("没有待办的核实事项")),
        ),
    ),
    Bucket(
        "off_control",
        N_("脱管"),
        f"{OPEN} AND o.registered_at IS NOT NULL AND {OFF_CONTROL} IS NOT NULL",
        (Proof(OFF_CONTROL, N_("没有认定脱管的记录")), Proof(open_alert("a.kind = 'LO-05'"), NO_SEARCH)),
    ),
    Bucket(
        "never_taken_in",
        N_("漏管"),
        f"""{OPEN} AND o.registered_at IS NULL
              AND {some_duty(f"{OF_ARRIVAL} AND d.limit_at <= $1 AND {NOT_DONE}")} IS NOT NULL""",
        (Proof(SEARCHED, NO_SEARCH),),
    ),
    Bucket(
        "awaited",
        N_("待报到"),
        f"{OPEN} AND o.registered_at IS NULL",
        (Proof(AWAITED, N_("没有待办的首次报到或者移送交接")),),
    ),
    Bucket(
        "lapsed",
        N_("逾期"),
        f"{OPEN} AND o.registered_at IS NOT NULL AND o.id IN {LAPSED_ORDERS}",
        (Proof(EVERY_LAPSE_ALERTED, N_("有逾期事项没有预警")),),
    ),
    Bucket(
        "enrolling",
        N_("入矫中"),
        f"""{OPEN} AND o.registered_at IS NOT NULL
              AND ({HAS_OFFICER} IS NULL OR {HAS_CLASS} IS NULL OR {STILL_RECEIVED} IS NOT NULL)""",
        (
            Proof(f"coalesce({HAS_OFFICER}, {NO_OFFICER_TOLD})", N_("没有责任人也没有预警")),
            Proof(f"coalesce({HAS_CLASS}, {NO_CLASS_TOLD})", N_("没有管理类别也没有预警")),
            Proof(OWED, N_("没有今后应办的事项")),
        ),
    ),
    Bucket(
        "in_order",
        N_("在矫正常"),
        f"{OPEN} AND o.registered_at IS NOT NULL",
        (
            Proof(HAS_OFFICER, N_("没有在岗的责任人")),
            Proof(HAS_CLASS, N_("没有管理类别")),
            Proof(OWED, N_("没有今后应办的事项")),
        ),
    ),
)
# An order leaves the register only by an end fact, on the day after the one on which that fact was recorded.
IN_REGISTER = f"""o.created_at <= $1 AND (o.ended_at IS NULL OR NOT EXISTS (
    SELECT FROM {{order_end}} e WHERE e.order_id = o.id AND e.recorded_at < {START_OF_TODAY}))"""


CORRECTION = Register(
    code="correction", title=N_("社区矫正登记"), rows="{orders} o", within=IN_REGISTER, buckets=BUCKETS
)
