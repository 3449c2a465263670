"""Many commissions of the past at once: counted like any others, with nothing owed that was done, and a result that is asked for."""

from datetime import date, timedelta

import pytest

from supervision.commissions.past import PastCommission, record_past
from supervision.db import fetch, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.people.actions import NewPerson
from supervision.statistics.figures import FIGURES, Sight, count
from supervision.statistics.period import year_of
from tests.cast import NOW, Cast, client_for
from tests.commissions.makers import letter, state_of
from tests.register import identity_number
from tests.rules.cast import at


def past(cast: Cast, serial: int, organ: str, *, days: int, known: bool = True) -> PastCommission:
    """Received on a Monday of 2024 and answered so many days later."""
    begin = at("2024-06-03 09:00")
    born = date(1980, 1, 1)
    return PastCommission(
        letter=letter(organ, number=f"旧{serial}号", on=date(2024, 6, 1)),
        person=NewPerson(f"旧人{serial}", "male", born, identity_number(born, serial)),
        subject_kind="suspect",
        office=cast.alice.office,
        lead=cast.alice.id,
        second=cast.bob.id,
        received_at=begin,
        accepted_at=begin + timedelta(hours=3),
        decided_at=begin + timedelta(days=days - 1),
        sent_at=begin + timedelta(days=days),
        concluded_at=begin + timedelta(days=40) if known else None,
    )


async def test_what_was_done_in_time_is_met_and_counted_and_shown(cast: Cast) -> None:
    entries = [
        past(cast, 1, "court", days=10),
        past(cast, 2, "police", days=20),
        past(cast, 3, "court", days=5, known=False),
    ]
    ids = await record_past(entries, NOW)
    sight = Sight(year_of(2024), NOW)
    counted = [
        await count(FIGURES[f"commissions_{organ}"], sight) for organ in ("court", "procuratorate", "police", "prison")
    ]
    assert counted == [2, 0, 1, 0]
    rows = await fetch(
        "SELECT state FROM duty WHERE subject_kind = 'commission' AND variant = 'opinion' ORDER BY subject_id"
    )
    assert [row["state"] for row in rows] == ["met", "met_late", "met"]
    assert (
        await fetch_value("SELECT array_agg(subject_id) FROM finding WHERE rule = 'CI-09' AND state = 'open'")
        == ids[2:]
    )
    assert (await reconcile(NOW)).repaired == 0
    dan = await client_for(cast, cast.dan)
    assert (await dan.get(f"/commissions/{ids[0]}")).status_code == 200
    assert "PG2024-0003" in (await dan.get("/commissions?tab=sent")).text


@pytest.mark.parametrize(("known", "state"), [(True, "sent"), (False, "signed")])
async def test_the_last_step_of_a_past_one_is_taken_back_like_any_other(cast: Cast, known: bool, state: str) -> None:
    (one,) = await record_past([past(cast, 1, "court", days=10, known=known)], NOW)
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/commissions/{one}/undoing", data={"reason": "录错"})).status_code == 303
    assert await state_of(one) == state
    left = """SELECT (SELECT count(*) FROM commission_result WHERE withdrawn_at IS NULL),
                     (SELECT count(*) FROM commission_act WHERE withdrawn_at IS NULL AND kind IN ('sent', 'copied'))"""
    assert [tuple(row) for row in await fetch(left)] == [(0, 2 if known else 0)]


async def test_a_past_one_whose_events_name_no_fact_keeps_its_last_step(cast: Cast) -> None:
    (one,) = await record_past([past(cast, 1, "court", days=10)], NOW)
    event = {"commission": one, "at": NOW, "event": "concluded", "old_state": "sent", "new_state": "closed"}
    await insert("commission_event", event)
    dan = await client_for(cast, cast.dan)
    answer = await dan.post(f"/commissions/{one}/undoing", data={"reason": "录错"})
    assert answer.status_code == 422 and "上一步不能撤销" in answer.text
    assert await state_of(one) == "closed"
