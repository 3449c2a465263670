"""Sign-in in one step or two, sign-out, the change of a password, one's own account and its sessions."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from supervision.access import actions
from supervision.access.confirm import FIELD, prove_again
from supervision.access.forms import go, local_path, typed
from supervision.access.kept import Kept, open_kept
from supervision.access.origin import origin_of, short_agent
from supervision.access.roles import ROLE_TITLES
from supervision.access.second_factor import running, what_was_reset
from supervision.access.sessions import COOKIE, cookie, csrf_token, open_sessions
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.config import Settings
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.web import AnyRequest, page


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
    now = clock.now()
    try:
        done = await actions.sign_in(
            login, form.get("password", ""), origin=origin_of(request), settings=settings, now=now
        )
    except Refusal as refusal:
        again: dict[str, Any] = {"login": login, "next": wanted, "kept": kept, "refusal": refusal, "idle": False}
        return page(request, "access/sign_in.html", status=422, **again)
    if done.step == "code":
        token = csrf_token(done.token)
        answer: Response[Any] = page(
            request, "access/sign_in_code.html", next=wanted, kept=kept, refusal=None, csrf_token=token
        )
    else:
        answer = await _arrive(request, done, wanted, kept, now=now)
    answer.cookies.append(cookie(COOKIE, done.token, settings))
    return answer


async def _arrive(
    request: AnyRequest, done: actions.SignedIn, wanted: str, kept: str, *, now: datetime
) -> Response[Any]:
    """Where a sign-in leads: to the form that came too late, else to the wanted page, with the news of one's account."""
    if found := open_kept(kept, done.staff, now) if kept else None:
        return _give_back(request, found, done.token)
    return go(wanted, await what_was_reset(done.staff, now), kind="warn")


def _give_back(request: AnyRequest, kept: Kept, token: str) -> Template:
    return page(request, "access/kept.html", kept_form=kept, csrf_token=csrf_token(token))


@get("/sign-in/code", guards=[guard("own_account")])
async def code_page(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[Any]:
    """The second step; whoever has done it goes on."""
    wanted = local_path(request.query_params.get("next", "/"))
    if viewer.step != "code":
        return Redirect(wanted, status_code=303)
    return page(request, "access/sign_in_code.html", next=wanted, kept="", refusal=None)


@post("/sign-in/code", guards=[guard("own_account")])
async def give_code(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Take the code of the second factor: from here on the browser is signed in."""
    form = await typed(request)
    wanted, kept, now = local_path(form.get("next", "/")), form.get("kept", ""), clock.now()
    if viewer.step != "code":
        return Redirect(wanted, status_code=303)
    try:
        given = form.get("one_time_password", "")
        token = await actions.give_code(viewer, given, origin=origin_of(request), now=now)
    except Refusal as refusal:
        return page(request, "access/sign_in_code.html", status=422, next=wanted, kept=kept, refusal=refusal)
    answer = await _arrive(request, actions.SignedIn(viewer.id, token, "in"), wanted, kept, now=now)
    answer.cookies.append(cookie(COOKIE, token, settings))
    return answer


@post("/confirm", guards=[guard("own_account")])
async def confirm(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Prove once more who one is, on the way to a page."""
    form = await typed(request)
    wanted = local_path(form.get("next", "/"))
    await prove_again(viewer, form.get(FIELD, ""), clock.now(), typed=[("next", wanted)])
    return go(wanted)


@post("/sign-out", guards=[guard("own_account")])
async def sign_out(
    viewer: NamedDependency[Viewer], clock: NamedDependency[Clock], settings: NamedDependency[Settings]
) -> Response[Any]:
    """End the session."""
    await actions.sign_out(viewer, clock.now())
    answer = go("/sign-in", _("已退出登录。"))
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
            raise Refusal(_("两次输入的新密码不一样。"), fields={"again": _("两次输入的新密码不一样。")})
        old = form.get("old_password", "")
        token = await actions.change_password(viewer, old, new, origin=origin_of(request), now=clock.now())
    except Refusal as refusal:
        return page(request, "access/password.html", status=422, refusal=refusal)
    answer = go("/", _("密码已更改，其他设备上的登录已退出。"))
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
    rows = await open_sessions(viewer.id, settings, clock.now())
    return page(
        request,
        "access/account.html",
        sessions=[dict(row) | {"browser": short_agent(row["agent"])} for row in rows],
        role_title=_(ROLE_TITLES[viewer.role]),
        factor=await running(viewer.id),
    )


@post("/account/sessions/{session_id:int}/end", guards=[guard("own_account")])
async def end_session(
    session_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Redirect:
    """End another of one's own sessions."""
    await actions.end_session(viewer, session_id, clock.now())
    return go("/account", _("已退出那台设备上的登录。"))


@post("/account/sessions/end", guards=[guard("own_account")])
async def end_other_sessions(viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Redirect:
    """End all of one's own sessions but this one."""
    ended = await actions.end_other_sessions(viewer, clock.now())
    return go("/account", _("已退出其他 %(n)s 处登录。") % {"n": ended} if ended else _("没有其他登录。"))


ROUTES = [
    sign_in_page,
    sign_in,
    code_page,
    give_code,
    confirm,
    sign_out,
    password_page,
    change_password,
    account,
    end_session,
    end_other_sessions,
]
