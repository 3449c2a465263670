"""The work of each officer is both registers': what they show is what the dashboard counts, and what they give goes whole."""

import re
from datetime import date

import pytest

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value
from supervision.errors import Refusal
from supervision.orders.offers import Officer
from supervision.people.actions import NewContact, add_contact
from supervision.resettlement.records import decide_class
from supervision.statistics.dashboard import by_office
from supervision.statistics.workload import accept, workload
from tests.cast import NOW, audit_actions, client_for
from tests.register import awaited, viewer_of
from tests.resettlement.helped import put
from tests.statistics.conftest import joins

HERE = {"release_on": date(2026, 11, 20), "connected_on": date(2026, 11, 21)}


async def _lives(person: int, village: str) -> int:
    await add_contact(person, NewContact("address_now", f"太原市尖草坪区柏板乡{village}12号"), NOW, None)
    return person


async def _officers_of(people: list[int]) -> list[int | None]:
    rows = await fetch(
        "SELECT staff FROM responsibility WHERE person = ANY($1) AND to_at IS NULL ORDER BY person", people
    )
    return [row["staff"] for row in rows]


def _bob(cast) -> Officer:
    return Officer(cast.bob.id, cast.bob.office, "薄博", "古城司法所")


async def test_both_registers_are_work_and_who_is_awaited_weighs_nothing(cast, bob) -> None:
    await joins(cast, "2026-11-01 09:00", level="strict")
    await awaited(cast, effective_on=date(2026, 11, 20))
    one = await put(cast, **HERE)
    await decide_class(await viewer_of(cast.dan), one.assistance, "first", "生活困难", NOW)
    await put(cast, **HERE)
    for papers in ({"release_on": date(2027, 6, 1)}, {"release_on": date(2026, 12, 20), "announced": True}):
        await put(cast, **papers)
    work = await workload(bob, None, NOW)
    load = next(load for load in work.loads if load.officer == cast.alice.id)
    assert (load.people, load.helped, load.awaited, load.weight) == (1, 2, 3, 18 + 6 + 2)


async def test_the_loads_add_up_to_what_the_dashboard_says_of_the_office(cast, bob) -> None:
    """Also where a file has no officer, and where the lapse is of somebody who is awaited or was reported late."""
    people = [await joins(cast, "2026-11-02 09:00", name=f"甲{n}") for n in range(3)]
    helped = [await put(cast, **HERE) for _ in range(3)]
    await awaited(cast, effective_on=date(2026, 11, 2))
    await watch(NOW)
    late = "UPDATE duty SET state = 'met_late', closed_at = $2 WHERE subject_id = $1 AND subject_kind = 'order' AND limit_at <= $2"
    await execute(late, people[0].order, NOW)
    gone = [people[1].person, helped[1].person]
    await execute("UPDATE responsibility SET staff = NULL WHERE person = ANY($1)", gone)
    loads = (await workload(bob, None, NOW)).loads
    (office,) = await by_office(bob, NOW)
    sums = [sum(getattr(load, name) for load in loads) for name in ("people", "lapsed", "helped")]
    assert sums == [office.people, office.lapsed, office.helped] == [3, 2, 3]
    assert [(load.name, load.people, load.helped) for load in loads if load.officer is None] == [("未定责任人", 1, 1)]


async def test_a_village_goes_whole_whichever_register_its_people_are_on(cast, bob) -> None:
    village = [await _lives((await joins(cast, "2026-11-01 09:00", name=f"甲{n}")).person, "甲村") for n in range(2)]
    village.append(await _lives((await put(cast, **HERE)).person, "甲村"))
    village.append(await _lives((await awaited(cast, effective_on=date(2026, 11, 20))).person, "甲村"))
    village.append(await _lives((await put(cast, release_on=date(2027, 6, 1))).person, "甲村"))
    for n in range(3):
        await joins(cast, "2026-11-01 09:00", name=f"乙{n}")
    move = (await workload(bob, None, NOW)).proposal.moves[0]
    assert {file.person for file in move.files} == set(village) and (move.to, move.weight) == (cast.bob.id, 26)
    browser = await client_for(cast, cast.bob)
    shown = (await browser.get("/dashboard")).text
    assert f'href="/people/{village[2]}/assistance"' in shown and f'href="/people/{village[0]}"' in shown
    chosen = {"people": ",".join(str(file.person) for file in move.files), "staff": move.to}
    answer = await browser.post("/dashboard/moves", data=chosen)
    assert answer.status_code == 303
    assert await _officers_of(village) == [cast.bob.id] * 5
    assert await fetch_value("SELECT count(DISTINCT reason) FROM responsibility WHERE staff = $1", cast.bob.id) == 1
    taken = [action for action in await audit_actions() if action in ("assign_officer", "assign_helper")]
    assert sorted(taken) == ["assign_helper"] * 2 + ["assign_officer"] * 3


async def test_nobody_is_moved_who_is_only_awaited(cast, bob) -> None:
    waiting = [(await put(cast, release_on=date(2027, 6, 1))).person]
    waiting.append((await awaited(cast, effective_on=date(2026, 11, 20))).person)
    assert (await workload(bob, None, NOW)).proposal.moves == ()
    for n in range(4):
        await joins(cast, "2026-11-01 09:00", name=f"乙{n}")
    moves = (await workload(bob, None, NOW)).proposal.moves
    assert moves and not {file.person for move in moves for file in move.files} & set(waiting)


@pytest.mark.parametrize("taken", ["order", "help"])
async def test_a_move_of_which_one_part_is_done_already_does_none(cast, bob, taken) -> None:
    files = {"order": (await joins(cast, "2026-11-01 09:00")).person, "help": (await put(cast, **HERE)).person}
    people = list(files.values())
    assert await accept(bob, [files[taken]], _bob(cast), NOW) == 1
    before = await _officers_of(people)
    with pytest.raises(Refusal, match="已经由这位工作人员负责"):
        await accept(bob, people, _bob(cast), NOW)
    assert await _officers_of(people) == before and set(before) == {cast.alice.id, cast.bob.id}


async def test_the_page_shows_both_counts_beside_the_load(cast) -> None:
    await joins(cast, "2026-11-01 09:00")
    for _ in range(2):
        await put(cast, **HERE)
    await put(cast, release_on=date(2027, 6, 1))
    text = (await (await client_for(cast, cast.bob)).get("/dashboard")).text
    alice = text.split('id="work"')[1].split("安丽")[1].split("</tr>")[0]
    for label, count in (("工作量", 16), ("在矫", 1), ("帮教", 2), ("待接收", 1)):
        assert re.search(rf'data-label="{label}">(<a [^>]*>)?{count}<', alice), label
    assert "帮教一类 6、二类和未定 2、三类 1" in text
