"""What the matrix of routes needs of the bases of help."""

from datetime import timedelta
from typing import Any

from supervision.db import insert
from supervision.resettlement.records import CONTENT
from supervision.sealed import seal
from tests.cast import NOW

AT = "2026-11-25T08:30"
HERE = "/people/{person_id}/assistance"
BASES = "/assistance/bases"
FORM = {"name": "新基地", "kind": "enterprise", "address": "幸福路4号", "beds": "2", "opened_on": "2026-11-01"}


async def base_for_the_matrix() -> int:
    """A base in which nobody is."""
    row = {"name": "演示安置基地", "kind": "government", "address_sealed": seal("幸福路3号", CONTENT), "beds": 2}
    return await insert("help_base", row | {"opened_on": NOW.date() - timedelta(days=9), "recorded_at": NOW})


async def in_the_base(target: Any) -> None:
    """The person stays there."""
    row = {"assistance": target["assistance_id"], "base": target["base_id"]}
    await insert("help_stay", row | {"happened_at": NOW - timedelta(days=2), "recorded_at": NOW})


LINES = (
    ("GET", BASES, "see_people"),
    ("POST", BASES, "keep_statistics", FORM),
    ("GET", f"{BASES}/{{base_id}}", "see_people"),
    ("POST", f"{BASES}/{{base_id}}", "keep_statistics", FORM),
    ("POST", f"{BASES}/{{base_id}}/close", "keep_statistics", {"closed_at": AT, "reason": "合同到期"}),
    ("POST", f"{HERE}/stays", "record_help", lambda t: {"base": t["base_id"], "happened_at": AT}),
    ("POST", f"{HERE}/leavings", "record_help", {"happened_at": AT, "reason": "回家居住"}, in_the_base),
)
