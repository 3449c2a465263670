"""The first page: four lists for who has files, what is at risk for who answers for them, no case for the administrators."""

import re
from datetime import datetime, timedelta

import pytest

from supervision.days import SHANGHAI
from supervision.db import execute, fetch_row, insert
from tests.cast import Cast, audit_actions, client_for
from tests.desk.makers import bare_person, owe, visit, warn
from tests.desk.reading import page_of, statements

SECOND = timedelta(seconds=1)
MIDNIGHT = datetime(2026, 11, 26, tzinfo=SHANGHAI)


async def group(cast: Cast, key: str, member: str = "alice") -> list[str]:
    """The names on one of the day's lists."""
    page = await page_of(await client_for(cast, getattr(cast, member)), "/")
    part = re.search(rf'<section class="card flush" id="{key}">.*?</section>', page, re.DOTALL)
    assert part, key
    return re.findall(r'class="person"[^>]*>([^<]*)<', part[0])


@pytest.mark.parametrize(
    ("limit", "key"), [(-SECOND, "lapsed"), (timedelta(0), "lapsed"), (SECOND, "today"), (timedelta(hours=15), "today")]
)
async def test_a_duty_is_on_one_list_by_its_limit(cast: Cast, limit: timedelta, key: str) -> None:
    await owe(cast, await bare_person(cast, "到期"), cast.now + limit)
    assert {name: await group(cast, name) for name in ("lapsed", "today")} == {"lapsed": [], "today": []} | {
        key: ["到期"]
    }


async def test_what_is_due_today_is_on_the_list_though_its_limit_is_later(cast: Cast) -> None:
    await owe(cast, await bare_person(cast, "应办"), MIDNIGHT + timedelta(days=2), due_at=MIDNIGHT)
    await owe(cast, await bare_person(cast, "明天"), MIDNIGHT + timedelta(days=2), due_at=MIDNIGHT + SECOND)
    assert await group(cast, "today") == ["应办"]


async def test_a_person_is_named_once_with_all_that_is_owed(cast: Cast) -> None:
    who = await bare_person(cast, "到期")
    await owe(cast, who, MIDNIGHT)
    await owe(cast, who, MIDNIGHT, variant="written")
    page = await page_of(await client_for(cast, cast.alice), "/")
    assert await group(cast, "today") == ["到期"] and "电话报告、书面报告" in page


async def test_an_officer_sees_their_own_files_a_head_the_offices(cast: Cast) -> None:
    for name, officer in (("安的", cast.alice), ("薄的", cast.bob), ("柴的", cast.carol)):
        await owe(cast, await bare_person(cast, name, officer=officer), cast.now - SECOND)
    assert await group(cast, "lapsed") == ["安的"]
    assert sorted(await group(cast, "lapsed", "bob")) == ["安的", "薄的"]
    assert await group(cast, "lapsed", "hal") == []


async def test_new_are_people_and_findings_since_yesterday_but_not_lapses(cast: Cast) -> None:
    yesterday = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    for name, at in (("昨天", yesterday), ("前天", yesterday - SECOND)):
        who = await bare_person(cast, name)
        await warn(cast, who, at)
    late = await bare_person(cast, "逾期")
    await warn(cast, late, cast.now, duty=await owe(cast, late, cast.now), finding_key=None, kind="SU-01")
    fresh = await bare_person(cast, "接收")
    await execute("UPDATE responsibility SET from_at = $2 WHERE person = $1", fresh[0], cast.now)
    assert await group(cast, "new") == ["接收", "昨天"]


async def test_answered_are_late_reports_to_decide_and_texts_whose_fate_is_unclear(cast: Cast) -> None:
    who = await bare_person(cast, "迟报")
    await warn(cast, who, cast.now, step="decide")
    text = await bare_person(cast, "不明")
    times = dict.fromkeys(("created_at", "not_before", "not_after", "next_try_at"), cast.now + SECOND)
    row = {
        "person": text[0],
        "recipient_sealed": "x",
        "recipient_key": "x",
        "kind": "reminder",
        "once_key": "x",
        "body": "x",
    }
    message = await insert("message", row | {"state": "unknown"} | times)
    assert await group(cast, "answered") == ["迟报", "不明"]
    await execute("UPDATE message SET looked_at = $2 WHERE id = $1", message, cast.now)
    assert await group(cast, "answered") == ["迟报"]


@pytest.mark.parametrize(
    ("count", "said"), [(12, ""), (13, "只显示前 12 项，共 13 项。"), (100, "只显示前 12 项，共 99+ 项。")]
)
async def test_a_long_list_shows_twelve_and_says_how_many_there_are(cast: Cast, count: int, said: str) -> None:
    for n in range(count):
        await owe(cast, await bare_person(cast, f"人{n}"), cast.now - SECOND)
    page = await page_of(await client_for(cast, cast.alice), "/")
    assert len(await group(cast, "lapsed")) == 12
    shown = str(count) if count < 100 else "99\\+"
    assert re.search(rf"<h2>逾期 <small>{shown}</small></h2>", page)
    assert ('href="/people?tab=lapsed"' in page) == bool(said)
    assert re.findall("只显示前[^<]*", page) == ([said] if said else [])


@pytest.mark.parametrize("count", [1, 30])
async def test_a_day_takes_two_statements_however_much_it_shows(cast: Cast, count: int) -> None:
    for n in range(count):
        who = await bare_person(cast, f"人{n}")
        await owe(cast, who, cast.now - SECOND)
        await warn(cast, who, cast.now)
    browser = await client_for(cast, cast.alice)
    async with statements() as seen:
        await browser.get("/")
    assert len([sql for sql in seen if "staff_session" not in sql]) == 2


async def test_a_list_is_in_the_order_of_its_times_the_new_in_the_opposite_one(cast: Cast) -> None:
    for n, name in enumerate(("一", "二", "三"), 1):
        who = await bare_person(cast, name)
        await owe(cast, who, cast.now - timedelta(hours=n))
        await warn(cast, who, cast.now - timedelta(hours=n))
        await warn(cast, who, cast.now - timedelta(hours=n), step="decide", finding_key=f"k{n}", kind="no_class")
        await execute("UPDATE alert SET opened_at = since_at, anchor_at = since_at WHERE person = $1", who[0])
    got = {key: await group(cast, key) for key in ("lapsed", "new", "answered")}
    assert got == {"lapsed": ["三", "二", "一"], "new": ["一", "二", "三"], "answered": ["三", "二", "一"]}


async def test_a_head_reads_what_is_at_risk_and_who_has_it(cast: Cast) -> None:
    late = await bare_person(cast, "迟到")
    for days in (1, 2):
        await owe(cast, late, cast.now - timedelta(days=days))
    await warn(cast, late, cast.now)
    orphan = await bare_person(cast, "没人")
    await execute("UPDATE responsibility SET staff = NULL WHERE person = $1", orphan[0])
    await bare_person(cast, "柴的", officer=cast.carol)
    rows = risk_rows(await page_of(await client_for(cast, cast.bob), "/"))
    assert rows == {"安丽": ["1", "1", "1", "2"], "未定责任人": ["1", "", "", ""]}


async def test_the_day_and_the_risks_are_of_orders_alone(cast: Cast) -> None:
    await visit(cast, await bare_person(cast, "会见"), cast.now - SECOND)
    await visit(cast, await bare_person(cast, "将会见"), cast.now + SECOND)
    assert {key: await group(cast, key) for key in ("lapsed", "today")} == {"lapsed": [], "today": []}
    assert risk_rows(await page_of(await client_for(cast, cast.bob), "/")) == {"安丽": ["2", "", "", ""]}


async def test_the_bureau_reads_the_same_by_office(cast: Cast) -> None:
    await owe(cast, await bare_person(cast, "迟到", officer=cast.carol), cast.now - SECOND)
    orphan = await bare_person(cast, "没人")
    await execute("UPDATE responsibility SET staff = NULL WHERE person = $1", orphan[0])
    for member in (cast.dan, cast.erin, cast.leo, cast.ines, cast.lena):
        rows = risk_rows(await page_of(await client_for(cast, member), "/"))
        assert rows == {"汇丰司法所": ["1", "", "1", "1", ""], "古城司法所": ["1", "", "", "", "1"]}


def risk_rows(page: str) -> dict[str, list[str]]:
    """Label → the numbers of its line."""
    part = re.search(r'aria-label="风险一览".*?</table>', page, re.DOTALL)
    assert part
    rows = re.findall(r'<td class="at-name">.*?>([^<]*)</a>(.*?)</tr>', part[0], re.DOTALL)
    numbers = {name: re.findall(r'<td class="num"[^>]*>(.*?)</td>', rest) for name, rest in rows}
    return {name: [re.sub(r"<[^>]*>", "", cell) for cell in cells] for name, cells in numbers.items()}


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        ("report", {"mode": "in_person"}, '3 天前 <span class="muted">见面'),
        ("report", {"mode": "phone"}, '3 天前 <span class="muted">通话'),
        ("visit", {"met": "person"}, '3 天前 <span class="muted">见面'),
        ("info_check", {"channel": "video", "result": "ok"}, '3 天前 <span class="muted">通话'),
        ("report", {"mode": "written"}, '300 天前 <span class="muted">登记后尚无联系'),
        ("visit", {"met": "family"}, '300 天前 <span class="muted">登记后尚无联系'),
        ("info_check", {"channel": "call", "result": "unreached"}, '300 天前 <span class="muted">登记后尚无联系'),
        ("info_check", {"channel": "position", "result": "ok"}, '300 天前 <span class="muted">登记后尚无联系'),
    ],
)
async def test_only_whoever_was_seen_or_heard_counts_as_a_verified_contact(
    cast: Cast, kind: str, values: dict[str, str], told: str
) -> None:
    _, order = await bare_person(cast, "程玉林")
    at = cast.now - timedelta(days=3)
    await insert(kind, {"order_id": order, "happened_at": at, "recorded_at": at} | values)
    assert told in await page_of(await client_for(cast, cast.bob), "/")


async def test_administrators_read_no_case(cast: Cast) -> None:
    await owe(cast, await bare_person(cast, "迟到"), cast.now - SECOND)
    for member in (cast.sam, cast.sue, cast.audrey):
        page = await page_of(await client_for(cast, member), "/")
        assert "本岗位不接触案件内容" in page and "迟到" not in page and "古城司法所" not in page
    assert await audit_actions() == []


async def test_the_day_is_one_audit_row_with_everybody_it_names(cast: Cast) -> None:
    who = await bare_person(cast, "迟到")
    await owe(cast, who, cast.now - SECOND)
    await page_of(await client_for(cast, cast.alice), "/")
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'day_seen'")
    assert row is not None and row["people"] == [who[0]]
