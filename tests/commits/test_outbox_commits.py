"""The outbox on a database that really commits: many senders at once, and senders that die."""

import asyncio
import sys
from datetime import datetime, timedelta

import pytest

from supervision.clock import FixedClock
from supervision.days import SHANGHAI
from supervision.db import DB, fetch, fetch_value
from supervision.messages.delivery import deliver
from supervision.messages.outbox import CUT_OFF_AFTER, claim, sweep
from supervision.messages.providers import Accepted
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


DYING = """
import asyncio, os, sys
from datetime import datetime
from supervision import sealed
from supervision.db import open_pool
from supervision.messages.delivery import deliver
class Dying:
    name = "dying"
    async def send(self, message):
        os._exit(9)
async def main():
    await open_pool(sys.argv[1], size=2)
    now = datetime.fromisoformat(sys.argv[2])
    await deliver(Dying(), lambda: now, "one that dies")
sealed.use(sealed.Keyring({"k": bytes(32)}, bytes(32)))
asyncio.run(main())
"""


async def test_a_sender_killed_on_the_wire_leaves_unknown_and_nobody_sends_it_again():
    from supervision import sealed

    before = sealed._current()
    sealed.use(sealed.Keyring({"k": bytes(32)}, bytes(32)))
    try:
        await many(3)
        dead = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, DB.config["dsn"], NOW.isoformat())
        assert await dead.wait() == 9
        assert await fetch_value("SELECT count(*) FROM message WHERE state = 'sending'") == 3
        await sweep(NOW + CUT_OFF_AFTER)
        provider = Told()
        await deliver(provider, FixedClock(NOW + CUT_OFF_AFTER).now, "another")
        rows = await fetch("SELECT state, attempts FROM message")
        assert [tuple(row) for row in rows] == [("unknown", 1)] * 3
        assert provider.sent == []
    finally:
        sealed.use(before)


class Slow(Told):
    """Answers only when it is told to, as a provider that hangs."""

    def __init__(self):
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def send(self, message):
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
