"""How pages are laid out: a list to sign is one sheet."""

import re

import pytest

from tests.browser.site import Site

pytestmark = pytest.mark.browser


async def test_the_roll_call_to_sign_is_one_sheet(site: Site) -> None:
    tab = await site.tab("dan")
    await tab.goto("/rollcall/print")
    assert await tab.locator(".pair > .card").count() == 2
    sheets = await tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
