"""What the web answers when something says no or breaks: one sentence, never a traceback."""

import logging
import secrets
import traceback
from typing import Any

import asyncpg
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Scope
from litestar.utils.scope.state import ScopeState

from supervision.access.confirm import Unconfirmed, ask_to_confirm
from supervision.access.forms import TOKEN_FIELD
from supervision.access.gate import Forged
from supervision.audit.record import record
from supervision.db import DATABASE_AWAY, is_disk_full
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.web import error_page, page

AnyRequest = Request[Any, Any, Any]
logger = logging.getLogger(__name__)
SENTENCES = {
    400: "请求的内容不完整，或者格式不对。",
    405: "这个地址不能这样打开。",
    413: "提交的内容太大。",
}


def refused(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    """422: the form again, where it was read by `read_form`; else a note on htmx, so that the form stays as it is."""
    if again := request.state.get("form_again"):
        shown: Response[Any] = again(refusal)
        return shown
    if request.headers.get("hx-request"):
        answer: Response[Any] = page(request, "refused.html", status=422, toast=refusal.sentence, sentence="", typed=[])
        answer.headers["HX-Reswap"] = "none"
        return answer
    return page(request, "refused.html", status=422, sentence=refusal.sentence, typed=_typed(request))


async def note_shown(error: Exception, scope: Scope) -> None:
    """A form that is refused shows whom it is about once more: a read like any other (G9). Runs before the answer."""
    state = scope["state"]
    people = state.get("people_shown")
    if people and isinstance(error, Refusal) and not isinstance(error, (NotFound, NotAllowed, Forged)):
        await record(state["viewer"], "form_refused", people=people, now=state["clock"].now())


def _typed(request: AnyRequest) -> list[str]:
    form = ScopeState.from_scope(request.scope).form
    items = form.items() if isinstance(form, dict) else []
    shown = [(name, value) for name, value in items if name != TOKEN_FIELD and "password" not in name]
    return [value for _, value in shown if isinstance(value, str) and value.strip()]


def not_found(request: AnyRequest, _error: Exception) -> Response[Any]:
    """The same bytes for what is not there and what is not the viewer's."""
    return error_page(request, 404)


def not_allowed(request: AnyRequest, refusal: NotAllowed | Forged) -> Response[Any]:
    """403: the role doesn't hold the permission, or the form isn't ours."""
    return error_page(request, 403, sentence=refusal.sentence)


def database_away(request: AnyRequest, error: Exception) -> Response[Any]:
    """503 (507: its disk is full), a page that tries again by itself; a mistake of ours that only looks like it is a 500."""
    ours = isinstance(error, (ValueError, FileNotFoundError, FileExistsError, PermissionError))
    return broken(request, error) if ours else error_page(request, 507 if is_disk_full(error) else 503)


def http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """The framework's own refusals: unknown path, wrong method, unreadable or oversized body."""
    if error.status_code == 404:
        return not_found(request, error)
    if error.status_code >= 500:
        return broken(request, error)
    return error_page(request, error.status_code, sentence=SENTENCES.get(error.status_code, SENTENCES[400]))


def broken(request: AnyRequest, error: Exception) -> Response[Any]:
    """500 with a number to quote; logged once, by its place and kind only: a message may hold what is sealed."""
    number = secrets.token_hex(4)
    logger.error("error %s in %s: %s", number, request.scope["method"], _where(error))
    return error_page(request, 500, number=number)


def _where(error: BaseException) -> str:
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    state = f" {error.sqlstate}" if isinstance(error, asyncpg.PostgresError) else ""
    own = f"{type(error).__qualname__}{state} at {' < '.join(reversed(frames[-12:]))}"
    cause = error.__cause__ or error.__context__
    return f"{own}; after {_where(cause)}" if cause else own


HANDLERS: dict[int | type[Exception], Any] = {
    Refusal: refused,
    NotFound: not_found,
    NotAllowed: not_allowed,
    Forged: not_allowed,
    Unconfirmed: ask_to_confirm,
    HTTPException: http_error,
    **dict.fromkeys(DATABASE_AWAY, database_away),
    Exception: broken,
}
