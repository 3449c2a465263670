"""What families are texted: a day ahead, by day, once, those who agreed, and nothing that a bystander could make out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from supervision.access.viewer import Viewer
from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value
from supervision.messages import reminders
from supervision.messages.outbox import cancel_answered
from supervision.messages.texts import lint
from supervision.people.actions import NewContact, add_contact
from supervision.video_visits import actions
from supervision.video_visits.actions import Place
from supervision.video_visits.steps import Taken
from supervision.video_visits.telling import remind
from tests.cast import NOW, Cast
from tests.register import on_register, viewer_of
from tests.video_visits.makers import a_booking, a_family, a_room

START = datetime(2026, 12, 8, 14, 30, tzinfo=SHANGHAI)
PHONE = "19900000001"


async def scheduled(cast: Cast, *, phone: str | None = PHONE) -> tuple[Viewer, int]:
    viewer = await viewer_of(cast.wanda)
    booking, _ = await a_booking(await a_family(phone=phone))
    await actions.schedule(viewer, booking, Place(await a_room(), START), NOW)
    return viewer, booking


@pytest.mark.parametrize(
    ("moment", "texts"),
    [
        ("2026-12-05 19:59", 0),
        ("2026-12-06 08:59", 0),
        ("2026-12-06 09:00", 1),
        ("2026-12-07 14:29", 1),
        ("2026-12-07 14:30", 0),
    ],
)
async def test_whoever_is_to_confirm_is_told_from_the_day_before_until_the_cut_off(
    cast: Cast, moment: str, texts: int
) -> None:
    await scheduled(cast)
    assert await remind(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)) == texts


async def test_each_is_told_once_of_confirming_and_once_of_coming(cast: Cast) -> None:
    viewer, booking = await scheduled(cast)
    at = datetime(2026, 12, 6, 9, tzinfo=SHANGHAI)
    assert [await remind(at), await remind(at + timedelta(minutes=1))] == [1, 0]
    await actions.confirm(viewer, booking, at, at + timedelta(minutes=5))
    assert await cancel_answered(at + timedelta(minutes=6)) == 1  # it had not gone out yet
    assert await remind(at + timedelta(days=1)) == 1
    bodies = [row["body"] for row in await fetch("SELECT body FROM message ORDER BY id")]
    assert bodies == ["提醒：12月8日14:30有约，请尽快与窗口确认。", "提醒：12月8日14:30有约，请按时到窗口。"]
    assert [lint(body) for body in bodies] == [[], []]
    assert all(word not in body for body in bodies for word in ("会见", "视频", "服刑", "甲在押", "晋西"))


async def test_a_relative_under_supervision_is_still_reminded_of_what_they_owe_and_on_another_day(cast: Cast) -> None:
    one = await on_register(cast)
    await add_contact(one.person, NewContact("visit_phone", PHONE), NOW, None)
    booking, _ = await a_booking(replace(await a_family(), people=(one.person,)))
    await actions.schedule(await viewer_of(cast.wanda), booking, Place(await a_room(), START), NOW)
    at = datetime(2026, 12, 6, 9, tzinfo=SHANGHAI)
    assert await remind(at) == 1
    owed = "UPDATE duty SET opens_at = $2, remind_at = $2, due_at = $3, limit_at = $3 WHERE id = $1"
    report = await fetch_value("SELECT max(id) FROM duty WHERE subject_id = $1 AND variant = 'in_person'", one.order)
    await execute(owed, report, at, at + timedelta(days=3))
    assert await reminders.remind(at + timedelta(minutes=1)) == 1
    rows = await fetch("SELECT kind, not_before FROM message WHERE person = $1 ORDER BY id", one.person)
    assert [tuple(row) for row in rows] == [("visit", at), ("reminder", at + timedelta(days=1))]


async def test_a_family_whose_number_turned_out_bad_is_told_at_the_new_one_and_once(cast: Cast) -> None:
    await scheduled(cast)
    at = datetime(2026, 12, 6, 9, tzinfo=SHANGHAI)
    assert await remind(at) == 1
    await execute("UPDATE contact SET bad_since = $1", at)
    assert await remind(at + timedelta(minutes=1)) == 0
    person = await fetch_value("SELECT person FROM contact")
    for phone, texts in (("19900000002", 1), ("19900000002", 0), (PHONE, 0)):
        await execute("UPDATE contact SET withdrawn_at = $1", at)
        await add_contact(person, NewContact("visit_phone", phone), NOW, None)
        assert await remind(at + timedelta(minutes=2)) == texts


async def test_whoever_refuses_texts_or_has_no_number_gets_none(cast: Cast) -> None:
    await scheduled(cast)
    await execute("UPDATE contact SET consent = 'no'")
    assert await remind(datetime(2026, 12, 6, 9, tzinfo=SHANGHAI)) == 0
    assert await fetch_value("SELECT count(*) FROM message") == 0


@pytest.mark.parametrize(("by", "texts"), [("prison", 1), ("bureau", 1), ("family", 0)])
async def test_whoever_others_called_off_is_told_at_once_and_once(cast: Cast, by: str, texts: int) -> None:
    viewer, booking = await scheduled(cast)
    at = datetime(2026, 12, 6, 10, tzinfo=SHANGHAI)
    assert await remind(at) == 1
    await actions.cancel(viewer, booking, Taken("cancel", at, "设备检修"), by, at)
    night = at.replace(hour=21)
    assert [await remind(night), await remind(at), await remind(at)] == [0, texts, 0]
    assert (
        await fetch_value("SELECT count(*) FROM message WHERE state = 'waiting' AND not_before = $1", at) == 1 + texts
    )
    bodies = [row["body"] for row in await fetch("SELECT body FROM message ORDER BY id")][1:]
    assert bodies == ["提醒：12月8日14:30的约已取消，不用到窗口来。"][:texts] and not any(map(lint, bodies))


async def test_nobody_is_told_of_a_session_that_was_called_off_when_its_time_is_past(cast: Cast) -> None:
    viewer, booking = await scheduled(cast)
    await actions.cancel(viewer, booking, Taken("cancel", NOW, "设备检修"), "prison", NOW)
    assert [await remind(START), await remind(START - timedelta(minutes=1))] == [0, 1]
