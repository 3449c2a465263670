"""How pages are laid out: what stands below each other begins at one line, all entries are in the window, a list to sign is one sheet."""

import re

import pytest
from playwright.async_api import Page

from supervision.web import LANGUAGE_COOKIE
from tests.browser.place import Place
from tests.browser.site import Site
from tests.browser_tools import DESK, HEIGHTS, PHONE, show

pytestmark = pytest.mark.browser

LEFT_EDGES = """(what) => [...document.querySelectorAll(what)].map((one) => {
  const style = getComputedStyle(one);
  return Math.round(one.getBoundingClientRect().left + parseFloat(style.paddingLeft));
})"""
TOPS = "(what) => [...document.querySelectorAll(what)].map((one) => Math.round(one.getBoundingClientRect().top))"
FITS = "(what) => { const one = document.querySelector(what); return one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight }"


async def _edges(tab: Page, what: str) -> set[int]:
    return set(await tab.evaluate(LEFT_EDGES, what))


async def test_a_table_begins_where_the_title_of_its_card_does(site: Site) -> None:
    tab = await site.tab("dan")
    await tab.goto("/rollcall")
    register = ".pair > .card:first-child"
    title = await tab.evaluate(f"Math.round(document.querySelector('{register} h2').getBoundingClientRect().left)")
    assert await _edges(tab, f"{register} tr > :first-child") == {title}
    await tab.goto("/alerts?tab=all")
    assert len(await _edges(tab, "main .card h2, main .card tr > :first-child")) == 1


@pytest.mark.parametrize(("login", "path"), [("dan", "/alerts?tab=all"), ("alice", "/")])
async def test_tables_below_each_other_have_the_same_columns(site: Site, login: str, path: str) -> None:
    tab = await site.tab(login)
    await tab.goto(path)
    assert await tab.locator("table.alike").count() > 1
    left = "table.alike" if path != "/" else ".halves > section:nth-child(2n + 1) table.alike"
    for column in (2, 3):
        assert len(await _edges(tab, f"{left} td:nth-child({column})")) == 1


async def test_all_entries_of_the_navigation_are_in_the_window_of_a_small_desktop(site: Site) -> None:
    tab = await site.tab("erin")
    await tab.goto("/rollcall")
    assert await tab.locator(".side nav a").count() >= 19
    assert await tab.evaluate(FITS, ".side")


async def test_the_caseload_of_the_bureau_fits_a_small_desktop_in_english(place: Place, site: Site) -> None:
    tab = await site.tab("dan")
    await tab.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "en", "url": place.address}])
    await tab.goto("/people")
    assert await tab.evaluate(FITS, ".scroll")


async def test_the_fields_of_a_filter_line_stand_in_one_line(site: Site) -> None:
    tab = await site.tab("audrey")
    await tab.goto("/audit")
    assert len(set(await tab.evaluate(TOPS, ".filters > *:not([type=hidden])"))) == 1


async def test_what_opens_in_a_heading_lies_over_the_page_and_inside_the_window(site: Site) -> None:
    tab = await site.tab("alice")
    await tab.goto("/assistance")
    below = (await tab.evaluate(TOPS, "main > .card"))[0]
    await tab.click(".heading .act > summary")
    assert (await tab.evaluate(TOPS, "main > .card"))[0] == below
    for width in (DESK, PHONE):
        await show(tab, width)
        panel = await tab.locator(".heading .act > .panel").bounding_box()
        assert panel and panel["x"] >= 0 and panel["x"] + panel["width"] <= width
        assert panel["y"] + panel["height"] <= HEIGHTS[width]


async def test_the_roll_call_to_sign_is_one_sheet(site: Site) -> None:
    tab = await site.tab("dan")
    await tab.goto("/rollcall/print")
    assert await tab.locator(".pair > .card").count() == 2
    sheets = await tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1


async def test_a_free_day_of_the_visits_week_takes_one_line(site: Site) -> None:
    tab = await site.tab("wanda")
    await tab.goto("/visits/week")
    free = tab.locator("main .card:not(:has(table))")
    assert await free.count()
    boxes = [await one.bounding_box() for one in await free.all()]
    assert all(box and box["height"] < 60 for box in boxes)


async def test_a_figure_of_the_annual_report_stands_near_its_name(site: Site) -> None:
    tab = await site.tab("dan")
    await tab.goto("/statistics/annual")
    box = await tab.locator("main .rows tr").last.bounding_box()
    assert box and box["width"] <= 560


async def test_what_undoes_an_entry_of_a_list_is_grey_until_it_is_open(place: Place, site: Site) -> None:
    tab = await site.tab("alice")
    await tab.goto(f"/people/{place.district.ids['person_id']}/checkins")
    undo = tab.locator(".rows .act > .button.danger").first
    colour = "(one) => getComputedStyle(one).color"
    assert await undo.evaluate(colour) == await tab.locator(".rows .muted").first.evaluate(colour)
    await undo.click()
    assert await undo.evaluate(colour) == await tab.locator(".rows .act[open] > .panel > p").first.evaluate(colour)
