"""The team: founded as a whole or not at all, changed member by member, and R-08 where the law's member is missing."""

from datetime import date, timedelta
from typing import Any

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value
from tests.cast import NOW, Cast, audit_actions, client_for
from tests.reception.makers import MEN, duty, received, team
from tests.rollcall.makers import Made, bucket_of

LI = {"role": "village", "sex": "female", "from_at": "2026-11-25T08:40", "name": "李秀英"}


async def gaps(order: int) -> list[Any]:
    return list(await fetch("SELECT * FROM finding WHERE subject_id = $1 AND rule = 'R-08' AND state = 'open'", order))


async def test_v17_a_womans_team_of_three_men_cannot_be_saved_and_nothing_is_lost(cast: Cast) -> None:
    one = await received(cast, woman=True)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/reception/team", data=team(*MEN))
    assert answer.status_code == 422 and "应有女性成员" in answer.text and MEN[2] in answer.text
    assert await fetch_value("SELECT count(*) FROM team_member") == 0
    assert (await duty(one.order, "RE-13"))["state"] == "open"


async def test_with_a_woman_it_is_saved_and_meets_its_duty(cast: Cast) -> None:
    one = await received(cast, woman=True)
    alice = await client_for(cast, cast.alice)
    form = team(*MEN, "李秀英") | {"sex-4": "female"}
    assert (await alice.post(f"/people/{one.person}/reception/team", data=form)).status_code == 303
    assert (await duty(one.order, "RE-13"))["state"] == "met" and await gaps(one.order) == []
    again = await alice.post(f"/people/{one.person}/reception/team", data=form)
    assert again.status_code == 422 and "已经组建" in again.text


async def test_r_08_when_the_only_woman_leaves_until_another_comes(cast: Cast) -> None:
    one = await received(cast, woman=True)
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reception/team", data=team(*MEN, "李秀英") | {"sex-4": "female"})
    member = await fetch_value("SELECT id FROM team_member WHERE sex = 'female'")
    there = f"/people/{one.person}/reception/team/members"
    early = await alice.post(f"{there}/{member}/leaving", data={"to_at": "2026-11-25T08:30"})
    assert early.status_code == 422
    left = await alice.post(f"{there}/{member}/leaving", data={"to_at": "2026-11-25T08:35"})
    assert left.status_code == 303
    (gap,) = await gaps(one.order)
    assert gap["variant"] == "woman"
    await watch(NOW)
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'R-08' AND closed_at IS NULL") == 1
    assert "缺少女性成员" in (await alice.get(f"/people/{one.person}/reception")).text
    assert (await alice.post(there, data=LI)).status_code == 303
    assert await gaps(one.order) == []
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'R-08' AND closed_at IS NULL") == 0
    assert {"team_left", "team_joined"} <= set(await audit_actions())


async def test_a_minors_team_needs_somebody_who_knows_minors(cast: Cast) -> None:
    one = await received(cast, born_on=date(2009, 1, 9))
    alice = await client_for(cast, cast.alice)
    refused = await alice.post(f"/people/{one.person}/reception/team", data=team(*MEN))
    assert refused.status_code == 422 and "熟悉未成年人" in refused.text
    saved = await alice.post(f"/people/{one.person}/reception/team", data=team(*MEN) | {"minors-2": "1"})
    assert saved.status_code == 303


async def test_the_team_goes_with_the_founding_that_is_withdrawn(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    there = f"/people/{one.person}/reception"
    assert (await alice.post(f"{there}/team", data=team())).status_code == 422
    await alice.post(f"{there}/team", data=team(*MEN))
    act = await fetch_value("SELECT id FROM reception_act")
    await alice.post(f"{there}/acts/{act}/withdrawal", data={"reason": "名单有误"})
    assert await fetch_value("SELECT count(*) FROM team_member WHERE withdrawn_at IS NULL") == 0
    assert (await duty(one.order, "RE-13"))["state"] == "open"
    assert (await alice.post(f"{there}/team/members", data=LI)).status_code == 422
    assert (await alice.post(f"{there}/team", data=team(*MEN[:2]))).status_code == 303


async def test_somebody_who_was_put_into_the_team_wrongly_is_withdrawn_and_the_law_asks_again(cast: Cast) -> None:
    one = await received(cast, woman=True)
    alice = await client_for(cast, cast.alice)
    there = f"/people/{one.person}/reception"
    await alice.post(f"{there}/team", data=team(*MEN, "李秀英") | {"sex-4": "female"})
    member = await fetch_value("SELECT id FROM team_member WHERE sex = 'female'")
    await alice.post(f"{there}/team/members/{member}/leaving", data={"to_at": "2026-11-25T08:40"})
    at = f"{there}/team/members/{member}/withdrawal"
    assert (await alice.post(at, data={"reason": " "})).status_code == 422
    assert (await alice.post(at, data={"reason": "误登记"})).status_code == 303
    (gap,) = await gaps(one.order)
    assert gap["variant"] == "woman"
    page = (await alice.get(there)).text
    assert "已作废：误登记（" in page and "<s>李秀英</s>" in page and "缺少女性成员" in page
    assert (await alice.post(at, data={"reason": "误登记"})).status_code == 422
    assert "team_withdrawn" in await audit_actions()
    assert (await alice.post(f"{there}/team/members", data=LI)).status_code == 303
    assert await gaps(one.order) == []


async def test_the_last_of_a_team_is_withdrawn_with_its_founding_alone(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    there = f"/people/{one.person}/reception"
    await alice.post(f"{there}/team", data=team(MEN[0]))
    member = await fetch_value("SELECT id FROM team_member")
    refused = await alice.post(f"{there}/team/members/{member}/withdrawal", data={"reason": "误登记"})
    assert refused.status_code == 422 and "请作废组建的记录" in refused.text
    assert await fetch_value("SELECT withdrawn_at FROM team_member") is None
    act = await fetch_value("SELECT id FROM reception_act")
    assert (await alice.post(f"{there}/acts/{act}/withdrawal", data={"reason": "误登记"})).status_code == 303
    assert "已作废：误登记（" in (await alice.get(there)).text


async def test_a_team_is_founded_anew_also_where_somebody_joined_the_first_one(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    there = f"/people/{one.person}/reception"
    await alice.post(f"{there}/team", data=team(*MEN))
    assert 'id="team"' not in (await alice.get(there)).text
    assert (await alice.post(f"{there}/team/members", data=LI)).status_code == 303
    act = await fetch_value("SELECT id FROM reception_act")
    await alice.post(f"{there}/acts/{act}/withdrawal", data={"reason": "名单有误"})
    shown = (await alice.get(there)).text
    assert 'id="team"' in shown and 'href="#team"' in shown and "李秀英" in shown
    assert f'{there}/team/members"' not in shown, "nobody comes into a team that isn't founded"
    assert (await alice.post(f"{there}/team", data=team(*MEN[:2]))).status_code == 303
    assert (await duty(one.order, "RE-13"))["state"] == "met"


async def test_another_persons_member_and_act_are_not_there(cast: Cast) -> None:
    mine = await received(cast)
    theirs = await received(cast, officer=cast.carol, phone=None)
    carol, alice = await client_for(cast, cast.carol), await client_for(cast, cast.alice)
    await carol.post(f"/people/{theirs.person}/reception/team", data=team(*MEN))
    member, act = (
        await fetch_value("SELECT min(id) FROM team_member"),
        await fetch_value("SELECT id FROM reception_act"),
    )
    here = f"/people/{mine.person}/reception"
    assert (
        await alice.post(f"{here}/team/members/{member}/leaving", data={"to_at": "2026-11-25T08:40"})
    ).status_code == 404
    for entry in (f"acts/{act}", f"team/members/{member}"):
        assert (await alice.post(f"{here}/{entry}/withdrawal", data={"reason": "录错"})).status_code == 404


async def test_an_ended_order_takes_no_more_steps(cast: Cast) -> None:
    one = await received(cast)
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1", one.order, NOW
    )
    alice = await client_for(cast, cast.alice)
    assert (await alice.post(f"/people/{one.person}/reception/team", data=team(*MEN))).status_code == 404
    assert (await alice.get(f"/people/{one.person}/reception")).status_code == 200


async def test_the_roll_call_has_whoever_is_still_received_in_a_bucket_of_their_own(cast: Cast) -> None:
    one = await received(cast, at=NOW - timedelta(days=1), registered_at=NOW - timedelta(days=1))
    assert await bucket_of(Made(one.person, one.order)) == "enrolling"
