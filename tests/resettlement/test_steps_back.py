"""A step that is withdrawn leaves nothing of itself behind, and one that can't be undone truthfully is refused."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.db import execute, fetch_row, fetch_value
from supervision.errors import Refusal
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.records import add_member, withdraw
from tests.cast import NOW, Cast, client_for
from tests.register import viewer_of
from tests.resettlement.helped import Helped, owed, put, state_of

KEPT = "SELECT state, release_on, prison, connected_at, from_on, to_on, report_by FROM assistance WHERE id = $1"
RELEASED = date(2026, 11, 24)
HERE: dict[str, Any] = {"release_on": RELEASED, "connected_on": date(2026, 11, 25)}


async def step(cast: Cast, one: Helped, event: str, *, at: datetime = NOW, **more: Any) -> None:
    await take_step(await viewer_of(cast.dan), one.assistance, Taken(event, at, **{"said": "情况", **more}), at)


async def back(cast: Cast, one: Helped) -> None:
    """Withdraw the last step."""
    last = await fetch_value(
        "SELECT max(id) FROM assistance_step WHERE assistance = $1 AND withdrawn_at IS NULL", one.assistance
    )
    await withdraw(await viewer_of(cast.dan), one.person, ("step", last), reason="录错", now=NOW)


async def in_help(cast: Cast) -> Helped:
    one = await put(cast, **HERE)
    await add_member(await viewer_of(cast.dan), one.assistance, "family", "父", NOW)
    for event in ("agreement", "file"):
        await step(cast, one, event)
    return one


async def verified(cast: Cast) -> Helped:
    """Told of in time by the prison, which is to release them in December."""
    one = await put(cast, prison="太原第一监狱", at=NOW - timedelta(days=20))
    for event in ("ask", "verified"):
        await step(cast, one, event, at=NOW - timedelta(days=2))
    return one


@pytest.mark.parametrize(
    ("event", "more"), [("notice", {"release_on": RELEASED}), ("prison_changed", {"said": "晋中监狱"})]
)
async def test_a_withdrawn_step_gives_back_what_it_changed(cast: Cast, event: str, more: dict[str, Any]) -> None:
    one = await verified(cast)
    before = await fetch_row(KEPT, one.assistance)
    await step(cast, one, event, **more)
    assert await fetch_row(KEPT, one.assistance) != before
    await back(cast, one)
    assert await fetch_row(KEPT, one.assistance) == before


async def test_a_withdrawn_connection_leaves_neither_its_days_nor_takes_those_of_the_sheet(cast: Cast) -> None:
    one = await put(cast, release_on=RELEASED, announced=True)
    await execute("UPDATE assistance SET to_on = '2029-05-01' WHERE id = $1", one.assistance)
    before = await fetch_row(KEPT, one.assistance)
    await step(cast, one, "arrived", code="alone", report_by=date(2026, 11, 30))
    await back(cast, one)
    assert await fetch_row(KEPT, one.assistance) == before


async def test_whoever_is_released_without_a_timely_notice_is_connected_as_it_was(cast: Cast) -> None:
    one = await verified(cast)
    with pytest.raises(Refusal, match="早于得知此人的日期"):
        await step(cast, one, "notice", release_on=date(2025, 11, 20))
    await step(cast, one, "notice", release_on=RELEASED)
    await step(cast, one, "arrived", code="alone")
    assert await state_of(one) == "connected"


async def test_a_request_to_move_is_withdrawn_also_where_it_names_the_office(cast: Cast) -> None:
    one = await in_help(cast)
    await step(cast, one, "move_asked", office=cast.offices["huifeng"])
    await back(cast, one)
    assert await state_of(one) == "in_help"


async def test_what_passed_the_file_on_is_not_withdrawn(cast: Cast) -> None:
    one = await in_help(cast)
    await step(cast, one, "dual", office=cast.offices["huifeng"])
    with pytest.raises(Refusal, match="已经交给另一个司法所"):
        await back(cast, one)
    await step(cast, one, "dual_ended")
    with pytest.raises(Refusal, match="已经交给另一个司法所"):
        await back(cast, one)


async def test_a_listing_outside_the_district_and_its_end_are_withdrawn(cast: Cast) -> None:
    one = await in_help(cast)
    for event in ("dual", "dual_ended"):
        await step(cast, one, event)
    for state in ("dual", "in_help"):
        await back(cast, one)
        assert await state_of(one) == state


async def test_a_listing_is_asked_for_once_until_it_is_answered(cast: Cast) -> None:
    one = await in_help(cast)
    await step(cast, one, "dual_asked")
    with pytest.raises(Refusal, match="还没有答复"):
        await step(cast, one, "dual_asked")
    await step(cast, one, "dual_refused")
    await step(cast, one, "dual_asked")


async def test_after_a_move_inside_the_district_the_file_is_the_new_offices_alone(cast: Cast) -> None:
    one = await in_help(cast)
    head = await client_for(cast, cast.bob)
    path = f"/people/{one.person}/assistance"
    await step(cast, one, "move_asked", office=cast.offices["huifeng"])
    assert (await head.get(path)).status_code == 200
    await step(cast, one, "move_accepted", office=cast.offices["huifeng"])
    assert (await head.get(path)).status_code == 404
    assert await fetch_value("SELECT count(*) FROM responsibility WHERE person = $1 AND to_at IS NULL", one.person) == 1
    dan = await client_for(cast, cast.dan)
    ended = (await dan.get("/assistance?tab=ended")).text
    gucheng = await fetch_value("SELECT name FROM office WHERE id = $1", cast.offices["gucheng"])
    assert f'<td data-label="司法所">{gucheng}</td>' in ended, "whose it was at last"


async def test_the_papers_of_somebody_who_is_only_helped_are_reached_from_their_page(cast: Cast) -> None:
    one = await put(cast, **HERE)
    alice = await client_for(cast, cast.alice)
    shown = (await alice.get(f"/people/{one.person}/assistance")).text
    assert f'href="/people/{one.person}/files"' in shown
    assert 'class="button danger"' not in shown.partition("做过的工作")[0], "help is no punishment"


async def test_whoever_moves_inside_the_district_is_neither_fetched_nor_reported_again(cast: Cast) -> None:
    one = await put(cast, kind="key", **HERE)
    await add_member(await viewer_of(cast.dan), one.assistance, "family", "父", NOW)
    for event in ("agreement", "file", "reported", "move_asked", "move_accepted"):
        await step(cast, one, event, office=cast.offices["huifeng"] if "move" in event else None)
    new = await fetch_value("SELECT max(id) FROM assistance WHERE person = $1", one.person)
    rules = await owed(Helped(one.person, new))
    assert "RA-12" in rules and not {"RA-06", "RA-08", "RA-10"} & rules.keys()
