"""Signed-in browsers: rows in `staff_session`; the browser holds a random token, the row only its hash."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from litestar.datastructures import Cookie

from supervision import sealed
from supervision.access.origin import forget_old_attempts
from supervision.config import Settings
from supervision.db import Record, execute, fetch, fetch_row, insert

COOKIE = "session"
VISIT_COOKIE = "visit"
"""A random mark of a browser that is not signed in: what its forms' tokens are bound to."""
TOUCH_EVERY = timedelta(minutes=1)
LONGEST = timedelta(hours=12)
"""A session ends so long after its sign-in, however busy the browser is: longer than a working day, shorter than a night."""
HALF_LASTS = timedelta(minutes=10)
"""How long a session waits for the code of the second factor."""
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def new_visit() -> str:
    """A random mark for a browser that is not signed in."""
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    """What is kept of a token: a plain hash is enough for 256 random bits."""
    return sha256(token.encode()).hexdigest()


async def start_session(staff: int, agent: str, now: datetime, *, address: str = "", step: str = "in") -> str:
    """Sign a browser in, or so far as `step` says (`code`, `enrol`); its token, which is nowhere kept."""
    token = secrets.token_urlsafe(32)
    times = dict.fromkeys(("created_at", "seen_at", "confirmed_at"), now)
    row = {"token_hash": hash_of(token), "staff": staff, "agent": agent[:200], "address": address, "step": step}
    await insert("staff_session", row | times)
    return token


async def find_session(token: str) -> Record | None:
    """The session of a token that wasn't ended, with its viewer and what every page's banners need; idle and old ones too."""
    return await fetch_row(
        """SELECT session.id AS session, session.seen_at, session.created_at, session.confirmed_at, session.step, staff.id, staff.login, staff.name, staff.role,
                  staff.one_time_until IS NOT NULL AS must_change, office.id AS office, office.name AS office_name,
                  (SELECT at FROM heartbeat WHERE job = 'watch') AS watched_at,
                  (SELECT value FROM installation WHERE key = 'demo') AS demo,
                  (SELECT max(day) FROM holiday) AS calendar_to
           FROM staff_session session JOIN staff ON staff.id = session.staff JOIN office ON office.id = staff.office
           WHERE session.token_hash = $1 AND session.ended_at IS NULL AND staff.disabled_at IS NULL""",
        hash_of(token),
    )


async def touch_session(session: Record, now: datetime) -> None:
    """Note that the browser was seen, at most once a minute."""
    if session["seen_at"] <= now - TOUCH_EVERY:
        await execute("UPDATE staff_session SET seen_at = $2 WHERE id = $1", session["session"], now)


async def end_sessions(staff: int, now: datetime, *, only: int | None = None, but: int = 0) -> int:
    """End all sessions of a member of the staff, or only one, or all but one; how many."""
    return await execute(
        """UPDATE staff_session SET ended_at = $2
           WHERE staff = $1 AND ended_at IS NULL AND ($3::int IS NULL OR id = $3) AND id <> $4""",
        staff,
        now,
        only,
        but,
    )


async def open_sessions(staff: int, settings: Settings, now: datetime) -> list[Record]:
    """The sessions of a member of the staff in which a browser may still work, newest first."""
    return await fetch(
        """SELECT id, created_at, seen_at, agent, address, step FROM staff_session
           WHERE staff = $1 AND ended_at IS NULL AND seen_at > $2 AND created_at > $3 AND (step <> 'code' OR created_at > $4)
           ORDER BY seen_at DESC, id DESC""",
        staff,
        now - timedelta(minutes=settings.idle_minutes),
        now - LONGEST,
        now - HALF_LASTS,
    )


def has_run_out(session: Record, settings: Settings, now: datetime) -> bool:
    """Whether the browser hasn't been seen for the idle time, or signed in too long ago."""
    idle: datetime = session["seen_at"] + timedelta(minutes=settings.idle_minutes)
    old: datetime = session["created_at"] + (HALF_LASTS if session["step"] == "code" else LONGEST)
    return min(idle, old) <= now


def csrf_token(mark: str) -> str:
    """The forms' token of a browser, made from its session's token or its visit mark."""
    return sealed.blind(mark, "csrf")


def is_csrf_token(given: str, mark: str) -> bool:
    """Whether a form's token is this browser's."""
    return compare_digest(given.encode(), csrf_token(mark).encode())


def cookie(key: str, value: str | None, settings: Settings, *, max_age: int | None = None) -> Cookie:
    """A cookie that no script reads and no other site sends; None takes it away. `max_age` in seconds, else as the browser runs."""
    lasts = 0 if value is None else max_age
    secure = is_secure(settings)
    return Cookie(key=key, value=value or "", path="/", httponly=True, samesite="lax", secure=secure, max_age=lasts)


def is_secure(settings: Settings, scheme: str = "http") -> bool:
    """Whether a browser reaches us by TLS alone: then no cookie of ours may go without."""
    by_tls = scheme == "https" or settings.public_url.startswith("https://")
    return by_tls or not (settings.training or settings.host in LOCAL_HOSTS)


FORGOTTEN = timedelta(days=1)
"""Much longer than the idle time: a form that comes after it is still kept for whoever was signed in."""


async def end_forgotten(now: datetime) -> int:
    """End the sessions that nobody has used for a day, and forget old failures of addresses; how many sessions."""
    await forget_old_attempts(now)
    return await execute(
        "UPDATE staff_session SET ended_at = $1 WHERE ended_at IS NULL AND seen_at <= $2", now, now - FORGOTTEN
    )
