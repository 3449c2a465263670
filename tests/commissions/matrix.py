"""What the matrix of routes needs of commissions: one of each office, brought to the state that a step asks for, and the lines."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from supervision.commissions.moves import CONTENT
from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES
from supervision.db import execute, insert
from supervision.sealed import seal
from tests.cast import NOW
from tests.register import identity_number

Target = Mapping[str, Any]
AT = "2026-11-25T09:00"
ONE = "/commissions/{commission_id}"
WHEN = {"happened_at": AT}
REASON = {"reason": "录错"}
MEETING = {"conclusion": "suitable", "number": "评9号", "met_at": AT, "attended": "甲、乙", "reason": "符合条件"} | WHEN
RESULT = WHEN | {"adoption": "adopted", "sentence": "other"}


async def commission_in(target: Target, state: str) -> None:
    """The commission has come so far."""
    await execute("UPDATE commission SET state = $2 WHERE id = $1", target["commission_id"], state)


def in_state(state: str) -> Callable[[Target], Awaitable[None]]:
    return lambda target: commission_in(target, state)


async def investigated(target: Target) -> None:
    """Everybody who must be heard was heard."""
    await commission_in(target, "investigating")
    record = {"commission": target["commission_id"], "happened_at": NOW, "recorded_at": NOW}
    told = {"heard": "邻居", "place": "村委会", "content": "愿意接纳"}
    sealed = {f"{name}_sealed": seal(text, CONTENT) for name, text in told.items()}
    two = {"first_investigator": target["lead_id"], "second_investigator": target["second_id"]}
    for source in REQUIRED_SOURCES:
        await insert("investigation_record", record | sealed | two | {"source": source})


async def opinion_sent(target: Target) -> None:
    """The organ and the procuratorate have the opinion."""
    await commission_in(target, "sent")
    act = {"commission": target["commission_id"], "happened_at": NOW, "recorded_at": NOW}
    for kind in ("sent", "copied"):
        await insert("commission_act", act | {"kind": kind})


async def long_over(target: Target) -> None:
    """The commission, and whatever the person was on the register for, ended so long ago that its files need be kept no longer."""
    long_ago = NOW.replace(year=1990)
    await commission_in(target, "closed")
    closing = {"event": "concluded", "old_state": "sent", "new_state": "closed", "fact_kind": "act", "fact_id": 1}
    await insert("commission_event", closing | {"commission": target["commission_id"], "at": long_ago})
    ended = "UPDATE {} SET ended_at = $2, end_kind = '{}', state = '{}' WHERE person = $1"
    await execute(ended.format("orders", "revoked", "revoked"), target["person_id"], long_ago)
    await execute(ended.format("assistance", "expired", "expired"), target["person_id"], long_ago)


async def expected(target: Target) -> None:
    """The judgment is to come, and whatever the person was on a register for has ended."""
    for table, kind in (("orders", "revoked"), ("assistance", "reoffended")):
        await execute(
            f"UPDATE {table} SET ended_at = $2, end_kind = $3, state = $3 WHERE person = $1",
            target["person_id"],
            NOW,
            kind,
        )
    source = {"person": target["person_id"], "source_kind": "commission", "source_id": target["commission_id"]}
    row = source | {"kind": "probation", "crime": "盗窃罪", "state": "expected"}
    await insert("expected_order", row | {"expected_at": NOW, "created_at": NOW})


def letter(target: Target) -> Target:
    """The form of a new commission."""
    who = {"name": "乙查", "number": identity_number(date(1992, 3, 4), 88), "subject_kind": "defendant"}
    asked = {"crime": "盗窃罪", "intended_kind": "probation", "commissioned_on": "2026-11-20"}
    return who | asked | {"organ": "court", "organ_name": "某区人民法院", "letter_number": "委9号"} | WHEN


def pair(target: Target) -> Target:
    """The form of an assignment."""
    return WHEN | {"lead": target["lead_id"], "second": target["second_id"]}


def heard(target: Target) -> Target:
    """The form of a record."""
    what = {"source": "family", "heard": "母亲", "place": "家中", "content": "支持"}
    return what | WHEN | {"first": target["lead_id"], "second": target["second_id"]}


def term(target: Target) -> Target:
    """The form of whoever comes onto the register."""
    days = {"effective_on": "2026-11-25", "start_on": "2026-11-25", "end_on": "2027-11-24"}
    return days | {"staff": target["lead_id"]}


LINES: tuple[tuple[Any, ...], ...] = (
    ("GET", "/commissions", "see_commissions"),
    ("GET", "/commissions/new", "decide_commission"),
    ("POST", "/commissions/new", "decide_commission", letter),
    ("GET", ONE, "see_commissions"),
    ("POST", f"{ONE}/assignment", "decide_commission", pair, in_state("received")),
    ("POST", f"{ONE}/steps/{{step_event}}", "handle_commission", WHEN, in_state("assigned")),
    ("POST", f"{ONE}/decisions/{{decision_event}}", "decide_commission", WHEN, in_state("drafted")),
    ("POST", f"{ONE}/notices/{{notice_event}}", "decide_commission", WHEN),
    ("POST", f"{ONE}/records", "handle_commission", heard, in_state("investigating")),
    ("POST", f"{ONE}/draft", "handle_commission", dict.fromkeys(CONTENTS, "属实") | WHEN, investigated),
    ("POST", f"{ONE}/opinion", "sign_commission", MEETING, in_state("reviewed")),
    ("POST", f"{ONE}/result", "decide_commission", RESULT, opinion_sent),
    ("POST", f"{ONE}/arrival", "decide_commission", term, expected),
    ("POST", f"{ONE}/facts/{{commission_kind}}/{{commission_fact_id}}/withdrawal", "decide_commission", REASON),
    ("POST", f"{ONE}/files", "handle_commission", {"kind": "record"}, None, (422,)),
    ("GET", f"{ONE}/files/{{commission_file_id}}", "see_commissions"),
    ("POST", f"{ONE}/files/{{commission_file_id}}/withdrawal", "handle_commission", REASON),
    ("POST", f"{ONE}/files/{{commission_file_id}}/removal", "remove_files", {"reason": "清册1"}, long_over),
    ("POST", f"{ONE}/undoing", "decide_commission", REASON),
    ("POST", f"{ONE}/voiding", "decide_commission", REASON),
)
"""As tests/routes.py makes its lines of them."""
