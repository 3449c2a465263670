"""A person is taken in by hand: birth and sex from the number, everything wrong named at its field, nobody twice."""

from datetime import date, timedelta

import pytest

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_row, fetch_value
from tests.cast import NOW, Cast, client_for
from tests.register import identity_number

NUMBER = identity_number(date(1991, 4, 2), 7, male=False)


def sent(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "name": "尉迟敏",
        "number": NUMBER,
        "phone": "19900000011",
        "holder": "self",
        "kind": "probation",
        "crime": "危险驾驶罪",
        "effective_on": "2026-11-20",
        "start_on": "2026-11-20",
        "end_on": "2027-05-19",
        "staff": str(cast.alice.id),
    } | more


async def test_a_new_person_is_awaited_with_a_clock_of_ten_days(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/people/new", data=sent(cast))
    person = await fetch_row("SELECT * FROM person WHERE name = '尉迟敏'")
    assert person is not None
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{person['id']}")
    assert (person["sex"], person["born_on"]) == ("female", date(1991, 4, 2))
    assert NUMBER not in str(dict(person))
    order = await fetch_row("SELECT * FROM orders WHERE person = $1", person["id"])
    assert order is not None and (order["number"], order["state"]) == ("SJ2026-0001", "due")
    assert await fetch_value("SELECT state FROM duty WHERE subject_id = $1 AND rule = 'RE-06'", order["id"]) == "open"
    assert await fetch_value("SELECT office FROM responsibility WHERE person = $1", person["id"]) == cast.alice.office


async def test_who_has_reported_already_is_enrolled_at_once(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    await alice.post("/people/new", data=sent(cast, reported="1", registered_at="2026-11-24T15:00"))
    assert await fetch_value("SELECT state FROM orders") == "in_correction"
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'RE-06'") == "met"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "请填写姓名。"),
        ({"number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, "校验码不对"),
        ({"number": ""}, "没有身份证号，请补填"),
        ({"phone": "12345"}, "手机号应为 11 位，这里有 5 位"),
        ({"kind": "fine"}, "请选择矫正类别。"),
        ({"crime": ""}, "请填写罪名。"),
        ({"start_on": ""}, "请填写矫正开始日期。"),
        ({"end_on": "2026-02-30"}, "矫正结束日期应写成"),
        ({"end_on": "2026-11-19"}, "结束日期不能早于开始日期。"),
        ({"staff": ""}, "请选择责任人。"),
        ({"reported": "1", "registered_at": "2026-11-25T09:01"}, "报到时间不能晚于现在。"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    cast: Cast, wrong: dict[str, str], sentence: str
) -> None:
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/people/new", data=sent(cast) | {"crime": "盗窃罪甲"} | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "crime" in wrong or "盗窃罪甲" in answer.text
    assert await fetch_value("SELECT count(*) FROM person") == 0


async def test_several_faults_are_counted(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    answer = await alice.post("/people/new", data=sent(cast, name="", crime="", end_on="x", phone="1"))
    assert "有 4 项需要修改。" in answer.text


async def test_nobody_is_taken_in_twice(cast: Cast) -> None:
    alice, carol = await client_for(cast, cast.alice), await client_for(cast, cast.carol)
    await alice.post("/people/new", data=sent(cast))
    here = await alice.post("/people/new", data=sent(cast))
    elsewhere = await carol.post("/people/new", data=sent(cast, staff=str(cast.carol.id)))
    assert "已在本所登记在册" in here.text
    assert "已在其他司法所登记，请报区局协调" in elsewhere.text
    assert await fetch_value("SELECT count(*) FROM orders") == 1


async def test_who_comes_again_after_an_ended_order_is_the_same_person(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    await alice.post("/people/new", data=sent(cast))
    await execute("UPDATE orders SET ended_at = $1, end_kind = 'released', state = 'released'", NOW)
    other_name = await alice.post("/people/new", data=sent(cast, name="尉迟慧"))
    assert other_name.status_code == 422 and "另一姓名" in other_name.text
    assert (await alice.post("/people/new", data=sent(cast))).status_code == 303
    assert await fetch_value("SELECT count(*) FROM person") == 1
    assert await fetch_value("SELECT max(number) FROM orders") == "SJ2026-0002"


async def test_an_officer_takes_in_for_the_own_office_the_bureau_for_any(cast: Cast) -> None:
    alice, dan = await client_for(cast, cast.alice), await client_for(cast, cast.dan)
    assert "柴珂" not in (await alice.get("/people/new")).text
    assert (await alice.post("/people/new", data=sent(cast, staff=str(cast.carol.id)))).status_code == 422
    assert "汇丰司法所 · 柴珂" in (await dan.get("/people/new")).text
    assert (await dan.post("/people/new", data=sent(cast, staff=str(cast.carol.id)))).status_code == 303
    assert await fetch_value("SELECT office FROM responsibility") == cast.carol.office


async def test_the_identity_number_is_never_echoed_into_a_kept_draft(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    shown = (await alice.get("/people/new")).text
    for name in ("number", "phone"):
        field = shown.split(f'id="f-{name}"', 1)[1].split(">", 1)[0]
        assert "data-secret" in field


@pytest.mark.parametrize("reported", ["2026-11-25T08:00", "2026-11-15T08:00"])
async def test_what_somebody_lacks_who_reported_days_before_they_were_put_down_is_found(
    cast: Cast, reported: str
) -> None:
    """Only an old register owes it as debt."""
    alice = await client_for(cast, cast.alice)
    more = {"effective_on": "2026-11-10", "start_on": "2026-11-10", "reported": "1", "registered_at": reported}
    assert (await alice.post("/people/new", data=sent(cast, **more, phone=""))).status_code == 303
    found = await fetch("SELECT rule, since_at <= $1 AS now FROM finding WHERE state = 'open' ORDER BY rule", NOW)
    assert {row["rule"] for row in found if row["now"]} == {"no_class", "no_phone", "reach_otherwise"}


@pytest.mark.parametrize(("start_on", "begins"), [("2026-11-20", "2026-11-25"), ("2026-11-26", "2026-11-26")])
async def test_the_ledger_of_a_term_that_is_to_come_begins_with_it(cast: Cast, start_on: str, begins: str) -> None:
    """As it does for a sheet."""
    typed = sent(cast, start_on=start_on, effective_on=start_on)
    await (await client_for(cast, cast.alice)).post("/people/new", data=typed)
    assert await fetch_value("SELECT ledger_from FROM orders") == date.fromisoformat(begins)


@pytest.mark.parametrize(("days", "texts"), [(10, 1), (11, 0)])
async def test_nobody_is_told_by_text_of_what_had_lapsed_before_they_were_put_down(
    cast: Cast, days: int, texts: int
) -> None:
    """The tenth day ends tonight, or ended last night: an alert in both cases, a text only where the clock ran with us."""
    effective_on = (NOW - timedelta(days=days)).date().isoformat()
    typed = sent(cast, start_on=effective_on, effective_on=effective_on)
    await (await client_for(cast, cast.alice)).post("/people/new", data=typed)
    await watch(NOW + timedelta(days=1))
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind = 'RE-06' AND closed_at IS NULL") == 1
    assert await fetch_value("SELECT count(*) FROM message WHERE kind = 'missed'") == texts


@pytest.mark.parametrize(("day", "status"), [("2026-10-21", 303), ("2026-10-20", 422)])
async def test_a_report_long_before_the_judgment_is_refused_at_once(cast: Cast, day: str, status: int) -> None:
    """The judgment takes effect on 20 November: a mistyped year would move every later due day."""
    typed = sent(cast, reported="1", registered_at=f"{day}T09:00")
    assert (await (await client_for(cast, cast.alice)).post("/people/new", data=typed)).status_code == status
