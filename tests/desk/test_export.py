"""A person's duties for other programs, now and as they were known."""

from datetime import timedelta

import pytest

from supervision.checkins.actions import record_checkin, report, withdraw
from supervision.desk.export import duties_of
from supervision.errors import Refusal
from tests.cast import Cast
from tests.desk.makers import bare_person, owe
from tests.register import on_register, viewer_of

SECOND = timedelta(seconds=1)


async def test_a_past_moment_is_shown_as_it_was_known_then(cast: Cast) -> None:
    enrolled = cast.now - timedelta(days=10)
    who = await on_register(cast, at=enrolled)
    alice = await viewer_of(cast.alice)
    done, undone = cast.now - timedelta(days=2), cast.now - timedelta(days=1)
    fact = await record_checkin(alice, who.order, report("phone", enrolled + timedelta(days=5)), done)
    await withdraw(alice, who.person, ("report", fact), reason="录错", now=undone)

    async def state_at(moment: object) -> list[tuple[str, bool, object]]:
        rows = await duties_of(who.number, moment, cast.now)  # type: ignore[arg-type]
        first = min((row for row in rows if row["variant"] == "phone"), key=lambda row: row["limit_at"])
        return [(first["state"], first["lapsed"], first["fact"])]

    assert await state_at(enrolled + SECOND) == [("open", False, None)]
    assert await state_at(done - SECOND) == [("open", True, None)]
    assert await state_at(done) == [("met", False, {"kind": "report", "id": fact})]
    assert await state_at(undone - SECOND) == [("met", False, {"kind": "report", "id": fact})]
    assert await state_at(undone) == [("open", True, None)]
    assert await state_at(None) == [("open", True, None)]


async def test_before_it_was_written_a_duty_was_not_known(cast: Cast) -> None:
    who = await bare_person(cast, "程玉林")
    await owe(cast, who, cast.now + timedelta(days=1), created_at=cast.now - timedelta(days=3))
    number = f"B{who[0]:05d}"
    assert await duties_of(number, cast.now - timedelta(days=3) - SECOND, cast.now) == []
    assert len(await duties_of(number, cast.now - timedelta(days=3), cast.now)) == 1


@pytest.mark.parametrize(("shift", "lapsed"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
async def test_the_lapse_is_the_one_of_every_page(cast: Cast, shift: timedelta, lapsed: bool) -> None:
    who = await bare_person(cast, "程玉林")
    limit = cast.now - timedelta(hours=5)
    await owe(cast, who, limit)
    rows = await duties_of(f"B{who[0]:05d}", limit + shift, cast.now)
    assert [row["lapsed"] for row in rows] == [lapsed]
    assert rows[0]["limit_at"] == "2026-11-25T04:00:00+08:00"
    assert rows[0]["sentence"].startswith("依据《社区矫正法实施办法》第24条")


async def test_an_unknown_number_is_refused_in_one_sentence(cast: Cast) -> None:
    with pytest.raises(Refusal, match="没有文号或身份证号为“SJ-0”的人员"):
        await duties_of("SJ-0", None, cast.now)
