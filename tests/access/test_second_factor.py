"""The second factor by page: put in force, asked for, each code once, lost and reset; nothing else before it."""

import re
from datetime import timedelta

import pytest
import segno

from supervision.access.sessions import COOKIE, csrf_token, start_session
from supervision.access.totp import address_of, code_at, new_secret, picture_of, plain_code, step_at, step_of
from supervision.db import execute, fetch_row, fetch_value
from supervision.sealed import SealError, open_sealed
from tests.access.second import (
    HALF_MINUTE,
    codes_on,
    enrolled,
    from_address,
    give,
    half_in,
    hidden,
    secret_on,
    token_of,
    with_settings,
)
from tests.cast import NOW, PASSWORD, Browser, Cast, add_member, audit_actions, client_for, stranger
from tests.routes import LINES

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238, appendix B; its last six digits."""


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30) == code


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_for_the_half_minute_before_and_after(off: int, taken: bool) -> None:
    secret = new_secret()
    step = step_at(NOW) + off
    assert step_of(secret, code_at(secret, step), NOW) == (step if taken else None)


def test_the_picture_is_shown_whole_and_has_no_styles() -> None:
    address = address_of(RFC_SECRET, "alice", "零漏管")
    picture = picture_of(address)
    assert f"secret={RFC_SECRET}" in address and "period=30" in address
    side = segno.make(address, error="m", micro=False).symbol_size()[0]
    assert f'viewBox="0 0 {side} {side}"' in picture and "style=" not in picture and "<script" not in picture


@pytest.mark.parametrize(
    ("typed", "plain"),
    [(" 123 456 ", "123456"), ("１２３４５６", "123456"), ("abcde-fghjk", "ABCDEFGHJK"), ("验证", "")],
)
def test_a_code_is_read_as_people_type_it(typed: str, plain: str) -> None:
    assert plain_code(typed) == plain


async def test_enrolment_shows_the_secret_as_picture_and_text_and_keeps_it_sealed(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    page = await browser.get("/account/second-factor")
    assert "<svg" in page.text and "style=" not in page.text and page.headers["cache-control"] == "no-store"
    secret = secret_on(page.text)
    assert await fetch_value("SELECT count(*) FROM second_factor") == 0
    form = {"offer": hidden(page.text, "offer"), "one_time_password": code_at(secret, step_at(cast.now))}
    done = await browser.post("/account/second-factor", data=form)
    assert done.status_code == 200 and len(set(codes_on(done.text))) == 10
    row = await fetch_row("SELECT staff, secret_sealed FROM second_factor WHERE ended_at IS NULL")
    assert row and row["staff"] == cast.alice.id and secret not in row["secret_sealed"]
    assert open_sealed(row["secret_sealed"], "second_factor.secret") == secret
    assert await audit_actions() == ["second_factor_enrolled"]
    assert "已启用" in (await browser.get("/account")).text


async def test_a_wrong_code_shows_the_same_picture_again_and_puts_nothing_in_force(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    page = (await browser.get("/account/second-factor")).text
    again = await browser.post(
        "/account/second-factor", data={"offer": hidden(page, "offer"), "one_time_password": "000000"}
    )
    assert again.status_code == 422 and "验证码不对" in again.text
    assert secret_on(again.text) == secret_on(page)
    assert await fetch_value("SELECT count(*) FROM second_factor") == 0


@pytest.mark.parametrize("whose", ["another's", "old", "made up"])
async def test_an_offer_counts_for_its_own_person_and_half_an_hour(cast: Cast, whose: str) -> None:
    browser = await client_for(cast, cast.bob if whose == "another's" else cast.alice)
    page = (await browser.get("/account/second-factor")).text
    secret, offer = secret_on(page), hidden(page, "offer")
    cast.clock.at += timedelta(minutes=30 if whose == "old" else 0)
    asking = await client_for(cast, cast.alice)
    form = {"offer": "x" if whose == "made up" else offer, "one_time_password": code_at(secret, step_at(cast.now))}
    answer = await asking.post("/account/second-factor", data=form)
    assert answer.status_code == 422 and "已经过期" in answer.text
    assert await fetch_value("SELECT count(*) FROM second_factor") == 0


async def test_recovery_codes_are_kept_as_hashes_only(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    kept = await fetch_value("SELECT string_agg(code_hash, ' ') FROM recovery_code")
    assert len(kept.split()) == 10
    assert not any(code in kept or code.replace("-", "") in kept for code in phone.recovery)


async def test_the_sign_in_takes_the_password_and_then_a_code(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice", wanted="/account")
    half = browser.cookies[COOKIE]
    answer = await give(browser, phone.code(), next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert (await browser.get("/account")).status_code == 200
    browser.hold(COOKIE, half)
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")
    assert (await audit_actions())[-2:] == ["password_given", "sign_in"]


async def _open_to(browser: Browser, way: str) -> set[str]:
    """The routes that answer with anything but the way to what is owed; signing out is tried by itself."""
    opened = set()
    for line in (one for one in LINES if one.path != "/sign-out"):
        path = re.sub(r"\{\w+\}", "1", line.path)
        answer = await browser.request(line.method, path, data={"_csrf_token": browser.token})
        if answer.status_code != 303 or answer.headers["location"].partition("?")[0] != way:
            opened.add(str(line))
    return opened


async def test_half_a_session_can_do_nothing_but_give_the_code(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice")
    assert await _open_to(browser, "/sign-in/code") == {"GET /sign-in/code", "POST /sign-in/code"}


async def test_whoever_must_enrol_can_do_nothing_else(cast: Cast) -> None:
    browser = stranger(with_settings(cast, second_factor="district"))
    await browser.post("/sign-in", data={"login": "dan", "password": PASSWORD})
    browser.token = csrf_token(browser.cookies[COOKIE])
    own = {"GET /account/second-factor", "POST /account/second-factor", "POST /confirm"}
    assert await _open_to(browser, "/account/second-factor") == own


@pytest.mark.parametrize(("seconds", "asked"), [(599, "/sign-in/code"), (600, "/sign-in")])
async def test_half_a_session_waits_ten_minutes(cast: Cast, seconds: int, asked: str) -> None:
    await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice")
    cast.clock.at += timedelta(seconds=seconds)
    assert (await browser.get("/account")).headers["location"].partition("?")[0] == asked


async def test_half_a_session_can_be_left(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice")
    assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("off", [0, 1, -1])
async def test_no_code_is_taken_twice(cast: Cast, off: int) -> None:
    phone = await enrolled(cast, cast.alice)
    cast.clock.at += 4 * HALF_MINUTE
    code = phone.code(off=off)
    assert (await give(await half_in(cast, "alice"), code)).status_code == 303
    again = await give(await half_in(cast, "alice"), code)
    assert again.status_code == 422 and "已经用过" in again.text


async def test_a_code_older_than_the_last_one_is_not_taken(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    cast.clock.at += 4 * HALF_MINUTE
    assert (await give(await half_in(cast, "alice"), phone.code())).status_code == 303
    assert (await give(await half_in(cast, "alice"), phone.code(off=-1))).status_code == 422
    assert (await give(await half_in(cast, "alice"), phone.code(off=1))).status_code == 303


async def test_the_code_of_the_enrolment_does_not_sign_in(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    assert (await give(await half_in(cast, "alice"), phone.code(off=-1))).status_code == 422


async def test_four_wrong_codes_leave_the_sign_in_open_and_the_fifth_locks_it(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice")
    for _ in range(4):
        assert (await give(browser, "000000")).status_code == 422
    assert (await give(await half_in(cast, "alice"), phone.code())).status_code == 303
    for _ in range(5):
        await give(browser := await half_in(cast, "alice"), "000000")
    cast.clock.at += HALF_MINUTE
    assert (await give(browser, phone.code())).status_code == 422


async def test_the_password_in_between_gives_no_new_tries(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    for _ in range(5):
        assert (await give(await half_in(cast, "alice"), "000000")).status_code == 422
    assert (await give(await half_in(cast, "alice"), phone.code())).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(899, 422), (900, 303)])
async def test_the_lock_of_the_codes_ends_after_fifteen_minutes(cast: Cast, seconds: int, status: int) -> None:
    phone = await enrolled(cast, cast.alice)
    browser = await half_in(cast, "alice")
    for _ in range(5):
        await give(browser, "000000")
    cast.clock.at += timedelta(seconds=seconds)
    assert (await give(await half_in(cast, "alice"), phone.code())).status_code == status


async def test_a_recovery_code_signs_in_once(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    code = phone.recovery[3].lower()
    assert (await give(await half_in(cast, "alice"), code)).status_code == 303
    assert (await give(await half_in(cast, "alice"), code)).status_code == 422
    assert (await give(await half_in(cast, "alice"), phone.recovery[4])).status_code == 303
    assert "recovery_code_used" in await audit_actions()


async def test_nobody_else_s_code_is_taken(cast: Cast) -> None:
    mine, theirs = await enrolled(cast, cast.alice), await enrolled(cast, cast.bob)
    assert (await give(await half_in(cast, "alice"), theirs.code())).status_code == 422
    assert (await give(await half_in(cast, "alice"), theirs.recovery[0])).status_code == 422
    assert (await give(await half_in(cast, "alice"), mine.code())).status_code == 303


async def test_new_recovery_codes_end_the_old_ones(cast: Cast) -> None:
    phone = await enrolled(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    fresh = codes_on((await browser.post("/account/second-factor/codes")).text)
    assert len(fresh) == 10 and not set(fresh) & set(phone.recovery)
    assert (await give(await half_in(cast, "alice"), phone.recovery[0])).status_code == 422
    assert (await give(await half_in(cast, "alice"), fresh[0])).status_code == 303


async def test_another_telephone_takes_the_place_of_the_old_one_and_ends_other_sessions(cast: Cast) -> None:
    old = await enrolled(cast, cast.alice)
    elsewhere = await client_for(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    page = (await browser.get("/account/second-factor?new=1")).text
    secret = secret_on(page)
    code = code_at(secret, step_at(cast.now))
    await browser.post("/account/second-factor", data={"offer": hidden(page, "offer"), "one_time_password": code})
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200
    cast.clock.at += HALF_MINUTE
    assert (await give(await half_in(cast, "alice"), old.code())).status_code == 422
    assert (await give(await half_in(cast, "alice"), code_at(secret, step_at(cast.now)))).status_code == 303
    assert await fetch_value("SELECT count(*) FROM second_factor WHERE secret_sealed IS NOT NULL") == 1


async def test_whoever_need_not_have_one_may_end_it(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    assert (await browser.post("/account/second-factor/end")).status_code == 303
    answer = await stranger(cast).post("/sign-in", data={"login": "alice", "password": PASSWORD})
    assert answer.status_code == 303
    assert "second_factor_removed" in await audit_actions()
    assert "还没有启用" in (await browser.post("/account/second-factor/end")).text


# -- where the setting asks for one -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "login", "led"),
    [
        ("nobody", "dan", False),
        ("district", "alice", False),
        ("district", "hal", False),
        ("district", "dan", True),
        ("district", "ines", True),
        ("district", "sue", True),
        ("district", "audrey", True),
        ("everybody", "alice", True),
    ],
)
async def test_whoever_must_have_one_is_led_to_it_and_can_do_nothing_else(
    cast: Cast, setting: str, login: str, led: bool
) -> None:
    strict = with_settings(cast, second_factor=setting)
    browser = stranger(strict)
    await browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    for path in ("/", "/account", "/password", "/rules"):
        answer = await browser.get(path)
        assert (answer.headers.get("location") == "/account/second-factor") is led, path


async def test_after_the_enrolment_everything_is_open(cast: Cast) -> None:
    strict = with_settings(cast, second_factor="district")
    browser = stranger(strict)
    await browser.post("/sign-in", data={"login": "dan", "password": PASSWORD})
    page = (await browser.get("/account/second-factor")).text
    assert "您的岗位登录时" in page and "取消" not in page
    browser.token = token_of(page)
    form = {"offer": hidden(page, "offer"), "one_time_password": code_at(secret_on(page), step_at(cast.now))}
    assert (await browser.post("/account/second-factor", data=form)).status_code == 200
    assert (await browser.get("/people")).status_code == 200
    refused = await browser.post("/account/second-factor/end")
    assert refused.status_code == 422 and "不能停用" in refused.text
    assert "停用后登录只需要密码" not in (await browser.get("/account/second-factor")).text


async def test_a_new_account_changes_its_one_time_password_before_it_enrols(cast: Cast) -> None:
    strict = with_settings(cast, second_factor="district")
    await execute("UPDATE staff SET one_time_until = $1 WHERE login = 'dan'", cast.now + timedelta(days=1))
    browser = stranger(strict)
    await browser.post("/sign-in", data={"login": "dan", "password": PASSWORD})
    assert (await browser.get("/")).headers["location"] == "/password"
    browser.token = token_of((await browser.get("/password")).text)
    form = {"old_password": PASSWORD, "new_password": "quite another one", "again_password": "quite another one"}
    assert (await browser.post("/password", data=form)).status_code == 303
    assert (await browser.get("/")).headers["location"] == "/account/second-factor"


async def test_what_was_typed_before_the_time_out_comes_back_after_the_code(cast: Cast) -> None:
    phone = await enrolled(cast, cast.sam)
    browser = await client_for(cast, cast.sam)
    cast.clock.at += timedelta(minutes=30)
    late = await browser.post("/offices", data={"code": "XX", "name": "新城司法所"})
    browser.token = token_of(late.text)
    form = {"login": "sam", "password": PASSWORD, "kept": hidden(late.text, "kept")}
    asked = await browser.post("/sign-in", data=form)
    browser.token = token_of(asked.text)
    assert "新城司法所" not in asked.text
    back = await give(browser, phone.code(), kept=hidden(asked.text, "kept"))
    assert back.status_code == 200 and 'value="新城司法所"' in back.text


# -- reset by the security administrator ------------------------------------------------------------------------


async def test_a_reset_ends_the_sessions_is_audited_and_told_once_at_the_next_sign_in(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    alice, sue = await client_for(cast, cast.alice), await client_for(cast, cast.sue)
    assert "重置动态验证码" in (await sue.get(f"/staff/{cast.alice.id}")).text
    assert (await sue.post(f"/staff/{cast.alice.id}/second-factor")).status_code == 303
    assert (await alice.get("/account")).status_code == 303
    assert (await audit_actions())[-1] == "second_factor_reset"
    for told in (True, False):
        browser = stranger(cast)
        await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD, "next": "/account"})
        assert ("已由安全管理员苏悦重置" in (await browser.get("/account")).text) is told


async def test_nobody_resets_their_own_or_what_isn_t_there(cast: Cast) -> None:
    await enrolled(cast, cast.sue)
    sue = await client_for(cast, cast.sue)
    assert "不能重置自己的" in (await sue.post(f"/staff/{cast.sue.id}/second-factor")).text
    assert "没有启用" in (await sue.post(f"/staff/{cast.alice.id}/second-factor")).text
    assert (await sue.post("/staff/2000000000/second-factor")).status_code == 404
    assert await fetch_value("SELECT count(*) FROM second_factor WHERE ended_at IS NULL") == 1


async def test_nobody_alone_resets_both_the_password_and_the_second_factor(cast: Cast) -> None:
    other = await add_member("susan", name="苏三", role="security_admin", office=cast.offices["bureau"])
    for first, second in (("code", "second-factor"), ("second-factor", "code")):
        member = cast.alice if first == "code" else cast.bob
        await enrolled(cast, member)
        sue, susan = await client_for(cast, cast.sue), await client_for(cast, other)
        assert (await sue.post(f"/staff/{member.id}/{first}")).status_code in (200, 303)
        refused = await sue.post(f"/staff/{member.id}/{second}")
        assert refused.status_code == 422 and "另一名安全管理员" in refused.text
        assert (await susan.post(f"/staff/{member.id}/{second}")).status_code in (200, 303)


async def test_when_the_owner_has_signed_in_since_one_administrator_may_go_on(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    sue = await client_for(cast, cast.sue)
    await sue.post(f"/staff/{cast.alice.id}/second-factor")
    await stranger(cast).post("/sign-in", data={"login": "alice", "password": PASSWORD})
    assert (await sue.post(f"/staff/{cast.alice.id}/code")).status_code == 200


async def test_nobody_gives_a_one_time_password_to_themselves(cast: Cast) -> None:
    answer = await (await client_for(cast, cast.sue)).post(f"/staff/{cast.sue.id}/code")
    assert answer.status_code == 422 and "不能给自己" in answer.text


async def test_a_one_time_password_alone_does_not_pass_the_second_factor(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    sue = await client_for(cast, cast.sue)
    page = await sue.post(f"/staff/{cast.alice.id}/code")
    code = page.text.partition("一次性密码</dt><dd>")[2].partition("<")[0]
    browser = stranger(cast)
    answer = await browser.post("/sign-in", data={"login": "alice", "password": code})
    assert answer.status_code == 200 and "输入动态验证码" in answer.text
    assert (await browser.get("/password")).headers["location"].startswith("/sign-in/code")


async def test_a_moved_secret_of_another_purpose_is_not_opened(cast: Cast) -> None:
    await enrolled(cast, cast.alice)
    sealed = await fetch_value("SELECT secret_sealed FROM second_factor")
    with pytest.raises(SealError):
        open_sealed(sealed, "staff.phone")


# -- one's own sessions -----------------------------------------------------------------------------------------


async def test_the_account_lists_where_one_is_signed_in_in_short(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
    await start_session(cast.alice.id, agent, cast.now, address="10.3.2.1")
    page = (await browser.get("/account")).text
    assert "Chrome 120 · Windows" in page and "10.3.2.1" in page and page.count("本机") == 1


async def test_all_other_sessions_are_ended_at_once_and_nobody_else_s(cast: Cast) -> None:
    here, elsewhere, third = [await client_for(cast, cast.alice) for _ in range(3)]
    bob = await client_for(cast, cast.bob)
    assert (await here.post("/account/sessions/end")).status_code == 303
    assert [(await one.get("/account")).status_code for one in (here, elsewhere, third, bob)] == [200, 303, 303, 200]
    assert await audit_actions() == ["other_sessions_ended"]


async def test_a_sign_in_keeps_the_address_it_came_from(cast: Cast) -> None:
    browser = from_address(cast, "10.8.7.6")
    assert (await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD})).status_code == 303
    assert await fetch_value("SELECT address FROM staff_session") == "10.8.7.6"
    assert await fetch_value("SELECT detail->>'from' FROM audit_row WHERE action = 'sign_in'") == "10.8.7.6"
