"""RA-22: from the end of correction on its very day; at no instant on neither register, on none twice (Hypothesis)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.days import at_hour
from supervision.db import fetch, fetch_row, fetch_value, tx
from supervision.people.actions import DOC
from supervision.sealed import open_sealed
from tests.cast import Browser, Cast, client_for
from tests.register import OnRegister, on_register

END_ON = date(2026, 12, 20)
BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")
SENT = {"kind": "released", "happened_at": "2026-12-20T09:00", "reason": "期满解除第7号"}


async def ending(cast: Cast) -> tuple[OnRegister, Browser]:
    """Somebody on their last day, and Dan of the bureau at their file."""
    one = await on_register(cast, at=BEFORE, end_on=END_ON)
    cast.clock.at = at_hour(END_ON, 9)
    return one, await client_for(cast, cast.dan)


async def end_fact(order: int) -> int:
    return int(await fetch_value("SELECT max(id) FROM order_end WHERE order_id = $1", order))


async def test_whoever_is_released_is_helped_from_the_same_moment_by_the_same_officer(cast: Cast) -> None:
    one, dan = await ending(cast)
    assert (await dan.post(f"/people/{one.person}/end", data=SENT)).status_code == 303
    row = await fetch_row("SELECT * FROM assistance WHERE order_id = $1", one.order)
    order = await fetch_row("SELECT ended_at FROM orders WHERE id = $1", one.order)
    assert row is not None and order is not None
    assert (row["state"], row["source"], row["connected_at"]) == ("connected", "correction", order["ended_at"])
    assert (row["from_on"], row["to_on"]) == (END_ON, date(2029, 12, 19))
    having = await fetch_row(
        "SELECT office, staff FROM responsibility WHERE subject_kind = 'assistance' AND subject_id = $1", row["id"]
    )
    assert having is not None and (having["office"], having["staff"]) == (cast.alice.office, cast.alice.id)
    owed = await fetch(
        "SELECT rule, state FROM duty WHERE subject_kind = 'assistance' AND subject_id = $1 ORDER BY rule", row["id"]
    )
    assert ("RA-12", "open") in [(one["rule"], one["state"]) for one in owed]


async def test_whoever_is_not_helped_on_has_a_reason_and_whoever_has_one_is_not(cast: Cast) -> None:
    one, dan = await ending(cast)
    sent = SENT | {"not_helped": "本人已迁居外省，由当地帮教"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 303
    assert await fetch_value("SELECT count(*) FROM assistance WHERE person = $1", one.person) == 0
    assert await fetch_value("SELECT reason FROM not_handed_over WHERE order_id = $1", one.order) == sent["not_helped"]


@pytest.mark.parametrize("kind", ["revoked", "imprisoned", "deceased", "moved_out"])
async def test_other_ends_are_no_release(cast: Cast, kind: str) -> None:
    one, dan = await ending(cast)
    assert (await dan.post(f"/people/{one.person}/end", data=SENT | {"kind": kind})).status_code == 303
    assert await fetch_value("SELECT count(*) FROM assistance WHERE person = $1", one.person) == 0


async def test_a_withdrawn_end_takes_the_help_back_and_the_next_end_gives_it_again(cast: Cast) -> None:
    one, dan = await ending(cast)
    await dan.post(f"/people/{one.person}/end", data=SENT)
    taken = f"/people/{one.person}/end/{await end_fact(one.order)}/withdrawal"
    assert (await dan.post(taken, data={"reason": "录错人"})).status_code == 303
    back = await fetch_row("SELECT state, ended_at, connected_at FROM assistance WHERE order_id = $1", one.order)
    assert back is not None and (back["state"], back["ended_at"]) == ("taken_back", back["connected_at"])
    open_duties = "SELECT count(*) FROM duty WHERE subject_kind = 'assistance' AND person = $1 AND state = 'open'"
    assert await fetch_value(open_duties, one.person) == 0
    assert (await dan.post(f"/people/{one.person}/end", data=SENT)).status_code == 303
    states = await fetch("SELECT state FROM assistance WHERE order_id = $1 ORDER BY id", one.order)
    assert [row["state"] for row in states] == ["taken_back", "connected"]


async def test_somebody_who_is_helped_is_not_taken_into_correction_beside_it(cast: Cast) -> None:
    one, dan = await ending(cast)
    await dan.post(f"/people/{one.person}/end", data=SENT)
    sealed = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", one.person)
    again = {
        "name": "杜玉林",
        "number": open_sealed(sealed, DOC),
        "kind": "probation",
        "crime": "盗窃罪",
        "start_on": "2026-12-20",
        "end_on": "2027-12-19",
        "holder": "self",
        "phone": "",
        "effective_on": "",
        "staff": cast.alice.id,
    }
    refused = await dan.post("/people/new", data=again)
    assert refused.status_code == 422 and "请先办结帮教" in refused.text


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["release", "other", "withdraw", "no_help"]),
        st.integers(min_value=0, max_value=600),
    ),
    min_size=1,
    max_size=8,
)


class Undo(Exception):
    """Takes an example back."""


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
async def test_at_no_instant_is_anybody_on_neither_register_or_on_both(cast: Cast, acts: list[tuple[str, int]]) -> None:
    try:
        async with tx():
            one, dan = await ending(cast)
            for act, minutes in acts:
                cast.clock.at = cast.clock.at + timedelta(minutes=minutes)
                dan = await client_for(cast, cast.dan)
                await _do(cast, dan, one, act)
                await _check_each_instant(one, cast.now)
            raise Undo
    except Undo:
        pass


async def _do(cast: Cast, dan: Browser, one: OnRegister, act: str) -> None:
    if act == "withdraw":
        fact = await fetch_value("SELECT max(id) FROM order_end WHERE order_id = $1", one.order)
        await dan.post(f"/people/{one.person}/end/{fact or 0}/withdrawal", data={"reason": "录错"})
        return
    sent = SENT | {"happened_at": f"{cast.now:%Y-%m-%dT%H:%M}", "kind": "deceased" if act == "other" else "released"}
    await dan.post(f"/people/{one.person}/end", data=sent | {"not_helped": "已迁走" if act == "no_help" else ""})


async def _check_each_instant(one: OnRegister, now: datetime) -> None:
    """Both registers as intervals [from, to): they touch, never overlap; a release without help has its reason."""
    order = await fetch_row("SELECT ended_at, end_kind FROM orders WHERE id = $1", one.order)
    helped = await fetch(
        "SELECT connected_at, ended_at FROM assistance WHERE person = $1 AND connected_at IS DISTINCT FROM ended_at",
        one.person,
    )
    reason = await fetch_value(
        "SELECT count(*) FROM not_handed_over WHERE order_id = $1 AND withdrawn_at IS NULL", one.order
    )
    assert order is not None
    if order["ended_at"] is None or order["end_kind"] != "released":
        assert helped == [] and reason == 0
    elif reason:
        assert helped == []
    else:
        assert [(row["connected_at"], row["ended_at"]) for row in helped] == [(order["ended_at"], None)]
