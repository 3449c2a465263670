"""Recording in English: the answers are said in it, what is kept is not."""

from supervision.db import fetch_value
from supervision.language import CHINESE, ENGLISH, LANGUAGE
from supervision.web import LANGUAGE_COOKIE
from tests.cast import Browser, Cast, client_for
from tests.checkins.test_calls import answers, twelve
from tests.checkins.test_recording import enrolled


async def english(cast: Cast) -> Browser:
    browser = await client_for(cast, cast.alice)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    return browser


async def test_a_report_is_recorded_with_its_code_and_listed_in_the_reader_s_language(cast: Cast) -> None:
    one = await enrolled(cast)
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50", "content": ""}
    assert (await (await english(cast)).post(f"/people/{one.person}/reports", data=sent)).status_code == 303
    assert await fetch_value("SELECT mode FROM report WHERE order_id = $1", one.order) == "phone"
    path = f"/people/{one.person}/checkins"
    assert "Report by phone" in (await (await english(cast)).get(path)).text
    assert "电话报告" in (await (await client_for(cast, cast.alice)).get(path)).text


async def test_a_refused_form_comes_back_in_english_with_what_was_typed(cast: Cast) -> None:
    one = await enrolled(cast)
    sent = {"mode": "phone", "happened_at": "2026-11-26T08:50", "content": "还没有发生"}
    answer = await (await english(cast)).post(f"/people/{one.person}/reports", data=sent)
    assert answer.status_code == 422 and "The time cannot be in the future." in answer.text
    assert "还没有发生" in answer.text


async def test_the_refusals_of_a_page_of_calls_are_sentences_one_after_the_other(cast: Cast) -> None:
    first, second = await twelve(cast, 2)
    browser = await english(cast)
    assert (await browser.post("/calls", data=answers([first, second]))).status_code == 303
    answer = await browser.post("/calls", data=answers([first, second]))
    done = "The report by phone and the check are done already; nothing more to record."
    told = f"王1: {done} 王2: {done} Nothing on the page was saved. Please correct it and save again."
    assert answer.status_code == 422 and told in answer.text


async def test_after_an_answer_in_english_we_speak_chinese_again(cast: Cast) -> None:
    await (await english(cast)).get("/calls")
    assert LANGUAGE.get() == CHINESE
