"""The monthly table: the register equation, the lists behind the counts, and what was known when."""

from datetime import date

import pytest

from supervision.db import execute, insert
from supervision.errors import Refusal
from supervision.orders.actions import assign_officer
from supervision.orders.withdrawals import withdraw
from supervision.people.actions import Assignment
from supervision.rules.reception import is_minor
from supervision.statistics.cells import AGES, CELLS, GROUPS
from supervision.statistics.keeping import corrected_since, keep, kept_table, printed_again
from supervision.statistics.lists import GONE, Asked, listing
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of, read_month, read_period
from tests.cast import NOW
from tests.statistics.conftest import at, ends, joins

OCTOBER = month_of(date(2026, 10, 1))


async def _counts(viewer, office, *, known=NOW, period=OCTOBER):
    table = await monthly_table(viewer, period, known)
    return next(row.counts for row in table.rows if row.office == office)


async def _october(cast):
    """Received in September, on the first and the last moment of October, and in November; one ends, one goes to 汇丰."""
    people = {
        "before": await joins(cast, "2026-09-30 23:59"),
        "first": await joins(cast, "2026-10-01 00:00"),
        "last": await joins(cast, "2026-10-31 23:59"),
        "after": await joins(cast, "2026-11-01 00:00"),
        "gone": await joins(cast, "2026-09-10 09:00"),
        "moved": await joins(cast, "2026-09-10 09:00"),
    }
    await ends(cast, people["gone"], "2026-10-20 09:00")
    return people


async def _to_huifeng(dan, cast, one, when):
    await assign_officer(dan, one.order, Assignment(cast.carol.office, cast.carol.id, "迁居"), at(when))


async def test_a_month_counts_who_was_there_who_came_and_who_went(cast, dan) -> None:
    people = await _october(cast)
    await _to_huifeng(dan, cast, people["moved"], "2026-10-10 09:00")
    counts = await _counts(dan, cast.offices["gucheng"])
    told = ("before", "received", "handed_in", "came", "revoked", "handed_out", "went", "after")
    assert [counts[code] for code in told] == [3, 2, 0, 2, 1, 1, 2, 3]
    there = await _counts(dan, cast.offices["huifeng"])
    assert [there[code] for code in told] == [0, 0, 1, 1, 0, 0, 0, 1]


async def test_every_count_opens_a_list_of_exactly_that_many(cast, dan, bob) -> None:
    people = await _october(cast)
    await _to_huifeng(dan, cast, people["moved"], "2026-10-10 09:00")
    for viewer in (dan, bob):
        table = await monthly_table(viewer, OCTOBER, NOW)
        for code in CELLS:
            found = await listing(viewer, Asked(OCTOBER, NOW, code))
            assert len(found.rows) == found.total == table.total[code], code
            for row in table.rows:
                own = await listing(viewer, Asked(OCTOBER, NOW, code, row.office))
                assert len(own.rows) == row.counts[code], (code, row.name)


async def test_a_head_sees_the_own_row_and_names_only_whom_the_office_still_has(cast, dan, bob) -> None:
    people = await _october(cast)
    await _to_huifeng(dan, cast, people["moved"], "2026-10-10 09:00")
    table = await monthly_table(bob, OCTOBER, NOW)
    assert [row.name for row in table.rows] == ["古城司法所"]
    left = await listing(bob, Asked(OCTOBER, NOW, "handed_out", cast.offices["huifeng"]))
    assert [(one.person, one.name, one.number) for one in left.rows] == [(None, GONE, "")]
    assert (await listing(dan, Asked(OCTOBER, NOW, "handed_out"))).rows[0].person == people["moved"].person


async def test_the_groups_add_up_to_the_register(cast, dan) -> None:
    await _october(cast)
    counts = await _counts(dan, cast.offices["gucheng"])
    for group in GROUPS[1:]:
        if group.whole:
            assert sum(counts[cell.code] for cell in group.cells) == counts[group.whole] == 4, group.title
    assert (counts["crime_property"], counts["kind_probation"], counts["level_normal"]) == (4, 4, 4)


@pytest.mark.parametrize(
    ("last", "born", "band"),
    [
        (date(2026, 10, 31), date(2008, 10, 30), "young"),
        (date(2026, 10, 31), date(2008, 10, 31), "minor"),
        (date(2026, 10, 31), date(2008, 11, 1), "minor"),
        (date(2026, 2, 28), date(2008, 2, 28), "minor"),
        (date(2026, 2, 28), date(2008, 2, 29), "minor"),
        (date(2026, 3, 31), date(2008, 2, 29), "young"),
        (date(2024, 2, 29), date(2006, 2, 28), "young"),
        (date(2024, 2, 29), date(2006, 3, 1), "minor"),
        (date(2026, 10, 31), date(1965, 10, 31), "middle"),
        (date(2026, 10, 31), date(1965, 10, 30), "old"),
    ],
)
async def test_a_year_of_age_is_full_on_the_day_after_the_birthday(cast, dan, last, born, band) -> None:
    one = await joins(cast, "2023-06-05 09:00")
    await execute("UPDATE person SET born_on = $2 WHERE id = $1", one.person, born)
    counts = await _counts(dan, cast.offices["gucheng"], period=month_of(last))
    assert {code: counts[f"age_{code}"] for code in AGES if counts[f"age_{code}"]} == {band: 1}
    assert (band == "minor") == is_minor(born, last)


async def test_an_order_that_ends_before_it_began_stops_the_print_and_is_named(cast, dan) -> None:
    people = await _october(cast)
    await execute(
        "UPDATE order_end SET happened_at = $2 WHERE order_id = $1", people["gone"].order, at("2026-09-01 09:00")
    )
    with pytest.raises(Refusal, match="古城司法所") as refused:
        await monthly_table(dan, OCTOBER, NOW)
    assert people["gone"].number in refused.value.sentence and "结束早于接收" in refused.value.sentence


async def test_a_second_registration_stops_the_print_and_is_named(cast, dan) -> None:
    people = await _october(cast)
    again = {
        "order_id": people["first"].order,
        "happened_at": at("2026-10-02 09:00"),
        "recorded_at": at("2026-10-02 09:00"),
    }
    await insert("registration", again)
    with pytest.raises(Refusal, match=people["first"].number):
        await monthly_table(dan, OCTOBER, NOW)


async def test_a_past_month_printed_again_equals_the_one_stored_then(cast, dan) -> None:
    people = await _october(cast)
    kept = await kept_table(dan, await keep(dan, OCTOBER, at("2026-11-03 09:00")))
    await ends(cast, people["first"], "2026-10-30 09:00", recorded="2026-11-10 09:00")
    await _to_huifeng(dan, cast, people["moved"], "2026-11-20 09:00")
    assert kept.unchanged and kept.edition == 1
    assert await printed_again(dan, kept) == []
    told = {(one.office, one.cell): (one.then, one.now) for one in await corrected_since(dan, kept, NOW)}
    assert told[("古城司法所", "after")] == (4, 3)
    assert told[("古城司法所", "revoked")] == (1, 2)


async def test_a_withdrawn_end_is_a_difference_and_a_new_edition(cast, dan) -> None:
    people = await _october(cast)
    first = await keep(dan, OCTOBER, at("2026-11-03 09:00"))
    with pytest.raises(Refusal, match="没有变化"):
        await keep(dan, OCTOBER, at("2026-11-04 09:00"))
    end = await insert(
        "order_end",
        {
            "order_id": people["before"].order,
            "kind": "revoked",
            "happened_at": at("2026-10-09 09:00"),
            "reason": "裁定书",
            "recorded_at": at("2026-11-05 09:00"),
            "recorded_by": dan.id,
        },
    )
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1",
        people["before"].order,
        at("2026-10-09 09:00"),
    )
    second = await keep(dan, OCTOBER, at("2026-11-06 09:00"))
    await withdraw(dan, people["before"].person, ("end", end), reason="录错人", now=at("2026-11-07 09:00"))
    for kept in (first, second):
        table = await kept_table(dan, kept)
        assert await printed_again(dan, table) == []
    assert {one.cell for one in await corrected_since(dan, table, NOW)} >= {"after", "went", "revoked"}
    assert await corrected_since(dan, await kept_table(dan, first), NOW) == []


async def test_a_month_that_is_not_over_is_not_kept(cast, dan) -> None:
    await _october(cast)
    with pytest.raises(Refusal, match="还没有结束"):
        await keep(dan, OCTOBER, at("2026-10-31 23:59"))
    assert await keep(dan, OCTOBER, at("2026-11-01 00:00"))


def test_periods_are_read_strictly() -> None:
    assert read_month("2026-10") == OCTOBER and OCTOBER.code == "2026-10"
    assert [read_period(text) for text in ("2026-13", "2026-1", "1989", "二〇二六", "2026-10-01", "")] == [None] * 6
    assert read_period("2024").title == "2024年"
