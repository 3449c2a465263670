"""The ledgers: each is a sheet of what the viewer may see, in Chinese words, and says so in the audit."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value, insert
from supervision.resettlement.stays import Stay, place
from supervision.statistics import ledgers
from supervision.statistics.ledgers import LEDGERS
from tests.cast import NOW, client_for
from tests.register import viewer_of
from tests.resettlement.helped import a_base, put
from tests.statistics.conftest import at, joins
from tests.statistics.records import booking, stranger


def _rows(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


async def _late(cast) -> None:
    """One of 古城 and one of 汇丰 who never report."""
    await joins(cast, "2026-11-02 09:00", name="甲一")
    await joins(cast, "2026-11-02 09:00", name="乙一", officer=cast.carol)
    await watch(NOW)


@pytest.mark.parametrize("code", LEDGERS)
async def test_every_ledger_opens_with_its_title_and_its_headings(cast, code) -> None:
    await _late(cast)
    async with await client_for(cast, cast.dan) as browser:
        answer = await browser.get(f"/ledgers/{code}?period=2026")
    assert answer.status_code == 200, answer.text
    title, headings, *_rest = _rows(answer.content)
    assert title[0] == f"{LEDGERS[code].title}（2026年）"
    assert headings == list(LEDGERS[code].columns)
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'ledger_exported'") == 1


async def test_an_officer_takes_along_the_own_office_alone_and_in_words(cast) -> None:
    await _late(cast)
    mine, all_ = [], []
    for who, rows in ((cast.alice, mine), (cast.dan, all_)):
        async with await client_for(cast, who) as browser:
            rows += _rows((await browser.get("/ledgers/alerts?period=2026-11")).content)[2:]
    assert {row[0] for row in mine} == {"甲一"} and {row[0] for row in all_} == {"甲一", "乙一"}
    assert {row[1] for row in mine} <= {rule.title for rule in ledgers.rules.RULES}
    assert {row[2] for row in mine} <= {"紧急", "重要", "提示"} and {row[6] for row in mine} == {"待查看", "已办结"}
    shown = await fetch_value("SELECT people FROM audit_row WHERE action = 'ledger_exported' ORDER BY id LIMIT 1")
    assert len(shown) == 1


async def test_duties_say_their_state_and_other_months_are_left_out(cast) -> None:
    await _late(cast)
    async with await client_for(cast, cast.dan) as browser:
        november = _rows((await browser.get("/ledgers/duties?period=2026-11")).content)[2:]
        october = _rows((await browser.get("/ledgers/duties?period=2026-10")).content)[2:]
    assert "待办" in {row[6] for row in november} and {row[2] for row in november} <= {"本人", "工作人员", "有关机关"}
    assert october == []


async def test_the_visits_name_prisoner_and_applicant_in_the_audit_and_count_who_came(cast) -> None:
    made = await booking(cast, "2026-11-03 09:00", state="done", visitors=2, number="见1")
    rows = await fetch("SELECT family FROM booking_arrival WHERE booking = $1", made)
    for row in rows:
        await insert("booking_visitor", {"booking": made, "family": row["family"]})
    await execute("DELETE FROM booking_arrival WHERE family = $1", rows[0]["family"])
    applicant = await stranger("预约甲")
    await execute("UPDATE booking SET person = $2 WHERE id = $1", made, applicant)
    async with await client_for(cast, cast.dan) as browser:
        sheet = _rows((await browser.get("/ledgers/visits?period=2026")).content)
    assert dict(zip(sheet[1], sheet[2], strict=True))["到场家属"] == 1
    inside = await fetch_value("SELECT person FROM prisoner")
    shown = await fetch_value("SELECT people FROM audit_row WHERE action = 'ledger_exported'")
    assert set(shown) == {inside, applicant}


async def test_too_many_rows_are_refused_in_words(cast, monkeypatch) -> None:
    await _late(cast)
    monkeypatch.setattr(ledgers, "MOST_ROWS", 1)
    async with await client_for(cast, cast.dan) as browser:
        answer = await browser.get("/ledgers/duties?period=2026")
    assert answer.status_code == 422 and "请改选月份导出" in answer.text


async def test_the_page_lists_what_the_role_may_see(cast) -> None:
    async with await client_for(cast, cast.dan) as browser:
        desk = (await browser.get("/ledgers")).text
        coming = (await browser.get(f"/ledgers?period={NOW + timedelta(days=400):%Y}")).text
    async with await client_for(cast, cast.leo) as browser:
        leader = (await browser.get("/ledgers")).text
    assert "短信台账" in desk and "训诫警告台账" in leader and "短信台账" not in leader
    assert "2026年" in coming


async def test_the_ledger_of_bases_counts_those_who_were_there_when_the_period_ended(cast) -> None:
    base, dan = await a_base(cast, beds=4), await viewer_of(cast.dan)
    for since, until in (("2026-10-05", None), ("2026-10-05", "2026-11-02"), ("2026-11-03", None)):
        one = await put(cast, release_on=date(2026, 10, 1), connected_on=date(2026, 10, 1), at=NOW)
        left_at = at(f"{until} 09:00") if until else None
        await place(dan, one.assistance, Stay(base, at(f"{since} 09:00"), left_at, "回家"), NOW)
    async with await client_for(cast, cast.alice) as browser:
        sheets = {
            period: _rows((await browser.get(f"/ledgers/bases?period={period}")).content)
            for period in ("2026-09", "2026-10", "2026-11")
        }
    shown = {period: dict(zip(sheet[1], sheet[2], strict=True)) for period, sheet in sheets.items()}
    assert shown["2026-11"]["地址"] == "幸福路3号" and shown["2026-11"]["类型"] == "政府投入为主"
    counted = ("床位数", "期末在住人数", "期末空床", "历史安置人数")
    assert [[row[name] for name in counted] for row in shown.values()] == [[4, 0, 4, 0], [4, 2, 2, 2], [4, 2, 2, 3]]
