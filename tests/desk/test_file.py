"""A person's file: what it shows, to whom, in how many queries, and what is written down about it."""

import re
from datetime import timedelta

import pytest

from supervision.checkins.actions import record_checkin, report, withdraw
from supervision.db import execute, fetch_row, insert
from supervision.people.actions import NewContact, add_contact, add_note
from tests.cast import Cast, audit_actions, client_for
from tests.commissions.makers import for_the_matrix
from tests.desk.makers import bare_person, owe, warn
from tests.desk.reading import page_of, statements
from tests.discipline.makers import decided
from tests.register import on_register, viewer_of
from tests.resettlement.helped import a_base, put


async def test_another_offices_person_and_nobody_are_the_same_answer(cast: Cast) -> None:
    there, _ = await bare_person(cast, "柴的", officer=cast.carol)
    browser = await client_for(cast, cast.alice)
    for path in ("", "?all=1"):
        not_mine, not_there = await browser.get(f"/people/{there}{path}"), await browser.get(f"/people/999999{path}")
        assert not_mine.status_code == not_there.status_code == 404
        assert not_mine.text == not_there.text
    for act in ("number", "notes"):
        not_mine = await browser.post(f"/people/{there}/{act}", data={"text": "x"})
        not_there = await browser.post(f"/people/999999/{act}", data={"text": "x"})
        assert (not_mine.status_code, not_mine.text) == (not_there.status_code, not_there.text)


async def test_a_duty_says_why_it_is_owed(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    await owe(cast, who, cast.now - timedelta(days=1))
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert "依据《社区矫正法实施办法》第24条：自登记接收日2026年10月12日起每周一次（普管），第6次" in page
    assert "逾期 1 天" in page


async def test_an_imported_duty_has_no_reason_of_ours(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    await owe(cast, who, cast.now - timedelta(days=9), state="missed", closed_at=cast.now, source="import", why="{}")
    assert "由导入的历史记录形成" in await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")


@pytest.mark.parametrize(
    ("opens", "limit", "group"),
    [(-2, -1, "逾期"), (-2, 0, "逾期"), (-2, 1, "现在应办"), (0, 1, "现在应办"), (1, 2, "接下来")],
)
async def test_a_duty_stands_where_its_moments_put_it(cast: Cast, opens: int, limit: int, group: str) -> None:
    who = await bare_person(cast, "程玉林")
    at, opened = cast.now + timedelta(seconds=limit), cast.now + timedelta(seconds=opens)
    await owe(cast, who, at, opens_at=opened, due_at=at)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert re.findall(r'<tr class="part"><th[^>]*>(\S+) \d', page) == [group]


async def test_the_number_is_masked_until_it_is_asked_for_and_that_is_written_down(cast: Cast) -> None:
    who = await on_register(cast)
    browser = await client_for(cast, cast.alice)
    page = await page_of(browser, f"/people/{who.person}")
    masked = re.search(r"140191\*{8}[0-9X]{4}", page)
    assert masked and not re.search(r"140191(19|20)\d{6}", page)
    shown = await browser.post(f"/people/{who.person}/number")
    whole = re.search(r"14019119900307\d{3}[0-9X]", shown.text)
    assert whole and whole[0][-4:] == masked[0][-4:]
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'number_unsealed'")
    assert row is not None and (row["staff"], row["people"]) == (cast.alice.id, [who.person])
    assert whole[0] not in str(dict(row))


async def test_the_whole_number_isnt_for_everybody_who_sees_the_file(cast: Cast) -> None:
    who = await on_register(cast)
    for member in (cast.ines, cast.leo, cast.lena):
        browser = await client_for(cast, member)
        assert "显示全号" not in await page_of(browser, f"/people/{who.person}")
        assert (await browser.post(f"/people/{who.person}/number")).status_code == 403


async def test_phones_and_addresses_are_whole_for_those_who_record_and_masked_for_the_rest(cast: Cast) -> None:
    who = await on_register(cast, phone="19900000042")
    await add_contact(who.person, NewContact("address_now", "古城镇一号院"), cast.now, cast.alice.id)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who.person}")
    assert "19900000042" in page and "古城镇一号院" in page
    page = await page_of(await client_for(cast, cast.ines), f"/people/{who.person}")
    assert "19900000042" not in page and "199****0042" in page and "古城镇一号院" not in page


async def test_a_note_is_kept_sealed_and_shown_with_its_author(cast: Cast) -> None:
    who = await on_register(cast)
    browser = await client_for(cast, cast.alice)
    answer = await browser.post(f"/people/{who.person}/notes", data={"text": "家属来电<b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{who.person}")
    page = await page_of(browser, f"/people/{who.person}")
    assert "家属来电&lt;b&gt;" in page
    row = await fetch_row("SELECT text_sealed FROM note")
    assert row is not None and "家属" not in row["text_sealed"]
    assert "note_added" in await audit_actions()


async def test_an_empty_note_is_refused_in_its_form(cast: Cast) -> None:
    who = await on_register(cast)
    answer = await (await client_for(cast, cast.alice)).post(f"/people/{who.person}/notes", data={"text": "  "})
    assert answer.status_code == 422 and "备注不能为空" in answer.text
    assert await fetch_row("SELECT 1 FROM note") is None


async def test_the_timeline_names_who_recorded_and_marks_what_was_put_down_after_its_limit(cast: Cast) -> None:
    who = await on_register(cast, at=cast.now - timedelta(days=30))
    alice = await viewer_of(cast.alice)
    before = cast.now - timedelta(days=12)
    await record_checkin(alice, who.order, report("phone", before, "一切正常"), cast.now)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who.person}")
    entry = next(part for part in page.split("<li") if "一切正常" in part)
    assert "电话报告" in entry and "期限后补录" in entry and "安丽" in entry
    for title in ("列入登记：", "报到登记", "确定管理类别：普管", "确定责任人：古城司法所 安丽", "联系方式：登记电话"):
        assert title in page


async def test_a_report_in_time_bears_no_mark_and_a_withdrawn_one_is_struck_out(cast: Cast) -> None:
    who = await on_register(cast, at=cast.now - timedelta(days=30))
    alice = await viewer_of(cast.alice)
    fact = await record_checkin(alice, who.order, report("in_person", cast.now - timedelta(hours=1)), cast.now)
    browser = await client_for(cast, cast.alice)
    page = await page_of(browser, f"/people/{who.person}")
    assert "期限后补录" not in page and "<strong>当面报到</strong>" in page
    await withdraw(alice, who.person, ("report", fact), reason="录错人", now=cast.now)
    page = await page_of(browser, f"/people/{who.person}")
    assert "<s>当面报到</s>" in page and "已作废" in page


async def test_open_alerts_lead_to_where_they_are_settled_and_ended_ones_tell_their_outcome(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    await warn(cast, who, cast.now - timedelta(days=2))
    ended = {
        "closed_at": cast.now,
        "outcome": "not_true",
        "reason": "已核实",
        "closed_by": cast.bob.id,
        "kind": "no_phone",
    }
    await warn(cast, who, cast.now - timedelta(days=3), **ended)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert "1 条未处置" in page and f'href="/alerts/people/{who[0]}"' in page
    assert "情况不属实：已核实（薄博）" in page


async def test_an_alert_of_help_is_nothing_red_in_the_file(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    of_help = {"subject_kind": "assistance", "kind": "RA-08", "severity": "grave"}
    await warn(cast, who, cast.now - timedelta(days=2), **of_help)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    alerts = page.partition('id="alerts"')[2].partition("</section>")[0]
    assert 'class="due"' in alerts and "lapse" not in alerts and "▲" not in alerts and "紧急" not in alerts


async def test_texts_are_shown_with_what_became_of_them(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    times = dict.fromkeys(("created_at", "not_before", "not_after", "next_try_at"), cast.now)
    row = {"person": who[0], "recipient_sealed": "x", "recipient_key": "x", "kind": "reminder", "once_key": "x"}
    await insert("message", row | {"body": "请于明天前来电。", "state": "unknown"} | times)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert "请于明天前来电。" in page and "结果不明" in page


async def test_an_ended_order_offers_no_acts(cast: Cast) -> None:
    who, order = await bare_person(cast, "程玉林")
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'released', state = 'released' WHERE id = $1", order, cast.now
    )
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who}")
    assert 'id="record"' not in page and "已解除" in page


@pytest.mark.parametrize("length", [1, 80])
async def test_a_file_takes_a_fixed_number_of_queries_however_long_it_is(cast: Cast, length: int) -> None:
    who = await bare_person(cast, "程玉林")
    for n in range(length):
        await owe(cast, who, cast.now - timedelta(days=n + 1), state="met", closed_at=cast.now - timedelta(days=n + 1))
        await owe(cast, who, cast.now + timedelta(days=n + 1))
        await warn(cast, who, cast.now - timedelta(days=n + 1))
    browser = await client_for(cast, cast.alice)
    await browser.get(f"/people/{who[0]}")
    async with statements() as seen:
        await browser.get(f"/people/{who[0]}")
    assert len([sql for sql in seen if "staff_session" not in sql]) == 3


async def test_each_view_is_one_audit_row(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    browser = await client_for(cast, cast.alice)
    await browser.get(f"/people/{who[0]}")
    await browser.get(f"/people/{who[0]}")
    assert (await audit_actions()).count("file_seen") == 2
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'file_seen'")
    assert row is not None and (row["subject_id"], row["people"]) == (who[0], [who[0]])


@pytest.mark.parametrize(("count", "told"), [(50, False), (51, True)])
async def test_remarks_that_are_left_out_are_a_sentence_and_one_click_away(cast: Cast, count: int, told: bool) -> None:
    who, _ = await bare_person(cast, "程玉林")
    viewer = await viewer_of(cast.alice)
    for n in range(count):
        await add_note(viewer, who, f"备注{n:03d}", cast.now)
    browser = await client_for(cast, cast.alice)
    page = await page_of(browser, f"/people/{who}")
    assert (page.count("备注0"), "只显示最近的 50 条备注。" in page) == (50, told)
    page = await page_of(browser, f"/people/{who}?all=1")
    assert (page.count("备注0"), "条备注。" in page) == (count, False)


@pytest.mark.parametrize(("count", "told"), [(300, False), (301, True)])
async def test_open_duties_that_are_left_out_are_a_sentence(cast: Cast, count: int, told: bool) -> None:
    who = await bare_person(cast, "程玉林")
    for n in range(count):
        await owe(cast, who, cast.now - timedelta(hours=n + 1))
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert "逾期 300</th>" in page and ("未办事项只列出期限最早的 300 项。" in page) == told


@pytest.mark.parametrize(("count", "told"), [(40, False), (41, True)])
async def test_alerts_that_are_left_out_are_a_sentence(cast: Cast, count: int, told: bool) -> None:
    who = await bare_person(cast, "程玉林")
    for n in range(count):
        await warn(cast, who, cast.now - timedelta(hours=n + 1))
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who[0]}")
    assert page.count('<li class="lapse">') == 40
    assert ("只列出 40 条预警，未处置的在前。" in page) == told


async def test_the_timeline_tells_cases_commissions_and_help_to_whoever_may_know_of_them(cast: Cast) -> None:
    who = await on_register(cast)
    await decided(cast, who)
    await for_the_matrix(who.person, cast.alice)  # Alice leads it
    helped = await put(cast)
    await execute("UPDATE assistance SET person = $2 WHERE id = $1", helped.assistance, who.person)
    stay = {
        "assistance": helped.assistance,
        "base": await a_base(cast),
        "happened_at": cast.now,
        "recorded_at": cast.now,
    }
    left = {name: stay[name] for name in ("assistance", "happened_at", "recorded_at")} | {"reason_sealed": "x"}
    await insert("help_leaving", left | {"stay": await insert("help_stay", stay)})
    told = {
        "训诫警告：作出决定",
        "训诫警告：登记线索",
        "调查评估：开始调查",
        "安置帮教：",
        "安置帮教：入住安置基地：演示",
        "安置帮教：离开安置基地",
    }
    for login, hidden in (("alice", set()), ("leo", {"调查评估：开始调查"})):
        page = await page_of(await client_for(cast, cast.members[login]), f"/people/{who.person}")
        assert {title for title in told if title not in page} == hidden, login
    await execute("UPDATE commission_assignment SET lead = $1, second = $2", cast.carol.id, cast.dan.id)
    page = await page_of(await client_for(cast, cast.alice), f"/people/{who.person}")
    assert "调查评估：" not in page and "训诫警告：" in page


async def test_alerts_that_wait_are_counted_beside_the_name(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    browser = await client_for(cast, cast.alice)
    bell = 'class="bell" href="#alerts"'
    assert bell not in await page_of(browser, f"/people/{who[0]}")
    await warn(cast, who, cast.now - timedelta(days=2))
    await warn(cast, who, cast.now - timedelta(days=3))
    page = await page_of(browser, f"/people/{who[0]}")
    assert re.search(rf"{bell}[^>]*>.*?</svg> 2<", page, re.S) and page.index(bell) < page.index("身份证号")
