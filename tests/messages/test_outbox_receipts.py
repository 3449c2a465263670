"""Receipts on rows: kept always, applied forwards only, whichever comes first."""

import itertools
from datetime import datetime, timedelta

import pytest

from supervision.clock import FixedClock
from supervision.days import SHANGHAI
from supervision.db import fetch, fetch_value, insert
from supervision.messages.delivery import deliver
from supervision.messages.providers import Receipt
from supervision.messages.receipts import CROSSED_FOR, apply_crossed, orders_of_bad_numbers, take_receipt
from tests.messages.texts_made import Told, queued, state_of, text_row
from tests.register import on_register

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)
LATER = NOW + timedelta(minutes=1)


async def sent():
    message = await queued(NOW)
    await deliver(Told(), FixedClock(NOW).now, "test")
    return message


async def receipt(message, status, code=None):
    await take_receipt(Receipt(f"ref-{message}", status, code), LATER)


@pytest.mark.parametrize(
    ("final", "state"), [("delivered", "delivered"), ("undelivered", "undelivered"), ("failed", "failed")]
)
async def test_receipts_in_any_order_end_in_the_final_state(db, final, state):
    for order in itertools.permutations(["queued", "sent", final]):
        message = await sent()
        for status in order:
            await receipt(message, status)
        row = await text_row(message)
        assert (row["state"], row["provider_status"], row["ended_at"]) == (state, final, LATER)


@pytest.mark.parametrize("late", ["sent", "undelivered", "failed", "delivered"])
async def test_a_final_state_is_never_overwritten(db, late):
    message = await sent()
    await receipt(message, "delivered")
    before = await text_row(message)
    await receipt(message, late, 30003)
    assert await text_row(message) == before


async def test_a_receipt_that_comes_before_the_answer_to_our_request_counts(db):
    message = await queued(NOW)
    await receipt(message, "delivered")
    assert await state_of(message) == "waiting"
    await deliver(Told(), FixedClock(NOW).now, "test")
    assert await state_of(message) == "delivered"


MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("after", "state"), [(MOMENT, "delivered"), (CROSSED_FOR - MOMENT, "delivered"), (CROSSED_FOR, "sent")]
)
async def test_a_receipt_that_crossed_with_the_answer_to_our_request_counts_within_a_day(db, after, state):
    message = await sent()
    for status in ("queued", "delivered"):  # as take_receipt leaves it, when it doesn't see the text's reference yet
        await insert("receipt", {"provider_ref": f"ref-{message}", "status": status, "received_at": NOW})
    await apply_crossed(NOW + after)
    assert await state_of(message) == state


async def test_every_receipt_is_kept_also_for_texts_that_are_not_ours(db):
    await take_receipt(Receipt("SM-nobody", "delivered", None), NOW)
    await take_receipt(Receipt("SM-nobody", "delivered", None), NOW)
    rows = await fetch("SELECT provider_ref, status FROM receipt")
    assert [tuple(row) for row in rows] == [("SM-nobody", "delivered")] * 2


@pytest.mark.parametrize(
    ("code", "bad"), [(30003, False), (30004, False), (30005, True), (30006, True), (30007, False)]
)
async def test_only_a_number_that_does_not_exist_is_marked_bad(db, code, bad):
    message = await sent()
    await receipt(message, "undelivered", code)
    marked = await fetch_value("SELECT bad_since FROM contact WHERE id = $1", (await text_row(message))["contact"])
    assert marked == (LATER if bad else None)


async def test_the_ledger_is_asked_again_for_whoever_has_a_bad_number(town):
    zhao = await on_register(town, phone="13800000007")
    assert await orders_of_bad_numbers() == []
    message = await queued(NOW, person=zhao.person, number="13800000008")
    await deliver(Told(), FixedClock(NOW).now, "test")
    await receipt(message, "undelivered", 30005)
    assert await orders_of_bad_numbers() == [zhao.order]
