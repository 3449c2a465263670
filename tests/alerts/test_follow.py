"""Alerts end, stay, come back and change step as the facts say."""

from datetime import datetime

import asyncpg
import pytest

from supervision.alerts.escalate import escalate
from supervision.alerts.follow import follow, settle_ledger
from supervision.alerts.watch import watch
from supervision.db import execute, fetch_value, insert, tx
from supervision.duties.reconcile import reconcile
from tests.alerts.makers import (
    Made,
    alert_on,
    alerts_of,
    assign,
    counted,
    events_of,
    make_order,
    pause,
    regular_duty,
    report,
    withdraw_report,
)
from tests.cast import Cast
from tests.rules.cast import SECOND, at

LIMIT = at("2026-12-03 00:00")
PERIOD = "2026-12-02"
SEEN = at("2026-12-03 00:00:05")


@pytest.mark.parametrize(("now", "alerts"), [(LIMIT - SECOND, 0), (LIMIT, 1), (LIMIT + SECOND, 1)])
async def test_the_watch_raises_a_lapse_from_its_limit_on(zhao: Made, now: datetime, alerts: int) -> None:
    await watch(now)
    assert len([a for a in await alerts_of(zhao.order) if a["variant"] == "in_person"]) == alerts


async def test_an_alert_is_since_the_limit_and_with_the_officer(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["since_at"], alert["opened_at"], alert["assigned_to"]) == (LIMIT, SEEN, cast.alice.id)
    assert (alert["rung"], alert["step"], alert["next_step_at"]) == (0, "look", at("2026-12-04 00:00"))


async def test_a_late_report_leaves_the_alert_with_the_step_decide(zhao: Made) -> None:
    await watch(SEEN)
    late = at("2026-12-03 15:00")
    await report(zhao.order, "in_person", late, late)
    assert (await regular_duty(zhao.order, PERIOD))["state"] == "met_late"
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["closed_at"], alert["step"], alert["anchor_at"], alert["rung"]) == (None, "decide", late, 0)
    assert await events_of(alert["id"]) == ["opened", "late_report"]


async def test_a_late_report_before_any_tick_raises_the_alert_all_the_same(zhao: Made) -> None:
    late = at("2026-12-04 15:00")
    await report(zhao.order, "in_person", late, late)
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["step"], alert["since_at"]) == ("decide", LIMIT)


@pytest.mark.parametrize(("happened", "step"), [(LIMIT - SECOND, None), (LIMIT, "decide"), (LIMIT + SECOND, "decide")])
async def test_what_happened_decides_not_when_it_was_typed_in(zhao: Made, happened: datetime, step: str | None) -> None:
    await watch(SEEN)
    fact = await report(zhao.order, "in_person", happened, at("2026-12-05 09:00"))
    alert = await alert_on(zhao.order, PERIOD)
    if step is None:
        assert (alert["outcome"], alert["fact_kind"], alert["fact_id"]) == ("no_lapse", "report", fact)
        assert alert["closed_by"] is None
    else:
        assert (alert["closed_at"], alert["step"]) == (None, step)


async def test_a_withdrawn_report_reopens_the_alert_with_its_history(zhao: Made) -> None:
    await watch(SEEN)
    fact = await report(zhao.order, "in_person", LIMIT - SECOND, at("2026-12-03 09:00"))
    withdrawn = at("2026-12-06 09:00")
    await withdraw_report(fact, zhao.order, withdrawn)
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["closed_at"], alert["outcome"], alert["fact_id"], alert["step"]) == (None, None, None, "look")
    assert (alert["since_at"], alert["anchor_at"]) == (LIMIT, withdrawn)
    assert await events_of(alert["id"]) == ["opened", "closed", "reopened"]


async def test_a_withdrawn_late_report_turns_decide_back_into_look(zhao: Made) -> None:
    await watch(SEEN)
    fact = await report(zhao.order, "in_person", LIMIT, LIMIT)
    await withdraw_report(fact, zhao.order, at("2026-12-06 09:00"))
    assert (await alert_on(zhao.order, PERIOD))["step"] == "look"


async def test_a_report_corrected_from_in_time_to_late_brings_the_alert_to_decide(zhao: Made) -> None:
    """It had closed the alert as in time; the correction shows the lapse after all."""
    await watch(SEEN)
    fact = await report(zhao.order, "in_person", LIMIT - SECOND, at("2026-12-05 09:00"))
    await execute("UPDATE report SET withdrawn_at = $2 WHERE id = $1", fact, at("2026-12-05 10:00"))
    await report(zhao.order, "in_person", LIMIT, at("2026-12-05 10:00"))
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["closed_at"], alert["step"]) == (None, "decide")


async def test_a_lapse_that_was_never_seen_as_one_still_comes_to_decide(zhao: Made) -> None:
    fact = await report(zhao.order, "in_person", LIMIT - SECOND, LIMIT - SECOND)
    await execute("UPDATE report SET withdrawn_at = $2 WHERE id = $1", fact, at("2026-12-05 10:00"))
    await report(zhao.order, "in_person", LIMIT, at("2026-12-05 10:00"))
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["step"], alert["since_at"]) == ("decide", LIMIT)


@pytest.mark.parametrize("corrected", [True, False])
async def test_a_late_report_that_only_the_nightly_reconcile_sees_comes_to_decide_whenever_the_alerts_follow(
    zhao: Made, corrected: bool
) -> None:
    """The repair and what follows from it are two transactions: a crash between them must lose nothing."""
    if corrected:
        fact = await report(zhao.order, "in_person", LIMIT - SECOND, LIMIT - SECOND)
        await execute("UPDATE report SET withdrawn_at = $2 WHERE id = $1", fact, LIMIT)
    late = {"order_id": zhao.order, "mode": "in_person", "happened_at": LIMIT, "recorded_at": LIMIT}
    await insert("report", late)
    await reconcile(at("2026-12-05 02:00"))
    await settle_ledger(at("2026-12-05 02:10"))
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["step"], alert["since_at"], alert["closed_at"]) == ("decide", LIMIT, None)


async def test_custody_told_three_days_late_ends_the_alert_by_that_fact(zhao: Made) -> None:
    await watch(SEEN)
    fact = await pause(zhao.order, at("2026-12-01 10:00"), None, at("2026-12-06 09:00"))
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["outcome"], alert["fact_kind"], alert["fact_id"]) == ("no_lapse", "pause", fact)


async def test_an_outage_of_our_own_moves_the_limit_and_ends_the_alert(zhao: Made) -> None:
    """No fact ends the duty, which is open again for a while: the order stands for it; later it lapses anew."""
    await watch(SEEN)
    now = at("2026-12-03 10:00")
    await pause(zhao.order, at("2026-12-02 08:00"), at("2026-12-03 09:00"), now, kind="own_outage")
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["outcome"], alert["fact_kind"], alert["fact_id"]) == ("no_lapse", "order", zhao.order)
    moved = (await regular_duty(zhao.order, PERIOD))["limit_at"]
    assert moved > now
    await watch(moved - SECOND)
    assert len([a for a in await alerts_of(zhao.order) if (a["variant"], a["period"]) == ("in_person", PERIOD)]) == 1
    await watch(moved)
    again = [a for a in await alerts_of(zhao.order) if (a["variant"], a["period"]) == ("in_person", PERIOD)]
    assert [(a["closed_at"] is None, a["since_at"]) for a in again] == [(False, LIMIT), (True, moved)]


async def test_a_duty_that_was_never_owed_closes_by_the_order(zhao: Made) -> None:
    """The class turns out to have been loose from the first day: no letter was owed on the 2nd."""
    await watch(SEEN)
    await execute("UPDATE class_decision SET level = 'loose' WHERE order_id = $1", zhao.order)
    await follow([zhao.order], at("2026-12-03 09:00"))
    assert (await regular_duty(zhao.order, PERIOD, "written"))["state"] == "void"
    alert = await alert_on(zhao.order, PERIOD, "written")
    assert (alert["outcome"], alert["fact_kind"], alert["fact_id"]) == ("no_lapse", "order", zhao.order)


async def test_a_decision_made_elsewhere_closes_by_its_human(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    now = at("2026-12-05 09:00")
    decision = await insert(
        "duty_decision",
        {
            "subject_kind": "order",
            "subject_id": zhao.order,
            "rule": "SU-01",
            "variant": "in_person",
            "period": PERIOD,
            "outcome": "missed",
            "reason": "已口头批评教育",
            "happened_at": now,
            "recorded_at": now,
            "recorded_by": cast.bob.id,
        },
    )
    await follow([zhao.order], now)
    alert = await alert_on(zhao.order, PERIOD)
    assert (alert["outcome"], alert["closed_by"], alert["reason"]) == ("dealt_with", cast.bob.id, "已口头批评教育")
    assert (alert["fact_kind"], alert["fact_id"]) == ("decision", decision)
    await execute("UPDATE duty_decision SET withdrawn_at = $2 WHERE id = $1", decision, now)
    await follow([zhao.order], now)
    assert (await alert_on(zhao.order, PERIOD))["closed_at"] is None


async def test_a_finding_ends_its_alert_and_a_new_gap_is_a_new_alert(zhao: Made, cast: Cast) -> None:
    lost = at("2026-12-03 09:00")
    await assign(zhao, cast.offices["gucheng"], None, lost)
    await follow([zhao.order], lost)
    await watch(lost)
    found = at("2026-12-05 09:00")
    await assign(zhao, cast.offices["gucheng"], cast.alice.id, found)
    await follow([zhao.order], found)
    [alert] = [a for a in await alerts_of(zhao.order) if a["kind"] == "no_officer"]
    assert (alert["outcome"], alert["fact_kind"], alert["since_at"]) == ("resolved", "responsibility", lost)
    assert alert["closed_by"] is None and alert["fact_id"] is not None


async def test_following_twice_changes_nothing(zhao: Made) -> None:
    now = at("2026-12-20 09:00")
    await watch(now)
    await report(zhao.order, "in_person", at("2026-12-10 10:00"), now)
    events = await counted("SELECT count(*) FROM alert_event")
    await follow([zhao.order], now)
    await settle_ledger(now)
    await watch(now)
    assert await counted("SELECT count(*) FROM alert_event") == events


async def test_a_lapse_marked_as_noticed_without_an_alert_is_noticed_again(zhao: Made) -> None:
    await execute("UPDATE duty SET alerted_at = $2 WHERE subject_id = $1", zhao.order, SEEN)
    await watch(SEEN)
    assert await alerts_of(zhao.order) == []
    await settle_ledger(SEEN)
    await watch(SEEN)
    assert await alert_on(zhao.order, PERIOD)


async def test_a_new_officer_has_the_alerts_of_the_first_rung(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    now = at("2026-12-03 09:00")
    await assign(zhao, cast.offices["huifeng"], cast.carol.id, now)
    await follow([zhao.order], now)
    alert = await alert_on(zhao.order, PERIOD)
    assert alert["assigned_to"] == cast.carol.id
    assert await events_of(alert["id"]) == ["opened", "assigned"]


async def test_an_alert_that_nobody_deals_with_goes_to_the_head_and_to_the_desk(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    for now, who in [("2026-12-03 23:59", cast.alice), ("2026-12-04 00:00", cast.bob), ("2026-12-05 00:00", cast.dan)]:
        await escalate(at(now))
        assert (await alert_on(zhao.order, PERIOD))["assigned_to"] == who.id, now
    await escalate(at("2026-12-06 00:00"))
    alert = await alert_on(zhao.order, PERIOD)
    assert alert["next_step_at"] == at("2026-12-07 00:00")
    kinds = [kind for kind in await events_of(alert["id"]) if kind != "assigned"]
    assert kinds == ["opened", "stepped", "stepped", "repeated"]


async def test_an_action_takes_a_fixed_number_of_statements(cast: Cast) -> None:
    """As many for fifty orders as for two, every one with lapses that its report ends."""
    orders = [
        (await make_order(cast.offices["gucheng"], cast.alice.id, at("2026-11-02 09:00"))).order for _ in range(52)
    ]
    await follow(orders, at("2026-11-02 09:00"))
    counts = []
    for part in (orders[:2], orders[2:]):
        await execute(
            "INSERT INTO report (order_id, mode, happened_at, recorded_at) SELECT id, 'in_person', $2, $2 FROM unnest($1::int[]) AS id",
            part,
            LIMIT,
        )
        counts.append(await _statements(part, SEEN))
    assert counts[0] == counts[1] > 0
    assert await counted("SELECT count(*) FROM alert WHERE step = 'decide'") == 52


async def _statements(orders: list[int], now: datetime) -> int:
    seen: list[str] = []
    async with tx() as connection:
        log = lambda query: seen.append(query.query)  # noqa: E731
        connection.add_query_logger(log)
        await follow(orders, now)
        connection.remove_query_logger(log)
    return len(seen)


async def test_the_database_refuses_an_alert_closed_by_nobody(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    for ending in (
        "outcome = 'dealt_with'",
        "outcome = 'dealt_with', reason = '已处理'",
        f"outcome = 'dealt_with', closed_by = {cast.alice.id}",
        f"outcome = 'dealt_with', closed_by = {cast.alice.id}, reason = ''",
        "outcome = 'no_lapse', fact_kind = 'report'",
        "fact_kind = 'report', fact_id = 1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with tx():
                await execute(f"UPDATE alert SET closed_at = since_at, {ending} WHERE id = $1", alert["id"])
    assert await fetch_value("SELECT closed_at FROM alert WHERE id = $1", alert["id"]) is None
