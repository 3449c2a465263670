"""A person gets one text a local day, whatever its kind; the second waits for the next morning, unless it would be too late."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.clock import FixedClock
from supervision.days import SHANGHAI, local_day
from supervision.db import execute, fetch, fetch_value
from supervision.messages.delivery import deliver
from supervision.messages.outbox import Draft, enqueue, free_moment
from supervision.messages.reminders import enqueue_missed, remind
from supervision.people.actions import NewContact
from tests.cast import Cast, client_for
from tests.messages.texts_made import Told, change, queued, text_row, texts_of
from tests.register import OnRegister, on_register

SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


REGISTERED = at("11-02 10:00")  # a Monday: calls are owed on Mondays


async def calls_of(one: OnRegister) -> list[int]:
    rows = await fetch("SELECT id FROM duty WHERE subject_id = $1 AND variant = 'phone' ORDER BY due_at", one.order)
    return [row["id"] for row in rows]


async def due(one: OnRegister, variant: str, due_at: str, remind_at: str) -> None:
    """Make the first slot of this manner owed and reminded of at certain times."""
    await execute(
        """UPDATE duty SET opens_at = $3, due_at = $3, limit_at = $3, remind_at = $4
            WHERE id = (SELECT id FROM duty WHERE subject_id = $1 AND variant = $2 AND state = 'open'
                         ORDER BY due_at LIMIT 1)""",
        one.order,
        variant,
        at(due_at),
        at(remind_at),
    )


@pytest.mark.parametrize(
    ("due_at", "goes_out"),
    [
        ("11-11 09:00:01", "11-11 09:00"),
        ("11-11 09:00:00", "11-10 09:00"),
        ("11-11 00:00:00", "11-10 09:00"),
        ("11-13 00:00:00", "11-11 09:00"),
    ],
)
async def test_a_reminder_waits_a_day_for_what_was_missed_unless_it_would_come_too_late(
    town: Cast, due_at: str, goes_out: str
) -> None:
    one = await on_register(town, at=REGISTERED)
    await due(one, "in_person", due_at, "11-10 09:00")
    await enqueue_missed((await calls_of(one))[:1], at("11-10 00:00:10"))
    assert await remind(at("11-10 09:00")) == 1
    assert [(row["kind"], row["not_before"]) for row in await texts_of(one.person)] == [
        ("missed", at("11-10 09:00")),
        ("reminder", at(goes_out)),
    ]


async def test_what_was_missed_waits_a_day_where_a_reminder_went_out(town: Cast) -> None:
    one = await on_register(town, at=REGISTERED)
    await queued(at("11-10 09:00"), person=one.person)
    provider = Told()
    await deliver(provider, FixedClock(at("11-10 09:00")).now, "test")
    await enqueue_missed((await calls_of(one))[:1], at("11-10 11:00"))
    for moment in ("11-10 11:00:05", "11-10 19:59:59", "11-11 08:59:59"):
        await deliver(provider, FixedClock(at(moment)).now, "test")
        assert len(provider.sent) == 1
    await deliver(provider, FixedClock(at("11-11 09:00")).now, "test")
    assert len(provider.sent) == 2


@pytest.mark.parametrize(
    ("state", "claimed", "not_before"),
    [
        ("sent", "11-10 09:00", "11-11 09:00"),
        ("unknown", "11-10 00:00", "11-11 09:00"),
        ("sent", "11-09 23:59:59", "11-10 11:00"),
        ("failed", "11-10 09:00", "11-10 11:00"),
        ("cancelled", None, "11-10 11:00"),
        ("expired", None, "11-10 11:00"),
        ("waiting", None, "11-11 09:00"),
    ],
)
async def test_only_a_text_that_reached_or_may_reach_the_person_takes_the_day(
    town: Cast, state: str, claimed: str | None, not_before: str
) -> None:
    one = await on_register(town, at=REGISTERED)
    first = await queued(at("11-10 09:00"), person=one.person)
    await change(first, state=state, claimed_at=at(claimed) if claimed else None)
    second = await queued(at("11-10 11:00"), person=one.person)
    assert (await text_row(second))["not_before"] == at(not_before)


async def test_each_of_three_texts_has_a_day_of_its_own_and_other_people_and_staff_are_not_held_up(town: Cast) -> None:
    now = at("11-10 11:00")
    one, other = await on_register(town, at=REGISTERED), await on_register(town, at=REGISTERED, name="李二")
    late = now + timedelta(days=9)
    mine = [await queued(now, person=one.person, not_after=late) for _ in range(3)]
    theirs = await queued(now, person=other.person)
    drafts = [
        Draft(
            kind="digest",
            body="今日应办1项",
            once_key=key,
            number="+8619900000010",
            not_before=now,
            not_after=late,
            staff=town.alice.id,
        )
        for key in ("first", "second")
    ]
    staff = (await enqueue(drafts, now)).values()
    days = [(await text_row(text))["not_before"] for text in (*mine, theirs, *staff)]
    assert days == [now, at("11-11 09:00"), at("11-12 09:00"), now, now, now]


def test_of_two_texts_in_one_call_the_second_waits() -> None:
    draft = Draft(
        kind="reminder",
        body="提醒",
        once_key="a",
        number="+8619900000001",
        not_before=at("11-10 11:00"),
        not_after=at("11-13 00:00"),
        person=1,
    )
    today = local_day(at("11-10 11:00"))
    assert free_moment(draft, set()) == at("11-10 11:00")
    assert free_moment(draft, {today}) == at("11-11 09:00")
    assert free_moment(draft, {today, local_day(at("11-11 09:00")), local_day(at("11-12 09:00"))}) == at("11-10 11:00")


async def test_a_text_that_is_answered_before_it_goes_out_holds_no_reminder_up(town: Cast) -> None:
    one = await on_register(town, at=REGISTERED)
    await due(one, "in_person", "11-13 00:00", "11-10 09:00")
    call = (await calls_of(one))[0]
    await enqueue_missed([call], at("11-10 00:00:10"))
    await execute("UPDATE duty SET state = 'met_late', closed_at = $2 WHERE id = $1", call, at("11-10 08:30"))
    await remind(at("11-10 09:00"))
    assert [(row["state"], row["not_before"]) for row in await texts_of(one.person)] == [
        ("cancelled", at("11-10 09:00")),
        ("waiting", at("11-10 09:00")),
    ]


async def test_a_text_that_a_human_sends_again_goes_out_at_once(town: Cast) -> None:
    one = await on_register(town, at=town.now)
    text = await queued(town.now, person=one.person, number="19900000001")
    await change(text, state="unknown", claimed_at=town.now)
    alice = await client_for(town, town.alice)
    await alice.post(f"/messages/{text}/again", data={"note": "本人没有收到"})
    assert (await texts_of(one.person))[-1]["not_before"] == town.now


# -- one text of all that was missed


async def test_lapses_of_two_batches_are_told_in_one_text(town: Cast) -> None:
    one = await on_register(town, at=REGISTERED)
    first, second = (await calls_of(one))[:2]
    assert await enqueue_missed([first], at("11-17 00:00:10")) == 1
    assert await enqueue_missed([second], at("11-17 00:00:20")) == 0
    assert await enqueue_missed([first, second], at("11-17 00:00:30")) == 0
    provider = Told()
    await deliver(provider, FixedClock(at("11-17 09:00")).now, "test")
    assert [sent.text for sent in provider.sent] == [
        "古城提醒：11月9日来电，11月16日来电还没有完成，请尽快与我们联系。"
    ]
    about = await fetch("SELECT duty FROM message_about ORDER BY duty")
    assert Counter(row["duty"] for row in about) == Counter([first, second])


async def test_a_lapse_that_was_dealt_with_meanwhile_is_left_out_of_the_one_text(town: Cast) -> None:
    one = await on_register(town, at=REGISTERED)
    first, second = (await calls_of(one))[:2]
    await enqueue_missed([first], at("11-17 00:00:10"))
    await execute("UPDATE duty SET state = 'excused', closed_at = $2 WHERE id = $1", first, at("11-17 00:00:15"))
    await enqueue_missed([second], at("11-17 00:00:20"))
    assert [row["body"] for row in await texts_of(one.person)] == [
        "古城提醒：11月16日来电还没有完成，请尽快与我们联系。"
    ]


@pytest.mark.parametrize(("state", "not_before"), [("sending", "11-18 09:00"), ("cancelled", "11-17 09:30")])
async def test_a_lapse_whose_day_has_had_its_text_is_told_in_another_and_never_lost(
    town: Cast, state: str, not_before: str
) -> None:
    one = await on_register(town, at=REGISTERED)
    first, second = (await calls_of(one))[:2]
    await enqueue_missed([first], at("11-17 00:00:10"))
    claimed = at("11-17 09:00") if state == "sending" else None
    await change((await texts_of(one.person))[0]["id"], state=state, claimed_at=claimed)
    assert await enqueue_missed([second], at("11-17 09:30")) == 1
    text = (await texts_of(one.person))[-1]
    assert text["not_before"] == at(not_before)
    assert text["body"] == "古城提醒：11月16日来电还没有完成，请尽快与我们联系。"


async def test_a_text_to_a_number_that_was_changed_meanwhile_is_not_added_to(town: Cast) -> None:
    from supervision.people.actions import add_contact

    one = await on_register(town, at=REGISTERED)
    first, second = (await calls_of(one))[:2]
    await enqueue_missed([first], at("11-17 00:00:10"))
    old = await fetch_value("SELECT id FROM contact WHERE person = $1", one.person)
    await add_contact(one.person, NewContact("phone", "19900000055"), at("11-17 00:00:15"), None, replaces=old)
    assert await enqueue_missed([second], at("11-17 00:00:20")) == 1
    rows = await texts_of(one.person)
    assert len({row["recipient_key"] for row in rows}) == 2 and "11月9日" not in rows[1]["body"]


async def test_what_one_person_missed_is_one_text_although_the_watch_sees_it_in_two_batches(town: Cast) -> None:
    one = await on_register(town, at=REGISTERED)
    first, second = (await calls_of(one))[:2]
    now = at("11-17 00:00:10")
    await execute("UPDATE duty SET alerted_at = $2 WHERE id = $1", second, now)
    assert (await watch(now)).texts == 1
    await execute("UPDATE duty SET alerted_at = NULL WHERE id = $1", second)
    assert (await watch(now + 10 * SECOND)).texts == 0
    assert [row["body"] for row in await texts_of(one.person)] == [
        "古城提醒：11月9日来电，11月16日来电还没有完成，请尽快与我们联系。"
    ]
    assert await fetch_value("SELECT count(*) FROM alert WHERE duty IN ($1, $2)", first, second) == 2
