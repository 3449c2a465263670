"""Import by page: bring a sheet, see what it would do, answer, confirm, fetch what was refused, undo."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from supervision.db import fetch, fetch_value
from supervision.exchange.sheets import SIZE_LIMIT, read_book
from supervision.exchange.uploads import purge
from tests.cast import Browser, Cast, audit_actions, client_for
from tests.exchange.made import number_of, workbook
from tests.exchange.taken import HEADING, HISTORY, another, person
from tests.exchange.test_answers import mended

MESSY = Path(__file__).parent / "messy_roster.xlsx"


async def bring(browser: Browser, data: bytes, name: str = "名册.xlsx", **fields: Any) -> httpx.Response:
    return await browser.post("/import", data=fields, files={"file": (name, data)})


def roster(*rows: Any) -> bytes:
    return workbook(名册=[HEADING, *rows])


async def brought(browser: Browser, data: bytes, **fields: Any) -> str:
    """The address of the dry run."""
    answer = await bring(browser, data, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_the_messy_roster_from_upload_to_the_mended_answer(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    where = await brought(browser, MESSY.read_bytes(), office=cast.offices["gucheng"])
    tried = await browser.get(where)
    assert tried.status_code == 200
    assert re.findall(r'<span class="muted">(新增|有误)</span> <b>(\d+)</b>', tried.text) == [
        ("新增", "5"),
        ("有误", "8"),
    ]
    assert "手机号应为 11 位，这里有 10 位，请核对" in tried.text
    assert await fetch_value("SELECT count(*) FROM orders") == 0

    done = await browser.post(f"{where}/confirm")
    run = done.headers["location"]
    assert run.startswith("/import/runs/")
    assert await fetch_value("SELECT count(*) FROM orders") == 5
    page = await browser.get(run)
    assert f"{where}/refused" in page.text
    workbook_of_refused = await browser.get(f"{where}/refused")
    assert workbook_of_refused.headers["content-disposition"].startswith("attachment")
    assert len(read_book("a.xlsx", workbook_of_refused.content)[0].rows) == 2 + 8

    again = await brought(browser, mended(workbook_of_refused.content), office=cast.offices["gucheng"])
    await browser.post(f"{again}/confirm")
    assert await fetch_value("SELECT count(*) FROM orders") == 13
    third = await brought(browser, mended(workbook_of_refused.content), office=cast.offices["gucheng"])
    assert "没有可以写入的内容" in (await browser.get(third)).text
    assert [one for one in await audit_actions() if one == "roster_imported"] == ["roster_imported"] * 2


async def test_questions_are_asked_before_anything_can_be_confirmed(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    where = await brought(browser, roster(person(管理类别="二级"), another(128, 司法所="上兰司法所")))
    tried = (await browser.get(where)).text
    assert "管理类别中的“二级”是哪一种" in tried and "司法所中的“上兰司法所”是哪一个" in tried
    assert f"{where}/confirm" not in tried
    refused = await browser.post(f"{where}/confirm")
    assert (refused.status_code, "有 2 处需要先说明" in refused.text) == (422, True)
    await browser.post(f"{where}/answers", data={"value:level:二级": "loose"})
    half = (await browser.get(where)).text
    assert "二级”是哪一种" not in half and "上兰司法所”是哪一个" in half
    await browser.post(f"{where}/answers", data={"value:office:上兰司法所": "HF"})
    assert f"{where}/confirm" in (await browser.get(where)).text
    await browser.post(f"{where}/confirm")
    assert await fetch_value("SELECT level FROM class_decision ORDER BY id LIMIT 1") == "loose"


async def test_what_changes_is_shown_before_it_is_written(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    await browser.post(f"{await brought(browser, roster(person(), another(128)))}/confirm")
    cast.clock.at += timedelta(minutes=20)
    where = await brought(browser, roster(person(矫正结束日期="2027-03-04")))
    text = (await browser.get(where)).text
    assert re.search(r'结束日期 <span class="muted">2027-01-04</span> → <b>2027-03-04</b>', text)
    assert "上次名册里有、这次没有的人" in text and "测试128" in text
    missing = await fetch_value("SELECT id FROM person WHERE name = '测试128'")
    done = (await browser.post(f"{where}/confirm")).headers["location"]
    assert "SQ0128" in (await browser.get(done)).text
    for action in ("import_tried", "import_seen"):
        assert missing in await fetch_value("SELECT people FROM audit_row WHERE action = $1 ORDER BY id DESC", action)


async def test_fetching_the_refused_rows_is_a_read_of_whoever_is_on_the_register(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    await browser.post(f"{await brought(browser, roster(person()))}/confirm")
    where = await brought(browser, roster(person(矫正结束日期="2027-03-04"), another(128, 性别="女")))
    await browser.get(f"{where}/refused")
    known = await fetch_value("SELECT id FROM person")
    assert await fetch_value("SELECT people FROM audit_row WHERE action = 'import_answered'") == [known]


async def test_a_history_is_tried_and_confirmed_too(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    await browser.post(f"{await brought(browser, roster(person()))}/confirm")
    data = workbook(报到=[HISTORY, ["SQ0001", "", "2026-10-05", "", "电话"]])
    where = await brought(browser, data)
    assert "应报到" in (await browser.get(where)).text
    run = (await browser.post(f"{where}/confirm")).headers["location"]
    assert (await browser.get(run)).status_code == 200
    assert await fetch_value("SELECT state FROM duty WHERE source = 'import'") == "missed"


async def test_the_sheet_is_sealed_while_it_waits_and_thrown_away_after_confirmation_or_a_day(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    where = await brought(browser, roster(person()))
    sealed = await fetch_value("SELECT content_sealed FROM upload")
    assert number_of() not in sealed and "A256GCM" in sealed
    await browser.post(f"{where}/confirm")
    assert await fetch_value("SELECT count(*) FROM upload") == 0
    kept = await brought(browser, roster(person()))
    cast.clock.at += timedelta(hours=24) - timedelta(seconds=1)
    assert await purge(cast.now) == 0
    cast.clock.at += timedelta(seconds=1)
    assert await purge(cast.now) == 1
    assert (await (await client_for(cast, cast.dan)).get(kept)).status_code == 404


async def test_nobody_sees_anothers_sheet(cast: Cast) -> None:
    where = await brought(await client_for(cast, cast.dan), roster(person()))
    erin = await client_for(cast, cast.erin)
    assert (await erin.get(where)).status_code == 404
    assert (await erin.post(f"{where}/confirm")).status_code == 404
    assert (await (await client_for(cast, cast.alice)).get("/import")).status_code == 403


async def test_a_sheet_can_be_given_up(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    where = await brought(browser, roster(person()))
    assert "名册.xlsx" in (await browser.get("/import")).text
    await browser.post(f"{where}/drop")
    assert (await browser.get(where)).status_code == 404
    assert await fetch_value("SELECT count(*) FROM orders") == 0


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"PK\x03\x04 nonsense", "a.xlsx", "已损坏"),
        (b"", "a.xlsx", "文件是空的"),
        (b"%PDF", "a.pdf", "只能读取"),
        (b"x" * (SIZE_LIMIT + 1), "a.csv", "超过 20 MB"),
    ],
)
async def test_a_file_that_cannot_be_read_gets_its_sentence_and_is_not_kept(
    cast: Cast, data: bytes, name: str, told: str
) -> None:
    browser = await client_for(cast, cast.dan)
    answer = await bring(browser, data, name, office=cast.offices["gucheng"])
    assert (answer.status_code, told in answer.text) == (422, True)
    assert f'<option value="{cast.offices["gucheng"]}" selected>' in answer.text
    assert await fetch_value("SELECT count(*) FROM upload") == 0


async def test_a_form_without_a_file_and_a_body_beyond_all_bounds_are_refused(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    assert "请选择一个文件" in (await browser.post("/import")).text
    assert (await bring(browser, b"x" * (SIZE_LIMIT + 300 * 1024), "a.csv")).status_code == 413


async def test_the_days_import_is_undone_by_page_and_refused_when_built_on(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    run = (await browser.post(f"{await brought(browser, roster(person()))}/confirm")).headers["location"]
    cast.clock.at += timedelta(minutes=5)
    file = await fetch_value("SELECT person FROM orders")
    await browser.post(f"/people/{file}/notes", data={"text": "来访"})
    refused = await browser.post(f"{run}/undo")
    assert (refused.status_code, "备注记录与这些人有关，不能撤销" in refused.text) == (422, True)
    other = (await browser.post(f"{await brought(browser, roster(another(128)))}/confirm")).headers["location"]
    assert (await browser.post(f"{other}/undo")).status_code == 303
    assert [row["number"] for row in await fetch("SELECT number FROM orders")] == ["SQ0001"]
    assert "已撤销" in (await browser.get("/import")).text
    cast.clock.at += timedelta(days=1)
    browser = await client_for(cast, cast.dan)
    assert f"{run}/undo" not in (await browser.get(run)).text


async def test_the_imported_register_goes_live_by_page(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    nothing = await browser.post("/import/live", data={"date": "2026-12-01"})
    assert (nothing.status_code, "没有等待上线" in nothing.text) == (422, True)
    assert (await browser.post("/import/live", data={"date": "x"})).status_code == 422
    await browser.post(f"{await brought(browser, roster(person(联系电话='')))}/confirm")
    assert (await browser.post("/import/live", data={"date": "2026-12-01"})).status_code == 303
    front = (await browser.get("/import")).text
    assert "1 人自 2026-12-01 起由系统记账，待补录 1 项" in front and "已上线" in front
    await browser.post(f"{await brought(browser, roster(another(128)))}/confirm")
    assert '">未上线' in (await browser.get("/import")).text


async def test_a_roster_taken_in_while_the_register_is_live_is_shown_as_live(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    await browser.post(f"{await brought(browser, roster(person()))}/confirm")
    assert '">未上线' in (await browser.get("/import")).text
    await browser.post("/import/live", data={"date": "2026-11-25"})
    await browser.post(f"{await brought(browser, roster(another(128)))}/confirm")
    front = (await browser.get("/import")).text
    assert front.count('">已上线') == 2 and '">未上线' not in front
