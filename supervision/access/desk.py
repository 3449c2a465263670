"""The head of an office, and the bureau's desk that must never be empty (whose turn it is: alerts/owners.py)."""

from supervision.access.roles import ADMINS
from supervision.db import fetch_value
from supervision.errors import Refusal


async def head_of(office: int, *, but: int = 0) -> int | None:
    """The head of a judicial office (but not this one, who leaves); None for the bureau or an office without one."""
    found: int | None = await fetch_value(
        """SELECT id FROM staff WHERE office = $1 AND role = 'head' AND disabled_at IS NULL AND id <> $2
           ORDER BY id LIMIT 1""",
        office,
        but,
    )
    return found


async def refuse_without_desk() -> None:
    """Raise Refusal at the start if people work here and nobody is on the bureau's desk."""
    missing = await fetch_value(
        """SELECT EXISTS (SELECT FROM staff WHERE disabled_at IS NULL AND role <> ALL($1::text[]))
              AND NOT EXISTS (SELECT FROM staff WHERE disabled_at IS NULL AND on_desk)""",
        sorted(ADMINS),
    )
    if missing:
        raise Refusal(
            "局值班台没有在岗人员，系统不启动：请运维人员在数据库的 staff 表中为一名区矫正机构人员置 on_desk。"
        )
