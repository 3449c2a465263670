"""Each number of people on the dashboard opens a list of exactly so many, of who looks and whose files they are."""

import re
from datetime import date, timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value
from tests.cast import NOW, client_for
from tests.register import awaited
from tests.resettlement.helped import put
from tests.statistics.conftest import joins
from tests.statistics.records import alert_about, commission_of

HERE = {"release_on": date(2026, 11, 20), "connected_on": date(2026, 11, 21)}


async def _district(cast) -> list[int]:
    """Both offices with people of both registers, some awaited, one without an officer; two have lapses. Who is helped."""
    for officer in (cast.alice, cast.bob, cast.carol):
        await joins(cast, "2026-11-02 09:00" if officer is cast.alice else "2026-11-25 08:00", officer=officer)
        await put(cast, officer=officer, **HERE)
    one = await joins(cast, "2026-11-02 09:00")
    await execute("UPDATE responsibility SET staff = NULL WHERE person = $1", one.person)
    await awaited(cast, effective_on=date(2026, 11, 20))
    await put(cast, release_on=date(2027, 6, 1))
    await watch(NOW)


def _links(text: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a[^>]* href="(/dashboard/list\?[^"]+)"[^>]*>(?:<[^>]*>[^<]*</[^>]*>\s*<b>|▲ )?(\d+)<', text)
    return [(href.replace("&amp;", "&"), int(count)) for href, count in found]


@pytest.mark.parametrize(("login", "least"), [("dan", 14), ("bob", 12)])
async def test_each_number_of_people_opens_a_list_of_that_many_rows(cast, login, least) -> None:
    await _district(cast)
    browser = await client_for(cast, getattr(cast, login))
    links = _links((await browser.get(f"/dashboard?office={cast.offices['gucheng']}")).text)
    assert len(links) >= least, links
    for href, count in links:
        answer = await browser.get(href)
        assert answer.text.count('class="at-fact nowrap"') == count > 0, href


async def _alert_links(browser) -> list[tuple[str, int]]:
    text = (await browser.get("/dashboard")).text
    found = re.findall(r'<a href="(/dashboard/alerts\?[^"]+)">(\d+)</a>', text)
    return [(href.replace("&amp;", "&"), int(count)) for href, count in found]


@pytest.mark.parametrize("login", ["dan", "bob"])
async def test_each_number_of_alerts_opens_a_list_of_exactly_those(cast, login) -> None:
    await _district(cast)
    spread = "UPDATE alert SET since_at = $1::timestamptz - (id % 5) * interval '20 days', taken_by = CASE WHEN id % 3 = 0 THEN assigned_to END"
    await execute(spread, NOW)
    await alert_about(cast, "CI-03", ("commission", await commission_of(cast, "gucheng")))
    browser = await client_for(cast, getattr(cast, login))
    links = await _alert_links(browser)
    ages = {re.search(r"age=(\d)", href)[1] for href, _count in links}
    assert len(ages) > 1 and len(links) > len(ages), links
    for href, count in links:
        answer = await browser.get(href)
        assert answer.text.count('class="at-fact nowrap"') == count > 0, href
        assert answer.text.count("无人认领</span>") == count if "untaken" in href else True, href
    audited = await fetch("SELECT people FROM audit_row WHERE action = 'statistics_listed'")
    assert len(audited) == len(links) and any(row["people"] for row in audited)


async def test_a_list_of_alerts_names_whom_since_when_and_who_has_it(cast) -> None:
    one = await joins(cast, "2026-11-02 09:00")
    await watch(NOW)
    await execute("UPDATE alert SET since_at = $1", NOW - timedelta(days=40))
    browser = await client_for(cast, cast.bob)
    assert (await _alert_links(browser))[0][0] == "/dashboard/alerts?age=5"
    text = (await browser.get("/dashboard/alerts?age=5&untaken=1")).text
    assert f'href="/alerts/people/{one.person}"' in text and cast.alice.name in text
    assert re.search(r">\D*10[-月]16\D* 09:00<", text), text
    assert "没有记录。" in (await browser.get("/dashboard/alerts?age=1")).text
    assert f'href="/alerts/people/{one.person}"' in (await browser.get("/dashboard/alerts")).text


async def test_who_is_helped_is_opened_at_the_file_of_help(cast) -> None:
    one = await put(cast, **HERE)
    browser = await client_for(cast, cast.bob)
    for path in ("/dashboard/list?of=helped", "/statistics/list?period=2026-11&figure=helped_all"):
        assert f'href="/people/{one.person}/assistance"' in (await browser.get(path)).text, path


async def test_a_head_is_listed_the_own_office_only_whatever_is_asked(cast) -> None:
    await _district(cast)
    browser = await client_for(cast, cast.bob)
    other = f"/dashboard/list?of=in_correction&office={cast.offices['huifeng']}"
    assert (await browser.get(other)).text.count('class="at-fact nowrap"') == 3
    assert (await browser.get(f"{other}&staff={cast.carol.id}")).text.count('class="at-fact nowrap"') == 0
    people = await fetch_value("SELECT people FROM audit_row WHERE action = 'statistics_listed' ORDER BY id LIMIT 1")
    assert len(people) == 3


async def test_a_list_that_there_is_not_is_not_found(cast) -> None:
    browser = await client_for(cast, cast.dan)
    for path in ("/dashboard/list?of=nothing", "/dashboard/alerts?age=6"):
        assert (await browser.get(path)).status_code == 404, path
