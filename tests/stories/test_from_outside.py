"""One story from outside: a roster, a reminder, a missed report, an alert, the ladder, an outcome and a roll call that closes.

By commands and a real browser alone, on an empty data folder with an embedded server of its own.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from supervision.days import SHANGHAI
from supervision.local_postgres import LocalPostgres
from tests.browser.site import Site
from tests.browser_tools import chromium
from tests.exchange.made import workbook
from tests.register import identity_number
from tests.stories.office import Office, empty_folder

pytestmark = pytest.mark.browser

SILENT, TOLD = "J001", "J002"  # who doesn't call on Monday, and who does
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)
HEADINGS = "人员编号 姓名 身份证号 性别 矫正类别 罪名 矫正开始日期 矫正结束日期 司法所 责任人 管理类别 手机号码 接收日期".split()
MONDAY = "2026-11-23"
STAFF = {
    # login: name, role, office, on the desk
    "clerk": ("丁丹", "clerk", "尖草坪区司法局", True),
    "system": ("桑木", "system_admin", "尖草坪区司法局", False),
}
OFFICE_STAFF = {"head": ("薄博", "head", "古城司法所", False), "officer": ("安丽", "officer", "古城司法所", False)}
OFFICER_PHONE = "19900000099"
LONG = "quite a long {} password"


def roster(path: Path) -> Path:
    """Three people, the last with a number whose check digit is wrong."""
    rows = [_row("J001", "杜玉林", 1), _row("J002", "单永刚", 2), _row("J003", "曾红梅", 3)]
    number = rows[2][2]
    rows[2][2] = number[:-1] + ("1" if number[-1] != "1" else "2")
    path.write_bytes(workbook(名册=[HEADINGS, *rows]))
    return path


def _row(number: str, name: str, serial: int) -> list[Any]:
    identity = identity_number(date(1990, 3, 7), serial)
    term = [date(2026, 6, 1), date(2027, 9, 30)]
    more = ["古城司法所", "安丽", "普管", f"1990000000{serial}", date(2026, 6, 1)]
    return [number, name, identity, "男", "缓刑", "盗窃罪", *term, *more]


@pytest.fixture
def office() -> Iterator[Office]:
    with empty_folder() as folder:
        yield Office(folder, SUNDAY)


@asynccontextmanager
async def at_the_desk(office: Office) -> AsyncIterator[Site]:
    """The office's server and a browser; fails on any trouble in its tabs."""
    async with office.open() as address, chromium() as browser:
        site = Site(address, browser)
        yield site
        assert await site.close_tabs() == []


async def sign_in(tab: Page, login: str, password: str) -> None:
    await tab.goto("/sign-in")
    await tab.fill("[name=login]", login)
    await tab.fill("[name=password]", password)
    await tab.click("form[action='/sign-in'] button")


async def first_sign_in(site: Site, login: str, code: str) -> Page:
    """With the one-time code one can do nothing but choose a password of one's own."""
    tab = await site.tab()
    await sign_in(tab, login, code)
    await tab.wait_for_url("**/password")
    await tab.goto("/")
    assert tab.url.endswith("/password")
    await tab.fill("[name=old_password]", code)
    for name in ("new_password", "again_password"):
        await tab.fill(f"[name={name}]", LONG.format(login))
    await tab.click("form[action='/password'] button")
    await tab.wait_for_url(lambda url: not url.endswith("/password"))
    return tab


async def add_staff(tab: Page, login: str, who: tuple[str, str, str, bool]) -> str:
    """A new account by the security administrator; its one-time code, as the page shows it once."""
    name, role, office, on_desk = who
    await tab.goto("/staff")
    await tab.click("summary:has-text('新建账号')")
    await tab.fill("[name=login]", login)
    await tab.fill("[name=name]", name)
    await tab.select_option("[name=role]", role)
    await tab.select_option("[name=office]", label=office)
    if role == "officer":
        await tab.fill("[name=phone]", OFFICER_PHONE)
    if on_desk:
        await tab.check("[name=on_desk]")
    await tab.click("text=建立账号")
    await tab.wait_for_selector("h1:has-text('一次性密码')")
    return (await tab.inner_text("dd >> nth=1")).strip()


async def open_the_office(office: Office, code: str) -> None:
    """The security administrator makes the staff, the system administrator the judicial office."""
    async with at_the_desk(office) as site:
        security = await first_sign_in(site, "root1", code)
        codes = {login: await add_staff(security, login, who) for login, who in STAFF.items()}
        system = await first_sign_in(site, "system", codes["system"])
        await system.goto("/offices")
        await system.click("summary:has-text('新建司法所')")
        await system.fill("[name=code]", "GC")
        await system.fill("[name=name]", "古城司法所")
        await system.click("button:has-text('建立')")
        await system.wait_for_selector("td:has-text('古城司法所')")
        for login, who in OFFICE_STAFF.items():
            await first_sign_in(site, login, await add_staff(security, login, who))


async def test_from_a_roster_to_a_roll_call_that_closes(office: Office) -> None:
    made = await office.ask("init", "--login", "root1")
    assert made["login"] == "root1"
    with LocalPostgres(office.folder / "data" / "postgres"):  # stays up between the commands
        assert "已经有" in await office.refused("init")
        await open_the_office(office, made["code"])
        await take_in(office)
        await remind(office)
        await fall_silent(office)
        await deal_with(office)
        await prove(office)
        await say_no(office)


async def take_in(office: Office) -> None:
    """The roster comes in but for the wrong number; a second time it is nothing; going live makes no flood."""
    sheet = roster(office.folder / "roster.xlsx")
    done = await office.ask("import", sheet)
    assert (done["added"], done["refused"]) == (2, 1)
    assert [(row["row"], row["reasons"][0]["code"]) for row in done["rows"] if not row["ok"]] == [(4, "id_check_digit")]
    again = await office.ask("import", sheet)
    assert (again["added"], again["unchanged"], again["refused"]) == (0, 2, 1)
    live = await office.ask("go-live", "--date", "2026-11-22")
    assert (live["orders"], live["past_alerts"], live["texts"], live["remainder"]) == (2, 0, 0, 0)
    call = await monday_call(office, SILENT)
    assert call["limit_at"] == "2026-11-24T00:00:00+08:00" and call["state"] == "open" and not call["lapsed"]
    assert "《社区矫正法实施办法》第24条" in call["sentence"]


async def monday_call(office: Office, number: str, *at: str) -> Any:
    """The duty of the call that is owed on Monday."""
    duties = await office.ask("duties", "--person", number, *at)
    return next(duty for duty in duties if (duty["variant"], duty["period"]) == ("phone", MONDAY))


async def remind(office: Office) -> None:
    """Both get a text on Sunday, and the officer a digest each day; one of the two calls."""
    await office.tick("2026-11-23T09:00:00+08:00")
    texts = await office.ask("messages")
    reminders = {text["to"]: text for text in texts if text["kind"] == "reminder"}
    assert set(reminders) == {SILENT, TOLD}
    assert all("11月23日" in text["body"] and text["state"] == "sent" for text in reminders.values())
    digests = [(text["to"], text["created_at"][:10]) for text in texts if text["kind"] == "digest"]
    assert digests == [("officer", "2026-11-22"), ("officer", "2026-11-23")]
    async with at_the_desk(office) as site:
        tab = await site.tab()
        await sign_in(tab, "officer", LONG.format("officer"))
        await tab.goto("/people")
        await tab.click("a:has-text('单永刚')")
        await tab.click("summary:has-text('电话报告')")
        await tab.click("#report-phone-form button")
        await tab.wait_for_selector("text=已记录电话报告。")
    assert (await monday_call(office, TOLD))["state"] == "met"


async def fall_silent(office: Office) -> None:
    """A minute after the limit the officer has the alert, a day later her head."""
    await office.tick("2026-11-24T00:00:10+08:00")
    assert [_with(alert) for alert in await office.ask("alerts")] == [(SILENT, MONDAY, "officer", 0)]
    assert (await monday_call(office, SILENT))["lapsed"]
    await office.tick("2026-11-25T09:00:00+08:00")
    assert [_with(alert) for alert in await office.ask("alerts")] == [(SILENT, MONDAY, "head", 1)]
    before = await office.ask("alerts", "--at", "2026-11-24T23:59:59+08:00")
    assert [_with(alert) for alert in before] == [(SILENT, MONDAY, "officer", 0)]


def _with(alert: Any) -> tuple[str, str, str, int]:
    return alert["number"], alert["causes"][0]["period"], alert["owner"], alert["rung"]


async def deal_with(office: Office) -> None:
    """The head takes the alert and says what became of it, with a reason."""
    async with at_the_desk(office) as site:
        tab = await site.tab()
        await sign_in(tab, "head", LONG.format("head"))
        await tab.goto("/alerts")
        await tab.wait_for_selector("section:has-text('杜玉林')")
        await tab.click("button:has-text('认领所选')")
        await tab.wait_for_selector("text=已认领")
        await tab.click("summary:has-text('处置')")
        await tab.check("text=已联系本人并督促，记为未完成")
        await tab.fill("[name=reason]", "已上门找到本人，手机停机，约定周五到所。")
        await tab.click("button:has-text('处置所选')")
        await tab.wait_for_selector("text=已处置")
    assert await office.ask("alerts") == []


async def prove(office: Office) -> None:
    """Everybody is in one bucket; the past is shown as it was known then; the doctor has nothing to say but the calendar."""
    await office.tick("2026-11-25T09:10:00+08:00")
    findings = await office.ask("doctor", code=1)
    assert [one["name"] for one in findings if not one["ok"]] == ["calendar"]  # that of 2027 isn't published yet
    taken = await office.ask("rollcall")
    assert (taken["total"], taken["remainder"], taken["closes"], taken["strays"]) == (2, 0, True, [])
    assert _filled(taken) == {"in_order": 2}
    assert _filled(await office.ask("rollcall", "--at", "2026-11-24T12:00+08:00")) == {"lapsed": 1, "in_order": 1}
    assert (await monday_call(office, SILENT))["state"] == "missed"
    then = await monday_call(office, SILENT, "--at", "2026-11-24T12:00+08:00")
    assert (then["state"], then["lapsed"], then["closed_at"]) == ("open", True, None)
    by_identity = await monday_call(office, identity_number(date(1990, 3, 7), 1))
    assert by_identity["order"] == SILENT
    assert await ask_the_rules(office) == [("SU-01", "phone", "2026-11-09"), ("SU-04", "info", "2026-11-06")]


def _filled(taken: Any) -> dict[str, int]:
    return {bucket["code"]: bucket["count"] for bucket in taken["buckets"] if bucket["count"]}


async def ask_the_rules(office: Office) -> list[tuple[str, str, str]]:
    """The lawyer's question, without a database: what has lapsed of who reported on 2 November, and nothing came after?"""
    days = {"effective_on": "2026-10-30", "start_on": "2026-10-30", "end_on": "2027-10-29", "ledger_from": "2026-10-30"}
    order = {"kind": "probation", "registered_at": "2026-11-02T10:00+08:00", **days}
    moments = {"happened_at": "2026-11-02T10:00+08:00", "recorded_at": "2026-11-02T10:00+08:00"}
    first = {"kind": "registration", "id": 1, "mode": "in_person", **moments}
    facts = {"order": order, "acts": [first]}
    case = {"now": "2026-11-10T09:00+08:00", "facts": facts, "parameters": {"reception.counted": False}}
    path = office.folder / "facts.jsonl"
    path.write_text(json.dumps(case, ensure_ascii=False) + "\n", encoding="utf-8")
    (answer,) = await office.ask("rules", "try", path)
    return [(one["rule"], one["variant"], one["period"]) for one in answer["duties"] if one["lapsed"]]


async def say_no(office: Office) -> None:
    """Whatever is wrong: exit 1 and one sentence."""
    (office.folder / "broken.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")
    assert "J999" in await office.refused("duties", "--person", "J999")
    assert "yesterday" in await office.refused("alerts", "--at", "yesterday")
    assert "zone" in await office.refused("rollcall", "--at", "2026-11-24T12:00")
    assert "none.xlsx" in await office.refused("import", office.folder / "none.xlsx")
    await office.refused("import", office.folder / "broken.xlsx")
    await office.refused("import", office.folder / "facts.jsonl")
    await office.refused("init")
    office.mode = "production"
    assert "production" in await office.refused("tick", "--until", "2026-11-26T09:00+08:00")
