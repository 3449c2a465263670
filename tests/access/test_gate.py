"""What every request passes: the idle time-out that keeps what was typed, forged forms, numbers and bytes that can't be."""

import re
from datetime import timedelta

import pytest

from supervision.access.sessions import COOKIE
from supervision.db import execute, fetch_value
from tests.cast import PASSWORD, Browser, Cast, client_for, stranger

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SECOND = timedelta(seconds=1)
FORM = {"code": "XX", "name": "新城司法所"}


@pytest.mark.parametrize(("idle", "status"), [(IDLE - SECOND, 200), (IDLE, 303), (IDLE + SECOND, 303)])
async def test_a_session_ends_after_the_idle_time(cast: Cast, idle: timedelta, status: int) -> None:
    browser = await client_for(cast, cast.alice)
    cast.clock.at += idle
    assert (await browser.get("/account")).status_code == status


async def test_a_page_view_keeps_the_session_alive(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    for _ in range(3):
        cast.clock.at += IDLE - SECOND
        assert (await browser.get("/account")).status_code == 200


async def _work_until(cast: Cast, browser: Browser, signed_in: timedelta) -> int:
    """Look at a page every twenty minutes up to so long after the sign-in; the last answer's status."""
    began = cast.now
    while cast.now < began + signed_in:
        cast.clock.at = min(cast.now + timedelta(minutes=20), began + signed_in)
        status = (await browser.get("/account")).status_code
    return status


@pytest.mark.parametrize(("signed_in", "status"), [(LONGEST - SECOND, 200), (LONGEST, 303), (LONGEST + SECOND, 303)])
async def test_a_session_ends_twelve_hours_after_the_sign_in_however_busy_the_browser(
    cast: Cast, signed_in: timedelta, status: int
) -> None:
    assert await _work_until(cast, await client_for(cast, cast.alice), signed_in) == status


async def test_what_was_typed_when_the_twelve_hours_ran_out_is_given_back(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    await _work_until(cast, browser, LONGEST - SECOND)
    cast.clock.at += SECOND
    answer = await browser.post("/offices", data=FORM)
    assert "十二小时" in answer.text and 'name="kept"' in answer.text
    assert await fetch_value("SELECT count(*) FROM office WHERE code = 'XX'") == 0


@pytest.mark.parametrize(("ago", "listed"), [(LONGEST - SECOND, True), (LONGEST, False)])
async def test_the_account_lists_only_sessions_that_still_run(cast: Cast, ago: timedelta, listed: bool) -> None:
    browser = await client_for(cast, cast.alice)
    await execute(
        """INSERT INTO staff_session (token_hash, staff, created_at, seen_at, confirmed_at, agent)
           VALUES ('other', $1, $2, $3, $2, 'the old telephone')""",
        cast.alice.id,
        cast.now - ago,
        cast.now,
    )
    assert ("the old telephone" in (await browser.get("/account")).text) is listed


@pytest.mark.parametrize(("seconds", "written"), [(59, False), (60, True)])
async def test_the_row_is_touched_at_most_once_a_minute(cast: Cast, seconds: int, written: bool) -> None:
    browser = await client_for(cast, cast.alice)
    cast.clock.at += timedelta(seconds=seconds)
    await browser.get("/account")
    assert (await fetch_value("SELECT seen_at FROM staff_session") == cast.now) is written


async def _late_post(cast: Cast, browser: Browser) -> str:
    """Post after the time-out; the sealed content that the sign-in form carries."""
    cast.clock.at += IDLE
    answer = await browser.post("/offices?from=list", data=FORM | {"new_password": "secret words"})
    assert answer.status_code == 200 and "登录" in answer.text
    assert "新城司法所" not in answer.text
    found = re.search(r'name="kept" value="([^"]+)"', answer.text)
    browser.token = re.search(r'name="_csrf_token" value="([^"]+)"', answer.text)[1]  # type: ignore[index]
    return found[1] if found else ""


async def _sign_in(browser: Browser, login: str, kept: str) -> str:
    answer = await browser.post("/sign-in", data={"login": login, "password": PASSWORD, "kept": kept})
    return answer.text


async def test_a_form_posted_after_the_time_out_is_given_back_to_the_same_person(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    page = await _sign_in(browser, "sam", await _late_post(cast, browser))
    assert 'action="/offices?from=list"' in page and 'name="name" value="新城司法所"' in page and "继续提交" in page
    assert "secret words" not in page
    browser.token = re.search(r'name="_csrf_token" value="([^"]+)"', page)[1]  # type: ignore[index]
    assert (await browser.post("/offices", data=FORM)).status_code == 303
    assert await fetch_value("SELECT count(*) FROM office WHERE code = 'XX'") == 1


async def test_nobody_else_is_given_what_was_typed(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    page = await _sign_in(browser, "sue", await _late_post(cast, browser))
    assert "新城司法所" not in page and "继续提交" not in page


async def test_what_was_typed_is_not_kept_for_ever(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    kept = await _late_post(cast, browser)
    cast.clock.at += timedelta(hours=12)
    assert "继续提交" not in await _sign_in(browser, "sam", kept)


async def test_a_forged_form_after_the_time_out_is_not_kept(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    browser.token = "forged"
    assert await _late_post(cast, browser) == ""


async def test_a_stranger_s_body_is_never_read(cast: Cast) -> None:
    browser = stranger(cast)
    browser.hold(COOKIE, "no such session")

    async def endless() -> object:
        raise AssertionError("the body was read")
        yield b""

    answer = await browser.request(
        "POST",
        "/offices",
        content=endless(),  # type: ignore[arg-type]
        headers={"content-type": "application/x-www-form-urlencoded", "content-length": "10"},
    )
    assert answer.status_code == 200 and 'name="password"' in answer.text


@pytest.mark.parametrize("token", ["", "forged"])
async def test_a_form_without_this_browser_s_token_is_refused(cast: Cast, token: str) -> None:
    browser = await client_for(cast, cast.sam)
    browser.token = token
    answer = await browser.post("/offices", data=FORM)
    assert answer.status_code == 403 and "页面已经失效" in answer.text
    assert await fetch_value("SELECT count(*) FROM office WHERE code = 'XX'") == 0


async def test_the_token_of_another_browser_is_refused(cast: Cast) -> None:
    browser, other = await client_for(cast, cast.sam), await client_for(cast, cast.sam)
    browser.token = other.token
    assert (await browser.post("/offices", data=FORM)).status_code == 403


async def test_the_token_may_come_in_the_header_that_htmx_sends(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    token, browser.token = browser.token, ""
    answer = await browser.post("/offices", data=FORM, headers={"x-csrftoken": token, "hx-request": "true"})
    assert answer.status_code == 303


async def test_the_sign_in_form_can_t_be_posted_from_another_site(cast: Cast) -> None:
    browser = stranger(cast)
    browser.cookies.clear()
    assert (await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})).status_code == 403


async def test_the_sign_in_page_s_own_token_is_taken(cast: Cast) -> None:
    browser = stranger(cast)
    browser.cookies.clear()
    page = await browser.get("/sign-in")
    browser.token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    assert (await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})).status_code == 303


async def test_htmx_is_sent_to_the_sign_in_as_a_whole_page(cast: Cast) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://test/account?tab=1"}
    answer = await stranger(cast).get("/offices", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/sign-in?next=/account%3Ftab%3D1")


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "0", "2147483647"])
async def test_a_number_that_is_nobody_s_is_not_there(cast: Cast, number: str) -> None:
    browser = await client_for(cast, cast.sue)
    assert (await browser.get(f"/staff/{number}")).status_code == 404


async def test_bytes_that_can_t_be_stored_are_refused(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    answer = await browser.post("/offices", data=FORM | {"name": "新\0城"})
    assert answer.status_code == 422 and "不能保存的字符" in answer.text
    assert (await browser.get("/offices?x=%00")).status_code == 404


async def test_a_body_beyond_the_limit_is_refused(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    answer = await browser.post("/offices", data={"name": "x" * 300_000})
    assert answer.status_code == 413 and "太大" in answer.text


async def test_the_saying_after_a_redirect_is_shown_once(cast: Cast) -> None:
    browser = await client_for(cast, cast.sam)
    await browser.post("/offices", data=FORM)
    assert "机构已建立。" in (await browser.get("/offices")).text
    assert "机构已建立。" not in (await browser.get("/offices")).text


@pytest.mark.parametrize(("seconds", "shown"), [(60, False), (61, True)])
async def test_a_banner_says_that_the_jobs_don_t_run(cast: Cast, seconds: int, shown: bool) -> None:
    browser = await client_for(cast, cast.alice)
    cast.clock.at += timedelta(seconds=seconds)
    assert ("后台任务没有运行" in (await browser.get("/account")).text) is shown
