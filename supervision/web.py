"""Templates, static files, the headers of every answer, and how moments are shown to people."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request, Router, _multipart
from litestar.connection import ASGIConnection
from litestar.datastructures import CacheControlHeader, MutableScopeHeaders, UploadFile
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from lucide.jinja import lucide
from markupsafe import Markup

from supervision.days import SHANGHAI, local_day
from supervision.language import CHINESE, LANGUAGE, LANGUAGES, N_, gettext, listed, ngettext, said
from supervision.language import gettext as _

AnyRequest: TypeAlias = Request[Any, Any, Any]

ROOT = Path(__file__).parent
LANGUAGE_COOKIE = "language"
WEEKDAYS = (N_("星期一"), N_("星期二"), N_("星期三"), N_("星期四"), N_("星期五"), N_("星期六"), N_("星期日"))
MONTHS = (
    *(N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月")),
    *(N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月")),
)

# Strict: no inline script or style, nothing from another host.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# --- uploads ---


class InMemory(UploadFile):
    """A file as it comes in, which never lies in clear on a disk; the route's `request_max_body_size` bounds it."""

    def __init__(self, content_type: str, filename: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(content_type, filename, headers=headers, max_spool_size=0)


def keep_uploads_in_memory() -> None:
    """Let the framework read forms by our class: its own moves what is over 1 MB into a temporary file, and knows no setting."""
    setattr(_multipart, UploadFile.__name__, InMemory)


# --- the language of a request ---


def speaking(app: ASGIApp) -> ASGIApp:
    """The outermost step of a request: until it is answered, we speak the language that the browser's cookie says."""

    async def speak(scope: Scope, receive: Receive, send: Send) -> None:
        token = LANGUAGE.set(_wanted_language(scope))
        try:
            await app(scope, receive, send)
        finally:
            LANGUAGE.reset(token)

    return speak


def _wanted_language(scope: Scope) -> str:
    wanted = ASGIConnection[Any, Any, Any, Any](scope).cookies.get(LANGUAGE_COOKIE, "")
    return wanted if wanted in LANGUAGES else CHINESE


def _other_languages() -> list[tuple[str, str]]:
    return [(code, name) for code, name in LANGUAGES.items() if code != LANGUAGE.get()]


# --- days and moments, always in Asia/Shanghai ---


def _day_of(value: date | datetime) -> date:
    return local_day(value) if isinstance(value, datetime) else value


def _last_day(value: date | datetime) -> date:
    """The last day that a limit still leaves: 00:00 is the exclusive end of the day before."""
    return _day_of(value - timedelta(microseconds=1)) if isinstance(value, datetime) else value


def day_text(value: date | datetime, now: datetime) -> str:
    """`11-25`, with the year where it is another one."""
    shown = _day_of(value)
    return f"{shown:%m-%d}" if shown.year == local_day(now).year else shown.isoformat()


def _near_day(value: date, now: datetime) -> str:
    names = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}
    return names.get((value - local_day(now)).days) or day_text(value, now)


def moment_text(value: datetime, now: datetime) -> str:
    """`今天 15:30`, `昨天 09:00`, `明天 09:00`, else `11-23 09:00`."""
    return f"{_near_day(local_day(value), now)} {value.astimezone(SHANGHAI):%H:%M}"


def limit_text(value: datetime, now: datetime) -> str:
    """A limit as people say it: the exclusive 00:00 is the whole day before."""
    local = value.astimezone(SHANGHAI)
    at_day_end = (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    return _near_day(_last_day(value), now) if at_day_end else moment_text(value, now)


def until_text(value: date | datetime, now: datetime, *, late: str = N_("逾期"), waits: bool = False) -> str:
    """`余 257 天`, `今天到期`, `逾期 3 天`; from a datetime limit on (exclusive) it is late. What only `waits`: `已待办 3 天`."""
    days = (_last_day(value) - local_day(now)).days
    if waits and days < 0:
        return ngettext("已待办 %(n)d 天", "已待办 %(n)d 天", -days) % {"n": -days}
    if isinstance(value, datetime) and value <= now and days == 0:
        return _("今日起待办") if waits else _("今日%(late)s") % {"late": _(late).lower()}
    if days < 0:
        return ngettext("%(late)s %(n)d 天", "%(late)s %(n)d 天", -days) % {"late": _(late).lower(), "n": -days}
    return ngettext("余 %(n)d 天", "余 %(n)d 天", days) % {"n": days} if days else _("今天到期")


def ago_text(value: date | datetime, now: datetime) -> str:
    """`今天`, `昨天`, `12 天前`."""
    days = (local_day(now) - _day_of(value)).days
    return ngettext("%(n)d 天前", "%(n)d 天前", days) % {"n": days} if days > 1 else _near_day(_day_of(value), now)


def age_of(born_on: date, now: datetime) -> int:
    """Full years of life on the local day."""
    today = local_day(now)
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def minute_field(value: datetime) -> str:
    """`2026-11-25T09:30`, as a datetime-local field wants it."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def full_day_text(value: date | datetime) -> str:
    """`2026年11月23日 星期一`."""
    shown = _day_of(value)
    words = {"month": _(MONTHS[shown.month - 1]), "weekday": _(WEEKDAYS[shown.weekday()])}
    return _("%(year)d年%(month)s%(day)d日 %(weekday)s") % {"year": shown.year, "day": shown.day, **words}


def _of_now(show: Callable[..., Any]) -> Callable[..., Any]:
    """Make a filter of a function of (value, now): nothing stays empty, `now` is the page's."""

    @pass_context
    def shown(context: Context, value: Any, **options: Any) -> Any:
        return "" if value is None else show(value, options.pop("now", None) or context["now"], **options)

    return shown


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": _of_now(day_text),
    "moment": _of_now(moment_text),
    "limit": _of_now(limit_text),
    "until": _of_now(until_text),
    "ago": _of_now(ago_text),
    "age": _of_now(age_of),
    "full_day": full_day_text,
    "minute_field": minute_field,
    "said": said,
    "listed": listed,
}


# --- icons and static files ---


@cache
def icon(name: str, size: int = 16) -> Markup:
    """A Lucide icon as inline SVG, rendered once; it says nothing to a screen reader."""
    return Markup(lucide(name, size=size, **{"class": "i", "aria-hidden": "true", "focusable": "false"}))


def _folder_of(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0])


STATIC_FOLDERS: Mapping[str, Path] = {
    "/static": ROOT / "static",
    "/vendor": _folder_of("js_lib_htmx") / "static" / "htmx",
}


@cache
def static_url(path: str) -> str:
    """`/static/app.css` with a mark of its content, so that it may be cached for a year."""
    mount, _slash, name = path.rpartition("/")
    content = (STATIC_FOLDERS[mount] / name).read_bytes()
    return f"{path}?v={sha256(content).hexdigest()[:10]}"


def static_router() -> Router:
    """Our own static files and htmx, with a long cache."""
    forever = CacheControlHeader(public=True, max_age=365 * 24 * 3600, immutable=True)
    routers = [
        create_static_files_router(path=path, directories=[folder], name=path.strip("/"), cache_control=forever)
        for path, folder in STATIC_FOLDERS.items()
    ]
    return Router(path="/", route_handlers=routers)


# --- templates ---


def _loader(root: Path) -> ChoiceLoader:
    """`x.html` from our own templates, `<slice>/x.html` from `<slice>/templates`."""
    slices = {folder.parent.name: FileSystemLoader(folder) for folder in sorted(root.glob("*/templates"))}
    return ChoiceLoader([FileSystemLoader(root / "templates"), PrefixLoader(slices)])


def environment(root: Path = ROOT) -> Environment:
    """The Jinja environment: an unknown name is an error, everything is escaped."""
    env = Environment(
        loader=_loader(root),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(FILTERS)
    env.globals.update(icon=icon, static_url=static_url, _=_said, ngettext=_said_by_number)
    env.globals["ui"] = env.get_template("ui.html").module
    return env


# Jinja's own gettext takes whatever it is given for safe HTML and for a pattern, also a name that users typed.
def _said(message: str, **values: Any) -> str:
    """A sentence for a page: text like any other, with its values put in as text."""
    return gettext(message) % values if values else gettext(message)


def _said_by_number(one: str, many: str, count: int, **values: Any) -> str:
    return ngettext(one, many, count) % {"num": count, **values}


def template_engine() -> JinjaTemplateEngine:
    """What Litestar renders `page(…)` with: `TemplateConfig(instance=template_engine())`."""
    return JinjaTemplateEngine.from_environment(environment())


# --- pages ---


async def security_headers(message: Message, scope: Scope) -> None:
    """Litestar `before_send`: the strict headers on every answer, errors and files included."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        # A file that people handed in says so itself: it may do even less than our pages.
        policy = headers.get("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.update({**SECURITY_HEADERS, "Content-Security-Policy": policy})


def wants_fragment(request: AnyRequest) -> bool:
    """An htmx request for a part; going back in history and boosted links need the whole page."""
    headers = request.headers
    whole = headers.get("hx-history-restore-request") == "true" or headers.get("hx-boosted") == "true"
    return headers.get("hx-request") == "true" and not whole


def frame(request: AnyRequest) -> dict[str, Any]:
    """What the frame of every page needs, from `request.state`; what is not there is None or empty."""
    state = request.state
    clock = state.get("clock")
    now = clock.now() if clock else None
    return {
        "viewer": state.get("viewer"),
        "bureau": state.get("bureau") or _("区司法局"),
        "now": now,
        "today": local_day(now) if now else None,
        "nav": state.get("nav") or [],
        "banners": state.get("banners") or [],
        "flashes": state.get("flashes") or [],
        "idle_seconds": state.get("idle_seconds"),
        "csrf_token": state.get("csrf_token") or "",
        "language": LANGUAGE.get(),
        "languages": _other_languages() if request.method == "GET" else [],
    }


def page(
    request: AnyRequest,
    name: str,
    /,
    *,
    fragment: str | None = None,
    status: int = 200,
    toast: str | None = None,
    **context: Any,
) -> Template:
    """The answer with template `name`, or `fragment` alone where htmx asks; never stored by the browser.

    `toast` is shown by the script, on htmx requests only; a value of `context` wins over the frame's.
    """
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request"}
    if toast:
        # Header values are Latin-1: json's \\u escapes carry Chinese through.
        headers["HX-Trigger"] = json.dumps({"toast": {"text": toast}})
    chosen = fragment if fragment and wants_fragment(request) else name
    return Template(
        chosen, context=frame(request) | context, headers=headers, status_code=status, media_type="text/html"
    )


ERRORS: Mapping[int, tuple[str, str]] = {
    403: (N_("无权办理"), N_("您的岗位没有办理这一事项的权限。")),
    404: (N_("没有找到"), N_("没有找到，或者不在您的管理范围内。")),
    500: (N_("系统出错"), N_("出了一个没有料到的错误，已经记录。请稍后再试；如需报告，请说明下面的编号。")),
    503: (N_("数据库暂时连接不上"), N_("本页每 10 秒自动重试，恢复后会自己打开。")),
    507: (N_("磁盘空间已满"), N_("服务器的磁盘已经写满，请立即联系系统管理员；腾出空间后，本页会自己打开。")),
}
TRIES_AGAIN = (503, 507)
NOT_SAVED = N_("这次操作没有保存。请稍后回到填写的页面再保存，填写的内容会恢复。")


def error_page(request: AnyRequest, status: int, *, sentence: str | None = None, number: str | None = None) -> Template:
    """An error as a page: what happened, what to do, a number to quote; what heals by itself tries again."""
    heading, usual = ERRORS.get(status, ERRORS[500])
    sent = request.method != "GET"
    again = 10 if status in TRIES_AGAIN and not sent else None
    answer = page(
        request,
        "error.html",
        status=status,
        heading=_(heading),
        sentence=sentence or _(NOT_SAVED if status in TRIES_AGAIN and sent else usual),
        number=number,
        retry_seconds=again,
    )
    if again:
        answer.headers["Retry-After"] = str(again)
    return answer
