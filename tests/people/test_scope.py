"""Whose files each role sees: the own office's, one's own, all, or none; and “not yours” is “not there”."""

import pytest

from supervision.access.roles import ROLE_TITLES, SCOPE
from supervision.db import execute, fetch_value
from supervision.errors import NotFound
from supervision.people.scope import get_order_id, get_person, visible_people
from tests.cast import NOW, STAFF, Cast
from tests.register import on_register, viewer_of

SEES = {
    # name: (sees Alice's person of 古城, sees Carol's of 汇丰)
    "alice": (True, False),
    "bob": (True, False),
    "hal": (False, False),
    "carol": (False, True),
    "dan": (True, True),
    "erin": (True, True),
    "lena": (True, True),
    "leo": (True, True),
    "wanda": (False, False),
    "ines": (True, True),
    "sam": (False, False),
    "sue": (False, False),
    "audrey": (False, False),
}


def test_the_whole_cast_and_every_role_is_asked() -> None:
    assert SEES.keys() == STAFF.keys()
    assert {role for _, role, _ in STAFF.values()} == set(ROLE_TITLES) == set(SCOPE)


@pytest.mark.parametrize("who", SEES)
async def test_each_member_sees_exactly_the_files_of_their_scope(cast: Cast, who: str) -> None:
    here, there = await on_register(cast), await on_register(cast, officer=cast.carol, name="孙远")
    viewer = await viewer_of(cast.members[who])
    for one, seen in zip((here, there), SEES[who], strict=True):
        if seen:
            assert (await get_person(viewer, one.person)).order_id == one.order
            assert await get_order_id(viewer, one.person) == one.order
        else:
            with pytest.raises(NotFound):
                await get_person(viewer, one.person)
            with pytest.raises(NotFound):
                await get_order_id(viewer, one.person)


@pytest.mark.parametrize("who", SEES)
async def test_lists_show_what_single_files_show(cast: Cast, who: str) -> None:
    await on_register(cast)
    await on_register(cast, officer=cast.carol, name="孙远")
    args: list[object] = ["unused"]
    condition = visible_people(await viewer_of(cast.members[who]), "p.id", args)
    count = await fetch_value(f"SELECT count(*) FROM person p WHERE $1::text IS NOT NULL AND {condition}", *args)
    assert count == sum(SEES[who])


async def test_a_social_worker_sees_the_own_files_only(cast: Cast) -> None:
    one = await on_register(cast)
    viewer = await viewer_of(cast.hal)
    await execute("UPDATE responsibility SET staff = $1 WHERE person = $2", cast.hal.id, one.person)
    assert (await get_person(viewer, one.person)).id == one.person


async def test_a_file_that_was_given_away_is_no_longer_seen(cast: Cast) -> None:
    one = await on_register(cast)
    await execute("UPDATE responsibility SET to_at = $1 WHERE person = $2", NOW, one.person)
    with pytest.raises(NotFound):
        await get_person(await viewer_of(cast.alice), one.person)


async def test_a_person_merged_into_another_isnt_there(cast: Cast) -> None:
    one, other = await on_register(cast), await on_register(cast, name="李二")
    await execute("UPDATE person SET merged_into = $1 WHERE id = $2", other.person, one.person)
    with pytest.raises(NotFound):
        await get_person(await viewer_of(cast.dan), one.person)


async def test_after_the_order_ended_the_file_is_seen_but_takes_no_acts(cast: Cast) -> None:
    one = await on_register(cast)
    await execute("UPDATE orders SET ended_at = $1, end_kind = 'released', state = 'released'", NOW)
    viewer = await viewer_of(cast.alice)
    assert (await get_person(viewer, one.person)).order_id == one.order
    with pytest.raises(NotFound):
        await get_order_id(viewer, one.person)


async def test_nobody_and_somebody_elses_person_get_the_same_answer(cast: Cast) -> None:
    other = await on_register(cast, officer=cast.carol)
    viewer = await viewer_of(cast.alice)
    with pytest.raises(NotFound) as foreign:
        await get_person(viewer, other.person)
    with pytest.raises(NotFound) as absent:
        await get_person(viewer, 999999)
    assert foreign.value.sentence == absent.value.sentence
