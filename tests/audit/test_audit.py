"""The audit rows: one act is one row; the list is read by the audit administrator alone, and its reading is written."""

from datetime import timedelta

import pytest

from supervision.audit.record import record
from supervision.db import fetch, fetch_row, fetch_value, tx
from tests.cast import NOW, Cast, audit_actions, client_for


async def test_a_list_of_fifty_people_is_one_row_with_their_numbers(cast: Cast) -> None:
    await record(cast.alice, "people_listed", people=[*range(50, 0, -1), 7], now=NOW)
    row = await fetch_row("SELECT at, staff, office, people FROM audit_row")
    assert row and tuple(row) == (NOW, cast.alice.id, cast.alice.office, list(range(1, 51)))


async def test_a_row_goes_with_its_transaction(cast: Cast) -> None:
    with pytest.raises(ValueError):
        async with tx():
            await record(None, "sign_out", now=NOW)
            raise ValueError
    assert await audit_actions() == []


async def test_reading_the_audit_is_itself_written(cast: Cast) -> None:
    await (await client_for(cast, cast.audrey)).get("/audit?person=7")
    assert await audit_actions() == ["audit_read"]
    assert await fetch_value("SELECT detail->>'person' FROM audit_row") == "7"


async def _fill(cast: Cast) -> None:
    await record(cast.alice, "sign_in", now=NOW - timedelta(days=2))
    await record(cast.carol, "sign_out", people=[11, 12], now=NOW - timedelta(days=1))
    await record(None, "sign_in_failed", now=NOW)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"安丽", "柴珂", "系统"}),
        ("staff={alice}", {"安丽"}),
        ("action=sign_out", {"柴珂"}),
        ("person=12", {"柴珂"}),
        ("person=13", set()),
        ("first_day=2026-11-24", {"柴珂", "系统"}),
        ("first_day=2026-11-24&last_day=2026-11-24", {"柴珂"}),
        ("last_day=2026-11-23", {"安丽"}),
        ("person=x&first_day=never&before=%20", {"安丽", "柴珂", "系统"}),
    ],
)
async def test_the_list_is_narrowed(cast: Cast, query: str, shown: set[str]) -> None:
    await _fill(cast)
    page = await (await client_for(cast, cast.audrey)).get(f"/audit?{query.format(alice=cast.alice.id)}")
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert {name for name in ("安丽", "柴珂", "系统") if name in body} == shown


@pytest.mark.parametrize(("count", "pages"), [(50, [50]), (51, [50, 1]), (101, [50, 50, 1])])
async def test_the_pages_hold_every_row_once(cast: Cast, count: int, pages: list[int]) -> None:
    for _ in range(count):
        await record(None, "sign_in_failed", now=NOW)
    browser, url, seen = await client_for(cast, cast.audrey), "/audit?action=sign_in_failed", []
    while url:
        page = await browser.get(url)
        seen.append(page.text.count("at-name"))
        url = (
            page.text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&") if "hx-get=" in page.text else ""
        )
    assert seen == pages


async def test_the_rows_alone_are_sent_where_the_page_grows(cast: Cast) -> None:
    await _fill(cast)
    browser = await client_for(cast, cast.audrey)
    assert "<html" not in (await browser.get("/audit", headers={"hx-request": "true"})).text


async def test_nothing_of_a_case_is_on_the_list(cast: Cast) -> None:
    await record(cast.alice, "sign_out", people=[1], detail={"reason": "绝密内容"}, now=NOW)
    assert "绝密内容" not in (await (await client_for(cast, cast.audrey)).get("/audit")).text
    assert len(await fetch("SELECT 1 FROM audit_row WHERE action = 'sign_out'")) == 1
