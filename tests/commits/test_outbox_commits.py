"""The outbox on a database that really commits: many senders at once. Senders that die: tests/crash."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from supervision.clock import FixedClock
from supervision.days import SHANGHAI
from supervision.db import fetch, fetch_value, tx
from supervision.messages.delivery import IN_FLIGHT, deliver
from supervision.messages.outbox import CUT_OFF_AFTER, claim, sweep
from supervision.messages.providers import Accepted
from tests.conftest import of_database
from tests.messages.texts_made import Told, queued, somebody

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)

pytestmark = [pytest.mark.commits, pytest.mark.usefixtures("committing")]


async def many(number):
    person = await somebody(NOW)
    return [await queued(NOW, person=person, number=f"1380000{n:04d}", at_once=True) for n in range(number)]


async def test_four_senders_at_once_claim_each_text_once():
    texts = await many(90)
    claimed = await asyncio.gather(*(claim(NOW, 25, f"sender {n}") for n in range(4)))
    ids = [row["id"] for rows in claimed for row in rows]
    assert sorted(ids) == sorted(set(ids))
    assert set(ids) <= set(texts)
    assert sum(len(rows) > 0 for rows in claimed) > 1


async def test_four_senders_at_once_send_each_text_once():
    texts = await many(120)
    provider = Told()
    await asyncio.gather(*(deliver(provider, FixedClock(NOW).now, f"sender {n}") for n in range(4)))
    assert sorted(int(one.reference) for one in provider.sent) == texts
    assert await fetch_value("SELECT count(*) FROM message WHERE state = 'sent' AND attempts = 1") == 120


class Looking(Told):
    """Looks at the database from outside while a text is on the wire."""

    async def send(self, message):
        self.open = await fetch_value(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"""
        )
        self.state = await fetch_value("SELECT state FROM message WHERE id = $1", int(message.reference))
        return await super().send(message)


async def test_no_transaction_is_open_while_a_text_is_on_the_wire():
    await many(1)
    provider = Looking()
    await deliver(provider, FixedClock(NOW).now, "sender")
    assert (provider.open, provider.state) == (0, "sending")


async def as_owner(server):
    """A connection of its own, as the database's owner."""
    return await asyncpg.connect(of_database(server, await fetch_value("SELECT current_database()")))


# -- one text a day


async def test_two_texts_queued_for_one_person_in_the_same_moment_have_a_day_each():
    person, queued_one, may_commit = await somebody(NOW), asyncio.Event(), asyncio.Event()

    async def first():
        async with tx():
            await queued(NOW, person=person)
            queued_one.set()
            await may_commit.wait()

    one = asyncio.create_task(first())
    await queued_one.wait()
    other = asyncio.create_task(queued(NOW, person=person, kind="missed"))
    await asyncio.wait({other}, timeout=1)  # let it come as far as it can
    may_commit.set()
    await asyncio.gather(one, other)
    days = [row["not_before"] for row in await fetch("SELECT not_before FROM message ORDER BY not_before")]
    assert days == [NOW, NOW + timedelta(hours=23)]


# -- a full wire


class Counting(Told):
    """Counts how many texts are on the wire together."""

    def __init__(self):
        super().__init__()
        self.now = self.most = 0

    async def send(self, message):
        self.now += 1
        self.most = max(self.most, self.now)
        await fetch_value("SELECT 1")
        self.now -= 1
        return await super().send(message)


async def test_the_wire_is_full_and_never_fuller():
    await many(IN_FLIGHT * 3)
    provider = Counting()
    await deliver(provider, FixedClock(NOW).now, "sender")
    assert (provider.most, len(provider.sent)) == (IN_FLIGHT, IN_FLIGHT * 3)


class OneHangs(Told):
    """The first text is answered only once all others have been sent and written down."""

    def __init__(self, others):
        super().__init__()
        self.others, self.first = others, None

    async def send(self, message):
        self.first = self.first or message.reference
        while message.reference == self.first:
            if await fetch_value("SELECT count(*) FROM message WHERE state = 'sent'") == self.others:
                break
        return await super().send(message)


async def test_a_text_that_hangs_holds_up_neither_the_others_nor_what_is_known_of_them():
    await many(IN_FLIGHT * 2)
    counts = await asyncio.wait_for(deliver(OneHangs(IN_FLIGHT * 2 - 1), FixedClock(NOW).now, "sender"), 60)
    assert counts == {"sent": IN_FLIGHT * 2}


class Cutting(Told):
    """Cuts every connection to the database while texts are on the wire."""

    def __init__(self, owner):
        super().__init__()
        self.owner, self.cut = owner, False

    async def send(self, message):
        if not self.cut:
            self.cut = True
            await self.owner.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
            )
        return await super().send(message)


async def test_what_is_known_is_written_although_the_database_was_away_for_a_moment(server):
    texts = await many(3)
    owner = await as_owner(server)
    await deliver(Cutting(owner), FixedClock(NOW).now, "sender")
    await owner.close()
    rows = await fetch("SELECT id, state, attempts FROM message ORDER BY id")
    assert [tuple(row) for row in rows] == [(text, "sent", 1) for text in texts]


REFUSING = """
CREATE SEQUENCE tried;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM nextval('tried'); RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON message FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION refuse();
GRANT SELECT, UPDATE ON tried TO supervision_app;
"""


class UntilTried(Told):
    """Answers once somebody has tried to write an outcome."""

    async def send(self, message):
        while len(self.sent) > 0 and not await fetch_value("SELECT is_called FROM tried"):
            pass
        return await super().send(message)


async def test_where_outcomes_cannot_be_written_nothing_more_goes_out(server):
    await many(IN_FLIGHT * 6)
    owner = await as_owner(server)
    await owner.execute(REFUSING)
    await owner.close()
    provider = UntilTried()
    with pytest.raises(asyncpg.RaiseError):
        await deliver(provider, FixedClock(NOW).now, "sender")
    assert len(provider.sent) < IN_FLIGHT * 6
    assert await fetch_value("SELECT count(*) FROM message WHERE state NOT IN ('sending', 'waiting')") == 0


class Sleeping(Told):
    """While the first text is on the wire the machine sleeps, and another one sweeps."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    async def send(self, message):
        if self.clock.at == NOW:
            self.clock.at += CUT_OFF_AFTER
            await sweep(self.clock.at)
        return await super().send(message)


async def test_a_text_that_was_claimed_long_ago_is_left_to_the_human_who_was_asked():
    await many(3)
    clock = FixedClock(NOW)
    provider = Sleeping(clock)
    await deliver(provider, clock.now, "sender")
    assert len(provider.sent) == 1
    rows = await fetch("SELECT state, attempts FROM message ORDER BY id")
    assert [tuple(row) for row in rows] == [("sent", 1), ("unknown", 1), ("unknown", 1)]


# -- death


class Slow(Told):
    """Answers only when it is told to, as a provider that hangs."""

    def __init__(self):
        super().__init__()
        self.asked, self.go, self.on_wire = asyncio.Event(), asyncio.Event(), 0

    async def send(self, message):
        self.on_wire += 1
        self.asked.set()
        await self.go.wait()
        return Accepted(f"ref-{message.reference}", "queued")


async def test_an_answer_that_comes_after_the_sweep_is_not_lost():
    await many(1)
    slow = Slow()
    sending = asyncio.create_task(deliver(slow, FixedClock(NOW).now, "slow"))
    await slow.asked.wait()
    assert (await sweep(NOW + CUT_OFF_AFTER)).unknown == 1
    slow.go.set()
    await sending
    assert await fetch_value("SELECT state FROM message") == "sent"


async def on_the_wire(number):
    """A slow provider, the sender that waits for its answers, and who else works for it; all lanes are taken."""
    before, slow = asyncio.all_tasks(), Slow()
    await many(number)
    sending = asyncio.create_task(deliver(slow, FixedClock(NOW).now, "slow", stop := asyncio.Event()))
    while await fetch_value("SELECT count(*) FROM message WHERE state = 'waiting'") or slow.on_wire < IN_FLIGHT:
        pass
    return slow, sending, stop, asyncio.all_tasks() - before


async def test_a_sender_that_is_asked_to_stop_sends_nothing_more_and_gives_back_what_it_claimed():
    slow, sending, stop, _ = await on_the_wire(IN_FLIGHT * 2)
    stop.set()
    slow.go.set()
    assert await sending == {"sent": IN_FLIGHT, "waiting": IN_FLIGHT}
    assert slow.on_wire == IN_FLIGHT
    rows = await fetch(
        "SELECT state, count(*) AS count FROM message WHERE next_try_at <= $1 GROUP BY 1 ORDER BY 1", NOW
    )
    assert [tuple(row) for row in rows] == [("sent", IN_FLIGHT), ("waiting", IN_FLIGHT)]


async def test_a_sender_that_is_cut_off_with_all_its_texts_in_the_air_comes_to_an_end():
    _, _, _, theirs = await on_the_wire(IN_FLIGHT * 2)
    for task in theirs:
        task.cancel()
    _, pending = await asyncio.wait(theirs, timeout=10)
    assert pending == set()


class UntilTheEvening(Told):
    """While the first texts are on the wire the evening comes."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    async def send(self, message):
        self.clock.at = EVENING
        return await super().send(message)


EVENING = NOW.replace(hour=20)


async def test_a_text_that_was_claimed_before_the_evening_waits_for_the_morning_if_its_turn_comes_in_it():
    await many(3)
    clock = FixedClock(EVENING - SECOND)
    provider = UntilTheEvening(clock)
    await deliver(provider, clock.now, "sender")
    assert len(provider.sent) == 1
    rows = await fetch("SELECT state, next_try_at FROM message ORDER BY id")
    morning = NOW.replace(hour=9) + timedelta(days=1)
    assert [row["state"] for row in rows] == ["sent", "waiting", "waiting"]
    assert {row["next_try_at"] for row in rows[1:]} == {morning}
