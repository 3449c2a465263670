"""The caseload: who is on it, in which order, on which tab, a page at a time."""

import re
from datetime import datetime, timedelta

import pytest

from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_row, insert
from supervision.desk import caseload
from tests.cast import Cast, Member, client_for
from tests.desk.makers import bare_person, owe, visit, warn
from tests.desk.reading import ids, list_of, names, page_of, statements, tab_count
from tests.register import on_register

SECOND = timedelta(seconds=1)
MIDNIGHT = datetime(2026, 11, 26, tzinfo=SHANGHAI)


async def test_lapses_come_first_then_alerts_then_what_is_owed_next_then_nothing_owed(cast: Cast) -> None:
    nothing = await bare_person(cast, "无事")
    later = await bare_person(cast, "后办")
    await owe(cast, later, cast.now + timedelta(days=9))
    alerted = await bare_person(cast, "有警")
    await owe(cast, alerted, cast.now + timedelta(days=20))
    await warn(cast, alerted, cast.now - timedelta(days=40))
    sooner = await bare_person(cast, "先办")
    await owe(cast, sooner, cast.now + timedelta(days=2))
    late = await bare_person(cast, "迟到")
    await owe(cast, late, cast.now - timedelta(days=1))
    latest = await bare_person(cast, "最迟")
    await owe(cast, latest, cast.now - timedelta(days=3))
    await warn(cast, latest, cast.now - timedelta(days=3))
    assert nothing
    assert await list_of(cast, cast.alice) == ["最迟", "迟到", "有警", "先办", "后办", "无事"]


async def test_what_somebody_owes_as_a_prisoners_family_is_none_of_corrections(cast: Cast) -> None:
    who = await bare_person(cast, "会见")
    await visit(cast, who, cast.now - timedelta(days=1))
    await owe(cast, who, cast.now + timedelta(days=3))
    tabs = {tab: await list_of(cast, cast.alice, f"tab={tab}") for tab in ("all", "lapsed", "today", "alerted")}
    assert tabs == {"all": ["会见"], "lapsed": [], "today": [], "alerted": []}
    browser = await client_for(cast, cast.alice)
    line = await page_of(browser, "/people")
    assert "正常" in line and "电话报告" in line and "到场" not in line and "逾期 1 天" not in line
    file = await page_of(browser, f"/people/{who[0]}")
    assert "到场会见" not in file and "未处置" not in file


@pytest.mark.parametrize(
    ("limit", "tab"),
    [
        (-SECOND, "lapsed"),
        (timedelta(0), "lapsed"),
        (SECOND, "today"),
    ],
)
async def test_a_duty_is_late_from_its_limit_on_and_today_until_then(cast: Cast, limit: timedelta, tab: str) -> None:
    await owe(cast, await bare_person(cast, "到期"), cast.now + limit)
    other = {"lapsed": "today", "today": "lapsed"}[tab]
    assert await list_of(cast, cast.alice, f"tab={tab}") == ["到期"]
    assert await list_of(cast, cast.alice, f"tab={other}") == []


@pytest.mark.parametrize(("limit", "shown"), [(-SECOND, ["到期"]), (timedelta(0), ["到期"]), (SECOND, [])])
async def test_today_ends_with_the_local_day(cast: Cast, limit: timedelta, shown: list[str]) -> None:
    await owe(cast, await bare_person(cast, "到期"), MIDNIGHT + limit)
    assert await list_of(cast, cast.alice, "tab=today") == shown


async def test_somebody_with_a_lapse_and_a_duty_of_today_is_on_both_tabs_once(cast: Cast) -> None:
    both = await bare_person(cast, "都有")
    for hours in (-30, -20, 3, 4):
        await owe(cast, both, cast.now + timedelta(hours=hours))
    for tab in ("all", "lapsed", "today"):
        assert await list_of(cast, cast.alice, f"tab={tab}") == ["都有"]


@pytest.mark.parametrize(("days", "shown"), [(-1, ["期满"]), (30, ["期满"]), (31, [])])
async def test_the_tab_of_endings_reaches_thirty_days_ahead_and_forgets_nobody_past_the_end(
    cast: Cast, days: int, shown: list[str]
) -> None:
    await bare_person(cast, "期满", end_on=cast.now.date() + timedelta(days=days))
    assert await list_of(cast, cast.alice, "tab=ending") == shown


@pytest.mark.parametrize(("moment", "shown"), [("2026-10-25T23:59:59", []), ("2026-10-26T00:00:00", ["新来"])])
async def test_the_tab_of_new_people_starts_thirty_days_ago(cast: Cast, moment: str, shown: list[str]) -> None:
    registered = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    await bare_person(cast, "新来", registered_at=registered)
    assert await list_of(cast, cast.alice, "tab=new") == shown


async def test_each_sees_their_office_the_helper_their_own_the_bureau_all(cast: Cast) -> None:
    await bare_person(cast, "安的")
    await bare_person(cast, "海的", officer=cast.hal)
    await bare_person(cast, "柴的", officer=cast.carol)
    assert sorted(await list_of(cast, cast.alice)) == ["安的", "海的"]
    assert sorted(await list_of(cast, cast.bob)) == ["安的", "海的"]
    assert await list_of(cast, cast.hal) == ["海的"]
    assert await list_of(cast, cast.carol) == ["柴的"]
    for member in (cast.dan, cast.erin, cast.ines, cast.leo):
        assert sorted(await list_of(cast, member)) == ["安的", "柴的", "海的"]


async def test_counts_and_searches_stay_within_the_office(cast: Cast) -> None:
    there = await bare_person(cast, "柴的", officer=cast.carol)
    await owe(cast, there, cast.now - SECOND)
    page = await page_of(await client_for(cast, cast.alice), "/people?q=柴的")
    assert names(page) == []
    assert [tab_count(page, label) for label in ("全部", "逾期")] == ["0", "0"]
    assert await list_of(cast, cast.alice, f"office={cast.offices['huifeng']}") == []


async def test_filters_narrow_by_office_officer_kind_class_and_state(cast: Cast) -> None:
    await on_register(cast, name="严甲", level="strict", kind="parole")
    await on_register(cast, name="未乙", level=None)
    await bare_person(cast, "待丙", officer=cast.carol, state="due", registered_at=None)
    for query, found in {
        "level=strict": ["严甲"],
        "level=none": ["待丙", "未乙"],
        "kind=parole": ["严甲"],
        "state=due": ["待丙"],
        f"office={cast.offices['huifeng']}": ["待丙"],
        f"officer={cast.alice.id}": ["严甲", "未乙"],
        "level=strict&kind=probation": [],
        "level=nonsense&state=x&office=y&after=1.2": ["严甲", "待丙", "未乙"],
    }.items():
        assert sorted(await list_of(cast, cast.dan, query)) == sorted(found), query


async def test_who_has_ended_is_found_under_that_state_alone(cast: Cast) -> None:
    _, order = await bare_person(cast, "解了")
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'released', state = 'released' WHERE id = $1", order, cast.now
    )
    assert await list_of(cast, cast.alice) == []
    assert await list_of(cast, cast.alice, "state=ended") == ["解了"]


WAYS = [(2_000, 20_000), (0, 1), (0, 5), (3, 2), (7, 20_000)]
"""So few are looked up one by one, so many duties are a stretch: with (0, …) nobody is."""


def _way(monkeypatch: pytest.MonkeyPatch, way: tuple[int, int]) -> None:
    monkeypatch.setattr(caseload, "FEW", way[0])
    monkeypatch.setattr(caseload, "STRETCH", way[1])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tab", ["all", "lapsed", "today", "alerted", "new", "ending"])
async def test_paging_shows_everybody_exactly_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tab: str, way: tuple[int, int]
) -> None:
    _way(monkeypatch, way)
    monkeypatch.setattr(caseload, "PAGE", 4)
    everybody = await _mixed_lot(cast)
    seen = await _paged(cast, cast.dan, f"tab={tab}")
    whole = {int(row["person"]) for row in await fetch("SELECT person FROM orders")}
    assert len(seen) == len(set(seen))
    assert set(seen) == {"all": whole}.get(tab, everybody[tab])


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("query", ["", "kind=parole", "kind=probation", "q=人", "q=ren", "q=B0", "office={gucheng}"])
async def test_few_are_shown_in_the_same_order_as_many(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, query: str, way: tuple[int, int]
) -> None:
    await _mixed_lot(cast)
    await execute("UPDATE orders SET kind = 'parole' WHERE id % 3 = 0")
    query = query.format(**cast.offices)
    monkeypatch.setattr(caseload, "PAGE", 4)
    for member in (cast.dan, cast.alice):
        _way(monkeypatch, WAYS[0])
        one_by_one = await _paged(cast, member, query)
        _way(monkeypatch, way)
        assert await _paged(cast, member, query) == one_by_one
        assert len(one_by_one) > 4


async def _paged(cast: Cast, member: Member, query: str) -> list[int]:
    """The people of all pages, in their order."""
    browser = await client_for(cast, member)
    seen: list[int] = []
    url: str | None = f"/people?{query}"
    for _ in range(20):
        if url is None:
            break
        page = await page_of(browser, url)
        assert len(ids(page)) <= 4
        seen += ids(page)
        url = _next(page)
    return seen


@pytest.mark.parametrize("few", [0, 2_000])
async def test_the_class_that_was_decided_last_and_not_withdrawn_counts(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(caseload, "FEW", few)
    for name, decided in {
        "先严": ["strict", "loose"],
        "后严": ["loose", "strict"],
        "撤严": ["loose", "strict withdrawn"],
        "无类": ["normal withdrawn"],
    }.items():
        _, order = await bare_person(cast, name)
        for day, words in enumerate(decided):
            await _decide(cast, order, words, day)
    for level, names_of in {"strict": ["后严"], "loose": ["先严", "撤严"], "normal": [], "none": ["无类"]}.items():
        assert sorted(await list_of(cast, cast.dan, f"level={level}")) == sorted(names_of), level


async def _decide(cast: Cast, order: int, words: str, day: int) -> None:
    level, _, withdrawn = words.partition(" ")
    at = cast.now - timedelta(days=30 - day)
    values = {"order_id": order, "level": level, "happened_at": at, "reason": "裁定", "recorded_at": at}
    await insert("class_decision", values | ({"withdrawn_at": cast.now} if withdrawn else {}))


@pytest.mark.parametrize("few", [0, 2_000])
async def test_only_who_has_ended_and_not_come_back_is_among_the_ended_and_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(caseload, "FEW", few)
    twice, back = await bare_person(cast, "两次"), await bare_person(cast, "又来")
    await execute("UPDATE orders SET ended_at = $1, end_kind = 'released', state = 'released'", cast.now)
    for number, (person, _) in enumerate((twice, back)):
        await execute(
            """INSERT INTO orders (number, person, kind, crime, start_on, state, ended_at, end_kind, ledger_from, created_at)
               SELECT 'C' || id, person, kind, crime, start_on, CASE $3::int WHEN 0 THEN 'released' ELSE 'due' END,
                      CASE $3::int WHEN 0 THEN $2::timestamptz END, CASE $3::int WHEN 0 THEN 'released' END, ledger_from, created_at
                 FROM orders WHERE person = $1""",
            person,
            cast.now,
            number,
        )
    assert await list_of(cast, cast.dan, "state=ended") == ["两次"]
    assert await list_of(cast, cast.dan) == ["又来"]


async def _mixed_lot(cast: Cast) -> dict[str, set[int]]:
    """Twenty people in all stages, several with equal keys; who belongs on which tab."""
    on: dict[str, set[int]] = {tab: set() for tab in caseload.TABS}
    for n in range(20):
        end = cast.now.date() + timedelta(days=10 if n % 3 == 0 else 300)
        registered = cast.now - timedelta(days=5 if n % 2 else 90)
        who = await bare_person(cast, f"人{n}", end_on=end, registered_at=registered)
        on["ending"] |= {who[0]} if n % 3 == 0 else set()
        on["new"] |= {who[0]} if n % 2 else set()
        if n % 7 == 0:  # what is owed as somebody's family counts on no list of correction
            await visit(cast, who, cast.now + timedelta(hours=n - 7))
        if n % 5 < 2:
            await owe(cast, who, cast.now - timedelta(days=1))
            on["lapsed"].add(who[0])
        if n % 5 in (1, 2):
            await owe(cast, who, cast.now + timedelta(hours=2), variant="written")
            on["today"].add(who[0])
        if n % 4 == 0:
            await warn(cast, who, cast.now - timedelta(days=2))
            on["alerted"].add(who[0])
    return on


def _next(page: str) -> str | None:
    found = re.search(r'hx-get="(/people\?[^"]*after=[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


async def test_a_count_stops_at_a_hundred(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caseload, "BOUND", 3)
    for n in range(4):
        await owe(cast, await bare_person(cast, f"人{n}"), cast.now - SECOND)
    page = await page_of(await client_for(cast, cast.alice), "/people")
    assert tab_count(page, "全部") == tab_count(page, "逾期") == "2+"
    assert (caseload.shown_count(2), caseload.shown_count(3)) == ("2", "2+")


async def test_htmx_gets_the_lines_alone(cast: Cast) -> None:
    await bare_person(cast, "单雄信")
    browser = await client_for(cast, cast.alice)
    answer = await browser.get("/people?q=单", headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith("<tr") and names(answer.text) == ["单雄信"]


@pytest.mark.parametrize("count", [3, 60])
async def test_a_page_takes_a_fixed_number_of_queries(cast: Cast, count: int) -> None:
    for n in range(count):
        who = await bare_person(cast, f"人{n}")
        await owe(cast, who, cast.now - timedelta(hours=n + 1))
    browser = await client_for(cast, cast.dan)
    await browser.get("/people")
    async with statements() as seen:
        await browser.get("/people")
    ours = [sql for sql in seen if "staff_session" not in sql]
    audits = [sql for sql in ours if "audit_row" in sql]
    assert len(audits) == 1
    assert len(ours) - len(audits) <= 6
    # Nothing is skipped that grows with the page: 0 keeps the planner off, the other is where a stretch ends.
    assert not any(re.search(rf"OFFSET (?!(0|{caseload.STRETCH - 1})\b)", sql) for sql in ours)


async def test_a_page_of_people_is_one_audit_row_that_names_them_but_not_what_was_searched(cast: Cast) -> None:
    one, other = await bare_person(cast, "单一"), await bare_person(cast, "单二")
    await list_of(cast, cast.alice, "q=单")
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'people_listed'")
    assert row is not None
    assert (row["staff"], row["people"]) == (cast.alice.id, sorted([one[0], other[0]]))
    assert "单" not in row["detail"]


async def test_a_line_shows_state_next_duty_class_officer_and_the_last_fourteen_days(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    for days, state in ((12, "met"), (5, "met"), (2, "open")):
        limit = datetime(2026, 11, 26, tzinfo=SHANGHAI) - timedelta(days=days)
        ended = limit - timedelta(hours=9) if state == "met" else None
        await owe(cast, who, limit, state=state, closed_at=ended)
    page = await page_of(await client_for(cast, cast.dan), "/people")
    assert "逾期 2 天" in page and "11-23</strong>" in page and "电话报告" in page
    assert "近 14 天：完成 2 次，缺 1 次" in page
    assert "古城司法所" in page and "安丽" in page


async def test_an_office_that_is_late_itself_is_not_called_the_persons_lapse(cast: Cast) -> None:
    await owe(
        cast,
        await bare_person(cast, "程玉林"),
        cast.now - timedelta(days=2),
        owed_by="staff",
        rule="SU-04",
        variant="info",
    )
    assert "本所逾期 2 天" in await page_of(await client_for(cast, cast.alice), "/people")


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
async def test_going_back_or_a_boosted_link_gets_the_whole_page(cast: Cast, header: str) -> None:
    await bare_person(cast, "单雄信")
    answer = await (await client_for(cast, cast.alice)).get("/people", headers={"HX-Request": "true", header: "true"})
    assert answer.status_code == 200 and "<html" in answer.text and names(answer.text) == ["单雄信"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("戊一", True), ("SQ0001", True), ("140", True), ("1401", False), ("123x", False), ("13800138000", False)],
)
async def test_a_number_that_is_searched_for_stays_out_of_the_browsers_history(
    cast: Cast, typed: str, kept: bool
) -> None:
    answer = await (await client_for(cast, cast.alice)).get(f"/people?q={typed}", headers={"HX-Request": "true"})
    assert ("hx-push-url" not in answer.headers, answer.headers.get("hx-push-url", "false")) == (kept, "false")
