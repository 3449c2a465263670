"""The life cycle of law b.7, walked at random: every transition often, no illegal one, and the roll call holds."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from piccolo.engine.postgres import PostgresTransaction

from supervision.access.roles import PERMISSIONS
from supervision.access.viewer import Viewer
from supervision.days import local_day
from supervision.db import DB, fetch, fetch_row, fetch_value
from supervision.discipline import actions, decisions
from supervision.discipline.actions import NewCase
from supervision.discipline.cases import parts_of
from supervision.discipline.decisions import Served
from supervision.discipline.lifecycle import ENDED, STATES, TRANSITIONS, Transition, transition
from supervision.errors import NotAllowed, Refusal
from supervision.rollcall.buckets import CORRECTION
from supervision.rollcall.known import View
from supervision.rollcall.strays import find_strays
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of
from tests.cast import Cast, assemble
from tests.discipline.makers import RULES, evidence
from tests.register import OnRegister, on_register, viewer_of

LEAST = 20
LEAVES_THE_WAY = ("dismiss", "send_back", "return", "educate", "correct")
ACTORS = ("alice", "bob", "dan", "lena", "erin")
Act = Callable[[Viewer, int, Any], Awaitable[object]]


def events_in(state: str) -> list[Transition]:
    """What may be done next."""
    return [one for one in TRANSITIONS.values() if state in one.states]


def _serve(viewer: Viewer, case: int, now: Any) -> Awaitable[object]:
    how = Served("refused", now, "王村主任", "拒绝签字") if case % 2 else Served("signed", now)
    return decisions.serve(viewer, case, how, now)


async def _propose(viewer: Viewer, case: int, now: Any) -> None:
    item = "P1" if await weight_of(case) == "grave" else "X2"
    await actions.propose_item(viewer, case, item, "建议", now)


ACTS: dict[str, Act] = {
    "open": lambda v, c, now: actions.open_case(v, c, now),
    "dismiss": lambda v, c, now: actions.dismiss(v, c, "查无实据", now),
    "investigate": lambda v, c, now: actions.investigate(v, c, now),
    "propose": lambda v, c, now: _propose(v, c, now),
    "review": lambda v, c, now: actions.review(v, c, True, "同意", now),
    "send_back": lambda v, c, now: actions.review(v, c, False, "补充", now),
    "return": lambda v, c, now: actions.send_back(v, c, "补充", now),
    "decide": lambda v, c, now: decisions.decide(v, c, "X2", "决定", now),
    "educate": lambda v, c, now: decisions.decide(v, c, "E", "决定", now),
    "ask_police": lambda v, c, now: decisions.decide(v, c, "P1", "决定", now),
    "police_answer": lambda v, c, now: decisions.police_answer(v, c, "不予处罚", copied=True, now=now),
    "serve": _serve,
    "object": lambda v, c, now: decisions.object_to(v, c, "不服", now),
    "answer_objection": lambda v, c, now: decisions.answer_objection(v, c, "维持", copied=True, now=now),
    "file": lambda v, c, now: decisions.file(v, c, copied=True, now=now),
    "correct": lambda v, c, now: decisions.correct(v, c, "有误", now),
}


def test_every_transition_is_walked() -> None:
    assert ACTS.keys() == TRANSITIONS.keys()
    assert {one.to for one in TRANSITIONS.values()} | {"clue"} == set(STATES)
    assert all(not events_in(state) or state in ("filed",) for state in ENDED)


@pytest.mark.parametrize("state", STATES)
def test_a_step_that_the_state_does_not_know_is_refused_in_words(state: str) -> None:
    for event, found in TRANSITIONS.items():
        if state in found.states:
            assert transition(event, state) is found
        else:
            with pytest.raises(Refusal, match="不能办理这一步"):
                transition(event, state)


@pytest.mark.parametrize("state", STATES)
def test_wherever_a_case_is_when_the_order_ends_it_can_still_be_closed(state: str) -> None:
    reached, last = {state}, set()
    while reached != last:
        last = set(reached)
        steps = (one for here in last for one in events_in(here) if one.event in actions.AFTER_THE_ORDER)
        reached |= {one.to for one in steps}
    assert reached & ENDED


class Walk:
    """One case after another, each a random walk; what the table allows must happen, all else must be refused."""

    def __init__(self, cast: Cast, seed: int, done: Counter[str], refused: Counter[str]) -> None:
        self.cast, self.chance = cast, random.Random(seed)
        self.done, self.refused = done, refused
        self.proofs, self.proving = 0, 0.0
        """How often the registers were proved, and the seconds that this took."""

    async def case(self, on: OnRegister) -> None:
        grave = self.done["ask_police"] < LEAST and self.chance.random() < 0.5
        breach = RULES.__class__("rules", "grave" if grave else "minor", "未按规定报告。")
        viewer = await viewer_of(self.cast.alice)
        case = await actions.report(viewer, on.order, NewCase("tip", breach), self.cast.now)
        await evidence(self.cast, case, "hearing", "record")
        for _ in range(40):
            await self.step(case)
            if await state_of(case) in ENDED and self.chance.random() < 0.5:
                return

    async def step(self, case: int) -> None:
        """One act by somebody: mostly one that the state knows, by somebody whose role may."""
        state = await state_of(case)
        event = self.event(state)
        viewer = await viewer_of(getattr(self.cast, self.actor(event)))
        self.cast.clock.at += timedelta(minutes=7)
        before = await self.told(case)
        allowed = await self.allowed(event, state, viewer, case)
        try:
            await ACTS[event](viewer, case, self.cast.now)
        except (Refusal, NotAllowed):
            assert not allowed, (event, state, viewer.login)
            assert await self.told(case) == before, "a refusal changes nothing"
            self.refused[event] += 1
            return
        assert allowed, (event, state, viewer.login)
        self.done[event] += 1
        assert await state_of(case) == TRANSITIONS[event].to
        await self.prove()

    async def prove(self) -> None:
        """After each transition: nobody is missing at the roll call, and the register equation holds."""
        begun = perf_counter()
        await _roll_call_closes(View(self.cast.now, live=True))
        await monthly_table(None, month_of(local_day(self.cast.now)), self.cast.now)
        self.proofs, self.proving = self.proofs + 1, self.proving + perf_counter() - begun

    def event(self, state: str) -> str:
        """One that the state knows and that was rare so far, else one that leads on; now and then any."""
        known = [one.event for one in events_in(state)]
        rare = [event for event in known if self.done[event] < LEAST] or [
            one for one in known if one not in LEAVES_THE_WAY
        ]
        return self.chance.choice(rare if rare and self.chance.random() < 0.75 else list(ACTS))

    def actor(self, event: str) -> str:
        may = [login for login in ACTORS if self.cast.members[login].role in PERMISSIONS[TRANSITIONS[event].permission]]
        return self.chance.choice(may if self.chance.random() < 0.8 else ACTORS)

    async def allowed(self, event: str, state: str, viewer: Viewer, case: int) -> bool:
        """What the table, the roles, the three persons and the facts say."""
        found = TRANSITIONS[event]
        parts = await parts_of(case)
        apart = all(parts.get(part) != viewer.id for part in found.apart_from)
        return state in found.states and viewer.may(found.permission) and apart and await self.fits(event, case)

    async def fits(self, event: str, case: int) -> bool:
        if event in ("decide", "ask_police"):
            return (await weight_of(case) == "grave") == (event == "ask_police")
        if event == "correct":
            measure = "SELECT measure FROM discipline_decision WHERE case_id = $1 AND withdrawn_at IS NULL"
            return await fetch_value(measure, case) in ("admonition", "warning")
        return True

    async def told(self, case: int) -> tuple[Any, ...]:
        """All that a step could change."""
        row = await fetch_row(
            """SELECT c.state, c.closed_at, (SELECT count(*) FROM discipline_event e WHERE e.case_id = c.id) AS events,
                      (SELECT count(*) FROM discipline_proposal p WHERE p.case_id = c.id) AS proposals,
                      (SELECT count(*) FROM discipline_review r WHERE r.case_id = c.id) AS reviews,
                      (SELECT count(*) FROM discipline_decision d WHERE d.case_id = c.id) AS decisions,
                      (SELECT count(*) FROM discipline_decision d WHERE d.case_id = c.id AND d.withdrawn_at IS NOT NULL)
                        AS withdrawn
                 FROM discipline_case c WHERE c.id = $1""",
            case,
        )
        return tuple(row)


async def weight_of(case: int) -> str:
    return str(await fetch_value("SELECT weight FROM discipline_breach WHERE case_id = $1 ORDER BY id DESC", case))


async def state_of(case: int) -> str:
    return str(await fetch_value("SELECT state FROM discipline_case WHERE id = $1", case))


@asynccontextmanager
async def rolled_back() -> AsyncIterator[None]:
    """A transaction of its own: one that holds thousands of steps would be read more slowly with each."""
    async with DB.pool.acquire() as connection:
        transaction = PostgresTransaction(DB)
        transaction.connection = connection
        outer = connection.transaction()
        await outer.start()
        token = DB.current_transaction.set(transaction)
        try:
            yield
        finally:
            DB.current_transaction.reset(token)
            await outer.rollback()


async def test_the_life_cycle_walked_at_random(pool: None, record_property: Any) -> None:
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    proofs, proving = 0, 0.0
    for seed in range(60):
        async with rolled_back():
            walk = Walk(await assemble(), seed, done, refused)
            on = await on_register(walk.cast, at=walk.cast.now)
            for _ in range(4):
                await walk.case(on)
            await _check_facts()
            proofs, proving = proofs + walk.proofs, proving + walk.proving
        if min(done[event] for event in TRANSITIONS) >= LEAST:
            break
    assert min(done[event] for event in TRANSITIONS) >= LEAST, done
    assert proofs == sum(done.values())
    table = "; ".join(f"{event} {done[event]} (refused {refused[event]})" for event in TRANSITIONS)
    cost = f"the registers proved after each, {1000 * proving / proofs:.0f} ms a time"
    record_property("said", f"life of discipline: {proofs} transitions, {cost}: {table}")


async def _roll_call_closes(view: View) -> None:
    """Every registration has its bucket with its proof, and nothing slipped through."""
    assert [row["id"] for row in await view.rows(CORRECTION.census, "o.person") if not row["found"]] == []
    assert await find_strays(view) == []


async def _check_facts() -> None:
    """Every event is one of the table, and no case has two decisions in force or one person in two parts."""
    events = await fetch("SELECT event, old_state, new_state FROM discipline_event WHERE event <> 'report'")
    assert events and all(
        row["old_state"] in TRANSITIONS[row["event"]].states and TRANSITIONS[row["event"]].to == row["new_state"]
        for row in events
    )
    same = """SELECT count(*) FROM discipline_decision d JOIN discipline_case c ON c.id = d.case_id
               JOIN discipline_proposal p ON p.case_id = c.id JOIN discipline_review r ON r.proposal = p.id AND r.passed
              WHERE p.id = (SELECT max(id) FROM discipline_proposal q WHERE q.case_id = c.id AND q.happened_at <= d.happened_at)
                AND (p.recorded_by = r.recorded_by OR r.recorded_by = d.recorded_by OR p.recorded_by = d.recorded_by)"""
    assert await fetch_value(same) == 0
    assert (
        await fetch_value(
            "SELECT count(*) FROM discipline_case WHERE (closed_at IS NULL) <> (state NOT IN ('filed', 'closed_no', 'withdrawn'))"
        )
        == 0
    )
