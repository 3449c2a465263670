"""Who is on duty: the bureau's desk, an office's head, whoever stands in for somebody who is away."""

from datetime import datetime

from supervision.access.roles import ADMINS
from supervision.db import fetch_value
from supervision.errors import Refusal


async def bureau_desk(at: datetime) -> int:
    """The bureau's desk: the first of its members who is not away; if all are, the first (somebody always answers)."""
    found = await fetch_value(
        """SELECT staff.id FROM staff WHERE staff.on_desk AND staff.disabled_at IS NULL
           ORDER BY EXISTS (SELECT FROM absence a WHERE a.staff = staff.id AND a.from_at <= $1 AND $1 < a.to_at),
                    staff.id LIMIT 1""",
        at,
    )
    if found is None:
        raise Refusal("局值班台没有在岗人员，请安全管理员先指定。")
    return int(found)


async def head_of(office: int) -> int | None:
    """The head of a judicial office; None for the bureau or an office without one."""
    found: int | None = await fetch_value(
        "SELECT id FROM staff WHERE office = $1 AND role = 'head' AND disabled_at IS NULL ORDER BY id LIMIT 1", office
    )
    return found


async def on_duty(staff: int, at: datetime) -> int | None:
    """The member of the staff, or whoever stands in for them at that time; None for disabled or away without deputy."""
    found: int | None = await fetch_value(
        """SELECT CASE WHEN away.id IS NULL THEN staff.id ELSE deputy.id END
           FROM staff
           LEFT JOIN absence away ON away.staff = staff.id AND away.from_at <= $2 AND $2 < away.to_at
           LEFT JOIN staff deputy ON deputy.id = away.deputy AND deputy.disabled_at IS NULL
                AND NOT EXISTS (SELECT FROM absence a WHERE a.staff = deputy.id AND a.from_at <= $2 AND $2 < a.to_at)
           WHERE staff.id = $1 AND staff.disabled_at IS NULL
           ORDER BY away.id LIMIT 1""",
        staff,
        at,
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
        raise Refusal("局值班台没有在岗人员：系统不启动。请先用 supervision 命令指定一名值班人员。")
