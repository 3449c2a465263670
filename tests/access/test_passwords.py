"""One-time passwords must be changed at once; what a new password must be; a change ends the other sessions."""

from datetime import timedelta

import pytest

from supervision.access.sessions import COOKIE
from supervision.db import execute
from tests.cast import PASSWORD, Cast, client_for, stranger

NEW = "quite another one"


def _form(new: str = NEW, old: str = PASSWORD, again: str | None = None) -> dict[str, str]:
    return {"old_password": old, "new_password": new, "again_password": new if again is None else again}


async def _one_time(cast: Cast, **left: float) -> None:
    await execute("UPDATE staff SET one_time_until = $1 WHERE login = 'alice'", cast.now + timedelta(**left))


async def test_a_one_time_password_opens_nothing_but_its_change(cast: Cast) -> None:
    await _one_time(cast, days=7)
    browser = stranger(cast)
    await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})
    for path in ("/", "/account", "/offices"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/password")
    page = await browser.get("/password")
    assert "一次性密码" in page.text


async def test_after_the_change_all_pages_open(cast: Cast) -> None:
    await _one_time(cast, days=7)
    browser = await client_for(cast, cast.alice)
    assert (await browser.post("/password", data=_form())).headers["location"] == "/"
    assert (await browser.get("/account")).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(1, 303), (0, 422)])
async def test_a_one_time_password_ends(cast: Cast, seconds: int, status: int) -> None:
    await _one_time(cast, seconds=seconds)
    answer = await stranger(cast).post("/sign-in", data={"login": "alice", "password": PASSWORD})
    assert answer.status_code == status


async def test_a_change_of_the_password_ends_all_other_sessions(cast: Cast) -> None:
    elsewhere, here = await client_for(cast, cast.alice), await client_for(cast, cast.alice)
    before = here.cookies[COOKIE]
    assert (await here.post("/password", data=_form())).status_code == 303
    assert here.cookies[COOKIE] != before
    assert (await here.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).status_code == 303
    answer = await stranger(cast).post("/sign-in", data={"login": "alice", "password": NEW})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (_form("123456789"), "至少 10 个字符"),
        (_form("1234567890"), "太常见"),
        (_form("aaaaaaaaaaaa"), "太常见"),
        (_form(PASSWORD), "不能与原密码相同"),
        (_form(again="something else"), "不一样"),
        (_form(old="wrong"), "原密码不对"),
    ],
)
async def test_a_bad_change_is_refused_in_the_form(cast: Cast, form: dict[str, str], sentence: str) -> None:
    browser = await client_for(cast, cast.alice)
    answer = await browser.post("/password", data=form)
    assert answer.status_code == 422 and sentence in answer.text
    assert (await browser.get("/account")).status_code == 200


async def test_ten_characters_are_enough(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    assert (await browser.post("/password", data=_form("ab3de6gh9j"))).status_code == 303


async def test_the_login_is_no_password(cast: Cast) -> None:
    await execute("UPDATE staff SET login = 'alice.of.gucheng' WHERE login = 'alice'")
    browser = await client_for(cast, cast.alice)
    answer = await browser.post("/password", data=_form("Alice.of.Gucheng"))
    assert answer.status_code == 422 and "不能与登录名相同" in answer.text


async def test_guessing_the_old_password_in_an_open_browser_locks_the_login(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    for _ in range(5):
        assert (await browser.post("/password", data=_form(old="wrong"))).status_code == 422
    assert (await browser.post("/password", data=_form())).status_code == 422
    cast.clock.at += timedelta(minutes=15)
    assert (await browser.post("/password", data=_form())).status_code == 303
