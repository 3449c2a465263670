"""Before exports and unsealing: the password or a code again when the last proof is ten minutes old; nothing typed is lost."""

from datetime import timedelta

import pytest

from supervision.access.kept import open_kept
from supervision.db import fetch, fetch_value
from tests.access.second import HALF_MINUTE, enrolled, hidden, token_of, with_settings
from tests.cast import PASSWORD, Cast, audit_actions, client_for
from tests.register import on_register

TEN_MINUTES = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


async def _person(cast: Cast) -> str:
    return f"/people/{(await on_register(cast, officer=cast.alice)).person}/number"


async def _unsealed() -> int:
    return int(await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'number_unsealed'"))


@pytest.mark.parametrize(("after", "asked"), [(TEN_MINUTES - SECOND, False), (TEN_MINUTES, True)])
async def test_unsealing_asks_again_ten_minutes_after_the_last_proof(cast: Cast, after: timedelta, asked: bool) -> None:
    path = await _person(cast)
    browser = await client_for(cast, cast.alice)
    cast.clock.at += after
    page = await browser.post(path)
    assert page.status_code == 200 and ("再验证一次身份" in page.text) is asked
    assert await _unsealed() == (0 if asked else 1)


async def test_the_setting_says_after_how_many_minutes(cast: Cast) -> None:
    path = await _person(cast)
    patient = with_settings(cast, confirm_minutes=25)
    browser = await client_for(patient, cast.alice)
    cast.clock.at += timedelta(minutes=24)
    assert "再验证一次身份" not in (await browser.post(path)).text


async def test_the_password_in_the_form_goes_straight_on_and_counts_for_a_while(cast: Cast) -> None:
    path = await _person(cast)
    browser = await client_for(cast, cast.alice)
    cast.clock.at += TEN_MINUTES
    asked = await browser.post(f"{path}?from=list")
    assert f'action="{path}?from=list"' in asked.text and "javascript" not in asked.text
    shown = await browser.post(path, data={"confirm_password": PASSWORD})
    assert shown.status_code == 200 and await _unsealed() == 1
    cast.clock.at += TEN_MINUTES - SECOND
    await browser.post(path)
    assert await _unsealed() == 2
    assert "confirmed" in await audit_actions()


async def test_a_wrong_password_is_refused_counted_and_shows_nothing(cast: Cast) -> None:
    path = await _person(cast)
    browser = await client_for(cast, cast.alice)
    cast.clock.at += TEN_MINUTES
    for _ in range(5):
        refused = await browser.post(path, data={"confirm_password": "wrong"})
        assert refused.status_code == 422 and "密码不对" in refused.text and "wrong" not in refused.text
    assert (await browser.post(path, data={"confirm_password": PASSWORD})).status_code == 422
    assert await _unsealed() == 0
    assert (await audit_actions()).count("confirm_failed") == 6


async def test_whoever_has_a_second_factor_is_asked_for_its_code(cast: Cast) -> None:
    path = await _person(cast)
    phone = await enrolled(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    cast.clock.at += TEN_MINUTES
    assert "动态验证码" in (await browser.post(path)).text
    assert (await browser.post(path, data={"confirm_password": PASSWORD})).status_code == 422
    code = phone.code()
    assert (await browser.post(path, data={"confirm_password": code})).status_code == 200
    assert await _unsealed() == 1
    cast.clock.at += TEN_MINUTES
    assert (await browser.post(path, data={"confirm_password": code})).status_code == 422


async def test_what_the_form_brought_is_carried_along(cast: Cast) -> None:
    browser = await client_for(cast, cast.sue)
    cast.clock.at += TEN_MINUTES
    form = {"reason": '"><b>手机丢失', "new_password": "secret words"}
    asked = await browser.post(f"/staff/{cast.alice.id}/code", data=form)
    assert asked.status_code == 200 and 'name="reason" value="&#34;&gt;&lt;b&gt;手机丢失"' in asked.text
    assert "secret words" not in asked.text
    again = {"reason": hidden(asked.text, "reason"), "confirm_password": "wrong"}
    assert 'name="reason"' in (await browser.post(f"/staff/{cast.alice.id}/code", data=again)).text
    done = await browser.post(f"/staff/{cast.alice.id}/code", data=again | {"confirm_password": PASSWORD})
    assert "只显示这一次" in done.text


async def test_a_new_account_is_made_only_by_whoever_proves_it_anew(cast: Cast) -> None:
    browser = await client_for(cast, cast.sue)
    cast.clock.at += TEN_MINUTES
    form = {"login": "xin", "name": "新来的", "role": "officer", "office": str(cast.alice.office)}
    asked = await browser.post("/staff", data=form)
    assert "再验证一次身份" in asked.text and hidden(asked.text, "login") == "xin"
    made = "SELECT count(*) FROM staff WHERE login = 'xin'"
    assert await fetch_value(made) == 0
    await browser.post("/staff", data=form | {"confirm_password": PASSWORD})
    assert await fetch_value(made) == 1


async def test_on_the_way_to_a_page_or_file_one_is_led_there_afterwards(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    cast.clock.at += TEN_MINUTES
    asked = await browser.get("/account/second-factor?new=1")
    assert asked.status_code == 200 and 'action="/confirm"' in asked.text
    wanted = hidden(asked.text, "next")
    assert wanted == "/account/second-factor?new=1"
    refused = await browser.post("/confirm", data={"next": wanted, "confirm_password": "wrong"})
    assert refused.status_code == 422 and hidden(refused.text, "next") == wanted
    done = await browser.post("/confirm", data={"next": wanted, "confirm_password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, wanted)
    assert 'id="secret"' in (await browser.get(wanted)).text


async def test_the_way_never_leads_to_another_site(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    done = await browser.post("/confirm", data={"next": "//evil.example", "confirm_password": PASSWORD})
    assert done.headers["location"] == "/"


async def test_the_answer_workbook_is_an_export(cast: Cast) -> None:
    browser = await client_for(cast, cast.dan)
    cast.clock.at += TEN_MINUTES
    asked = await browser.get("/import/1/refused")
    assert asked.status_code == 200 and "再验证一次身份" in asked.text and "content-disposition" not in asked.headers


async def test_the_proof_of_one_session_is_not_another_s(cast: Cast) -> None:
    path = await _person(cast)
    browser, other = await client_for(cast, cast.alice), await client_for(cast, cast.alice)
    cast.clock.at += TEN_MINUTES
    await browser.post(path, data={"confirm_password": PASSWORD})
    assert "再验证一次身份" in (await other.post(path)).text


async def test_a_password_that_came_too_late_is_kept_nowhere(cast: Cast) -> None:
    path = await _person(cast)
    browser = await client_for(cast, cast.alice)
    cast.clock.at += timedelta(minutes=30)
    late = await browser.post(path, data={"confirm_password": PASSWORD})
    browser.token = token_of(late.text)
    kept = open_kept(hidden(late.text, "kept"), cast.alice.id, cast.now)
    assert kept is not None and kept.fields == []


async def test_unsealing_has_a_permission_of_its_own(cast: Cast) -> None:
    path = await _person(cast)
    for login, status in (("alice", 200), ("erin", 200), ("leo", 403), ("ines", 403), ("hal", 403)):
        answer = await (await client_for(cast, cast.members[login])).post(path)
        assert answer.status_code == status, login


async def test_whoever_sees_a_phone_masked_sees_it_whole_when_unsealed(cast: Cast) -> None:
    person = (await on_register(cast, officer=cast.alice, phone="19900000007")).person
    browser = await client_for(cast, cast.erin)
    assert "19900000007" not in (await browser.get(f"/people/{person}")).text
    assert "19900000007" in (await browser.post(f"/people/{person}/number")).text
    rows = await fetch("SELECT people FROM audit_row WHERE action = 'number_unsealed'")
    assert [row["people"] for row in rows] == [[person]]


async def test_a_sign_in_by_code_is_a_proof(cast: Cast) -> None:
    assert HALF_MINUTE < TEN_MINUTES
    path = await _person(cast)
    await enrolled(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    assert (await browser.post(path)).status_code == 200 and await _unsealed() == 1
