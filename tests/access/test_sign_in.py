"""Signing in: the right password, the wrong one, the lock, the browser's cookie."""

from tests.cast import PASSWORD, Cast, audit_actions, stranger


async def test_the_first_page_sends_a_stranger_to_the_sign_in(cast: Cast) -> None:
    answer = await stranger(cast).get("/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1")


async def test_the_right_password_signs_in_and_leads_to_the_wanted_page(cast: Cast) -> None:
    browser = stranger(cast)
    answer = await browser.post("/sign-in", data={"login": "alice", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = await browser.get("/account")
    assert page.status_code == 200 and "安丽" in page.text and "古城司法所" in page.text
    assert await audit_actions() == ["sign_in"]
