"""Sign-ins counted by their source, besides the lock of each login; cookies behind a proxy; addresses and browsers in short."""

from datetime import timedelta

import pytest

from supervision.access.origin import MOST, WINDOW, forget_old_attempts, short_agent, source_of
from supervision.config import load_settings
from supervision.db import fetch_value
from supervision.errors import Refusal
from tests.access.second import enrolled, from_address, give, half_in, with_settings
from tests.cast import PASSWORD, Browser, Cast, audit_actions

HERE, ELSEWHERE = "203.0.113.7", "203.0.113.8"
SECOND = timedelta(seconds=1)


async def _fail(browser: Browser, times: int) -> None:
    for n in range(times):
        answer = await browser.post("/sign-in", data={"login": f"nobody{n}", "password": "wrong"})
        assert answer.status_code == 422


async def _try(browser: Browser, login: str = "alice", password: str = PASSWORD) -> tuple[int, bool]:
    answer = await browser.post("/sign-in", data={"login": login, "password": password})
    return answer.status_code, "这个网络地址上登录失败的次数太多" in answer.text


@pytest.mark.parametrize(("failures", "held"), [(MOST - 1, False), (MOST, True)])
async def test_twenty_failures_of_one_address_make_it_wait(cast: Cast, failures: int, held: bool) -> None:
    browser = from_address(cast, HERE)
    await _fail(browser, failures)
    assert await _try(browser) == ((422, True) if held else (303, False))


async def test_another_address_goes_on(cast: Cast) -> None:
    await _fail(from_address(cast, HERE), MOST)
    assert await _try(from_address(cast, ELSEWHERE)) == (303, False)


@pytest.mark.parametrize(("after", "held"), [(WINDOW - SECOND, True), (WINDOW, False)])
async def test_the_wait_ends_ten_minutes_after_the_failures(cast: Cast, after: timedelta, held: bool) -> None:
    browser = from_address(cast, HERE)
    await _fail(browser, MOST)
    cast.clock.at += after
    assert (await _try(browser))[1] is held


async def test_asking_again_meanwhile_does_not_make_the_wait_longer(cast: Cast) -> None:
    browser = from_address(cast, HERE)
    await _fail(browser, MOST)
    cast.clock.at += WINDOW - SECOND
    assert await _try(browser) == (422, True)
    cast.clock.at += SECOND
    assert await _try(browser) == (303, False)


async def test_successes_count_for_nothing(cast: Cast) -> None:
    browser = from_address(cast, HERE)
    for _ in range(MOST + 1):
        assert await _try(from_address(cast, HERE)) == (303, False)
    await _fail(browser, MOST - 1)
    assert await _try(browser) == (303, False)


async def test_the_wait_tells_nothing_of_any_login(cast: Cast) -> None:
    browser = from_address(cast, HERE)
    await _fail(browser, MOST)
    right = await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})
    unknown = await browser.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    assert right.text.replace("alice", "?") == unknown.text.replace("nobody", "?")
    assert await fetch_value("SELECT failed_count FROM staff WHERE login = 'alice'") == 0


async def test_a_wait_is_one_audit_row_however_often_a_stranger_asks(cast: Cast) -> None:
    browser = from_address(cast, HERE)
    await _fail(browser, MOST)
    for _ in range(3):
        assert (await _try(browser))[1]
    assert (await audit_actions())[-2:] == ["sign_in_failed", "sign_in_held"]
    cast.clock.at += WINDOW
    await _fail(browser, MOST + 1)
    assert (await audit_actions()).count("sign_in_held") == 2


async def test_wrong_codes_count_like_wrong_passwords(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    await _fail(from_address(cast, HERE), MOST - 1)
    half = await half_in(cast, "alice")
    browser = from_address(cast, HERE)
    browser.cookies, browser.token = half.cookies, half.token
    assert (await give(browser, "000000")).status_code == 422
    held = await give(browser, phone.code())
    assert held.status_code == 422 and "这个网络地址" in held.text


async def test_old_failures_are_thrown_away(cast: Cast) -> None:
    await _fail(from_address(cast, HERE), 3)
    assert await forget_old_attempts(cast.now + WINDOW - SECOND) == 0
    assert await forget_old_attempts(cast.now + WINDOW) == 3


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("", None),
        ("testclient", None),
    ],
)
def test_an_address_is_counted_as_whoever_has_it(address: str, source: str | None) -> None:
    assert source_of(address) == source


@pytest.mark.parametrize(
    ("agent", "short"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36", "Chrome 131 · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2", "Edge 131 · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/99.0 Mobile Safari/537.36", "Chrome 99 · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari 604 · iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_short(agent: str, short: str) -> None:
    assert short_agent(agent) == short


@pytest.mark.parametrize(
    ("settings", "base", "secure"),
    [
        ({"mode": "production"}, "https://test", True),
        ({"mode": "production", "public_url": "https://sf.example"}, "http://test", True),
        ({"mode": "production", "host": "0.0.0.0"}, "http://test", True),
        ({"mode": "training"}, "http://test", False),
    ],
)
async def test_every_cookie_is_secure_behind_a_proxy_with_tls(
    cast: Cast, settings: dict[str, str], base: str, secure: bool
) -> None:
    browser = from_address(with_settings(cast, **settings), HERE, base=base)
    answer = await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})
    said = await browser.post("/sign-in", data={"login": "alice", "password": "wrong"})
    cookies = [*answer.headers.get_list("set-cookie"), *said.headers.get_list("set-cookie")]
    assert cookies and all(("secure" in one.lower()) is secure for one in cookies)


@pytest.mark.parametrize(
    ("environment", "who"),
    [
        ({}, "district"),
        ({"SUPERVISION_MODE": "training"}, "nobody"),
        ({"SUPERVISION_MODE": "training", "SUPERVISION_SECOND_FACTOR": "everybody"}, "everybody"),
        ({"SUPERVISION_SECOND_FACTOR": "nobody"}, "nobody"),
    ],
)
def test_the_setting_says_who_must_have_a_second_factor(environment: dict[str, str], who: str) -> None:
    assert load_settings(environment).second_factor == who


def test_another_answer_is_refused() -> None:
    with pytest.raises(Refusal, match="SUPERVISION_SECOND_FACTOR must be one of"):
        load_settings({"SUPERVISION_SECOND_FACTOR": "some"})
