"""The navigation shows each role its own pages, and each of them opens."""

import re

import pytest

from supervision.access.roles import ADMINS
from tests.cast import STAFF, Cast, client_for
from tests.register import on_register
from tests.resettlement.helped import put


def _links(page: str) -> list[str]:
    nav = page.partition('<nav aria-label="主导航">')[2].partition("</nav>")[0]
    return re.findall(r'href="(/[^"]*)"', nav)


@pytest.mark.parametrize("login", STAFF)
async def test_every_entry_that_is_shown_opens(cast: Cast, login: str) -> None:
    browser = await client_for(cast, cast.members[login])
    links = _links((await browser.get("/account")).text)
    assert links
    for link in links:
        page = await browser.get(link)
        assert page.status_code == 200, (link, page.status_code)
        assert re.search(rf'href="{re.escape(link)}" aria-current="page"', page.text), link


@pytest.mark.parametrize(
    ("login", "own"), [("sam", "/offices"), ("sue", "/staff"), ("audrey", "/audit"), ("alice", "/people")]
)
async def test_each_role_is_shown_its_own_and_no_other_s(cast: Cast, login: str, own: str) -> None:
    links = _links((await (await client_for(cast, cast.members[login])).get("/account")).text)
    theirs = {"/offices", "/staff", "/audit", "/people"} & set(links)
    assert theirs == {own}
    assert (cast.members[login].role in ADMINS) == ("/alerts" not in links)


@pytest.mark.parametrize(
    ("place", "entry"),
    [("", "/people"), ("/files", "/people"), ("/assistance", "/assistance"), ("/discipline", "/discipline")],
)
async def test_a_page_of_a_person_belongs_to_the_entry_of_its_register(cast: Cast, place: str, entry: str) -> None:
    one = await (put if place == "/assistance" else on_register)(cast)
    page = (await (await client_for(cast, cast.alice)).get(f"/people/{one.person}{place}")).text
    assert re.findall(r'href="(/[^"]*)" aria-current="page"', page.partition("</nav>")[0]) == [entry]
