"""Routes × roles × offices (promise G10): every cell is allowed or denied as declared; denied and absent are the same bytes."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from supervision.access.forms import FLASH_COOKIE
from supervision.access.roles import PERMISSIONS, SCOPE
from supervision.access.viewer import is_public
from supervision.db import fetch_value, insert, tx
from supervision.files.actions import Attached, Upload, keep
from supervision.messages.recipients import RECIPIENT
from supervision.sealed import seal
from tests.alerts.makers import alert_without_person
from tests.cast import NOW, Browser, Cast, Member, client_for, stranger
from tests.commissions.makers import for_the_matrix
from tests.discipline.matrix import case_for_the_matrix
from tests.exchange.api.asking import system_of
from tests.files.made import pdf
from tests.lost_contact.makers import for_the_matrix as search_for_the_matrix
from tests.reception.matrix import reception_for_the_matrix
from tests.register import OnRegister, on_register
from tests.resettlement.matrix import base_for_the_matrix
from tests.routes import API_LINES, LINES, SHEET, Line, sealed_sheet
from tests.test_architecture import permission_of, routes
from tests.video_visits.makers import things_of_the_window

NOBODY = 2_000_000_000
KEY = "Idempotency-Key"
PLAIN_NAMES = {
    "search_fact_kind": "what",
    "attempt_id": "fact_id",
    "step_event": "event",
    "decision_event": "event",
    "notice_event": "event",
    "commission_kind": "kind",
    "commission_fact_id": "fact_id",
    "commission_file_id": "file_id",
    "empty_office_id": "office_id",
    "order_kind": "kind",
    "order_fact_id": "fact_id",
    "end_id": "fact_id",
    "help_kind": "kind",
    "act_kind": "kind",
    "help_fact_id": "fact_id",
}
"""Names in tests/routes.py that are more exact than the route's own."""


AGREED = {"at": NOW + timedelta(days=2), "recorded_at": NOW - timedelta(hours=2)}


class _Undo(Exception):
    pass


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Whatever the request did is taken back, so that the next cell finds the same."""
    try:
        async with tx():
            yield
            raise _Undo
    except _Undo:
        pass


async def targets(cast: Cast) -> dict[str, dict[str, Any]]:
    """A person of 古城 (Alice's and the helper's), one of 汇丰 (Carol's), and nobody, with what hangs on each."""
    here = await on_register(cast, officer=cast.alice, phone=None, at=NOW - timedelta(days=1))
    there = await on_register(cast, officer=cast.carol, phone=None, at=NOW - timedelta(days=1))
    row = {"subject_kind": "order", "subject_id": here.order, "person": here.person, "office": cast.alice.office}
    await insert("responsibility", row | {"staff": cast.hal.id, "role": "dual", "from_at": NOW, "recorded_at": NOW})
    common = await _things(cast)
    found = {
        "gucheng": common
        | await _hanging_on(here, cast.alice)
        | {"colleague_id": cast.bob.id, "next_officer_id": cast.bob.id},
        "huifeng": common
        | await _hanging_on(there, cast.carol)
        | {"colleague_id": cast.dan.id, "next_officer_id": cast.carol.id},
    }
    absent = {name: NOBODY if name.endswith("_id") else value for name, value in found["huifeng"].items()}
    return found | {"nobody": absent | common}


async def _things(cast: Cast) -> dict[str, Any]:
    empty = await insert("office", {"code": "KONG", "name": "空所", "kind": "judicial_office"})
    away = {"staff": cast.hal.id, "from_at": NOW, "to_at": NOW.replace(hour=12), "recorded_at": NOW}
    return {
        "office_id": cast.offices["gucheng"],
        "other_office_id": cast.offices["huifeng"],
        "empty_office_id": empty,
        "staff_id": cast.alice.id,
        "session_id": 1,
        "code": "in_order",
        "ledger_code": "alerts",
        "shape": "azbj_import_24",
        "upload_id": await insert("upload", SHEET | {"staff": cast.dan.id, "content_sealed": sealed_sheet()}),
        "run_id": await insert("import_run", {"kind": "roster", "file_name": "a", "file_hash": "a", "started_at": NOW}),
        **await things_of_the_window(),
        "worker_id": await insert(
            "help_worker", {"office": cast.offices["huifeng"], "name": "郝帮", "happened_at": NOW, "recorded_at": NOW}
        ),
        "base_id": await base_for_the_matrix(),
        "absence_id": await insert("absence", away | {"from_at": NOW.replace(hour=8)}),
    }


async def _hanging_on(one: OnRegister, officer: Member) -> dict[str, Any]:
    """What belongs to a person; a new kind of thing gets its name here."""
    of_order = "WHERE subject_kind = 'order' AND subject_id = $1"
    put_down = {"order_id": one.order, "happened_at": NOW, "recorded_at": NOW, "recorded_by": officer.id}
    report = put_down | {"mode": "phone"}
    end = put_down | {"kind": "revoked", "reason": "裁定书", "withdrawn_at": NOW}
    return {
        "person_id": one.person,
        "order_id": one.order,
        "kind": "report",
        "fact_id": await insert("report", report),
        "order_kind": "document",
        "order_fact_id": await insert("document_record", put_down | {"kind": "summary"}),
        "end_id": await insert("order_end", end),
        **await case_for_the_matrix(one.person, one.order, officer),
        **await reception_for_the_matrix(one.order, officer),
        **await search_for_the_matrix(one.person, one.order, officer),
        "duty_id": await fetch_value(f"SELECT max(id) FROM duty {of_order} AND state = 'open'", one.order),
        "message_id": await _unclear_text(one.person),
        "help_kind": "visit",
        "help_fact_id": await _helped(one, officer),
        "assistance_id": await fetch_value("SELECT max(id) FROM assistance WHERE person = $1", one.person),
        "appointment_id": await insert("appointment", {"order_id": one.order, "kind": "office"} | AGREED),
        "file_id": await keep(None, Attached("person", one.person, one.person, "proof"), Upload("a", pdf()), NOW),
        **await for_the_matrix(one.person, officer),
        "alert_id": await fetch_value(f"SELECT max(id) FROM alert {of_order} AND closed_at IS NULL", one.order),
        "subject_kind": "order",
        "subject_id": one.order,
        "subject_alert_id": await alert_without_person("order", one.order, officer.id, NOW),
    }


async def _helped(one: OnRegister, officer: Member) -> int:
    """Help that has begun, with a visit."""
    come = NOW - timedelta(days=20)
    row = {"person": one.person, "source": "prison", "kind": "general", "state": "in_help", "connected_at": come}
    days = {"known_on": come.date(), "release_on": come.date(), "from_on": come.date(), "ledger_from": NOW.date()}
    assistance = await insert("assistance", row | days | {"to_on": date(2031, 11, 4), "created_at": NOW})
    of = {"subject_kind": "assistance", "subject_id": assistance, "person": one.person, "role": "main"}
    await insert("responsibility", of | {"office": officer.office, "from_at": NOW, "recorded_at": NOW})
    seen = {"assistance": assistance, "place": "home", "met": "person", "happened_at": NOW - timedelta(days=1)}
    return await insert("help_visit", seen | {"recorded_at": NOW, "recorded_by": officer.id})


async def _unclear_text(person: int) -> int:
    sent = {"kind": "reminder", "body": "提醒", "state": "unknown", "once_key": f"text of {person}", "attempts": 1}
    times = dict.fromkeys(("created_at", "not_before", "next_try_at", "claimed_at"), NOW - timedelta(hours=1))
    to = {"person": person, "recipient_sealed": seal("19900000001", RECIPIENT), "recipient_key": "key"}
    return await insert("message", sent | times | to | {"not_after": NOW + timedelta(hours=9)})


def _of_member(cast: Cast, member: Member, on: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What depends on who asks: the officer whom they may give a file, an order of their own scope."""
    office = "huifeng" if member.login == "carol" else "gucheng"
    return {
        "officer_id": member.id if member.role in ("officer", "head") else cast.alice.id,
        "own_order_id": on[office]["order_id"],
        "own_person_id": on[office]["person_id"],
        "me_id": member.id,
    }


def sees(member: Member, target: str) -> bool:
    """Whether a person of this office is in the member's scope."""
    scope = SCOPE[member.role]
    own = target == "gucheng"
    mine = {"all": target != "nobody", "office": own != (member.login == "carol") and target != "nobody", "own": own}
    return mine.get(scope, False)


async def ask(browser: Browser, line: Line, target: Mapping[str, Any]) -> httpx.Response:
    """One request, whose traces are taken back."""
    path = line.path.format_map(target)
    browser.hold(FLASH_COOKIE, "")  # what the last act said would be shown on the next page
    async with undone():
        if line.before and target.get("person_id") != NOBODY:
            await line.before(target)
        if line.method == "GET":
            return await browser.get(path)
        if line.by_token:
            return await browser.request(line.method, path, json=dict(line.fields(target)), headers={KEY: "1"})
        return await browser.post(path, data=dict(line.fields(target)))
    raise AssertionError


def _bytes(answer: httpx.Response) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.headers.get("content-type")


@pytest.mark.parametrize("line", (*LINES, *API_LINES), ids=str)
async def test_each_cell_is_as_declared(cast: Cast, line: Line) -> None:
    on = await targets(cast)
    asked = on if line.of_a_person else {"gucheng": on["gucheng"]}
    allowed = 0
    for member in cast.members.values():
        browser = await (system_of if line.by_token else client_for)(cast, member)
        mine = _of_member(cast, member, on)
        answers = {name: await ask(browser, line, target | mine) for name, target in asked.items()}
        for name, answer in answers.items():
            expected = _expected(line, member, name)
            assert answer.status_code in expected, (str(line), member.login, name, answer.status_code, _said(answer))
            allowed += answer.status_code in line.answers
            if answer.status_code in (403, 404) and "nobody" in answers:
                assert _bytes(answer) == _bytes(answers["nobody"]), (str(line), member.login, name)
    assert allowed, f"{line} is open to nobody"


def _expected(line: Line, member: Member, target: str) -> tuple[int, ...]:
    if member.role not in PERMISSIONS[line.permission]:
        return (403,)
    return line.answers if not line.of_a_person or sees(member, target) else (404,)


def _said(answer: httpx.Response) -> list[str]:
    return re.findall(r'class="(?:flash bad|error)"[^>]*>(.*?)</p>', answer.text, re.DOTALL)


def test_every_route_has_its_line_with_its_permission() -> None:
    declared = {(line.method, bare(line.path)): line.permission for line in (*LINES, *API_LINES)}
    real = {(method, bare(path)): permission_of(handler) for path, method, handler in routes() if not is_public(path)}
    assert declared == real


def bare(path: str) -> str:
    """The path with bare names, as both sides write them."""
    path = re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path)
    for exact, plain in PLAIN_NAMES.items():
        path = path.replace(exact, plain)
    return path


async def test_a_stranger_gets_nothing_but_the_sign_in(cast: Cast) -> None:
    everything = await targets(cast)
    on = everything["gucheng"] | _of_member(cast, cast.alice, everything)
    before = await _rows_of_nobody()
    for line in LINES:
        answer = await ask(stranger(cast), line, on)
        sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert sent_away or (line.method == "POST" and 'name="password"' in answer.text), str(line)
    assert await _rows_of_nobody() == before


async def _rows_of_nobody() -> int:
    return int(await fetch_value("SELECT count(*) FROM audit_row WHERE staff IS NULL AND action <> 'sign_in_failed'"))
