"""The register of help through its pages: from the prison's word to the end, each step refused where b.12 doesn't know it."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.alerts.watch import watch
from supervision.days import SHANGHAI
from supervision.db import fetch, fetch_row, fetch_value
from tests.cast import NOW, Browser, Cast, client_for
from tests.register import identity_number
from tests.resettlement.helped import Helped, owed, put, state_of

HARSH = ("逾期", "违规", "违反", "训诫", "警告", "处罚", "必须")


def minute(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def main_of(text: str) -> str:
    """What the page itself says, without the navigation."""
    return text.partition("<main")[2].partition("</main>")[0]


async def take(browser: Browser, one: Helped, event: str, **more: Any) -> int:
    """Post a step; the answer's status."""
    decided = event in (
        "dual",
        "dual_refused",
        "move_accepted",
        "move_refused",
        "lives_elsewhere",
        "expired",
        "deceased",
        "reoffended",
    )
    sent = {"event": event, "happened_at": minute(more.pop("at", NOW)), "said": "已办"} | more
    place = "decisions" if decided else "steps"
    return (await browser.post(f"/people/{one.person}/assistance/{place}", data=sent)).status_code


async def filed(cast: Cast, browser: Browser, **new: Any) -> Helped:
    """Somebody in help: connected, with a group, an agreement and a file."""
    one = await put(cast, **{"release_on": date(2026, 11, 20), "connected_on": date(2026, 11, 21)} | new)
    await browser.post(f"/people/{one.person}/assistance/members", data={"kind": "village", "name": "村委 李四"})
    assert await take(browser, one, "agreement") == 303
    assert await take(browser, one, "file") == 303
    return one


async def test_a_key_person_is_verified_announced_fetched_filed_and_visited(cast: Cast) -> None:
    one = await put(cast, kind="key", release_on=date(2026, 12, 1))
    alice, dan = await client_for(cast, cast.alice), await client_for(cast, cast.dan)
    assert await take(alice, one, "ask") == 303 and (await owed(one))["RA-05"] == "open"
    assert await take(alice, one, "failed", code="elsewhere") == 303
    assert await take(alice, one, "readdressed") == 303
    assert await take(alice, one, "verified") == 303 and await state_of(one) == "verified"
    assert await take(alice, one, "notice", release_on="2026-12-01") == 303
    assert await take(alice, one, "told") == 303
    assert {"RA-05": "met", "RA-06": "met", "RA-07": "met", "RA-08": "open"}.items() <= (await owed(one)).items()
    cast.clock.at = datetime(2026, 12, 1, 15, tzinfo=SHANGHAI)
    alice, dan = await client_for(cast, cast.alice), await client_for(cast, cast.dan)
    assert await take(alice, one, "fetched", code="office", at=cast.now) == 303
    assert (await owed(one))["RA-08"] == "met"
    row = await fetch_row("SELECT from_on, to_on FROM assistance WHERE id = $1", one.assistance)
    assert row is not None and (row["from_on"], row["to_on"]) == (date(2026, 12, 1), date(2031, 11, 30))
    assert await take(alice, one, "file", at=cast.now) == 422
    await alice.post(f"/people/{one.person}/assistance/members", data={"kind": "village", "name": "村委 李四"})
    assert await take(alice, one, "file", at=cast.now) == 422
    assert await take(alice, one, "agreement", at=cast.now) == 303
    assert await take(alice, one, "file", at=cast.now) == 303 and (await owed(one))["RA-12"] == "met"
    decided = await dan.post(f"/people/{one.person}/assistance/class", data={"level": "first", "reason": "三无人员"})
    assert decided.status_code == 303
    seen = {"place": "home", "met": "person", "happened_at": minute(cast.now), "needs": "租房"}
    assert (await alice.post(f"/people/{one.person}/assistance/visits", data=seen)).status_code == 303
    visits = await fetch(
        "SELECT state, period FROM duty WHERE subject_id = $1 AND subject_kind = 'assistance' AND rule = 'RA-14' ORDER BY period",
        one.assistance,
    )
    assert [(row["state"], row["period"]) for row in visits if row["state"] != "void"] == [
        ("met", "2026-12-24"),
        ("open", "2027-01-24"),
    ]
    shown = (await alice.get(f"/people/{one.person}/assistance")).text
    assert "接回：司法所及基层组织接回" in shown and "需要帮助：租房" in shown and "帮教中" in shown
    assert [word for word in HARSH if word in main_of(shown)] == []


async def test_whoever_did_not_come_is_looked_for_until_found(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 11, 20), announced=True, at=NOW - timedelta(days=10))
    alice = await client_for(cast, cast.alice)
    assert await take(alice, one, "told", at=NOW - timedelta(days=9)) == 303
    assert await take(alice, one, "missed") == 303
    finding = "SELECT state FROM finding WHERE subject_kind = 'assistance' AND subject_id = $1 AND variant = 'search'"
    assert await fetch_value(finding, one.assistance) == "open"
    listed = (await alice.get("/assistance?tab=unconnected")).text
    assert "钱归" in listed and "未衔接" in listed
    assert await take(alice, one, "searched") == 303
    assert await fetch_value("SELECT count(*) FROM alert WHERE subject_kind = 'assistance' AND closed_at IS NULL") == 1
    assert await take(alice, one, "police") == 303
    assert await take(alice, one, "found", code="alone") == 303
    assert await fetch_value(finding, one.assistance) != "open" and await state_of(one) == "connected"
    assert await fetch_value("SELECT count(*) FROM alert WHERE subject_kind = 'assistance' AND closed_at IS NULL") == 0


async def test_nobody_ends_the_alert_of_a_search_by_a_word_on_the_alert(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 11, 20), announced=True, at=NOW - timedelta(days=10))
    alice = await client_for(cast, cast.alice)
    await take(alice, one, "told", at=NOW - timedelta(days=9))
    await take(alice, one, "missed")
    await watch(NOW)
    alert = await fetch_value("SELECT id FROM alert WHERE kind = 'RA-11' AND closed_at IS NULL")
    path = f"/alerts/people/{one.person}"
    for outcome in ("resolved", "not_true", "helped", "excused"):
        sent = {"alert": alert, "outcome": outcome, "reason": "已找到"}
        assert (await alice.post(f"{path}/outcome", data=sent)).status_code == 422, outcome
    assert await fetch_value("SELECT closed_at FROM alert WHERE id = $1", alert) is None
    shown = main_of((await alice.get(path)).text)
    assert "处置结果" not in shown and "登记办理结果后" in shown and f'href="/people/{one.person}">去办理' in shown
    assert [word for word in (*HARSH, "督促", "late-text", 'class="late"') if word in shown] == []


async def test_somebody_who_lives_elsewhere_is_listed_by_both_offices_and_counted_once(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    carol = await client_for(cast, cast.carol)
    one = await filed(cast, alice)
    path = f"/people/{one.person}/assistance"
    assert (await carol.get(path)).status_code == 404
    assert await take(alice, one, "dual_asked", office=cast.offices["huifeng"]) == 303
    assert (await owed(one))["RA-15"] == "open"
    assert await take(alice, one, "dual", office=cast.offices["huifeng"]) == 403
    assert await take(bob, one, "dual", office=cast.offices["huifeng"]) == 303
    assert (await owed(one))["RA-15"] == "met" and await state_of(one) == "dual"
    assert (await carol.get(path)).status_code == (await alice.get(path)).status_code == 200
    main = "SELECT office FROM responsibility WHERE subject_kind = 'assistance' AND subject_id = $1 AND role = 'main' AND to_at IS NULL"
    assert await fetch_value(main, one.assistance) == cast.offices["huifeng"]
    cast.clock.at = NOW + timedelta(minutes=5)
    assert await take(carol, one, "dual_ended", at=cast.now) == 303
    assert await fetch_value(main, one.assistance) == cast.offices["gucheng"]
    assert (await carol.get(path)).status_code == 404


async def test_a_move_inside_the_district_goes_on_at_the_other_office_from_the_same_moment(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    one = await filed(cast, alice)
    to_on = await fetch_value("SELECT to_on FROM assistance WHERE id = $1", one.assistance)
    assert await take(alice, one, "move_asked", office=cast.offices["huifeng"]) == 303
    assert await take(bob, one, "move_accepted", office=cast.offices["huifeng"]) == 303
    rows = await fetch("SELECT * FROM assistance WHERE person = $1 ORDER BY id", one.person)
    assert [(row["state"], row["source"]) for row in rows] == [("moved", "prison"), ("connected", "moved_in")]
    assert rows[0]["ended_at"] == rows[1]["connected_at"] and rows[1]["to_on"] == to_on
    carol = await client_for(cast, cast.carol)
    assert (await carol.get(f"/people/{one.person}/assistance")).status_code == 200


async def test_a_head_who_gives_somebody_to_another_office_is_led_to_the_register(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    one = await filed(cast, alice)
    await take(alice, one, "move_asked", office=cast.offices["huifeng"])
    sent = {"event": "move_accepted", "happened_at": minute(NOW), "said": "回执", "office": cast.offices["huifeng"]}
    answer = await bob.post(f"/people/{one.person}/assistance/decisions", data=sent)
    assert answer.status_code == 303
    shown = await bob.get(answer.headers["location"])
    assert shown.status_code == 200 and "已记录：对方已接收" in shown.text


async def test_what_was_arranged_is_listed_with_its_words(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    one = await filed(cast, alice)
    for what, content in (
        ("placement.public", ""),
        ("legal_aid", "劳动争议"),
        ("mediation", "邻里纠纷"),
        ("training", "电工"),
        ("relief", "五百元"),
    ):
        sent = {"what": what, "happened_at": minute(NOW), "content": content}
        assert (await alice.post(f"/people/{one.person}/assistance/support", data=sent)).status_code == 303
    bare = {"what": "legal_aid", "happened_at": minute(NOW), "content": ""}
    assert (await alice.post(f"/people/{one.person}/assistance/support", data=bare)).status_code == 422
    relief = await fetch_value("SELECT max(id) FROM support")
    path = f"/people/{one.person}/assistance/withdrawals"
    assert (await alice.post(f"{path}/support/{relief}", data={"reason": "录错"})).status_code == 303
    assert (await alice.post(f"{path}/support/{relief}", data={"reason": "录错"})).status_code == 422
    shown = (await alice.get(f"/people/{one.person}/assistance")).text
    assert all(words in shown for words in ("安置：公益性岗位", "法律援助", "人民调解", "技能培训", "临时救助"))


async def test_lost_and_found_again_and_the_end_in_its_time(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    one = await filed(cast, alice)
    assert await take(alice, one, "lost") == 303 and await state_of(one) == "off"
    assert await take(alice, one, "found_again") == 303 and await state_of(one) == "in_help"
    assert await take(bob, one, "expired") == 422
    cast.clock.at = datetime(2031, 11, 19, 9, tzinfo=SHANGHAI)
    bob = await client_for(cast, cast.bob)
    assert await take(bob, one, "expired", at=cast.now - timedelta(hours=10)) == 422
    assert await take(bob, one, "expired", at=cast.now) == 303
    assert (await owed(one))["RA-21"] == "met" and await state_of(one) == "expired"
    assert await take(bob, one, "deceased", at=cast.now) == 422
    assert "期满" in (await bob.get("/assistance?tab=ended")).text


async def test_the_last_step_is_withdrawn_and_no_other(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    one = await filed(cast, alice)
    await take(alice, one, "lost")
    steps = [
        row["id"]
        for row in await fetch("SELECT id FROM assistance_step WHERE assistance = $1 ORDER BY id", one.assistance)
    ]
    place = f"/people/{one.person}/assistance/withdrawals/step/{{}}"
    assert (await bob.post(place.format(steps[-2]), data={"reason": "录错"})).status_code == 422
    assert (await alice.post(place.format(steps[-1]), data={"reason": "录错"})).status_code == 403
    assert (await bob.post(place.format(steps[-1]), data={"reason": ""})).status_code == 422
    assert (await bob.post(place.format(steps[-1]), data={"reason": "录错"})).status_code == 303
    assert await state_of(one) == "in_help"
    for step in reversed(steps[1:-1]):
        assert (await bob.post(place.format(step), data={"reason": "录错"})).status_code == 303
    assert await state_of(one) == "connected"
    assert (await bob.post(place.format(steps[0]), data={"reason": "录错"})).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": "correction"}, "来源"),
        ({"connected_on": "2026-11-26"}, "衔接日期不能晚于今天"),
        ({"release_on": "2026-11-23", "connected_on": "2026-11-22"}, "衔接日期早于释放日期"),
        ({"release_on": "2026-11-24", "connected_on": ""}, "释放日期已过"),
        ({"source": "survey", "connected_on": ""}, "请填写衔接日期"),
        ({"number": "140191199305067912"}, "校验码"),
    ],
)
async def test_papers_that_contradict_themselves_are_refused_with_a_sentence(
    cast: Cast, wrong: dict[str, str], field: str
) -> None:
    alice = await client_for(cast, cast.alice)
    sent = {"name": "孙回", "number": identity_number(date(1993, 5, 6), 79), "source": "prison", "kind": "general"}
    days = {
        "release_on": "2026-11-20",
        "connected_on": "2026-11-21",
        "phone": "",
        "holder": "self",
        "staff": cast.alice.id,
    }
    refused = await alice.post("/assistance/new", data=sent | days | wrong)
    assert refused.status_code == 422 and field in refused.text
    taken = await alice.post("/assistance/new", data=sent | days)
    assert taken.status_code == 303 and re.fullmatch(r"/people/\d+/assistance", taken.headers["location"])
    twice = await alice.post("/assistance/new", data=sent | days)
    assert twice.status_code == 422 and "不能重复登记" in twice.text


async def test_the_tabs_show_who_is_awaited_to_be_visited_and_near_the_end(cast: Cast) -> None:
    dan = await client_for(cast, cast.dan)
    await put(cast, release_on=date(2026, 12, 20))
    await put(cast, release_on=date(2027, 6, 1))
    coming = await dan.get("/assistance?tab=release")
    assert coming.text.count('class="person"') == 1
    await put(cast, kind="key", release_on=date(2026, 11, 25), announced=True)
    assert (await dan.get("/assistance?tab=today")).text.count('class="person"') == 1
    await put(cast, release_on=date(2021, 12, 10), connected_on=date(2021, 12, 10), source="other")
    assert (await dan.get("/assistance?tab=end")).text.count('class="person"') == 1
    assert (await dan.get("/assistance?tab=verify")).text.count('class="person"') == 2
    assert (
        (await dan.get("/assistance?tab=visit")).status_code == (await dan.get("/assistance?q=钱归")).status_code == 200
    )


async def test_whoever_is_awaited_is_on_the_list_of_releases_and_not_on_the_register_yet(cast: Cast) -> None:
    await put(cast, release_on=date(2027, 6, 1), announced=True)
    alice = await client_for(cast, cast.alice)
    assert "钱归" in (await alice.get("/assistance?tab=release")).text
    assert "钱归" not in (await alice.get("/assistance")).text


async def test_the_correction_pages_speak_of_no_help_and_lead_to_it(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    one = await put(cast, release_on=date(2026, 11, 1), connected_on=date(2026, 11, 2), at=NOW - timedelta(days=20))
    sent_on = await alice.get(f"/people/{one.person}")
    assert sent_on.status_code == 303 and sent_on.headers["location"] == f"/people/{one.person}/assistance"
    assert (await owed(one))["RA-12"] == "open"
    desk = (await alice.get("/")).text
    assert "待走访" in desk and "没有逾期。" in desk
    assert "钱归" not in (await alice.get("/people")).text


async def test_an_alert_of_help_is_dealt_with_in_words_of_help(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    one = await put(cast, release_on=date(2026, 11, 1), connected_on=date(2026, 11, 2), at=NOW - timedelta(days=20))
    await take(alice, one, "agreement")  # the file was to be opened by 12 November: what is past is raised on the way
    shown = main_of((await alice.get(f"/alerts/people/{one.person}")).text)
    assert "建立帮教档案" in shown and "待办" in shown and "帮扶另行安排" in shown
    assert [word for word in (*HARSH, "督促") if word in shown] == []
    alert = await fetch_value("SELECT id FROM alert WHERE subject_kind = 'assistance' AND closed_at IS NULL")
    sent = {"alert": alert, "outcome": "helped", "usual": "help_visited", "reason": ""}
    assert (await alice.post(f"/alerts/people/{one.person}/outcome", data=sent)).status_code in (200, 303)
    assert await fetch_value("SELECT closed_at FROM alert WHERE id = $1", alert) is not None
    assert (await owed(one))["RA-12"] == "missed"
