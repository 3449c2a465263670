"""The four figures of the annual report: each is the count of its list, as known then, without what was put down by mistake."""

from datetime import timedelta

from supervision.commissions.correcting import void
from supervision.commissions.figures import accepted, accepted_by_organ
from supervision.db import fetch_value
from tests.cast import Cast
from tests.commissions.makers import Hands, received
from tests.rules.cast import SECOND, at

BEGIN, END = at("2026-01-01 00:00"), at("2027-01-01 00:00")
NOW = at("2027-02-01 09:00")


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
    figures = await accepted_by_organ(BEGIN, END, NOW)
    assert figures == {"court": 2, "procuratorate": 0, "police": 1, "prison": 0}
    for organ, count in figures.items():
        assert len(await accepted(BEGIN, END, NOW, organ=organ)) == count


async def test_one_put_down_by_mistake_counts_no_more_but_still_did_before(cast: Cast) -> None:
    hands = await Hands.of(cast)
    one = await received(hands, at("2026-06-01 10:00"), organ="procuratorate", now=NOW)
    await received(hands, at("2026-06-02 10:00"), organ="procuratorate", now=NOW)
    await void(hands.desk, one, reason="录错", now=NOW + timedelta(days=1))
    assert (await accepted_by_organ(BEGIN, END, NOW))["procuratorate"] == 2
    later = NOW + timedelta(days=1)
    assert (await accepted_by_organ(BEGIN, END, later))["procuratorate"] == 1
    assert [row["id"] for row in await accepted(BEGIN, END, later)] == [one + 1]
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND state = 'open'", one) == 0
