"""An order ends on its day, by its document: not a day early, and not while custody waits for a decision."""

from datetime import date, datetime, timedelta

import pytest

from supervision.days import at_hour, start_of
from supervision.db import fetch_row, fetch_value
from tests.cast import Cast, client_for
from tests.register import OnRegister, on_register

END_ON = date(2026, 12, 20)
BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")


async def ending(cast: Cast) -> OnRegister:
    return await on_register(cast, at=BEFORE, end_on=END_ON)


def local(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (start_of(END_ON) - timedelta(minutes=1), 422),
        (start_of(END_ON), 303),
        (at_hour(END_ON, 9), 303),
        (start_of(END_ON) + timedelta(days=1), 303),
    ],
)
@pytest.mark.parametrize("act", ["end", "documents"])
async def test_nobody_is_released_before_the_last_day(cast: Cast, act: str, moment: datetime, status: int) -> None:
    one = await ending(cast)
    cast.clock.at = moment
    dan = await client_for(cast, cast.dan)
    kind = {"end": "released", "documents": "certificate"}[act]
    sent = {"kind": kind, "happened_at": local(moment), "reason": "期满解除第7号"}
    answer = await dan.post(f"/people/{one.person}/{act}", data=sent)
    assert answer.status_code == status
    if status == 422:
        assert "提前解除违反《社区矫正法》第44条" in answer.text
        assert await fetch_value("SELECT ended_at FROM orders WHERE id = $1", one.order) is None


async def test_a_release_typed_in_on_the_last_day_as_of_the_day_before_is_refused(cast: Cast) -> None:
    one = await ending(cast)
    cast.clock.at = at_hour(END_ON, 9)
    dan = await client_for(cast, cast.dan)
    sent = {"kind": "released", "happened_at": "2026-12-19T17:00", "reason": "期满解除第7号"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 422


@pytest.mark.parametrize("act", ["end", "documents"])
async def test_whoever_is_in_custody_at_the_end_isnt_released_by_a_form(cast: Cast, act: str) -> None:
    one = await ending(cast)
    dan = await client_for(cast, cast.dan)
    custody = {"kind": "custody", "happened_at": "2026-11-24T10:00", "evidence": "拘留通知书"}
    await dan.post(f"/people/{one.person}/pause", data=custody)
    cast.clock.at = at_hour(END_ON, 9)
    dan = await client_for(cast, cast.dan)  # the session of November is idle by now
    kind = {"end": "released", "documents": "certificate"}[act]
    sent = {"kind": kind, "happened_at": local(cast.now), "reason": "期满解除第7号"}
    refused = await dan.post(f"/people/{one.person}/{act}", data=sent)
    assert refused.status_code == 422 and "羁押" in refused.text
    await dan.post(f"/people/{one.person}/pause/end", data={"happened_at": "2026-12-20T08:00"})
    assert (await dan.post(f"/people/{one.person}/{act}", data=sent)).status_code == 303


async def test_an_ended_order_owes_nothing_more_and_takes_no_more_acts(cast: Cast) -> None:
    one = await ending(cast)
    dan = await client_for(cast, cast.dan)
    sent = {"kind": "deceased", "happened_at": "2026-11-25T08:00", "reason": "死亡证明"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 303
    row = await fetch_row("SELECT state, end_kind, ended_at FROM orders WHERE id = $1", one.order)
    assert row is not None and (row["state"], row["end_kind"]) == ("deceased", "deceased")
    ahead = "SELECT count(*) FROM duty WHERE subject_id = $1 AND state = 'open' AND opens_at > $2"
    assert await fetch_value(ahead, one.order, cast.now) == 0
    again = await dan.post(f"/people/{one.person}/end", data=sent)
    assert again.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "vanished"}, {"reason": ""}, {"happened_at": "2026-11-25T09:01"}, {"happened_at": "2026-11-01T09:00"}],
)
async def test_an_ending_needs_a_kind_a_document_and_a_possible_time(cast: Cast, wrong: dict[str, str]) -> None:
    one = await ending(cast)
    dan = await client_for(cast, cast.dan)
    sent = {"kind": "revoked", "happened_at": "2026-11-25T08:00", "reason": "撤缓裁定书"} | wrong
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 422
    assert await fetch_value("SELECT count(*) FROM order_end") == 0


async def test_an_officer_may_write_documents_but_not_end_an_order(cast: Cast) -> None:
    one = await ending(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"kind": "summary", "happened_at": "2026-11-25T08:00"}
    assert (await alice.post(f"/people/{one.person}/documents", data=sent)).status_code == 303
    assert await fetch_value("SELECT state FROM duty WHERE subject_id = $1 AND rule = 'TE-01'", one.order) == "met"
    assert (await alice.post(f"/people/{one.person}/end", data=sent)).status_code == 403
