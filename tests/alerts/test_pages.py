"""The queue in the browser's eyes: who sees what, and each act in place."""

import re

import pytest

from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_row, fetch_value, insert
from supervision.language import ENGLISH
from supervision.web import LANGUAGE_COOKIE
from tests.alerts.makers import Made, alerts_of, assign, events_of, make_order
from tests.cast import Cast, client_for
from tests.desk.makers import visit
from tests.desk.reading import statements
from tests.rules.cast import at

NOW = at("2026-11-10 09:00")
HTMX = {"HX-Request": "true"}


@pytest.fixture
async def lapsed(zhao: Made, cast: Cast) -> Made:
    """Two lapses: the weekly check of the 6th and the phone report of the 9th."""
    cast.clock.at = NOW
    await watch(NOW)
    return zhao


async def ids_of(made: Made) -> list[str]:
    return [str(alert["id"]) for alert in await alerts_of(made.order)]


async def test_the_queue_shows_one_card_a_person_with_all_that_is_open(lapsed: Made, cast: Cast) -> None:
    answer = await (await client_for(cast, cast.alice)).get("/alerts?tab=office")
    assert answer.status_code == 200
    assert answer.text.count(f'id="alerts-{lapsed.person}"') == 1
    assert "电话报告" in answer.text and "信息化核查" in answer.text and "安丽" in answer.text
    row = await fetch_row("SELECT staff, people FROM audit_row WHERE action = 'see_alerts'")
    assert row is not None and (row["staff"], row["people"]) == (cast.alice.id, [lapsed.person])


@pytest.mark.parametrize(
    ("who", "tab", "seen"),
    [
        ("alice", "mine", True),
        ("bob", "office", True),
        ("carol", "office", False),
        ("carol", "all", False),
        ("dan", "all", True),
        ("leo", "all", True),
        ("ines", "mine", True),  # she has none of her own: the tab is that of her scope
    ],
)
async def test_each_sees_the_people_of_their_scope(lapsed: Made, cast: Cast, who: str, tab: str, seen: bool) -> None:
    page = (await (await client_for(cast, getattr(cast, who))).get(f"/alerts?tab={tab}")).text
    assert ("赵一" in page) is seen


@pytest.mark.parametrize("who", ["hal", "lena", "sam", "sue", "audrey"])
async def test_whoever_has_no_part_in_alerts_is_refused(lapsed: Made, cast: Cast, who: str) -> None:
    assert (await (await client_for(cast, getattr(cast, who))).get("/alerts")).status_code == 403


@pytest.mark.parametrize("act", ["claim", "note", "handover", "outcome"])
async def test_an_officer_elsewhere_gets_the_same_answer_as_for_nobody(lapsed: Made, cast: Cast, act: str) -> None:
    browser = await client_for(cast, cast.carol)
    data = {"alert": await ids_of(lapsed), "text": "x", "outcome": "dealt_with", "reason": "x", "staff": "1"}
    theirs = await browser.post(f"/alerts/people/{lapsed.person}/{act}", data=data)
    nobody = await browser.post(f"/alerts/people/987654/{act}", data=data)
    assert (theirs.status_code, theirs.content) == (404, nobody.content)
    assert all(alert["closed_at"] is None and alert["taken_by"] is None for alert in await alerts_of(lapsed.order))


@pytest.mark.parametrize("who", ["leo", "ines"])
async def test_whoever_only_looks_gets_no_forms_and_may_not_act(lapsed: Made, cast: Cast, who: str) -> None:
    browser = await client_for(cast, getattr(cast, who))
    assert "处置所选" not in (await browser.get("/alerts")).text
    assert (
        await browser.post(f"/alerts/people/{lapsed.person}/claim", data={"alert": await ids_of(lapsed)})
    ).status_code == 403


async def test_without_the_script_a_card_is_closed_by_a_plain_form(lapsed: Made, cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    data = {"alert": await ids_of(lapsed), "outcome": "dealt_with", "reason": "已电话联系，约定明日补报"}
    answer = await browser.post(f"/alerts/people/{lapsed.person}/outcome", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts")
    closed = await alerts_of(lapsed.order)
    assert {(a["outcome"], a["closed_by"]) for a in closed} == {("dealt_with", cast.alice.id)}
    assert {
        row["state"] for row in await fetch("SELECT state FROM duty WHERE id = ANY($1)", [a["duty"] for a in closed])
    } == {"missed"}
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'alert_closed'") == 1


async def test_with_the_script_the_card_alone_comes_back(lapsed: Made, cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    first = (await ids_of(lapsed))[0]
    data = {"alert": [first], "outcome": "excused", "reason": "手机损坏"}
    answer = await browser.post(f"/alerts/people/{lapsed.person}/outcome", data=data, headers=HTMX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert f'value="{first}"' not in answer.text and 'type="checkbox"' in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX])
async def test_a_close_without_a_reason_is_refused_and_keeps_what_was_chosen(
    lapsed: Made, cast: Cast, headers: dict[str, str]
) -> None:
    browser = await client_for(cast, cast.alice)
    first, second = await ids_of(lapsed)
    data = {"alert": [second], "outcome": "excused", "reason": "  "}
    answer = await browser.post(f"/alerts/people/{lapsed.person}/outcome", data=data, headers=headers)
    assert answer.status_code == 422 and "请填写处置的理由。" in answer.text
    assert re.search(r'value="excused" checked', answer.text)
    assert re.search(rf'value="{second}"[^>]* checked', answer.text)
    assert not re.search(rf'value="{first}"[^>]* checked', answer.text)
    assert all(alert["closed_at"] is None for alert in await alerts_of(lapsed.order))


async def test_an_alert_that_a_colleague_has_ended_says_so(lapsed: Made, cast: Cast) -> None:
    ids = await ids_of(lapsed)
    data = {"alert": ids[:1], "outcome": "dealt_with", "reason": "已联系"}
    await (await client_for(cast, cast.bob)).post(f"/alerts/people/{lapsed.person}/outcome", data=data)
    answer = await (await client_for(cast, cast.alice)).post(f"/alerts/people/{lapsed.person}/outcome", data=data)
    assert answer.status_code == 422 and "已被他人处置" in answer.text


async def test_a_note_is_shown_on_the_card_and_sealed_in_the_database(lapsed: Made, cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    text = "打了三次电话，13800138000 无人接听"
    data = {"alert": await ids_of(lapsed), "text": text}
    answer = await browser.post(f"/alerts/people/{lapsed.person}/note", data=data, headers=HTMX)
    assert answer.text.count(text) == 1
    details = await fetch_value("SELECT string_agg(detail::text, '') FROM alert_event")
    assert "13800138000" not in details and "三次" not in details


async def test_an_alert_of_another_person_is_not_closed_from_this_card(lapsed: Made, cast: Cast) -> None:
    other = await make_order(cast.offices["gucheng"], cast.alice.id, at("2026-11-02 09:00"), name="钱二")
    browser = await client_for(cast, cast.alice)
    data = {"alert": await ids_of(lapsed), "outcome": "dealt_with", "reason": "已联系"}
    answer = await browser.post(f"/alerts/people/{other.person}/outcome", data=data)
    assert answer.status_code == 422
    assert all(alert["closed_at"] is None for alert in await alerts_of(lapsed.order))


async def test_a_claimed_and_handed_over_alert_is_the_colleagues(lapsed: Made, cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    data = {"alert": await ids_of(lapsed), "staff": str(cast.bob.id)}
    assert (await browser.post(f"/alerts/people/{lapsed.person}/claim", data=data, headers=HTMX)).status_code == 200
    answer = await browser.post(f"/alerts/people/{lapsed.person}/handover", data=data, headers=HTMX)
    assert answer.status_code == 200
    alerts = await alerts_of(lapsed.order)
    assert {alert["assigned_to"] for alert in alerts} == {cast.bob.id}
    assert (await events_of(alerts[0]["id"]))[-2:] == ["claimed", "handed_over"]


async def test_a_person_who_moves_away_is_no_longer_in_the_queue_of_the_old_office(lapsed: Made, cast: Cast) -> None:
    from supervision.alerts.follow import follow

    await assign(lapsed, cast.offices["huifeng"], cast.carol.id, NOW)
    await follow([lapsed.order], NOW)
    assert "赵一" not in (await (await client_for(cast, cast.alice)).get("/alerts?tab=office")).text
    assert "赵一" in (await (await client_for(cast, cast.carol)).get("/alerts?tab=mine")).text


async def test_pages_of_cards_follow_one_another_without_a_gap(
    zhao: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supervision.alerts import queue
    from supervision.alerts.follow import follow

    made = [
        await make_order(cast.offices["gucheng"], cast.alice.id, at("2026-11-02 09:00"), name=f"孙{n}")
        for n in range(4)
    ]
    await follow([one.order for one in made], at("2026-11-02 09:00"))
    cast.clock.at = NOW
    await watch(NOW)
    await execute("UPDATE alert SET severity = 'grave' WHERE person = $1", made[2].person)
    monkeypatch.setattr(queue, "PAGE", 2)
    browser, url, seen = await client_for(cast, cast.alice), "/alerts?tab=office", []
    while url:
        text = (await browser.get(url)).text
        seen += [int(found) for found in re.findall(r'id="alerts-(\d+)"', text)]
        found = re.search(r'rel="next" href="([^"]+)"', text)
        url = found[1].replace("&amp;", "&") if found else ""
    assert seen[0] == made[2].person
    assert sorted(seen) == sorted([zhao.person, *(one.person for one in made)])


@pytest.mark.parametrize(
    "after", ["x", "1~2026-11-10~1", "9~2026-11-10T00:00:00+00:00~1", "1~2026-11-10T00:00:00+00:00~99999999999"]
)
async def test_a_mark_that_is_not_ours_begins_at_the_beginning(lapsed: Made, cast: Cast, after: str) -> None:
    answer = await (await client_for(cast, cast.alice)).get("/alerts", params={"tab": "office", "after": after})
    assert answer.status_code == 200 and "赵一" in answer.text


@pytest.mark.parametrize("count", [1, 15])
async def test_the_queue_takes_five_statements_however_many_cards_it_shows(cast: Cast, count: int) -> None:
    for n in range(count):
        made = await make_order(cast.offices["gucheng"], cast.alice.id, at("2026-11-02 09:00"), name=f"人{n}")
        await follow([made.order], at("2026-11-02 09:00"))
    await watch(cast.now)
    browser = await client_for(cast, cast.alice)
    async with statements() as seen:
        page = (await browser.get("/alerts")).text
    assert page.count('class="card" id="alerts-') == count
    assert len([sql for sql in seen if "staff_session" not in sql]) == 5


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", "已上门走访，见到本人。"), ("手机停机。", "已上门走访，见到本人。手机停机。")],
)
async def test_a_usual_reason_is_kept_in_words_with_what_was_added(
    lapsed: Made, cast: Cast, typed: str, kept: str
) -> None:
    ids = await ids_of(lapsed)
    data = {"alert": ids, "outcome": "dealt_with", "usual": "visited", "reason": typed}
    answer = await (await client_for(cast, cast.alice)).post(f"/alerts/people/{lapsed.person}/outcome", data=data)
    assert answer.status_code == 303
    assert {alert["reason"] for alert in await alerts_of(lapsed.order)} == {kept}


async def test_a_usual_reason_is_kept_in_chinese_though_english_was_chosen(lapsed: Made, cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    browser.hold(LANGUAGE_COOKIE, ENGLISH)
    assert "Visited at home and met the person." in (await browser.get("/alerts?tab=office")).text
    data = {"alert": await ids_of(lapsed), "outcome": "dealt_with", "usual": "visited", "reason": ""}
    assert (await browser.post(f"/alerts/people/{lapsed.person}/outcome", data=data)).status_code == 303
    assert {alert["reason"] for alert in await alerts_of(lapsed.order)} == {"已上门走访，见到本人。"}


async def test_a_usual_reason_that_is_none_of_ours_is_no_reason(lapsed: Made, cast: Cast) -> None:
    data = {"alert": await ids_of(lapsed), "outcome": "dealt_with", "usual": "because", "reason": ""}
    answer = await (await client_for(cast, cast.alice)).post(f"/alerts/people/{lapsed.person}/outcome", data=data)
    assert answer.status_code == 422 and "请填写处置的理由。" in answer.text


async def test_a_familys_visit_is_on_the_bureaus_card_alone(lapsed: Made, cast: Cast) -> None:
    await execute("UPDATE alert SET closed_at = $1, outcome = 'no_lapse', fact_kind = 'order', fact_id = 1", NOW)
    _, alert = await visit(cast, (lapsed.person, lapsed.order), NOW)
    card = f"/alerts/people/{lapsed.person}"
    alice, dan = await client_for(cast, cast.alice), await client_for(cast, cast.dan)
    for path in (card, "/alerts?tab=office", "/alerts?tab=mine"):
        assert "按时到场会见" not in (await alice.get(path)).text
    sent = {"alert": str(alert), "outcome": "excused", "reason": "已核实"}
    assert (await alice.post(f"{card}/outcome", data=sent)).status_code == 422
    shown = (await dan.get(card)).text.partition("<main")[2].partition("</main>")[0]
    assert "按时到场会见" in shown and "训诫" not in shown
    assert f'value="{cast.erin.id}"' in shown and f'value="{cast.alice.id}"' not in shown
    assert (await dan.post(f"{card}/outcome", data=sent)).status_code == 303


async def test_the_names_of_two_offices_are_a_list_in_the_language_of_the_reader(lapsed: Made, cast: Cast) -> None:
    values = {"person": lapsed.person, "office": cast.offices["huifeng"], "role": "main", "from_at": NOW}
    await insert("responsibility", values | {"subject_kind": "assistance", "subject_id": 1, "recorded_at": NOW})
    dan = await client_for(cast, cast.dan)
    assert "古城司法所、汇丰司法所" in (await dan.get(f"/alerts/people/{lapsed.person}")).text
    dan.hold(LANGUAGE_COOKIE, ENGLISH)
    assert "古城司法所, 汇丰司法所" in (await dan.get(f"/alerts/people/{lapsed.person}")).text
