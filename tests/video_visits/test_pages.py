"""The window's day through its pages: from a relative's first visit to the session, each refusal with what was typed."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.video_visits.release import release
from tests.cast import NOW, Browser, Cast, audit_actions, client_for
from tests.video_visits.makers import Family, a_booking, a_family, a_prison, a_room, tail_of

WANTED = "2026-12-08"
START = datetime(2026, 12, 8, 9, 0, tzinfo=SHANGHAI)


async def book(browser: Browser, family: Family, *, day: str = WANTED, **more: str) -> httpx.Response:
    """The form of a booking, with the first relative."""
    form = {f"visitor-{family.members[0]}": "1", "wanted_on": day} | more
    return await browser.post(f"/visits/prisoners/{family.prisoner}/bookings", data=form)


async def step(browser: Browser, booking: int, name: str, **form: str) -> httpx.Response:
    return await browser.post(f"/visits/{booking}/steps/{name}", data=form)


async def taken(browser: Browser, booking: int, name: str, **form: str) -> None:
    answer = await step(browser, booking, name, **form)
    assert answer.status_code == 303, re.findall(r'class="(?:error|problem)[^>]*>(.*?)</p>', answer.text, re.DOTALL)


async def confirmed(browser: Browser, family: Family) -> int:
    """A booking on its way to the window, at nine on the day that was wanted."""
    assert (await book(browser, family)).status_code == 303
    booking = int(await fetch_value("SELECT max(id) FROM booking"))
    await taken(browser, booking, "forward")
    await taken(browser, booking, "schedule", from_at=f"{WANTED}T09:00", room=str(await a_room()))
    await taken(browser, booking, "confirm", happened_at="2026-11-25T09:00")
    return booking


async def test_a_prisoner_and_a_relative_are_put_down_verified_and_never_shown_with_a_number(cast: Cast) -> None:
    from tests.routes import a_relative, an_inmate

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
    await taken(browser, booking, "end", happened_at=f"{WANTED}T09:28")
    page = (await browser.get(f"/visits/{booking}")).text
    assert "28 分钟" in page and "已完成" in page and "1 人到场" in page
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


async def test_a_session_that_failed_is_made_up_for_without_being_counted(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    cast.clock.at = START + timedelta(minutes=1)
    browser = await client_for(cast, cast.wanda)
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T09:00", **card)
    await taken(browser, booking, "fail", happened_at=f"{WANTED}T09:01", reason="断网")
    assert "补约" in (await browser.get(f"/visits/{booking}")).text
    assert "约满" in (await book(browser, family, day="2026-12-16")).text
    again = await book(browser, family, day="2026-12-09", instead_of=str(booking))
    assert again.status_code == 303
    assert "已经补约过" in (await book(browser, family, day="2026-12-10", instead_of=str(booking))).text


async def test_a_breach_stops_the_session_and_visits_for_some_months(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    cast.clock.at = START + timedelta(minutes=10)
    browser = await client_for(cast, cast.wanda)
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    await taken(browser, booking, "arrive", happened_at=f"{WANTED}T09:00", **card)
    await taken(browser, booking, "start", happened_at=f"{WANTED}T09:01")
    form = {"happened_at": f"{WANTED}T09:05", "reason": "录像"}
    assert "暂停会见为 1 至 3 个月" in (await step(browser, booking, "breach", months="4", **form)).text
    await taken(browser, booking, "breach", months="2", **form)
    row = await fetch_row("SELECT from_on::text, to_on::text FROM visit_suspension")
    assert row and tuple(row) == ("2026-12-08", "2027-02-07")
    assert "会见暂停至 2027-02-07" in (await book(browser, family, day="2027-02-05")).text
    assert (await book(browser, family, day="2027-02-08")).status_code == 303


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


async def test_the_window_sees_no_file_of_anybody_under_supervision(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    for path in ("/people", f"/people/{family.people[0]}", "/alerts", "/messages", "/rollcall"):
        assert (await browser.get(path)).status_code == 403, path
    home = (await browser.get("/")).text
    assert 'href="/visits"' in home
