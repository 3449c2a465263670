"""The pages: every number opens a list of that many rows, every table goes to Excel, and what is refused is said."""

import io
import re
from urllib.parse import unquote

import docx
import pytest
from python_calamine import CalamineWorkbook

from supervision import rules
from supervision.alerts.watch import watch
from supervision.db import execute, fetch_value
from supervision.statistics import pages
from tests.cast import NOW, audit_actions, client_for
from tests.statistics.conftest import at, ends, joins
from tests.statistics.records import assistance, booking, commission, decision


async def _filled(cast):
    one = await joins(cast, "2026-10-05 09:00")
    await joins(cast, "2026-09-05 09:00", name="甲乙")
    await joins(cast, "2026-10-06 09:00", officer=cast.carol)
    await ends(cast, one, "2026-10-20 09:00")
    return one


def _links(text: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a href="(/statistics/list\?[^"]+)">(\d+)</a>', text)
    return [(href.replace("&amp;", "&"), int(count)) for href, count in found]


async def _rows(browser, href: str) -> int:
    answer = await browser.get(href)
    assert answer.status_code == 200, href
    return answer.text.count('class="at-fact nowrap"')


@pytest.mark.parametrize(
    ("path", "least"), [("/statistics?month=2026-10", 24), ("/statistics/indicators?period=2026-10", 6)]
)
@pytest.mark.parametrize("login", ["dan", "bob"])
async def test_each_number_of_a_page_opens_a_list_of_that_many_rows(cast, path, least, login) -> None:
    await _filled(cast)
    browser = await client_for(cast, getattr(cast, login))
    links = _links((await browser.get(path)).text)
    assert len(links) >= least // (1 if login == "dan" else 2)
    for href, count in links:
        assert await _rows(browser, href) == count, href


async def test_each_figure_of_the_annual_report_opens_its_list(cast) -> None:
    one = await joins(cast, "2025-03-01 09:00")
    await decision(cast, one, "warning", "2025-05-01 09:00")
    await commission(cast, "court", "2025-05-01 09:00")
    await assistance("2025-02-02")
    await booking(cast, "2025-02-02 09:00", state="done", visitors=2, number="见1")
    browser = await client_for(cast, cast.dan)
    links = _links((await browser.get("/statistics/annual?year=2025")).text)
    assert len(links) >= 18
    for href, count in links:
        assert await _rows(browser, href) == count, href


async def test_a_booking_s_state_is_said_as_where_visits_are_booked(cast) -> None:
    await booking(cast, "2025-02-02 09:00", state="terminated", visitors=1, number="见1")
    page = (await (await client_for(cast, cast.dan)).get("/statistics/list?year=2025&figure=video_booked")).text
    assert "见1" in page and "违规中止" in page


async def test_a_head_is_not_shown_the_annual_figures_by_any_way(cast) -> None:
    browser = await client_for(cast, cast.bob)
    for path in (
        "/statistics/annual",
        "/statistics/list?figure=received",
        "/statistics/sheet?annual=2025",
        "/statistics/sheet?list=1&figure=received",
        "/statistics/annual/file",
    ):
        assert (await browser.get(path)).status_code == 403, path


@pytest.mark.parametrize(
    "path",
    [
        "/statistics/list?cell=nothing",
        "/statistics/list?figure=nothing",
        "/statistics/kept?id=999",
        "/dashboard?office=999999",
        "/statistics/annual/file?format=exe",
    ],
)
async def test_what_is_not_there_is_not_found(cast, path) -> None:
    assert (await (await client_for(cast, cast.dan)).get(path)).status_code == 404


async def test_a_list_is_seen_in_the_audit_with_its_people(cast) -> None:
    await _filled(cast)
    browser = await client_for(cast, cast.bob)
    await browser.get("/statistics/list?cell=ever_received&month=2026-10")
    people = await fetch_value("SELECT people FROM audit_row WHERE action = 'statistics_listed'")
    assert len(people) == 2


async def test_a_table_that_does_not_close_is_refused_on_the_page_and_names_the_row(cast) -> None:
    one = await _filled(cast)
    await execute("UPDATE order_end SET happened_at = $2 WHERE order_id = $1", one.order, at("2026-08-01 09:00"))
    answer = await (await client_for(cast, cast.dan)).get("/statistics?month=2026-10")
    assert answer.status_code == 422 and one.number in answer.text and "不能打印" in answer.text


async def test_a_month_is_kept_shown_and_compared(cast) -> None:
    one = await _filled(cast)
    browser = await client_for(cast, cast.dan)
    answer = await browser.post("/statistics/keep", data={"month": "2026-10"})
    assert answer.status_code == 303
    await execute(
        "UPDATE order_end SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = '录错' WHERE order_id = $1",
        one.order,
        at("2026-11-25 09:05"),
        cast.dan.id,
    )
    cast.clock.at = at("2026-11-25 09:10")
    shown = (await browser.get(answer.headers["location"])).text
    assert "按当时的记录重新计算，与存档相同" in shown and "存档以后的更正" in shown and "被改动过" not in shown
    assert (await browser.post("/statistics/keep", data={"month": "2026-11"})).status_code == 422
    assert "keep_table" in await audit_actions()


async def test_every_table_goes_to_excel_as_it_is_shown(cast) -> None:
    await _filled(cast)
    browser = await client_for(cast, cast.dan)
    kept = (await browser.post("/statistics/keep", data={"month": "2026-10"})).headers["location"].partition("id=")[2]
    rows = {}
    for query in (
        "month=2026-10",
        f"kept={kept}",
        "indicators=2026-10",
        "annual=2025",
        "list=1&month=2026-10&cell=ever_received",
    ):
        answer = await browser.get(f"/statistics/sheet?{query}")
        assert answer.status_code == 200 and unquote(answer.headers["content-disposition"]).endswith(".xlsx")
        rows[query] = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows["month=2026-10"][2:] == rows[f"kept={kept}"][2:]
    assert [row[0] for row in rows["month=2026-10"][2:]] == ["古城司法所", "汇丰司法所", "合计"]
    assert rows["month=2026-10"][-1][1:5] == [1, 2, 0, 2]
    assert len(rows["list=1&month=2026-10&cell=ever_received"]) == 2 + 3
    assert [(row[5], row[6]) for row in rows["indicators=2026-10"] if row[0] in ("指标", "漏管率")] == [
        ("比率", "目标"),
        ("0.0%", "0"),
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO((await browser.get("/dashboard/sheet")).content))
    assert book.sheet_names == ["各所人数", "每周报告", "预警时长"]


async def test_a_list_that_is_too_long_for_a_sheet_is_refused_and_not_cut(cast, monkeypatch) -> None:
    await _filled(cast)
    browser, path = await client_for(cast, cast.dan), "/statistics/sheet?list=1&month=2026-10&cell=ever_received"
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    assert (await browser.get(path)).status_code == 200
    monkeypatch.setattr(pages, "MOST_ROWS", 2)
    answer = await browser.get(path)
    assert answer.status_code == 422 and "名单超过 2 行" in answer.text
    assert (await audit_actions()).count("statistics_exported") == 1


async def test_the_report_says_by_what_off_control_is_counted(cast) -> None:
    text = (await (await client_for(cast, cast.dan)).get("/statistics/annual?year=2025")).text
    assert "脱管以负责人查找核实后的认定为准" in text and "还没有登记脱管" not in text


async def test_the_annual_report_is_a_word_document(cast) -> None:
    answer = await (await client_for(cast, cast.dan)).get("/statistics/annual/file?year=2025")
    written = docx.Document(io.BytesIO(answer.content))
    assert written.paragraphs[0].text == "2025年社区矫正与安置帮教工作情况"


async def test_an_alert_is_listed_by_what_it_is_about(cast) -> None:
    await joins(cast, "2026-10-05 09:00")
    await watch(NOW)
    text = (await (await client_for(cast, cast.bob)).get("/statistics/list?period=2026-11&figure=alerts_all")).text
    assert rules.title_of("SU-01") in text and "SU-01" not in text


async def test_a_list_leads_back_to_the_page_whose_number_it_is(cast) -> None:
    browser = await client_for(cast, cast.dan)
    for query, page in (
        ("month=2026-03&cell=after", "/statistics?month=2026-03"),
        ("period=2025&figure=reports_all", "/statistics/indicators?period=2025"),
        ("year=2024&figure=received", "/statistics/annual?year=2024"),
    ):
        assert f'href="{page}"' in (await browser.get(f"/statistics/list?{query}")).text, query


async def test_the_list_of_a_figure_says_which_office_has_the_file(cast) -> None:
    await joins(cast, "2026-10-05 09:00")
    await joins(cast, "2026-10-06 09:00", officer=cast.carol)
    browser = await client_for(cast, cast.dan)
    for path in ("period=2026-10&figure=entries_all", "year=2026&figure=received"):
        text = (await browser.get(f"/statistics/list?{path}")).text
        assert [text.count(f'nowrap">{office}司法所</td>') for office in ("古城", "汇丰")] == [1, 1], path
