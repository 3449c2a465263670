"""RA-22: an end of correction that is withdrawn takes back what came of it, and nothing else that is known of the person."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.days import at_hour
from supervision.db import fetch, fetch_row, fetch_value
from supervision.people.actions import DOC, Assignment, NewPerson
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.intake import Intake, NewAssistance, take_in
from supervision.rollcall.take import roll_call
from supervision.sealed import open_sealed
from tests.cast import Browser, Cast, client_for
from tests.register import OnRegister, on_register, viewer_of
from tests.resettlement.helped import Helped, owed, state_of

END_ON = date(2026, 12, 20)
BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")
INSIDE = {"release_on": date(2027, 6, 1)}
HOME = {"release_on": END_ON, "connected_on": END_ON}


async def ends(cast: Cast, dan: Browser, one: OnRegister, kind: str) -> None:
    sent = {"kind": kind, "happened_at": f"{END_ON}T09:00", "reason": "依据第7号"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 303
    cast.clock.at += timedelta(minutes=1)


async def withdraws(cast: Cast, dan: Browser, one: OnRegister) -> Any:
    """The answer to the withdrawal of the last end."""
    fact = await fetch_value("SELECT max(id) FROM order_end WHERE order_id = $1", one.order)
    answer = await dan.post(f"/people/{one.person}/end/{fact}/withdrawal", data={"reason": "录错"})
    cast.clock.at += timedelta(minutes=1)
    return answer


async def told(cast: Cast, one: OnRegister, papers: dict[str, date]) -> Helped:
    """A prison tells of somebody who is known."""
    row = await fetch_row("SELECT name, sex, born_on, doc_sealed FROM person WHERE id = $1", one.person)
    assert row is not None
    who = NewPerson(row["name"], row["sex"], row["born_on"], open_sealed(row["doc_sealed"], DOC))
    new, to = NewAssistance("prison", "general", **papers), Assignment(cast.carol.office, cast.carol.id, "登记")
    await take_in(await viewer_of(cast.dan), Intake(who, None, new, to), cast.now)
    cast.clock.at += timedelta(minutes=1)
    return Helped(one.person, int(await fetch_value("SELECT max(id) FROM assistance WHERE person = $1", one.person)))


async def ended(cast: Cast, kind: str) -> tuple[OnRegister, Browser]:
    """Somebody whose correction ended, and Dan of the bureau."""
    one = await on_register(cast, at=BEFORE, end_on=END_ON)
    cast.clock.at = at_hour(END_ON, 10)
    dan = await client_for(cast, cast.dan)
    await ends(cast, dan, one, kind)
    return one, dan


async def is_on_one_register(cast: Cast, one: OnRegister) -> None:
    open_now = """SELECT (SELECT count(*) FROM orders WHERE person = $1 AND ended_at IS NULL)
                       + (SELECT count(*) FROM assistance WHERE person = $1 AND ended_at IS NULL)"""
    assert await fetch_value(open_now, one.person) == 1
    for taken in (await roll_call(cast.now, live=True), await roll_call(cast.now)):
        assert "on_both_registers" not in [code for named in taken.strays for code in named.codes]


FILES = (
    "SELECT office, staff FROM responsibility WHERE subject_kind = 'assistance' AND subject_id = $1 AND to_at IS NULL"
)


@pytest.mark.parametrize("kind", ["imprisoned", "moved_out", "other_end"])
async def test_whoever_a_prison_told_of_is_awaited_again_once_the_end_is_put_right(cast: Cast, kind: str) -> None:
    one, dan = await ended(cast, "imprisoned")
    awaited = await told(cast, one, INSIDE)
    before, file = await owed(awaited), await fetch_row(FILES, awaited.assistance)
    assert (await withdraws(cast, dan, one)).status_code == 303
    assert await state_of(awaited) == "taken_back" and await fetch(FILES, awaited.assistance) == []
    await is_on_one_register(cast, one)
    await ends(cast, dan, one, kind)
    assert await state_of(awaited) == "in_prison" and await owed(awaited) == before
    assert await fetch_row(FILES, awaited.assistance) == file
    await is_on_one_register(cast, one)


async def test_whoever_was_taken_back_twice_is_awaited_again(cast: Cast) -> None:
    one, dan = await ended(cast, "imprisoned")
    awaited = await told(cast, one, INSIDE)
    for _again in range(2):
        await withdraws(cast, dan, one)
        await ends(cast, dan, one, "imprisoned")
    assert await state_of(awaited) == "in_prison"
    assert await fetch_value("SELECT count(*) FROM assistance WHERE person = $1", one.person) == 1


async def test_whoever_died_is_awaited_no_more(cast: Cast) -> None:
    one, dan = await ended(cast, "imprisoned")
    awaited = await told(cast, one, INSIDE)
    await withdraws(cast, dan, one)
    await ends(cast, dan, one, "deceased")
    assert await state_of(awaited) == "taken_back"


async def test_whoever_is_released_after_all_is_helped_and_awaited_no_more(cast: Cast) -> None:
    one, dan = await ended(cast, "imprisoned")
    awaited = await told(cast, one, INSIDE)
    await withdraws(cast, dan, one)
    await ends(cast, dan, one, "released")
    assert await state_of(awaited) == "taken_back"
    assert await fetch_value("SELECT state FROM assistance WHERE order_id = $1", one.order) == "connected"
    await is_on_one_register(cast, one)


async def test_help_that_has_begun_since_is_closed_before_the_end_is_withdrawn(cast: Cast) -> None:
    one, dan = await ended(cast, "moved_out")
    helped = await told(cast, one, HOME)
    refused = await withdraws(cast, dan, one)
    assert refused.status_code == 422 and "没有办结" in refused.text
    assert await state_of(helped) == "connected"
    await is_on_one_register(cast, one)
    await take_step(
        await viewer_of(cast.dan), helped.assistance, Taken("reoffended", cast.now, said="判决书"), cast.now
    )
    assert (await withdraws(cast, dan, one)).status_code == 303
    assert await state_of(helped) == "reoffended"
    await is_on_one_register(cast, one)


@pytest.mark.parametrize("papers", [INSIDE, HOME])
async def test_nothing_is_taken_back_while_a_later_prison_has_told_of_the_person(
    cast: Cast, papers: dict[str, date]
) -> None:
    one, dan = await ended(cast, "released")
    first = Helped(one.person, await fetch_value("SELECT id FROM assistance WHERE order_id = $1", one.order))
    await take_step(await viewer_of(cast.dan), first.assistance, Taken("reoffended", cast.now, said="判决书"), cast.now)
    later = await told(cast, one, papers)
    before = await state_of(later)
    refused = await withdraws(cast, dan, one)
    assert refused.status_code == 422 and "没有办结" in refused.text
    assert (await state_of(first), await state_of(later)) == ("reoffended", before)
    await is_on_one_register(cast, one)
