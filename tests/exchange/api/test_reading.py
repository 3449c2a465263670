"""Lists by keyset: each thing once, in the scope of the token, with one audit row a page."""

import json
from datetime import timedelta

import pytest

from supervision.access.tokens import OFFERED
from supervision.alerts.watch import watch
from supervision.audit.record import record
from supervision.db import fetch, fetch_value, insert
from tests.cast import NOW, Cast
from tests.commissions.makers import Hands, bring_to, received
from tests.desk.makers import bare_person, visit
from tests.exchange.api.asking import system_of, token_of, with_token
from tests.register import on_register

PEOPLE = "/api/v1/people"


async def test_a_list_is_walked_page_by_page_and_each_is_there_once(cast: Cast) -> None:
    there = [(await on_register(cast)).person for _ in range(5)]
    system, found, after = await system_of(cast, cast.alice), [], "0"
    sizes = []
    while after is not None:
        page = (await system.get(f"{PEOPLE}?limit=2&after={after}")).json()
        found += [one["id"] for one in page["items"]]
        sizes.append(len(page["items"]))
        after = page["next"]
    assert found == there and sizes == [2, 2, 1]
    rows = await fetch("SELECT people, detail FROM audit_row WHERE action = 'api_read' ORDER BY id")
    assert [list(row["people"]) for row in rows] == [there[:2], there[2:4], there[4:]]
    assert all(json.loads(row["detail"])["list"] == "people" and json.loads(row["detail"])["token"] for row in rows)


async def test_a_full_last_page_has_no_next(cast: Cast) -> None:
    for _ in range(2):
        await on_register(cast)
    system = await system_of(cast, cast.alice)
    assert [(await system.get(f"{PEOPLE}?limit={n}")).json()["next"] is None for n in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize("name", ["people", "orders", "duties", "reports", "alerts"])
async def test_another_offices_list_holds_nothing_of_ours(cast: Cast, name: str) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=60))
    system = await system_of(cast, cast.alice)
    if name == "reports":
        body = {"person": one.person, "mode": "phone", "happened_at": NOW.isoformat()}
        await system.request("POST", "/api/v1/reports", json=body, headers={"Idempotency-Key": "1"})
    await watch(NOW)
    own = (await system.get(f"/api/v1/{name}")).json()["items"]
    assert own and {item.get("person", item["id"]) for item in own} <= {one.person}
    other = await system_of(cast, cast.carol)
    assert (await other.get(f"/api/v1/{name}")).json() == {"items": [], "next": None}
    for item in own:
        assert (await system.get(f"/api/v1/{name}/{item['id']}")).json() == item
        assert (await other.get(f"/api/v1/{name}/{item['id']}")).status_code == 404


async def test_what_names_no_person_is_told_to_whoever_has_the_file(cast: Cast) -> None:
    hands, then = await Hands.of(cast), NOW - timedelta(days=60)
    one = await received(hands, then)
    await bring_to(hands, one, "investigating", then)
    await watch(NOW)
    told: dict[str, list[int]] = {}
    for member in (cast.alice, cast.bob, cast.carol, cast.leo):
        system = await system_of(cast, member)
        alerts = (await system.get("/api/v1/alerts")).json()["items"]
        duties = (await system.get("/api/v1/duties")).json()["items"]
        items = (await system.get("/api/v1/changes?limit=200")).json()["items"]
        assert all((item["subject_kind"], item["subject_id"]) == ("commission", one) for item in alerts + duties)
        assert all(item["person"] is None for item in alerts + duties)
        told[member.login] = [len(alerts), len(duties), sum(item["source"] == "alert" for item in items)]
        for item in alerts:
            assert (await system.get(f"/api/v1/alerts/{item['id']}")).json() == item
    assert min(told["alice"]) > 0 and told["alice"] == told["bob"] == told["leo"] and told["carol"] == [0, 0, 0]


async def test_a_familys_visit_is_told_to_those_who_may_see_visits_alone(cast: Cast) -> None:
    who = await bare_person(cast, "赵亲")
    duty, alert = await visit(cast, who, NOW)
    await insert("alert_event", {"alert": alert, "at": NOW, "kind": "opened"})
    for kind in ("booking", "family_member"):
        await record(cast.dan, "booking_made", subject=(kind, who[1]), people=[who[0]], now=NOW)
    for member, told in ((cast.alice, False), (cast.lena, False), (cast.dan, True)):
        system = with_token(cast, await token_of(member, permissions=[*OFFERED, "see_visits"]))
        duties = (await system.get("/api/v1/duties")).json()["items"]
        changes = (await system.get("/api/v1/changes")).json()["items"]
        assert [one["id"] for one in duties] == [duty] * told
        assert (await system.get(f"/api/v1/duties/{duty}")).status_code == (200 if told else 404)
        assert [(one["source"], one["subject_kind"]) for one in changes] == [
            ("alert", "booking"),
            ("act", "booking"),
            ("act", "family_member"),
        ] * told


async def test_filters_narrow_a_list(cast: Cast) -> None:
    one, two = await on_register(cast), await on_register(cast)
    system = await system_of(cast, cast.dan)
    duties = (await system.get(f"/api/v1/duties?person={two.person}&state=open&limit=200")).json()["items"]
    assert duties and {duty["person"] for duty in duties} == {two.person} and {d["state"] for d in duties} == {"open"}
    assert (await system.get("/api/v1/orders?state=due")).json()["items"] == []
    assert len((await system.get(f"{PEOPLE}?office=GC")).json()["items"]) == 2
    assert (await system.get(f"{PEOPLE}?office=HF")).json()["items"] == []
    assert [one["id"] for one in (await system.get(f"/api/v1/orders?person={one.person}")).json()["items"]] == [
        one.order
    ]


async def test_nothing_sealed_is_given_out(cast: Cast) -> None:
    one = await on_register(cast, phone="19900000001")
    number = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", one.person)
    system = await system_of(cast, cast.dan)
    told = (await system.get(f"{PEOPLE}/{one.person}")).text
    assert "19900000001" not in told and "140191" not in told and number not in told


async def test_the_roll_call_is_of_the_tokens_scope(cast: Cast) -> None:
    await on_register(cast)
    for member, total in ((cast.bob, 1), (cast.dan, 1)):
        answer = (await (await system_of(cast, member)).get("/api/v1/rollcall")).json()
        assert answer["total"] == total == sum(bucket["count"] for bucket in answer["buckets"]) + answer["remainder"]
