"""Each registration is in exactly one bucket, with its proof; at each edge both neighbours are looked at."""

from datetime import date, timedelta

from supervision.alerts.follow import follow
from supervision.db import execute, fetch, insert
from supervision.rollcall.buckets import BUCKETS, CORRECTION
from supervision.rollcall.take import roll_call
from tests.cast import NOW, Cast
from tests.rollcall.makers import (
    SECOND,
    TODAY,
    at,
    awaited,
    bucket_of,
    detain,
    end,
    enrolled,
    give,
    in_order,
    limit_of,
    missing,
    report,
    watched,
)


def test_no_bucket_is_a_rest_without_a_proof() -> None:
    assert all(bucket.proofs and bucket.predicate for bucket in BUCKETS)
    census = CORRECTION.census
    head = census.split("{orders} o WHERE")[0]
    assert "FROM" in head and " JOIN orders" not in census
    assert census.count("WHEN o.ended_at IS") == len(BUCKETS) and " ELSE " not in census


async def test_somebody_with_officer_class_and_duties_to_come_is_in_order(cast: Cast) -> None:
    made = await in_order(cast)
    (entry,) = (await roll_call(NOW, live=True)).entries
    assert (entry.order, entry.bucket) == (made.order, "in_order")
    assert [part.split(":")[0] for part in entry.proof.split()] == ["responsibility", "class_decision", "duty"]


async def test_a_lapse_begins_at_its_limit_and_is_a_bucket_once_its_alert_is_open(cast: Cast) -> None:
    made = await in_order(cast)
    limit = await limit_of(made, "SU-04", "info")
    assert await bucket_of(made, limit - SECOND) == "in_order"
    assert await bucket_of(made, limit) == "remainder"
    await watched(limit)
    assert await bucket_of(made, limit) == "lapsed"
    assert await bucket_of(made, limit + SECOND) == "lapsed"


async def test_each_lapse_needs_its_own_alert(cast: Cast) -> None:
    made = await in_order(cast)
    second = await limit_of(made, "SU-01", "phone")
    await watched(second)
    assert await bucket_of(made, second) == "lapsed"
    await execute("DELETE FROM alert WHERE subject_id = $1 AND kind = 'SU-01'", made.order)
    assert await bucket_of(made, second) == "remainder"
    assert missing(await roll_call(second, live=True)) == {f"SJ-{made.person}": "有逾期事项没有预警"}


async def test_somebody_awaited_becomes_missing_at_the_limit_of_the_first_report(cast: Cast) -> None:
    made = await awaited(cast, TODAY)
    limit = await limit_of(made, "RE-06", "in_person")
    assert limit == at("2026-12-06 00:00")
    assert await bucket_of(made, limit - SECOND) == "awaited"
    assert await bucket_of(made, limit) == "remainder"
    assert missing(await roll_call(limit, live=True)) == {f"SJ-{made.person}": "没有查找预警"}
    await watched(limit)
    assert await bucket_of(made, limit) == "never_taken_in"
    assert await bucket_of(made, limit + SECOND) == "never_taken_in"


async def test_somebody_without_a_first_report_is_not_awaited(cast: Cast) -> None:
    made = await awaited(cast, TODAY)
    await execute("DELETE FROM duty WHERE subject_id = $1", made.order)
    assert await bucket_of(made) == "remainder"
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有待办的首次报到或者移送交接"}


async def test_who_is_handed_over_is_awaited_by_the_organs_duty_and_owes_no_first_report(cast: Cast) -> None:
    made = await awaited(cast, TODAY, kind="temporary_outside")
    limit = await limit_of(made, "RE-08", "hand_over")
    assert await limit_of(made, "RE-06", "in_person") is None
    assert await bucket_of(made, limit - SECOND) == "awaited"
    assert await bucket_of(made, limit) == "remainder"
    await watched(limit)
    assert await bucket_of(made, limit) == "never_taken_in"


async def test_who_was_handed_over_is_registered_that_day_or_an_alert_says_so(cast: Cast) -> None:
    made = await awaited(cast, TODAY, kind="temporary_outside")
    act = {"order_id": made.order, "kind": "handed_over", "how": "", "happened_at": NOW, "recorded_at": NOW}
    await insert("reception_act", act)
    await follow([made.order], NOW)
    midnight = at(f"{TODAY + timedelta(days=1)} 00:00")
    await watched(midnight - SECOND)
    assert await bucket_of(made, midnight - SECOND) == "awaited"
    assert await bucket_of(made, midnight) == "remainder"
    await watched(midnight)
    assert await bucket_of(made, midnight) == "awaited"


async def test_who_comes_out_of_custody_after_the_limit_is_awaited_anew(cast: Cast) -> None:
    made = await awaited(cast, TODAY)
    limit = await limit_of(made, "RE-06", "in_person")
    pause = await detain(made, NOW + timedelta(days=1))
    out = limit + timedelta(days=2)
    await execute("UPDATE pause SET to_at = $2, ended_recorded_at = $2 WHERE id = $1", pause, out)
    await follow([made.order], out)
    assert await limit_of(made, "RE-06", "in_person") > out
    assert await bucket_of(made, out) == "awaited"


async def test_who_was_handed_over_late_by_another_organ_than_was_thought_is_awaited_that_day(cast: Cast) -> None:
    made = await awaited(cast, TODAY, kind="temporary_outside")
    limit = await limit_of(made, "RE-08", "hand_over")
    await watched(limit)
    act = {"order_id": made.order, "happened_at": NOW, "recorded_at": limit}
    await insert("reception_act", act | {"kind": "notified", "how": "court"})
    await follow([made.order], limit)
    await watched(limit)
    assert await bucket_of(made, limit) == "never_taken_in", "by the court's organ it is late, too"
    await insert("reception_act", act | {"kind": "handed_over", "how": "", "happened_at": limit + SECOND})
    await follow([made.order], limit + SECOND)
    states = await fetch(
        "SELECT rule, state FROM duty WHERE subject_id = $1 AND rule IN ('RE-07', 'RE-08')", made.order
    )
    assert {row["rule"]: row["state"] for row in states} == {"RE-07": "met_late", "RE-08": "void"}
    assert await bucket_of(made, limit + SECOND) == "awaited"


async def test_the_day_of_an_end_is_the_day_on_which_it_was_recorded_until_midnight_in_shanghai(cast: Cast) -> None:
    made = await in_order(cast)
    await end(cast, made, at("2026-11-25 23:59"))
    assert await bucket_of(made, at("2026-11-25 23:59")) == "ended_today"
    assert await bucket_of(made, at("2026-11-26 00:00") - SECOND) == "ended_today"
    assert await bucket_of(made, at("2026-11-26 00:00")) == "not in the register"
    assert await bucket_of(made, at("2026-11-26 00:00") + SECOND) == "not in the register"


async def test_an_end_of_last_week_that_is_recorded_today_is_of_today(cast: Cast) -> None:
    made = await in_order(cast)
    values = {"order_id": made.order, "kind": "deceased", "happened_at": NOW - timedelta(days=7), "reason": "死亡证明"}
    await insert("order_end", values | {"recorded_at": NOW, "recorded_by": cast.dan.id})
    await execute("UPDATE orders SET ended_at = $2, end_kind = 'deceased' WHERE id = $1", made.order, NOW)
    assert await bucket_of(made) == "ended_today"


async def test_after_the_last_day_of_the_term_the_alert_of_the_certificate_is_the_proof(cast: Cast) -> None:
    made = await enrolled(cast, NOW - timedelta(days=1), end_on=TODAY)
    midnight = at("2026-11-26 00:00")
    assert await bucket_of(made, midnight - SECOND) == "in_order"
    assert await bucket_of(made, midnight) == "remainder"
    assert missing(await roll_call(midnight, live=True)) == {f"SJ-{made.person}": "期满未解除而没有预警"}
    await watched(midnight)
    assert await bucket_of(made, midnight) == "past_end"
    assert await bucket_of(made, midnight + SECOND) == "past_end"


async def test_on_the_last_day_what_was_done_reaches_to_the_end_while_the_certificate_is_owed(cast: Cast) -> None:
    made = await enrolled(cast, NOW - timedelta(days=1), end_on=TODAY)
    await report(made, NOW, mode="phone")
    assert await fetch("SELECT FROM duty WHERE owed_by = 'person' AND state = 'open' AND limit_at > $1", NOW) == []
    assert await bucket_of(made) == "in_order"
    await execute(
        "UPDATE duty SET state = 'void', closed_at = $2 WHERE subject_id = $1 AND rule = 'TE-03'", made.order, NOW
    )
    assert await bucket_of(made) == "remainder"


async def test_somebody_in_custody_or_in_hospital_is_detained_while_the_weekly_check_is_owed(cast: Cast) -> None:
    for kind in ("custody", "hospital"):
        made = await in_order(cast)
        await detain(made, NOW, kind=kind)
        limit = await limit_of(made, "confirm_pause", kind)
        assert await bucket_of(made) == "detained"
        assert await bucket_of(made, limit - SECOND) == "detained"
        assert await bucket_of(made, limit) == "remainder"
        await watched(limit)
        assert await bucket_of(made, limit) == "lapsed"


async def test_somebody_detained_whom_nobody_need_ask_about_is_the_remainder(cast: Cast) -> None:
    made = await in_order(cast)
    await detain(made, NOW)
    await execute("DELETE FROM duty WHERE rule = 'confirm_pause'")
    assert await bucket_of(made) == "remainder"
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有待办的核实事项"}


async def test_a_term_that_ends_in_custody_waits_for_a_decision_under_an_alert_since_the_end(cast: Cast) -> None:
    made = await enrolled(cast, NOW - timedelta(days=1), end_on=TODAY)
    await detain(made, NOW)
    midnight = at("2026-11-26 00:00")
    assert await bucket_of(made, midnight - SECOND) == "detained"
    assert await bucket_of(made, midnight) == "remainder"
    assert missing(await roll_call(midnight, live=True)) == {f"SJ-{made.person}": "期满后没有预警"}
    await raise_alert(cast, made.order, made.person, midnight - SECOND)
    assert await bucket_of(made, midnight) == "remainder"
    await raise_alert(cast, made.order, made.person, midnight)
    assert await bucket_of(made, midnight) == "expired_hold"


async def raise_alert(cast: Cast, order: int, person: int, since_at: object) -> None:
    values = {"finding_key": f"order/{order}/TE-09/{since_at}", "subject_kind": "order", "subject_id": order}
    values |= {"person": person, "kind": "TE-09", "severity": "grave", "since_at": since_at, "opened_at": NOW}
    values |= {"assigned_to": cast.alice.id, "anchor_at": NOW, "step": "look", "next_step_at": NOW}
    await insert("alert", values)


async def test_the_responsible_member_of_the_staff_must_be_there(cast: Cast) -> None:
    made = await in_order(cast)
    await execute("UPDATE staff SET disabled_at = $2 WHERE id = $1", cast.alice.id, NOW)
    assert await bucket_of(made, NOW - SECOND) == "in_order"
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有责任人也没有预警"}
    await give(made, cast.bob.office, cast.bob.id, NOW)
    assert await bucket_of(made) == "in_order"


async def test_a_missing_class_or_officer_is_covered_by_the_debt_of_an_old_register_alone(cast: Cast) -> None:
    made = await in_order(cast, level=None)
    await give(made, cast.alice.office, None, NOW)
    assert missing(await roll_call(NOW, live=True)) == {
        f"SJ-{made.person}": "没有责任人也没有预警；没有管理类别也没有预警"
    }
    for kind in ("class", "officer", "phone"):
        await insert("debt", {"order_id": made.order, "person": made.person, "kind": kind, "opened_at": NOW})
    assert await bucket_of(made) == "in_order"
    await execute("UPDATE debt SET closed_at = $1 WHERE kind = 'class'", NOW)
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有管理类别也没有预警"}


async def test_who_still_lacks_a_class_is_enrolling_once_somebody_was_told(cast: Cast) -> None:
    made = await in_order(cast, level=None)
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有管理类别也没有预警"}
    await watched(NOW)
    assert await bucket_of(made) == "enrolling"


async def test_without_a_duty_to_come_nobody_is_in_order(cast: Cast) -> None:
    made = await in_order(cast)
    await execute("UPDATE duty SET state = 'void', closed_at = $1 WHERE owed_by = 'person'", NOW)
    assert missing(await roll_call(NOW, live=True)) == {f"SJ-{made.person}": "没有今后应办的事项"}


async def test_somebody_who_has_ended_before_today_is_on_the_third_list(cast: Cast) -> None:
    made = await in_order(cast)
    await end(cast, made, NOW)
    taken = await roll_call(NOW, live=True)
    assert (taken.total, taken.apart, taken.closes) == (1, 1, True)
    tomorrow = await roll_call(NOW + timedelta(days=1), live=True)
    assert (tomorrow.total, tomorrow.apart, tomorrow.closes) == (0, 1, True)


async def test_an_order_of_the_future_is_not_in_the_register_yet(cast: Cast) -> None:
    made = await awaited(cast, date(2026, 11, 25))
    assert await bucket_of(made, at("2026-11-25 08:00")) == "awaited"
    assert await bucket_of(made, at("2026-11-25 08:00") - SECOND) == "not in the register"
