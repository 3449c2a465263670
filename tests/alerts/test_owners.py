"""At any time exactly one person on duty has an alert, whoever is away, disabled or gone elsewhere."""

from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.alerts.actions import claim_all
from supervision.alerts.escalate import escalate
from supervision.alerts.follow import follow
from supervision.alerts.owners import owner_of, reassign_all
from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value, tx
from tests.alerts.makers import Made, absent, alert_on, alerts_of, assign
from tests.cast import Cast, add_member
from tests.register import viewer_of
from tests.rules.cast import SECOND, at

SEEN = at("2026-11-10 00:00:05")
PHONE = ("2026-11-09", "phone")
FROM, TO = at("2026-11-10 08:00"), at("2026-11-10 20:00")


@pytest.fixture
async def alert(zhao: Made) -> int:
    await watch(SEEN)
    return int((await alert_on(zhao.order, *PHONE))["id"])


@pytest.mark.parametrize(
    ("moment", "who"), [(FROM - SECOND, "alice"), (FROM, "bob"), (TO - SECOND, "bob"), (TO, "alice")]
)
async def test_an_absence_without_deputy_goes_to_the_head_from_its_first_to_its_last_moment(
    alert: int, cast: Cast, moment: datetime, who: str
) -> None:
    await absent(cast.alice.id, FROM, TO)
    assert await owner_of(alert, moment) == getattr(cast, who).id


async def test_the_deputy_comes_before_the_head_unless_away_too(alert: int, cast: Cast) -> None:
    await absent(cast.alice.id, FROM, TO, deputy=cast.carol.id)
    assert await owner_of(alert, FROM) == cast.carol.id
    await absent(cast.carol.id, FROM, TO)
    assert await owner_of(alert, FROM) == cast.bob.id
    await absent(cast.bob.id, FROM, TO, deputy=cast.hal.id)
    assert await owner_of(alert, FROM) == cast.hal.id
    await execute("UPDATE staff SET disabled_at = $2 WHERE id = $1", cast.hal.id, FROM)
    assert await owner_of(alert, FROM) == cast.dan.id


async def test_the_desk_is_its_first_member_on_duty_else_any_else_the_head_of_the_section(
    alert: int, cast: Cast
) -> None:
    late = at("2026-11-20 09:00")
    second = await add_member("dora", name="杜娥", role="clerk", office=cast.offices["bureau"], on_desk=True)
    assert await owner_of(alert, late) == cast.dan.id
    await absent(cast.dan.id, late, late + timedelta(days=1))
    assert await owner_of(alert, late) == second.id
    await absent(second.id, late, late + timedelta(days=1))
    assert await owner_of(alert, late) == cast.dan.id
    await execute("UPDATE staff SET disabled_at = $2 WHERE id = ANY($1)", [cast.dan.id, second.id], late)
    assert await owner_of(alert, late) == cast.erin.id


async def test_a_step_to_the_same_person_is_skipped(zhao: Made, cast: Cast) -> None:
    await assign(zhao, cast.offices["gucheng"], cast.bob.id, at("2026-11-05 09:00"))
    await follow([zhao.order], at("2026-11-05 09:00"))
    await watch(SEEN)
    found = int((await alert_on(zhao.order, *PHONE))["id"])
    assert await owner_of(found, at("2026-11-10 23:59")) == cast.bob.id
    assert await owner_of(found, at("2026-11-11 00:00")) == cast.dan.id


async def test_whoever_takes_an_alert_has_it_for_the_hours_of_the_rung(alert: int, cast: Cast) -> None:
    """Also on the last rung, where the ladder doesn't go up any more: then it is the desk's again."""
    taken = at("2026-11-20 09:00")
    await claim_all(_Viewer(cast.bob), [alert], taken)  # type: ignore[arg-type]
    assert await owner_of(alert, taken + timedelta(hours=24) - SECOND) == cast.bob.id
    assert await owner_of(alert, taken + timedelta(hours=24)) == cast.dan.id
    await escalate(taken + timedelta(hours=24))
    assert {row["assigned_to"] for row in await fetch("SELECT assigned_to FROM alert WHERE id = $1", alert)} == {
        cast.dan.id
    }


async def test_taking_twice_gives_no_new_time(alert: int, cast: Cast, zhao: Made) -> None:
    for hour in (9, 15):
        await claim_all(_Viewer(cast.alice), [alert], at(f"2026-11-10 {hour:02}:00"))  # type: ignore[arg-type]
    assert (await alert_on(zhao.order, *PHONE))["next_step_at"] == at("2026-11-11 09:00")


@pytest.mark.parametrize(("taker", "keeps"), [("alice", False), ("bob", False), ("dan", True), ("erin", True)])
async def test_whoever_took_an_alert_loses_it_with_the_file_to_another_office(
    alert: int, cast: Cast, zhao: Made, taker: str, keeps: bool
) -> None:
    taken, moved = at("2026-11-10 09:00"), at("2026-11-10 10:00")
    await claim_all(await viewer_of(getattr(cast, taker)), [alert], taken)
    await assign(zhao, cast.offices["huifeng"], cast.carol.id, moved)
    await follow([zhao.order], moved)
    owner = await fetch_value("SELECT assigned_to FROM alert WHERE id = $1", alert)
    assert owner == await owner_of(alert, moved) == getattr(cast, taker if keeps else "carol").id


async def test_whoever_took_an_alert_and_moved_to_another_office_has_it_no_longer(alert: int, cast: Cast) -> None:
    taken = at("2026-11-10 09:00")
    await claim_all(await viewer_of(cast.bob), [alert], taken)
    await execute("UPDATE staff SET office = $2 WHERE id = $1", cast.bob.id, cast.offices["huifeng"])
    await reassign_all(taken)
    owner = await fetch_value("SELECT assigned_to FROM alert WHERE id = $1", alert)
    assert owner == await owner_of(alert, taken) == cast.alice.id


class _Viewer:
    """As much of a viewer as an action asks for."""

    scope = "office"

    def __init__(self, member: object) -> None:
        self.id: int = member.id  # type: ignore[attr-defined]
        self.office: int = member.office  # type: ignore[attr-defined]


@asynccontextmanager
async def undone():
    """One example of a property, taken back."""
    with pytest.raises(_Undo):
        async with tx():
            yield
            raise _Undo


class _Undo(Exception):
    pass


WHO = st.sampled_from(["alice", "bob", "hal", "carol", "dan", "erin"])
HOUR = st.integers(0, 24 * 9)
ABSENCES = st.lists(st.tuples(WHO, st.none() | WHO, HOUR, st.integers(1, 100)), max_size=5)
DISABLED = st.lists(st.tuples(st.sampled_from(["alice", "bob", "hal", "carol", "dan"]), HOUR), max_size=3)
TRANSFERS = st.lists(st.tuples(st.sampled_from(["gucheng", "huifeng"]), st.none() | WHO, HOUR), max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ABSENCES, DISABLED, TRANSFERS, st.lists(HOUR, min_size=1, max_size=4))
async def test_each_alert_has_one_owner_on_duty_and_a_step_to_come(
    zhao: Made, cast: Cast, absences: list, disabled: list, transfers: list, moments: list[int]
) -> None:
    begin = at("2026-11-09 00:00")
    async with undone():
        for who, deputy, hour, length in absences:
            start = begin + timedelta(hours=hour)
            other = getattr(cast, deputy).id if deputy else None
            await absent(getattr(cast, who).id, start, start + timedelta(hours=length), other)
        for who, hour in disabled:
            await execute(
                "UPDATE staff SET disabled_at = $2 WHERE id = $1", getattr(cast, who).id, begin + timedelta(hours=hour)
            )
        for number, (office, who, hour) in enumerate(sorted(transfers, key=lambda one: one[2])):
            moment = begin + timedelta(hours=hour, minutes=number)
            await assign(zhao, cast.offices[office], getattr(cast, who).id if who else None, moment)
        for hour in sorted(moments):
            now = begin + timedelta(hours=hour)
            await watch(now)
            await escalate(now)
            await _check(zhao, now)


async def _check(zhao: Made, now: datetime) -> None:
    """One owner, active; away only where the whole desk is away; as stored so computed; the next step is to come."""
    desk_away = (
        await fetch(
            """SELECT FROM staff s WHERE s.on_desk AND (s.disabled_at IS NULL OR s.disabled_at > $1)
             AND NOT EXISTS (SELECT FROM absence a WHERE a.staff = s.id AND a.from_at <= $1 AND $1 < a.to_at)""",
            now,
        )
        == []
    )
    for alert in await alerts_of(zhao.order):
        owner = await owner_of(alert["id"], now)
        assert owner == alert["assigned_to"]
        assert alert["next_step_at"] > now
        [staff] = await fetch(
            """SELECT s.disabled_at, EXISTS (SELECT FROM absence a WHERE a.staff = s.id AND a.from_at <= $2 AND $2 < a.to_at)
                 AS away FROM staff s WHERE s.id = $1""",
            owner,
            now,
        )
        assert staff["disabled_at"] is None or staff["disabled_at"] > now
        assert not staff["away"] or desk_away


async def test_looking_again_changes_nothing(alert: int, cast: Cast) -> None:
    await absent(cast.alice.id, FROM, TO)
    assert await reassign_all(FROM) >= 1
    assert await reassign_all(FROM) == 0
    assert await reassign_all(TO) >= 1
