"""The fairer distribution: never further apart than before, never a village or a family torn, nobody moved twice."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.days import MONTHS_OF, every
from supervision.db import fetch, fetch_value
from supervision.rules.parameters import DEFAULTS
from supervision.statistics.fairness import (
    HELP_UNCLASSED,
    HELP_WEIGHTS,
    NOTICEABLE,
    WEIGHTS,
    File,
    propose,
    village_of,
)
from supervision.statistics.workload import workload
from tests.cast import client_for
from tests.statistics.conftest import joins

OFFICERS = (1, 2, 3)
FILES = st.lists(
    st.tuples(
        st.sampled_from(OFFICERS),
        st.sampled_from(sorted({0, *WEIGHTS.values(), *HELP_WEIGHTS.values()})),
        st.sampled_from(["", "甲村", "乙村", "丙村"]),
        st.sampled_from(["", "x", "y"]),
    ),
    max_size=30,
).map(lambda rows: [File(n, f"某{n}", *row) for n, row in enumerate(rows)])


def _officers_by(files, attribute, moved):
    found = defaultdict(set)
    for file in files:
        if value := getattr(file, attribute):
            key = (value, file.village) if attribute == "family" else value
            found[key].add(moved.get(file.person, file.officer))
    return {value: len(officers) for value, officers in found.items()}


@settings(deadline=None, max_examples=80)
@given(FILES)
def test_a_proposal_brings_loads_nearer_and_tears_nothing_apart(files) -> None:
    proposal = propose(files, OFFICERS)
    moved = {file.person: move.to for move in proposal.moves for file in move.files}
    assert len(moved) == sum(len(move.files) for move in proposal.moves), "nobody twice"
    assert proposal.spread_after <= proposal.spread_before
    assert not proposal.moves or proposal.after != proposal.before
    loads = dict.fromkeys(OFFICERS, 0)
    for file in files:
        loads[moved.get(file.person, file.officer)] += file.weight
    assert loads == proposal.after
    for attribute in ("village", "family"):
        before, after = (_officers_by(files, attribute, m) for m in ({}, moved))
        assert all(after[value] <= before[value] for value in before)


def test_a_whole_village_goes_together_to_whoever_has_it_already() -> None:
    files = [File(n, "某", 1, 2, "甲村") for n in range(2)] + [File(n, "某", 1, 2, "乙村") for n in range(2, 8)]
    files += [File(9, "某", 2, 1, "甲村"), File(10, "某", 3, 1)]
    proposal = propose(files, OFFICERS)
    first = proposal.moves[0]
    assert (first.village, {file.person for file in first.files}) == ("甲村", {0, 1}) and first.to == 2 and first.joins


def test_who_is_on_leave_neither_gives_nor_gets() -> None:
    files = [File(n, "某", 1, 2) for n in range(6)] + [File(9, "某", 3, 2)]
    proposal = propose(files, (1, 2))
    assert {move.to for move in proposal.moves} == {2} and set(proposal.after) == {1, 2}


def _in_half_a_year(step: str) -> float:
    found = every(step)
    return 6 / found.count if found.unit == "m" else 182 / found.count


def test_the_weights_follow_the_contacts_that_the_rules_ask_for() -> None:
    said = {default.key: default.value for default in DEFAULTS}
    for level, weight in WEIGHTS.items():
        phone, in_person, written = (
            _in_half_a_year(said[f"report.{mode}.{level}"]) for mode in ("phone", "in_person", "written")
        )
        owed = 6 / MONTHS_OF[said[f"visit.field.{level}"]] + (max(phone, in_person) + written) / 3
        assert abs(weight - owed) <= 1, level
    for level, weight in {**HELP_WEIGHTS, "none": HELP_UNCLASSED}.items():
        assert weight == 6 / MONTHS_OF[said[f"ra.visit.{level}"]], level


def test_nobody_is_given_another_officer_for_a_difference_that_nobody_feels() -> None:
    light = [File(n, "某", 1, 1) for n in range(NOTICEABLE - 1)]
    assert propose(light, OFFICERS).moves == ()
    assert propose([*light, File(99, "某", 1, 1)], OFFICERS).moves


def test_the_village_is_read_from_an_address() -> None:
    assert village_of("太原市尖草坪区柏板乡西关口村12号") == "太原市尖草坪区柏板乡西关口村"
    assert village_of("太原市尖草坪区古城街道花园社区3号楼2单元") == "太原市尖草坪区古城街道花园社区"
    assert village_of("太原市尖草坪区新城街道迎新北二巷8号") == "太原市尖草坪区新城街道迎新北二巷"
    assert village_of("") == village_of("太原市") == ""


async def test_an_accepted_move_is_a_transfer_with_its_record(cast, bob) -> None:
    people = [await joins(cast, f"2026-11-0{n} 09:00", name=f"某{n}") for n in range(1, 5)]
    work = await workload(bob, None, cast.now)
    move = work.proposal.moves[0]
    assert (work.names[move.of], work.names[move.to]) == ("安丽", "薄博") and work.proposal.spread_before == 48
    browser = await client_for(cast, cast.bob)
    chosen = ",".join(str(file.person) for file in move.files)
    answer = await browser.post("/dashboard/moves", data={"people": chosen, "staff": move.to})
    assert answer.status_code == 303
    rows = await fetch(
        "SELECT staff, reason FROM responsibility WHERE person = $1 AND to_at IS NULL", move.files[0].person
    )
    assert [(row["staff"], row["reason"]) for row in rows] == [(cast.bob.id, "均衡工作量")]
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'assign_officer'") == 1
    assert (await workload(bob, None, cast.now)).proposal.spread_before < 48 and len(people) == 4


async def test_somebody_of_another_office_moves_nobody(cast) -> None:
    mine = await joins(cast, "2026-11-01 09:00")
    theirs = await joins(cast, "2026-11-01 09:00", officer=cast.carol)
    browser = await client_for(cast, cast.bob)
    answer = await browser.post(
        "/dashboard/moves", data={"people": f"{mine.person},{theirs.person}", "staff": cast.bob.id}
    )
    assert answer.status_code == 404
    assert await fetch_value("SELECT count(*) FROM responsibility WHERE staff = $1", cast.bob.id) == 0
    answer = await browser.post("/dashboard/moves", data={"people": mine.person, "staff": cast.carol.id})
    assert answer.status_code == 404
