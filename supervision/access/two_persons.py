"""Nobody alone takes somebody's account over: password and second factor are never both given anew by one administrator."""

from datetime import timedelta

from supervision.access.viewer import Viewer
from supervision.db import fetch_value
from supervision.errors import Refusal
from supervision.language import gettext as _

CODE_LASTS = timedelta(days=7)
"""How long a one-time password may be used; it was given so long before its end."""


async def refuse_factor_after_code(viewer: Viewer, staff: int) -> None:
    """Raise Refusal where the password in force is a one-time one that this administrator gave out."""
    given = await fetch_value(
        """SELECT EXISTS (SELECT FROM staff s JOIN audit_row a ON a.at = s.one_time_until - $3::interval
               WHERE s.id = $1 AND a.staff = $2 AND a.action = 'code_reset' AND a.subject_kind = 'staff' AND a.subject_id = s.id)""",
        staff,
        viewer.id,
        CODE_LASTS,
    )
    if given:
        raise _needs_another()


async def refuse_code_after_factor(viewer: Viewer, staff: int) -> None:
    """Raise Refusal where this administrator ended the second factor and its owner hasn't signed in since."""
    ended = await fetch_value(
        "SELECT EXISTS (SELECT FROM second_factor WHERE staff = $1 AND ended_by = $2 AND told_at IS NULL)",
        staff,
        viewer.id,
    )
    if ended:
        raise _needs_another()


def _needs_another() -> Refusal:
    return Refusal(_("同一账号的密码和动态验证码不能由一人先后重置：请另一名安全管理员办理。"))
