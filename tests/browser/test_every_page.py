"""Every HTML page, light and dark, desk and phone: axe finds nothing, the console is silent, nothing outside is asked for."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page

from supervision.access.roles import PERMISSIONS
from supervision.access.viewer import PUBLIC_FOLDERS
from tests.browser.place import Place
from tests.browser.site import Site
from tests.browser_tools import DESK, PHONE, SCHEMES, axe_faults, chromium, show
from tests.cast import STAFF
from tests.routes import LINES
from tests.test_architecture import routes
from tests.test_matrix import bare

pytestmark = pytest.mark.browser

WIDTHS = (DESK, PHONE)
UNFOLDED = "unfolded"
UNFOLD = """[...document.querySelectorAll('main details')].filter((one) => !one.open && (one.open = true)).length"""
LOGINS = ("alice", "dan", "erin", "sam", "sue", "audrey")
"""Who opens a page: the first of these that may."""
FILES = {
    "/commissions/{commission_id}/files/{commission_file_id}",
    "/people/{person_id}/files/{file_id}",
    "/import/{upload_id}/refused",
    "/assistance/export/{shape}",
    "/people/export",
    "/people/export/reports",
    "/statistics/sheet",
    "/statistics/annual/file",
    "/dashboard/sheet",
    "/ledgers/{ledger_code}",
    "/visits/calendar.ics",
}
"""GET routes that answer with a file or a line of text."""
OF_OTHERS = {"/people/{person_id}/assistance"}
"""Pages that there are of other people than the one with everything on the file."""
PLAIN = {"/health"}
FOR_PROGRAMS = ("/api/", "/schema/")
"""Folders that programs ask, and no browser."""
MORE = (
    # the same page as others see it, or of somebody else
    ("/", "bob"),
    ("/", "dan"),
    ("/", "sam"),
    ("/", "ines"),
    ("/people", "dan"),
    ("/people?q=zzz", "dan"),
    ("/people/{paused_id}", "bob"),
    ("/people/{ended_id}", "dan"),
    ("/people/{awaited_id}", "alice"),
    ("/people/{person_id}/checkins", "dan"),
    ("/alerts", "dan"),
    ("/messages", "bob"),
    ("/rollcall/lapsed", "dan"),
    ("/statistics", "bob"),
    ("/dashboard", "bob"),
    ("/dashboard?office={office_id}", "dan"),
    ("/rollcall/detained", "ines"),
    ("/people/{helped_id}/assistance", "alice"),
    ("/people/{inside_id}/assistance", "dan"),
    ("/assistance?tab=release", "dan"),
    ("/assistance?tab=unconnected", "bob"),
    ("/assistance/bases", "dan"),
    ("/assistance/bases/{base_id}", "dan"),
    ("/commissions/{sent_commission_id}", "dan"),
    ("/commissions?tab=sent", "erin"),
    ("/visits/{first_booking_id}", "dan"),
    ("/visits?tab=all", "wanda"),
    ("/visits/prisoners/{prisoner_id}", "ines"),
    ("/sign-in", None),
)
REFUSED = (("/people/2000000000", "alice", 404), ("/staff", "alice", 403))


def _login_for(permission: str) -> str:
    return next(login for login in LOGINS if STAFF[login][1] in PERMISSIONS[permission])


WHO = {"/sign-in/code": "half"}
"""Pages that only a certain session is shown; `half` has given the password and not yet the code."""
LISTED = tuple(
    (line.path, WHO.get(line.path) or _login_for(line.permission))
    for line in LINES
    if line.method == "GET" and line.path not in FILES | OF_OTHERS
)
VISITS = tuple(dict.fromkeys((*LISTED, *MORE)))


class Tabs:
    """One browser and one tab for each of the cast, for all pages."""

    def __init__(self, site: Site, ids: dict[str, int]) -> None:
        self.site = site
        self.ids = {"code": "in_order", "ledger_code": "alerts", **ids}
        self.opened: dict[str | None, Page] = {}

    async def open(self, path: str, login: str | None, status: int = 200) -> Page:
        """The page as this member of the staff sees it."""
        if login not in self.opened:
            self.opened[login] = await self.site.tab(login, expected=(403, 404))
        tab = self.opened[login]
        answer = await tab.goto(path.format_map(self.ids))
        assert answer is not None and answer.status == status, (path, answer and answer.status)
        assert answer.headers["content-type"].startswith("text/html")
        assert urlsplit(tab.url).path == urlsplit(path.format_map(self.ids)).path, f"{path} led to {tab.url}"
        return tab


@pytest_asyncio.fixture(scope="module")
async def tabs(place: Place) -> AsyncIterator[Tabs]:
    async with chromium() as browser:
        site = Site(place.address, browser, place.tokens)
        yield Tabs(site, place.district.ids)
        assert await site.close_tabs() == []


async def _faults(tab: Page) -> list[object]:
    """What is wrong with the loaded page, in both themes, on desk and phone; then with all that folds unfolded."""
    found = [await _seen(tab, width, scheme) for width in WIDTHS for scheme in SCHEMES]
    if await tab.evaluate(UNFOLD):
        found += [[UNFOLDED, *await _seen(tab, width, scheme)] for width, scheme in zip(WIDTHS, SCHEMES, strict=True)]
    return [one for one in found if len(one) - (one[0] == UNFOLDED) > 2]


async def _seen(tab: Page, width: int, scheme: str) -> list[object]:
    """Width, theme, and every fault."""
    await show(tab, width, scheme)
    wide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [width, scheme, *await axe_faults(tab), *(["scrolls sideways"] if wide else [])]


@pytest.mark.parametrize(("path", "login"), VISITS)
async def test_a_page_has_no_fault_in_either_theme_on_desk_and_phone(tabs, path, login, record_property) -> None:
    tab = await tabs.open(path, login)
    assert await _faults(tab) == []
    assert tabs.site.said() == []
    record_property("pages", len(WIDTHS) * len(SCHEMES))


@pytest.mark.parametrize(("path", "login", "status"), REFUSED)
async def test_a_page_that_says_no_has_no_fault_either(tabs, path, login, status, record_property) -> None:
    tab = await tabs.open(path, login, status)
    assert await _faults(tab) == []
    assert tabs.site.said() == []
    record_property("pages", len(WIDTHS) * len(SCHEMES))


PLANT = """const put = (name) => document.body.appendChild(document.createElement(name));
put('input'); put('p').append('宽'); document.body.lastChild.style.width = '2000px'; console.error('planted'); fetch('http://elsewhere.invalid/').catch(() => 0)"""


async def test_planted_faults_are_found(tabs) -> None:
    tab = await tabs.open("/sign-in", None)
    await tab.evaluate(PLANT)
    assert await _faults(tab) == [
        [width, scheme, ["label", ["body > input"]], "scrolls sideways"] for width in WIDTHS for scheme in SCHEMES
    ]
    said = tabs.site.said()
    assert "console: planted" in said and any("elsewhere.invalid" in one for one in said)


def test_every_html_page_is_looked_at() -> None:
    real = {bare(path) for path, method, _ in routes() if method == "GET"}
    pages = {path for path in real if not path.startswith((*PUBLIC_FOLDERS, *FOR_PROGRAMS))}
    html = pages - {bare(path) for path in FILES} - PLAIN - OF_OTHERS
    assert html == {bare(urlsplit(path).path) for path, _ in (*LISTED, ("/sign-in", None))}
