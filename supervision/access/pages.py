"""Sign-in, sign-out, the change of a password, one's own account."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from supervision.access import actions
from supervision.access.forms import go, local_path, typed
from supervision.access.kept import Kept, open_kept
from supervision.access.roles import ROLE_TITLES
from supervision.access.sessions import COOKIE, cookie, csrf_token, open_sessions
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.config import Settings
from supervision.errors import Refusal
from supervision.web import page

AnyRequest = Request[Any, Any, Any]


def _agent(request: AnyRequest) -> str:
    return request.headers.get("user-agent", "")


@get("/sign-in")
async def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form; whoever is signed in goes to the first page."""
    wanted = local_path(request.query_params.get("next", "/"))
    if request.state.viewer:
        return Redirect(wanted, status_code=303)
    return page(request, "access/sign_in.html", login="", next=wanted, kept="", refusal=None, idle=False)


@post("/sign-in")
async def sign_in(
    request: AnyRequest, clock: NamedDependency[Clock], settings: NamedDependency[Settings]
) -> Response[Any]:
    """Sign in; a form that came after the time-out is given back to the same person."""
    form = await typed(request)
    login, wanted, kept = form.get("login", ""), local_path(form.get("next", "/")), form.get("kept", "")
    try:
        staff, token = await actions.sign_in(login, form.get("password", ""), agent=_agent(request), now=clock.now())
    except Refusal as refusal:
        again: dict[str, Any] = {"login": login, "next": wanted, "kept": kept, "refusal": refusal, "idle": False}
        return page(request, "access/sign_in.html", status=422, **again)
    found = open_kept(kept, staff, clock.now()) if kept else None
    answer = _give_back(request, found, token) if found else go(wanted)
    answer.cookies.append(cookie(COOKIE, token, settings))
    return answer


def _give_back(request: AnyRequest, kept: Kept, token: str) -> Template:
    return page(request, "access/kept.html", kept_form=kept, csrf_token=csrf_token(token))


@post("/sign-out", guards=[guard("own_account")])
async def sign_out(
    viewer: NamedDependency[Viewer], clock: NamedDependency[Clock], settings: NamedDependency[Settings]
) -> Response[Any]:
    """End the session."""
    await actions.sign_out(viewer, clock.now())
    answer = go("/sign-in", "已退出登录。")
    answer.cookies.append(cookie(COOKIE, None, settings))
    return answer


@get("/password", guards=[guard("own_account")])
async def password_page(request: AnyRequest) -> Template:
    """The form for a new password."""
    return page(request, "access/password.html", refusal=None)


@post("/password", guards=[guard("own_account")])
async def change_password(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Change one's own password: all other sessions end."""
    form = await typed(request)
    new = form.get("new_password", "")
    try:
        if new != form.get("again_password", ""):
            raise Refusal("两次输入的新密码不一样。", fields={"again": "两次输入的新密码不一样。"})
        old = form.get("old_password", "")
        token = await actions.change_password(viewer, old, new, agent=_agent(request), now=clock.now())
    except Refusal as refusal:
        return page(request, "access/password.html", status=422, refusal=refusal)
    answer = go("/", "密码已更改，其他设备上的登录已退出。")
    answer.cookies.append(cookie(COOKIE, token, settings))
    return answer


@get("/account", guards=[guard("own_account")])
async def account(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Template:
    """One's own account: role, office, where one is signed in."""
    sessions = await open_sessions(viewer.id, settings, clock.now())
    return page(request, "access/account.html", sessions=sessions, role_title=ROLE_TITLES[viewer.role])


@post("/account/sessions/{session_id:int}/end", guards=[guard("own_account")])
async def end_session(
    session_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Redirect:
    """End another of one's own sessions."""
    await actions.end_session(viewer, session_id, clock.now())
    return go("/account", "已退出那台设备上的登录。")


ROUTES = [sign_in_page, sign_in, sign_out, password_page, change_password, account, end_session]
