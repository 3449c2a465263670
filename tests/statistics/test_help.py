"""The figures of resettlement help: nobody twice, nobody before they came, nobody who is still to come; and as it was known then."""

from datetime import date, datetime, timedelta
from typing import Any

from supervision.db import fetch_value
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.assessing import Assessment, assess
from supervision.resettlement.records import Support, add_member, record_support, withdraw
from supervision.resettlement.stays import Stay, place
from supervision.statistics.figures import FIGURES, Sight, count, rows_of
from supervision.statistics.indicators import INDICATORS
from supervision.statistics.period import Period, month_of, year_of
from tests.cast import NOW, Cast
from tests.register import viewer_of
from tests.resettlement.helped import Helped, a_base, put
from tests.statistics.conftest import at
from tests.statistics.records import assistance

ON_REGISTER = ("helped", "placed", "out_of_reach")


async def of(code: str, period: Period, known_at: datetime = NOW) -> tuple[int, int]:
    """Both counts of an indicator."""
    one, sight = INDICATORS[code], Sight(period, known_at)
    return await count(one.numerator, sight), await count(one.denominator, sight)


async def figure(code: str, period: Period, known_at: datetime = NOW) -> int:
    """A figure of the report."""
    return await count(FIGURES[code], Sight(period, known_at))


async def takes(cast: Cast, one: Helped, when: str, *events: str, **more: Any) -> None:
    """The desk takes steps, each at that moment and put down at once."""
    for event in events:
        taken = Taken(event, at(when), said="已办", **more)
        await take_step(await viewer_of(cast.dan), one.assistance, taken, at(when))


async def moves(cast: Cast, one: Helped, when: str) -> None:
    """Somebody who is connected gets a file and goes to 汇丰."""
    await add_member(await viewer_of(cast.dan), one.assistance, "village", "村委 李四", at(when))
    await takes(cast, one, when, "agreement", "file", "move_asked")
    await takes(cast, one, when, "move_accepted", office=cast.offices["huifeng"])


async def test_whoever_moved_inside_the_district_is_on_the_register_once(cast: Cast) -> None:
    day = date(2024, 3, 1)
    one = await put(cast, release_on=day, connected_on=day, at=at("2024-03-01 15:00"))
    await moves(cast, one, "2025-03-10 09:00")
    for year, there in ((2023, 0), (2024, 1), (2025, 1), (2026, 1)):
        assert await figure("register", year_of(year)) == there, year
        assert [(await of(code, year_of(year)))[1] for code in ON_REGISTER] == [there] * 3, year
    assert await figure("register", year_of(2024), at("2024-12-31 09:00")) == 1


async def test_nobody_is_on_the_register_before_they_came_to_it(cast: Cast) -> None:
    for source in ("survey", "moved_in", "other", "prison"):
        papers = {"source": source, "release_on": date(2023, 5, 5), "connected_on": date(2026, 5, 1)}
        await put(cast, at=at("2026-05-01 15:00"), **papers)
    assert await figure("register", year_of(2025)) == 0 == (await of("helped", year_of(2025)))[1]
    assert await figure("register", year_of(2026)) == 4 == (await of("helped", year_of(2026)))[1]


async def test_whoever_was_awaited_and_did_not_come_is_on_the_register_since_the_release(cast: Cast) -> None:
    one = await put(cast, release_on=date(2025, 12, 30), announced=True, at=at("2025-12-01 09:00"))
    await takes(cast, one, "2026-01-05 09:00", "missed")
    assert await figure("register", year_of(2025)) == 1
    assert (await rows_of(FIGURES["register"], Sight(year_of(2025), NOW))).rows[0].at == at("2025-12-30 00:00")


async def test_a_key_person_is_fetched_once_however_the_help_goes_on(cast: Cast) -> None:
    march = month_of(date(2026, 3, 1))
    fetched = await put(cast, kind="key", release_on=date(2026, 3, 9), announced=True, at=at("2026-03-01 09:00"))
    await takes(cast, fetched, "2026-03-09 11:00", "fetched", code="office")
    await moves(cast, fetched, "2026-06-10 09:00")
    came = await put(cast, release_on=date(2026, 3, 10), announced=True, at=at("2026-03-01 09:00"))
    await takes(cast, came, "2026-03-10 11:00", "arrived", code="village")
    await assess(await viewer_of(cast.dan), came.assistance, Assessment("key", (), "扬言报复"), at("2026-04-01 09:00"))
    await assistance("2026-03-11", source="correction", kind="key")
    assert await of("fetched", march) == (1, 1)


async def test_a_key_person_who_came_alone_was_not_fetched_whatever_is_decided_since(cast: Cast) -> None:
    one = await put(cast, kind="key", release_on=date(2026, 3, 9), announced=True, at=at("2026-03-01 09:00"))
    await takes(cast, one, "2026-03-09 11:00", "arrived", code="village")
    await assess(
        await viewer_of(cast.dan), one.assistance, Assessment("general", (), "表现稳定"), at("2026-05-01 09:00")
    )
    assert await of("fetched", month_of(date(2026, 3, 1))) == (0, 1)


async def test_a_release_to_come_is_not_due_and_one_of_today_is(cast: Cast) -> None:
    await put(cast, release_on=date(2026, 11, 26))
    for period in (year_of(2026), month_of(date(2026, 11, 1))):
        assert await of("met", period) == (0, 0)
        assert await of("met", period, at("2026-11-26 00:00")) == (0, 1)
    assert await figure("handover_due", year_of(2026)) == 0


async def test_whoever_died_inside_was_not_to_be_met(cast: Cast) -> None:
    for when in ("2026-03-09 09:00", "2026-03-13 09:00"):
        one = await put(cast, release_on=date(2026, 3, 10), announced=True, at=at("2026-03-01 09:00"))
        await takes(cast, one, when, "deceased")
    assert await of("met", year_of(2026)) == (0, 1)


async def test_help_is_counted_as_it_was_known_at_the_moment(cast: Cast) -> None:
    year, dan = year_of(2025), await viewer_of(cast.dan)
    one = await put(cast, release_on=date(2025, 11, 3), announced=True, at=at("2025-10-01 09:00"))
    assert (await figure("register", year), await of("met", year)) == (0, (0, 1))
    # He came in time, and left for another district in December; both were written down only in the next year.
    viewer = await viewer_of(cast.dan)
    for event, happened, told in (
        ("arrived", "2025-11-03 11:00", "2026-01-04 09:00"),
        ("deceased", "2025-12-20 09:00", "2026-02-04 09:00"),
    ):
        await take_step(viewer, one.assistance, Taken(event, at(happened), "village", "已办"), at(told))
    known = {told: (await figure("register", year, at(told)), await of("met", year, at(told))) for told in MOMENTS}
    assert list(known.values()) == [(0, (0, 1)), (1, (1, 1)), (0, (1, 1))]
    last = await fetch_value("SELECT max(id) FROM assistance_step")
    await withdraw(dan, one.person, ("step", last), reason="另一人", now=NOW)
    assert await figure("register", year) == 1
    assert await figure("register", year, at("2026-06-01 09:00")) == 0


async def test_whoever_is_in_a_base_is_placed_once_however_they_are_helped_besides(cast: Cast) -> None:
    day, year = date(2026, 3, 9), year_of(2026)
    one = await put(cast, release_on=day, connected_on=day, at=at("2026-03-09 15:00"))
    dan, base = await viewer_of(cast.dan), await a_base(cast)
    made = await place(dan, one.assistance, Stay(base, at("2026-03-10 09:00")), at("2026-04-01 09:00"))
    known = [await of("placed", year, at(moment)) for moment in ("2026-03-31 09:00", "2026-04-02 09:00")]
    assert known == [(0, 1), (1, 1)] and await of("placed", month_of(date(2026, 2, 1))) == (0, 0)
    await record_support(dan, one.assistance, Support("placement", "company", at("2026-05-04 09:00")), NOW)
    assert await of("placed", year) == (1, 1)
    support = await fetch_value("SELECT id FROM support")
    for fact in (("support", support), ("stay", made)):
        await withdraw(dan, one.person, fact, reason="录错", now=NOW + timedelta(days=1))
    later = NOW + timedelta(days=2)
    assert (await of("placed", year, later), await of("placed", year, NOW)) == ((0, 1), (1, 1))


MOMENTS = ("2026-01-02 09:00", "2026-01-05 09:00", "2026-02-05 09:00")


async def test_a_kind_is_the_one_that_was_known_then(cast: Cast) -> None:
    day = date(2026, 3, 9)
    one = await put(cast, release_on=day, connected_on=day, at=at("2026-03-09 15:00"))
    dan = await viewer_of(cast.dan)
    made = await assess(dan, one.assistance, Assessment("key", (), "扬言报复"), at("2026-04-01 09:00"))
    await withdraw(dan, one.person, ("assessment", made), reason="录错", now=at("2026-05-01 09:00"))
    await assess(dan, one.assistance, Assessment("key", (), "无家可归"), at("2026-06-01 09:00"))
    shown = [
        (await rows_of(FIGURES["register"], Sight(year_of(2026), at(moment)))).rows[0].what
        for moment in ("2026-03-15 09:00", "2026-04-15 09:00", "2026-05-15 09:00", "2026-06-15 09:00")
    ]
    assert shown == ["general", "key", "general", "key"]


async def test_whoever_was_out_of_reach_when_the_month_ended_is_so_in_that_month(cast: Cast) -> None:
    day = date(2026, 3, 9)
    one = await put(cast, release_on=day, connected_on=day, at=at("2026-03-09 15:00"))
    await add_member(await viewer_of(cast.dan), one.assistance, "village", "村委 李四", at("2026-03-10 09:00"))
    await takes(cast, one, "2026-03-10 09:00", "agreement", "file")
    await takes(cast, one, "2026-04-20 09:00", "lost")
    await takes(cast, one, "2026-05-20 09:00", "found_again")
    assert [await of("out_of_reach", month_of(date(2026, month, 1))) for month in (3, 4, 5)] == [(0, 1), (1, 1), (0, 1)]
