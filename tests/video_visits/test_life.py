"""The life of a booking (law b.13), walked at random: each transition often, no other one, and all that must hold after each."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from supervision.access.viewer import Viewer
from supervision.days import at_hour, local_day
from supervision.db import fetch, fetch_row, fetch_value, tx
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import sync
from supervision.errors import Refusal
from supervision.rollcall.take import roll_call
from supervision.settings.terms import load_terms
from supervision.video_visits import actions
from supervision.video_visits.actions import Arrival, Place
from supervision.video_visits.booking import NewBooking, book, withdraw_booking
from supervision.video_visits.families import Verification, verify_family
from supervision.video_visits.release import release
from supervision.video_visits.steps import STEPS, Taken
from tests.cast import NOW, Cast
from tests.register import viewer_of
from tests.rollcall.holds import people_of_both, registers_hold
from tests.video_visits.makers import Family, a_family, a_room, tail_of

BEGIN = NOW
OFTEN = 20
# Law b.13 as it is printed, with the moments in which a family has come but doesn't sit before the screen yet, with what was
# done in time and is put down late, and with an application that is taken back before the prison answered.
LEGAL: dict[str, dict[str, str]] = {
    "applied": {"forward": "forwarded", "return": "returned"},
    "forwarded": {"schedule": "scheduled", "prison_refuse": "prison_refused", "cancel": "cancelled"},
    "scheduled": {"confirm": "confirmed", "release": "released", "cancel": "cancelled"},
    "confirmed": {"arrive": "arrived", "miss": "no_show", "cancel": "cancelled"},
    "no_show": {"arrive": "arrived", "cancel": "cancelled"},
    "arrived": {"start": "in_session", "fail": "failed"},
    "in_session": {"end": "done", "breach": "terminated", "fail": "failed"},
}
OVER = ("returned", "prison_refused", "released", "cancelled", "done", "terminated", "failed")


def test_the_program_s_table_of_steps_is_the_law_s() -> None:
    mine = {(before, name): step.after for name, step in STEPS.items() for before in step.before}
    assert mine == {(before, name): after for before, of in LEGAL.items() for name, after in of.items()}


@dataclass
class Walk:
    """The walker: one booking after another, the clock only goes on."""

    viewer: Viewer
    rooms: list[int]
    draw: Random
    now: datetime = BEGIN
    counts: Counter[str] = field(default_factory=Counter)
    booking: int = 0
    family: Family | None = None
    start_at: datetime = BEGIN

    def lacking(self, state: str, step: str) -> int:
        """How often this step, and those that may follow it, are still to be walked."""
        after = LEGAL[state][step]
        mine = max(OFTEN - self.counts[f"{state} {step} → {after}"], 0)
        return mine + sum(self.lacking(after, name) for name in LEGAL.get(after, {}))

    async def state(self) -> str:
        return str(await fetch_value("SELECT state FROM booking WHERE id = $1", self.booking))

    async def next_day(self, ahead: int) -> datetime:
        terms = await load_terms(self.now, self.now)
        return at_hour(terms.calendar.add_working_days(local_day(self.now), ahead), 9)

    async def apply(self, *, instead_of: int | None = None) -> None:
        """A booking of a new family, or one that makes up for the last."""
        if instead_of is None:
            self.family = await a_family(state="new", size=2)
            await self.verify(self.family)
        assert self.family is not None
        wanted = local_day(await self.next_day(1 if instead_of else 5))
        new = NewBooking(self.family.prisoner, self.family.members[:1], (wanted,), instead_of=instead_of)
        self.booking = await book(self.viewer, new, self.now)
        self.counts["(new) apply → applied" if instead_of is None else "failed, cancelled rebook → applied"] += 1

    async def verify(self, family: Family) -> None:
        """The first relative is who they say, the second isn't."""
        ok, other = family.members
        await verify_family(self.viewer, ok, Verification("ok", "birth"), self.now)
        await verify_family(self.viewer, other, Verification("refused", reason="证明不符"), self.now)
        self.counts["family new verify → ok"] += 1
        self.counts["family new verify → refused"] += 1

    async def take(self, step: str, state: str) -> None:
        """A step as people or the job take it, at the moment at which it may be taken."""
        if step in ("forward", "return", "prison_refuse"):
            await actions.step(self.viewer, self.booking, Taken(step, self.now, "由窗口办理"), self.now)
        elif step == "cancel":
            unanswered = state == "forwarded"
            why = Taken("cancel", self.now if unanswered else min(self.now, self.start_at), "设备检修")
            by = "bureau" if unanswered else self.draw.choice(["prison", "bureau"])
            await actions.cancel(self.viewer, self.booking, why, by, self.now)
        elif step == "schedule":
            self.start_at = await self.next_day(3)
            await actions.schedule(
                self.viewer, self.booking, Place(self.draw.choice(self.rooms), self.start_at), self.now
            )
        elif step == "confirm":
            await actions.confirm(self.viewer, self.booking, self.now, self.now)
        elif step in ("release", "miss"):
            await self.let_time_pass(step)
        else:
            await self.on_the_day(step, state)

    async def let_time_pass(self, step: str) -> None:
        """Just before the limit nothing happens, at it the job notes it, and once only."""
        limit = self.start_at - timedelta(hours=24) if step == "release" else self.start_at + timedelta(minutes=10)
        second = timedelta(seconds=1)
        assert await release(limit - second) == (0, 0)
        self.now = limit
        assert await release(limit) == ((1, 0) if step == "release" else (0, 1))
        assert await release(limit + second) == (0, 0)

    async def on_the_day(self, step: str, state: str) -> None:
        assert self.family is not None
        if step == "arrive":
            came_at = self.start_at - timedelta(minutes=self.draw.randrange(1, 16))
            self.now = max(self.now, came_at)
            cards = {self.family.members[0]: await tail_of(self.family.people[0])}
            await actions.arrive(self.viewer, self.booking, Arrival(cards, came_at, faces_match=True), self.now)
            return
        self.now = max(self.now, self.start_at) + timedelta(minutes=5)
        if step == "start":
            await actions.start(self.viewer, self.booking, self.now, self.now)
        elif step == "end":
            await actions.end(self.viewer, self.booking, self.now, self.now)
        elif step == "fail":
            await actions.fail(self.viewer, self.booking, Taken("fail", self.now, "断网"), self.now)
        else:
            stopped = Taken("breach", self.now, "录像")
            await actions.stop_for_breach(self.viewer, self.booking, stopped, self.draw.randrange(1, 4), self.now)

    async def refuse_what_isnt_legal(self, state: str) -> None:
        """Any step that b.13 doesn't have from here is refused in words and changes nothing."""
        step = self.draw.choice(
            [name for name in STEPS if name not in LEGAL.get(state, {}) and name not in ("release", "miss")]
        )
        before = await self.held()
        with pytest.raises(Refusal) as refused:
            async with tx():
                await self.take_blindly(step)
        assert refused.value.sentence
        assert await self.held() == before

    async def take_blindly(self, step: str) -> None:
        now, start_at = self.now, self.start_at
        try:
            await self.take(step, "")
        finally:
            self.now, self.start_at = now, start_at

    async def held(self) -> object:
        row = await fetch_row(
            """SELECT b.state, (SELECT count(*) FROM booking_event e WHERE e.booking = b.id) AS events,
                      (SELECT count(*) FROM booking_slot s WHERE s.booking = b.id) AS slots
                 FROM booking b WHERE b.id = $1""",
            self.booking,
        )
        return tuple(row or ())

    async def look(self, state: str) -> None:
        """What must hold after each step."""
        assert await self.state() == state
        if self.draw.random() < 0.1:  # all of them are proved by the reconcile at the end
            assert await sync([self.booking], self.now, kind="booking") == 0, "the ledger followed"
        row = await fetch_row(HOLDS, self.booking)
        assert row is not None
        assert row["slot"] == (
            state in ("scheduled", "confirmed", "no_show", "arrived", "in_session", "done", "terminated")
        )
        gave_back = ("returned", "prison_refused", "released", "cancelled")
        assert row["month"] == (state not in gave_back and not row["uncounted"])
        open_duties = await fetch_value(
            "SELECT count(*) FROM duty WHERE subject_kind = 'booking' AND subject_id = $1 AND state = 'open'",
            self.booking,
        )
        assert (open_duties > 0) == (state not in OVER), (state, open_duties)
        assert await fetch(UNALERTED, self.now, self.booking) == []
        await registers_hold(self.now)


HOLDS = """
SELECT EXISTS (SELECT FROM booking_slot s WHERE s.booking = b.id AND s.freed_at IS NULL) AS slot,
       EXISTS (SELECT FROM booking_month m WHERE m.booking = b.id AND m.freed_at IS NULL) AS month,
       EXISTS (SELECT FROM booking f WHERE f.id = b.instead_of
                  AND (f.state = 'failed' OR NOT EXISTS (SELECT FROM booking_month u WHERE u.booking = f.id))) AS uncounted
  FROM booking b WHERE b.id = $1"""
UNALERTED = """
SELECT d.rule FROM duty d WHERE d.subject_kind = 'booking' AND d.subject_id = $2 AND is_lapsed(d.state, d.limit_at, $1)
   AND NOT EXISTS (SELECT FROM alert a WHERE a.duty = d.id AND a.closed_at IS NULL)"""


async def test_every_transition_is_walked_often_and_no_other_is_taken(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms = [await a_room("一号会见室"), await a_room("二号会见室")]
    await people_of_both(cast)
    walk = Walk(await viewer_of(cast.wanda), rooms, Random(13))
    wanted = {f"{before} {name} → {after}" for before, of in LEGAL.items() for name, after in of.items()}
    while any(walk.counts[name] < OFTEN for name in wanted):
        await _one_life(walk)
        walk.now = max(walk.now, walk.start_at) + timedelta(hours=1)
    await _everything_closes(walk)
    with capsys.disabled():
        print("\nvideo visits (law b.13): transitions walked")
        print("\n".join(f"  {count:4}  {name}" for name, count in sorted(walk.counts.items())))
    assert min(walk.counts.values()) >= OFTEN, walk.counts


async def _one_life(walk: Walk) -> None:
    lost = await fetch_row(
        "SELECT id, state FROM booking WHERE id = $1 AND state IN ('failed', 'cancelled')", walk.booking
    )
    await walk.apply(instead_of=lost["id"] if lost and walk.draw.random() < 0.5 else None)
    state = "applied"
    await walk.look(state)
    while state in LEGAL:
        if walk.draw.random() < 0.2:
            await walk.refuse_what_isnt_legal(state)
        # Where most is still to be walked, so that none is rare and the walk comes to an end.
        step = max(LEGAL[state], key=lambda name: (walk.lacking(state, name), walk.draw.random()))
        if state == "no_show" and walk.draw.random() < 0.3:
            return
        await walk.take(step, state)
        walk.counts[f"{state} {step} → {LEGAL[state][step]}"] += 1
        state = LEGAL[state][step]
        await walk.look(state)


async def _everything_closes(walk: Walk) -> None:
    """The night finds nothing to repair, the roll call nobody on no list."""
    await registers_hold(walk.now)  # the last life may have ended days before its session
    assert (await reconcile(walk.now)).repaired == 0
    taken = await roll_call(walk.now, live=True)
    assert [one.what for one in taken.strays] == []
    people = await fetch_value("SELECT count(*) FROM person WHERE merged_into IS NULL")
    assert taken.apart == people - taken.total - taken.help.total > 0


async def test_a_booking_that_was_entered_wrongly_counts_nowhere(cast: Cast) -> None:
    walk = Walk(await viewer_of(cast.dan), [await a_room()], Random(1))
    await walk.apply()
    for step in ("forward", "schedule", "confirm"):
        await walk.take(step, "")
    with pytest.raises(Refusal, match="原因"):
        await withdraw_booking(walk.viewer, walk.booking, reason=" ", now=walk.now)
    await withdraw_booking(walk.viewer, walk.booking, reason="重复录入", now=walk.now)
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_kind = 'booking' AND state = 'open'") == 0
    assert await fetch_value("SELECT count(*) FROM booking_slot WHERE freed_at IS NULL") == 0
    assert await fetch_value("SELECT count(*) FROM booking_month WHERE freed_at IS NULL") == 0
    with pytest.raises(Refusal, match="已经作废"):
        await walk.take("cancel", "")
    assert walk.family is not None
    again = NewBooking(walk.family.prisoner, walk.family.members[:1], (local_day(await walk.next_day(5)),))
    assert await book(walk.viewer, again, walk.now) > walk.booking  # the month is free again
