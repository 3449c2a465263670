"""Who they are, once more: before exports and unsealing whoever hasn't proved it lately is asked, and loses nothing typed."""

from datetime import datetime
from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from supervision.access.actions import confirm
from supervision.access.forms import TOKEN_FIELD
from supervision.access.second_factor import running
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

FIELD = "confirm_password"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Unconfirmed(Refusal):
    """The last proof is too old; `fields_typed` is what the form brought, `by_code` what is asked for."""

    def __init__(self, fields_typed: list[tuple[str, str]], *, by_code: bool, wrong: str = "") -> None:
        super().__init__(wrong or _("请再验证一次身份。"))
        self.fields_typed = fields_typed
        self.by_code = by_code
        self.wrong = wrong


async def confirmed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of a route that shows or hands out what is sealed: the session's owner has proved themselves lately."""
    state = connection.state
    if state.confirmed:
        return
    by_code = await running(state.viewer.id) is not None
    if not isinstance(connection, Request) or connection.method in SAFE_METHODS:
        raise Unconfirmed([], by_code=by_code)
    items = [(name, value) for name, value in (await connection.form()).multi_items() if isinstance(value, str)]
    typed = [(name, value) for name, value in items if name != TOKEN_FIELD and "password" not in name]
    given = dict(items).get(FIELD)
    if given is None:
        raise Unconfirmed(typed, by_code=by_code)
    await prove_again(state.viewer, given, state.clock.now(), typed=typed)


async def prove_again(viewer: Any, given: str, now: datetime, *, typed: list[tuple[str, str]]) -> None:
    """Take the password or the code of this session's owner. Raises Unconfirmed with what was wrong."""
    by_code = await running(viewer.id) is not None
    try:
        await confirm(viewer, given, by_code=by_code, now=now)
    except Refusal as refusal:
        raise Unconfirmed(typed, by_code=by_code, wrong=refusal.sentence) from None


def ask_to_confirm(request: AnyRequest, error: Unconfirmed) -> Response[Any]:
    """The form for the password or code: it goes where the request was going, with what it brought."""
    path = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    again = request.method not in SAFE_METHODS
    answer: Response[Any] = page(
        request,
        "access/confirm.html",
        status=422 if error.wrong else 200,
        action=path if again else "/confirm",
        fields=error.fields_typed if again else [("next", path)],
        by_code=error.by_code,
        wrong=error.wrong,
    )
    answer.headers |= {"HX-Retarget": "body", "HX-Reswap": "innerHTML"}
    return answer
