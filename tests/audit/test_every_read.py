"""Promise G9: whatever answer shows a person, pages and refused forms alike, an audit row of that request names them."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from supervision.access.forms import FLASH_COOKIE
from supervision.db import execute, fetch_value
from tests.cast import Browser, Cast, client_for
from tests.exchange.api.asking import system_of
from tests.routes import API_LINES, LINES, Line
from tests.test_matrix import _of_member, sees, targets, undone

NAMES = {"gucheng": "欧阳古城", "huifeng": "上官汇丰"}


async def _named(cast: Cast) -> dict[str, dict[str, Any]]:
    """The people of the matrix, each with a name that is nowhere else on a page."""
    on = await targets(cast)
    for office, name in NAMES.items():
        await execute("UPDATE person SET name = $2 WHERE id = $1", on[office]["person_id"], name)
    return on


async def _asked(browser: Browser, line: Line, target: Mapping[str, Any], **headers: str) -> tuple[str, set[int]]:
    """What the answer says, and whom the audit rows of this one request name."""
    before = await fetch_value("SELECT coalesce(max(id), 0) FROM audit_row")
    path = line.path.format_map(target)
    browser.hold(FLASH_COOKIE, "")
    answer: httpx.Response = await browser.request(
        line.method, path, data={"_csrf_token": browser.token} if line.method == "POST" else None, headers=headers
    )
    named = await fetch_value(
        "SELECT array_agg(DISTINCT one) FROM audit_row, unnest(people) AS one WHERE id > $1", before
    )
    return answer.text, set(named or ())


@pytest.mark.parametrize("line", (*LINES, *API_LINES), ids=str)
async def test_whoever_is_shown_is_named_in_the_audit(cast: Cast, line: Line) -> None:
    on = await _named(cast)
    for member in cast.members.values():
        browser = await (system_of if line.by_token else client_for)(cast, member)
        for office, target in [(office, on[office] | _of_member(cast, member, on)) for office in NAMES]:
            for headers in ({}, {"hx-request": "true"}):
                async with undone():
                    if line.before:
                        await line.before(target)
                    text, named = await _asked(browser, line, target, **headers)
                shown = {on[one]["person_id"] for one, name in NAMES.items() if name in text}
                assert shown <= named, (member.login, office, headers)
                assert all(sees(member, one) for one, name in NAMES.items() if name in text), (member.login, office)
