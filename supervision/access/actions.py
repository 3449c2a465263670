"""Signing in and out, and the change of a password."""

from datetime import datetime, timedelta

from supervision.access.passwords import check_new_password, hash_password, verify
from supervision.access.sessions import end_sessions, start_session
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch_row, fetch_value, tx
from supervision.errors import Refusal

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
WRONG = f"登录名或密码不对，或者账号已暂时锁定（连续输错 {FAILURES} 次，锁定 15 分钟）。"
"""One sentence for unknown, wrong, locked, disabled and outdated: it tells a stranger nothing."""


async def sign_in(login: str, password: str, *, agent: str, now: datetime) -> tuple[int, str]:
    """Sign in; the staff id and the session's token. Raises Refusal; five failures lock the login for 15 minutes."""
    staff = await _claim_attempt(login, now)
    if not await verify(password, staff["password_hash"] if staff else None) or staff is None:
        await record(None, "sign_in_failed", subject=("staff", staff["id"]) if staff else None, now=now)
        raise Refusal(WRONG)
    async with tx():
        await execute("UPDATE staff SET failed_count = 0, locked_until = NULL WHERE id = $1", staff["id"])
        token = await start_session(staff["id"], agent, now)
        await record(_Self(staff), "sign_in", now=now)
    return staff["id"], token


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
           RETURNING id, office, password_hash""",
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


async def change_password(viewer: Viewer, old: str, new: str, *, agent: str, now: datetime) -> str:
    """Set one's own password; ends all sessions and starts a new one: its token."""
    current = await fetch_value("SELECT password_hash FROM staff WHERE id = $1", viewer.id)
    if not await verify(old, current):
        raise Refusal("原密码不对。", fields={"old": "原密码不对。"})
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
            raise Refusal("密码刚刚在别处改过，请重新登录。")
        await end_sessions(viewer.id, now)
        await record(viewer, "password_changed", subject=("staff", viewer.id), now=now)
        return await start_session(viewer.id, agent, now)
