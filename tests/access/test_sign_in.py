"""Signing in: the right password, the wrong one, the lock, the browser's cookie."""

from datetime import timedelta
from typing import Any

import pytest

from supervision.access.sessions import COOKIE, cookie
from supervision.config import Settings
from supervision.db import execute, fetch_value
from tests.cast import PASSWORD, Browser, Cast, audit_actions, client_for, stranger


async def _try(browser: Browser, password: str, login: str = "alice") -> Any:
    return await browser.post("/sign-in", data={"login": login, "password": password})


async def test_a_stranger_is_sent_to_the_sign_in_and_back_to_the_wanted_page(cast: Cast) -> None:
    browser = stranger(cast)
    answer = await browser.get("/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1")
    form = await browser.get(answer.headers["location"])
    assert 'name="next" value="/account?x=1"' in form.text


async def test_the_right_password_signs_in_and_leads_to_the_wanted_page(cast: Cast) -> None:
    browser = stranger(cast)
    answer = await browser.post("/sign-in", data={"login": " Alice ", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = await browser.get("/account")
    assert "<th></th>" not in page.text
    assert page.status_code == 200 and "安丽" in page.text and "古城司法所" in page.text
    assert await audit_actions() == ["sign_in"]


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
async def test_the_wanted_page_never_leads_to_another_site(cast: Cast, wanted: str) -> None:
    answer = await stranger(cast).post("/sign-in", data={"login": "alice", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"


async def test_four_failures_leave_the_login_open(cast: Cast) -> None:
    browser = stranger(cast)
    for _ in range(4):
        assert (await _try(browser, "wrong")).status_code == 422
    assert (await _try(browser, PASSWORD)).status_code == 303


async def test_the_fifth_failure_locks_the_login(cast: Cast) -> None:
    browser = stranger(cast)
    for _ in range(5):
        await _try(browser, "wrong")
    assert (await _try(browser, PASSWORD)).status_code == 422


async def test_a_success_forgets_the_failures_before_it(cast: Cast) -> None:
    browser = stranger(cast)
    for password in ["wrong"] * 4 + [PASSWORD]:
        await _try(browser, password)
    other = stranger(cast)
    for _ in range(4):
        await _try(other, "wrong")
    assert (await _try(other, PASSWORD)).status_code == 303


@pytest.mark.parametrize(("minutes", "seconds", "status"), [(14, 59, 422), (15, 0, 303)])
async def test_the_lock_ends_after_fifteen_minutes(cast: Cast, minutes: int, seconds: int, status: int) -> None:
    browser = stranger(cast)
    for _ in range(5):
        await _try(browser, "wrong")
    cast.clock.at += timedelta(minutes=minutes, seconds=seconds)
    assert (await _try(browser, PASSWORD)).status_code == status


async def test_unknown_wrong_locked_and_disabled_read_the_same(cast: Cast) -> None:
    await execute("UPDATE staff SET disabled_at = $1 WHERE login = 'carol'", cast.now)
    await execute("UPDATE staff SET locked_until = $1 WHERE login = 'bob'", cast.now + timedelta(minutes=1))
    browser = stranger(cast)
    answers = [
        await _try(browser, "wrong", "alice"),
        await _try(browser, PASSWORD, "nobody"),
        await _try(browser, PASSWORD, "bob"),
        await _try(browser, PASSWORD, "carol"),
    ]
    texts = {
        answer.text.replace(login, "?")
        for answer, login in zip(answers, ("alice", "nobody", "bob", "carol"), strict=True)
    }
    assert {answer.status_code for answer in answers} == {422} and len(texts) == 1
    assert await audit_actions() == ["sign_in_failed"] * 4


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(cast: Cast) -> None:
    answer = await _try(stranger(cast), PASSWORD)
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags and "samesite=lax" in flags and "path=/" in flags and "secure" not in flags


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        (Settings(mode="production", host="0.0.0.0"), True),
        (Settings(mode="production", host="127.0.0.1", public_url="https://sf.example"), True),
        (Settings(mode="production", host="127.0.0.1"), False),
        (Settings(mode="training", host="0.0.0.0"), False),
    ],
)
def test_the_cookie_is_secure_wherever_the_office_is_not_this_machine(settings: Settings, secure: bool) -> None:
    assert cookie(COOKIE, "x", settings).secure is secure


async def test_only_the_hash_of_the_token_is_kept(cast: Cast) -> None:
    browser = stranger(cast)
    await _try(browser, PASSWORD)
    token = browser.cookies[COOKIE]
    assert len(token) >= 43
    assert await fetch_value("SELECT count(*) FROM staff_session WHERE token_hash = $1", token) == 0
    assert await fetch_value("SELECT length(token_hash) FROM staff_session") == 64


async def test_signing_out_ends_the_session_for_good(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    token = browser.cookies[COOKIE]
    assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"
    browser.hold(COOKIE, token)
    assert (await browser.get("/account")).status_code == 303


async def test_a_disabled_member_is_out_at_the_next_request(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    assert (await browser.get("/account")).status_code == 200
    await execute("UPDATE staff SET disabled_at = $1 WHERE login = 'alice'", cast.now)
    assert (await browser.get("/account")).status_code == 303


async def test_every_answer_carries_the_strict_headers(cast: Cast) -> None:
    signed_in = await client_for(cast, cast.alice)
    answers = [
        await signed_in.get("/account"),
        await signed_in.get("/no-such-page"),
        await signed_in.get("/offices"),
        await stranger(cast).get("/sign-in"),
        await stranger(cast).get("/account"),
        await stranger(cast).get("/health"),
        await stranger(cast).get("/static/app.css"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 403, 200, 303, 200, 200]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'self'" in policy


async def test_the_health_page_holds_no_data_and_needs_no_sign_in(cast: Cast) -> None:
    answer = await stranger(cast).get("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")
