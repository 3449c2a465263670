"""Visits and interviews with a time and place: agreed, told, moved with their history, and flagged when nothing was put down."""

from datetime import datetime, timedelta

import pytest

from supervision.access.staffing import STAFF_PHONE
from supervision.alerts.watch import watch
from supervision.checkins.appointments import FURTHEST, PLACE, Appointment, appoint
from supervision.days import SHANGHAI
from supervision.db import Record, execute, fetch, fetch_row, fetch_value
from supervision.messages.digest import staff_digest
from supervision.messages.reminders import remind
from supervision.orders.actions import Ending, end_order
from supervision.sealed import open_sealed, seal
from tests.cast import NOW, Browser, Cast, client_for
from tests.register import OnRegister, on_register, viewer_of

FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=SHANGHAI)
SATURDAY = datetime(2026, 11, 28, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
FORM = {"kind": "office", "at": "2026-11-27T15:30", "place": "古城司法所二楼"}


async def duty(order: int, day: str = "2026-11-27") -> Record | None:
    return await fetch_row("SELECT * FROM duty WHERE subject_id = $1 AND rule = 'AP-01' AND period = $2", order, day)


async def state(order: int, day: str = "2026-11-27") -> str | None:
    found = await duty(order, day)
    return found and found["state"]


async def appointed(cast: Cast, one: OnRegister, kind: str = "office", at: datetime = FRIDAY) -> int:
    return await appoint(await viewer_of(cast.alice), one.order, Appointment(kind, at, "二楼"), NOW)


async def act(browser: Browser, one: OnRegister, appointment: int, what: str, **form: str) -> int:
    answer = await browser.post(f"/people/{one.person}/appointments/{appointment}/{what}", data=form)
    return int(answer.status_code)


async def alerts(order: int) -> list[Record]:
    return await fetch("SELECT * FROM alert WHERE subject_id = $1 AND kind = 'AP-01' ORDER BY id", order)


# -- agreed -------------------------------------------------------------------------------------------------------


async def test_an_appointment_is_owed_shown_on_the_file_and_leaves_an_audit_row(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/appointments", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{one.person}")
    found = await duty(one.order)
    assert found is not None
    assert (found["state"], found["owed_by"], found["due_at"], found["limit_at"]) == ("open", "staff", FRIDAY, SATURDAY)
    for path in (f"/people/{one.person}", f"/people/{one.person}/appointments"):
        text = (await alice.get(path)).text
        assert "11-27 15:30" in text and "古城司法所二楼" in text, path
    audit = await fetch_row("SELECT * FROM audit_row WHERE action = 'appoint'")
    assert audit is not None and (audit["people"], audit["subject_id"]) == ([one.person], one.order)


async def test_the_place_is_sealed(cast: Cast) -> None:
    one = await on_register(cast)
    await (await client_for(cast, cast.alice)).post(f"/people/{one.person}/appointments", data=FORM)
    stored = await fetch_value("SELECT place_sealed FROM appointment")
    assert "二楼" not in stored and open_sealed(stored, PLACE) == "古城司法所二楼"


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (NOW, "约见的时间应当在现在以后。"),
        (NOW + MINUTE, ""),
        (NOW + FURTHEST, ""),
        (NOW + FURTHEST + MINUTE, "最多提前 60 天约见。"),
    ],
)
async def test_it_lies_ahead_and_not_too_far(cast: Cast, at: datetime, sentence: str) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    form = FORM | {"at": f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"}
    answer = await alice.post(f"/people/{one.person}/appointments", data=form)
    assert answer.status_code == (422 if sentence else 303) and sentence in answer.text
    assert await fetch_value("SELECT count(*) FROM appointment") == (0 if sentence else 1)


async def test_it_lies_within_the_term(cast: Cast) -> None:
    one = await on_register(cast, end_on=FRIDAY.date())
    alice = await client_for(cast, cast.alice)
    for at, status in (("2026-11-28T00:00", 422), ("2026-11-27T23:59", 303)):
        answer = await alice.post(f"/people/{one.person}/appointments", data=FORM | {"at": at})
        assert answer.status_code == status, at


async def test_one_of_a_kind_a_day(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    await appointed(cast, one)
    for form, status in (
        ({"at": "2026-11-27T09:00"}, 422),
        ({"kind": "field"}, 303),
        ({"at": "2026-11-28T00:00"}, 303),
    ):
        answer = await alice.post(f"/people/{one.person}/appointments", data=FORM | form)
        assert answer.status_code == status and ("这一天已经约过一次" in answer.text) == (status == 422), form


@pytest.mark.parametrize("what", ["move", "cancellation"])
async def test_no_number_is_written_into_a_reason(cast: Cast, what: str) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, what, at="2026-11-27T16:00", reason="打13800000000改的") == 422
    assert await fetch_value("SELECT count(*) FROM appointment WHERE withdrawn_at IS NOT NULL") == 0


# -- told ---------------------------------------------------------------------------------------------------------


async def text(person: int) -> str | None:
    return await fetch_value(
        "SELECT body FROM message WHERE person = $1 AND state = 'waiting' ORDER BY id DESC", person
    )


async def test_the_person_is_told_the_day_before_at_nine_in_words_that_tell_a_bystander_nothing(cast: Cast) -> None:
    one = await on_register(cast)
    await appointed(cast, one)
    eve = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    await remind(eve - MINUTE)
    assert await text(one.person) is None
    await remind(eve)
    said = await text(one.person)
    assert said is not None and "11月27日15:30见面" in said and "二楼" not in said


async def test_one_that_was_moved_on_its_day_is_told_anew(cast: Cast) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    cast.clock.at = eve = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    await remind(eve)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "move", at="2026-11-27T16:00", reason="本人要上班") == 303
    await remind(eve + timedelta(days=1))
    said = await text(one.person)
    assert said is not None and "11月27日16:00见面" in said


async def test_the_officer_sees_today_and_tomorrow_and_counts_it_in_the_digest(cast: Cast) -> None:
    one, other = await on_register(cast, name="约今天"), await on_register(cast, name="约后天", phone=None)
    await appointed(cast, one, at=NOW + timedelta(hours=2))
    await appointed(cast, other, at=NOW + timedelta(days=2))
    day = (await (await client_for(cast, cast.alice)).get("/")).text
    part = day.partition('id="appointed"')[2].partition("</section>")[0]
    assert "约今天" in part and "今天 11:00" in part and "约后天" not in part
    assert f"/people/{one.person}?open=in_person#record" in part
    assert "约今天" not in day.partition('id="today"')[2].partition("</section>")[0]
    await execute("UPDATE staff SET phone_sealed = $2 WHERE id = $1", cast.alice.id, seal("13900000001", STAFF_PHONE))
    await staff_digest(NOW)
    digest = await fetch_value("SELECT body FROM message WHERE staff = $1", cast.alice.id)
    assert digest.startswith("今日应办1项")


# -- moved, cancelled -----------------------------------------------------------------------------------------------


async def test_one_that_was_moved_leaves_its_history(cast: Cast) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "move", at="2026-11-28T10:00", reason="本人要上班", place="村委会") == 303
    assert await state(one.order) == "void" and await state(one.order, "2026-11-28") == "open"
    page = (await alice.get(f"/people/{one.person}/appointments")).text
    assert "<s>11-27 15:30</s>" in page and f"本人要上班（{cast.alice.name}" in page and "村委会" in page
    assert await act(alice, one, appointment, "move", at="2026-11-29T10:00", reason="再一次") == 422
    assert await fetch_value("SELECT replaces FROM appointment WHERE withdrawn_at IS NULL") == appointment


async def test_one_may_be_moved_within_its_day(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, await appointed(cast, one), "move", at="2026-11-27T09:00", reason="本人要上班") == 303
    found = await duty(one.order)
    assert found is not None and (found["state"], found["due_at"].astimezone(SHANGHAI).hour) == ("open", 9)


async def test_one_that_was_cancelled_is_owed_no_more_and_says_why(cast: Cast) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "cancellation", reason=" ") == 422
    assert await act(alice, one, appointment, "cancellation", reason="本人住院") == 303
    assert await state(one.order) == "void"
    assert "已取消" in (await alice.get(f"/people/{one.person}/appointments")).text
    assert await act(alice, one, appointment, "cancellation", reason="再一次") == 422


@pytest.mark.parametrize(("at", "status"), [(FRIDAY - MINUTE, 303), (FRIDAY, 422), (SATURDAY, 422)])
@pytest.mark.parametrize("what", ["move", "cancellation"])
async def test_once_its_time_has_come_it_is_neither_moved_nor_cancelled(
    cast: Cast, what: str, at: datetime, status: int
) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    cast.clock.at = at
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, what, at="2026-11-30T10:00", reason="本人有事") == status


# -- what became of it ----------------------------------------------------------------------------------------------


async def test_a_report_in_person_meets_it(cast: Cast) -> None:
    one = await on_register(cast)
    await appointed(cast, one)
    cast.clock.at = FRIDAY + MINUTE
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "in_person", "happened_at": "2026-11-27T15:31"})
    assert await state(one.order) == "met"


async def test_nothing_put_down_raises_an_alert_at_the_end_of_the_day(cast: Cast) -> None:
    one = await on_register(cast)
    await appointed(cast, one)
    await watch(SATURDAY - timedelta(seconds=1))
    assert await alerts(one.order) == []
    await watch(SATURDAY)
    (alert,) = await alerts(one.order)
    assert (alert["severity"], alert["assigned_to"], alert["person"]) == ("notice", cast.alice.id, one.person)
    assert await fetch_value("SELECT count(*) FROM message WHERE person = $1 AND kind = 'missed'", one.person) == 0


async def test_who_did_not_come_is_put_down_also_the_day_after_and_ends_the_alert(cast: Cast) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    cast.clock.at = FRIDAY - MINUTE
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "no-show") == 422
    await watch(SATURDAY)
    cast.clock.at = SATURDAY + timedelta(hours=9)
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "no-show", content="电话说忘了") == 303
    (alert,) = await alerts(one.order)
    assert await state(one.order) == "met" and alert["closed_at"] == cast.now
    assert "约定见面，没有见到本人" in (await alice.get(f"/people/{one.person}/checkins")).text
    assert await act(alice, one, appointment, "no-show") == 422


async def test_a_wrong_no_show_is_withdrawn_and_the_appointment_is_open_again(cast: Cast) -> None:
    one = await on_register(cast)
    appointment = await appointed(cast, one)
    cast.clock.at = FRIDAY
    alice = await client_for(cast, cast.alice)
    assert await act(alice, one, appointment, "no-show") == 303
    fact = await fetch_value("SELECT id FROM no_show")
    answer = await alice.post(f"/people/{one.person}/checkins/no_show/{fact}/withdrawal", data={"reason": "本人来了"})
    assert answer.status_code == 303 and await state(one.order) == "open"
    assert await act(alice, one, appointment, "no-show") == 303


async def test_the_end_of_the_order_ends_its_appointments(cast: Cast) -> None:
    one = await on_register(cast)
    await appointed(cast, one)
    await end_order(await viewer_of(cast.dan), one.order, Ending("revoked", NOW, "裁定书"), NOW)
    assert await state(one.order) == "void"


async def test_anothers_appointment_is_not_there(cast: Cast) -> None:
    one, other = await on_register(cast), await on_register(cast, officer=cast.carol)
    theirs = await appoint(await viewer_of(cast.carol), other.order, Appointment("office", FRIDAY), NOW)
    alice = await client_for(cast, cast.alice)
    for whose in (one, other):
        for what in ("move", "cancellation", "no-show"):
            assert await act(alice, whose, theirs, what, at="2026-11-28T10:00", reason="x") == 404
