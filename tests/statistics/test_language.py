"""Two languages: pages are the reader's, files are Chinese whoever takes them."""

import io
import re
from urllib.parse import unquote

import docx
import httpx
import pytest
from python_calamine import CalamineWorkbook

from supervision.language import ENGLISH
from supervision.web import LANGUAGE_COOKIE
from tests.cast import client_for
from tests.statistics.conftest import joins
from tests.statistics.records import decision


async def _records(cast) -> None:
    one = await joins(cast, "2025-03-01 09:00")
    await decision(cast, one, "warning", "2025-05-01 09:00")
    await decision(cast, one, "warning", "2025-06-01 09:00")


async def _english(cast):
    browser = await client_for(cast, cast.dan)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    return browser


def _content(answer: httpx.Response) -> tuple[str, object]:
    """The name of the file, and what is in it."""
    name = unquote(answer.headers["content-disposition"])
    if ".xlsx" in name:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        return name, [book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names]
    if ".docx" in name:
        return name, [one.text for one in docx.Document(io.BytesIO(answer.content)).paragraphs]
    return name, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/statistics/sheet?month=2025-05",
        "/statistics/sheet?indicators=2025",
        "/statistics/sheet?annual=2025",
        "/statistics/sheet?list=1&year=2025&figure=warned_people",
        "/dashboard/sheet",
        "/statistics/annual/file?year=2025&format=docx",
        "/statistics/annual/file?year=2025&format=md",
        "/statistics/annual/file?year=2025&format=json",
    ],
)
async def test_a_file_is_chinese_whoever_takes_it(cast, path) -> None:
    await _records(cast)
    usual = await (await client_for(cast, cast.dan)).get(path)
    taken = await (await _english(cast)).get(path)
    assert taken.status_code == 200 and _content(taken) == _content(usual)


async def test_the_paragraphs_of_the_page_are_english_with_the_same_figures(cast) -> None:
    await _records(cast)
    page = (await (await _english(cast)).get("/statistics/annual?year=2025")).text
    text = re.sub(r"<[^>]+>", "", page)
    assert "Annual report, 2025" in text and "persons warned: 1 (2 times), admonished: 0 (0 times)" in text


async def test_a_count_of_times_is_told_in_the_reader_s_language(cast) -> None:
    await _records(cast)
    path = "/statistics/list?year=2025&figure=warned_people"
    assert ">2 times<" in (await (await _english(cast)).get(path)).text
    assert ">2 次<" in (await (await client_for(cast, cast.dan)).get(path)).text


async def test_a_table_that_is_refused_says_why_in_english(cast) -> None:
    answer = await (await _english(cast)).post("/statistics/keep", data={"month": "2026-11"})
    assert answer.status_code == 422
    assert "November 2026 is not over; its table can be kept after the end of the month." in answer.text
