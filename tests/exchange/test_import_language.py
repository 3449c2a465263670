"""An import read in English: the page says so what is wrong, the workbook that goes back stays Chinese."""

import pytest

from supervision.exchange.sheets import read_book
from supervision.language import ENGLISH
from supervision.web import LANGUAGE_COOKIE
from tests.cast import Cast, client_for
from tests.exchange.made import workbook
from tests.exchange.taken import HEADING, person
from tests.exchange.test_import_pages import MESSY, bring, brought, roster


async def test_what_is_wrong_is_english_on_the_page_and_chinese_in_the_workbook(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    where = await brought(browser, MESSY.read_bytes(), office=cast.offices["gucheng"])
    page = (await browser.get(where)).text
    assert "Faulty" in page and "A mobile number has 11 digits, this one has 10; please check it" in page
    assert "the same as in row 5 (ID number); please keep one row only" in page
    [sheet] = read_book("a.xlsx", (await browser.get(f"{where}/refused")).content)
    explained = " ".join(str(cell) for row in sheet.rows for cell in row)
    assert "手机号应为 11 位，这里有 10 位，请核对" in explained and "please" not in explained
    assert sheet.rows[1][-2:] == ["错误说明", "原行号"]


async def test_what_a_value_means_is_asked_in_english(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    where = await brought(browser, roster(person(管理类别="红色")), office=cast.offices["gucheng"])
    page = (await browser.get(where)).text
    assert "Supervision: what does &#34;红色&#34; mean? Rows: 1." in page
    assert "Leave empty, to be completed later" in page


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.pdf", b"%PDF", "Only .xlsx, .xls, .ods and .csv files can be read."),
        ("a.xlsx", b"", "The file is empty."),
        ("a.xlsx", b"<html>", "This file is really a web page (HTML) or XML"),
        ("a.xlsx", workbook(名册=[HEADING]), "There is no row under the headings; nothing was imported."),
    ],
)
async def test_a_file_that_can_t_be_read_is_refused_in_english(cast: Cast, name: str, data: bytes, told: str) -> None:
    browser = await client_for(cast, cast.dan)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    answer = await bring(browser, data, name)
    assert answer.status_code == 422 and told in answer.text
