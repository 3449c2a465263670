"""The outbox: queued once, sent once, within hours; each of the provider's answers has its one end."""

from datetime import datetime, timedelta

import pytest

from supervision.clock import FixedClock
from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value
from supervision.messages.delivery import deliver
from supervision.messages.outbox import (
    CUT_OFF_AFTER,
    RETRY_AFTER,
    About,
    Draft,
    Outcome,
    claim,
    enqueue,
    may_send,
    next_moment,
    record_outcomes,
    sweep,
)
from supervision.messages.providers import Refused, Unavailable, Unclear
from supervision.messages.providers.twilio import TwilioProvider, TwilioSettings
from tests.messages.fake_twilio import ACCOUNT, TOKEN, FakeTwilio
from tests.messages.texts_made import MOBILE, Told, change, contact_of, queued, somebody, state_of, text_row

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
UNAVAILABLE = Unavailable("短信服务商繁忙。")

pytestmark = pytest.mark.usefixtures("db")


def at(text):
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


async def send(provider, now=NOW):
    return await deliver(provider, FixedClock(now).now, "test")


# -- queue


async def test_the_same_text_queued_twice_is_one_row():
    person = await somebody(NOW)
    await queued(NOW, person=person, once_key="reminder/1/2026-11-25")
    draft = Draft(
        kind="reminder",
        body="另一条",
        once_key="reminder/1/2026-11-25",
        number="+8613800000002",
        not_before=NOW,
        not_after=NOW + HOUR,
        person=person,
    )
    assert await enqueue([draft], NOW) == {}
    assert await fetch_value("SELECT array_agg(body) FROM message") == ["提醒：11月27日来电，请按约办理。"]


async def test_the_number_is_nowhere_in_clear():
    message = await queued(NOW)
    assert MOBILE not in str(dict(await text_row(message)))


async def test_what_was_said_of_a_duty_to_a_number_cannot_be_queued_again():
    import asyncpg

    from supervision.db import tx

    person = await somebody(NOW)
    about = (About(7, "reminder", "due 2026-11-27 on 2026-11-26"),)
    await queued(NOW, person=person, about=about)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with tx():
            await queued(NOW, person=person, about=about)


# -- hours


@pytest.mark.parametrize(
    ("moment", "people", "staff"),
    [
        ("25 07:59:59", False, False),
        ("25 08:00:00", False, True),
        ("25 08:59:59", False, True),
        ("25 09:00:00", True, True),
        ("25 19:59:59", True, True),
        ("25 20:00:00", False, False),
    ],
)
async def test_texts_go_out_within_hours_alone(moment, people, staff):
    now = at(moment)
    assert may_send(now, to_staff=False) == people
    assert may_send(now, to_staff=True) == staff
    await queued(at("24 12:00"))
    provider = Told()
    await send(provider, now)
    assert len(provider.sent) == people


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("25 00:00:00", "25 09:00:00"),
        ("25 08:59:59", "25 09:00:00"),
        ("25 09:00:00", "25 09:00:00"),
        ("25 19:59:59", "25 19:59:59"),
        ("25 20:00:00", "26 09:00:00"),
        ("25 23:59:59", "26 09:00:00"),
    ],
)
def test_a_text_wanted_in_the_night_waits_for_the_morning(wanted, first):
    assert next_moment(at(wanted), to_staff=False) == at(first)


async def test_a_text_is_never_sent_after_the_time_that_it_speaks_of():
    message = await queued(NOW, not_after=NOW + HOUR)
    provider = Told()
    await send(provider, NOW + HOUR)
    assert (provider.sent, await state_of(message)) == ([], "waiting")
    assert (await sweep(NOW + HOUR - SECOND)).expired == 0
    assert (await sweep(NOW + HOUR)).expired == 1
    assert await state_of(message) == "expired"


async def test_a_text_may_arrive_until_it_is_useless_and_not_in_the_night():
    await queued(NOW, not_after=NOW + HOUR)
    await queued(NOW)
    provider = Told()
    await send(provider)
    assert [one.valid_for for one in provider.sent] == [HOUR, 10 * HOUR]


# -- the provider's answers


async def test_an_accepted_text_is_sent_with_its_reference():
    message = await queued(NOW)
    assert await send(Told()) == {"sent": 1}
    row = await text_row(message)
    assert (row["state"], row["provider_ref"], row["provider"], row["attempts"]) == (
        "sent",
        f"ref-{message}",
        "told",
        1,
    )


async def test_a_sent_text_is_not_sent_again():
    await queued(NOW)
    provider = Told()
    await send(provider)
    await send(provider, NOW + 5 * HOUR)
    assert len(provider.sent) == 1


async def test_a_bad_number_fails_the_text_and_marks_the_number():
    message = await queued(NOW)
    await send(Told(Refused("号码无效。", code="21211", reason="bad_number")))
    row = await text_row(message)
    assert (row["state"], row["error"]) == ("failed", "号码无效。")
    assert await fetch_value("SELECT bad_since FROM contact WHERE id = $1", row["contact"]) == NOW


async def test_a_text_that_was_rejected_leaves_the_number_good():
    message = await queued(NOW)
    await send(Told(Refused("拒收。", code="30007", reason="rejected")))
    assert await state_of(message) == "failed"
    assert await fetch_value("SELECT count(*) FROM contact WHERE bad_since IS NOT NULL") == 0


async def test_whoever_opted_out_has_a_new_contact_that_refuses():
    message = await queued(NOW)
    await send(Told(Refused("已退订。", code="21610", reason="opted_out")))
    old = (await text_row(message))["contact"]
    rows = await fetch("SELECT consent, replaces, withdrawn_at FROM contact ORDER BY id")
    assert [tuple(row) for row in rows] == [("yes", None, NOW), ("no", old, None)]


async def test_an_unavailable_provider_is_asked_again_by_a_fixed_list_and_then_no_more():
    message = await queued(NOW, not_after=NOW + 9 * HOUR)
    provider = Told(*[UNAVAILABLE] * 9)
    now = NOW
    for delay in RETRY_AFTER:
        await send(provider, now)
        assert (await text_row(message))["next_try_at"] == now + delay
        await send(provider, now + delay - SECOND)
        now += delay
    assert await state_of(message) == "waiting"
    await send(provider, now)
    row = await text_row(message)
    assert (row["state"], row["error"], len(provider.sent)) == ("failed", "短信服务商繁忙。", len(RETRY_AFTER) + 1)


async def test_the_providers_own_delay_wins():
    message = await queued(NOW)
    await send(Told(Unavailable("繁忙。", retry_after=timedelta(seconds=77))))
    assert (await text_row(message))["next_try_at"] == NOW + timedelta(seconds=77)


async def test_a_second_try_in_the_evening_waits_for_the_morning():
    message = await queued(at("25 19:00"), not_after=at("27 00:00"))
    await send(Told(Unavailable("繁忙。", retry_after=HOUR)), at("25 19:30"))
    assert (await text_row(message))["next_try_at"] == at("26 09:00")


async def test_an_unclear_answer_is_unknown_and_never_sent_again():
    message = await queued(NOW)
    provider = Told(Unclear("可能已经发出。"))
    await send(provider)
    await send(provider, NOW + 5 * HOUR)
    await sweep(NOW + 40 * HOUR)
    assert (await state_of(message), len(provider.sent)) == ("unknown", 1)


async def test_a_mistake_of_ours_makes_one_text_unknown_and_the_others_go_on():
    first, second = await queued(NOW), await queued(NOW)
    assert await send(Told(ZeroDivisionError())) == {"unknown": 1, "sent": 1}
    assert [await state_of(first), await state_of(second)] == ["unknown", "sent"]


# -- interrupted, late, answered


async def test_a_crash_between_claim_and_mark_leaves_unknown_after_five_minutes():
    message = await queued(NOW)
    assert len(await claim(NOW, 50, "one that died")) == 1
    assert (await sweep(NOW + CUT_OFF_AFTER - SECOND)).unknown == 0
    assert (await sweep(NOW + CUT_OFF_AFTER)).unknown == 1
    provider = Told()
    await send(provider, NOW + HOUR)
    assert (await state_of(message), provider.sent) == ("unknown", [])


async def test_an_acceptance_after_the_sweep_still_counts_unless_somebody_dealt_with_it():
    seen, unseen = await queued(NOW), await queued(NOW)
    await claim(NOW, 50, "slow")
    await sweep(NOW + CUT_OFF_AFTER)
    await change(seen, looked_at=NOW)
    outcomes = [
        Outcome(message=one, attempt=1, state="sent", provider_ref=f"r{one}", provider_status="queued")
        for one in (seen, unseen)
    ]
    assert await record_outcomes(outcomes, "told", NOW + HOUR) == 1
    assert [await state_of(seen), await state_of(unseen)] == ["unknown", "sent"]


async def test_the_outcome_of_an_older_attempt_changes_nothing():
    message = await queued(NOW)
    await claim(NOW, 50, "one")
    await change(message, state="waiting")
    await claim(NOW, 50, "two")
    late = Outcome(message=message, attempt=1, state="failed", error="旧")
    assert await record_outcomes([late], "told", NOW) == 0
    assert await state_of(message) == "sending"


async def test_a_text_of_which_nothing_is_owed_any_more_is_cancelled_before_it_goes_out():
    message = await queued(NOW, about=(About(0, "missed", "v"),))  # no such open duty
    provider = Told()
    await send(provider)
    assert (await state_of(message), provider.sent) == ("cancelled", [])


# -- the same through Twilio's client


async def test_all_answers_of_twilio_have_their_ends():
    numbers = [f"1380000000{n}" for n in range(5)]
    person = await somebody(NOW)
    texts = [
        await queued(NOW + n * SECOND, person=person, number=number, at_once=True) for n, number in enumerate(numbers)
    ]
    async with FakeTwilio(NOW) as twilio:
        usual = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": "+15005550006", "mode": "training"}
        provider = TwilioProvider(TwilioSettings(**usual, base_url=twilio.url, timeout=timedelta(seconds=0.3)))
        for answer in ("accepted", "bad_number", "too_many", "broken", "timeout_after_accept"):
            twilio.script(answer)
            text = texts.pop(0)
            await execute(
                "UPDATE message SET next_try_at = $2 WHERE id <> $1 AND state = 'waiting'", text, at("30 09:00")
            )
            await change(text, next_try_at=NOW)
            await send(provider, NOW + 10 * SECOND)
        await provider.close()
        assert twilio.posts == 5
        assert twilio.breaches == []
    rows = await fetch("SELECT state FROM message ORDER BY id")
    assert [row["state"] for row in rows] == ["sent", "failed", "waiting", "unknown", "unknown"]


async def test_a_demo_number_never_reaches_a_real_provider():
    person = await somebody(NOW)
    message = await queued(NOW, person=person, number="19900000123")
    async with FakeTwilio(NOW) as twilio:
        usual = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": "+15005550006", "mode": "training"}
        provider = TwilioProvider(TwilioSettings(**usual, base_url=twilio.url))
        await send(provider)
        await provider.close()
        assert (await state_of(message), twilio.posts) == ("failed", 0)


async def test_a_second_contact_of_the_same_person_is_no_second_text():
    person = await somebody(NOW)
    await queued(NOW, person=person)
    await contact_of(person, NOW, "13800000009")
    provider = Told()
    await send(provider)
    assert [one.to for one in provider.sent] == ["+8613800000001"]
