"""The second factor of the sign-in: who must have one, made, proved, renewed, ended."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision import sealed
from supervision.access import totp
from supervision.access.passwords import LETTERS
from supervision.access.roles import ADMINS, SCOPE
from supervision.access.sessions import end_sessions
from supervision.access.two_persons import refuse_factor_after_code
from supervision.access.viewer import Viewer
from supervision.audit.record import Actor, record
from supervision.config import Settings
from supervision.db import Record, execute, fetch_row, fetch_value, insert, insert_many, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _

SECRET = "second_factor.secret"
"""The purpose under which a secret is sealed."""
OFFER = "second factor offered"
RECOVERY = "recovery_code"
RECOVERY_CODES = 10
RECOVERY_LETTERS = 10
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
OFFER_LASTS = timedelta(minutes=30)
"""One sentence for wrong, used and locked."""


def must_have(settings: Settings, role: str) -> bool:
    """Whether the setting asks this role for a second factor: who sees the whole district, and who keeps the accounts."""
    far = role in ADMINS or SCOPE[role] == "all"
    return settings.second_factor == "everybody" or (settings.second_factor == "district" and far)


async def running(staff: int) -> Record | None:
    """The factor of a member of the staff, with the number of recovery codes left; None without one."""
    return await fetch_row(
        """SELECT id, created_at, (SELECT count(*) FROM recovery_code WHERE factor = f.id AND used_at IS NULL) AS left
           FROM second_factor f WHERE staff = $1 AND ended_at IS NULL""",
        staff,
    )


# -- proved -----------------------------------------------------------------------------------------------------


async def prove(actor: Actor, given: str, now: datetime) -> None:
    """Take a code of the telephone or a recovery code, each once. Raises Refusal; five failures lock for 15 minutes.

    Outside a transaction of the caller: a failure must stay counted.
    """
    code = totp.plain_code(given)
    factor = await _claim(actor.id, now)
    taken = factor is not None and (
        await _take_code(factor, code, now) or await _take_recovery(actor, factor, code, now)
    )
    if not taken:
        await record(actor, "code_failed", now=now)
        wrong = _("动态验证码不对、已经用过或已过期，请等下一个再输（连续输错 %(n)s 次，锁定 15 分钟）。") % {
            "n": FAILURES
        }
        raise Refusal(wrong, fields={"code": wrong})


async def _claim(staff: int, now: datetime) -> Record | None:
    """Count an attempt before its code is looked at, so that many at once are still five."""
    return await fetch_row(
        """UPDATE second_factor
           SET failed_count = CASE WHEN failed_count + 1 < $3 THEN failed_count + 1 ELSE 0 END,
               locked_until = CASE WHEN failed_count + 1 < $3 THEN NULL ELSE $4::timestamptz END
           WHERE staff = $1 AND ended_at IS NULL AND (locked_until IS NULL OR locked_until <= $2)
           RETURNING id, secret_sealed""",
        staff,
        now,
        FAILURES,
        now + LOCKED_FOR,
    )


async def _take_code(factor: Record, code: str, now: datetime) -> bool:
    step = totp.step_of(sealed.open_sealed(factor["secret_sealed"], SECRET), code, now)
    if step is None:
        return False
    taken = await execute(
        "UPDATE second_factor SET last_step = $2, failed_count = 0, locked_until = NULL WHERE id = $1 AND last_step < $2",
        factor["id"],
        step,
    )
    return taken == 1


async def _take_recovery(actor: Actor, factor: Record, code: str, now: datetime) -> bool:
    if len(code) != RECOVERY_LETTERS:
        return False
    async with tx():
        taken = await execute(
            "UPDATE recovery_code SET used_at = $3 WHERE factor = $1 AND code_hash = $2 AND used_at IS NULL",
            factor["id"],
            sealed.blind(code, RECOVERY),
            now,
        )
        if taken:
            await execute("UPDATE second_factor SET failed_count = 0, locked_until = NULL WHERE id = $1", factor["id"])
            await record(actor, "recovery_code_used", now=now)
    return taken == 1


# -- made and renewed -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that was shown and isn't in force yet: the form carries it, sealed, until a code of it comes back."""

    secret: str
    sealed: str


def new_offer(viewer: Viewer, now: datetime) -> Offer:
    """A fresh secret for this member of the staff."""
    secret = totp.new_secret()
    content = {"staff": viewer.id, "secret": secret, "at": now.isoformat()}
    return Offer(secret, sealed.seal(json.dumps(content), OFFER))


def open_offer(viewer: Viewer, value: str, now: datetime) -> Offer | None:
    """What was offered, if it was this person's and not long ago."""
    try:
        content = json.loads(sealed.open_sealed(value, OFFER))
    except sealed.SealError:
        return None
    fresh = now < datetime.fromisoformat(content["at"]) + OFFER_LASTS
    return Offer(content["secret"], value) if content["staff"] == viewer.id and fresh else None


async def enrol(viewer: Viewer, offer: Offer, given: str, now: datetime) -> list[str]:
    """Put an offered secret in force by a code of it, in the place of an older one; the recovery codes.

    All other sessions end. Raises Refusal for a wrong code.
    """
    step = totp.step_of(offer.secret, totp.plain_code(given), now)
    if step is None:
        sentence = _("验证码不对：请输入手机上现在显示的六位数字；一直不对时，请检查手机的时间。")
        raise Refusal(sentence, fields={"code": sentence})
    async with tx():
        await fetch_value("SELECT id FROM staff WHERE id = $1 FOR UPDATE", viewer.id)
        await _end(viewer.id, viewer.id, now)
        row = {"staff": viewer.id, "secret_sealed": sealed.seal(offer.secret, SECRET), "last_step": step}
        factor = await insert("second_factor", row | {"created_at": now})
        codes = await _make_codes(factor)
        await end_sessions(viewer.id, now, but=viewer.session)
        whole = "UPDATE staff_session SET step = 'in', confirmed_at = $2 WHERE id = $1 AND ended_at IS NULL"
        if not await execute(whole, viewer.session, now):  # another browser has just put a telephone in force
            raise Refusal(_("这次登录已经结束，请重新登录。"))
        await record(viewer, "second_factor_enrolled", subject=("staff", viewer.id), now=now)
    return codes


async def renew_codes(viewer: Viewer, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones end. Raises Refusal without a factor."""
    async with tx():
        factor = await _own(viewer.id)
        await execute("DELETE FROM recovery_code WHERE factor = $1", factor)
        codes = await _make_codes(factor)
        await record(viewer, "recovery_codes_made", subject=("staff", viewer.id), now=now)
    return codes


async def _make_codes(factor: int) -> list[str]:
    codes = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES)]
    rows = [(factor, sealed.blind(code, RECOVERY)) for code in codes]
    await insert_many("recovery_code", ("factor", "code_hash"), rows)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def _own(staff: int) -> int:
    factor = await fetch_value("SELECT id FROM second_factor WHERE staff = $1 AND ended_at IS NULL FOR UPDATE", staff)
    if factor is None:
        raise Refusal(_("还没有启用动态验证码。"))
    return int(factor)


# -- ended ------------------------------------------------------------------------------------------------------


async def remove(viewer: Viewer, settings: Settings, now: datetime) -> None:
    """Do without from now on. Raises Refusal where the setting asks the role for one."""
    if must_have(settings, viewer.role):
        raise Refusal(_("您的岗位必须使用动态验证码，不能停用；可以更换手机。"))
    async with tx():
        await _own(viewer.id)
        await _end(viewer.id, viewer.id, now)
        await record(viewer, "second_factor_removed", subject=("staff", viewer.id), now=now)


async def reset(viewer: Viewer, staff: int, now: datetime) -> None:
    """End somebody's factor whose telephone and recovery codes are lost; their sessions end and they will be told."""
    if staff == viewer.id:
        raise Refusal(_("不能重置自己的动态验证码：请用恢复码，或者请另一名安全管理员办理。"))
    async with tx():
        if not await fetch_value("SELECT id FROM staff WHERE id = $1 AND disabled_at IS NULL FOR UPDATE", staff):
            raise NotFound
        await refuse_factor_after_code(viewer, staff)
        if not await _end(staff, viewer.id, now):
            raise Refusal(_("此人没有启用动态验证码。"))
        await end_sessions(staff, now)
        await record(viewer, "second_factor_reset", subject=("staff", staff), now=now)


async def _end(staff: int, by: int, now: datetime) -> int:
    return await execute(
        """UPDATE second_factor SET ended_at = $2, ended_by = $3, secret_sealed = NULL
           WHERE staff = $1 AND ended_at IS NULL""",
        staff,
        now,
        by,
    )


async def what_was_reset(staff: int, now: datetime) -> str:
    """Told once, at the next sign-in: somebody else ended one's factor; empty where nobody did."""
    by = await fetch_value(
        """UPDATE second_factor f SET told_at = $2 FROM staff
           WHERE f.staff = $1 AND f.ended_by <> f.staff AND f.told_at IS NULL AND staff.id = f.ended_by RETURNING staff.name""",
        staff,
        now,
    )
    return _("您的动态验证码已由安全管理员%(by)s重置。如果不是您要求的，请立即报告。") % {"by": by} if by else ""
