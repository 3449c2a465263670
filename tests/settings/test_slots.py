"""Slots of the daily jobs: the latest one only, one process only, and again when it was cut off."""

from datetime import datetime, time, timedelta

import pytest

from supervision.days import SHANGHAI
from supervision.db import fetch_row, fetch_value
from supervision.settings.slots import CUT_OFF, claim_slot, finish_slot, heartbeat, latest_slot, note_failure

pytestmark = pytest.mark.usefixtures("db")
SECOND = timedelta(seconds=1)


def at(text):
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


SLOT, NOW = at("25 02:00"), at("25 02:00:05")


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("25 07:29:59", "24 07:30"),
        ("25 07:30:00", "25 07:30"),
        ("25 23:59:59", "25 07:30"),
        ("26 00:00:00", "25 07:30"),
        ("30 12:00:00", "30 07:30"),
    ],
)
def test_after_any_outage_only_the_latest_slot_is_due(now, slot):
    assert latest_slot(time(7, 30), at(now)) == at(slot)


async def test_a_slot_is_claimed_once():
    assert [await claim_slot("reconcile", SLOT, NOW) for _ in range(2)] == [True, False]
    assert await claim_slot("digest", SLOT, NOW)


async def test_a_slot_without_an_end_may_be_claimed_again_after_ten_minutes():
    await claim_slot("reconcile", SLOT, NOW)
    assert not await claim_slot("reconcile", SLOT, NOW + CUT_OFF - SECOND)
    assert await claim_slot("reconcile", SLOT, NOW + CUT_OFF)
    assert not await claim_slot("reconcile", SLOT, NOW + CUT_OFF + SECOND)


@pytest.mark.parametrize("ok", [True, False])
async def test_a_slot_that_ended_well_is_done_and_one_that_failed_is_not(ok):
    await claim_slot("reconcile", SLOT, NOW)
    assert await finish_slot("reconcile", SLOT, NOW, now=NOW + SECOND, ok=ok, note="7")
    assert await claim_slot("reconcile", SLOT, NOW + CUT_OFF) is not ok


async def test_whoever_was_overtaken_does_not_write_the_end():
    await claim_slot("reconcile", SLOT, NOW)
    await claim_slot("reconcile", SLOT, NOW + CUT_OFF)
    assert not await finish_slot("reconcile", SLOT, NOW, now=NOW + CUT_OFF, ok=True, note="")
    assert await fetch_value("SELECT ended_at FROM job_run") is None


async def test_a_beat_moves_forward_only_and_a_failure_leaves_its_age():
    await heartbeat("watch", NOW, "3")
    await heartbeat("watch", NOW - SECOND, "late")
    await note_failure("watch", "连续失败 2 次")
    row = await fetch_row("SELECT at, note FROM heartbeat WHERE job = 'watch'")
    assert tuple(row) == (NOW, "连续失败 2 次")
