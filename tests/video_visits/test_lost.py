"""Sessions that were lost: failed, called off, stopped for a breach; what is made up for, and what visits rest for."""

import re
from datetime import timedelta

import pytest

from supervision.db import fetch, fetch_row, fetch_value, insert
from supervision.video_visits import listing
from supervision.video_visits.release import release
from tests.cast import NOW, Cast, client_for
from tests.video_visits.makers import a_booking, a_family, a_room, tail_of
from tests.video_visits.window import START, WANTED, arrived, book, confirmed, given_times, in_session, step, taken


async def test_a_session_that_failed_is_made_up_for_without_being_counted(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, browser = await arrived(cast, browser, family, minutes=1)
    await taken(browser, booking, "fail", happened_at=f"{WANTED}T09:01", reason="断网")
    assert "补约" in (await browser.get(f"/visits/{booking}")).text
    assert "约满" in (await book(browser, family, day="2026-12-16")).text
    again = await book(browser, family, day="2026-12-09", instead_of=str(booking))
    assert again.status_code == 303
    assert "已经补约过" in (await book(browser, family, day="2026-12-10", instead_of=str(booking))).text
    choice = f"{await fetch_value('SELECT number FROM booking WHERE id = $1', booking)} 技术故障</option>"
    offered, page = f"instead_of={booking}", f"/visits/prisoners/{family.prisoner}"
    assert offered not in (await browser.get(f"/visits/{booking}")).text
    assert choice not in (await browser.get(page)).text
    await taken(browser, int(await fetch_value("SELECT max(id) FROM booking")), "return", reason="日期有误")
    assert offered in (await browser.get(f"/visits/{booking}")).text
    assert choice in (await browser.get(page)).text
    assert (await book(browser, family, day="2026-12-10", instead_of=str(booking))).status_code == 303


async def test_a_breach_stops_the_session_and_visits_for_some_months(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, browser = await arrived(cast, browser, family, minutes=10)
    await taken(browser, booking, "start", happened_at=f"{WANTED}T09:01")
    form = {"happened_at": f"{WANTED}T09:05", "reason": "录像"}
    assert "暂停会见为 1 至 3 个月" in (await step(browser, booking, "breach", months="4", **form)).text
    await taken(browser, booking, "breach", months="2", **form)
    row = await fetch_row("SELECT from_on::text, to_on::text FROM visit_suspension")
    assert row and tuple(row) == ("2026-12-08", "2027-02-07")
    assert "会见暂停至 2027-02-07" in (await book(browser, family, day="2027-02-05")).text
    assert (await book(browser, family, day="2027-02-08")).status_code == 303


async def test_a_breach_offers_the_months_that_the_parameters_allow(cast: Cast) -> None:
    row = {"key": "vv.suspend_months", "valid_from": NOW, "value": "[2, 4]", "source": "本局", "recorded_at": NOW}
    await insert("parameter", row)
    booking, browser = await in_session(cast, await client_for(cast, cast.wanda), await a_family())
    page = (await browser.get(f"/visits/{booking}")).text
    assert re.findall(r"<option value=\"(\d)\">\1 个月", page) == ["2", "3", "4"]


async def test_a_breach_calls_off_what_was_given_a_time_while_visits_rest(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family(level="loose")
    inside, behind = await given_times(browser, family, "2027-01-07", "2027-01-08")
    booking, browser = await in_session(cast, browser, family)
    answer = await step(browser, booking, "breach", months="1", happened_at=f"{WANTED}T09:05", reason="录像")
    number = await fetch_value("SELECT number FROM booking WHERE id = $1", inside)
    assert f"暂停期间的会见 {number} 已取消，请告知家属。" in (await browser.get(answer.headers["location"])).text
    states = {row["id"]: row["state"] for row in await fetch("SELECT id, state FROM booking")}
    assert (states[inside], states[behind]) == ("cancelled", "scheduled")
    assert await fetch_value("SELECT freed_at FROM booking_slot WHERE booking = $1", inside) == cast.now
    owed = "SELECT count(*) FROM duty WHERE subject_kind = 'booking' AND subject_id = $1 AND rule = 'VV-13' AND state = 'open'"
    assert await fetch_value(owed, inside) == 0
    assert "补约" not in (await browser.get(f"/visits/{inside}")).text


async def test_nobody_confirms_or_comes_while_visits_rest(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    (second,) = await given_times(browser, family, "2026-12-09")
    row = {
        "prisoner": family.prisoner,
        "from_on": NOW.date(),
        "to_on": START.date() + timedelta(days=1),
        "reason": "录像",
    }
    await insert("visit_suspension", row | {"happened_at": NOW, "recorded_at": NOW})
    cast.clock.at = START
    browser = await client_for(cast, cast.wanda)
    card = {f"card-{family.members[0]}": await tail_of(family.people[0]), "faces_match": "1"}
    came = await step(browser, booking, "arrive", happened_at=f"{WANTED}T08:50", **card)
    assert came.status_code == 422 and "会见暂停至 2026-12-09" in came.text
    answer = await step(browser, second, "confirm", happened_at=f"{WANTED}T09:00")
    assert answer.status_code == 422 and "会见暂停至 2026-12-09" in answer.text


async def test_a_breach_of_a_booking_that_was_entered_wrongly_stops_nothing(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, browser = await in_session(cast, browser, family)
    await taken(browser, booking, "breach", months="1", happened_at=f"{WANTED}T09:05", reason="录像")
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/visits/{booking}/withdrawal", data={"reason": "录错了人"})).status_code == 303
    assert (await book(browser, family, day="2026-12-16")).status_code == 303


async def test_what_a_breach_called_off_that_was_none_is_made_up_for(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family(level="loose")
    (inside,) = await given_times(browser, family, "2027-01-07")
    booking, browser = await in_session(cast, browser, family)
    await taken(browser, booking, "breach", months="1", happened_at=f"{WANTED}T09:05", reason="录像")
    assert f"instead_of={inside}" not in (await browser.get(f"/visits/{inside}")).text
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/visits/{booking}/withdrawal", data={"reason": "录错了人"})).status_code == 303
    assert f"instead_of={inside}" in (await browser.get(f"/visits/{inside}")).text
    assert (await book(browser, family, day="2026-12-09", instead_of=str(inside))).status_code == 303


async def test_what_a_failed_session_used_up_passes_to_the_one_that_makes_up_for_it(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, browser = await in_session(cast, browser, family)
    await taken(browser, booking, "fail", happened_at=f"{WANTED}T09:05", reason="断网")
    assert (await book(browser, family, day="2026-12-09", instead_of=str(booking))).status_code == 303
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/visits/{booking}/withdrawal", data={"reason": "重复录入"})).status_code == 303
    assert "这个月已经约满 1 次" in (await book(browser, family, day="2026-12-16")).text
    again = await fetch_value("SELECT max(id) FROM booking")
    assert await fetch_value("SELECT booking FROM booking_month WHERE freed_at IS NULL") == again


async def test_one_failure_is_made_up_for_until_a_session_is_held(cast: Cast) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking, browser = await in_session(cast, browser, family)
    await taken(browser, booking, "fail", happened_at=f"{WANTED}T09:05", reason="断网")
    for day in ("2026-12-09", "2026-12-10"):
        assert (await book(browser, family, day=day, instead_of=str(booking))).status_code == 303
        booking = int(await fetch_value("SELECT max(id) FROM booking"))
        await taken(browser, booking, "forward")
        await taken(browser, booking, "schedule", from_at="2026-12-10T10:00", room=str(await a_room()))
        await taken(browser, booking, "cancel", by="prison", reason="设备检修", happened_at=f"{WANTED}T09:30")
    assert await fetch_value("SELECT count(*) FROM booking_month WHERE freed_at IS NULL") == 1


@pytest.mark.parametrize(
    ("by", "said", "again"),
    [("prison", "监狱：会议", 303), ("bureau", "本局：会议", 303), ("family", "家属：会议", 422)],
)
async def test_only_what_the_prison_or_the_bureau_called_off_is_made_up_for(
    cast: Cast, by: str, said: str, again: int
) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    booking = await confirmed(browser, family)
    form = {"reason": "会议", "happened_at": "2026-11-25T09:00"}
    assert "请选择谁取消" in (await step(browser, booking, "cancel", **form)).text
    early = await step(browser, booking, "cancel", by=by, **form | {"happened_at": "2026-11-25T08:59"})
    assert "时间早于安排时间（11月25日 9:00）" in early.text
    await taken(browser, booking, "cancel", by=by, **form)
    page = (await browser.get(f"/visits/{booking}")).text
    assert said in page and (f"instead_of={booking}" in page) == (again == 303)
    answer = await book(browser, family, day="2026-11-26", instead_of=str(booking))
    assert answer.status_code == again


@pytest.mark.parametrize("noted", [False, True])
@pytest.mark.parametrize(
    ("by", "at", "status"),
    [
        ("family", "08:59", 303),
        ("family", "09:00", 422),
        ("prison", "08:55", 303),
        ("prison", "09:09", 303),
        ("prison", "09:10", 422),
    ],
)
async def test_what_was_called_off_in_time_was_not_missed_though_it_is_typed_later(
    cast: Cast, by: str, at: str, status: int, noted: bool
) -> None:
    family = await a_family()
    booking = await confirmed(await client_for(cast, cast.wanda), family)
    cast.clock.at = START + timedelta(minutes=12)
    if noted:
        assert await release(cast.now) == (0, 1)
    browser = await client_for(cast, cast.wanda)
    assert 'name="by"' in (await browser.get(f"/visits/{booking}")).text
    answer = await step(browser, booking, "cancel", by=by, reason="有事", happened_at=f"{WANTED}T{at}")
    assert answer.status_code == status and ("记为爽约" in answer.text) == (status == 422)
    assert (await book(browser, family, day="2026-12-16")).status_code == status
    alerts = await fetch_value("SELECT count(*) FROM alert WHERE subject_kind = 'booking' AND closed_at IS NULL")
    assert alerts == (noted and status == 422)


async def test_a_session_lost_long_ago_is_offered_on_the_first_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    browser, family = await client_for(cast, cast.wanda), await a_family()
    first, *_later = [(await a_booking(family, state=state))[0] for state in ("failed", "done", "done", "done")]
    page = (await browser.get(f"/visits/prisoners/{family.prisoner}?instead_of={first}")).text
    number = await fetch_value("SELECT number FROM booking WHERE id = $1", first)
    assert f'<option value="{first}" selected>{number} 技术故障' in page


@pytest.mark.parametrize(("by", "again"), [("family", 422), ("bureau", 303)])
async def test_an_application_is_taken_back_before_the_prison_answers(cast: Cast, by: str, again: int) -> None:
    browser, family = await client_for(cast, cast.wanda), await a_family()
    assert (await book(browser, family)).status_code == 303
    booking = int(await fetch_value("SELECT max(id) FROM booking"))
    await taken(browser, booking, "forward")
    assert '<option value="prison">' not in (await browser.get(f"/visits/{booking}")).text
    form = {"reason": "家中有事", "happened_at": "2026-11-25T09:00"}
    assert "监狱还没有答复" in (await step(browser, booking, "cancel", by="prison", **form)).text
    early = await step(browser, booking, "cancel", by=by, **form | {"happened_at": "2026-11-25T08:59"})
    assert "时间早于登记预约（11月25日 9:00）" in early.text
    await taken(browser, booking, "cancel", by=by, **form)
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_kind = 'booking' AND state = 'open'") == 0
    assert (await book(browser, family, day="2026-11-26", instead_of=str(booking))).status_code == again
    assert (await book(browser, family, day="2026-12-09")).status_code == 303
