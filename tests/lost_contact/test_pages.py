"""A search through the pages, from the alert to the person who is found again."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from supervision.db import execute, fetch_row, fetch_value
from tests.cast import Cast, audit_actions, client_for
from tests.files.made import pdf
from tests.lost_contact.makers import AT, LOST, ended, opened, somebody, verified

ATTEMPT = {"method": "field", "happened_at": "2026-11-25T09:00", "result": "nothing", "note": "无人应门。"}


async def test_the_days_end_with_the_order(cast: Cast) -> None:
    on = await somebody(cast)
    search = await verified(cast, on)
    alice = await client_for(cast, cast.alice)
    assert "13 日" in (await alice.get(f"/people/{on.person}/searches/{search}")).text
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1", on.order, cast.now
    )
    cast.clock.at += timedelta(days=9)
    alice = await client_for(cast, cast.alice)
    assert "13 日" in (await alice.get(f"/people/{on.person}/searches/{search}")).text
    assert (await in_ledger(cast))["脱管日数"] == 13


async def in_ledger(cast: Cast) -> dict[str, Any]:
    """The one row of the ledger of searches."""
    dan = await client_for(cast, cast.dan)
    sheet = CalamineWorkbook.from_filelike(BytesIO((await dan.get("/ledgers/searches?period=2026")).content))
    _title, headings, row = sheet.get_sheet_by_index(0).to_python()
    return dict(zip(headings, row, strict=True))


async def test_the_whole_way_through_the_pages(cast: Cast) -> None:
    on = await somebody(cast)
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    new = await alice.get(f"/people/{on.person}/searches/new")
    assert "登记失去联系" in new.text
    await alice.post(f"/people/{on.person}/searches", data=LOST)
    search = await fetch_value("SELECT id FROM contact_search")
    at = f"/people/{on.person}/searches/{search}"
    visit = ATTEMPT | {"place": "古城街 1 号", "second": str(cast.bob.id)}
    answer = await alice.post(f"{at}/attempts", data=visit, files={"file": ("门前.pdf", pdf(), "application/pdf")})
    assert answer.status_code == 303
    shown = (await alice.get(at)).text
    assert "古城街 1 号" in shown and "无人应门。" in shown and "安丽、薄博" in shown and "附件" in shown
    await alice.post(f"{at}/notices", data={"organ": "police", "happened_at": AT, "reference": "协查1号"})
    answer = await bob.post(f"{at}/verification", data={"since_on": "2026-11-12", "basis": "查找没有结果"})
    assert answer.status_code == 303
    assert "13 日" in (await bob.get(at)).text and "脱管，查找中" in (await bob.get("/searches")).text
    answer = await alice.post(
        f"{at}/end", data={"end_kind": "found", "happened_at": "2026-11-25T09:00", "note": "到所"}
    )
    assert answer.status_code == 303
    assert "没有查找" in (await alice.get("/searches")).text
    assert "已找到" in (await alice.get("/searches?tab=all")).text
    assert "已找到" in (await alice.get(f"/people/{on.person}/searches")).text
    done = await audit_actions()
    assert {"search_opened", "search_attempt", "search_told", "off_control_verified", "search_ended"} <= set(done)


async def test_a_refused_visit_comes_back_with_what_was_typed_and_says_what_is_missing(cast: Cast) -> None:
    on = await somebody(cast)
    search = await opened(cast, on)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{on.person}/searches/{search}/attempts", data=ATTEMPT | {"second": ""})
    assert answer.status_code == 422
    assert "实地查访须写明地点" in answer.text and "无人应门。" in answer.text
    assert await fetch_row("SELECT 1 FROM search_attempt") is None


async def test_another_offices_search_is_not_there(cast: Cast) -> None:
    on = await somebody(cast)
    search = await opened(cast, on)
    carol = await client_for(cast, cast.carol)
    assert (await carol.get(f"/people/{on.person}/searches/{search}")).status_code == 404
    assert on.number not in (await carol.get("/searches")).text
    other = await somebody(cast, name="苗青", officer=cast.carol)
    assert (await carol.get(f"/people/{other.person}/searches/{search}")).status_code == 404


async def test_an_officer_cannot_call_it_off_control(cast: Cast) -> None:
    on = await somebody(cast)
    search = await opened(cast, on)
    alice = await client_for(cast, cast.alice)
    data = {"since_on": "2026-11-12", "basis": "查找没有结果"}
    assert (await alice.post(f"/people/{on.person}/searches/{search}/verification", data=data)).status_code == 403


async def test_the_ledger_has_the_days_and_who_said_so(cast: Cast) -> None:
    on = await somebody(cast)
    await ended(cast, await verified(cast, on))
    told = await in_ledger(cast)
    assert (told["查找次数"], told["认定人"], told["结果"], told["脱管日数"]) == (2, "薄博", "本人已报到或者找到", 13)
