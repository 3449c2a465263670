"""Cases made by the same actions as the pages use, up to any state of the life cycle."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from supervision.discipline import actions, decisions
from supervision.discipline.actions import NewBreach, NewCase
from supervision.discipline.decisions import Served
from tests.cast import Cast
from tests.register import OnRegister, viewer_of

RULES = NewBreach("rules", "minor", "2026年11月20日未按规定电话报告。")


def late(days: int, now: datetime) -> NewBreach:
    """Not come at the appointed time, and found after so many days."""
    since = now.date() - timedelta(days=days)
    return NewBreach("off_control", "minor", "未按规定时间报到。", since, now.date())


async def clue(cast: Cast, on: OnRegister, breach: NewBreach = RULES, *, alerts: Sequence[int] = ()) -> int:
    """A clue that Alice put down."""
    source = "alert" if alerts else "hand"
    viewer = await viewer_of(cast.alice)
    return await actions.report(viewer, on.order, NewCase(source, breach, tuple(alerts)), cast.now)


async def opened(cast: Cast, on: OnRegister, breach: NewBreach = RULES, *, alerts: Sequence[int] = ()) -> int:
    """An opened case with a hearing and a record."""
    case = await clue(cast, on, breach, alerts=alerts)
    alice = await viewer_of(cast.alice)
    await actions.open_case(alice, case, cast.now)
    await evidence(cast, case, "hearing", "record")
    return case


async def evidence(cast: Cast, case: int, *kinds: str) -> None:
    """Evidence of these kinds, put down by Alice."""
    for kind in kinds:
        viewer = await viewer_of(cast.alice)
        await actions.add_evidence(viewer, case, kind, "本人承认忘记报告。", happened_at=cast.now, now=cast.now)


async def proposed(
    cast: Cast, on: OnRegister, item: str = "X2", breach: NewBreach = RULES, *, alerts: Sequence[int] = ()
) -> int:
    """A case with Bob's proposal."""
    case = await opened(cast, on, breach, alerts=alerts)
    await actions.investigate(await viewer_of(cast.alice), case, cast.now)
    await actions.propose_item(await viewer_of(cast.bob), case, item, "事实清楚。", cast.now)
    return case


async def reviewed(
    cast: Cast, on: OnRegister, item: str = "X2", breach: NewBreach = RULES, *, alerts: Sequence[int] = ()
) -> int:
    """A case that passed Lena's legal review."""
    case = await proposed(cast, on, item, breach, alerts=alerts)
    await actions.review(await viewer_of(cast.lena), case, True, "同意。", cast.now)
    return case


async def decided(
    cast: Cast, on: OnRegister, item: str = "X2", breach: NewBreach = RULES, *, alerts: Sequence[int] = ()
) -> int:
    """A case that Erin decided."""
    case = await reviewed(cast, on, item, breach, alerts=alerts)
    await decisions.decide(await viewer_of(cast.erin), case, item, "决定给予。", cast.now)
    return case


async def served(cast: Cast, on: OnRegister, item: str = "X2", breach: NewBreach = RULES) -> int:
    """A case whose decision Alice served: the measure is in force."""
    case = await decided(cast, on, item, breach)
    await decisions.serve(await viewer_of(cast.alice), case, Served("signed", cast.now), cast.now)
    return case


async def filed(cast: Cast, on: OnRegister, item: str = "X2", breach: NewBreach = RULES) -> int:
    """A case in the file."""
    case = await served(cast, on, item, breach)
    await decisions.file(await viewer_of(cast.alice), case, copied=True, now=cast.now)
    return case


def day(text: str) -> date:
    return date.fromisoformat(text)
