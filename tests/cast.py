"""The named cast: Alice (officer) and Bob (her head) of 古城, Carol of 汇丰, Dan and Erin of the bureau, and the rest."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from argon2 import PasswordHasher
from litestar import Litestar

from supervision.access import passwords
from supervision.access.sessions import COOKIE, VISIT_COOKIE, csrf_token, start_session
from supervision.app import create_app
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.days import SHANGHAI
from supervision.db import fetch_row, insert
from supervision.settings.terms import seed

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)
PASSWORD = "a long enough one"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords.use_hasher(CHEAP)
SETTINGS = Settings(mode="training", bureau="尖草坪区司法局")

STAFF = {
    # name: (shown name, role, office)
    "alice": ("安丽", "officer", "gucheng"),
    "bob": ("薄博", "head", "gucheng"),
    "hal": ("郝海", "helper", "gucheng"),
    "carol": ("柴珂", "officer", "huifeng"),
    "dan": ("丁丹", "clerk", "bureau"),
    "erin": ("尔林", "cca_head", "bureau"),
    "lena": ("雷娜", "legal", "bureau"),
    "leo": ("梁立", "leader", "bureau"),
    "wanda": ("万达", "window", "bureau"),
    "ines": ("英思", "inspector", "bureau"),
    "sam": ("桑木", "system_admin", "bureau"),
    "sue": ("苏悦", "security_admin", "bureau"),
    "audrey": ("奥德", "audit_admin", "bureau"),
}
OFFICES = {
    "bureau": ("JCP", "尖草坪区司法局", "bureau"),
    "gucheng": ("GC", "古城司法所", "judicial_office"),
    "huifeng": ("HF", "汇丰司法所", "judicial_office"),
}


@dataclass(frozen=True)
class Member:
    """One of the cast, as a test speaks of them; has what audit rows need of a viewer."""

    id: int
    login: str
    name: str
    role: str
    office: int


@dataclass
class Cast:
    """The offices and the people, in this test's transaction, and the clock that the app reads."""

    clock: FixedClock
    app: Litestar
    offices: dict[str, int]
    members: dict[str, Member]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["members"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def now(self) -> datetime:
        return self.clock.now()


@cache
def _app() -> tuple[Litestar, FixedClock]:
    clock = FixedClock(NOW)
    return create_app(SETTINGS, clock), clock


@cache
def _password_hash() -> str:
    return CHEAP.hash(PASSWORD)


async def add_member(login: str, *, name: str, role: str, office: int, on_desk: bool = False, **more: Any) -> Member:
    """One more member of the staff, whose password is PASSWORD."""
    values = {"login": login, "name": name, "role": role, "office": office, "on_desk": on_desk}
    row = values | {"password_hash": _password_hash(), "created_at": NOW} | more
    return Member(await insert("staff", row), login, name, role, office)


async def assemble() -> Cast:
    """The whole cast in the running transaction; the clock is set to NOW again."""
    app, clock = _app()
    clock.at = NOW
    offices = {
        key: await insert("office", {"code": code, "name": name, "kind": kind})
        for key, (code, name, kind) in OFFICES.items()
    }
    members = {
        login: await add_member(login, name=name, role=role, office=offices[office], on_desk=login == "dan")
        for login, (name, role, office) in STAFF.items()
    }
    await insert("heartbeat", {"job": "watch", "at": NOW})
    await seed(NOW)
    return Cast(clock, app, offices, members)


class Browser(httpx.AsyncClient):
    """A browser at the test app: posts carry the page's token as a form of ours would."""

    token = ""

    def hold(self, cookie: str, value: str) -> None:
        """Put a cookie as the app itself would."""
        self.cookies.set(cookie, value, domain="test.local", path="/")

    async def post(self, url: Any, **options: Any) -> httpx.Response:  # type: ignore[override]
        """POST with the forms' token; `token=` in `data` by hand wins."""
        data = dict(options.pop("data", None) or {})
        data.setdefault("_csrf_token", self.token)
        return await super().post(url, data=data, **options)


def _browser(cast: Cast, cookie: str, mark: str) -> Browser:
    browser = Browser(transport=httpx.ASGITransport(cast.app), base_url="http://test")
    browser.hold(cookie, mark)
    browser.token = csrf_token(mark)
    return browser


def stranger(cast: Cast) -> Browser:
    """A browser that is not signed in."""
    return _browser(cast, VISIT_COOKIE, "a-visit-mark")


async def client_for(cast: Cast, member: Member) -> Browser:
    """A signed-in browser, through the real table of sessions."""
    return _browser(cast, COOKIE, await start_session(member.id, "test browser", cast.now))


async def audit_actions() -> list[str]:
    """The actions of this test's audit rows, oldest first."""
    row = await fetch_row("SELECT coalesce(array_agg(action ORDER BY id), '{}') AS actions FROM audit_row")
    return list(row["actions"]) if row else []
