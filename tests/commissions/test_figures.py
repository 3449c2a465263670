"""The four figures of the annual report: each is the count of its list, as known then, without what was put down by mistake."""

from datetime import datetime, timedelta

from supervision.commissions.correcting import void
from supervision.db import fetch_value
from supervision.statistics.figures import FIGURES, ORGANS, Sight, count, rows_of
from supervision.statistics.period import year_of
from tests.cast import Cast
from tests.commissions.makers import Hands, received
from tests.rules.cast import SECOND, at

BEGIN, END = at("2026-01-01 00:00"), at("2027-01-01 00:00")
NOW = at("2027-02-01 09:00")
YEAR = year_of(2026)


async def by_organ(known_at: datetime) -> dict[str, int]:
    """The figures of the four organs, each of which is the length of its list."""
    figures, sight = {organ: FIGURES[f"commissions_{organ}"] for organ in ORGANS}, Sight(YEAR, known_at)
    for figure in figures.values():
        assert len((await rows_of(figure, sight)).rows) == await count(figure, sight)
    return {organ: await count(figure, sight) for organ, figure in figures.items()}


async def test_each_organ_is_counted_by_the_moment_at_which_the_material_came(cast: Cast) -> None:
    hands = await Hands.of(cast)
    for moment, organ in (
        (BEGIN, "court"),
        (END - SECOND, "court"),
        (at("2026-06-01 10:00"), "police"),
        (END, "prison"),
        (BEGIN - SECOND, "prison"),
    ):
        await received(hands, moment, organ=organ, now=NOW)
    assert await by_organ(NOW) == {"court": 2, "procuratorate": 0, "police": 1, "prison": 0}


async def test_one_put_down_by_mistake_counts_no_more_but_still_did_before(cast: Cast) -> None:
    hands = await Hands.of(cast)
    one = await received(hands, at("2026-06-01 10:00"), organ="procuratorate", now=NOW)
    await received(hands, at("2026-06-02 10:00"), organ="procuratorate", now=NOW)
    await void(hands.desk, one, reason="录错", now=NOW + timedelta(days=1))
    assert (await by_organ(NOW))["procuratorate"] == 2
    later = NOW + timedelta(days=1)
    assert (await by_organ(later))["procuratorate"] == 1
    other = await fetch_value("SELECT number FROM commission WHERE id > $1", one)
    assert [row.number for row in (await rows_of(FIGURES["commissions_procuratorate"], Sight(YEAR, later))).rows] == [
        other
    ]
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND state = 'open'", one) == 0
