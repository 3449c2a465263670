"""What was put down wrongly on an order is withdrawn through the file: the row stays, all that followed is taken back."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.alerts.watch import watch
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert
from supervision.duties.reconcile import reconcile
from supervision.orders.withdrawals import TABLES
from tests.cast import Browser, Cast, Member, audit_actions, client_for
from tests.register import OnRegister, awaited, on_register

BEFORE = datetime.fromisoformat("2026-11-02T09:00+08:00")
REASON = {"reason": "录错了人"}
CUSTODY = {"kind": "custody", "happened_at": "2026-11-24T10:00", "evidence": "拘留通知书"}


async def last(kind: str) -> int:
    """The fact of that kind that was put down last."""
    return int(await fetch_value(f"SELECT max(id) FROM {TABLES[kind]}"))


async def take_back(browser: Browser, one: OnRegister, kind: str, fact: int | None = None, **sent: str) -> Any:
    place = "end" if kind == "end" else f"facts/{kind}"
    path = f"/people/{one.person}/{place}/{fact or await last(kind)}/withdrawal"
    return await browser.post(path, data=REASON | sent)


async def order_row(one: OnRegister) -> Record:
    row = await fetch_row("SELECT * FROM orders WHERE id = $1", one.order)
    assert row is not None
    return row


async def duty_state(one: OnRegister, rule: str) -> str:
    return str(await fetch_value("SELECT state FROM duty WHERE subject_id = $1 AND rule = $2", one.order, rule))


async def owed(one: OnRegister) -> list[tuple[Any, ...]]:
    """What the order owes and owed, as far as its slots had been made at its beginning."""
    rows = await fetch(
        """SELECT rule, variant, period, opens_at, limit_at, state FROM duty
            WHERE subject_id = $1 AND state <> 'void' AND opens_at <= $2 ORDER BY 1, 2, 3""",
        one.order,
        BEFORE + timedelta(days=45),
    )
    return [tuple(row) for row in rows]


async def test_a_wrong_registration_makes_the_person_awaited_again(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 20))
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/registration", data={"happened_at": "2026-11-25T08:30"})
    assert await duty_state(one, "RE-06") == "met"
    assert "/facts/registration/" in (await alice.get(f"/people/{one.person}")).text
    assert (await take_back(alice, one, "registration")).status_code == 303
    row = await order_row(one)
    assert (row["registered_at"], row["state"]) == (None, "due")
    assert await duty_state(one, "RE-06") == "open"
    assert await fetch_value("SELECT count(*) FROM duty WHERE rule = 'SU-01' AND state = 'open'") == 0
    kept = await fetch_row("SELECT withdrawn_at, withdrawn_by, withdrawn_reason FROM registration")
    assert kept is not None and tuple(kept) == (cast.now, cast.alice.id, "录错了人")
    assert (await audit_actions())[-1] == "withdraw_fact"
    assert "录错了人（安丽）" in (await alice.get(f"/people/{one.person}")).text
    assert (await reconcile(cast.now)).repaired == 0
    again = await alice.post(f"/people/{one.person}/registration", data={"happened_at": "2026-11-25T08:45"})
    assert again.status_code == 303 and (await order_row(one))["state"] == "in_correction"


async def test_withdrawing_the_registration_of_somebody_long_due_raises_the_lapse(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 2), at=BEFORE)
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/registration", data={"happened_at": "2026-11-10T08:30"})
    await watch(cast.now)
    lapses = "SELECT count(*) FROM alert WHERE kind = 'RE-06' AND closed_at IS NULL"
    assert await fetch_value(lapses) == 0
    await take_back(alice, one, "registration")
    assert await fetch_value(lapses) == 1


@pytest.mark.parametrize(
    ("act", "sent", "said"),
    [
        ("class", {"level": "strict", "reason": "评估"}, "请先作废管理类别"),
        ("documents", {"kind": "summary", "happened_at": "2026-11-25T08:00"}, "请先作废期满文书"),
        ("reports", {"mode": "phone", "happened_at": "2026-11-25T08:00"}, "请先作废这些记录"),
        ("visits", {"met": "person", "happened_at": "2026-11-25T08:00"}, "请先作废这些记录"),
        ("checks", {"channel": "call", "result": "ok", "happened_at": "2026-11-25T08:00"}, "请先作废这些记录"),
    ],
)
async def test_a_registration_on_which_something_was_built_stands(
    cast: Cast, act: str, sent: dict[str, str], said: str
) -> None:
    one = await on_register(cast, at=BEFORE, level=None)
    dan = await client_for(cast, cast.dan)
    assert (await dan.post(f"/people/{one.person}/{act}", data=sent)).status_code == 303
    refused = await take_back(dan, one, "registration", reason="写错")
    assert refused.status_code == 422 and said in refused.text and "写错" in refused.text
    assert (await order_row(one))["state"] == "in_correction"
    for table in ("class_decision", "document_record", "report", "visit", "info_check"):
        await execute(f"UPDATE {table} SET withdrawn_at = $1", cast.now)
    assert (await take_back(dan, one, "registration")).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(-1, 303), (0, 422), (1, 422)])
async def test_a_visit_before_the_registration_was_not_built_on_it(cast: Cast, minutes: int, status: int) -> None:
    one = await on_register(cast, at=BEFORE, level=None)
    visit = {"order_id": one.order, "met": "person", "recorded_at": BEFORE, "recorded_by": cast.alice.id}
    await insert("visit", visit | {"happened_at": BEFORE + timedelta(minutes=minutes)})
    assert (await take_back(await client_for(cast, cast.alice), one, "registration")).status_code == status


async def test_a_wrong_class_leaves_the_one_before_it_in_force(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    dan = await client_for(cast, cast.dan)
    before = await owed(one)
    first = await last("class")
    await dan.post(f"/people/{one.person}/class", data={"level": "strict", "reason": "看错了表"})
    assert await owed(one) != before
    earlier = await take_back(dan, one, "class", first)
    assert earlier.status_code == 422 and "请先作废后来的决定" in earlier.text
    assert (await take_back(dan, one, "class")).status_code == 303
    assert await owed(one) == before
    assert (await take_back(dan, one, "class", first)).status_code == 303
    assert (
        await fetch_value("SELECT state FROM finding WHERE rule = 'no_class' AND subject_id = $1", one.order) == "open"
    )


async def test_an_old_registers_class_that_was_wrong_is_owed_as_debt(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    run = await insert("import_run", {"kind": "roster", "file_name": "a", "file_hash": "a", "started_at": BEFORE})
    await execute("UPDATE orders SET import_run = $2 WHERE id = $1", one.order, run)
    dan = await client_for(cast, cast.dan)
    assert (await take_back(dan, one, "class")).status_code == 303
    rows = await fetch("SELECT kind, closed_at FROM debt")
    assert [tuple(row) for row in rows] == [("class", None)]
    await dan.post(f"/people/{one.person}/class", data={"level": "loose", "reason": "评估"})
    assert await fetch_value("SELECT closed_by FROM debt") == cast.dan.id
    assert (await take_back(dan, one, "class")).status_code == 303
    assert await fetch_value("SELECT closed_at FROM debt") is None


async def test_a_wrong_document_opens_its_duty_again(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE, end_on=date(2026, 12, 20))
    alice = await client_for(cast, cast.alice)
    sent = {"kind": "summary", "happened_at": "2026-11-25T08:00"}
    await alice.post(f"/people/{one.person}/documents", data=sent)
    assert await duty_state(one, "TE-01") == "met"
    assert (await take_back(alice, one, "document")).status_code == 303
    assert await duty_state(one, "TE-01") == "open"


async def test_a_wrong_pause_gives_back_what_it_excused_after_its_checks(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    await insert("debt", {"order_id": one.order, "person": one.person, "kind": "state", "opened_at": BEFORE})
    await watch(cast.now)
    lapses = "SELECT count(*) FROM alert WHERE person = $1 AND kind = 'SU-01' AND closed_at IS NULL"
    before = await fetch_value(lapses, one.person)
    bob = await client_for(cast, cast.bob)
    await bob.post(f"/people/{one.person}/pause", data=CUSTODY | {"happened_at": "2026-11-03T10:00"})
    await bob.post(f"/people/{one.person}/pause/check", data={"source": "看守所"})
    assert before > 0 and await fetch_value(lapses, one.person) == 0
    refused = await take_back(bob, one, "pause")
    assert refused.status_code == 422 and "请先作废核实记录" in refused.text
    assert (await take_back(bob, one, "pause_check")).status_code == 303
    assert (await take_back(bob, one, "pause")).status_code == 303
    assert await fetch_value(lapses, one.person) == before
    assert await fetch_value("SELECT count(*) FROM duty WHERE rule = 'confirm_pause' AND state = 'open'") == 0
    assert await fetch_value("SELECT closed_at FROM debt") is None
    assert (await bob.post(f"/people/{one.person}/pause", data=CUSTODY)).status_code == 303


async def end(cast: Cast, one: OnRegister, kind: str = "revoked") -> Browser:
    dan = await client_for(cast, cast.dan)
    sent = {"kind": kind, "happened_at": "2026-11-25T08:00", "reason": "（2026）晋0108刑更3号"}
    assert (await dan.post(f"/people/{one.person}/end", data=sent)).status_code == 303
    return dan


async def test_an_order_that_was_ended_by_mistake_goes_on(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    await insert("debt", {"order_id": one.order, "person": one.person, "kind": "phone", "opened_at": BEFORE})
    await watch(cast.now)
    before = await owed(one)
    dan = await end(cast, one)
    assert await owed(one) != before
    assert f"/end/{await last('end')}/withdrawal" in (await dan.get(f"/people/{one.person}")).text
    assert (await take_back(dan, one, "end")).status_code == 303
    row = await order_row(one)
    assert (row["ended_at"], row["end_kind"], row["state"]) == (None, None, "in_correction")
    assert await owed(one) == before
    assert await fetch_value("SELECT closed_at FROM debt") is None
    assert (await reconcile(cast.now)).repaired == 0
    twice = await take_back(dan, one, "end")
    assert twice.status_code == 422 and "已经作废" in twice.text
    await end(cast, one, "deceased")


async def test_the_end_of_somebody_who_never_came_leaves_them_awaited(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 20))
    assert (await take_back(await end(cast, one), one, "end")).status_code == 303
    assert (await order_row(one))["state"] == "due" and await duty_state(one, "RE-06") == "open"


async def test_the_end_stands_once_the_person_is_on_the_register_again(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    dan = await end(cast, one)
    columns = "person, kind, crime, effective_on, start_on, end_on, ledger_from, created_at"
    await execute(f"INSERT INTO orders (number, state, {columns}) SELECT 'T-2', 'due', {columns} FROM orders")
    refused = await take_back(dan, one, "end")
    assert refused.status_code == 422 and "已有新的一期矫正" in refused.text


async def test_after_the_end_the_end_goes_first(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE)
    dan = await end(cast, one)
    refused = await take_back(dan, one, "class")
    assert refused.status_code == 422 and "请先作废结束登记" in refused.text


async def test_a_withdrawal_needs_a_reason_and_happens_once(cast: Cast) -> None:
    one = await on_register(cast, at=BEFORE, level=None)
    alice = await client_for(cast, cast.alice)
    assert (await take_back(alice, one, "registration", reason=" ")).status_code == 422
    assert (await take_back(alice, one, "registration")).status_code == 303
    twice = await take_back(alice, one, "registration")
    assert twice.status_code == 422 and "已经作废" in twice.text
    assert (await audit_actions()).count("withdraw_fact") == 1


@pytest.mark.parametrize(
    ("kind", "member", "status"),
    [
        ("class", "alice", 403),
        ("class", "dan", 303),
        ("class", "erin", 403),
        ("pause", "alice", 403),
        ("pause", "bob", 303),
        ("end", "bob", 403),
        ("end", "erin", 303),
    ],
)
async def test_nobody_takes_back_what_they_could_not_have_put_down(
    cast: Cast, kind: str, member: str, status: int
) -> None:
    one = await on_register(cast, at=BEFORE)
    if kind == "pause":
        await (await client_for(cast, cast.bob)).post(f"/people/{one.person}/pause", data=CUSTODY)
    if kind == "end":
        await end(cast, one)
    who: Member = cast.members[member]
    browser = await client_for(cast, who)
    offered = f"/{kind}/{await last(kind)}/withdrawal" in (await browser.get(f"/people/{one.person}")).text
    assert offered is (status == 303)
    assert (await take_back(browser, one, kind)).status_code == status


@pytest.mark.parametrize("kind", [*TABLES, "contact"])
async def test_another_persons_fact_is_not_there(cast: Cast, kind: str) -> None:
    one, other = await on_register(cast, at=BEFORE), await on_register(cast, at=BEFORE, name="李二")
    dan = await client_for(cast, cast.dan)
    await dan.post(f"/people/{other.person}/documents", data={"kind": "summary", "happened_at": "2026-11-25T08:00"})
    await dan.post(f"/people/{other.person}/pause", data=CUSTODY)
    await dan.post(f"/people/{other.person}/pause/check", data={"source": "看守所"})
    await end(cast, other)
    theirs = await last(kind) if kind in TABLES else 1
    assert (await take_back(dan, one, kind, theirs)).status_code == 404
