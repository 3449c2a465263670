"""What is kept each day: once, with the hash of its list; yesterday + came − went = today; any past moment as it was known."""

import json
import random
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from supervision.db import execute, fetch, fetch_row, fetch_value, insert
from supervision.rollcall.movement import compare
from supervision.rollcall.take import Taken, hash_of, roll_call, take
from tests.cast import NOW, Cast
from tests.rollcall.makers import (
    TODAY,
    Made,
    awaited,
    detain,
    end,
    enrolled,
    in_order,
    limit_of,
    report,
    watched,
)

DAY = timedelta(days=1)


async def test_the_day_is_kept_once_with_each_registration_and_the_hash_of_the_list(cast: Cast) -> None:
    one, other = await in_order(cast), await awaited(cast, TODAY)
    lost = await awaited(cast, TODAY, office=False)
    await execute("DELETE FROM duty WHERE subject_id = $1", lost.order)
    first, second = await take(NOW), await take(NOW + timedelta(hours=3))
    assert (first.made, first.total, first.remainder) == (True, 3, 1)
    assert (second.made, second.id) == (False, first.id)
    rows = await fetch("SELECT register, subject_id, person, bucket, proof FROM roll_call_entry ORDER BY subject_id")
    kept = {(row["subject_id"], row["person"], row["bucket"]) for row in rows}
    assert kept == {
        (one.order, one.person, "in_order"),
        (other.order, other.person, "awaited"),
        (lost.order, lost.person, "remainder"),
    }
    lines = sorted(f"{row['register']}|{row['subject_id']}|{row['bucket']}" for row in rows)
    stored = await fetch_row("SELECT * FROM roll_call")
    assert stored["list_hash"] == sha256("\n".join(lines).encode()).hexdigest()
    assert json.loads(stored["buckets"])["in_order"] == 1 and stored["day"] == TODAY
    assert json.loads(stored["headline"])["lost"][0] == [lost.order, lost.person, "没有待办的首次报到或者移送交接"]


def test_the_hash_is_of_the_list_whatever_its_order_and_of_nothing_else() -> None:
    assert hash_of([(2, "lapsed"), (10, "in_order")]) == hash_of([(10, "in_order"), (2, "lapsed")])
    assert hash_of([(2, "lapsed")]) != hash_of([(2, "in_order")]) != hash_of([(3, "in_order")])


async def test_yesterday_and_who_came_and_went_make_today(cast: Cast) -> None:
    stays, goes = await in_order(cast), await in_order(cast, name="走")
    ended = await in_order(cast, name="昨日结束")
    await end(cast, ended, NOW - timedelta(hours=1))
    await take(NOW)
    await end(cast, goes, NOW + timedelta(hours=1))
    comes = await awaited(cast, TODAY + DAY)
    await take(NOW + DAY)
    kept = await movement_kept(TODAY + DAY)
    assert kept == {
        "since": "2026-11-25",
        "before": 3,
        "came": [comes.order],
        "went": [goes.order, ended.order],
        "missing": [],
        "unexplained": [],
    }
    assert await fetch_value(
        "SELECT array_agg(subject_id ORDER BY id) FROM roll_call_entry WHERE subject_id = $1", stays.order
    )


async def movement_kept(day: date) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        await fetch_value("SELECT headline -> 'movement' FROM roll_call WHERE day = $1", day)
    )
    return found


async def test_an_order_that_vanished_or_appeared_without_a_fact_is_told(cast: Cast) -> None:
    vanishes = await in_order(cast)
    await take(NOW)
    await execute("UPDATE orders SET created_at = $1", NOW + 5 * DAY)
    appears = await in_order(cast, name="凭空")
    await take(NOW + DAY)
    kept = await movement_kept(TODAY + DAY)
    assert (kept["missing"], kept["unexplained"]) == ([vanishes.order], [appears.order])


def test_the_sets_say_who_is_missing_and_who_is_unexplained() -> None:
    moved = compare(TODAY, {1, 2, 3}, came={4, 5}, gone={3, 5}, today={1, 4, 9})
    assert (moved.before, moved.came, moved.went) == (3, (4,), (3,))
    assert (moved.missing, moved.unexplained, moved.holds) == ((2,), (9,), False)
    assert compare(TODAY, {1, 3}, came={4}, gone={3}, today={1, 4}).holds


# -- the headline -----------------------------------------------------------------------------------------------


async def test_the_headline_tells_who_is_past_a_limit(cast: Cast) -> None:
    made = await in_order(cast)
    await in_order(cast)
    check, call = await limit_of(made, "SU-04", "info"), await limit_of(made, "SU-01", "phone")
    await execute("DELETE FROM duty WHERE subject_id <> $1", made.order)
    assert (await past(check - timedelta(seconds=1))) == (0, 0)
    assert (await past(check)) == (1, 0)
    assert (await past(call)) == (1, 1)


async def past(when: datetime) -> tuple[int, int]:
    head = (await roll_call(when, live=True)).headline
    return head.past_limit, head.past_own_limit


@pytest.mark.parametrize(
    ("table", "more", "how"),
    [
        ("report", {"mode": "in_person"}, "seen"),
        ("visit", {"met": "person"}, "seen"),
        ("report", {"mode": "phone"}, "heard"),
        ("info_check", {"channel": "call", "result": "ok"}, "heard"),
        ("report", {"mode": "written"}, "self_reported"),
        ("visit", {"met": "family"}, "third_party"),
        ("visit", {"met": "nobody"}, None),
        ("info_check", {"channel": "call", "result": "unreached"}, None),
        ("info_check", {"channel": "position", "result": "ok"}, None),
    ],
)
async def test_a_contact_counts_by_how_it_was_verified(
    cast: Cast, table: str, more: dict[str, str], how: str | None
) -> None:
    made = await enrolled(cast, NOW - 9 * DAY)
    fact = {"order_id": made.order, "happened_at": NOW - DAY, "recorded_at": NOW - DAY}
    await insert(table, fact | more)
    contact = (await roll_call(NOW, live=True)).headline.oldest_contact
    assert contact is not None
    assert (contact.how, contact.at) == ((how, NOW - DAY) if how else ("seen", NOW - 9 * DAY))
    await execute(f"UPDATE {table} SET withdrawn_at = $1", NOW)
    contact = (await roll_call(NOW, live=True)).headline.oldest_contact
    assert contact is not None and contact.at == (NOW - 9 * DAY if table != "registration" else None)


async def test_the_oldest_contact_is_of_the_one_whom_nobody_met_for_longest(cast: Cast) -> None:
    first, second = await enrolled(cast, NOW - 9 * DAY), await enrolled(cast, NOW - 8 * DAY)
    head = (await roll_call(NOW, live=True)).headline
    assert head.oldest_contact is not None and head.oldest_contact.order == first.order
    await report(first, NOW)
    head = (await roll_call(NOW, live=True)).headline
    assert head.oldest_contact is not None and head.oldest_contact.order == second.order
    await execute("DELETE FROM registration WHERE order_id = $1", second.order)
    assert (await roll_call(NOW, live=True)).headline.never_contacted == 1


async def test_a_report_typed_in_after_the_limit_as_made_before_it_is_a_late_entry(cast: Cast) -> None:
    made = await in_order(cast)
    limit = await limit_of(made, "SU-01", "phone")
    await watched(limit)
    await report(made, limit - timedelta(hours=5), mode="phone", recorded_at=limit + timedelta(hours=2))
    for when, entries in ((limit + timedelta(hours=2), 1), (limit + timedelta(hours=2) + 30 * DAY, 0)):
        assert (await roll_call(when, live=True)).headline.late_entries == entries
    other = await in_order(cast)
    await report(other, NOW, mode="phone", recorded_at=limit - timedelta(seconds=1))
    late = await enrolled(cast, NOW - DAY)
    await report(late, limit + timedelta(hours=1), mode="phone", recorded_at=limit + timedelta(hours=2))
    assert (await roll_call(limit + timedelta(hours=2), live=True)).headline.late_entries == 1


async def test_an_alert_past_its_next_step_is_counted(cast: Cast) -> None:
    made = await in_order(cast)
    limit = await limit_of(made, "SU-04", "info")
    await watched(limit)
    step = await fetch_value("SELECT min(next_step_at) FROM alert")
    assert (await roll_call(step, live=True)).headline.late_steps == 0
    waiting = await fetch_value("SELECT count(*) FROM alert WHERE next_step_at = $1", step)
    assert waiting and (await roll_call(step + timedelta(seconds=1), live=True)).headline.late_steps == waiting


# -- the past ---------------------------------------------------------------------------------------------------


async def test_a_past_moment_is_shown_as_it_was_known_then(cast: Cast) -> None:
    made = await in_order(cast)
    limit = await limit_of(made, "SU-01", "phone")
    seen: dict[datetime, Taken] = {}

    async def look(when: datetime) -> None:
        seen[when] = await roll_call(when, live=True)

    await look(NOW)
    await watched(limit)
    await look(limit)
    await report(made, limit - timedelta(hours=5), mode="phone", recorded_at=limit + timedelta(hours=2))
    await look(limit + timedelta(hours=2))
    await detain(made, limit + timedelta(hours=3))
    await look(limit + timedelta(hours=3))
    await execute("UPDATE pause SET to_at = $1, ended_recorded_at = $1", limit + timedelta(hours=4))
    comes = await awaited(cast, TODAY + 8 * DAY)
    await end(cast, made, limit + timedelta(hours=30))
    await look(limit + timedelta(hours=30))
    assert comes.order > made.order
    buckets = [[entry.bucket for entry in taken.entries] for taken in seen.values()]
    assert [buckets[place][0] for place in (0, 1, 3)] == ["in_order", "lapsed", "detained"]
    for when, taken in seen.items():
        then = await roll_call(when)
        assert [(e.order, e.bucket) for e in then.entries] == [(e.order, e.bucket) for e in taken.entries], when
        assert then.strays == taken.strays and then.list_hash == taken.list_hash


async def test_the_first_report_and_the_end_are_known_from_when_they_were_recorded(cast: Cast) -> None:
    made = await awaited(cast, TODAY)
    fact = {"order_id": made.order, "happened_at": NOW, "recorded_at": NOW + DAY}
    await insert("registration", fact)
    await execute("UPDATE orders SET registered_at = $1, state = 'in_correction'", NOW)
    await end(cast, made, NOW + 3 * DAY)
    then = await roll_call(NOW + timedelta(hours=1))
    assert [entry.bucket for entry in then.entries] == ["awaited"]
    after = await roll_call(NOW + 4 * DAY)
    assert after.entries == ()


@pytest.mark.parametrize("seed", range(8))
async def test_a_random_register_is_counted_once_each_now_and_then(cast: Cast, seed: int) -> None:
    """Whatever was done and whatever was broken: sum of buckets + remainder = total, and the past form says the same."""
    dice = random.Random(seed)
    for number in range(12):
        made = await anybody(cast, dice, name=f"某{number}")
        for _ in range(dice.randrange(3)):
            await something(cast, dice, made)
    if dice.random() < 0.5:
        await watched(NOW)
    taken = await roll_call(NOW, live=True)
    orders = await fetch("SELECT id, ended_at FROM orders ORDER BY id")
    assert sum(taken.counts.values()) + len(taken.remainder) == taken.total == len(taken.entries)
    assert len({entry.order for entry in taken.entries}) == taken.total
    assert {row["id"] for row in orders if row["ended_at"] is None} <= {entry.order for entry in taken.entries}
    assert Counter(e.bucket for e in taken.entries if e.bucket != "remainder") == Counter(
        {code: count for code, count in taken.counts.items() if count}
    )
    assert all(entry.proof for entry in taken.entries if entry.bucket != "remainder")
    then = await roll_call(NOW)
    assert sorted((e.order, e.bucket) for e in taken.entries) == sorted((e.order, e.bucket) for e in then.entries)
    assert (taken.strays, taken.apart) == (then.strays, then.apart)


async def anybody(cast: Cast, dice: random.Random, *, name: str) -> Made:
    days = dice.choice([0, 1, 5, 9, 10, 11, 12, 40])
    term = dice.choice([0, 1, 10, 11, 300])
    when = NOW - days * DAY
    more = {"name": name, "end_on": TODAY - timedelta(days=days) + term * DAY}
    if dice.random() < 0.4:
        return await awaited(cast, when.date(), office=dice.random() < 0.8, **more)
    return await enrolled(cast, when, level=dice.choice(["strict", "normal", "loose", None]), **more)


async def something(cast: Cast, dice: random.Random, made: Made) -> None:
    deed = dice.choice(["detain", "end", "report", "break", "lose_alerts"])
    open_ = await fetch_value("SELECT ended_at IS NULL FROM orders WHERE id = $1", made.order)
    if deed == "detain" and open_:
        await detain(made, NOW - timedelta(minutes=dice.randrange(1, 90)), kind=dice.choice(["custody", "hospital"]))
    elif deed == "end" and open_:
        await end(cast, made, NOW - timedelta(hours=dice.choice([1, 8, 9, 10, 30])))
    elif deed == "report" and open_:
        await report(made, NOW - timedelta(minutes=5), mode=dice.choice(["phone", "in_person", "written"]))
    elif deed == "break":
        await execute("DELETE FROM duty WHERE subject_id = $1 AND owed_by = 'person'", made.order)
    else:
        await execute("DELETE FROM alert WHERE subject_id = $1", made.order)
