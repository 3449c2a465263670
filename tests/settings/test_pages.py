"""The rules, parameters and holidays in force, to read."""

import json
from datetime import datetime, timedelta

import pytest

from supervision import rules
from supervision.days import SHANGHAI
from supervision.db import execute, insert
from supervision.settings.pages import value_text
from supervision.settings.terms import seed
from tests.cast import Cast, client_for


@pytest.fixture(autouse=True)
async def seeded(cast: Cast) -> None:
    await seed(cast.now)


async def read(cast: Cast, path: str) -> str:
    answer = await (await client_for(cast, cast.alice)).get(path)
    assert answer.status_code == 200
    return answer.text


async def test_every_rule_is_listed_with_its_article(cast: Cast) -> None:
    page = await read(cast, "/rules")
    for rule in rules.RULES:
        assert rule.title in page and rule.article in page, rule.id


@pytest.mark.parametrize(
    ("from_now", "in_force", "coming"), [(timedelta(0), "3", False), (timedelta(seconds=1), "10", True)]
)
async def test_a_parameter_is_in_force_from_its_moment_on(
    cast: Cast, from_now: timedelta, in_force: str, coming: bool
) -> None:
    row = {
        "key": "first_report.limit_days",
        "valid_from": cast.now + from_now,
        "value": json.dumps(3),
        "source": "省厅通知",
    }
    await insert("parameter", row | {"recorded_at": cast.now, "recorded_by": cast.erin.id})
    page = await read(cast, "/parameters")
    line = next(part for part in page.split("<tr>") if "first_report.limit_days" in part)
    assert f"<strong>{in_force}</strong>" in line
    assert ("起 3" in line) is coming
    assert coming or ("省厅通知" in line and "尔林" in line and "以往" in line)


@pytest.mark.parametrize(
    ("value", "text"),
    [("1w", "1 周"), ("5wd", "5 个工作日"), ("10d", "10 天"), ("3m", "3 个月"), (0, "0"), ([4, 1], "4、1")]
    + [(["phone", "in_person"], "电话、当面"), ("quarter", "每季度"), ("word", "word")],
)
def test_values_are_shown_as_people_say_them(value: object, text: str) -> None:
    assert value_text(value) == text


async def test_holidays_of_a_year_are_shown_as_stretches_with_make_up_days(cast: Cast) -> None:
    page = await read(cast, "/holidays")
    assert "2026年10月1日 星期四 至 2026年10月7日 星期三" in page
    assert "2026年10月10日 星期六" in page and "调休上班" in page
    assert "2025年10月1日" in await read(cast, "/holidays?year=2025")
    assert "2026年10月1日" in await read(cast, "/holidays?year=abcd")


@pytest.mark.parametrize(
    ("moment", "warned"), [("2026-11-30T23:59:59", False), ("2026-12-01T00:00:00", True), ("2027-01-05T09:00:00", True)]
)
async def test_a_year_without_a_calendar_is_said_aloud_from_december_on(cast: Cast, moment: str, warned: bool) -> None:
    cast.clock.at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    await execute("UPDATE heartbeat SET at = $1", cast.now)
    for path in ("/rules", "/parameters", "/holidays", "/account"):
        assert (await read(cast, path)).count("2027年的放假安排尚未录入") == warned, path
