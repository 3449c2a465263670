"""Who is asking: each request is let in, sent to the sign-in, or to the change of a one-time password, before its body is read."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from supervision.access import kept
from supervision.access.confirm import SAFE_METHODS
from supervision.access.forms import FLASH_COOKIE, LARGEST_ID, TOKEN_FIELD, read_flash
from supervision.access.sessions import (
    COOKIE,
    VISIT_COOKIE,
    cookie,
    csrf_token,
    find_session,
    has_run_out,
    is_csrf_token,
    is_secure,
    new_visit,
    touch_session,
)
from supervision.access.tokens import TokenViewer, find_token, touch_token
from supervision.access.viewer import PUBLIC_FOLDERS, Viewer, is_public
from supervision.clock import Clock
from supervision.config import Settings
from supervision.days import local_day
from supervision.db import Record
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.language import listed
from supervision.problems import is_api, problem
from supervision.web import AnyRequest, page

Navigation = Callable[[Viewer, str], list[dict[str, Any]]]
WAYS = {"code": "/sign-in/code", "password": "/password", "enrol": "/account/second-factor"}
"""Where somebody is led who still owes something; the sign-in's own pages stay open."""
ALWAYS_OPEN = frozenset({"/sign-out", "/sign-in", "/language"})
OPEN_TO = {way: {page} | ALWAYS_OPEN for way, page in WAYS.items()}
OPEN_TO["enrol"] |= {"/confirm"}
NO_SESSION = frozenset({"/health", "/receipts/twilio", "/schema/openapi.json"})
WATCH_LATE = timedelta(seconds=60)


class Forged(Refusal):
    """A form that doesn't carry this browser's token: from another site, or from before another sign-in."""

    def __init__(self) -> None:
        super().__init__(_("这个页面已经失效（可能在别处重新登录过）。没有保存；请返回，刷新页面后再提交。"))


class Gate(ASGIMiddleware):
    """Puts viewer, clock, banners and the forms' token into `request.state`."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings, clock: Clock, navigation: Navigation) -> None:
        self.settings = settings
        self.clock = clock
        self.navigation = navigation

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request in, or answer it here."""
        request: AnyRequest = Request(scope, receive=receive, send=send)
        state = scope["state"]
        state.update(clock=self.clock, bureau=self.settings.bureau, viewer=None, banners=self._standing_banners())
        _check_address(request)
        path = scope["path"]
        if path.startswith(PUBLIC_FOLDERS) or path in NO_SESSION:
            return await next_app(scope, receive, send)
        if is_api(scope):
            return await self._by_token(request, next_app)
        answer = await self._admit(request)
        if answer is None:
            return await next_app(scope, receive, self._with_cookies(request, send))
        asgi = answer.to_asgi_response(app=None, request=request)
        await asgi(scope, receive, self._with_cookies(request, send))

    async def _by_token(self, request: AnyRequest, next_app: ASGIApp) -> None:
        """Another system: whoever it is says its token, and nothing that a browser would send by itself."""
        scope, now = request.scope, self.clock.now()
        kind, _blank, token = request.headers.get("authorization", "").partition(" ")
        found = await find_token(token.strip(), now) if kind.lower() == "bearer" else None
        if found is None:
            refused = problem(401).to_asgi_response(app=None, request=request)
            await refused(scope, request.receive, request.send)
            return
        await touch_token(found, now)
        scope["state"]["viewer"] = TokenViewer(found)
        await next_app(scope, request.receive, request.send)

    async def _admit(self, request: AnyRequest) -> Response[Any] | None:
        """None to go on; else the answer."""
        state = request.scope["state"]
        now = self.clock.now()
        state["flashes"] = read_flash(request.cookies.get(FLASH_COOKIE))
        token = request.cookies.get(COOKIE, "")
        session = await find_session(token) if token else None
        if session and not has_run_out(session, self.settings, now):
            await touch_session(session, now)
            self._enter(request, token, session, now)
            return _to_what_is_owed(request)
        visit = request.cookies.get(VISIT_COOKIE) or new_visit()
        state["visit"] = visit
        state["csrf_token"] = csrf_token(visit)
        return None if is_public(request.url.path) else await self._ask_to_sign_in(request, token, session)

    def _enter(self, request: AnyRequest, token: str, session: Record, now: datetime) -> None:
        state = request.scope["state"]
        state["viewer"] = viewer = Viewer(session)
        state["confirmed"] = now < session["confirmed_at"] + timedelta(minutes=self.settings.confirm_minutes)
        state["nav"] = [] if viewer.owes else self.navigation(viewer, request.url.path)
        state["csrf_token"] = csrf_token(token)
        state["idle_seconds"] = self.settings.idle_minutes * 60
        state["banners"] = [*state["banners"], *self._banners_of(session)]

    async def _ask_to_sign_in(self, request: AnyRequest, token: str, session: Record | None) -> Response[Any]:
        if request.method in SAFE_METHODS:
            return _to_sign_in(request)
        was_kept = ""
        if session and kept.may_be_kept(request) and await _has_token(request, token):
            was_kept = await kept.keep(request, session["id"], self.clock.now())
        answer = page(request, "access/sign_in.html", login="", next="/", kept=was_kept, refusal=None, idle=True)
        answer.headers |= {"HX-Retarget": "body", "HX-Reswap": "innerHTML"}
        return answer

    def _standing_banners(self) -> list[dict[str, str]]:
        if not self.clock.training:
            return []
        return [{"kind": "training", "text": _("培训时钟：系统时间不是真实时间。")}]

    def _banners_of(self, session: Record) -> list[dict[str, str]]:
        now = self.clock.now()
        banners = []
        if session["demo"]:
            banners.append({"kind": "info", "text": _("演示数据：其中没有真实的人，短信不会真的发出。")})
        watched_at = session["watched_at"]
        if watched_at is None or watched_at + WATCH_LATE < now:
            banners.append({"kind": "bad", "text": _("后台任务没有运行：预警和短信暂停。请立即联系系统管理员。")})
        if years := years_without_calendar(session["calendar_to"], local_day(now)):
            text = _("%(years)s年的放假安排尚未录入：涉及工作日的期限按周末暂算，录入后自动重新计算。") % {
                "years": years
            }
            banners.append({"kind": "warn", "text": text, "href": "/holidays"})
        return banners

    def _with_cookies(self, request: AnyRequest, send: Send) -> Send:
        """Add the visit mark, and take away a sentence that has been shown."""
        state = request.scope["state"]

        def cookies(status: int) -> list[Cookie]:
            made = []
            if "visit" in state and VISIT_COOKIE not in request.cookies:
                made.append(cookie(VISIT_COOKIE, state["visit"], self.settings))
            if status == 200 and FLASH_COOKIE in request.cookies:
                made.append(cookie(FLASH_COOKIE, None, self.settings))
            return made

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for one in cookies(message["status"]):
                    headers.add("set-cookie", one.to_header(header=""))
                if is_secure(self.settings, request.url.scheme):
                    message["headers"] = _by_tls_alone(message["headers"])
            await send(message)

        return send_with_cookies


def _by_tls_alone(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Every cookie with its mark `Secure`, whoever set it."""
    marked = []
    for name, value in headers:
        bare = name.lower() == b"set-cookie" and b"secure" not in value.lower().replace(b" ", b"").split(b";")
        marked.append((name, value + b"; Secure" if bare else value))
    return marked


def _check_address(request: AnyRequest) -> None:
    """A zero byte is in no path: 404. A host that is no host makes every address of the request unreadable: 400."""
    if "\0" in request.scope["path"]:
        raise NotFound
    try:
        request.url  # noqa: B018  read once, and kept by the request
    except ValueError:
        raise HTTPException(status_code=400) from None


def years_without_calendar(calendar_to: date | None, today: date) -> str:
    """This year, and from 1 December on the next, where the official calendar doesn't reach it; empty where it does."""
    needed = range(today.year, today.year + (today.month == 12) + 1)
    return listed(str(year) for year in needed if calendar_to is None or calendar_to.year < year)


def _to_what_is_owed(request: AnyRequest) -> Response[Any] | None:
    owes = request.scope["state"]["viewer"].owes
    if not owes or request.url.path in OPEN_TO[owes]:
        return None
    return _redirect(request, _with_next(WAYS[owes], request) if owes == "code" else WAYS[owes])


def _to_sign_in(request: AnyRequest) -> Response[Any]:
    return _redirect(request, _with_next("/sign-in", request))


def _with_next(path: str, request: AnyRequest) -> str:
    """The path, and where the browser wanted to go."""
    url = _current_url(request) if request.headers.get("hx-request") else request.url
    wanted = f"{url.path}?{url.query}" if url.query else url.path
    return (
        path if wanted in ("", "/") or request.method not in SAFE_METHODS else f"{path}?next={quote(wanted, safe='/')}"
    )


def _current_url(request: AnyRequest) -> SplitResult:
    """The page on which htmx asks; the first one where it says nothing that can be read."""
    try:
        return urlsplit(request.headers.get("hx-current-url", ""))
    except ValueError:
        return urlsplit("/")


def _redirect(request: AnyRequest, path: str) -> Response[Any]:
    if request.headers.get("hx-request"):
        return Response("", status_code=200, headers={"HX-Redirect": path}, media_type="text/html")
    return Redirect(path, status_code=303)


async def _has_token(request: AnyRequest, mark: str) -> bool:
    given = request.headers.get("x-csrftoken")
    if given is None:
        given = (await request.form()).get(TOKEN_FIELD)
    return isinstance(given, str) and is_csrf_token(given, mark)


async def check_request(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: numbers that can be ids, a form with this browser's token, text that can be stored."""
    if any(isinstance(value, int) and not 0 <= value <= LARGEST_ID for value in connection.path_params.values()):
        raise NotFound
    if b"%00" in connection.scope["query_string"]:
        raise NotFound
    if handler.opt.get("by_token", False):  # it brings no form, and no cookie is looked at
        return
    if isinstance(connection, Request) and connection.method not in SAFE_METHODS:
        await _check_readable(connection)
        if not handler.opt.get("signed_by_sender", False):  # a machine's message proves by itself where it comes from
            await _check_form(connection)


async def _check_readable(request: AnyRequest) -> None:
    """A field that isn't text in any coding: 400."""
    try:
        await request.form()
    except UnicodeDecodeError:
        raise HTTPException(status_code=400) from None


async def _check_form(request: AnyRequest) -> None:
    mark = request.cookies.get(COOKIE, "") if request.state.viewer else request.cookies.get(VISIT_COOKIE, "")
    if not mark or not await _has_token(request, mark):
        raise Forged
    for name, value in (await request.form()).items():
        written = value if isinstance(value, str) else getattr(value, "filename", "")
        if "\0" in name or "\0" in (written or ""):
            raise Refusal(_("输入里有不能保存的字符，请检查后重新输入。"))
