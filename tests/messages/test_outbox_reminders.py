"""Reminders: one text a person a day with all that is due, to a number that is theirs, and only while it helps."""

from datetime import date, datetime, timedelta

import pytest

from supervision import rules
from supervision.access.staffing import STAFF_PHONE
from supervision.alerts.watch import watch
from supervision.clock import FixedClock
from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value, insert
from supervision.messages import texts
from supervision.messages.delivery import deliver
from supervision.messages.digest import staff_digest
from supervision.messages.export import messages_list
from supervision.messages.recipients import recipients
from supervision.messages.reminders import enqueue_missed, remind
from supervision.people.actions import NewContact, add_contact
from supervision.sealed import seal
from tests.desk import makers
from tests.messages.texts_made import Told, change, texts_of
from tests.register import on_register

SECOND = timedelta(seconds=1)


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


REGISTERED = at("11-02 10:00")  # a Monday: calls are owed on Mondays, a visit to the office on 2 December


async def zhao_of(town, **changes):
    """Registered on Monday 2 November; reminders of the first call are due on Sunday 8 November at 9:00."""
    return await on_register(town, at=REGISTERED, **changes)


async def duties_of(order, variant):
    return await fetch(
        "SELECT * FROM duty WHERE subject_id = $1 AND rule = 'SU-01' AND variant = $2 ORDER BY due_at", order, variant
    )


async def owe(order, variant, due, *, remind_at):
    """Make one slot of the order owed at a certain time, as another anchor of its grid would."""
    duty = (await duties_of(order, variant))[0]["id"]
    await execute(
        "UPDATE duty SET opens_at = $2, due_at = $2, limit_at = $2, remind_at = $3 WHERE id = $1", duty, due, remind_at
    )
    return duty


async def test_the_day_before_a_call_is_due_at_nine_one_text_is_queued(town):
    zhao = await zhao_of(town)
    assert await remind(at("11-08 08:59:59")) == 0
    assert await remind(at("11-08 09:00:00")) == 1
    assert [row["body"] for row in await texts_of(zhao.person)] == ["古城提醒：11月9日来电，请按约办理。"]


async def test_a_second_tick_or_a_second_process_queues_nothing(town):
    await zhao_of(town)
    assert [await remind(at("11-08 09:00:00") + n * SECOND) for n in range(3)] == [1, 0, 0]


async def test_the_reminder_after_this_one_is_set_in_the_same_transaction(town):
    zhao = await zhao_of(town)
    call = (await duties_of(zhao.order, "phone"))[0]
    visit = (await duties_of(zhao.order, "in_person"))[0]
    assert (call["remind_at"], visit["remind_at"]) == (at("11-08 09:00"), at("11-28 09:00"))
    await remind(at("11-08 09:00"))
    assert (await duties_of(zhao.order, "phone"))[0]["remind_at"] is None
    await deliver(Told(), FixedClock(at("11-08 09:00")).now, "test")
    await remind(at("11-28 09:00"))
    assert (await duties_of(zhao.order, "in_person"))[0]["remind_at"] == at("12-01 09:00")


async def test_all_that_is_due_is_in_one_text(town):
    zhao = await zhao_of(town)
    await owe(zhao.order, "in_person", at("11-13 00:00"), remind_at=at("11-08 09:00"))
    assert await remind(at("11-08 09:00")) == 1
    assert [row["body"] for row in await texts_of(zhao.person)] == ["古城提醒：11月9日来电，11月12日见面，请按约办理。"]


async def test_what_falls_due_later_on_the_day_waits_for_another_day(town):
    zhao = await zhao_of(town)
    await remind(at("11-08 09:00"))
    await owe(zhao.order, "written", at("11-11 00:00"), remind_at=at("11-08 10:00"))
    assert await remind(at("11-08 11:00")) == 0
    await change((await texts_of(zhao.person))[0]["id"], state="sent", claimed_at=at("11-08 09:00:05"))
    assert await remind(at("11-09 08:59:59")) == 0
    assert await remind(at("11-09 09:00:00")) == 1
    assert [row["body"][5:] for row in await texts_of(zhao.person)] == [
        "11月9日来电，请按约办理。",
        "11月10日交材料，请按约办理。",
    ]


@pytest.mark.parametrize(
    ("now", "queued"), [("11-09 08:59:59", 0), ("11-09 09:00:00", 1), ("11-09 19:59:59", 1), ("11-09 20:00:00", 0)]
)
async def test_reminders_are_queued_by_day_only(town, now, queued):
    await zhao_of(town)
    assert await remind(at(now)) == queued


async def test_after_an_outage_of_nine_days_one_text_goes_out_and_speaks_of_what_can_still_be_done(town):
    zhao = await zhao_of(town)
    now = at("11-15 09:30")  # the call of the 9th is past; the next is owed on the 16th
    assert await remind(now) == 1
    provider = Told()
    await deliver(provider, FixedClock(now).now, "test")
    assert [one.text for one in provider.sent] == ["古城提醒：11月16日来电，请按约办理。"]
    assert await fetch_value("SELECT count(*) FROM duty WHERE remind_at <= $1", now) == 0
    assert zhao.person == await fetch_value("SELECT person FROM message")


async def test_after_an_outage_the_latest_of_two_reminders_stands_for_both(town):
    zhao = await zhao_of(town)
    visit = (await duties_of(zhao.order, "in_person"))[0]["id"]
    await execute("UPDATE duty SET state = 'void', closed_at = $1 WHERE variant <> 'in_person'", REGISTERED)
    now = at("12-01 09:30")  # 28 November and 1 December have both come
    assert await remind(now) == 1
    assert await fetch_value("SELECT array_agg(version) FROM message_about WHERE duty = $1", visit) == [
        "due 2026-12-02 on 2026-12-01"
    ]


async def test_a_reminder_is_never_sent_once_the_duty_is_due(town):
    zhao = await zhao_of(town)
    await remind(at("11-09 19:59:59"))
    assert (await texts_of(zhao.person))[0]["not_after"] == at("11-10 00:00")


async def test_a_moved_duty_is_spoken_of_anew_and_an_unmoved_one_is_not(town):
    zhao = await zhao_of(town)
    await remind(at("11-08 09:00"))
    await change((await texts_of(zhao.person))[0]["id"], state="sent", claimed_at=at("11-08 09:00:05"))
    call = (await duties_of(zhao.order, "phone"))[0]["id"]
    await execute("UPDATE duty SET remind_at = $2 WHERE id = $1", call, at("11-08 09:00"))
    assert await remind(at("11-09 09:00")) == 0
    assert (await duties_of(zhao.order, "phone"))[0]["remind_at"] is None
    await owe(zhao.order, "phone", at("11-11 00:00"), remind_at=at("11-09 09:00"))
    assert await remind(at("11-09 09:01")) == 1


# -- to whom


async def test_the_family_is_asked_to_pass_on_and_told_no_reason(town):
    zhao = await zhao_of(town, phone=None)
    await add_contact(zhao.person, NewContact("phone", "13800000002", holder="family"), REGISTERED, None)
    await remind(at("11-08 09:00"))
    assert [row["body"] for row in await texts_of(zhao.person)] == ["古城提醒：请转告您的家人：11月9日有约，请按时。"]


async def test_the_own_number_comes_before_the_familys_and_a_mobile_before_a_landline(town):
    zhao = await zhao_of(town, phone="0351-7022345")
    await add_contact(zhao.person, NewContact("phone", "13800000002", holder="family", rank=1), REGISTERED, None)
    await add_contact(zhao.person, NewContact("phone", "13800000003", rank=3), REGISTERED, None)
    await remind(at("11-08 09:00"))
    assert [one["phone_ends"] for one in await messages_list()] == ["03"]


async def test_whoever_refuses_texts_gets_none_nor_does_the_family(town):
    zhao = await zhao_of(town, phone=None)
    await add_contact(zhao.person, NewContact("phone", "13800000002", consent="no"), REGISTERED, None)
    await add_contact(zhao.person, NewContact("phone", "13800000003", holder="family"), REGISTERED, None)
    now = at("11-08 09:00")
    assert await remind(now) == 0
    assert (await duties_of(zhao.order, "phone"))[0]["remind_at"] is None
    assert await recipients([zhao.person], now) == {zhao.person: "refused"}


@pytest.mark.parametrize(("phone", "why"), [(None, "no_phone"), ("0351-7022345", "no_mobile")])
async def test_of_whom_no_text_reaches_the_reason_is_known(town, phone, why):
    zhao = await zhao_of(town, phone=phone)
    assert await recipients([zhao.person], at("11-08 09:00")) == {zhao.person: why}


async def test_a_number_known_to_be_bad_is_not_texted(town):
    zhao = await zhao_of(town)
    await execute("UPDATE contact SET bad_since = $1", at("11-07 12:00"))
    assert await remind(at("11-08 09:00")) == 0
    assert await recipients([zhao.person], at("11-08 09:00")) == {zhao.person: "no_phone"}


async def test_one_number_that_cannot_be_read_costs_nobody_else_their_text(town, caplog):
    zhao = await zhao_of(town)
    other = await on_register(town, name="常有", at=REGISTERED)
    await execute("UPDATE contact SET value_sealed = 'nonsense' WHERE person = $1", zhao.person)
    assert await remind(at("11-08 09:00")) == 1
    assert len(await texts_of(other.person)) == 1
    assert await recipients([zhao.person], at("11-08 09:00")) == {zhao.person: "no_mobile"}
    assert "can't be read" in caplog.text


def test_there_are_words_for_all_that_is_reminded_or_told():
    said = {(rule.id, variant) for rule in rules.RULES for variant in [*rule.remind_days, *rule.tells_of_miss]}
    assert {texts.kind_of(*one) for one in said} <= texts.WORDS.keys()


# -- what was missed


async def test_a_missed_call_is_told_in_the_morning(town):
    zhao = await zhao_of(town)
    call = (await duties_of(zhao.order, "phone"))[0]["id"]
    now = at("11-10 00:00:10")
    assert [await enqueue_missed([call], now) for _ in range(2)] == [1, 0]
    row = (await texts_of(zhao.person))[0]
    assert (row["body"], row["not_before"]) == (
        "古城提醒：11月9日来电还没有完成，请尽快与我们联系。",
        at("11-10 09:00"),
    )


async def test_two_misses_are_one_text_and_a_rule_that_does_not_tell_is_left_out(town):
    zhao = await zhao_of(town)
    calls = [row["id"] for row in (await duties_of(zhao.order, "phone"))[:2]]
    written = (await duties_of(zhao.order, "written"))[0]["id"]
    assert await enqueue_missed([*calls, written], at("11-17 00:00:10")) == 1
    assert [row["body"] for row in await texts_of(zhao.person)] == [
        "古城提醒：11月9日来电，11月16日来电还没有完成，请尽快与我们联系。"
    ]


async def test_a_call_that_was_made_before_the_morning_is_not_complained_of(town):
    zhao = await zhao_of(town)
    call = (await duties_of(zhao.order, "phone"))[0]["id"]
    await enqueue_missed([call], at("11-10 00:00:10"))
    await execute("UPDATE duty SET state = 'met_late', closed_at = $2 WHERE id = $1", call, at("11-10 08:30"))
    provider = Told()
    await deliver(provider, FixedClock(at("11-10 09:00")).now, "test")
    assert ([row["state"] for row in await texts_of(zhao.person)], provider.sent) == (["cancelled"], [])


# -- staff


async def test_each_officer_and_head_with_a_phone_gets_one_digest_a_day_at_eight(town):
    await zhao_of(town)
    for member, number in ((town.alice, "13800000010"), (town.bob, "13800000011"), (town.carol, "13800000012")):
        await execute("UPDATE staff SET phone_sealed = $2 WHERE id = $1", member.id, seal(number, STAFF_PHONE))
    now = at("11-16 08:00:00")  # a Monday: today's call, and the missed one of the 9th
    await watch(now)
    moments = (now - SECOND, now, now + SECOND)
    assert [await staff_digest(moment) for moment in moments] == [0, 3, 0]
    provider = Told()
    await deliver(provider, FixedClock(now - SECOND).now, "test")
    assert provider.sent == []
    await deliver(provider, FixedClock(now).now, "test")
    told = {one.to[-2:]: one.text for one in provider.sent}
    assert told["10"] == told["11"].replace(
        "待处置0条", told["10"][told["10"].index("待处置") : told["10"].index("，请")]
    )
    assert told["12"] == "今日应办0项，逾期0项，待处置0条，请登录系统查看。"
    due = await fetch_value(
        "SELECT count(*) FROM duty WHERE state = 'open' AND due_at > $1 AND due_at <= $2",
        at("11-16 00:00"),
        at("11-17 00:00"),
    )
    lapsed = await fetch_value("SELECT count(*) FROM duty WHERE is_lapsed(state, limit_at, $1)", now)
    assert told["10"].startswith(f"今日应办{due}项，逾期{lapsed}项，")
    assert due >= 1 and lapsed >= 1


async def test_the_desk_and_whoever_has_an_alert_are_told_too_and_nobody_else(town):
    await zhao_of(town)
    for number, member in enumerate((town.dan, town.erin, town.ines, town.sam)):
        await execute(
            "UPDATE staff SET phone_sealed = $2 WHERE id = $1", member.id, seal(f"1380000002{number}", STAFF_PHONE)
        )
    await watch(at("11-14 08:00"))  # the alerts since the 9th have come up to the desk
    mine = "SELECT count(*) FROM alert WHERE assigned_to = $1 AND closed_at IS NULL"
    open_alerts = await fetch_value(mine, town.dan.id)
    assert open_alerts >= 1 and await staff_digest(at("11-14 08:00")) == 1
    await execute("UPDATE alert SET assigned_to = $1", town.erin.id)
    assert await staff_digest(at("11-15 08:00")) == 2
    bodies = "SELECT body FROM message WHERE staff = $1 ORDER BY id"
    assert [row["body"] for row in await fetch(bodies, town.dan.id)] == [
        f"今日应办0项，逾期0项，待处置{open_alerts}条，请登录系统查看。",
        "今日应办0项，逾期0项，待处置0条，请登录系统查看。",
    ]
    assert len(await fetch(bodies, town.erin.id)) == 1


async def test_the_export_shows_two_digits_of_a_number_and_what_was_known_then(town):
    zhao = await zhao_of(town, phone="13800000077")
    await remind(at("11-08 09:00"))
    rows = await messages_list()
    assert [(row["to"], row["phone_ends"], row["state"]) for row in rows] == [(zhao.number, "77", "waiting")]
    assert "13800000077" not in str(rows)
    assert await messages_list(at("11-08 08:59:59")) == []
    assert date.fromisoformat(rows[0]["created_at"][:10]) == date(2026, 11, 8)


async def test_what_help_owes_is_no_lapse_in_a_digest(town):
    zhao = await zhao_of(town)
    await execute("UPDATE staff SET phone_sealed = $2 WHERE id = $1", town.alice.id, seal("13800000010", STAFF_PHONE))
    now = at("11-16 08:00")
    of_help = {"subject_kind": "assistance", "owed_by": "staff", "rule": "RA-14", "variant": ""}
    await makers.owe(town, (zhao.person, 7), now - SECOND, **of_help)
    file = {"subject_kind": "assistance", "subject_id": 7, "person": zhao.person, "office": town.alice.office}
    await insert("responsibility", file | {"staff": town.alice.id, "role": "main", "from_at": now, "recorded_at": now})
    lapsed = await fetch_value(
        "SELECT count(*) FROM duty WHERE subject_kind = 'order' AND is_lapsed(state, limit_at, $1)", now
    )
    assert await staff_digest(now) == 1
    body = await fetch_value("SELECT body FROM message WHERE staff = $1", town.alice.id)
    assert f"逾期{lapsed}项，其他待办1项，" in body
