"""What is done with a reason: said in clear words, and kept beside a fact that a correcting act withdraws (model §2)."""

import re
from datetime import datetime

from supervision.db import execute
from supervision.errors import Refusal
from supervision.language import gettext as _

NUMBER_LIKE = re.compile(r"[0-9]{11}")


def needed(text: str, what: str, field: str = "reason") -> str:
    """The text without blanks at its ends. Raises Refusal where nothing was said, or a number that is sealed elsewhere."""
    said = text.strip()
    told = "" if said else _("请填写%(label)s。") % {"label": what}
    if NUMBER_LIKE.search(said):
        told = _("%(label)s里请不要写电话号码或身份证号。") % {"label": what}
    if told:
        raise Refusal(told, fields={field: told})
    return said


def reason_to_withdraw(reason: str) -> str:
    """Why a fact no longer counts. Raises Refusal as `needed` does."""
    return needed(reason, _("作废的原因"))


async def mark_withdrawn(table: str, fact: int, reason: str, *, by: int, now: datetime) -> None:
    """Withdraw one row of a table of facts; the caller has asked who may, and locked what it belongs to.

    Raises Refusal when it was withdrawn before.
    """
    marked = await execute(
        f"""UPDATE {table} SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4
             WHERE id = $1 AND withdrawn_at IS NULL""",
        fact,
        now,
        by,
        reason,
    )
    if not marked:
        raise Refusal(_("这一条已经作废，不用再办。"))
