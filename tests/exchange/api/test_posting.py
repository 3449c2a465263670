"""A report that another system brings: put down once for each key, in its scope, refused as a page refuses it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from supervision.db import fetch, fetch_value
from tests.cast import NOW, Browser, Cast
from tests.exchange.api.asking import system_of
from tests.register import on_register

AT = NOW - timedelta(hours=1)


async def _post(system: Browser, body: Mapping[str, Any], key: str = "a-1") -> httpx.Response:
    return await system.request("POST", "/api/v1/reports", json=dict(body), headers={"Idempotency-Key": key})


def _body(person: int, **more: Any) -> dict[str, Any]:
    return {"person": person, "mode": "phone", "happened_at": AT.isoformat()} | more


async def _reports() -> int:
    return int(await fetch_value("SELECT count(*) FROM report"))


async def test_a_posted_report_is_there_and_meets_its_duty(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=13))
    system = await system_of(cast, cast.alice)
    answer = await _post(system, _body(one.person, content="在家，一切正常"))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (await system.get(answer.headers["location"])).json() == made
    assert made["recorded_by"] == "alice" and "content" not in made
    met = await fetch("SELECT state, fact_kind FROM duty WHERE fact_id = $1 AND rule = 'SU-01'", made["id"])
    assert [tuple(row) for row in met] == [("met", "report")]
    row = await fetch("SELECT staff, people FROM audit_row WHERE action = 'record_report'")
    assert [(one["staff"], list(one["people"])) for one in row] == [(cast.alice.id, [made["person"]])]


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.alice)
    first = await _post(system, _body(one.person))
    cast.clock.at = NOW + timedelta(hours=1)
    reordered = dict(reversed(_body(one.person).items()))
    again = await _post(system, reordered)
    assert (again.status_code, again.json()) == (201, first.json()) and await _reports() == 1


async def test_another_body_under_the_same_key_is_409(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.alice)
    await _post(system, _body(one.person))
    answer = await _post(system, _body(one.person, mode="written"))
    assert answer.status_code == 409 and answer.json()["status"] == 409 and await _reports() == 1


async def test_each_answer_leaves_its_token_and_the_person(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.alice)
    for _ in range(2):
        assert (await _post(system, _body(one.person))).status_code == 201
    token = await fetch_value("SELECT id FROM api_token")
    rows = await fetch("SELECT staff, people, detail FROM audit_row WHERE action = 'api_read' ORDER BY id")
    assert [(row["staff"], list(row["people"])) for row in rows] == [(cast.alice.id, [one.person])] * 2
    assert [json.loads(row["detail"]) for row in rows] == [{"list": "reports", "token": token}] * 2


async def test_a_key_is_its_tokens_own(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    await _post(await system_of(cast, cast.alice), _body(one.person))
    answer = await _post(await system_of(cast, cast.bob), _body(one.person, mode="written"))
    assert answer.status_code == 201 and await _reports() == 2


async def test_a_refused_request_leaves_its_key_free(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.alice)
    late = _body(one.person, happened_at=(NOW + timedelta(days=1)).isoformat())
    refused = await _post(system, late)
    assert refused.status_code == 422 and refused.json()["errors"].keys() == {"happened_at"}
    assert (await _post(system, _body(one.person))).status_code == 201
    assert await fetch_value("SELECT count(*) FROM api_request WHERE answer IS NULL") == 0


async def test_somebody_elses_person_is_not_there(cast: Cast) -> None:
    one = await on_register(cast, at=NOW - timedelta(days=3))
    system = await system_of(cast, cast.carol)
    theirs, nobodys = await _post(system, _body(one.person)), await _post(system, _body(2_000_000_000))
    assert theirs.status_code == nobodys.status_code == 404 and theirs.content == nobodys.content
    assert await _reports() == 0


WRONG = (
    ({"mode": "phone"}, 422, {"person", "happened_at"}),
    (_body(1, mode="letter"), 422, {"mode"}),
    (_body(1, more=1), 422, {"more"}),
    ({**_body(1), "person": True}, 422, {"person"}),
    ({**_body(1), "person": 1.5}, 422, {"person"}),
    ({**_body(1), "person": 2**31}, 422, {"person"}),
    (_body(1, happened_at="2026-11-25T08:30:00"), 422, {"happened_at"}),
    (_body(1, happened_at="0001-01-01T00:00:00+23:59"), 422, {"happened_at"}),
    (_body(1, content="\0"), 422, {"content"}),
    (_body(1, content="\ud800"), 422, {"content"}),
    (_body(1, content="字" * 10_001), 422, {"content"}),
)


@pytest.mark.parametrize(("body", "status", "fields"), WRONG)
async def test_what_is_wrong_with_a_body_is_named(cast: Cast, body: Any, status: int, fields: set[str]) -> None:
    system = await system_of(cast, cast.alice)
    headers = {"Idempotency-Key": "1", "Content-Type": "application/json"}
    answer = await system.request("POST", "/api/v1/reports", content=json.dumps(body), headers=headers)
    assert answer.status_code == status and set(answer.json()["errors"]) == fields, answer.text


@pytest.mark.parametrize(
    ("content", "kind", "key", "status"),
    [
        (b"{}", "text/plain", "1", 415),
        (b"{", "application/json", "1", 400),
        (b"\xff", "application/json", "1", 400),
        (b"[" * 200_000, "application/json", "1", 400),
        (b"[]", "application/json", "1", 422),
        (b"{}", "application/json", "", 400),
        (b"{}", "application/json", "a b", 400),
        (b"{}", "application/json", "k" * 201, 400),
    ],
)
async def test_what_is_no_request_is_refused(cast: Cast, content: bytes, kind: str, key: str, status: int) -> None:
    system = await system_of(cast, cast.alice)
    headers = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
    answer = await system.request("POST", "/api/v1/reports", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert await fetch_value("SELECT count(*) FROM api_request") == 0
