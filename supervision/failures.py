"""What the web answers when something says no or breaks: one sentence, never a traceback."""

import logging
import secrets
import traceback
from collections.abc import Callable
from typing import Any

import asyncpg
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import Scope
from litestar.utils.scope.state import ScopeState

from supervision.access.confirm import Unconfirmed, ask_to_confirm
from supervision.access.forms import TOKEN_FIELD
from supervision.access.gate import Forged
from supervision.audit.record import record
from supervision.db import DATABASE_AWAY, is_disk_full
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.problems import is_api, problem
from supervision.web import AnyRequest, error_page, page

logger = logging.getLogger(__name__)
OURS = (ValueError, FileNotFoundError, FileExistsError, PermissionError)
"""Mistakes of ours that only look like a database that is away."""
SENTENCES = {
    400: N_("请求的内容不完整，或者格式不对。"),
    405: N_("这个地址不能这样打开。"),
    413: N_("提交的内容太大。"),
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
    return [value for _name, value in shown if isinstance(value, str) and value.strip()]


def not_found(request: AnyRequest, _error: Exception) -> Response[Any]:
    """The same bytes for what is not there and what is not the viewer's."""
    return error_page(request, 404)


def not_allowed(request: AnyRequest, refusal: NotAllowed | Forged) -> Response[Any]:
    """403: the role doesn't hold the permission, or the form isn't ours."""
    return error_page(request, 403, sentence=refusal.sentence)


def database_away(request: AnyRequest, error: Exception) -> Response[Any]:
    """503 (507: its disk is full), a page that tries again by itself; a mistake of ours that only looks like it is a 500."""
    return (
        broken(request, error) if isinstance(error, OURS) else error_page(request, 507 if is_disk_full(error) else 503)
    )


def http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """The framework's own refusals: unknown path, wrong method, unreadable or oversized body."""
    if error.status_code == 404:
        return not_found(request, error)
    if error.status_code >= 500:
        return broken(request, error)
    return error_page(request, error.status_code, sentence=_(SENTENCES.get(error.status_code, SENTENCES[400])))


def broken(request: AnyRequest, error: Exception) -> Response[Any]:
    """500 with a number to quote."""
    return error_page(request, 500, number=_logged(request, error))


def _logged(request: AnyRequest, error: Exception) -> str:
    """The number of an error; logged once, by its place and kind only: a message may hold what is sealed."""
    number = secrets.token_hex(4)
    logger.error("error %s in %s: %s", number, request.scope["method"], _where(error))
    return number


def _where(error: BaseException) -> str:
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    state = f" {error.sqlstate}" if isinstance(error, asyncpg.PostgresError) else ""
    own = f"{type(error).__qualname__}{state} at {' < '.join(reversed(frames[-12:]))}"
    cause = error.__cause__ or error.__context__
    return f"{own}; after {_where(cause)}" if cause else own


def refused_by_api(request: AnyRequest, error: Exception) -> Response[Any]:
    """Whatever says no or breaks, as another system reads it."""
    if isinstance(error, Refusal):
        status = {NotFound: 404, NotAllowed: 403}.get(type(error), getattr(error, "status", 422))
        return problem(status, error.sentence, fields=error.fields)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return problem(error.status_code, NotFound().sentence if error.status_code == 404 else None)
    away = isinstance(error, DATABASE_AWAY) and not isinstance(error, OURS)
    if away:
        return problem(507 if is_disk_full(error) else 503)
    return problem(500, number=_logged(request, error))


def _by_audience(page_of: Callable[[AnyRequest, Any], Response[Any]]) -> Callable[[AnyRequest, Any], Response[Any]]:
    """A handler that answers people with its page, other systems with a problem."""

    def answer(request: AnyRequest, error: Exception) -> Response[Any]:
        return refused_by_api(request, error) if is_api(request.scope) else page_of(request, error)

    return answer


PAGES: dict[int | type[Exception], Any] = {
    Refusal: refused,
    NotFound: not_found,
    NotAllowed: not_allowed,
    Forged: not_allowed,
    Unconfirmed: ask_to_confirm,
    HTTPException: http_error,
    **dict.fromkeys(DATABASE_AWAY, database_away),
    Exception: broken,
}
HANDLERS: dict[int | type[Exception], Any] = {kind: _by_audience(handler) for kind, handler in PAGES.items()}
