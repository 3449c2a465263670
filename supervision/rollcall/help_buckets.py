"""The buckets of the register of resettlement help. In the SQL, `h` is the period of help; the words are those of help.

A dual listing is one row and is counted once, with the office of the residence, which has the file.
"""

from supervision.language import N_
from supervision.resettlement import states
from supervision.rollcall.buckets import LAPSED, TO_COME
from supervision.rollcall.known import START_OF_TODAY
from supervision.rollcall.register import Bucket, Proof, Register

OPEN = "h.ended_at IS NULL"
WAITING = ", ".join(f"'{state}'" for state in states.AWAITED)


def some_duty(condition: str) -> str:
    """A duty about the period for which the condition holds, as a reference."""
    return f"""(SELECT 'duty:' || d.id FROM {{duty}} d
                 WHERE d.subject_kind = 'assistance' AND d.subject_id = h.id AND {condition} LIMIT 1)"""


def open_alert(condition: str) -> str:
    """An open alert about the period for which the condition holds, as a reference."""
    return f"""(SELECT 'alert:' || a.id FROM {{alert}} a WHERE a.subject_kind = 'assistance' AND a.subject_id = h.id
                   AND a.closed_at IS NULL AND {condition} LIMIT 1)"""


ENDED_TODAY = f"""(SELECT 'help_end:' || e.id FROM {{help_end}} e
                    WHERE e.assistance = h.id AND e.recorded_at >= {START_OF_TODAY} LIMIT 1)"""
# Found once for the whole register, by the index of open limits.
LAPSED_HELP = f"(SELECT d.subject_id FROM {{duty}} d WHERE d.subject_kind = 'assistance' AND {LAPSED})"
UNALERTED_HELP = f"""(SELECT d.subject_id FROM {{duty}} d WHERE d.subject_kind = 'assistance' AND {LAPSED}
    AND NOT EXISTS (SELECT FROM {{alert}} a WHERE a.duty = d.id AND a.closed_at IS NULL))"""
IN_TIME = f"h.id NOT IN {LAPSED_HELP}"
# A visit of this period covers it to its end; in the last period of help what is still owed is its end.
VISITED = f"""coalesce({some_duty(f"d.rule = 'RA-14' AND {TO_COME}")},
    {some_duty("d.rule = 'RA-14' AND d.state = 'met' AND d.limit_at > $1")},
    {some_duty(f"d.rule = 'RA-21' AND {TO_COME}")})"""
HAS_OFFICE = """(SELECT 'responsibility:' || r.id FROM {help_responsibility} r
                  WHERE r.person = h.person AND r.assistance = h.id LIMIT 1)"""
NO_VISIT = N_("没有今后的走访")

BUCKETS: tuple[Bucket, ...] = (
    Bucket(
        "help_ended_today",
        N_("今日办结"),
        "h.ended_at IS NOT NULL",
        (Proof(ENDED_TODAY, N_("没有办结记录")),),
    ),
    Bucket(
        "help_off",
        N_("失去联系"),
        f"{OPEN} AND h.state = '{states.OFF}'",
        (Proof(open_alert("a.kind = 'RA-17'"), N_("没有查找预警")),),
    ),
    Bucket(
        "help_not_connected",
        N_("未衔接"),
        f"{OPEN} AND h.state = '{states.NOT_CONNECTED}'",
        (Proof(open_alert("a.kind IN ('RA-11', 'RA-08')"), N_("没有查找预警")),),
    ),
    Bucket(
        "help_awaiting",
        N_("待释放、待衔接"),
        f"{OPEN} AND h.state IN ({WAITING}) AND {IN_TIME}",
        (Proof(some_duty(f"d.rule IN ('RA-06', 'RA-08') AND {TO_COME}"), N_("没有待办的释放衔接事项")),),
    ),
    Bucket(
        "help_transfer",
        N_("迁居移交中"),
        f"{OPEN} AND h.state = '{states.TRANSFER}' AND {IN_TIME}",
        (Proof(some_duty(f"d.rule = 'RA-16' AND {TO_COME}"), N_("没有待办的移交事项")),),
    ),
    Bucket(
        "help_filing",
        N_("待建档"),
        f"{OPEN} AND h.state = '{states.CONNECTED}' AND {IN_TIME}",
        (Proof(some_duty(f"d.rule = 'RA-12' AND {TO_COME}"), N_("没有待办的建档事项")),),
    ),
    Bucket(
        "help_lapsed",
        N_("需要跟进"),
        f"{OPEN} AND h.id IN {LAPSED_HELP}",
        (Proof(open_alert(f"a.duty IS NOT NULL AND h.id NOT IN {UNALERTED_HELP}"), N_("有过期事项没有预警")),),
    ),
    Bucket(
        "help_dual",
        N_("双列管"),
        f"{OPEN} AND h.state = '{states.DUAL}'",
        (Proof(HAS_OFFICE, N_("没有帮教的司法所")), Proof(VISITED, NO_VISIT)),
    ),
    Bucket(
        "help_in_help",
        N_("帮教中"),
        f"{OPEN} AND h.state = '{states.IN_HELP}'",
        (Proof(HAS_OFFICE, N_("没有帮教的司法所")), Proof(VISITED, NO_VISIT)),
    ),
)

HELP = Register(
    code="resettlement",
    title=N_("安置帮教登记"),
    rows="{assistance} h",
    # A period leaves the register only by a recorded end, on the day after the one on which that was recorded.
    within=f"""h.created_at <= $1 AND (h.ended_at IS NULL OR NOT EXISTS (
        SELECT FROM {{help_end}} e WHERE e.assistance = h.id AND e.recorded_at < {START_OF_TODAY}))""",
    buckets=BUCKETS,
)
