"""How many texts a second one sender hands over: beside what its width allows, what the SDK alone does, and an empty table."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Final

from twilio.rest import Client

from supervision.bench import load
from supervision.bench.frame import Bench, Report, Run, Side, Watch, side_by_side
from supervision.bench.place import NOW, Place
from supervision.bench.processes import answers, started
from supervision.bench.wire import LATENCY
from supervision.db import execute
from supervision.messages.delivery import IN_FLIGHT, MOST_TEXTS, deliver
from supervision.messages.providers import Accepted, Outgoing, Provider
from supervision.messages.providers.twilio import TimedHttpClient, TwilioProvider, TwilioSettings
from supervision.messages.recipients import RECIPIENT
from supervision.sealed import blind, seal

TEXTS: Final = MOST_TEXTS
"""What one run of the sender takes at most."""
SENT_OF_EACH: Final = 10
NUMBER: Final = "+8619900010000"
"""Not one of the demo's, which no real provider takes; it goes to a stand-in on this machine."""
SENDER: Final = "+15005550006"
"""The sender that Twilio documents for trials."""
ACCOUNT, TOKEN = "AC" + "0" * 32, "none"


class Fake:
    """A provider inside the process that takes every text, after a while."""

    name = "fake"

    def __init__(self) -> None:
        self._numbers = count()

    async def send(self, message: Outgoing) -> Accepted:
        """Take it."""
        await asyncio.sleep(LATENCY)
        return Accepted(f"fake{next(self._numbers)}", "queued")

    async def close(self) -> None:
        """Nothing to close."""


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """A thousand waiting texts, among ten sent ones a person."""
    await place.load("fresh", people, load.register, _waiting)
    await place.load("load", people, load.register, _sent, _waiting)
    notes = {"sent rows": people * SENT_OF_EACH, "in flight": IN_FLIGHT, "latency, ms": round(LATENCY * 1000)}

    async def report(bench: Bench, ours: Side, anchor: Side) -> Report:
        return Report(bench, people, *await side_by_side(bench, ours, anchor), notes)

    fake = [
        await report(Bench("sender: fake", "/s", "≥ 0.8", runs), lambda: _delivered(place, "load", Fake()), _width),
        await report(
            Bench("sender: sent rows", "/s", "≥ 0.9", runs),
            lambda: _delivered(place, "load", Fake()),
            lambda: _delivered(place, "fresh", Fake()),
        ),
    ]
    async with started("supervision.bench.wire") as (url, _):
        await answers(f"{url}/")
        bench = Bench("sender: SDK", "/s", "≥ 0.9", runs)
        return [*fake, await report(bench, lambda: _by_twilio(place, url), lambda: _sdk_alone(url))]


async def _width() -> Run:
    """So many at once, each so long."""
    return Run(IN_FLIGHT / LATENCY, {"sent": TEXTS})


async def _delivered(place: Place, name: str, provider: Provider) -> Run:
    await place.copy(name, "ours")
    async with place.at_work("ours"):
        with Watch() as took:
            counts = await deliver(provider, lambda: NOW, "bench")
    return Run(TEXTS / took.seconds, dict(counts))


async def _by_twilio(place: Place, url: str) -> Run:
    provider = TwilioProvider(TwilioSettings(ACCOUNT, TOKEN, SENDER, mode="training", base_url=url))
    try:
        return await _delivered(place, "load", provider)
    finally:
        await provider.close()


async def _sdk_alone(url: str) -> Run:
    """The official client, as many at once, without a database."""
    async with _client(url) as client:
        with Watch() as took:
            sent = sum(await asyncio.gather(*(_lane(client) for _ in range(IN_FLIGHT))))
    return Run(TEXTS / took.seconds, {"sent": sent})


async def _lane(client: Client) -> int:
    """One text after the other; how many."""
    texts = range(TEXTS // IN_FLIGHT)
    for _ in texts:
        await client.messages.create_async(to=NUMBER, from_=SENDER, body=BODY)
    return len(texts)


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[Client]:
    http = TimedHttpClient(url, timedelta(seconds=10))
    try:
        yield Client(ACCOUNT, TOKEN, http_client=http)
    finally:
        await http.close()


# -- the load ----------------------------------------------------------------------------------------------------

BODY: Final = "您好，11月25日应来电。请与乙1所联系，说明情况。"
MESSAGES: Final = """
INSERT INTO message (person, recipient_sealed, recipient_key, kind, body, once_key, not_before, not_after, next_try_at,
                     state, created_at, attempts, claimed_at, provider, provider_ref)
SELECT (k - 1) % $1 + 1, $2, $3, 'reminder', $4, $5 || k, $6, $6::timestamptz + interval '10 hours', $6, $5,
       $6, n.tries, CASE WHEN n.tries = 1 THEN $6::timestamptz END, CASE WHEN n.tries = 1 THEN 'fake' END,
       CASE WHEN n.tries = 1 THEN 'sent' || k END
  FROM generate_series(1, $7::int) k, LATERAL (SELECT CASE WHEN $5 = 'sent' THEN 1 ELSE 0 END AS tries) n
"""


async def _waiting(people: int) -> None:
    await _messages(people, "waiting", TEXTS)


async def _sent(people: int) -> None:
    await _messages(people, "sent", people * SENT_OF_EACH)


async def _messages(people: int, state: str, texts: int) -> None:
    at = NOW - timedelta(days=1) if state == "sent" else NOW
    await execute(MESSAGES, people, seal(NUMBER, RECIPIENT), blind(NUMBER, RECIPIENT), BODY, state, at, texts)
