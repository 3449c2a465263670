"""Two clicks on a person's file: what is recorded meets the duty, ends or leaves the alert, and is refused with its form."""

from datetime import datetime, timedelta

import pytest

from supervision.checkins.actions import CONTENT, Entry, info_check, record_many, report, visit
from supervision.checkins.history import history
from supervision.days import SHANGHAI
from supervision.db import Record, fetch, fetch_row, fetch_value
from supervision.sealed import open_sealed
from tests.cast import Cast, audit_actions, client_for
from tests.register import OnRegister, on_register

SATURDAY = datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)
"""Registered then: a report by phone is due on 28 November (from the 22nd on), a check by the 29th."""
AFTER = datetime(2026, 11, 29, 9, tzinfo=SHANGHAI)


async def enrolled(cast: Cast) -> OnRegister:
    return await on_register(cast, at=SATURDAY)


async def phone_duty(order: int) -> Record:
    row = await fetch_row(
        "SELECT * FROM duty WHERE subject_id = $1 AND variant = 'phone' AND period = '2026-11-28'", order
    )
    assert row is not None
    return row


async def phone_alert(order: int) -> Record | None:
    return await fetch_row(
        """SELECT a.* FROM alert a JOIN duty d ON d.id = a.duty
            WHERE d.subject_id = $1 AND d.variant = 'phone' AND d.period = '2026-11-28'""",
        order,
    )


async def test_a_report_in_its_window_meets_the_duty_and_leaves_an_audit_row(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50", "content": "在家，一切正常"}
    answer = await alice.post(f"/people/{one.person}/reports", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{one.person}")
    duty = await phone_duty(one.order)
    assert (duty["state"], duty["fact_kind"]) == ("met", "report")
    assert duty["closed_at"] == datetime(2026, 11, 25, 8, 50, tzinfo=SHANGHAI)
    audit = await fetch_row("SELECT * FROM audit_row WHERE action = 'record_report'")
    assert audit is not None
    assert (audit["staff"], audit["people"], audit["subject_id"]) == (cast.alice.id, [one.person], one.order)


async def test_what_was_said_is_sealed(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50", "content": "搬到了兴华街"}
    await alice.post(f"/people/{one.person}/reports", data=sent)
    stored = await fetch_value("SELECT content_sealed FROM report WHERE order_id = $1", one.order)
    assert "兴华街" not in stored
    assert open_sealed(stored, CONTENT) == "搬到了兴华街"


@pytest.mark.parametrize(
    ("path", "sent", "table"),
    [
        ("reports", {"mode": "in_person"}, "report"),
        ("reports", {"mode": "written"}, "report"),
        ("visits", {"met": "person"}, "visit"),
        ("checks", {"channel": "video", "result": "ok"}, "info_check"),
    ],
)
async def test_each_kind_is_written_to_its_own_table(cast: Cast, path: str, sent: dict[str, str], table: str) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/{path}", data=sent | {"happened_at": "2026-11-25T08:50"})
    assert answer.status_code == 303
    assert await fetch_value(f"SELECT count(*) FROM {table} WHERE order_id = $1", one.order) == 1


@pytest.mark.parametrize(("met", "state"), [("person", "met"), ("family", "met"), ("nobody", "open")])
async def test_a_visit_that_met_nobody_meets_no_duty(cast: Cast, met: str, state: str) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/visits", data={"met": met, "happened_at": "2026-11-25T08:50"})
    duty = await fetch_row("SELECT * FROM duty WHERE subject_id = $1 AND variant = 'field' ORDER BY period", one.order)
    assert duty is not None
    assert duty["state"] == state


async def test_a_report_from_before_the_limit_typed_in_after_it_ends_the_alert(cast: Cast) -> None:
    one = await enrolled(cast)
    cast.clock.at = AFTER
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-28T23:59"})
    assert (await phone_duty(one.order))["state"] == "met"
    alert = await phone_alert(one.order)
    assert alert is not None
    assert (alert["closed_at"], alert["fact_kind"]) == (AFTER, "report")
    assert [done.late_entry for done in await history(one.person)] == [True]


async def test_a_late_report_leaves_the_alert_for_a_human_to_decide(cast: Cast) -> None:
    one = await enrolled(cast)
    cast.clock.at = AFTER
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-29T00:00"})
    # The next window is open already, so the report counts there; one more meets the lapse late.
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-29T08:30"})
    assert (await phone_duty(one.order))["state"] == "met_late"
    alert = await phone_alert(one.order)
    assert alert is not None
    assert (alert["closed_at"], alert["step"]) == (None, "decide")


@pytest.mark.parametrize(("at", "status"), [("09:00", 303), ("09:01", 422)])
async def test_the_future_is_refused_with_what_was_typed_still_there(cast: Cast, at: str, status: int) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"mode": "phone", "happened_at": f"2026-11-25T{at}", "content": "说了很多<话>"}
    answer = await alice.post(f"/people/{one.person}/reports", data=sent)
    assert answer.status_code == status
    if status == 422:
        assert "时间不能晚于现在。" in answer.text
        assert "说了很多&lt;话&gt;" in answer.text
        assert 'value="2026-11-25T09:01"' in answer.text
        assert await fetch_value("SELECT count(*) FROM report") == 0


@pytest.mark.parametrize(("day", "status"), [("2026-11-20T23:59", 422), ("2026-11-21T00:00", 303)])
async def test_nothing_happened_before_the_order_began(cast: Cast, day: str, status: int) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": day})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("reports", {"mode": "telepathy"}, "mode"),
        ("reports", {"mode": "phone", "happened_at": "gestern"}, "happened_at"),
        ("reports", {"mode": "phone", "happened_at": ""}, "happened_at"),
        ("reports", {"mode": "phone", "happened_at": "0001-01-01T00:00"}, "happened_at"),
        ("visits", {"met": "dog"}, "met"),
        ("checks", {"channel": "call", "result": "fine"}, "result"),
    ],
)
async def test_nonsense_is_named_at_its_field(cast: Cast, path: str, sent: dict[str, str], field: str) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"happened_at": "2026-11-25T08:00", "content": "留着"} | sent
    answer = await alice.post(f"/people/{one.person}/{path}", data=sent)
    assert answer.status_code == 422
    assert "留着" in answer.text
    assert 'class="error"' in answer.text


async def test_a_double_click_records_once(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50"}
    first = await alice.post(f"/people/{one.person}/reports", data=sent)
    second = await alice.post(f"/people/{one.person}/reports", data=sent)
    assert (first.status_code, second.status_code) == (303, 422)
    assert "刚才已经记录过了" in second.text
    assert await fetch_value("SELECT count(*) FROM report WHERE order_id = $1", one.order) == 1


@pytest.mark.parametrize(("sent", "count"), [({"happened_at": "2026-11-25T08:51"}, 2), ({"mode": "in_person"}, 2)])
async def test_another_minute_or_manner_is_another_report(cast: Cast, sent: dict[str, str], count: int) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    first = {"mode": "phone", "happened_at": "2026-11-25T08:50"}
    await alice.post(f"/people/{one.person}/reports", data=first)
    await alice.post(f"/people/{one.person}/reports", data=first | sent)
    assert await fetch_value("SELECT count(*) FROM report WHERE order_id = $1", one.order) == count


async def test_htmx_gets_the_file_anew_or_the_form_alone(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    htmx = {"hx-request": "true"}
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50"}
    saved = await alice.post(f"/people/{one.person}/reports", data=sent, headers=htmx)
    assert saved.status_code == 201 and f"/people/{one.person}" in saved.headers["hx-location"]
    refused = await alice.post(f"/people/{one.person}/reports", data=sent, headers=htmx)
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith("<form") and "<html" not in refused.text


@pytest.mark.parametrize("path", ["reports", "visits", "checks", "checkins/report/1/withdrawal"])
async def test_another_offices_person_answers_like_nobody(cast: Cast, path: str) -> None:
    one = await enrolled(cast)
    carol = await client_for(cast, cast.carol)
    sent = {"mode": "phone", "happened_at": "2026-11-25T08:50", "reason": "错"}
    foreign = await carol.post(f"/people/{one.person}/{path}", data=sent)
    absent = await carol.post(f"/people/999999/{path}", data=sent)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert await fetch_value("SELECT count(*) FROM report") == 0


async def test_a_withdrawn_report_opens_its_duty_again_and_stays_on_the_list(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-25T08:50"})
    fact = await fetch_value("SELECT id FROM report")
    path = f"/people/{one.person}/checkins/report/{fact}/withdrawal"
    assert (await alice.post(path, data={"reason": " "})).status_code == 422
    assert (await phone_duty(one.order))["state"] == "met"
    answer = await alice.post(path, data={"reason": "记错了人"})
    assert answer.status_code == 303
    assert (await phone_duty(one.order))["state"] == "open"
    listed = await alice.get(f"/people/{one.person}/checkins")
    assert "记错了人" in listed.text and "安丽" in listed.text
    assert (await alice.post(path, data={"reason": "再来"})).status_code == 422
    actions = await audit_actions()
    assert actions.count("withdraw") == 1 and actions[-2:] == ["see_checkins", "form_refused"]


async def test_withdrawing_what_ended_an_alert_opens_it_again(cast: Cast) -> None:
    one = await enrolled(cast)
    cast.clock.at = AFTER
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-28T20:00"})
    before = await phone_alert(one.order)
    assert before is not None and before["closed_at"] == AFTER
    cast.clock.at = AFTER + timedelta(minutes=5)
    fact = await fetch_value("SELECT id FROM report")
    await alice.post(f"/people/{one.person}/checkins/report/{fact}/withdrawal", data={"reason": "记错了人"})
    after = await phone_alert(one.order)
    assert after is not None and after["closed_at"] is None


async def test_somebody_elses_fact_cant_be_withdrawn_through_ones_own_person(cast: Cast) -> None:
    own, other = await enrolled(cast), await on_register(cast, at=SATURDAY, officer=cast.carol, name="孙平")
    carol = await client_for(cast, cast.carol)
    await carol.post(f"/people/{other.person}/reports", data={"mode": "phone", "happened_at": "2026-11-25T08:50"})
    fact = await fetch_value("SELECT id FROM report")
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{own.person}/checkins/report/{fact}/withdrawal", data={"reason": "试"})
    assert answer.status_code == 404
    assert await fetch_value("SELECT withdrawn_at FROM report") is None


@pytest.mark.parametrize("kind", ["orders", "staff", "report;"])
async def test_only_checkins_can_be_withdrawn(cast: Cast, kind: str) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(f"/people/{one.person}/checkins/{kind}/1/withdrawal", data={"reason": "试"})
    assert answer.status_code == 404


async def test_the_list_shows_each_entry_with_its_words(cast: Cast) -> None:
    one = await enrolled(cast)
    alice = await client_for(cast, cast.alice)
    at = {"happened_at": "2026-11-25T08:50"}
    await alice.post(f"/people/{one.person}/visits", data={"met": "family", "content": "母亲在家"} | at)
    await alice.post(f"/people/{one.person}/checks", data={"channel": "position", "result": "abnormal"} | at)
    listed = await alice.get(f"/people/{one.person}/checkins")
    assert "走访：见到家属" in listed.text and "母亲在家" in listed.text
    assert "信息化核查（定位）：异常" in listed.text


async def test_many_facts_at_once_are_one_audit_row_and_meet_their_duties(cast: Cast) -> None:
    people = [await on_register(cast, at=SATURDAY, name=f"李{n}") for n in "一二三"]
    at = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
    entries = [Entry(one.order, report("phone", at, "好"), at + timedelta(minutes=5), cast.alice.id) for one in people]
    more = [Entry(people[0].order, visit("person", at), at), Entry(people[0].order, info_check("call", "ok", at), at)]
    await record_many([*entries, *more], cast.now)
    rows = await fetch("SELECT state FROM duty WHERE variant = 'phone' AND period = '2026-11-28'")
    assert [row["state"] for row in rows] == ["met"] * 3
    audit = await fetch_row("SELECT * FROM audit_row WHERE action = 'record_many'")
    assert audit is not None and audit["people"] == sorted(one.person for one in people)
    assert await fetch_value("SELECT recorded_at FROM report LIMIT 1") == at + timedelta(minutes=5)


@pytest.mark.parametrize(("count", "more"), [(49, False), (50, False), (51, True)])
async def test_a_long_list_begins_with_the_newest_fifty(cast: Cast, count: int, more: bool) -> None:
    one = await enrolled(cast)
    first = datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)
    times = [first + timedelta(minutes=n) for n in range(count)]
    await record_many([Entry(one.order, report("phone", at, f"第{n}次"), at) for n, at in enumerate(times)], cast.now)
    alice = await client_for(cast, cast.alice)
    shown = (await alice.get(f"/people/{one.person}/checkins")).text
    assert ("显示全部" in shown, "第0次" in shown) == (more, count <= 50)
    whole = (await alice.get(f"/people/{one.person}/checkins?all=1")).text
    assert "第0次" in whole and "显示全部" not in whole
