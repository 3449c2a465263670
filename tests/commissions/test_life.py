"""A walk through the life of commissions (law b.1): every transition many times, none that the law's table doesn't have."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supervision.commissions import correcting, deciding, investigating, steps
from supervision.commissions.steps import Step
from supervision.days import DAY, end_of, local_day
from supervision.db import fetch, fetch_value
from supervision.duties.sync import sync
from supervision.errors import Refusal
from supervision.settings.terms import official_holidays
from tests.cast import NOW, Cast
from tests.commissions.makers import CONTENT, Hands, opinion, received, records, state_of
from tests.rollcall.holds import people_of_both, registers_hold
from tests.test_matrix import undone

# Law b.1, taken over by hand: state → event → next state. The last two are ours: called off by the organ, put down by mistake.
LAW = {
    "received": {"assigned": "assigned", "returned": "returned", "unable": "unable"},
    "assigned": {"accepted": "investigating", "refused": "received"},
    "investigating": {"drafted": "drafted", "extension_asked": "extension_pending", "unable": "unable"},
    "extension_pending": {"extension_agreed": "investigating", "extension_refused": "investigating"},
    "drafted": {"approved": "reviewed", "rejected": "investigating"},
    "reviewed": {"decided": "signed"},
    "signed": {"sent": "sent"},
    "sent": {"concluded": "closed"},
    "returned": {"resent": "received", "closed": "closed"},
    "unable": {"resent": "received", "closed": "closed"},
    "closed": {},
    "withdrawn": {},
    "void": {},
}
OWING = ("received", "assigned", "investigating", "extension_pending", "drafted", "reviewed", "signed")
EVENTS = sorted({event for events in LAW.values() for event in events} | {"organ_withdrew", "voided"})
ENDED = ("closed", "withdrawn", "void")
TIMES = 20
KINDS = {day: kind for day, kind, _, _ in official_holidays()}


def legal(state: str) -> dict[str, str]:
    """What may happen in a state."""
    called_off = {} if state in (*ENDED, "sent") else {"organ_withdrew": "withdrawn"}
    return LAW[state] | called_off | ({} if state == "void" else {"voided": "void"})


def recount(first: date, count: int) -> date:
    """Working days, a day after the other, from the official list."""
    day = first
    while count:
        day += DAY
        kind = KINDS.get(day)
        count -= kind == "work" or (kind is None and day.weekday() < 5)
    return day


@dataclass
class Walk:
    """One commission as the walker believes it to be."""

    hands: Hands
    id: int
    fast: bool
    state: str
    now: datetime
    begun_on: date
    until_on: date | None = None

    @property
    def last_on(self) -> date:
        return self.until_on or recount(self.begun_on, 5 if self.fast else 10)

    def allows(self, event: str) -> bool:
        """Whether the law's table has it, and an extension comes before the limit."""
        in_time = event != "extension_agreed" or self.now < end_of(self.last_on)
        return event in legal(self.state) and in_time

    async def do(self, event: str) -> None:
        """Let it happen, or be refused."""
        await acted(self, event)
        self.state = legal(self.state)[event]
        if event == "resent":
            self.begun_on, self.until_on = local_day(self.now), None
        if event == "extension_agreed":
            self.until_on = self.last_on + timedelta(days=4)


async def acted(walk: Walk, event: str) -> None:
    hands, id, now = walk.hands, walk.id, walk.now
    match event:
        case "assigned":
            await investigating.assign_investigators(hands.desk, id, hands.pair(now), now)
        case "drafted":
            if walk.state == "investigating":
                await records(hands, id, now)
            await investigating.submit_draft(hands.lead, id, investigating.NewDraft(CONTENT, now), now)
        case "decided":
            await deciding.decide(hands.head, id, opinion(now), now)
        case "concluded":
            await deciding.record_result(hands.desk, id, deciding.NewResult("adopted", "probation", now), now)
        case "voided":
            await correcting.void(hands.desk, id, reason="录错", now=now)
        case "closed":
            await _explained(walk)
            await steps.take_step(hands.desk, id, Step("closed", now), now)
        case _:
            until_on = walk.last_on + timedelta(days=4) if event == "extension_agreed" else None
            step = Step(event, now, document="函1号", note="情况", until_on=until_on, copied=True)
            await steps.take_step(hands.desk, id, step, now)


async def _explained(walk: Walk) -> None:
    told = await fetch_value(
        """SELECT 1 FROM commission_act WHERE commission = $1 AND kind = 'explained' AND happened_at >= (
                  SELECT max(happened_at) FROM commission_act WHERE commission = $1 AND kind IN ('returned', 'unable'))""",
        walk.id,
    )
    if walk.state in ("returned", "unable") and not told:
        await steps.give_notice(walk.hands.desk, walk.id, Step("explained", walk.now), walk.now)


async def begun(draw: Random, hands: Hands, now: datetime) -> Walk:
    fast = draw.random() < 0.3
    made = await received(hands, now, fast=fast)
    return Walk(hands, made, fast, "received", now, local_day(now))


WEIGHTS = {
    "returned": 4,
    "unable": 2.5,
    "refused": 2,
    "extension_asked": 5,
    "rejected": 4,
    "organ_withdrew": 0.4,
    "voided": 0.4,
}
"""How often something is chosen where it may happen; all else eight times."""


def chosen(draw: Random, walk: Walk) -> str:
    """What happens next: any legal event, those that lead astray less often than those that lead on."""
    may = [event for event in EVENTS if walk.allows(event)]
    return draw.choices(may, [WEIGHTS.get(event, 8) for event in may])[0]


async def holds(walk: Walk) -> None:
    """State, clock and ledger are what the walker says."""
    assert await state_of(walk.id) == walk.state
    open_limits = await fetch(
        """SELECT limit_at FROM duty WHERE subject_kind = 'commission' AND subject_id = $1 AND variant = 'opinion'
              AND state = 'open' AND period = $2""",
        walk.id,
        walk.begun_on.isoformat(),
    )
    lapsed = walk.now >= end_of(walk.last_on)
    expected = [end_of(walk.last_on)] if walk.state in OWING else []
    if walk.state in OWING or not lapsed:
        assert [row["limit_at"] for row in open_limits] == expected, (walk.state, walk.begun_on, walk.fast)
    assert await sync([walk.id], walk.now, kind="commission") == 0
    await registers_hold(walk.now)


async def refused(draw: Random, walk: Walk) -> None:
    """One event that the law's table doesn't have here changes nothing."""
    illegal = [event for event in EVENTS if not walk.allows(event)]
    if not illegal:
        return
    event = draw.choice(illegal)
    before = await fetch_value("SELECT count(*) FROM commission_event")
    with pytest.raises(Refusal):
        async with undone():
            await acted(walk, event)
    assert await state_of(walk.id) == walk.state
    assert await fetch_value("SELECT count(*) FROM commission_event") == before


TAKEN: Counter[str] = Counter()


@settings(
    max_examples=24,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # a walk of a thousand statements is not worth shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.randoms(use_true_random=True))
async def test_a_walk_meets_the_law_s_table_and_the_clock_at_every_step(cast: Cast, draw: Random) -> None:
    async with undone():
        hands, now = await Hands.of(cast), NOW.replace(month=1, day=5)
        cast.clock.at = now
        await people_of_both(cast)
        walk = await begun(draw, hands, now)
        for _ in range(50):
            now += timedelta(hours=draw.choice((1, 3, 20, 31, 75)))
            if walk.state in ENDED:
                walk = await begun(draw, hands, now)
            walk.now = now
            await refused(draw, walk)
            event = chosen(draw, walk)
            was = walk.state
            await walk.do(event)
            TAKEN[f"{was} --{event}--> {walk.state}"] += 1
            await holds(walk)


def test_every_transition_was_taken_twenty_times(record_property) -> None:
    every = {f"{state} --{event}--> {to}" for state in LAW for event, to in LAW[state].items()}
    by_event = Counter[str]()
    for taken, count in TAKEN.items():
        by_event[taken.split("--")[1]] += count
    lines = [f"{count:4d}  {taken}" for taken, count in sorted(TAKEN.items())]
    print("\n".join(lines))
    record_property(
        "said",
        f"life of commissions: {sum(TAKEN.values())} transitions, each at least {min(TAKEN[one] for one in every)} times",
    )
    assert {one: TAKEN[one] for one in every if TAKEN[one] < TIMES} == {}
    assert min(by_event["organ_withdrew"], by_event["voided"]) >= TIMES
