"""The watch: once, late, twice, after an outage; its texts."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from supervision.alerts.escalate import escalate
from supervision.alerts.follow import follow
from supervision.alerts.watch import Watched, watch
from supervision.db import execute, fetch_value
from tests.alerts.makers import Made, alerts_of, assign, make_order, pause, report
from tests.cast import Cast
from tests.rules.cast import at

REGISTERED = at("2026-11-02 09:00")
NOW = at("2026-11-10 09:00")


async def test_a_second_tick_finds_nothing(zhao: Made) -> None:
    assert await watch(NOW) == Watched(lapses=2, findings=0, texts=1)
    assert await watch(NOW) == Watched()


async def test_small_batches_find_the_same(zhao: Made, cast: Cast) -> None:
    more = [(await make_order(cast.offices["gucheng"], cast.alice.id, REGISTERED)).order for _ in range(3)]
    await follow(more, REGISTERED)
    assert (await watch(NOW, limit=3)).lapses == 8
    assert await fetch_value("SELECT count(*) FROM alert") == 8


async def test_one_number_that_cannot_be_read_costs_nobody_else_the_alert_or_the_text(zhao: Made, cast: Cast) -> None:
    other = await make_order(cast.offices["gucheng"], cast.alice.id, REGISTERED)
    await follow([other.order], REGISTERED)
    await execute("UPDATE contact SET value_sealed = 'torn' WHERE person = $1", zhao.person)
    assert await watch(NOW) == Watched(lapses=4, findings=0, texts=1)
    assert await fetch_value("SELECT array_agg(person) FROM message") == [other.person]
    assert len(await alerts_of(zhao.order)) == 2


async def test_an_act_after_the_limit_and_before_the_tick_brings_the_text_too(zhao: Made) -> None:
    """A lapse that an unrelated act met first is told just the same; one that the act made good is not."""
    await report(zhao.order, "phone", at("2026-11-10 08:00"), NOW)
    assert await fetch_value("SELECT count(*) FROM message") == 1


async def test_a_report_typed_in_late_but_made_in_time_tells_the_person_nothing(zhao: Made) -> None:
    await report(zhao.order, "phone", at("2026-11-09 08:00"), NOW)
    assert await fetch_value("SELECT count(*) FROM message") == 0


# -- outages ----------------------------------------------------------------------------------------------------

Step = Callable[[Made, Cast, datetime], Awaitable[object]]
FACTS: tuple[tuple[str, Step], ...] = (
    ("2026-11-28 09:00", lambda made, cast, now: report(made.order, "phone", now, now)),
    ("2026-11-29 09:00", lambda made, cast, now: _lose_officer(made, cast, now)),
    (
        "2026-11-30 09:00",
        lambda made, cast, now: pause(made.order, at("2026-11-29 12:00"), at("2026-11-30 08:00"), now),
    ),
    ("2026-12-03 15:00", lambda made, cast, now: report(made.order, "in_person", now, now)),
    ("2026-12-04 09:00", lambda made, cast, now: report(made.order, "written", at("2026-12-02 20:00"), now)),
)
"""What is put down while the jobs are off: nobody notices, and it must make no difference."""
OUTAGE_FROM = at("2026-11-26 12:00")


async def _lose_officer(made: Made, cast: Cast, now: datetime) -> None:
    await assign(made, cast.offices["gucheng"], None, now)
    await follow([made.order], now)


async def _run(made: Made, cast: Cast, off: timedelta) -> None:
    """Ticks every hour but for the outage, with the facts between, until the tick after it."""
    facts, moment = list(FACTS), OUTAGE_FROM - timedelta(days=1)
    while moment <= OUTAGE_FROM + timedelta(days=9):
        while facts and at(facts[0][0]) <= moment:
            await facts[0][1](made, cast, at(facts.pop(0)[0]))
        if not OUTAGE_FROM <= moment < OUTAGE_FROM + off:
            await watch(moment)
            await escalate(moment)
        moment += timedelta(hours=1)


async def _picture(made: Made) -> list[tuple[object, ...]]:
    names = ("kind", "variant", "period", "since_at", "severity", "rung", "anchor_at", "anchor_rung", "step")
    ends = ("next_step_at", "closed_at", "outcome", "assigned_to")
    return [tuple(alert[name] for name in (*names, *ends)) for alert in await alerts_of(made.order)]


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(hours=24), timedelta(days=9)], ids=str)
async def test_after_an_outage_all_is_as_if_the_jobs_had_never_stopped(zhao: Made, cast: Cast, off: timedelta) -> None:
    """Two people alike with the same facts: the one's jobs run through, the other's stop over a weekend and a month's end."""
    twin = await make_order(cast.offices["gucheng"], cast.alice.id, REGISTERED)
    await _run(zhao, cast, timedelta(0))
    uninterrupted = await _picture(zhao)
    await follow([twin.order], REGISTERED)
    await _run(twin, cast, off)
    assert await _picture(twin) == uninterrupted
    assert len(uninterrupted) > 6
    assert {"no_lapse", None} <= {alert[11] for alert in uninterrupted}
    assert "decide" in {alert[8] for alert in uninterrupted}
