"""Tokens: shown once, within their owner's rights, at an end when they are revoked, run out, or their owner leaves."""

from datetime import timedelta

import httpx
import pytest

from supervision.access.tokens import NewToken, create_token, list_tokens, revoke_token
from supervision.db import execute, fetch_value
from supervision.errors import Refusal
from tests.cast import NOW, Cast, client_for
from tests.exchange.api.asking import token_of, with_token
from tests.register import on_register

PEOPLE = "/api/v1/people"


async def _status(cast: Cast, token: str, path: str = PEOPLE) -> int:
    return (await with_token(cast, token).get(path)).status_code


async def test_a_token_opens_the_api_and_only_its_hash_is_kept(cast: Cast) -> None:
    token = await create_token(NewToken("省平台", "alice"), NOW)
    assert await _status(cast, token) == 200
    kept = str(await fetch_value("SELECT array_agg(t::text) FROM api_token t"))
    assert "省平台" in kept and token not in kept and token.removeprefix("slg_") not in kept
    assert token not in str(await list_tokens())
    assert token not in str(await fetch_value("SELECT array_agg(a::text) FROM audit_row a"))


async def test_a_revoked_token_opens_nothing_and_its_name_stays_taken(cast: Cast) -> None:
    token = await create_token(NewToken("省平台", "alice"), NOW)
    await revoke_token("省平台", NOW)
    assert await _status(cast, token) == 401
    with pytest.raises(Refusal):
        await revoke_token("省平台", NOW)
    with pytest.raises(Refusal, match="已有"):
        await create_token(NewToken("省平台", "alice"), NOW)


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 401), (1, 401)])
async def test_a_token_ends_with_its_last_day(cast: Cast, seconds: int, status: int) -> None:
    token = await create_token(NewToken("省平台", "alice", days=2), NOW)
    cast.clock.at = NOW + timedelta(days=2, seconds=seconds)
    assert await _status(cast, token) == status


async def test_a_token_ends_with_its_owner(cast: Cast) -> None:
    token = await token_of(cast.alice)
    await execute("UPDATE staff SET disabled_at = $2 WHERE id = $1", cast.alice.id, NOW)
    assert await _status(cast, token) == 401


async def test_a_token_may_no_more_than_it_was_made_for_and_than_its_owner_may(cast: Cast) -> None:
    reader = await token_of(cast.dan, permissions=["see_people"])
    assert [await _status(cast, reader, f"/api/v1/{name}") for name in ("people", "alerts", "rollcall")] == [
        200,
        403,
        403,
    ]
    officer = await token_of(cast.alice)
    assert [await _status(cast, officer, f"/api/v1/{name}") for name in ("alerts", "rollcall")] == [200, 403]


async def test_a_token_for_one_office_sees_that_office_alone(cast: Cast) -> None:
    here, there = await on_register(cast, officer=cast.alice), await on_register(cast, officer=cast.carol)
    narrow = with_token(cast, await token_of(cast.dan, office=cast.offices["huifeng"]))
    assert [one["id"] for one in (await narrow.get(PEOPLE)).json()["items"]] == [there.person]
    assert (await narrow.get(f"{PEOPLE}/{here.person}")).status_code == 404
    moved = with_token(cast, await token_of(cast.alice, office=cast.offices["huifeng"]))
    assert (await moved.get(PEOPLE)).json()["items"] == []


REFUSED = (
    (NewToken("x", "nobody"), "nobody"),
    (NewToken("x", "alice", ["see_rollcall"]), "see_rollcall"),
    (NewToken("x", "alice", ["manage_staff"]), "manage_staff"),
    (NewToken("x", "sam"), "没有接口可用的权限"),
    (NewToken("x", "alice", office="HF"), "看不到"),
    (NewToken("x", "alice", office="XX"), "XX"),
    (NewToken(" ", "alice"), "名称"),
    (NewToken("x", "alice", days=0), "有效期"),
    (NewToken("x", "alice", days=367), "有效期"),
)


@pytest.mark.parametrize(("new", "said"), REFUSED)
async def test_no_token_is_made_that_its_owner_could_not_use(cast: Cast, new: NewToken, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        await create_token(new, NOW)
    assert await fetch_value("SELECT count(*) FROM api_token") == 0


async def test_whoever_brings_no_token_is_told_so_whatever_the_path(cast: Cast) -> None:
    signed_in = await client_for(cast, cast.dan)
    for asker in (signed_in, with_token(cast, "wrong"), with_token(cast, "")):
        for path in (PEOPLE, f"{PEOPLE}/1", "/api/v1/changes", "/api/v1/reports"):
            _is_problem(await asker.get(path), 401)
    answer = await signed_in.get(PEOPLE, headers={"Authorization": f"Basic {await token_of(cast.dan)}"})
    _is_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await fetch_value("SELECT count(*) FROM audit_row") == 0


async def test_a_token_opens_no_page(cast: Cast) -> None:
    answer = await with_token(cast, await token_of(cast.dan)).get("/people")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


async def test_every_failure_is_a_problem(cast: Cast) -> None:
    system = with_token(cast, await token_of(cast.dan))
    _is_problem(await system.get("/api/v1/nothing"), 404)
    _is_problem(await system.get("/api"), 404)
    _is_problem(await system.get("/api/v1/people/4000000000"), 404)
    _is_problem(await system.get(f"{PEOPLE}?office=%00"), 404)
    _is_problem(await system.delete(PEOPLE), 405)
    _is_problem(await system.get(f"{PEOPLE}?limit=0"), 400)
    _is_problem(await system.get(f"{PEOPLE}?stat=due"), 400)
    _is_problem(await system.request("POST", "/api/v1/reports", content=b"x" * 300_000), 413)


def _is_problem(answer: httpx.Response, status: int) -> None:
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status), answer.text
    assert answer.headers["content-type"] == "application/problem+json" and told["title"] and told["detail"]
