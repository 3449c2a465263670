"""The pages of a case: a clue from a person's lapses, each step by its own form, and what a refusal leaves standing."""

import re
from datetime import timedelta

from supervision.alerts.follow import follow
from supervision.db import fetch_row, fetch_value
from tests.cast import Browser, Cast, client_for
from tests.discipline.makers import proposed, reviewed, served
from tests.register import OnRegister, on_register


async def late_on_register(cast: Cast) -> OnRegister:
    """A person of Alice's who hasn't reported for twenty days; the watch has noticed."""
    on = await on_register(cast, at=cast.now - timedelta(days=20))
    await follow([on.order], cast.now)
    return on


def boxes(text: str) -> dict[str, str]:
    """The alerts that are ticked."""
    return dict.fromkeys(re.findall(r'name="(alert-\d+)" value="1" checked', text), "1")


async def opens(browser: Browser, path: str, *words: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    for word in words:
        assert word in answer.text, word
    return answer.text


async def test_a_clue_is_filled_from_the_lapses_with_the_machines_proposal(cast: Cast) -> None:
    on = await late_on_register(cast)
    alice = await client_for(cast, cast.alice)
    path = f"/people/{on.person}/discipline"
    text = await opens(alice, f"{path}/new", "系统提示：可以考虑训诫", "共 0 次，管理类别变更后 0 次", "电话报告")
    form = {"source": "alert", "kind": "rules", "weight": "minor", "facts": "两次没有电话报告。"} | boxes(text)
    answer = await alice.post(path, data=form)
    case = await fetch_value("SELECT id FROM discipline_case")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/{case}")
    assert await fetch_value("SELECT count(*) FROM discipline_cause") == len(boxes(text)) > 0
    await opens(alice, f"{path}/{case}", "线索", "两次没有电话报告。", "立案", "第34条第2项")
    await opens(alice, path, "线索")
    await opens(alice, "/discipline", f"{path}/{case}")
    assert "没有训诫、警告案件" in await opens(await client_for(cast, cast.carol), "/discipline")


async def test_a_refused_clue_comes_back_with_what_was_typed(cast: Cast) -> None:
    on = await late_on_register(cast)
    alice = await client_for(cast, cast.alice)
    form = {"source": "hand", "kind": "off_control", "weight": "minor", "facts": "找不到本人。"}
    answer = await alice.post(f"/people/{on.person}/discipline", data=form)
    assert answer.status_code == 422
    assert "请填写最后一次依规定报到、联系的日期" in answer.text and "找不到本人。" in answer.text
    assert await fetch_value("SELECT count(*) FROM discipline_case") == 0


async def test_a_case_is_walked_through_by_its_forms(cast: Cast) -> None:
    on = await late_on_register(cast)
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    lena, erin = await client_for(cast, cast.lena), await client_for(cast, cast.erin)
    form = {"source": "tip", "kind": "rules", "weight": "minor", "facts": "没有报告。"}
    path = (await alice.post(f"/people/{on.person}/discipline", data=form)).headers["location"]
    at = "2026-11-25T09:00"
    steps = (
        (alice, "opening", {}),
        (alice, "evidence", {"evidence_kind": "hearing", "happened_at": at, "text": "本人承认。"}),
        (alice, "evidence", {"evidence_kind": "record", "happened_at": at, "text": "通话记录。"}),
        (alice, "investigation", {}),
        (bob, "proposal", {"item": "X2", "reason": "属实"}),
        (lena, "review", {"passed": "yes", "opinion": "同意"}),
        (erin, "decision", {"item": "X2", "reason": "决定"}),
        (alice, "letter", {}),
        (alice, "service", {"how": "refused", "happened_at": at, "witness": "王村主任", "note": "拒绝签字"}),
        (alice, "filing", {"copied": "1"}),
    )
    for browser, place, data in steps:
        answer = await browser.post(f"{path}/{place}", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, path), (place, answer.text[-2000:])
        await opens(browser, path)
    text = await opens(alice, path, "已归档", "（2026）尖社矫训字第0001号", "王村主任", "本人拒绝签收")
    row = await fetch_row("SELECT pdf_file FROM issued_document")
    letter = await alice.get(f"/people/{on.person}/files/{row['pdf_file']}")
    assert f"/people/{on.person}/files/{row['pdf_file']}" in text and letter.content.startswith(b"%PDF")


async def test_only_what_the_state_and_the_role_allow_is_offered(cast: Cast) -> None:
    on = await late_on_register(cast)
    case = await proposed(cast, on)
    path = f"/people/{on.person}/discipline/{case}"
    forms = {
        "alice": await opens(await client_for(cast, cast.alice), path),
        "lena": await opens(await client_for(cast, cast.lena), path),
        "erin": await opens(await client_for(cast, cast.erin), path),
        "ines": await opens(await client_for(cast, cast.ines), path),
    }
    offered = {login: set(re.findall(rf'action="{path}/([\w/]+)"', text)) for login, text in forms.items()}
    assert offered == {"alice": set(), "lena": {"review"}, "erin": set(), "ines": set()}
    other = await reviewed(cast, on)
    text = await opens(await client_for(cast, cast.erin), f"/people/{on.person}/discipline/{other}")
    assert set(re.findall(r'action="[\w/]+/discipline/\d+/([\w/]+)"', text)) == {"decision", "return"}


async def test_the_third_person_rule_is_told_in_the_form(cast: Cast) -> None:
    on = await late_on_register(cast)
    case = await reviewed(cast, on)
    await fetch_row("UPDATE discipline_proposal SET recorded_by = $1 RETURNING id", cast.erin.id)
    erin = await client_for(cast, cast.erin)
    answer = await erin.post(
        f"/people/{on.person}/discipline/{case}/decision", data={"item": "X2", "reason": "我的理由"}
    )
    assert answer.status_code == 422 and "请由另一名工作人员办理" in answer.text and "我的理由" in answer.text


async def test_the_alert_card_leads_to_a_case_and_the_file_to_the_list(cast: Cast) -> None:
    on = await late_on_register(cast)
    alice = await client_for(cast, cast.alice)
    await opens(alice, f"/alerts/people/{on.person}", f"/people/{on.person}/discipline/new")
    await opens(alice, f"/people/{on.person}", f'href="/people/{on.person}/discipline"')
    assert "discipline" not in await opens(await client_for(cast, cast.hal), "/calls")


async def test_a_decided_case_is_withdrawn_in_sight(cast: Cast) -> None:
    on = await late_on_register(cast)
    case = await served(cast, on)
    erin = await client_for(cast, cast.erin)
    path = f"/people/{on.person}/discipline/{case}"
    assert (await erin.post(f"{path}/correction", data={"reason": "事实有误"})).status_code == 303
    await opens(erin, path, "已撤销", "事实有误", "<s>训诫</s>")


async def test_the_copy_for_the_procuratorate_is_asked_for_where_an_objection_ends(cast: Cast) -> None:
    on = await late_on_register(cast)
    case = await served(cast, on)
    alice, erin = await client_for(cast, cast.alice), await client_for(cast, cast.erin)
    path = f"/people/{on.person}/discipline/{case}"
    assert "copied" not in (await alice.post(f"{path}/objection", data={"reason": " "})).text
    assert (await alice.post(f"{path}/objection", data={"reason": "不服"})).status_code == 303
    await opens(erin, path, 'id="reason-objection-answer-copied"', "决定书已抄送人民检察院")
    refused = await erin.post(f"{path}/objection/answer", data={"reason": "维持"})
    assert refused.status_code == 422 and "抄送后再归档" in refused.text and "决定书已抄送人民检察院" in refused.text
    assert (await erin.post(f"{path}/objection/answer", data={"reason": "维持", "copied": "1"})).status_code == 303
