"""Whoever refuses texts is reached otherwise: the finding, its alert, its end; by the page and by the provider's word."""

from datetime import timedelta

import pytest

from jobs.job import Work
from jobs.work import after_bad_numbers
from supervision.alerts.watch import watch
from supervision.clock import FixedClock
from supervision.db import fetch, fetch_value
from supervision.messages.delivery import deliver
from supervision.messages.providers import Refused
from supervision.messages.recipients import Recipient, recipients
from supervision.people.actions import NewContact, add_contact
from supervision.people.facts import phones
from supervision.rules.reach_otherwise import texted
from tests.cast import Cast, client_for
from tests.messages.texts_made import Told, queued
from tests.register import OnRegister, on_register

SECOND = timedelta(seconds=1)


async def _found(one: OnRegister) -> list[tuple[object, ...]]:
    rows = await fetch(
        "SELECT since_at, state, ended_at FROM finding WHERE rule = 'reach_otherwise' AND subject_id = $1", one.order
    )
    return [tuple(row) for row in rows]


async def _alerts(one: OnRegister) -> list[tuple[str, str | None]]:
    rows = await fetch(
        "SELECT severity, outcome FROM alert WHERE kind = 'reach_otherwise' AND person = $1 ORDER BY id", one.person
    )
    return [(row["severity"], row["outcome"]) for row in rows]


async def test_a_refusal_put_down_by_an_officer_raises_it_and_a_number_that_takes_texts_ends_it(town: Cast) -> None:
    one = await on_register(town, at=town.now - timedelta(days=3))
    alice = await client_for(town, town.alice)
    path = f"/people/{one.person}/phone"
    assert await _found(one) == []
    sent = {"phone": "19900000001", "holder": "self", "refuses": "1"}
    assert (await alice.post(path, data=sent)).status_code == 303
    refused_at = town.now
    assert await _found(one) == [(refused_at, "open", None)]
    await watch(refused_at)
    assert await _alerts(one) == [("notice", None)]
    assert "另行通知" in (await alice.get("/alerts")).text
    town.clock.at += timedelta(minutes=5)
    assert (await alice.post(path, data={"phone": "19900000077", "holder": "self"})).status_code == 303
    assert await _found(one) == [(refused_at, "ended", town.now)]
    assert await _alerts(one) == [("notice", "resolved")]


async def test_an_officer_who_told_the_person_otherwise_ends_the_alert_and_it_stays_ended(town: Cast) -> None:
    one = await on_register(town, at=town.now - timedelta(days=3))
    alice = await client_for(town, town.alice)
    await alice.post(f"/people/{one.person}/phone", data={"phone": "19900000001", "holder": "self", "refuses": "1"})
    await watch(town.now)
    alert = await fetch_value("SELECT id FROM alert WHERE person = $1 AND kind = 'reach_otherwise'", one.person)
    sent = {"alert": alert, "outcome": "resolved", "reason": "已当面告知下月报告安排"}
    assert (await alice.post(f"/alerts/people/{one.person}/outcome", data=sent)).status_code == 303
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-25T08:30"})
    await watch(town.now + SECOND)
    assert await _alerts(one) == [("notice", "resolved")]
    assert [state for _, state, _ in await _found(one)] == ["open"]


async def test_a_provider_that_tells_of_a_refusal_raises_it_from_that_moment(town: Cast) -> None:
    one = await on_register(town, phone=None)
    told_at = town.now + timedelta(hours=1)
    await queued(town.now, person=one.person, number="19900000001")
    provider = Told(Refused("已退订。", code="21610", reason="opted_out"))
    await deliver(provider, FixedClock(told_at).now, "test")
    await after_bad_numbers(Work(FixedClock(told_at + SECOND), provider))
    assert await _found(one) == [(told_at, "open", None)]
    assert await fetch_value("SELECT count(*) FROM finding WHERE rule = 'no_phone' AND state = 'open'") == 0


@pytest.mark.parametrize("own", [None, ("19900000001", "yes"), ("19900000001", "no"), ("0351-7022345", "yes")])
@pytest.mark.parametrize("family", [None, ("19900000002", "yes"), ("19900000002", "no"), ("0351-7022346", "yes")])
async def test_the_rule_and_the_outbox_agree_on_whom_a_text_reaches(town: Cast, own, family) -> None:
    one = await on_register(town, phone=None)
    for holder, number in (("self", own), ("family", family)):
        if number:
            new = NewContact("phone", number[0], holder, number[1])
            await add_contact(one.person, new, town.now, None)
    known = (await phones([one.order])).get(one.order, [])
    sent_to = (await recipients([one.person], town.now))[one.person]
    by_rule = texted(known, town.now)
    assert (by_rule.id if by_rule else None) == (sent_to.contact if isinstance(sent_to, Recipient) else None)
