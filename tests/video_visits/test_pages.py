"""The window's day through its pages: from a relative's first visit to the session, each refusal with what was typed."""

import html
import json
import re
from datetime import timedelta

import pytest

from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.video_visits import listing
from supervision.video_visits.release import release
from tests.cast import NOW, Browser, Cast, audit_actions, client_for
from tests.video_visits.makers import a_booking, a_family, a_prison, a_room, tail_of
from tests.video_visits.matrix import a_relative, an_inmate
from tests.video_visits.window import START, WANTED, book, confirmed, given_times, step, taken


async def test_a_prisoner_and_a_relative_are_put_down_verified_and_never_shown_with_a_number(cast: Cast) -> None:
    browser = await client_for(cast, cast.wanda)
    made = await browser.post("/visits/prisoners/new", data=dict(an_inmate({"prison_id": await a_prison()})))
    place = made.headers["location"]
    again = await browser.post("/visits/prisoners/new", data=dict(an_inmate({"prison_id": await a_prison()})))
    assert again.status_code == 422 and "已经登记过" in again.text
    assert (await browser.post(f"{place}/family", data=dict(a_relative({})))).status_code == 303
    page = (await browser.get(place)).text
    assert "丙亲" in page and "待核验" in page and a_relative({})["number"] not in page
    family = await fetch_value("SELECT id FROM family_member")
    verify = f"/visits/family/{family}/verification"
    unseen = await browser.post(verify, data={"result": "ok", "proof": "birth"})
    assert unseen.status_code == 422 and "须当面核对" in unseen.text
    assert (await browser.post(verify, data={"result": "ok", "proof": "birth", "in_person": "1"})).status_code == 303
    twice = await browser.post(verify, data={"result": "refused", "reason": "重复"})
    assert twice.status_code == 422 and "已经核验过" in twice.text
    assert "已核验" in (await browser.get(place)).text
    assert {"prisoner_added", "family_added", "family_verified", "prisoner_seen"} <= set(await audit_actions())


@pytest.mark.parametrize(
    ("size", "day", "said"),
    [
        (4, "2026-12-06", "一次会见最多 3 人，现选了 4 人。"),
        (1, "2026-12-06", "2026-12-06 不是工作日，不安排会见。"),
    ],
)
async def test_what_the_parameters_dont_allow_is_refused_with_its_reason_and_the_form_as_typed(
    cast: Cast, size: int, day: str, said: str
) -> None:
    family = await a_family(size=size)
    ticks = {f"visitor-{one}": "1" for one in family.members}
    answer = await book(await client_for(cast, cast.wanda), family, day=day, purpose="探望", **ticks)
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{day}"' in answer.text and 'value="探望"' in answer.text
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_the_second_booking_of_a_month_is_refused_and_one_that_was_handed_back_doesnt_count(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    assert (await book(browser, family)).status_code == 303
    second = await book(browser, family, day="2026-12-09")
    assert second.status_code == 422 and "普管级每月会见 1 次，这个月已经约满 1 次。" in second.text
    assert (await book(browser, family, day="2027-01-05")).status_code == 303
    first = int(await fetch_value("SELECT min(id) FROM booking"))
    assert "请填写原因" in (await step(browser, first, "return")).text
    await taken(browser, first, "return", reason="日期有误")
    assert (await book(browser, family, day="2026-12-09")).status_code == 303


async def test_a_room_that_is_taken_is_refused_with_who_has_it(cast: Cast) -> None:
    browser, room = await client_for(cast, cast.wanda), str(await a_room())
    first, _ = await a_booking(await a_family())
    second, _ = await a_booking(await a_family())
    await taken(browser, first, "schedule", from_at=f"{WANTED}T09:00", room=room)
    answer = await step(browser, second, "schedule", from_at=f"{WANTED}T09:29", room=room)
    number = await fetch_value("SELECT number FROM booking WHERE id = $1", first)
    assert answer.status_code == 422 and f"一号会见室在 12月8日 9:00 已有会见（{number}）" in answer.text
    for wrong, said in (
        ("2026-12-06T09:00", "不是工作日"),
        (f"{WANTED}T12:00", "会见只安排在工作日"),
        ("2026-11-24T09:00", "须晚于现在"),
    ):
        assert said in (await step(browser, second, "schedule", from_at=wrong, room=room)).text
    await taken(browser, second, "schedule", from_at=f"{WANTED}T09:30", room=room)


async def test_a_room_that_was_closed_by_mistake_is_used_again(cast: Cast) -> None:
    dan, room = await client_for(cast, cast.dan), await a_room()
    path = f"/visits/places/rooms/{room}"
    assert (await dan.post(f"{path}/reopen")).status_code == 422
    assert (await dan.post(f"{path}/close")).status_code == 303
    assert f"{path}/reopen" in (await dan.get("/visits/places")).text
    assert (await dan.post(f"{path}/reopen")).status_code == 303
    assert await fetch_value("SELECT closed_at FROM visit_room WHERE id = $1", room) is None


async def test_a_whole_visit_from_the_booking_to_its_end(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    cast.clock.at = START - timedelta(minutes=16)
    browser = await client_for(cast, cast.wanda)
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    early = await step(browser, booking, "arrive", happened_at=f"{WANTED}T08:44", **card)
    assert "到场核验从 12月8日 8:45 开始" in early.text
    cast.clock.at = START
    browser = await client_for(cast, cast.wanda)
    wrong = await step(
        browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **card | {f"card-{family.members[0]}": "0000"}
    )
    assert "证件号码后四位与登记的不符" in wrong.text
    no_face = {name: value for name, value in card.items() if name != "faces_match"}
    assert (
        "须核对人脸与证件一致"
        in (await step(browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **no_face)).text
    )
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **card)
    await taken(browser, booking, "start", happened_at=f"{WANTED}T09:00")
    cast.clock.at = START + timedelta(minutes=31)
    browser = await client_for(cast, cast.wanda)
    assert (await step(browser, booking, "end", happened_at=f"{WANTED}T09:28", satisfied="very")).status_code == 422
    await taken(browser, booking, "end", happened_at=f"{WANTED}T09:28", satisfied="fairly")
    page = (await browser.get(f"/visits/{booking}")).text
    assert "28 分钟、基本满意" in page and "已完成" in page and "1 人到场" in page
    duties = await fetch("SELECT rule, state FROM duty WHERE subject_kind = 'booking' AND subject_id = $1", booking)
    assert sorted(tuple(row) for row in duties) == [
        ("VV-08", "met"),
        ("VV-09", "met"),
        ("VV-10", "met"),
        ("VV-13", "met"),
        ("VV-13", "met"),
    ]
    day = (await browser.get(f"/visits/day?on={WANTED}")).text
    assert "9:00–9:30" in day and "亲属0（配偶）" in day
    assert "9:00–9:30" in (await browser.get(f"/visits/week?on={WANTED}")).text


@pytest.mark.parametrize(("minutes", "missed"), [(9, 0), (10, 1), (11, 1)])
async def test_a_family_that_doesnt_come_is_noted_alarmed_and_waits_thirty_days(
    cast: Cast, minutes: int, missed: int
) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    cast.clock.at = START + timedelta(minutes=minutes)
    browser = await client_for(cast, cast.wanda)
    assert await release(cast.now) == (0, missed)
    assert (
        await fetch_value("SELECT count(*) FROM alert WHERE subject_kind = 'booking' AND closed_at IS NULL") == missed
    )
    if not missed:
        return
    assert "爽约" in (await browser.get("/visits?tab=missed")).text
    await execute("UPDATE booking_month SET freed_at = $1", cast.now)
    answer = await book(browser, family, day="2027-01-07")
    assert "2026-12-08 的会见未到场，30 日内不得再约。" in answer.text
    assert (await book(browser, family, day="2027-01-08")).status_code == 303
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T09:05", **card)  # who came in time has come
    assert await fetch_value("SELECT count(*) FROM alert WHERE subject_kind = 'booking' AND closed_at IS NULL") == 0


async def test_a_family_that_isnt_noted_yet_waits_all_the_same(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    await confirmed(browser, family)
    cast.clock.at = START + timedelta(minutes=10)
    browser = await client_for(cast, cast.wanda)
    assert "30 日内不得再约" in (await book(browser, family, day="2027-01-04")).text


@pytest.mark.parametrize(("before", "released"), [(timedelta(hours=24, seconds=1), 0), (timedelta(hours=24), 1)])
async def test_a_time_that_nobody_confirmed_is_given_to_others_a_day_before(
    cast: Cast, before: timedelta, released: int
) -> None:
    browser, room = await client_for(cast, cast.wanda), str(await a_room())
    (first, _), (second, _) = await a_booking(await a_family()), await a_booking(await a_family())
    await taken(browser, first, "schedule", from_at=f"{WANTED}T09:00", room=room)
    cast.clock.at = START - before
    browser = await client_for(cast, cast.wanda)
    assert await release(cast.now) == (released, 0)
    answer = await step(browser, second, "schedule", from_at=f"{WANTED}T09:00", room=room)
    assert answer.status_code == (303 if released else 422)
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'VV-13'") == 0
    late = await step(browser, first, "confirm", happened_at=f"{cast.now.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}")
    assert late.status_code == (422 if released else 303)


async def test_the_page_says_until_when_the_family_confirms_and_when_it_comes(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    (booking,) = await given_times(browser, family, WANTED)
    assert "在 12月7日 10:00 之前确认" in (await browser.get(f"/visits/{booking}")).text
    await taken(browser, booking, "confirm", happened_at="2026-11-25T09:00")
    page = (await browser.get(f"/visits/{booking}")).text
    assert "12月8日 9:45 起到窗口核验，10:10 仍未到的视为放弃" in page and "之前确认" not in page


async def test_after_the_cut_off_nobody_confirms_though_the_job_never_ran(cast: Cast) -> None:
    browser = await client_for(cast, cast.wanda)
    booking, _ = await a_booking(await a_family())
    await taken(browser, booking, "schedule", from_at=f"{WANTED}T09:00", room=str(await a_room()))
    cast.clock.at = START - timedelta(hours=24)
    browser = await client_for(cast, cast.wanda)
    assert (
        "已过确认期限（会见前 24 小时）"
        in (await step(browser, booking, "confirm", happened_at="2026-12-07T09:00")).text
    )


async def test_who_confirms_in_the_minute_in_which_the_time_was_given_has_confirmed_and_not_before(cast: Cast) -> None:
    cast.clock.at = NOW + timedelta(hours=1, seconds=37)
    browser = await client_for(cast, cast.wanda)
    booking, _ = await a_booking(await a_family())
    await taken(browser, booking, "schedule", from_at=f"{WANTED}T09:00", room=str(await a_room()))
    cast.clock.at += timedelta(seconds=20)
    early = await step(browser, booking, "confirm", happened_at="2026-11-25T09:59")
    assert early.status_code == 422 and "时间早于安排时间（11月25日 10:00）" in early.text
    await taken(browser, booking, "confirm", happened_at="2026-11-25T10:00")
    assert await fetch_value("SELECT state FROM duty WHERE variant = 'confirm' AND subject_id = $1", booking) == "met"


async def test_a_kinship_that_was_put_down_wrongly_is_corrected_by_its_paper(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family(state="new")
    verify = f"/visits/family/{family.members[0]}/verification"
    form = {"result": "ok", "proof": "birth", "in_person": "1"}
    assert (await browser.post(verify, data=form | {"kinship": "friend"})).status_code == 422
    assert (await browser.post(verify, data=form | {"kinship": "parent"})).status_code == 303
    assert await fetch_value("SELECT kinship FROM family_member") == "parent"


async def test_what_was_forwarded_and_answered_in_time_and_is_put_down_late_was_in_time(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    assert (await book(browser, family)).status_code == 303
    booking = int(await fetch_value("SELECT max(id) FROM booking"))
    cast.clock.at = NOW + timedelta(days=3)
    browser = await client_for(cast, cast.wanda)
    early = await step(browser, booking, "forward", happened_at="2026-11-25T08:59")
    assert early.status_code == 422 and "时间早于登记预约（11月25日 9:00）" in early.text
    assert "不能晚于现在" in (await step(browser, booking, "forward", happened_at="2026-11-29T09:00")).text
    await taken(browser, booking, "forward", happened_at="2026-11-26T16:00")
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'VV-09' AND subject_id = $1", booking) == "met"
    early = await step(browser, booking, "prison_refuse", happened_at="2026-11-26T15:59", reason="严管")
    assert "时间早于转送监狱（11月26日 16:00）" in early.text
    cast.clock.at = NOW + timedelta(days=8)
    browser = await client_for(cast, cast.wanda)
    place = {"from_at": f"{WANTED}T09:00", "room": str(await a_room())}
    early = await step(browser, booking, "schedule", happened_at="2026-11-26T15:59", **place)
    assert "时间早于转送监狱（11月26日 16:00）" in early.text
    await taken(browser, booking, "schedule", happened_at="2026-12-01T10:00", **place)
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'VV-08' AND subject_id = $1", booking) == "met"
    opens_at = await fetch_value("SELECT opens_at FROM duty WHERE variant = 'confirm' AND subject_id = $1", booking)
    assert opens_at == cast.now and (await reconcile(cast.now)).repaired == 0


async def test_whoever_was_refused_by_mistake_is_verified_again_by_who_keeps_the_records(cast: Cast) -> None:
    browser, dan = await client_for(cast, cast.wanda), await client_for(cast, cast.dan)
    family = await a_family(state="new")
    verify, ok = (
        f"/visits/family/{family.members[0]}/verification",
        {"result": "ok", "proof": "birth", "in_person": "1"},
    )
    with_number = await browser.post(verify, data={"result": "refused", "reason": "证号110101199003070000不符"})
    assert with_number.status_code == 422 and "不要写电话号码或身份证号" in with_number.text
    assert (await browser.post(verify, data={"result": "refused", "reason": "证明不符"})).status_code == 303
    assert "已经核验过" in (await browser.post(verify, data=ok)).text
    assert "重新核验" in (await dan.get(f"/visits/prisoners/{family.prisoner}")).text
    assert (await dan.post(verify, data=ok)).status_code == 303
    standing = await fetch("SELECT result FROM family_check WHERE withdrawn_at IS NULL")
    assert [row["result"] for row in standing] == ["ok"]


async def test_whoever_was_accepted_by_mistake_is_stopped_by_who_keeps_the_records(cast: Cast) -> None:
    browser, dan, family = await client_for(cast, cast.wanda), await client_for(cast, cast.dan), await a_family(size=2)
    assert (await book(browser, family, **{f"visitor-{family.members[1]}": "1"})).status_code == 303
    booking = int(await fetch_value("SELECT max(id) FROM booking"))
    await taken(browser, booking, "forward")
    await taken(browser, booking, "schedule", from_at=f"{WANTED}T09:00", room=str(await a_room()))
    first, second = (f"/visits/family/{one}/verification" for one in family.members)
    wrong, ok = {"result": "refused", "reason": "证明不实"}, {"result": "ok", "proof": "birth", "in_person": "1"}
    assert "已经核验过" in (await browser.post(first, data=wrong)).text
    assert "请填写不通过的原因" in (await dan.post(first, data=wrong | {"reason": ""})).text
    for one in (first, second):
        assert (await dan.post(one, data=wrong)).status_code == 303
    nobody = await step(browser, booking, "confirm", happened_at="2026-11-25T09:00")
    assert nobody.status_code == 422 and "都没有通过核验" in nobody.text
    assert (await dan.post(second, data=ok)).status_code == 303
    await taken(browser, booking, "confirm", happened_at="2026-11-25T09:00")
    cast.clock.at = START
    browser = await client_for(cast, cast.wanda)
    came = {f"card-{family.members[1]}": await tail_of(family.people[1]), "faces_match": "1"}
    both = came | {f"card-{family.members[0]}": await tail_of(family.people[0])}
    answer = await step(browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **both)
    assert answer.status_code == 422 and "亲属0还没有通过亲属核验" in answer.text
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **came)


async def test_a_number_in_a_reason_is_refused(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, _ = await a_booking(family, state="applied")
    answer = await step(browser, booking, "return", reason="已电话13800000000告知")
    assert answer.status_code == 422 and "不要写电话号码或身份证号" in answer.text


async def test_a_relative_ticked_twice_comes_once(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    assert (await book(browser, family, **{f"visitor-0{family.members[0]}": "1"})).status_code == 303
    assert await fetch_value("SELECT count(*) FROM booking_visitor") == 1


async def test_the_applicant_is_whoever_of_those_who_come_applies(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family(size=3)
    first, second, third = family.members
    ticks = {f"visitor-{second}": "1"}
    refused = await book(browser, family, **ticks, applicant=str(third))
    assert refused.status_code == 422 and "申请人须是来会见的亲属之一" in refused.text
    assert (await book(browser, family, **ticks, applicant=str(second))).status_code == 303
    row = await fetch("SELECT applicant, person FROM booking")
    assert [tuple(one) for one in row] == [(second, family.people[1])]
    assert (await book(browser, family, day="2027-01-05", **ticks)).status_code == 303
    assert await fetch_value("SELECT applicant FROM booking ORDER BY id DESC LIMIT 1") == first


async def test_the_forms_name_the_parameters_in_force(cast: Cast) -> None:
    family = await a_family()
    for key, value in (
        ("vv.max_visitors", 4),
        ("vv.book_ahead_wd", 6),
        ("vv.per_month.loose", 3),
        ("vv.forward_wd", 1),
    ):
        row = {"key": key, "valid_from": NOW, "value": json.dumps(value), "source": "本局", "recorded_at": NOW}
        await insert("parameter", row)
    browser = await client_for(cast, cast.wanda)
    page = (await browser.get(f"/visits/prisoners/{family.prisoner}")).text
    assert "最多 4 人" in page and "至少提前 6 个工作日" in page and "宽管级 3 次" in page
    assert "宽管级 3 次" in (await browser.get("/visits/prisoners/new")).text
    answer = await book(browser, family)
    assert "请在 1 个工作日内审核" in (await browser.get(answer.headers["location"])).text


async def every_page(browser: Browser, path: str) -> list[str]:
    """The pages of a list, from the first to the last."""
    pages = []
    while path:
        pages.append((await browser.get(path)).text)
        found = re.search(r'rel="next" href="([^"]+)"', pages[-1])
        path = html.unescape(found.group(1)) if found else ""
    return pages


@pytest.mark.parametrize("tab", ["applied", "scheduled", "all"])
async def test_each_tab_goes_on_until_its_last_booking(cast: Cast, monkeypatch: pytest.MonkeyPatch, tab: str) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    browser, family = await client_for(cast, cast.wanda), await a_family()
    if tab == "scheduled":
        await given_times(browser, family, "2026-12-10", "2026-12-08", "2026-12-11", "2026-12-07", "2026-12-09")
    else:
        for _ in range(5):
            await a_booking(family, state="applied")
    pages = await every_page(browser, f"/visits?tab={tab}")
    shown = [number for text in pages for number in re.findall(r">(HJ-T-\d+)</a>", text)]
    in_order = "s.from_at, b.id" if tab != "all" else "b.id DESC"
    rows = await fetch(f"SELECT number FROM booking b LEFT JOIN booking_slot s ON s.booking = b.id ORDER BY {in_order}")
    assert shown == [row["number"] for row in rows] and len(pages) == 3


async def test_a_prisoner_who_may_not_be_visited_is_not_said_to_be(cast: Cast) -> None:
    browser, strict, elsewhere = await client_for(cast, cast.wanda), await a_family(level="strict"), await a_family()
    far = await insert("prison", {"name": "外省监狱", "in_province": False, "recorded_at": NOW})
    await execute("UPDATE prisoner_status SET prison = $2 WHERE prisoner = $1", elsewhere.prisoner, far)
    page = (await browser.get("/visits/prisoners")).text
    assert "严管级停止会见" in page and "外省监狱不受理" in page and "可以会见" not in page
    assert "严管级停止会见" in (await browser.get(f"/visits/prisoners/{strict.prisoner}")).text
    assert "可以会见" in (await browser.get(f"/visits/prisoners/{(await a_family()).prisoner}")).text


async def test_a_search_and_a_prisoner_s_bookings_go_on_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    browser, families = await client_for(cast, cast.wanda), [await a_family() for _ in range(3)]
    found = await every_page(browser, "/visits/prisoners?q=甲在")
    assert [text.count('class="person"') for text in found] == [2, 1]
    _, number = await a_booking(families[1]), await fetch_value("SELECT max(number) FROM booking")
    assert (await browser.get(f"/visits/prisoners?q={number}")).text.count('class="person"') == 1
    for _ in range(3):
        await a_booking(families[0])
    pages = await every_page(browser, f"/visits/prisoners/{families[0].prisoner}")
    assert [len(re.findall(r">HJ-T-\d+</a>", text)) for text in pages] == [2, 1]


async def test_the_calendar_file_names_nobody(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    await confirmed(browser, family)
    answer = await browser.get("/visits/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == 1 and "DTSTART:20261208T010000Z" in answer.text
    assert "亲属" not in answer.text and "甲在押" not in answer.text


async def test_the_board_shows_what_is_past_its_limit_and_each_tab_its_own(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    assert (await book(browser, family)).status_code == 303
    number = await fetch_value("SELECT number FROM booking")
    assert number in (await browser.get("/visits")).text
    assert number not in (await browser.get("/visits?tab=forwarded")).text
    cast.clock.at = NOW + timedelta(days=3)
    browser = await client_for(cast, cast.wanda)
    assert 'class="late"' in (await browser.get("/visits?tab=applied")).text
    assert number in (await browser.get("/visits?tab=all")).text


async def test_the_board_opens_with_what_is_held_today(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    await confirmed(browser, family)
    number = await fetch_value("SELECT number FROM booking")
    assert number not in (await browser.get("/visits")).text
    cast.clock.at = NOW.replace(month=12, day=8, hour=8)
    browser = await client_for(cast, cast.wanda)
    assert number in (await browser.get("/visits")).text
    assert number not in (await browser.get("/visits?tab=applied")).text


async def test_the_window_sees_no_file_of_anybody_under_supervision(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    for path in ("/people", f"/people/{family.people[0]}", "/alerts", "/messages", "/rollcall"):
        assert (await browser.get(path)).status_code == 403, path
    home = (await browser.get("/")).text
    assert 'href="/visits"' in home
