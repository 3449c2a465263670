"""What happened decides, not when it was typed in: a commission that was handled on paper in time and put down a day late."""

from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES
from tests.cast import Cast, client_for
from tests.commissions.makers import records
from tests.commissions.test_pages import MONDAY, made, ok, opinion_duty, said
from tests.rules.cast import at

DRAFT = dict.fromkeys(CONTENTS, "属实")


async def typed_on_the_17th(cast: Cast, one: int) -> None:
    """From the draft to the sending, each with its time on the 16th, the last day."""
    dan, alice, erin = [await client_for(cast, member) for member in (cast.dan, cast.alice, cast.erin)]
    page = f"/commissions/{one}"
    await ok(alice, f"{page}/draft", DRAFT | {"happened_at": "2026-03-16T09:00"})
    await ok(dan, f"{page}/decisions/approved", {"happened_at": "2026-03-16T10:00"})
    meeting = {"conclusion": "suitable", "met_at": "2026-03-16T11:00", "attended": "丁丹、尔林", "reason": "符合条件"}
    wrong = await erin.post(f"{page}/opinion", data=meeting | {"number": "评1", "happened_at": "2026-03-16T10:59"})
    assert wrong.status_code == 422 and "早于集体评议" in said(wrong)
    await ok(erin, f"{page}/opinion", meeting | {"number": "评1", "happened_at": "2026-03-16T11:30"})
    await ok(dan, f"{page}/decisions/sent", {"happened_at": "2026-03-16T16:00", "copied": "1"})
    assert await opinion_duty(one) == ("CI-03", "met", at("2026-03-17 00:00"))


async def test_what_was_signed_and_sent_in_time_on_paper_is_in_time_when_it_is_typed_later(cast: Cast) -> None:
    one, hands = await made(cast, "investigating")
    await records(hands, one, MONDAY)
    cast.clock.at = at("2026-03-17 09:00")
    alice = await client_for(cast, cast.alice)
    early = await alice.post(f"/commissions/{one}/draft", data=DRAFT | {"happened_at": "2026-03-02T09:59"})
    assert early.status_code == 422 and "早于上一步" in said(early)
    await typed_on_the_17th(cast, one)


async def test_other_investigators_are_no_step_before_which_nothing_was_done(cast: Cast) -> None:
    one, hands = await made(cast, "investigating")
    await records(hands, one, MONDAY)
    cast.clock.at = at("2026-03-17 09:00")
    pair = {"lead": cast.alice.id, "second": cast.dan.id, "happened_at": "2026-03-17T08:55"}
    await ok(await client_for(cast, cast.dan), f"/commissions/{one}/assignment", pair)
    await typed_on_the_17th(cast, one)


async def test_an_assignment_that_is_typed_later_has_its_own_time(cast: Cast) -> None:
    one, _ = await made(cast)
    cast.clock.at = at("2026-03-17 09:00")
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    page, pair = f"/commissions/{one}", {"lead": cast.alice.id, "second": cast.bob.id}
    for wrong, told in (("2026-03-02T09:59", "早于上一步"), ("2026-03-17T09:01", "不能晚于现在")):
        refused = await dan.post(f"{page}/assignment", data=pair | {"happened_at": wrong})
        assert refused.status_code == 422 and told in said(refused)
    await ok(dan, f"{page}/assignment", pair | {"happened_at": "2026-03-03T09:00"})
    await ok(alice, f"{page}/steps/accepted", {"happened_at": "2026-03-03T10:00"})
    for source in REQUIRED_SOURCES:
        heard = {"source": source, "heard": "邻居", "place": "村委会", "content": "愿意接纳"}
        when = {"happened_at": "2026-03-04T10:00", "first": cast.alice.id, "second": cast.bob.id}
        await ok(alice, f"{page}/records", heard | when)
    await typed_on_the_17th(cast, one)
