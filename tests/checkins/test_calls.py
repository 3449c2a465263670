"""Twelve calls on one page: who is on it, what an answer puts down, and that a page is kept whole or not at all."""

from datetime import datetime

import pytest

from supervision.db import execute, fetch, fetch_value
from tests.cast import Cast, client_for
from tests.checkins.test_recording import AFTER, SATURDAY, phone_duty
from tests.register import OnRegister, on_register

DUE_DAY = datetime.fromisoformat("2026-11-28T10:00+08:00")
"""Saturday: the reports by phone are due, and so are this week's checks (since Friday)."""


async def twelve(cast: Cast, count: int = 12) -> list[OnRegister]:
    people = [
        await on_register(cast, at=SATURDAY, name=f"王{n}", phone=f"199000000{n:02d}") for n in range(1, count + 1)
    ]
    cast.clock.at = DUE_DAY
    return people


def answers(people: list[OnRegister], answer: str = "answered", at: str = "2026-11-28T10:00") -> dict[str, str]:
    return {"happened_at": at} | {f"answer-{one.order}": answer for one in people}


async def test_whoever_owes_today_is_on_the_page_with_the_number_to_call(cast: Cast) -> None:
    one = (await twelve(cast, 1))[0]
    alice = await client_for(cast, cast.alice)
    shown = (await alice.get("/calls")).text
    assert f'href="/people/{one.person}"' in shown
    assert "19900000001" in shown
    assert "电话报告、核查" in shown


async def test_before_the_due_day_a_person_is_only_among_those_who_may_be_called(cast: Cast) -> None:
    await twelve(cast, 1)
    cast.clock.at = datetime.fromisoformat("2026-11-25T10:00+08:00")
    alice = await client_for(cast, cast.alice)
    assert "王1" not in (await alice.get("/calls")).text
    assert "王1" in (await alice.get("/calls?when=ahead")).text


async def test_officers_see_their_own_people_first_and_never_another_offices(cast: Cast) -> None:
    await twelve(cast, 1)
    await on_register(cast, at=SATURDAY, name="钱本", officer=cast.bob)
    await on_register(cast, at=SATURDAY, name="孙远", officer=cast.carol)
    alice = await client_for(cast, cast.alice)
    own, all_of_office = (await alice.get("/calls")).text, (await alice.get("/calls?whose=all")).text
    assert ("王1" in own, "钱本" in own, "孙远" in own) == (True, False, False)
    assert ("王1" in all_of_office, "钱本" in all_of_office, "孙远" in all_of_office) == (True, True, False)


async def test_twelve_answered_calls_are_twelve_reports_and_twelve_checks_in_one_audit_row(cast: Cast) -> None:
    people = await twelve(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/calls", data=answers(people))
    assert answer.status_code == 303
    assert [(await phone_duty(one.order))["state"] for one in people] == ["met"] * 12
    assert await fetch_value("SELECT count(*) FROM duty WHERE variant = 'info' AND state = 'met'") == 12
    audits = await fetch("SELECT * FROM audit_row WHERE action = 'record_calls'")
    assert [row["people"] for row in audits] == [sorted(one.person for one in people)]
    assert "没有要打的电话" in (await alice.get("/calls")).text


async def test_an_answer_meets_only_what_is_owed(cast: Cast) -> None:
    one = (await twelve(cast, 1))[0]
    alice = await client_for(cast, cast.alice)
    await alice.post(f"/people/{one.person}/reports", data={"mode": "phone", "happened_at": "2026-11-28T09:00"})
    await alice.post("/calls", data=answers([one]))
    assert await fetch_value("SELECT count(*) FROM report") == 1
    assert await fetch_value("SELECT count(*) FROM info_check WHERE result = 'ok'") == 1


async def test_nobody_answering_is_kept_and_meets_nothing(cast: Cast) -> None:
    one = (await twelve(cast, 1))[0]
    alice = await client_for(cast, cast.alice)
    await alice.post("/calls", data=answers([one], "unreached") | {f"note-{one.order}": "关机"})
    assert (await phone_duty(one.order))["state"] == "open"
    assert await fetch_value("SELECT result FROM info_check") == "unreached"
    assert await fetch_value("SELECT count(*) FROM report") == 0


async def test_one_row_that_cant_be_saved_saves_nothing_and_loses_nothing(cast: Cast) -> None:
    people = await twelve(cast, 3)
    alice = await client_for(cast, cast.alice)
    await alice.post("/calls", data=answers(people[1:2]))
    sent = answers(people, at="2026-11-28T09:59") | {f"note-{people[2].order}": "声音很低"}
    answer = await alice.post("/calls", data=sent)
    assert answer.status_code == 422
    assert "王2：" in answer.text and "王1：" not in answer.text
    assert answer.text.count('value="answered" checked') == 3
    assert "声音很低" in answer.text
    assert await fetch_value("SELECT count(*) FROM report") == 1


async def test_the_same_page_sent_twice_records_once(cast: Cast) -> None:
    people = await twelve(cast, 2)
    alice = await client_for(cast, cast.alice)
    first = await alice.post("/calls", data=answers(people))
    again = await alice.post("/calls", data=answers(people))
    assert (first.status_code, again.status_code) == (303, 422)
    assert await fetch_value("SELECT count(*) FROM report") == 2


async def test_a_lapsed_and_an_open_report_take_one_call_each(cast: Cast) -> None:
    one = (await twelve(cast, 1))[0]
    cast.clock.at = AFTER
    alice = await client_for(cast, cast.alice)
    await alice.post("/calls", data=answers([one], at="2026-11-29T09:00"))
    assert (await phone_duty(one.order))["state"] == "open"
    again = await alice.post("/calls", data=answers([one], at="2026-11-29T09:00"))
    assert again.status_code == 422 and "刚才已经记录过了" in again.text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "还没有选择任何一通电话的结果。"),
        ({"happened_at": "morgen"}, "通话时间应写成"),
        ({"happened_at": "2026-11-28T10:01"}, "时间不能晚于现在。"),
    ],
)
async def test_what_is_wrong_with_the_page_is_said(cast: Cast, sent: dict[str, str], sentence: str) -> None:
    people = await twelve(cast, 1)
    alice = await client_for(cast, cast.alice)
    base = answers(people) if sent else {"happened_at": "2026-11-28T10:00"}
    answer = await alice.post("/calls", data=base | sent)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("name", ["answer-007", "answer-x", "answer-99999999999"])
async def test_the_answer_of_a_row_that_is_none_is_no_answer(cast: Cast, name: str) -> None:
    await twelve(cast, 1)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/calls", data={"happened_at": "2026-11-28T10:00", name: "answered"})
    assert answer.status_code == 422 and "还没有选择任何一通电话的结果。" in answer.text


async def test_another_offices_row_makes_the_page_answer_like_an_absent_one(cast: Cast) -> None:
    mine = (await twelve(cast, 1))[0]
    other = await on_register(cast, at=SATURDAY, officer=cast.carol, name="孙远")
    alice = await client_for(cast, cast.alice)
    foreign = await alice.post("/calls", data=answers([mine, other]))
    absent = await alice.post("/calls", data=answers([mine]) | {"answer-999999": "answered"})
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert await fetch_value("SELECT count(*) FROM report") == 0


async def test_an_order_that_ended_meanwhile_is_named(cast: Cast) -> None:
    one = (await twelve(cast, 1))[0]
    alice = await client_for(cast, cast.alice)
    await execute("UPDATE orders SET ended_at = $1, end_kind = 'deceased', state = 'deceased'", DUE_DAY)
    answer = await alice.post("/calls", data=answers([one]))
    assert answer.status_code == 422
    assert "王1：这一期矫正已经结束。" in answer.text


async def test_a_page_of_calls_that_is_refused_is_one_more_read_of_those_it_shows(cast: Cast) -> None:
    people = await twelve(cast, 2)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/calls", data={"happened_at": ""})
    assert answer.status_code == 422 and "王1" in answer.text
    named = await fetch_value("SELECT people FROM audit_row WHERE action = 'form_refused'")
    assert named == sorted(one.person for one in people)
