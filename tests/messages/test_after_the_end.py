"""Whose order has ended is told nothing more of it: the released are free, and a family reads the phone of the dead."""

from datetime import datetime

import pytest

from supervision.alerts.watch import watch
from supervision.clock import FixedClock
from supervision.db import execute
from supervision.errors import Refusal
from supervision.messages.delivery import deliver
from supervision.messages.looking import send_again
from supervision.orders.actions import Ending, end_order
from tests.cast import Cast
from tests.messages.texts_made import Told, texts_of
from tests.register import OnRegister, on_register, viewer_of

LAPSED = "2026-11-10T00:00"
ENDED = "2026-11-10T08:00"
MORNING = "2026-11-10T09:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


async def owing_a_call(town: Cast) -> OnRegister:
    """Registered on Monday 2 November: the first call lapses at the end of the 9th."""
    return await on_register(town, at=at("2026-11-02T10:00"))


async def end(town: Cast, one: OnRegister) -> None:
    await end_order(await viewer_of(town.dan), one.order, Ending("deceased", at(ENDED), "死亡证明"), at(ENDED))


async def test_what_waits_to_be_told_is_cancelled_when_the_order_ends(town: Cast) -> None:
    one, provider = await owing_a_call(town), Told()
    await watch(at(LAPSED))
    await end(town, one)
    await deliver(provider, FixedClock(at(MORNING)).now, "test")
    assert ([row["state"] for row in await texts_of(one.person)], provider.sent) == (["cancelled"], [])


@pytest.mark.parametrize("ended_first", [True, False])
async def test_a_lapse_that_the_watch_sees_only_after_the_end_is_told_to_nobody(town: Cast, ended_first: bool) -> None:
    one = await owing_a_call(town)
    if ended_first:
        await end(town, one)
    await watch(at(ENDED))
    assert len(await texts_of(one.person)) == (0 if ended_first else 1)


async def test_a_text_that_may_have_gone_out_is_not_sent_again_after_the_end(town: Cast) -> None:
    one = await owing_a_call(town)
    await watch(at(LAPSED))
    (text,) = await texts_of(one.person)
    await execute("UPDATE message SET state = 'unknown', claimed_at = $2 WHERE id = $1", text["id"], at(LAPSED))
    await end(town, one)
    with pytest.raises(Refusal, match="已经办结"):
        await send_again(await viewer_of(town.dan), text["id"], "没有收到", at(MORNING))
