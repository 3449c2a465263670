"""Lists by keyset and single things, in the scope of whoever asks; one audit row an answer."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from supervision.access.forms import LARGEST_ID
from supervision.access.tokens import TokenViewer
from supervision.audit.record import record
from supervision.db import Record, fetch
from supervision.errors import NotFound
from supervision.exchange.api.resources import Filter, Resource, shown
from supervision.people.scope import visible_people
from supervision.problems import Problem

PAGE: Final = 50
LARGEST_PAGE: Final = 200
LARGEST_KEY: Final = 2**63 - 1
OWN: Final = ("after", "limit")

Query = Mapping[str, str]


def number(query: Query, name: str, *, least: int, most: int, usual: int) -> int:
    """A whole number of the query; 400 for anything else."""
    text = query.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise _wrong(name, f"{name} 应是 {least} 到 {most} 的整数。")
    return int(text)


def _wrong(name: str, told: str) -> Problem:
    return Problem(400, told, fields={name: told})


def _value(name: str, text: str, one: Filter) -> Any:
    if one.type == "id":
        return number({name: text}, name, least=0, most=LARGEST_ID, usual=0)
    if one.type == "boolean":
        if text not in ("true", "false"):
            raise _wrong(name, f"{name} 应是 true 或 false。")
        return text == "true"
    if one.type == "word" and text not in one.words:
        raise _wrong(name, f"{name} 应是其中之一：{'、'.join(one.words)}。")
    if not text or len(text) > 100:
        raise _wrong(name, f"{name} 应有 1 到 100 个字符。")
    return text


def check_names(query: Query, known: Mapping[str, Any]) -> None:
    """A parameter that isn't known is refused: a mistyped filter would silently give everything."""
    for name in query:
        if name not in known and name not in OWN:
            raise _wrong(name, f"没有名为 {name[:40]} 的参数。")


async def page_of(resource: Resource, viewer: TokenViewer, query: Query, now: datetime) -> dict[str, Any]:
    """A page of a list, and after what the next one goes on; null at the end."""
    check_names(query, resource.filters)
    limit = number(query, "limit", least=1, most=LARGEST_PAGE, usual=PAGE)
    after = number(query, "after", least=0, most=LARGEST_KEY, usual=0)
    args: list[Any] = [after, limit + 1]
    parts = [f"{resource.key} > $1::bigint"]
    for name, one in resource.filters.items():
        if name in query:
            args.append(_value(name, query[name], one))
            parts.append(one.sql.format(f"${len(args)}", person=resource.person))
    rows = await _fetch(resource, viewer, parts, args)
    found = rows[:limit]
    await _noted(resource, viewer, found, now)
    items = [shown(resource, row, now) for row in found]
    return {"items": items, "next": str(found[-1]["id"]) if len(rows) > limit else None}


async def _fetch(resource: Resource, viewer: TokenViewer, parts: list[str], args: list[Any]) -> list[Record]:
    visible = resource.visible(viewer, args) if resource.visible else visible_people(viewer, resource.person, args)
    conditions = [*parts, resource.only, visible]
    return await fetch(
        f"SELECT {resource.columns} FROM {resource.source} WHERE {' AND '.join(conditions)} ORDER BY {resource.key} LIMIT $2",
        *args,
    )


async def one_of(resource: Resource, viewer: TokenViewer, id: int, now: datetime) -> dict[str, Any]:
    """One thing. Raises NotFound for “not yours” and “not there” alike."""
    rows = await _fetch(resource, viewer, [f"{resource.key} = $1::bigint"], [id, 1])
    if not rows:
        raise NotFound
    await _noted(resource, viewer, rows, now)
    return shown(resource, rows[0], now)


async def _noted(resource: Resource, viewer: TokenViewer, rows: list[Record], now: datetime) -> None:
    column = "id" if resource.person == resource.key else "person"
    people = [row[column] for row in rows if row[column] is not None]
    detail = {"list": resource.name, "token": viewer.token}
    await record(viewer, "api_read", people=people, detail=detail, now=now)
