"""Visits of the past, many at once: as whole as those held at the window, counted like them, with nothing owed."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from supervision.alerts.watch import watch
from supervision.db import fetch, fetch_value, tx
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.people.actions import NewContact, NewPerson
from supervision.statistics.figures import FIGURES, Sight, count, rows_of
from supervision.statistics.period import Period
from supervision.video_visits.past import (
    Household,
    PastHousehold,
    PastRelative,
    PastVisit,
    record_households,
    record_past,
)
from tests.cast import NOW, Cast, client_for
from tests.register import identity_number, viewer_of
from tests.rules.cast import at

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
MONDAY = at("2024-06-03 09:00")


def person(name: str, serial: int) -> NewPerson:
    born = date(1970 + serial // 90, 1 + serial % 12, 5)
    return NewPerson(name, "male", born, identity_number(born, serial))


async def households(many: int = 1, *, relatives: int = 3) -> list[Household]:
    """Prisoners of two prisons, each with so many relatives who were verified in 2023."""
    entries = [
        PastHousehold(
            person(f"在押{n}", 10 * n),
            "晋西监狱" if n % 2 else "晋中监狱",
            f"JX{n:05d}",
            "normal",
            tuple(
                PastRelative(person(f"亲属{n}-{m}", 10 * n + m + 1), "spouse", phone=NewContact("phone", "19900000001"))
                for m in range(relatives)
            ),
            at("2023-06-01 09:00"),
        )
        for n in range(many)
    ]
    return await record_households(entries, NOW)


def visit(household: Household, end: str = "done", *, begin: datetime = MONDAY, visitors: int = 2) -> PastVisit:
    """Applied for on a Monday, forwarded on Tuesday, answered on Thursday, held on the Wednesday after."""
    held = end in ("done", "no_show", "cancelled")
    return PastVisit(
        household,
        household.relatives[:visitors],
        end,
        applied_at=begin,
        forwarded_at=begin + timedelta(days=1),
        answered_at=begin + timedelta(days=1 if end == "returned" else 3),
        from_at=begin + timedelta(days=9) if held else None,
        room="一号会见室" if held else "",
        cancelled_at=begin + timedelta(days=5) if end == "cancelled" else None,
        cancelled_by="family" if end == "cancelled" else "",
        reason="" if end in ("done", "no_show") else "手续不全",
    )


async def of_each_end(cast: Cast) -> list[int]:
    """One booking for each way in which it may have ended, a week apart in the one room."""
    ends = ("done", "no_show", "cancelled", "prison_refused", "returned")
    homes = await households(len(ends))
    visits = [
        visit(home, end, begin=MONDAY + timedelta(weeks=n))
        for n, (home, end) in enumerate(zip(homes, ends, strict=True))
    ]
    return await record_past(visits, NOW, by=cast.wanda.id)


async def figures(cast: Cast) -> tuple[int, int]:
    sight = Sight(YEAR, NOW, await viewer_of(cast.dan))
    found = [await count(FIGURES[code], sight) for code in ("video_booked", "video_served")]
    assert found == [(await rows_of(FIGURES[code], sight)).total for code in ("video_booked", "video_served")]
    return found[0], found[1]


async def test_every_booking_is_booked_and_only_who_came_is_served(cast: Cast) -> None:
    await of_each_end(cast)
    assert await figures(cast) == (5, 2)


async def test_the_ledger_expects_nothing_and_the_nightly_proof_finds_nothing(cast: Cast) -> None:
    await of_each_end(cast)
    assert await fetch("SELECT rule, variant FROM duty WHERE state = 'open'") == []
    await watch(NOW)
    assert await fetch_value("SELECT count(*) FROM alert") == 0
    assert (await reconcile(NOW)).repaired == 0


async def test_who_did_not_come_is_missed_and_who_came_is_met(cast: Cast) -> None:
    ids = await of_each_end(cast)
    rows = await fetch("SELECT subject_id, variant, state FROM duty WHERE subject_kind = 'booking' ORDER BY id")
    states = {(row["subject_id"], row["variant"]): row["state"] for row in rows}
    assert states[ids[1], "attend"] == "missed"
    assert {state for (id, _), state in states.items() if id != ids[1]} <= {"met", "void"}
    assert [states[ids[0], variant] for variant in ("forward", "answer", "confirm", "attend", "end")] == ["met"] * 5


async def test_each_page_shows_them(cast: Cast) -> None:
    ids = await of_each_end(cast)
    wanda = await client_for(cast, cast.wanda)
    said = ["已完成", "爽约", "已取消", "监狱不同意", "已退回"]
    for id, state in zip(ids, said, strict=True):
        text = (await wanda.get(f"/visits/{id}")).text
        assert state in text and "HJ2024-" in text
    text = (await wanda.get(f"/visits/{ids[0]}")).text
    assert "30 分钟" in text and "2 人到场" in text
    called_off = (await wanda.get(f"/visits/{ids[2]}")).text
    assert "家属：手续不全" in called_off and "补约" not in called_off
    prisoner = await fetch_value("SELECT prisoner FROM booking WHERE id = $1", ids[0])
    assert "已核验" in (await wanda.get(f"/visits/prisoners/{prisoner}")).text


async def test_a_month_counts_what_was_held_and_gives_back_what_was_not(cast: Cast) -> None:
    (home,) = await households()
    visits = [visit(home, "cancelled"), visit(home, begin=MONDAY + timedelta(days=7)), visit(home, "returned")]
    ids = await record_past(visits, NOW)
    rows = await fetch("SELECT booking, turn FROM booking_month WHERE freed_at IS NULL")
    assert [(row["booking"], row["turn"]) for row in rows] == [(ids[1], 1)]


async def test_never_two_in_one_room_at_once(cast: Cast) -> None:
    one, two = await households(2)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with tx():
            await record_past([visit(one), visit(two)], NOW)
    await record_past([visit(one), replace(visit(two), room="二号会见室")], NOW)
    assert await fetch_value("SELECT count(*) FROM visit_room") == 2


async def test_what_could_not_have_been_is_refused(cast: Cast) -> None:
    one, two = await households(2)
    good = visit(one)
    wrong = (
        replace(good, visitors=two.relatives[:1]),
        replace(good, visitors=()),
        replace(good, forwarded_at=good.applied_at - timedelta(days=1)),
        replace(good, from_at=None),
        replace(good, came=3),
        replace(good, end="applied"),
        replace(visit(one, "returned"), reason=" "),
        replace(visit(one, "cancelled"), cancelled_by=""),
        replace(good, from_at=NOW),
        visit(one, "no_show"),
    )
    for each in wrong:
        with pytest.raises(Refusal):
            await record_past([good, each], NOW)
    assert await fetch_value("SELECT count(*) FROM booking") == 0
