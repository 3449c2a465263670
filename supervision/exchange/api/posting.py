"""What other systems may put down: a report, once for each idempotency key however often it is sent."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from supervision.access.forms import LARGEST_ID
from supervision.access.tokens import TokenViewer
from supervision.checkins.actions import CheckIn, record_checkin, report
from supervision.checkins.tables import MODES
from supervision.db import execute, fetch_row, fetch_value, tx
from supervision.exchange.api.resources import REPORTS, local
from supervision.forms import EARLIEST_YEAR, LATEST_YEAR
from supervision.people.scope import get_order_to_record
from supervision.problems import Problem
from supervision.sealed import blind

KEY: Final = "^[!-~]{1,200}$"
LONGEST: Final = 10_000
FIELDS: Final = {"person": True, "mode": True, "happened_at": True, "content": False}
"""Field of a posted report → whether it must be there."""
PURPOSE: Final = "api_request"
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as another system brings it."""

    person: int
    checkin: CheckIn


class Body:
    """A posted object, read field by field; all that is wrong with it becomes one 422."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.wrong: dict[str, str] = {}
        for name in given.keys() - FIELDS.keys():
            self.wrong[_readable(name)] = "没有这个字段。"
        for name, required in FIELDS.items():
            if required and name not in given:
                self.wrong[name] = "缺少这个字段。"

    def whole(self, name: str) -> int:
        """An id."""
        value = self.given.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST_ID:
            if int(value) == value:
                return int(value)
        self.wrong.setdefault(name, f"应是 0 到 {LARGEST_ID} 的整数。")
        return 0

    def word(self, name: str, words: tuple[str, ...]) -> str:
        """One of the words."""
        value = self.given.get(name)
        if isinstance(value, str) and value in words:
            return value
        self.wrong.setdefault(name, f"应是其中之一：{'、'.join(words)}。")
        return words[0]

    def moment(self, name: str, now: datetime) -> datetime:
        """A moment with its zone."""
        value = self.given.get(name)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found and found.tzinfo and EARLIEST_YEAR <= found.year < LATEST_YEAR:
            return found
        self.wrong.setdefault(name, "应写成 2026-01-31T09:30:00+08:00 的样子，要有时区。")
        return now

    def text(self, name: str) -> str:
        """A text that can be kept; empty where there is none."""
        value = self.given.get(name, "")
        if isinstance(value, str) and len(value) <= LONGEST and _readable(value) == value:
            return value
        self.wrong.setdefault(name, f"应是最多 {LONGEST} 个字符的文字。")
        return ""

    def check(self) -> None:
        """Raises Problem that names every field that is wrong."""
        if self.wrong:
            raise Problem(422, "有字段不对，见 errors。", fields=self.wrong)


def _readable(text: str) -> str:
    """The text without what can't be kept: halves of characters, and zero bytes."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def read_json(content_type: str, body: bytes) -> dict[str, Any]:
    """The object of a request. Raises Problem: 415 for another type of content, 400 for what isn't JSON, 422 for no object."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "请求的内容不是 JSON。") from None
    if not isinstance(given, dict):
        raise Problem(422, "请求的内容应是一个 JSON 对象。")
    return given


def read_report(given: Mapping[str, Any], now: datetime) -> NewReport:
    """The report that an object describes. Raises Problem with what is wrong with each field."""
    body = Body(given)
    person, mode = body.whole("person"), body.word("mode", MODES)
    happened_at, content = body.moment("happened_at", now), body.text("content")
    body.check()
    return NewReport(person, report(mode, happened_at, content))


async def put_report(viewer: TokenViewer, new: NewReport, now: datetime) -> Answer:
    """Put the report down. Raises NotFound for a person who isn't the viewer's, Refusal as the page does."""
    order = await get_order_to_record(viewer, new.person)
    fact = await record_checkin(viewer, order, new.checkin, now)
    return {
        "id": fact,
        "person": new.person,
        "order": order,
        "mode": new.checkin.how["mode"],
        "happened_at": local(new.checkin.happened_at),
        "recorded_at": local(now),
        "recorded_by": viewer.login,
        "withdrawn_at": None,
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that must not count twice: who asks, under which key, for what."""

    viewer: TokenViewer
    key: str
    body_mac: str
    now: datetime


def asked(viewer: TokenViewer, key: str | None, given: Mapping[str, Any], now: datetime) -> Asked:
    """Raises Problem for a key that is missing or can't be one."""
    if key is None or not re.fullmatch(KEY, key):
        told = "请在 Idempotency-Key 里带上本次请求的编号（1 到 200 个可见的 ASCII 字符）。"
        raise Problem(400, told, fields={"Idempotency-Key": told})
    return Asked(viewer, key, blind(json.dumps(given, sort_keys=True), PURPOSE), now)


async def once(one: Asked, act: Callable[[], Awaitable[Answer]]) -> Answer:
    """Act, or give the answer that was given to this key before; a refused act leaves the key free.

    Of two at once the second waits for the first. Raises Problem (409) for the key of another request.
    """
    async with tx():
        made = await fetch_value(
            """INSERT INTO api_request (token, key, body_mac, at) VALUES ($1, $2, $3, $4)
               ON CONFLICT ON CONSTRAINT api_request_once DO NOTHING RETURNING id""",
            one.viewer.token,
            one.key,
            one.body_mac,
            one.now,
        )
        if made is None:
            return await _before(one)
        answer = await act()
        await execute("UPDATE api_request SET answer = $2 WHERE id = $1", made, json.dumps(answer, ensure_ascii=False))
    return answer


async def _before(one: Asked) -> Answer:
    row = await fetch_row(
        "SELECT body_mac, answer FROM api_request WHERE token = $1 AND key = $2", one.viewer.token, one.key
    )
    assert row is not None, "rows of this table are never taken away"
    if row["body_mac"] != one.body_mac:
        raise Problem(409, "这个 Idempotency-Key 已用于另一个请求，没有保存；请换一个编号。")
    answer: Answer = json.loads(row["answer"])
    return {name: answer[name] for name in REPORTS.fields}
