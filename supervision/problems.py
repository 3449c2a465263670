"""What the API answers when something says no: RFC 9457, one JSON object with a sentence for a human."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Response
from litestar.types import Scope

from supervision.errors import Refusal

API = "/api"
MEDIA_TYPE = "application/problem+json"
SENTENCES: Mapping[int, str] = {
    400: "请求的内容不完整，或者格式不对。",
    401: "请在 Authorization 里带上有效的令牌：Bearer slg_…。登录网页用的会话在这里无效。",
    405: "这个地址不支持这种请求方法。",
    413: "提交的内容太大。",
    415: "请求的内容必须是 application/json。",
    500: "出了一个没有料到的错误，已经记录；如需报告，请说明编号。",
    503: "数据库暂时连接不上，请稍后再试。",
    507: "服务器的磁盘已经写满，请联系系统管理员。",
}


class Problem(Refusal):
    """A refusal with a status of its own, where 422 would say too little."""

    def __init__(self, status: int, sentence: str | None = None, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence or SENTENCES[status], fields=fields)
        self.status = status


def is_api(scope: Scope) -> bool:
    """Whether another system asks: it comes with a token and is answered in JSON."""
    path = scope["path"]
    return path == API or path.startswith(f"{API}/")


def problem(
    status: int, sentence: str | None = None, *, fields: Mapping[str, str] | None = None, **more: Any
) -> Response[Any]:
    """The answer: `fields` says what is wrong with which of them, `more` are members of its own."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence or SENTENCES.get(status, SENTENCES[400]),
        **more,
    }
    if fields:
        content["errors"] = dict(fields)
    answer: Response[Any] = Response(
        content, status_code=status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status in (503, 507):
        answer.headers["Retry-After"] = "10"
    return answer
