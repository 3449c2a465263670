"""What is done to an order from the person's file, through the pages: each act its fact, its refusal with the form."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.db import fetch, fetch_row, fetch_value, insert
from supervision.orders.words import DEBTS
from supervision.people.actions import phone_of
from tests.cast import NOW, Cast, Member, add_member, audit_actions, client_for
from tests.register import awaited, on_register

BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")


async def test_who_reported_is_enrolled_and_gets_regular_duties(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 20))
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/registration", data={"happened_at": "2026-11-25T08:30"})
    assert answer.status_code == 303
    assert await fetch_value("SELECT state FROM orders WHERE id = $1", one.order) == "in_correction"
    assert await fetch_value("SELECT state FROM duty WHERE subject_id = $1 AND rule = 'RE-06'", one.order) == "met"
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND variant = 'phone'", one.order) > 0
    again = await alice.post(f"/people/{one.person}/registration", data={"happened_at": "2026-11-25T08:31"})
    assert again.status_code == 422 and "不能重复登记" in again.text


async def test_a_class_changes_what_opens_from_now_and_leaves_what_has_begun(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    started = """SELECT variant, period, opens_at, due_at, limit_at FROM duty
                  WHERE subject_id = $1 AND opens_at <= $2 AND state <> 'void' ORDER BY 1, 2"""
    dan = await client_for(cast, cast.dan)
    before = await fetch(started, one.order, NOW)
    later = await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND state = 'open'", one.order)
    answer = await dan.post(f"/people/{one.person}/class", data={"level": "strict", "reason": "评估分数高"})
    assert answer.status_code == 303
    assert await fetch(started, one.order, NOW) == before
    assert await fetch_value("SELECT count(*) FROM duty WHERE subject_id = $1 AND state = 'open'", one.order) > later
    again = await dan.post(f"/people/{one.person}/class", data={"level": "strict", "reason": "再来"})
    assert again.status_code == 422 and "已经是这一管理类别" in again.text


@pytest.mark.parametrize("sent", [{"level": "", "reason": "有"}, {"level": "strict", "reason": " "}])
async def test_a_class_needs_a_level_and_a_reason(cast: Cast, sent: dict[str, str]) -> None:
    one = await on_register(cast)
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/people/{one.person}/class", data=sent)).status_code == 422
    assert await fetch_value("SELECT count(*) FROM class_decision") == 1


async def test_a_head_gives_files_to_the_own_officers_only(cast: Cast) -> None:
    one = await on_register(cast)
    bob = await client_for(cast, cast.bob)
    path = f"/people/{one.person}/officer"
    assert (await bob.post(path, data={"staff": str(cast.bob.id)})).status_code == 303
    assert (await bob.post(path, data={"staff": str(cast.bob.id)})).status_code == 422
    refused = await bob.post(path, data={"staff": str(cast.carol.id), "reason": "搬家"})
    assert refused.status_code == 422 and "搬家" in refused.text and "柴珂" not in refused.text
    rows = await fetch("SELECT staff, to_at FROM responsibility WHERE subject_id = $1 ORDER BY id", one.order)
    assert [(row["staff"], row["to_at"]) for row in rows] == [(cast.alice.id, NOW), (cast.bob.id, None)]


async def test_the_bureau_moves_a_file_to_another_office_and_the_old_one_no_longer_sees_it(cast: Cast) -> None:
    one = await on_register(cast)
    dan, alice = await client_for(cast, cast.dan), await client_for(cast, cast.alice)
    assert (await dan.post(f"/people/{one.person}/officer", data={"staff": str(cast.carol.id)})).status_code == 303
    assert (await alice.get(f"/people/{one.person}/checkins")).status_code == 404
    carol = await client_for(cast, cast.carol)
    assert (await carol.get(f"/people/{one.person}/checkins")).status_code == 200


async def test_a_corrected_phone_is_a_new_fact_and_the_old_one_is_kept(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    path = f"/people/{one.person}/phone"
    assert (await alice.post(path, data={"phone": "199-0000-0077", "holder": "self"})).status_code == 303
    assert await phone_of(one.person) == "19900000077"
    rows = await fetch("SELECT withdrawn_at, replaces, value_sealed FROM contact ORDER BY id")
    assert [row["withdrawn_at"] for row in rows] == [NOW, None]
    assert rows[1]["replaces"] is not None and "19900000077" not in rows[1]["value_sealed"]
    same = await alice.post(path, data={"phone": "19900000077", "holder": "self"})
    assert same.status_code == 422 and "没有变化" in same.text


async def test_a_number_of_the_family_stands_beside_the_own_one(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"phone": "19900000088", "holder": "family", "refuses": "1"}
    assert (await alice.post(f"/people/{one.person}/phone", data=sent)).status_code == 303
    rows = await fetch("SELECT holder, consent FROM contact WHERE withdrawn_at IS NULL ORDER BY id")
    assert [tuple(row) for row in rows] == [("self", "yes"), ("family", "no")]


async def test_a_phone_that_cant_be_called_is_refused_with_the_number_still_there(cast: Cast) -> None:
    one = await on_register(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/phone", data={"phone": "1990000", "holder": "self"})
    assert answer.status_code == 422
    assert 'value="1990000"' in answer.text and "手机号应为 11 位" in answer.text


async def test_a_new_number_works_off_the_debt(cast: Cast) -> None:
    one = await on_register(cast, phone=None)
    await insert("debt", {"order_id": one.order, "person": one.person, "kind": "phone", "opened_at": NOW})
    alice = await client_for(cast, cast.alice)
    listed = (await alice.get("/debts")).text
    assert "杜玉林" in listed and "安丽" in listed and "已补 0，共 1" in listed
    await alice.post(f"/people/{one.person}/phone", data={"phone": "19900000077", "holder": "self"})
    listed = (await alice.get("/debts?kind=phone")).text
    assert "已补 1，共 1" in listed and "杜玉林" not in listed


@pytest.mark.parametrize(
    ("kind", "act", "form"),
    [
        ("class", "class", {"level": "strict", "reason": "评估"}),
        ("officer", "officer", {"staff": "bob"}),
        ("phone", "phone", {"phone": "19900000077", "holder": "self"}),
        ("end_on", "term", {"end_on": "2027-01-05", "reason": "裁定书"}),
        ("state", "pause", {"kind": "custody", "happened_at": "2026-11-25T08:00", "evidence": "拘留通知书"}),
        *(
            (kind, "end", {"kind": "deceased", "happened_at": "2026-11-25T09:00", "reason": "死亡证明"})
            for kind in DEBTS
        ),
    ],
)
async def test_each_debt_has_an_act_that_works_it_off(cast: Cast, kind: str, act: str, form: dict[str, str]) -> None:
    one = await on_register(cast)
    for owed in DEBTS:
        await insert("debt", {"order_id": one.order, "person": one.person, "kind": owed, "opened_at": NOW})
    dan = await client_for(cast, cast.dan)
    if form.get("staff"):
        form = {"staff": str(cast.members[form["staff"]].id)}
    assert (await dan.post(f"/people/{one.person}/{act}", data=form)).status_code == 303
    closed = {row["kind"] for row in await fetch("SELECT kind FROM debt WHERE closed_by = $1", cast.dan.id)}
    assert closed == (set(DEBTS) if act == "end" else {kind})


async def test_debts_are_seen_in_ones_own_scope_only(cast: Cast) -> None:
    one = await on_register(cast, officer=cast.carol)
    await insert("debt", {"order_id": one.order, "person": one.person, "kind": "class", "opened_at": NOW})
    for member, seen in ((cast.alice, False), (cast.carol, True), (cast.dan, True)):
        shown = (await (await client_for(cast, member)).get("/debts")).text
        assert ("杜玉林" in shown) is seen
    assert (await (await client_for(cast, cast.dan)).get("/debts?after=x")).status_code == 422


async def test_a_changed_end_of_the_term_moves_the_closing_duties(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE, end_on=date(2027, 1, 10))
    dan = await client_for(cast, cast.dan)
    sent = {"end_on": "2027-01-05", "reason": "（2026）晋01刑更12号"}
    assert (await dan.post(f"/people/{one.person}/term", data=sent)).status_code == 303
    due = await fetch_value(
        """SELECT raw_due_on FROM duty WHERE subject_id = $1 AND rule = 'TE-03' AND state = 'open'""", one.order
    )
    assert due == date(2027, 1, 5)
    assert await fetch_value("SELECT end_on FROM term_change") == date(2027, 1, 5)
    for wrong in ({"end_on": "2020-01-01"}, {"end_on": "2027-01-05"}, {"end_on": "soon"}, {"reason": ""}):
        assert (await dan.post(f"/people/{one.person}/term", data=sent | wrong)).status_code == 422


async def test_a_pause_rests_duties_asks_every_week_and_ends(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    bob = await client_for(cast, cast.bob)
    sent = {"kind": "custody", "happened_at": "2026-11-24T10:00", "evidence": "拘留通知书"}
    file = f"/people/{one.person}"
    assert (await bob.post(f"{file}/pause", data=sent | {"evidence": ""})).status_code == 422
    assert (await bob.post(f"{file}/pause/check", data={"source": "看守所"})).status_code == 422
    assert (await bob.post(f"{file}/pause", data=sent)).status_code == 303
    assert (await bob.post(f"{file}/pause", data=sent)).status_code == 422
    assert await fetch_value("SELECT count(*) FROM duty WHERE rule LIKE '%pause%' OR variant = 'custody'") > 0
    assert (await bob.post(f"{file}/pause/check", data={"source": "看守所值班室"})).status_code == 303
    assert (await bob.post(f"{file}/pause/end", data={"happened_at": "2026-11-24T10:00"})).status_code == 422
    assert (await bob.post(f"{file}/pause/end", data={"happened_at": "2026-11-25T08:00"})).status_code == 303
    acts = [action for action in await audit_actions() if action != "form_refused"]
    assert acts[-3:] == ["pause", "confirm_pause", "end_pause"]


async def lapsed_duty(order: int) -> Any:
    return await fetch_row(
        "SELECT * FROM duty WHERE subject_id = $1 AND variant = 'phone' AND state = 'open' ORDER BY limit_at LIMIT 1",
        order,
    )


@pytest.mark.parametrize("outcome", ["excused", "missed", "void"])
async def test_a_head_ends_a_single_duty_with_a_reason(cast: Cast, outcome: str) -> None:
    one = await on_register(cast, at=BEFORE)
    duty = await lapsed_duty(one.order)
    bob = await client_for(cast, cast.bob)
    path = f"/people/{one.person}/duties/{duty['id']}/decision"
    assert (await bob.post(path, data={"outcome": outcome, "reason": ""})).status_code == 422
    assert (await bob.post(path, data={"outcome": outcome, "reason": "当日住院"})).status_code == 303
    row = await fetch_row("SELECT state, fact_kind FROM duty WHERE id = $1", duty["id"])
    assert row is not None and tuple(row) == (outcome, "decision")
    assert (await bob.post(path, data={"outcome": outcome, "reason": "再来"})).status_code == 422


async def test_a_duty_that_can_still_be_done_isnt_called_missed(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    duty = await lapsed_duty(one.order)
    bob = await client_for(cast, cast.bob)
    path = f"/people/{one.person}/duties/{duty['id']}/decision"
    for at, status in ((-1, 422), (0, 303)):
        cast.clock.at = duty["limit_at"] + timedelta(seconds=at)
        assert (await bob.post(path, data={"outcome": "missed", "reason": "查实"})).status_code == status


async def test_an_officer_doesnt_decide_and_another_persons_duty_isnt_there(cast: Cast) -> None:
    one, other = await on_register(cast, at=BEFORE), await on_register(cast, at=BEFORE, name="李二")
    duty = await lapsed_duty(other.order)
    sent = {"outcome": "excused", "reason": "试"}
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    assert (await alice.post(f"/people/{other.person}/duties/{duty['id']}/decision", data=sent)).status_code == 403
    assert (await bob.post(f"/people/{one.person}/duties/{duty['id']}/decision", data=sent)).status_code == 404


ACTS = ("registration", "class", "officer", "phone", "term", "documents", "pause", "pause/end", "pause/check", "end")


@pytest.mark.parametrize("act", [*ACTS, "duties/1/decision"])
async def test_no_act_tells_another_offices_person_from_nobody(cast: Cast, act: str) -> None:
    one = await on_register(cast)
    member = cast.carol if act in ("registration", "phone", "documents") else await _head_elsewhere(cast)
    if act in ("class", "term", "end"):  # the bureau's acts: its scope is all, so only absence can be asked
        member = cast.dan
    browser = await client_for(cast, member)
    absent = await browser.post(f"/people/999999/{act}", data={"reason": "试"})
    assert absent.status_code == 404
    if member is not cast.dan:
        foreign = await browser.post(f"/people/{one.person}/{act}", data={"reason": "试"})
        assert (foreign.status_code, foreign.content) == (404, absent.content)


async def _head_elsewhere(cast: Cast) -> Member:
    return await add_member("hua", name="花华", role="head", office=cast.offices["huifeng"])


@pytest.mark.parametrize(
    ("happened_at", "status"),
    [("2026-10-20T23:59", 422), ("2026-10-21T00:00", 303)],
)
async def test_a_registration_long_before_the_judgment_is_a_mistyped_date(
    cast: Cast, happened_at: str, status: int
) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 20))
    bob = await client_for(cast, cast.bob)
    answer = await bob.post(f"/people/{one.person}/registration", data={"happened_at": happened_at})
    assert answer.status_code == status
