"""A named human's word on one duty: excused, missed (dealt with) or no longer owed, with a reason."""

from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.db import fetch_row, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.orders.actions import ORDER, done, lock_open

OUTCOMES = ("excused", "missed", "void")


async def decide_duty(viewer: Viewer, order: int, duty: int, outcome: str, *, reason: str, now: datetime) -> None:
    """End a duty by decision. Raises NotFound if it isn't this order's, Refusal if it has ended or without a reason.

    A duty that isn't past its limit yet can be excused, but not called missed.
    """
    if outcome not in OUTCOMES:
        raise Refusal(_("请选择处理结果。"), fields={"outcome": _("请选择处理结果。")})
    if not reason.strip():
        raise Refusal(_("请填写理由。"), fields={"reason": _("请填写理由。")})
    async with tx():
        row = await lock_open(order)
        slot = await fetch_row(
            """SELECT rule, variant, period, state, limit_at FROM duty
                WHERE id = $1 AND subject_kind = 'order' AND subject_id = $2""",
            duty,
            order,
        )
        if slot is None:
            raise NotFound
        if slot["state"] != "open":
            raise Refusal(_("这一事项已经了结，不用再办。"))
        if outcome == "missed" and now < slot["limit_at"]:
            raise Refusal(_("期限还没有过，不能认定为未完成。"), fields={"outcome": _("期限还没有过。")})
        key = {"rule": slot["rule"], "variant": slot["variant"], "period": slot["period"]}
        values = {"subject_kind": ORDER, "subject_id": order, **key, "outcome": outcome, "reason": reason.strip()}
        await insert("duty_decision", values | {"happened_at": now, "recorded_at": now, "recorded_by": viewer.id})
        await done(viewer, "decide_duty", row, now, {**key, "outcome": outcome})
