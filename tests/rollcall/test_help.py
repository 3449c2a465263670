"""The register of help: each period is in exactly one bucket with its proof, and nobody falls between the registers."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.alerts.watch import watch
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, tx
from supervision.errors import NotFound, Refusal
from supervision.orders.actions import Ending, end_order
from supervision.orders.expected import Expectation, become_due, expect
from supervision.orders.intake import Intake, NewOrder, take_in
from supervision.orders.withdrawals import withdraw
from supervision.people.actions import DOC, Assignment, NewPerson
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.handover import hand_over
from supervision.resettlement.intake import Intake as HelpIntake
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.intake import take_in as take_in_help
from supervision.resettlement.records import add_member
from supervision.resettlement.records import withdraw as take_back_step
from supervision.rollcall.export import rollcall_json
from supervision.rollcall.help_buckets import BUCKETS, HELP
from supervision.rollcall.known import View
from supervision.rollcall.lists import page_of
from supervision.rollcall.take import Taken as RollCall
from supervision.rollcall.take import roll_call, take
from supervision.sealed import open_sealed
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, client_for
from tests.commissions.makers import Hands, received
from tests.register import OnRegister, on_register, viewer_of
from tests.resettlement.helped import Helped, put
from tests.resettlement.test_pages import HARSH, main_of
from tests.rollcall.makers import SECOND, at, end, in_order

LAST_DAY = date(2026, 11, 20)
HERE: dict[str, Any] = {"source": "prison", "release_on": date(2026, 11, 24), "connected_on": date(2026, 11, 25)}


@pytest.fixture(autouse=True)
async def seeded(cast: Cast) -> None:
    await seed(NOW - timedelta(days=60))


async def bucket_of(one: Helped, when: datetime) -> str:
    """The bucket of a period at that moment; live and rebuilt say the same."""
    seen = [await roll_call(when, live=True), await roll_call(when)]
    found = [
        {e.order: e.bucket for e in taken.help.entries}.get(one.assistance, "not in the register") for taken in seen
    ]
    assert found[0] == found[1]
    return found[0]


async def step(cast: Cast, one: Helped, event: str, when: datetime, **more: Any) -> None:
    await take_step(await viewer_of(cast.dan), one.assistance, Taken(event, when, said="情况", **more), when)


def missing(taken: RollCall) -> list[str]:
    return [named.what for named in taken.help.remainder]


def test_no_bucket_is_a_rest_without_a_proof() -> None:
    assert all(bucket.proofs and bucket.predicate.startswith("h.ended_at IS") for bucket in BUCKETS)
    assert " ELSE " not in HELP.census and " JOIN assistance" not in HELP.census


async def test_somebody_who_will_come_home_is_awaited_until_the_notice_lapses(cast: Cast) -> None:
    one = await put(cast, release_on=date(2027, 1, 20))
    limit = await fetch_value("SELECT min(limit_at) FROM duty WHERE subject_kind = 'assistance' AND rule = 'RA-06'")
    assert [await bucket_of(one, when) for when in (NOW, limit - SECOND)] == ["help_awaiting"] * 2
    assert await bucket_of(one, limit) == "remainder"
    assert missing(await roll_call(limit, live=True)) == ["有过期事项没有预警"]
    await watch(limit)
    assert await bucket_of(one, limit) == "help_lapsed"


async def test_a_prisoner_of_whom_nothing_is_owed_is_nobody_to_wait_for(cast: Cast) -> None:
    one = await put(cast)
    await execute("DELETE FROM duty WHERE subject_kind = 'assistance' AND rule IN ('RA-06', 'RA-08')")
    assert await bucket_of(one, NOW) == "remainder"
    assert missing(await roll_call(NOW, live=True)) == ["没有待办的释放衔接事项"]


async def test_from_home_coming_to_the_visits_each_state_has_its_bucket(cast: Cast) -> None:
    one = await put(cast, **HERE)
    assert await bucket_of(one, NOW) == "help_filing"
    dan = await viewer_of(cast.dan)
    await add_member(dan, one.assistance, "family", "钱父", NOW)
    await step(cast, one, "agreement", NOW)
    await step(cast, one, "file", NOW)
    assert await bucket_of(one, NOW) == "help_in_help"
    await step(cast, one, "lost", NOW + SECOND)
    assert await bucket_of(one, NOW + SECOND) == "remainder"
    assert missing(await roll_call(NOW + SECOND, live=True)) == ["没有查找预警"]
    await watch(NOW + SECOND)
    assert await bucket_of(one, NOW + SECOND) == "help_off"
    await step(cast, one, "found_again", NOW + 2 * SECOND)
    assert await bucket_of(one, NOW + 2 * SECOND) == "help_in_help"


async def test_nobody_is_in_help_without_a_visit_to_come(cast: Cast) -> None:
    one = await put(cast, **HERE)
    await execute("UPDATE assistance SET state = 'in_help' WHERE id = $1", one.assistance)
    await execute("DELETE FROM duty WHERE subject_kind = 'assistance' AND rule IN ('RA-14', 'RA-21')")
    assert missing(await roll_call(NOW, live=True)) == ["没有今后的走访"]


async def test_the_day_of_the_end_is_the_day_on_which_it_was_recorded(cast: Cast) -> None:
    one = await put(cast, **HERE)
    await step(cast, one, "deceased", at("2026-11-25 23:59"))
    midnight = at("2026-11-26 00:00")
    assert await bucket_of(one, midnight - SECOND) == "help_ended_today"
    assert await bucket_of(one, midnight) == "not in the register"
    assert (await roll_call(midnight, live=True)).apart == 1


async def test_an_end_without_its_step_is_named(cast: Cast) -> None:
    one = await put(cast, **HERE)
    await execute("UPDATE assistance SET state = 'deceased', end_kind = 'deceased', ended_at = $1", NOW)
    taken = await roll_call(NOW, live=True)
    assert missing(taken) == ["没有办结记录"] and not taken.closes
    assert [named.codes for named in taken.strays if named.person == one.person] == [("help_ended_without_fact",)]


async def test_somebody_helped_without_an_office_is_named(cast: Cast) -> None:
    one = await put(cast, **HERE)
    await execute("UPDATE responsibility SET to_at = $1 WHERE subject_kind = 'assistance'", NOW)
    (found,) = (await roll_call(NOW + SECOND, live=True)).strays
    assert (found.person, found.codes) == (one.person, ("help_no_office",))


async def test_somebody_released_to_nobody_is_named_until_helped(cast: Cast) -> None:
    made = await in_order(cast)
    await end(cast, made, NOW - timedelta(hours=1))
    assert (await roll_call(NOW, live=True)).closes
    await execute("UPDATE not_handed_over SET withdrawn_at = $1", NOW)
    for when in (NOW, NOW + timedelta(days=3)):
        (found,) = (await roll_call(when, live=True)).strays
        assert (found.number, found.codes) == (f"SJ-{made.person}", ("assistance_missing",))
    assert [named.what for named in (await roll_call(NOW, live=True)).remainder] == [
        "解除后没有转入安置帮教，也没有写明理由"
    ]
    order = await fetch_row("SELECT * FROM orders WHERE id = $1", made.order)
    assert order is not None
    await hand_over(order, order["ended_at"], NOW, by=cast.dan.id)
    taken = await roll_call(NOW, live=True)
    assert taken.closes and (taken.total, taken.help.total, taken.apart) == (1, 1, 0)


async def test_whoever_is_on_both_registers_is_named(cast: Cast) -> None:
    one, made = await put(cast, **HERE), await in_order(cast)
    await execute("UPDATE assistance SET person = $2 WHERE id = $1", one.assistance, made.person)
    found = {named.codes for named in (await roll_call(NOW, live=True)).strays if named.person == made.person}
    assert any("on_both_registers" in codes for codes in found)


async def test_each_number_of_help_opens_its_list_and_the_day_is_kept_with_both_lists(cast: Cast) -> None:
    one, made = await put(cast, **HERE), await in_order(cast)
    listed = await page_of(View(NOW, live=True), "help_filing", 0)
    assert [person.person for person in listed.people] == [one.person] and "应办事项" in listed.people[0].what
    await take(NOW)
    kept = await fetch_row(
        """SELECT array_agg((register, subject_id) ORDER BY register) AS list,
                  (SELECT headline -> 'help' ->> 'total' FROM roll_call) AS helped FROM roll_call_entry"""
    )
    assert kept is not None
    assert [tuple(pair) for pair in kept["list"]] == [("correction", made.order), ("resettlement", one.assistance)]
    assert kept["helped"] == "1"
    said = (await rollcall_json(NOW))["resettlement"]
    assert (said["total"], said["remainder"]) == (1, 0)
    assert {bucket["code"]: bucket["count"] for bucket in said["buckets"]}["help_filing"] == 1


async def test_a_withdrawn_end_of_correction_takes_back_help_that_went_on_elsewhere(cast: Cast) -> None:
    dan, one = await viewer_of(cast.dan), await on_register(cast, at=NOW - timedelta(days=30), end_on=LAST_DAY)
    await end_order(dan, one.order, Ending("released", NOW, "期满解除第1号"), NOW)
    helped = Helped(one.person, await fetch_value("SELECT id FROM assistance WHERE person = $1", one.person))
    await add_member(dan, helped.assistance, "family", "父", NOW)
    for event in ("agreement", "file", "move_asked", "move_accepted"):
        await step(cast, helped, event, NOW, office=cast.offices["huifeng"] if "move" in event else None)
    await withdraw(dan, one.person, ("end", await _end_fact(one)), reason="录错", now=NOW)
    taken = await roll_call(NOW, live=True)
    assert {e.bucket for e in taken.help.entries} == {"help_ended_today"} and taken.total == 1
    assert [named for named in taken.strays if "on_both_registers" in named.codes] == []
    files = await fetch("SELECT office FROM responsibility WHERE person = $1 AND to_at IS NULL", one.person)
    assert [row["office"] for row in files] == [cast.alice.office], "the other office has no file any more"
    await end_order(dan, one.order, Ending("released", NOW + SECOND, "期满解除第2号"), NOW + SECOND)
    rows = await fetch("SELECT state, order_id FROM assistance WHERE person = $1 ORDER BY id", one.person)
    assert [row["state"] for row in rows] == ["taken_back", "taken_back", "connected"]
    assert rows[2]["order_id"] == one.order


@pytest.mark.parametrize("event", ["reoffended", "deceased"])
async def test_a_withdrawn_end_of_correction_takes_back_help_that_has_ended_since(cast: Cast, event: str) -> None:
    dan, one = await viewer_of(cast.dan), await on_register(cast, at=NOW - timedelta(days=30), end_on=LAST_DAY)
    await end_order(dan, one.order, Ending("released", NOW, "期满解除第1号"), NOW)
    helped = Helped(one.person, await fetch_value("SELECT id FROM assistance WHERE person = $1", one.person))
    await step(cast, helped, event, NOW + SECOND)
    later = NOW + 2 * SECOND
    await withdraw(dan, one.person, ("end", await _end_fact(one)), reason="录错", now=later)
    await end_order(dan, one.order, Ending("released", later, "期满解除第2号"), later)
    rows = await fetch("SELECT state FROM assistance WHERE person = $1 ORDER BY id", one.person)
    assert [row["state"] for row in rows] == ["taken_back", "connected"]


async def test_whoever_arrives_by_a_commission_is_awaited_from_no_prison_any_more(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=30), end_on=LAST_DAY)
    for act in ("other", "await", "arrive"):
        await _act(cast, one, act, NOW, NOW)
        await _check(one, NOW)
    assert await fetch_value("SELECT state FROM assistance WHERE person = $1", one.person) == "taken_back"
    assert await fetch_value("SELECT count(*) FROM orders WHERE person = $1", one.person) == 2


async def test_whoever_was_only_awaited_is_helped_from_the_end_of_correction_on(cast: Cast) -> None:
    dan, one = await viewer_of(cast.dan), await on_register(cast, at=NOW - timedelta(days=30), end_on=LAST_DAY)
    awaited = await put(cast)
    await execute("UPDATE assistance SET person = $2 WHERE id = $1", awaited.assistance, one.person)
    await end_order(dan, one.order, Ending("released", NOW, "期满解除第1号"), NOW)
    rows = await fetch("SELECT state, order_id FROM assistance WHERE person = $1 ORDER BY id", one.person)
    assert [tuple(row) for row in rows] == [("taken_back", None), ("connected", one.order)]


async def test_help_that_has_ended_is_not_reopened_beside_a_later_one(cast: Cast) -> None:
    first, later = await put(cast, **HERE), await put(cast, **HERE)
    await step(cast, first, "reoffended", NOW)
    await execute("UPDATE assistance SET person = $2 WHERE id = $1", first.assistance, later.person)
    last = await fetch_value("SELECT max(id) FROM assistance_step WHERE assistance = $1", first.assistance)
    with pytest.raises(Refusal, match="新的一期帮教"):
        await take_back_step(await viewer_of(cast.dan), later.person, ("step", last), reason="录错", now=NOW)


async def test_help_that_has_ended_is_not_reopened_beside_a_new_correction(cast: Cast) -> None:
    dan, made = await viewer_of(cast.dan), await in_order(cast)
    one = await put(cast, **HERE)
    await step(cast, one, "reoffended", NOW)
    await execute("UPDATE assistance SET person = $2 WHERE id = $1", one.assistance, made.person)
    last = await fetch_value("SELECT max(id) FROM assistance_step WHERE assistance = $1", one.assistance)
    with pytest.raises(Refusal, match="正在社区矫正"):
        await take_back_step(dan, made.person, ("step", last), reason="录错", now=NOW)


# -- between the registers --------------------------------------------------------------------------------------


class Undo(Exception):
    """Takes an example back."""


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["release", "other", "withdraw", "arrive", "take_in", "await", "move", "reoffended", "step_back"]
        ),
        st.integers(1, 4000),
        st.integers(0, 3000),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
async def test_whatever_ends_and_is_withdrawn_everybody_is_active_on_one_register(
    cast: Cast, acts: list[tuple[str, int, int]]
) -> None:
    """Ends that are typed in late too: `back` is by how many minutes what happened lies before its being put down."""
    try:
        async with tx():
            now = NOW
            one = await on_register(cast, at=NOW - timedelta(days=30), end_on=LAST_DAY)
            for act, minutes, back in acts:
                now += timedelta(minutes=minutes)
                await _act(cast, one, act, now, now - timedelta(minutes=back))
                await _check(one, now)
            raise Undo
    except Undo:
        pass


async def _act(cast: Cast, one: OnRegister, act: str, now: datetime, happened_at: datetime) -> None:
    """One act; what the pages refuse changes nothing."""
    with suppress(Refusal, NotFound):
        async with tx():
            if act in ("release", "other", "withdraw"):
                await _end_or_withdraw(cast, one, act, now, happened_at)
            elif act in ("arrive", "take_in", "await"):
                await _come(cast, one, act, now)
            else:
                await _step(cast, one, act, now)


async def _end_or_withdraw(cast: Cast, one: OnRegister, act: str, now: datetime, happened_at: datetime) -> None:
    dan, order = await viewer_of(cast.dan), await _last_order(one)
    if act == "withdraw":
        fact = await fetch_value("SELECT max(id) FROM order_end WHERE order_id = $1", order["id"])
        await withdraw(dan, one.person, ("end", fact or 0), reason="录错", now=now)
    else:
        kind = "released" if act == "release" else "moved_out"
        await end_order(dan, order["id"], Ending(kind, max(happened_at, order["created_at"]), "依据"), now)


async def _come(cast: Cast, one: OnRegister, act: str, now: datetime) -> None:
    """Under correction again, by a commission or by hand; or told of by a prison."""
    dan, today = await viewer_of(cast.dan), local_day(now)
    to = Assignment(cast.alice.office, cast.alice.id, "登记")
    order = NewOrder("", "probation", "盗窃罪", None, today - timedelta(days=9), today - timedelta(days=1))
    row = await fetch_row("SELECT name, born_on, doc_sealed FROM person WHERE id = $1", one.person)
    assert row is not None
    who = NewPerson(row["name"], "male", row["born_on"], open_sealed(row["doc_sealed"], DOC))
    if act == "take_in":
        await take_in(dan, Intake(who, None, order, to), now)
    elif act == "await":
        papers = NewAssistance("prison", "general", today + timedelta(days=90))
        await take_in_help(dan, HelpIntake(who, None, papers, to), now)
    else:
        commission = await received(await Hands.of(cast), now)
        await expect(("commission", commission), Expectation(one.person, "probation", "盗窃罪"), now, dan.id)
        await become_due(dan, ("commission", commission), order, to, now=now)


async def _step(cast: Cast, one: OnRegister, act: str, now: datetime) -> None:
    dan = await viewer_of(cast.dan)
    helped = await fetch_value("SELECT max(id) FROM assistance WHERE person = $1", one.person)
    if helped is None:
        return
    if act == "step_back":
        last = "SELECT max(id) FROM assistance_step WHERE assistance = $1 AND withdrawn_at IS NULL"
        await take_back_step(dan, one.person, ("step", await fetch_value(last, helped)), reason="录错", now=now)
        return
    if act == "move":
        await add_member(dan, helped, "family", "父", now)
        for event in ("agreement", "file"):
            await step(cast, Helped(one.person, helped), event, now)
    for event in ("move_asked", "move_accepted") if act == "move" else (act,):
        office = cast.offices["huifeng"] if act == "move" else None
        await step(cast, Helped(one.person, helped), event, now, office=office)


async def _last_order(one: OnRegister) -> Record:
    order = await fetch_row("SELECT * FROM orders WHERE person = $1 ORDER BY id DESC LIMIT 1", one.person)
    assert order is not None
    return order


async def _end_fact(one: OnRegister) -> int:
    return int(await fetch_value("SELECT max(id) FROM order_end WHERE order_id = $1", one.order))


async def _check(one: OnRegister, now: datetime) -> None:
    order = await _last_order(one)
    followed = await fetch(
        "SELECT connected_at, ended_at FROM assistance WHERE order_id = $1 AND end_kind IS DISTINCT FROM 'taken_back'",
        order["id"],
    )
    open_help = await fetch_value("SELECT count(*) FROM assistance WHERE person = $1 AND ended_at IS NULL", one.person)
    for taken in (await roll_call(now, live=True), await roll_call(now)):
        corrected = {e.order for e in taken.entries if e.bucket != "ended_today"}
        helped = [e for e in taken.help.entries if e.bucket != "help_ended_today"]
        assert corrected == (set() if order["ended_at"] else {order["id"]})
        assert len(helped) == open_help <= (1 if order["ended_at"] else 0)
        assert not [
            named for named in taken.strays if "register" in str(named.codes) or "assistance" in str(named.codes)
        ]
    assert len(followed) == (1 if order["end_kind"] == "released" else 0)
    assert all(row["connected_at"] == order["ended_at"] for row in followed)


async def test_the_list_of_those_to_follow_up_speaks_of_no_lapse(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 11, 1), connected_on=date(2026, 11, 2), at=NOW - timedelta(days=20))
    await watch(NOW)
    assert await bucket_of(one, NOW) == "help_lapsed"
    dan = await client_for(cast, cast.dan)
    shown = main_of((await dan.get("/rollcall/help_lapsed")).text)
    assert "钱归" in shown and "待办" in shown
    assert [word for word in (*HARSH, "late") if word in shown] == []
    shown = main_of((await dan.get("/rollcall/late_steps")).text)
    assert [word for word in HARSH if word in shown] == []
