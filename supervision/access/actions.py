"""Signing in and out, in one step or two, and the change of a password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.access.origin import Origin, claim_attempt, forget_attempt
from supervision.access.passwords import check_new_password, hash_password, verify
from supervision.access.second_factor import must_have, prove, running
from supervision.access.sessions import end_sessions, start_session
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.config import Settings
from supervision.db import Record, execute, fetch_row, tx
from supervision.errors import Refusal
from supervision.language import gettext as _

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""One sentence for unknown, wrong, locked, disabled and outdated: it tells a stranger nothing."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who it is, the session's token, and what the session still owes: `code`, `enrol`, or `in` for nothing."""

    staff: int
    token: str
    step: str


async def sign_in(login: str, password: str, *, origin: Origin, settings: Settings, now: datetime) -> SignedIn:
    """Sign in by password: wholly, or as far as the code of the second factor.

    Raises Refusal; five failures lock the login for 15 minutes, twenty of one address hold the address up.
    """
    attempt = await claim_attempt(origin, now)
    staff = await _claim_attempt(login, now)
    if not await verify(password, staff["password_hash"] if staff else None) or staff is None:
        subject = ("staff", staff["id"]) if staff else None
        await record(None, "sign_in_failed", subject=subject, detail={"from": origin.address}, now=now)
        raise _wrong()
    async with tx():
        if not await _forget_failures(staff):
            raise _wrong()
        await forget_attempt(attempt)
        step = await _first_step(staff, settings)
        token = await start_session(staff["id"], origin.agent, now, address=origin.address, step=step)
        action = "password_given" if step == "code" else "sign_in"
        await record(_Self(staff), action, detail={"from": origin.address}, now=now)
    return SignedIn(staff["id"], token, step)


def _wrong() -> Refusal:
    return Refusal(_("登录名或密码不对，或者账号已暂时锁定（连续输错 %(n)s 次，锁定 15 分钟）。") % {"n": FAILURES})


async def _first_step(staff: Record, settings: Settings) -> str:
    if await running(staff["id"]):
        return "code"
    return "enrol" if must_have(settings, staff["role"]) else "in"


async def _forget_failures(staff: Record) -> bool:
    """Take the attempts back, unless the password was changed while it was being looked at: then it no longer counts."""
    still = await execute(
        """UPDATE staff SET failed_count = 0, locked_until = NULL
           WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL""",
        staff["id"],
        staff["password_hash"],
    )
    return still == 1


async def give_code(viewer: Viewer, code: str, *, origin: Origin, now: datetime) -> str:
    """The second step of a sign-in: ends the half session and starts a whole one, its token. Raises Refusal."""
    attempt = await claim_attempt(origin, now)
    await prove(viewer, code, now)
    async with tx():
        await forget_attempt(attempt)
        if not await end_sessions(viewer.id, now, only=viewer.session):
            raise Refusal(_("这次登录已经结束，请重新登录。"))
        token = await start_session(viewer.id, origin.agent, now, address=origin.address)
        await record(viewer, "sign_in", detail={"from": origin.address}, now=now)
    return token


async def confirm(viewer: Viewer, given: str, *, by_code: bool, now: datetime) -> None:
    """Note that this session's owner has just proved who they are, by password or code. Raises Refusal.

    Failures count like those of a sign-in.
    """
    if by_code:
        await prove(viewer, given, now)
    else:
        await _prove_password(viewer, given, now)
    async with tx():
        await execute("UPDATE staff_session SET confirmed_at = $2 WHERE id = $1", viewer.session, now)
        await record(viewer, "confirmed", now=now)


async def _prove_password(viewer: Viewer, password: str, now: datetime) -> None:
    staff = await _claim_attempt(viewer.login, now)
    if not await verify(password, staff["password_hash"] if staff else None) or staff is None:
        await record(viewer, "confirm_failed", now=now)
        raise Refusal(_("密码不对，或者账号已暂时锁定（连续输错 %(n)s 次，锁定 15 分钟）。") % {"n": FAILURES})
    await _forget_failures(staff)


class _Self:
    """Whoever has just proved who they are."""

    def __init__(self, staff: Record) -> None:
        self.id: int = staff["id"]
        self.office: int = staff["office"]


async def _claim_attempt(login: str, now: datetime) -> Record | None:
    """Count an attempt before its password is looked at, so that many at once are still five."""
    return await fetch_row(
        """UPDATE staff
           SET failed_count = CASE WHEN failed_count + 1 < $3 THEN failed_count + 1 ELSE 0 END,
               locked_until = CASE WHEN failed_count + 1 < $3 THEN NULL ELSE $4::timestamptz END
           WHERE login = $1 AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= $2)
             AND (one_time_until IS NULL OR one_time_until > $2)
           RETURNING id, office, role, password_hash""",
        login.strip().casefold(),
        now,
        FAILURES,
        now + LOCKED_FOR,
    )


async def sign_out(viewer: Viewer, now: datetime) -> None:
    """End this browser's session."""
    async with tx():
        await end_sessions(viewer.id, now, only=viewer.session)
        await record(viewer, "sign_out", now=now)


async def end_session(viewer: Viewer, session: int, now: datetime) -> None:
    """End another of one's own sessions: a browser left signed in elsewhere. Another's isn't there, and stays."""
    async with tx():
        if await end_sessions(viewer.id, now, only=session):
            await record(viewer, "session_ended", subject=("staff_session", session), now=now)


async def end_other_sessions(viewer: Viewer, now: datetime) -> int:
    """End all of one's own sessions but this one; how many."""
    async with tx():
        ended = await end_sessions(viewer.id, now, but=viewer.session)
        if ended:
            await record(viewer, "other_sessions_ended", detail={"count": ended}, now=now)
    return ended


async def change_password(viewer: Viewer, old: str, new: str, *, origin: Origin, now: datetime) -> str:
    """Set one's own password; ends all sessions and starts a new one: its token."""
    staff = await _claim_attempt(viewer.login, now)
    current = staff["password_hash"] if staff else None
    if not await verify(old, current) or staff is None:
        await record(viewer, "confirm_failed", now=now)
        wrong = _("原密码不对，或者账号已暂时锁定（连续输错 %(n)s 次，锁定 15 分钟）。") % {"n": FAILURES}
        raise Refusal(wrong, fields={"old": wrong})
    await _forget_failures(staff)
    check_new_password(new, viewer.login, old)
    hashed = await hash_password(new)
    async with tx():
        changed = await execute(
            "UPDATE staff SET password_hash = $2, one_time_until = NULL WHERE id = $1 AND password_hash = $3",
            viewer.id,
            hashed,
            current,
        )
        if not changed:
            raise Refusal(_("密码刚刚在别处改过，请重新登录。"))
        await end_sessions(viewer.id, now)
        await record(viewer, "password_changed", subject=("staff", viewer.id), now=now)
        return await start_session(viewer.id, origin.agent, now, address=origin.address, step=viewer.step)
