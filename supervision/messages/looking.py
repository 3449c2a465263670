"""What a named human does about a text of which nobody knows whether it was sent: nothing sends it again by itself."""

from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_row, tx
from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.messages.outbox import STILL_OWED, About, Draft, enqueue, next_moment
from supervision.messages.recipients import RECIPIENT
from supervision.sealed import open_sealed

DEALT_WITH = N_("这条短信已经有人处理过了。")


async def confirm_delivered(viewer: Viewer, message: int, note: str, now: datetime) -> None:
    """Somebody asked, and the text had arrived. Raises Refusal without a word on how that is known."""
    if not note.strip():
        raise Refusal(_("请写明怎样核实的。"), fields={"note": _("请写明怎样核实的，例如：已电话问过本人。")})
    async with tx():
        row = await _look(viewer, message, note, now)
        await execute("UPDATE message SET state = 'delivered', ended_at = $2 WHERE id = $1", message, now)
        await _record(viewer, "confirm_text", row, now)


async def send_again(viewer: Viewer, message: int, note: str, now: datetime) -> int:
    """The text once more, as a new one, by somebody's word that it hadn't arrived; its id.

    Raises Refusal when it would come too late, when nothing of it is owed any more, or when the number is no longer good.
    """
    if not note.strip():
        raise Refusal(_("请写明为什么重发。"), fields={"note": _("请写明为什么重发，例如：本人说没有收到。")})
    async with tx():
        row = await _look(viewer, message, note, now)
        await _check_useful(row, now)
        await _check_number(row)
        made = await enqueue([await _again(row, now)], now)
        await _record(viewer, "resend_text", row, now)
    return next(iter(made.values()))


async def _look(viewer: Viewer, message: int, note: str, now: datetime) -> Record:
    row = await fetch_row(
        """UPDATE message SET looked_at = $2, looked_by = $3, looked_note = $4
            WHERE id = $1 AND state = 'unknown' AND looked_at IS NULL RETURNING *""",
        message,
        now,
        viewer.id,
        note.strip(),
    )
    if row is None:
        raise Refusal(_(DEALT_WITH))
    return row


async def _check_useful(row: Record, now: datetime) -> None:
    if next_moment(now, to_staff=row["staff"] is not None) >= row["not_after"]:
        raise Refusal(_("这条短信所说的时间已过，重发没有意义。请直接联系本人。"))
    owed = await fetch(
        f"SELECT {STILL_OWED} AS still FROM message_about a JOIN duty d ON d.id = a.duty WHERE a.message = $1",
        row["id"],
    )
    if owed and not any(one["still"] for one in owed):
        raise Refusal(_("短信所说的事项已经办结，不用再发。"))


async def _check_number(row: Record) -> None:
    """Only to the same number: another one may be the family's, who must not read this."""
    if row["contact"] is None:
        return
    contact = await fetch_row("SELECT bad_since, withdrawn_at, consent FROM contact WHERE id = $1", row["contact"])
    if contact is None or contact["bad_since"] or contact["withdrawn_at"] or contact["consent"] == "no":
        raise Refusal(_("这个号码已经更正或停用，不能再发到原号码。请直接联系本人。"))


async def _again(row: Record, now: datetime) -> Draft:
    about = await fetch("SELECT duty, kind, version FROM message_about WHERE message = $1 ORDER BY id", row["id"])
    mark = f"again after {row['id']}"
    return Draft(
        kind=row["kind"],
        body=row["body"],
        once_key=f"{row['once_key']} {mark}",
        number=open_sealed(row["recipient_sealed"], RECIPIENT),
        not_before=now,
        not_after=row["not_after"],
        person=row["person"],
        staff=row["staff"],
        contact=row["contact"],
        at_once=True,
        about=tuple(About(one["duty"], one["kind"], f"{one['version']} {mark}") for one in about),
    )


async def _record(viewer: Viewer, action: str, row: Record, now: datetime) -> None:
    people = [row["person"]] if row["person"] else []
    await record(viewer, action, subject=("message", row["id"]), people=people, now=now)
