"""The switch: each browser is spoken to in its own language, before the sign-in as after it."""

from datetime import date, datetime, timedelta

import httpx
import pytest

from supervision import web
from supervision.access.sessions import csrf_token, start_session
from supervision.days import SHANGHAI
from supervision.language import CHINESE, ENGLISH, LANGUAGE, gettext, listed, run_on
from supervision.web import LANGUAGE_COOKIE
from tests.cast import COOKIE, Browser, Cast, client_for, stranger

ENGLISH_PAGE, CHINESE_PAGE = '<html lang="en">', '<html lang="zh-CN">'


async def choose(browser: Browser, language: str, page: str = "http://test/") -> httpx.Response:
    """Press the button on a page."""
    answer = await browser.post("/language", data={"language": language}, headers={"Referer": page})
    if language_set := answer.cookies.get(LANGUAGE_COOKIE):
        browser.hold(LANGUAGE_COOKIE, language_set)
    return answer


async def test_a_stranger_chooses_english_and_is_back_on_the_page(cast: Cast) -> None:
    browser = stranger(cast)
    before = (await browser.get("/sign-in?next=/people")).text
    assert CHINESE_PAGE in before and 'value="en" lang="en"' in before and "登录名" in before
    answer = await choose(browser, ENGLISH, "http://test/sign-in?next=/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/people")
    after = (await browser.get("/sign-in?next=/people")).text
    assert ENGLISH_PAGE in after and 'value="zh" lang="zh"' in after and "Sign in" in after and "登录名" not in after


async def test_whoever_is_signed_in_goes_to_english_and_back(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    await choose(browser, ENGLISH)
    assert ENGLISH_PAGE in (await browser.get("/account")).text
    await choose(browser, CHINESE)
    assert CHINESE_PAGE in (await browser.get("/account")).text
    assert CHINESE_PAGE in (await (await client_for(cast, cast.bob)).get("/account")).text


async def test_whoever_has_yet_to_give_the_code_may_choose(cast: Cast) -> None:
    browser = await client_for(cast, cast.leo)
    token = await start_session(cast.leo.id, "test", cast.now, step="code")
    browser.hold(COOKIE, token)
    browser.token = csrf_token(token)
    assert (await choose(browser, ENGLISH, "http://test/sign-in/code")).headers["location"] == "/sign-in/code"
    assert ENGLISH_PAGE in (await browser.get("/sign-in/code")).text


async def test_the_cookie_lasts_a_year_and_is_kept_from_scripts_and_other_sites(cast: Cast) -> None:
    cookie = (await choose(stranger(cast), ENGLISH)).headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/", "max-age=31536000"} <= {one.strip() for one in cookie.split(";")}


async def test_a_switch_without_the_form_s_token_is_refused(cast: Cast) -> None:
    browser = stranger(cast)
    browser.token = "forged"
    answer = await choose(browser, ENGLISH)
    assert answer.status_code == 403 and LANGUAGE_COOKIE not in answer.cookies


@pytest.mark.parametrize("language", ["fr", "", "EN", "../en", "english"])
async def test_a_language_that_is_not_ours_is_refused_and_as_a_cookie_ignored(cast: Cast, language: str) -> None:
    browser = stranger(cast)
    answer = await choose(browser, language)
    assert answer.status_code == 422 and LANGUAGE_COOKIE not in answer.cookies
    page = await browser.get("/sign-in", headers={"Cookie": f"{LANGUAGE_COOKIE}={language}"})
    assert page.status_code == 200 and CHINESE_PAGE in page.text


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("http://evil.example/people?q=1", "/people?q=1"),
        ("http://evil.example//evil.example/", "/"),
        ("http://[", "/"),
        ("", "/"),
        ("about:blank", "/"),
    ],
)
async def test_the_way_back_never_leads_to_another_site(cast: Cast, page: str, back: str) -> None:
    assert (await choose(stranger(cast), ENGLISH, page)).headers["location"] == back


async def test_the_answer_to_a_form_has_no_switch_which_would_throw_it_away(cast: Cast) -> None:
    refused = await stranger(cast).post("/sign-in", data={"login": "alice", "password": "wrong"})
    assert refused.status_code == 422 and 'action="/language"' not in refused.text


@pytest.mark.parametrize(("path", "status"), [("/no-such-page", 404), ("/people/2000000000", 404), ("/staff", 403)])
async def test_errors_speak_the_language_too(cast: Cast, path: str, status: int) -> None:
    browser = await client_for(cast, cast.alice)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    answer = await browser.get(path)
    assert answer.status_code == status and ENGLISH_PAGE in answer.text
    assert ("Not found" if status == 404 else "Not permitted") in answer.text
    assert LANGUAGE.get() == CHINESE


async def test_refusals_and_what_a_page_says_after_an_act_are_english(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    form = {"old_password": "x", "new_password": "quite another one", "again_password": "yet another one"}
    refused = await browser.post("/password", data=form)
    assert refused.status_code == 422 and "The two new passwords differ." in refused.text
    await browser.post("/account/sessions/end")
    assert "There are no other sessions." in (await browser.get("/account")).text


# --- words ---

EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=SHANGHAI)


@pytest.fixture
def english():
    """English for the time of a test."""
    token = LANGUAGE.set(ENGLISH)
    yield
    LANGUAGE.reset(token)


@pytest.mark.usefixtures("english")
def test_days_and_moments_are_english() -> None:
    assert web.full_day_text(EVENING) == "Mon 23 Nov 2026"
    assert web.moment_text(EVENING, EVENING) == "Today 20:00"
    assert web.limit_text(EVENING.replace(hour=0) + timedelta(days=2), EVENING) == "Tomorrow"
    assert web.day_text(date(2027, 1, 5), EVENING) == "2027-01-05"
    assert web.ago_text(date(2026, 11, 11), EVENING) == "12 days ago"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("days", "text"), [(-3, "3 days late"), (-1, "1 day late"), (0, "Due today"), (1, "1 day left"), (9, "9 days left")]
)
def test_what_is_late_or_left_is_counted_in_english(days: int, text: str) -> None:
    assert web.until_text(EVENING.date() + timedelta(days=days), EVENING) == text


@pytest.mark.usefixtures("english")
def test_a_limit_of_this_day_is_late_today() -> None:
    assert web.until_text(EVENING - timedelta(hours=1), EVENING) == "late today"
    assert web.until_text(date(2026, 11, 20), EVENING, late="已过") == "3 days past"
    assert web.until_text(date(2026, 11, 20), EVENING, waits=True) == "waiting for 3 days"
    assert web.until_text(EVENING - timedelta(hours=1), EVENING, waits=True) == "waiting since today"


@pytest.mark.usefixtures("english")
def test_lists_and_sentences_are_joined_as_english_does_it_and_unknown_ones_stay() -> None:
    assert (listed(["a", "b"]), run_on(["A.", "B."])) == ("a, b", "A. B.")
    assert gettext("没有人翻译过的一句话") == "没有人翻译过的一句话"
