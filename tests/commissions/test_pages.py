"""The whole way through the pages, what each refuses, and who sees what (law CI-10)."""

import re
from datetime import date, datetime, timedelta

import httpx
import pytest

from supervision.alerts.watch import watch
from supervision.commissions.moves import CONTENT as PURPOSE
from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES
from supervision.commissions.words import CONTENTS as LABELS
from supervision.db import execute, fetch, fetch_row, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.rollcall.take import roll_call
from supervision.sealed import open_sealed
from tests.cast import Browser, Cast, audit_actions, client_for
from tests.commissions.makers import Hands, bring_to, received, records, state_of
from tests.register import identity_number
from tests.rules.cast import at

MONDAY = at("2026-03-02 10:00")
NUMBER = identity_number(date(2008, 3, 2), 5)
LETTER = {
    "organ": "court",
    "organ_name": "某市某区人民法院",
    "letter_number": "（2026）委字第12号",
    "commissioned_on": "2026-03-01",
    "happened_at": "2026-03-02T10:00",
    "name": "甲某",
    "number": NUMBER,
    "subject_kind": "defendant",
    "crime": "盗窃罪",
    "intended_kind": "probation",
    "address": "兴华街七号",
}


def said(answer: httpx.Response) -> str:
    return " ".join(re.findall(r'class="(?:flash bad|error)"[^>]*>(.*?)</p>', answer.text, re.DOTALL))


async def at_monday(cast: Cast) -> None:
    cast.clock.at = MONDAY


async def made(cast: Cast, state: str | None = None) -> tuple[int, Hands]:
    """A commission of Monday, taken on to a state."""
    await at_monday(cast)
    hands = await Hands.of(cast)
    one = await received(hands, MONDAY)
    if state:
        await bring_to(hands, one, state, MONDAY)
    return one, hands


async def opinion_duty(commission: int) -> tuple[str, str, datetime]:
    row = await fetch_row(
        """SELECT rule, state, limit_at FROM duty WHERE subject_kind = 'commission' AND subject_id = $1
              AND variant = 'opinion' AND state <> 'void' ORDER BY id DESC LIMIT 1""",
        commission,
    )
    assert row is not None
    return row["rule"], row["state"], row["limit_at"]


async def test_a_letter_starts_the_clock_of_v_02(cast: Cast) -> None:
    await at_monday(cast)
    dan = await client_for(cast, cast.dan)
    for fast, rule, limit in ((False, "CI-03", "2026-03-17 00:00"), (True, "CI-04", "2026-03-10 00:00")):
        form = LETTER | {"letter_number": f"委{fast}", "fast_track": "1" if fast else ""}
        answer = await dan.post("/commissions/new", data=form)
        assert answer.status_code == 303, said(answer)
        one = int(answer.headers["location"].rpartition("/")[2])
        assert await opinion_duty(one) == (rule, "open", at(limit))
    assert await fetch_value("SELECT array_agg(number ORDER BY id) FROM commission") == ["PG2026-0001", "PG2026-0002"]
    assert await fetch_value("SELECT bool_and(minor) FROM commission"), "on the eighteenth birthday somebody is a minor"
    assert await fetch_value("SELECT count(*) FROM person WHERE name = '甲某'") == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"organ": "bank"}, "委托机关类别"),
        ({"letter_number": ""}, "委托函文号"),
        ({"happened_at": "2026-03-02T10:01"}, "时间不能晚于现在"),
        ({"commissioned_on": "2026-03-03"}, "早于委托函的日期"),
        ({"number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, "校验码"),
    ],
)
async def test_a_letter_that_contradicts_itself_is_refused_and_nothing_typed_is_lost(
    cast: Cast, wrong: dict[str, str], told: str
) -> None:
    await at_monday(cast)
    dan = await client_for(cast, cast.dan)
    answer = await dan.post("/commissions/new", data=LETTER | wrong)
    assert answer.status_code == 422 and told in said(answer), said(answer)
    assert "某市某区人民法院" in answer.text
    assert await fetch_value("SELECT count(*) FROM commission") == 0


async def test_one_letter_is_one_commission_until_it_was_put_down_by_mistake(cast: Cast) -> None:
    await at_monday(cast)
    dan = await client_for(cast, cast.dan)
    first = (await dan.post("/commissions/new", data=LETTER)).headers["location"]
    again = await dan.post("/commissions/new", data=LETTER)
    assert again.status_code == 422 and "已经登记（PG2026-0001）" in said(again)
    assert (await dan.post(f"{first}/voiding", data={"reason": "录错"})).status_code == 303
    assert (await dan.post("/commissions/new", data=LETTER)).status_code == 303


async def test_the_whole_way_through_the_pages_ends_with_somebody_on_the_register(cast: Cast) -> None:
    await at_monday(cast)
    dan, alice, erin = [await client_for(cast, one) for one in (cast.dan, cast.alice, cast.erin)]
    page = (await dan.post("/commissions/new", data=LETTER)).headers["location"]
    one = int(page.rpartition("/")[2])
    when = {"happened_at": "2026-03-02T10:00"}
    assert (await alice.get(page)).status_code == 404
    pair = {"lead": cast.alice.id, "second": cast.bob.id}
    await ok(dan, f"{page}/notices/informed", when)
    await ok(dan, f"{page}/assignment", pair | when)
    await ok(alice, f"{page}/steps/accepted", when)
    for source in REQUIRED_SOURCES:
        record = {"source": source, "heard": "邻居", "place": "村委会", "content": "愿意接纳"}
        await ok(alice, f"{page}/records", record | when | {"first": cast.alice.id, "second": cast.bob.id})
    await ok(alice, f"{page}/draft", dict.fromkeys(CONTENTS, "属实") | {"happened_at": "2026-03-02T10:00"})
    await ok(dan, f"{page}/decisions/approved", when)
    meeting = {"conclusion": "suitable", "met_at": "2026-03-02T10:00", "attended": "丁丹、尔林", "reason": "符合条件"}
    assert (await dan.post(f"{page}/opinion", data=meeting | {"number": "评1"})).status_code == 403
    await ok(erin, f"{page}/opinion", meeting | when | {"number": "评1"})
    await ok(dan, f"{page}/decisions/sent", when | {"copied": "1"})
    shown = (await alice.get(page)).text
    assert "愿意接纳" in shown and "适宜社区矫正" in shown and "兴华街七号" in shown
    result = {"adoption": "adopted", "sentence": "probation", "in_district": "1", "document": "刑初1号"}
    await ok(dan, f"{page}/result", result | when)
    assert await state_of(one) == "closed"
    assert (await roll_call(cast.now, live=True)).total == 0, "who is expected isn't on the register yet"
    term = {"effective_on": "2026-03-02", "start_on": "2026-03-02", "end_on": "2027-03-01", "staff": cast.alice.id}
    await ok(dan, f"{page}/arrival", term)
    taken = await roll_call(cast.now, live=True)
    assert (taken.counts["awaited"], taken.strays, taken.remainder) == (1, (), ())
    states = await fetch("SELECT rule, state FROM duty WHERE subject_kind = 'commission' ORDER BY rule")
    assert [tuple(row) for row in states] == [("CI-02", "met"), ("CI-03", "met"), ("CI-07", "met")]
    assert (await dan.post(f"{page}/undoing", data={"reason": "录错"})).status_code == 422


async def ok(browser: Browser, path: str, form: dict[str, object]) -> None:
    answer = await browser.post(path, data=form)
    assert answer.status_code == 303, (path, answer.status_code, said(answer))


# -- what is refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", CONTENTS)
async def test_a_draft_without_one_of_the_seven_contents_names_it(cast: Cast, missing: str) -> None:
    one, hands = await made(cast, "investigating")
    await records(hands, one, MONDAY)
    alice = await client_for(cast, cast.alice)
    contents = dict.fromkeys(CONTENTS, "属实") | {missing: "  ", "happened_at": "2026-03-02T10:00"}
    answer = await alice.post(f"/commissions/{one}/draft", data=contents)
    assert answer.status_code == 422 and f"“{LABELS[missing]}”没有填写，不能提交" in said(answer)
    assert await state_of(one) == "investigating"


async def test_a_draft_without_a_record_of_each_source_names_those_that_are_missing(cast: Cast) -> None:
    one, hands = await made(cast, "investigating")
    await records(hands, one, MONDAY)
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    victim = await fetch_value("SELECT id FROM investigation_record WHERE source = 'victim'")
    await ok(dan, f"/commissions/{one}/facts/record/{victim}/withdrawal", {"reason": "录错"})
    answer = await alice.post(
        f"/commissions/{one}/draft", data=dict.fromkeys(CONTENTS, "属实") | {"happened_at": "2026-03-02T10:00"}
    )
    assert answer.status_code == 422 and "“被害人”的调查笔录" in said(answer)


async def test_a_record_needs_two_investigators(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    alice = await client_for(cast, cast.alice)
    form = {"source": "family", "heard": "母亲", "place": "家中", "content": "支持", "happened_at": "2026-03-02T10:00"}
    answer = await alice.post(
        f"/commissions/{one}/records", data=form | {"first": cast.alice.id, "second": cast.alice.id}
    )
    assert answer.status_code == 422 and "两名调查人员" in said(answer) and "母亲" in answer.text
    with pytest.raises(Exception, match="investigation_record_by_two"):
        await insert(
            "investigation_record",
            {"commission": one, "source": "family", "heard_sealed": "x", "place_sealed": "x", "content_sealed": "x"}
            | {"first_investigator": cast.alice.id, "second_investigator": cast.alice.id}
            | {"happened_at": MONDAY, "recorded_at": MONDAY},
        )


async def test_an_extension_counts_only_if_it_was_agreed_before_the_limit(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    cast.clock.at = at("2026-03-18 09:00")
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    await ok(alice, f"/commissions/{one}/steps/extension_asked", {"happened_at": "2026-03-16T09:00", "note": "外出"})
    agreed = {"document": "协1号", "until_on": "2026-03-20"}
    late = await dan.post(
        f"/commissions/{one}/decisions/extension_agreed", data=agreed | {"happened_at": "2026-03-17T00:00"}
    )
    assert late.status_code == 422 and "仍按原期限计算" in said(late)
    sooner = agreed | {"happened_at": "2026-03-16T23:59", "until_on": "2026-03-16"}
    refused = await dan.post(f"/commissions/{one}/decisions/extension_agreed", data=sooner)
    assert refused.status_code == 422 and "应当晚于现在的期限 2026-03-16" in said(refused)
    assert await opinion_duty(one) == ("CI-03", "open", at("2026-03-17 00:00"))
    # What happened decides, not when it was typed in: agreed in time, the lapse that was noted meanwhile is none.
    await ok(dan, f"/commissions/{one}/decisions/extension_agreed", agreed | {"happened_at": "2026-03-16T23:59"})
    assert await opinion_duty(one) == ("CI-03", "open", at("2026-03-21 00:00"))
    opened = await fetch_row("SELECT closed_at, outcome FROM alert WHERE kind = 'CI-03' AND duty IS NOT NULL")
    assert opened is not None and opened["outcome"] == "no_lapse"


async def test_nobody_reviews_a_draft_of_their_own(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    await records(await Hands.of(cast), one, MONDAY)
    dan, erin = await client_for(cast, cast.dan), await client_for(cast, cast.erin)
    await ok(dan, f"/commissions/{one}/draft", dict.fromkeys(CONTENTS, "属实") | {"happened_at": "2026-03-02T10:00"})
    form = {"happened_at": "2026-03-02T10:00"}
    answer = await dan.post(f"/commissions/{one}/decisions/approved", data=form)
    assert answer.status_code == 422 and "不能审核自己提交的初稿" in said(answer)
    await ok(erin, f"/commissions/{one}/decisions/approved", form)


async def test_what_cannot_be_assessed_is_closed_once_the_organ_was_told(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    when = {"happened_at": "2026-03-02T10:00"}
    await ok(alice, f"/commissions/{one}/steps/unable", when | {"note": "住址不实"})
    early = await dan.post(f"/commissions/{one}/decisions/closed", data=when)
    assert early.status_code == 422 and "还没有向委托机关说明情况" in said(early)
    assert await fetch_value("SELECT limit_at FROM duty WHERE rule = 'CI-08' AND state = 'open'") == at(
        "2026-03-05 00:00"
    )
    assert await fetch_value("SELECT count(*) FROM duty WHERE variant = 'opinion' AND state = 'open'") == 0
    await ok(dan, f"/commissions/{one}/notices/explained", when | {"note": "住址不实"})
    await ok(dan, f"/commissions/{one}/decisions/closed", when)
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'CI-08'") == "met"


async def test_the_opinion_goes_to_the_procuratorate_before_the_case_is_closed(cast: Cast) -> None:
    one, _ = await made(cast, "signed")
    dan = await client_for(cast, cast.dan)
    when = {"happened_at": "2026-03-02T10:00"}
    await ok(dan, f"/commissions/{one}/decisions/sent", when)
    result = when | {"adoption": "unknown", "sentence": "other"}
    refused = await dan.post(f"/commissions/{one}/result", data=result)
    assert refused.status_code == 422 and "还没有抄送检察院" in said(refused)
    assert await fetch_value("SELECT limit_at FROM duty WHERE rule = 'CI-07'") == at("2026-03-03 00:00")
    await ok(dan, f"/commissions/{one}/notices/copied", when)
    await ok(dan, f"/commissions/{one}/result", result)


async def test_a_notice_that_is_withdrawn_opens_its_duty_again(cast: Cast) -> None:
    one, _ = await made(cast)
    dan = await client_for(cast, cast.dan)
    await ok(dan, f"/commissions/{one}/notices/informed", {"happened_at": "2026-03-02T10:00"})
    act = await fetch_value("SELECT id FROM commission_act WHERE kind = 'informed'")
    await ok(dan, f"/commissions/{one}/facts/act/{act}/withdrawal", {"reason": "未寄出"})
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'CI-02'") == "open"
    received_act = await fetch_value("SELECT id FROM commission_act WHERE kind = 'received'")
    path = f"/commissions/{one}/facts/act/{received_act}/withdrawal"
    assert (await dan.post(path, data={"reason": "录错"})).status_code == 404


async def test_the_last_step_can_be_taken_back_and_only_the_last(cast: Cast) -> None:
    one, _ = await made(cast, "sent")
    dan = await client_for(cast, cast.dan)
    assert (await opinion_duty(one))[1] == "met"
    await ok(dan, f"/commissions/{one}/undoing", {"reason": "没有送出"})
    assert await state_of(one) == "signed" and (await opinion_duty(one))[1] == "open"
    assert (await dan.post(f"/commissions/{one}/undoing", data={"reason": "再退"})).status_code == 422


async def test_the_copy_goes_with_the_sending_that_is_taken_back(cast: Cast) -> None:
    one, _ = await made(cast, "sent")
    dan = await client_for(cast, cast.dan)
    await ok(dan, f"/commissions/{one}/undoing", {"reason": "没有送出"})
    when = {"happened_at": "2026-03-02T10:00"}
    await ok(dan, f"/commissions/{one}/decisions/sent", when)
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'CI-07' AND state <> 'void'") == "open"
    refused = await dan.post(f"/commissions/{one}/result", data=when | {"adoption": "unknown", "sentence": "other"})
    assert refused.status_code == 422 and "还没有抄送检察院" in said(refused)


async def test_an_explanation_goes_with_the_handing_back_that_is_taken_back(cast: Cast) -> None:
    one, _ = await made(cast)
    dan = await client_for(cast, cast.dan)
    when = {"happened_at": "2026-03-02T10:00"}
    for _ in range(2):
        await ok(dan, f"/commissions/{one}/decisions/returned", when | {"note": "缺材料"})
        assert (await dan.post(f"/commissions/{one}/decisions/closed", data=when)).status_code == 422
        await ok(dan, f"/commissions/{one}/notices/explained", when)
        await ok(dan, f"/commissions/{one}/undoing", {"reason": "录错"})


async def test_the_procuratorate_may_have_been_told_before_the_material_came_again(cast: Cast) -> None:
    one, _ = await made(cast)
    cast.clock.at = at("2026-03-10 10:00")
    dan = await client_for(cast, cast.dan)
    await ok(dan, f"/commissions/{one}/decisions/returned", {"happened_at": "2026-03-04T10:00", "note": "缺材料"})
    await ok(dan, f"/commissions/{one}/decisions/resent", {"happened_at": "2026-03-10T09:00"})
    await ok(dan, f"/commissions/{one}/notices/informed", {"happened_at": "2026-03-03T09:00"})
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'CI-02'") == "met"


async def test_the_days_that_are_said_are_those_in_force(cast: Cast) -> None:
    await at_monday(cast)
    for key, value in (("commission.days.fast", "4"), ("commission.inform_days", "2")):
        row = {"key": key, "valid_from": at("2026-03-02 00:00"), "value": value, "source": "测试"}
        await insert("parameter", row | {"recorded_at": MONDAY})
    dan = await client_for(cast, cast.dan)
    assert "10个工作日，速裁程序4个工作日" in (await dan.get("/commissions/new")).text
    assert "速裁程序4个工作日" in (await dan.post("/commissions/new", data={})).text
    page = (await dan.post("/commissions/new", data=LETTER)).headers["location"]
    assert "请在2个工作日内向检察院通报" in (await dan.get(page)).text


async def test_an_expectation_is_dropped_when_its_result_is_taken_back(cast: Cast) -> None:
    one, _ = await made(cast, "closed")
    dan = await client_for(cast, cast.dan)
    assert await fetch_value("SELECT state FROM expected_order") == "expected"
    await ok(dan, f"/commissions/{one}/undoing", {"reason": "录错"})
    assert await fetch_value("SELECT state FROM expected_order") == "dropped"
    term = {"effective_on": "2026-03-02", "start_on": "2026-03-02", "end_on": "2027-03-01", "staff": cast.alice.id}
    assert (await dan.post(f"/commissions/{one}/arrival", data=term)).status_code == 404


async def test_whoever_is_expected_and_does_not_come_is_asked_for_until_they_are_on_the_register(cast: Cast) -> None:
    one, _ = await made(cast, "closed")
    state = "SELECT state FROM finding WHERE rule = 'expected_late' AND subject_id = $1"
    assert await fetch_value(state, one) == "open"
    cast.clock.at += timedelta(days=61)
    await watch(cast.now)
    alerts = "SELECT count(*) FROM alert WHERE kind = 'expected_late' AND subject_id = $1 AND closed_at IS NULL"
    assert await fetch_value(alerts, one) == 1
    dan = await client_for(cast, cast.dan)
    day = f"{cast.now:%Y-%m-%d}"
    term = {"effective_on": day, "start_on": day, "end_on": "2027-03-01", "staff": cast.alice.id}
    await ok(dan, f"/commissions/{one}/arrival", term)
    assert (await fetch_value(state, one), await fetch_value(alerts, one)) == ("ended", 0)


async def test_the_nightly_proof_looks_at_what_is_closed_while_somebody_is_expected(cast: Cast) -> None:
    one, _ = await made(cast, "closed")
    state = "SELECT state FROM finding WHERE rule = 'expected_late' AND subject_id = $1"
    await execute("DELETE FROM finding WHERE rule = 'expected_late' AND subject_id = $1", one)
    assert (await reconcile(cast.now)).repaired == 1
    assert await fetch_value(state, one) == "open"
    await execute("UPDATE expected_order SET state = 'dropped', ended_at = $1, ended_reason = '录错'", cast.now)
    await reconcile(cast.now)
    assert await fetch_value(state, one) == "ended", "also of what is closed and awaits nobody any more"


# -- who sees it ------------------------------------------------------------------------------------------------------------


async def test_only_its_handlers_and_the_desk_see_a_commission(cast: Cast) -> None:
    await cast_with_grace(cast)
    one, hands = await made(cast)
    person = await fetch_value("SELECT person FROM commission")
    seen = {name: (await client_for(cast, member)) for name, member in cast.members.items()}

    async def who(path: str) -> set[str]:
        return {name for name, browser in seen.items() if (await browser.get(path)).status_code == 200}

    page = f"/commissions/{one}"
    assert await who(page) == {"dan", "erin"}
    await bring_to(hands, one, "investigating", MONDAY)
    assert await who(page) == {"dan", "erin", "alice", "bob"}
    assert await who(f"/people/{person}") == {"dan", "erin"}, "whom it is about is on no register"
    for name in ("grace", "carol"):
        assert "PG2026-0001" not in (await seen[name].get("/commissions")).text
    assert "PG2026-0001" in (await seen["alice"].get("/commissions")).text


async def test_a_head_who_investigates_for_another_office_sees_the_case(cast: Cast) -> None:
    await at_monday(cast)
    hands = await Hands.of(cast, cast.carol, cast.bob)
    one = await received(hands, MONDAY)
    bob = await client_for(cast, cast.bob)
    assert (await bob.get(f"/commissions/{one}")).status_code == 404
    await bring_to(hands, one, "assigned", MONDAY)
    assert (await bob.get(f"/commissions/{one}")).status_code == 200


async def test_a_helper_who_may_see_no_commission_is_not_chosen(cast: Cast) -> None:
    from tests.cast import add_member

    helper = await add_member("ivan", name="易帆", role="helper", office=cast.offices["gucheng"])
    one, _ = await made(cast)
    dan = await client_for(cast, cast.dan)
    assert "易帆" not in (await dan.get(f"/commissions/{one}")).text
    pair = {"lead": cast.alice.id, "second": helper.id, "happened_at": "2026-03-02T10:00"}
    assert (await dan.post(f"/commissions/{one}/assignment", data=pair)).status_code == 422


async def test_only_those_who_do_not_see_all_are_told_so(cast: Cast) -> None:
    alice, bob, dan = [await client_for(cast, one) for one in (cast.alice, cast.bob, cast.dan)]
    assert "只显示由您办理的委托。" in (await alice.get("/commissions")).text
    assert "只显示由您办理或由本所办理的委托。" in (await bob.get("/commissions")).text
    assert "只显示由您办理" not in (await dan.get("/commissions")).text


async def cast_with_grace(cast: Cast) -> None:
    """One more officer of the same office, who isn't on the case."""
    from tests.cast import add_member

    cast.members["grace"] = await add_member("grace", name="葛蕾", role="officer", office=cast.offices["gucheng"])


async def test_a_colleague_takes_over_and_whoever_had_it_sees_it_no_more(cast: Cast) -> None:
    await cast_with_grace(cast)
    one, _ = await made(cast, "investigating")
    dan, alice, grace = [await client_for(cast, m) for m in (cast.dan, cast.alice, cast.members["grace"])]
    pair = {"lead": cast.members["grace"].id, "second": cast.bob.id, "happened_at": "2026-03-02T10:00"}
    await ok(dan, f"/commissions/{one}/assignment", pair)
    assert (await alice.get(f"/commissions/{one}")).status_code == 404
    assert (await grace.get(f"/commissions/{one}")).status_code == 200
    assert await state_of(one) == "investigating"


async def test_what_was_told_is_sealed_and_each_look_leaves_its_audit_row(cast: Cast) -> None:
    one, _ = await made(cast, "drafted")
    rows = await fetch("SELECT * FROM investigation_record")
    assert not any(word in str(row) for row in rows for word in ("愿意", "村民某", "村委会"))
    assert open_sealed(rows[0]["content_sealed"], PURPOSE) == "愿意接纳"
    assert open_sealed(rows[0]["place_sealed"], PURPOSE) == "村委会"
    alice = await client_for(cast, cast.alice)
    await alice.get(f"/commissions/{one}")
    assert (await audit_actions())[-1] == "see_commission"


async def test_a_lapse_raises_an_alert_of_the_lead_that_doesn_t_name_whom_it_is_about(cast: Cast) -> None:
    one, _ = await made(cast, "investigating")
    cast.clock.at = at("2026-03-17 09:00")
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    await ok(dan, f"/commissions/{one}/notices/informed", {"happened_at": "2026-03-02T10:30"})  # raises what lapsed
    alerts = await fetch(
        "SELECT kind, person, assigned_to, severity FROM alert WHERE closed_at IS NULL AND subject_kind = 'commission'"
    )
    assert {(row["kind"], row["severity"]) for row in alerts} == {("CI-03", "serious"), ("CI-03", "notice")}
    assert {row["person"] for row in alerts} == {None}
    card = f"/alerts/subjects/commission/{one}"
    assert card in (await alice.get(f"/commissions/{one}")).text and (await alice.get(card)).status_code == 200
    shown = (await alice.get("/alerts")).text
    assert "调查评估 PG2026-0001" in shown and "被调查人" not in shown
    late = (await alice.get("/commissions")).text
    assert 'class="late"' in late and "逾期" in late


@pytest.mark.parametrize(("day", "badge"), [("2026-03-11 23:59", "plain"), ("2026-03-12 00:00", "due")])
async def test_the_list_turns_amber_on_the_eighth_working_day(cast: Cast, day: str, badge: str) -> None:
    one, _ = await made(cast)
    cast.clock.at = at(day)
    dan = await client_for(cast, cast.dan)
    page = (await dan.get("/commissions")).text
    assert ("badge due" in page) == (badge == "due") and f"/commissions/{one}" in page


async def test_the_adoption_is_asked_for_after_sixty_days(cast: Cast) -> None:
    one, _ = await made(cast, "sent")
    finding = await fetch_row("SELECT since_at, state FROM finding WHERE rule = 'CI-09' AND subject_id = $1", one)
    assert finding is not None and (finding["since_at"], finding["state"]) == (at("2026-05-01 00:00"), "open")
    assert MONDAY + timedelta(days=60) > finding["since_at"]


async def test_the_calendar_of_a_year_that_comes_late_moves_its_amber_day_and_blames_nobody(cast: Cast) -> None:
    cast.clock.at = begun = at("2026-12-24 10:00")
    await execute("DELETE FROM holiday WHERE day >= '2027-01-01'")
    one = await received(await Hands.of(cast), begun)
    since = "SELECT since_at FROM finding WHERE subject_kind = 'commission' AND subject_id = $1 AND variant = 'amber'"
    assert await fetch_value(since, one) == at("2027-01-05 00:00")
    new_year = {"day": date(2027, 1, 1), "kind": "off", "name": "元旦", "source": "国办发明电", "recorded_at": begun}
    await insert("holiday", new_year)
    seen = await reconcile(begun + timedelta(hours=1))
    assert await fetch_value(since, one) == at("2027-01-06 00:00")
    assert seen.repaired == 0
    assert await fetch_value("SELECT count(*) FROM finding WHERE rule = 'ledger_difference'") == 0
