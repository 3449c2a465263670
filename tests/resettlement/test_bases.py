"""Bases of help through their pages: the ledger, who is placed and leaves, and never more people than beds (law RA-23)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.days import at_hour
from supervision.db import fetch_row, fetch_value
from supervision.errors import Refusal
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.beds import STAYS, most_at_once
from supervision.resettlement.records import withdraw
from supervision.resettlement.stays import Stay, leave, place
from tests.cast import NOW, Browser, Cast, client_for
from tests.register import viewer_of
from tests.resettlement.helped import Helped, a_base, put
from tests.resettlement.test_pages import minute

FORM = {"name": "新基地", "kind": "enterprise", "address": "幸福路4号", "beds": "3", "opened_on": "2026-11-01"}
DAYS = [NOW - timedelta(days=n) for n in range(12, 0, -1)]
"""Moments of the last days, the oldest first."""
HOME = {"release_on": date(2026, 11, 10), "connected_on": date(2026, 11, 10)}


async def home(cast: Cast, **more: Any) -> Helped:
    """Somebody who came home two weeks ago."""
    return await put(cast, **HOME | more, at=NOW - timedelta(days=14))


async def placed(cast: Cast, one: Helped, base: int, since: datetime, until: datetime | None = None) -> int:
    stay = Stay(base, since, until, "找到住处" if until else "")
    return await place(await viewer_of(cast.alice), one.assistance, stay, cast.now)


async def posted(browser: Browser, one: Helped, what: str, **form: Any) -> Any:
    return await browser.post(f"/people/{one.person}/assistance/{what}", data=form)


async def here(base: int) -> int:
    """How many are there now."""
    found = await fetch_value(f"SELECT count(*) FROM ({STAYS}) s WHERE s.base = $1 AND s.until IS NULL", base)
    return int(found)


# -- bases ----------------------------------------------------------------------------------------------------------


async def test_the_bureau_enters_changes_and_closes_a_base_and_everybody_in_help_reads_it(cast: Cast) -> None:
    dan, bob = await client_for(cast, cast.dan), await client_for(cast, cast.bob)
    assert (await bob.post("/assistance/bases", data=FORM)).status_code == 403
    for wrong in (
        {"name": ""}, {"kind": "other"}, {"address": " "}, {"beds": "0"}, {"beds": "-1"}, {"beds": "许多"},
        {"opened_on": "2026-11-26"}, {"contact": "孟联 13800138000"},
    ):  # fmt: skip
        assert (await dan.post("/assistance/bases", data=FORM | wrong)).status_code == 422, wrong
    answer = await dan.post("/assistance/bases", data=FORM)
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert (await dan.post("/assistance/bases", data=FORM)).status_code == 422, "one name once"
    shown = (await bob.get(path)).text
    assert "幸福路4号" in shown and "企业认证" in shown and 'action="/assistance' not in shown
    assert (await dan.post(path, data=FORM | {"beds": "5", "address": "幸福路5号"})).status_code == 303
    told = await fetch_value("SELECT detail FROM audit_row WHERE action = 'help_base_changed'")
    assert told == '{"beds": [3, 5], "address": true}'
    assert (await dan.post(f"{path}/close", data={"closed_at": minute(NOW), "reason": ""})).status_code == 422
    closing = {"closed_at": minute(NOW), "reason": "合同到期"}
    assert (await dan.post(f"{path}/close", data=closing)).status_code == 303
    assert (await dan.post(f"{path}/close", data=closing)).status_code == 422
    assert (await dan.post(path, data=FORM)).status_code == 422
    assert "已停用" in (await bob.get("/assistance/bases")).text
    assert (await dan.post("/assistance/bases", data=FORM)).status_code == 303, "the name is free again"
    assert (await dan.get("/assistance/bases/2000000000")).status_code == 404
    wrote = "SELECT array_agg(action ORDER BY id) FROM audit_row WHERE action LIKE 'help_base_%'"
    added, changed, closed = "help_base_added", "help_base_changed", "help_base_closed"
    assert await fetch_value(wrote) == [added, changed, closed, added]


async def test_a_base_is_not_closed_nor_made_smaller_than_those_who_are_there(cast: Cast) -> None:
    base, dan = await a_base(cast, beds=3), await client_for(cast, cast.dan)
    first, second = await home(cast), await home(cast)
    for one in (first, second):
        await placed(cast, one, base, DAYS[0])
    path = f"/assistance/bases/{base}"
    same = {"name": "演示安置基地", "kind": "government", "address": "幸福路3号", "opened_on": "2025-11-25"}
    refused = await dan.post(path, data=same | {"beds": "1"})
    assert refused.status_code == 422 and "现在有 2 人住在这里" in refused.text
    assert (await dan.post(path, data=same | {"beds": "2"})).status_code == 303
    late = await dan.post(path, data=same | {"beds": "2", "opened_on": "2026-11-14"})
    assert late.status_code == 422 and "2026-11-13 已有人入住" in late.text
    closing = {"closed_at": minute(NOW), "reason": "合同到期"}
    refused = await dan.post(f"{path}/close", data=closing)
    assert refused.status_code == 422 and "还有 2 人住在这里" in refused.text
    await leave(await viewer_of(cast.alice), first.assistance, DAYS[8], "找到住处", NOW)
    await take_step(await viewer_of(cast.dan), second.assistance, Taken("deceased", DAYS[9], said="证明"), NOW)
    assert (await dan.post(f"{path}/close", data=closing | {"closed_at": minute(DAYS[8])})).status_code == 422
    assert (await dan.post(f"{path}/close", data=closing)).status_code == 303


# -- stays ----------------------------------------------------------------------------------------------------------


async def test_somebody_is_placed_leaves_and_what_was_wrong_is_withdrawn(cast: Cast) -> None:
    base, one, alice = await a_base(cast), await home(cast), await client_for(cast, cast.alice)
    path = f"/people/{one.person}/assistance"
    sent = {"base": base, "happened_at": minute(DAYS[2])}
    for wrong in (
        {"base": ""}, {"base": base + 1}, {"happened_at": minute(NOW + timedelta(days=1))},
        {"happened_at": minute(NOW - timedelta(days=30))}, {"left_at": minute(DAYS[1]), "reason": "回家"},
        {"left_at": minute(DAYS[5])}, {"left_at": minute(NOW + timedelta(days=1)), "reason": "回家"},
    ):  # fmt: skip
        assert (await posted(alice, one, "stays", **sent | wrong)).status_code == 422, wrong
    assert (await posted(alice, one, "leavings", happened_at=minute(NOW), reason="回家")).status_code == 422
    assert (await posted(alice, one, "stays", **sent)).status_code == 303
    shown = (await alice.get(path)).text
    assert "入住安置基地：演示安置基地" in shown and "现住安置基地" in shown
    assert (await posted(alice, one, "leavings", happened_at=minute(DAYS[1]), reason="回家")).status_code == 422
    assert (await posted(alice, one, "leavings", happened_at=minute(NOW), reason="")).status_code == 422
    assert (await posted(alice, one, "leavings", happened_at=minute(DAYS[6]), reason="租到房子")).status_code == 303
    shown = (await alice.get(path)).text
    assert "租到房子" in shown and "现住安置基地" not in shown and await here(base) == 0
    leaving = await fetch_value("SELECT id FROM help_leaving")
    assert (await posted(alice, one, f"withdrawals/leaving/{leaving}", reason="录错")).status_code == 303
    assert await here(base) == 1
    assert (await posted(alice, one, "leavings", happened_at=minute(DAYS[7]), reason="租到房子")).status_code == 303
    stay = await fetch_value("SELECT id FROM help_stay")
    assert (await posted(alice, one, f"withdrawals/stay/{stay}", reason="录错人")).status_code == 303
    assert await fetch_value("SELECT count(*) FROM help_leaving WHERE withdrawn_at IS NULL") == 0
    ledger = (await alice.get("/assistance/bases")).text
    assert await here(base) == 0 and ">2</td>" in ledger
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'place_in_base'") == 1
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'leave_base'") == 2


async def test_nobody_is_placed_before_the_connection_or_before_the_base_was_open(cast: Cast) -> None:
    base, alice = await a_base(cast), await client_for(cast, cast.alice)
    inside = await put(cast, release_on=date(2027, 1, 10))
    assert (await posted(alice, inside, "stays", base=base, happened_at=minute(NOW))).status_code == 422
    dan, one = await client_for(cast, cast.dan), await home(cast)
    later = FORM | {"opened_on": "2026-11-20"}
    new = int((await dan.post("/assistance/bases", data=later)).headers["location"].rpartition("/")[2])
    early = await posted(alice, one, "stays", base=new, happened_at=minute(DAYS[5]))
    assert early.status_code == 422 and "2026-11-20 才启用" in early.text
    assert (await posted(alice, one, "stays", base=new, happened_at=minute(DAYS[10]))).status_code == 303


async def test_a_full_base_is_named_with_its_beds_also_for_the_past(cast: Cast) -> None:
    base, alice = await a_base(cast, beds=1), await client_for(cast, cast.alice)
    first, second = await home(cast, name="甲归"), await home(cast, name="乙归")
    await placed(cast, first, base, DAYS[3], DAYS[6])
    full = "“演示安置基地”共有 1 张床位，这段时间已经住满。"
    for since, until in (
        (DAYS[1], DAYS[4]),
        (DAYS[4], DAYS[5]),
        (DAYS[5], DAYS[9]),
        (DAYS[1], DAYS[9]),
        (DAYS[1], None),
    ):
        over = {"left_at": minute(until), "reason": "回家"} if until else {}
        refused = await posted(alice, second, "stays", base=base, happened_at=minute(since), **over)
        assert refused.status_code == 422 and full in refused.text, (since, until)
    await placed(cast, second, base, DAYS[1], DAYS[3])
    await placed(cast, second, base, DAYS[6])
    refused = await posted(alice, first, "stays", base=base, happened_at=minute(NOW))
    assert refused.status_code == 422 and full in refused.text


async def test_whoever_is_in_one_base_is_in_no_other(cast: Cast) -> None:
    here_, there, one = await a_base(cast), await a_base(cast, "另一基地"), await home(cast)
    alice = await client_for(cast, cast.alice)
    await placed(cast, one, here_, DAYS[3])
    refused = await posted(alice, one, "stays", base=there, happened_at=minute(DAYS[5]))
    assert refused.status_code == 422 and "本人这段时间住在“演示安置基地”" in refused.text
    await leave(await viewer_of(cast.alice), one.assistance, DAYS[5], "转到另一基地", NOW)
    assert (await posted(alice, one, "stays", base=there, happened_at=minute(DAYS[5]))).status_code == 303
    leaving = await fetch_value("SELECT id FROM help_leaving")
    back = await posted(alice, one, f"withdrawals/leaving/{leaving}", reason="录错")
    assert back.status_code == 422 and "另一基地" in back.text


async def test_whoever_has_ended_takes_no_bed_and_an_end_that_is_withdrawn_asks_for_one(cast: Cast) -> None:
    base, first, second = await a_base(cast, beds=1), await home(cast), await home(cast)
    dan = await viewer_of(cast.dan)
    await placed(cast, first, base, DAYS[3])
    await take_step(dan, first.assistance, Taken("reoffended", DAYS[8], said="判决书"), NOW)
    assert await here(base) == 0
    await placed(cast, second, base, DAYS[8])
    end = await fetch_value("SELECT max(id) FROM assistance_step WHERE assistance = $1", first.assistance)
    with pytest.raises(Refusal, match="共有 1 张床位"):
        await withdraw(dan, first.person, ("step", end), reason="另一人", now=NOW)
    await leave(dan, second.assistance, DAYS[9], "找到住处", NOW)
    with pytest.raises(Refusal, match="共有 1 张床位"):
        await withdraw(dan, first.person, ("step", end), reason="另一人", now=NOW)
    stay = await fetch_value("SELECT id FROM help_stay WHERE assistance = $1", second.assistance)
    await withdraw(dan, second.person, ("stay", stay), reason="录错", now=NOW)
    await withdraw(dan, first.person, ("step", end), reason="另一人", now=NOW)
    assert await here(base) == 1


async def test_a_leaving_of_a_base_that_was_closed_since_stays(cast: Cast) -> None:
    base, one = await a_base(cast), await home(cast)
    dan = await client_for(cast, cast.dan)
    await placed(cast, one, base, DAYS[3], DAYS[6])
    await dan.post(f"/assistance/bases/{base}/close", data={"closed_at": minute(NOW), "reason": "合同到期"})
    leaving = await fetch_value("SELECT id FROM help_leaving")
    back = await posted(dan, one, f"withdrawals/leaving/{leaving}", reason="录错")
    assert back.status_code == 422 and "已停用" in back.text


# -- what is shown --------------------------------------------------------------------------------------------------


async def test_a_base_shows_the_viewers_people_and_counts_the_others(cast: Cast) -> None:
    base = await a_base(cast, beds=5)
    mine, theirs, gone = (
        await home(cast, name="甲归"),
        await home(cast, name="乙归", officer=cast.carol),
        await home(cast),
    )
    dan = await viewer_of(cast.dan)
    for one in (mine, theirs):
        await place(dan, one.assistance, Stay(base, DAYS[3]), NOW)
    await place(dan, gone.assistance, Stay(base, DAYS[2], DAYS[4], "回家"), NOW)
    alice, carol = await client_for(cast, cast.alice), await client_for(cast, cast.carol)
    shown = (await alice.get(f"/assistance/bases/{base}")).text
    assert "甲归" in shown and "乙归" not in shown and "现住 1 人，以前入住 0 人次" in shown
    seen = await fetch_row("SELECT people FROM audit_row WHERE action = 'see_help_base' ORDER BY id DESC LIMIT 1")
    assert seen is not None and set(seen["people"]) == {mine.person, gone.person}
    other = (await carol.get(f"/assistance/bases/{base}")).text
    assert "乙归" in other and "甲归" not in other and "现住 1 人，以前入住 1 人次" in other
    row = (await carol.get("/assistance/bases")).text.partition("<tbody>")[2]
    assert [cell.partition(">")[2].partition("<")[0] for cell in row.split("<td")[3:7]] == ["5", "2", "3", "3"]


SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9) | st.none()), max_size=8)


@given(SPANS)
def test_the_most_at_once_is_the_most_of_any_moment(drawn: list[tuple[int, int | None]]) -> None:
    at = {n: at_hour(date(2026, 11, 1), 8) + timedelta(days=n) for n in range(20)}
    spans = [(at[start], None if days is None else at[start + days]) for start, days in drawn]
    most = max(
        (
            sum(since <= moment and (until is None or moment < until) for since, until in spans)
            for moment in at.values()
        ),
        default=0,
    )
    assert most_at_once(spans) == most
