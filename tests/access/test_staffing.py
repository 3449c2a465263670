"""Offices and staff by page: made, moved, disabled; nobody's people and no desk are ever left without somebody."""

import re
from datetime import timedelta
from typing import Any

import pytest

from supervision.access.desk import refuse_without_desk
from supervision.access.staffing import create_first_administrator
from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.errors import Refusal
from supervision.sealed import open_sealed
from tests.cast import NOW, PASSWORD, Browser, Cast, Member, add_member, audit_actions, client_for, stranger
from tests.register import on_register


async def _file_of(cast: Cast, staff: Member) -> int:
    """An order that this member of the staff has had for nine days."""
    return (await on_register(cast, officer=staff, at=NOW - timedelta(days=9))).order


async def _holders(order: int) -> list[tuple[Any, ...]]:
    rows = await fetch(
        "SELECT staff, from_at, to_at FROM responsibility WHERE subject_id = $1 AND subject_kind = 'order' ORDER BY id",
        order,
    )
    return [tuple(row) for row in rows]


async def _security(cast: Cast) -> Browser:
    return await client_for(cast, cast.sue)


async def test_the_one_time_code_of_a_new_account_is_shown_once_and_signs_in(cast: Cast) -> None:
    browser = await _security(cast)
    form = {"login": "Nina", "name": "倪娜", "role": "officer", "office": str(cast.offices["gucheng"])}
    answer = await browser.post("/staff", data=form | {"phone": "13900000000"})
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", answer.text)
    assert answer.status_code == 200 and code
    assert code[0] not in (await browser.get("/staff")).text
    fresh = stranger(cast)
    assert (await fresh.post("/sign-in", data={"login": "nina", "password": code[0]})).status_code == 303
    assert (await fresh.get("/account")).headers["location"] == "/password"
    assert open_sealed(await fetch_value("SELECT phone_sealed FROM staff WHERE login = 'nina'"), "staff.phone")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"login": "ab"}, "登录名用"),
        ({"login": "安丽安丽"}, "登录名用"),
        ({"login": "alice"}, "已经有人用了"),
        ({"name": ""}, "请填写姓名"),
        ({"role": "king"}, "请选择岗位"),
        ({"role": "head"}, "该所已有负责人"),
        ({"role": "clerk"}, "不设在这个机构"),
        ({"on_desk": "1"}, "值班台只由"),
        ({"phone": "12345"}, "11 位手机号码"),
        ({"office": "2147483647"}, "请选择一个在用的机构"),
        ({"office": "x"}, "请从列表中选择"),
    ],
)
async def test_a_bad_account_is_refused_and_nothing_typed_is_lost(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    form = {"login": "nina", "name": "倪娜", "role": "officer", "office": str(cast.offices["gucheng"])}
    answer = await (await _security(cast)).post("/staff", data=form | change)
    assert answer.status_code == 422 and sentence in answer.text
    kept = (form | change)["name"] or (form | change)["login"]
    assert f'value="{kept}"' in answer.text
    assert await fetch_value("SELECT count(*) FROM staff WHERE name = '倪娜'") == 0


async def test_a_new_code_ends_the_sessions_and_the_old_password(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    answer = await (await _security(cast)).post(f"/staff/{cast.alice.id}/code")
    assert answer.status_code == 200 and "只显示这一次" in answer.text
    assert (await alice.get("/account")).status_code == 303
    assert (await stranger(cast).post("/sign-in", data={"login": "alice", "password": PASSWORD})).status_code == 422


async def test_a_disabled_officer_s_people_go_to_the_head_at_that_moment(cast: Cast) -> None:
    order = await _file_of(cast, cast.alice)
    answer = await (await _security(cast)).post(f"/staff/{cast.alice.id}/disable")
    assert answer.status_code == 303
    before = NOW - timedelta(days=9)
    assert await _holders(order) == [(cast.alice.id, before, NOW), (cast.bob.id, NOW, None)]
    assert {"staff_disabled", "files_handed_over"} <= set(await audit_actions())


async def test_a_moved_officer_s_people_stay_with_the_old_office(cast: Cast) -> None:
    order = await _file_of(cast, cast.alice)
    form = {"office": str(cast.offices["huifeng"])}
    assert (await (await _security(cast)).post(f"/staff/{cast.alice.id}/move", data=form)).status_code == 303
    assert (await _holders(order))[-1] == (cast.bob.id, NOW, None)
    assert await fetch_value("SELECT office FROM staff WHERE login = 'alice'") == cast.offices["huifeng"]


async def test_an_officer_of_an_office_without_a_head_can_t_leave(cast: Cast) -> None:
    order = await _file_of(cast, cast.carol)
    answer = await (await _security(cast)).post(f"/staff/{cast.carol.id}/disable")
    assert answer.status_code == 422 and "没有负责人" in answer.text
    assert await _holders(order) == [(cast.carol.id, NOW - timedelta(days=9), None)]


async def test_a_head_leaves_only_with_a_successor_of_the_same_office(cast: Cast) -> None:
    order = await _file_of(cast, cast.bob)
    browser = await _security(cast)
    for successor in ("", str(cast.carol.id), str(cast.hal.id), str(cast.bob.id)):
        answer = await browser.post(f"/staff/{cast.bob.id}/disable", data={"successor": successor})
        assert answer.status_code == 422 and "接任负责人" in answer.text
    answer = await browser.post(f"/staff/{cast.bob.id}/disable", data={"successor": str(cast.alice.id)})
    assert answer.status_code == 303
    assert await fetch_value("SELECT role FROM staff WHERE login = 'alice'") == "head"
    assert (await _holders(order))[-1] == (cast.alice.id, NOW, None)


async def test_the_last_one_of_the_desk_leaves_only_with_a_successor(cast: Cast) -> None:
    browser = await _security(cast)
    for path, form in (("disable", {}), ("desk", {}), ("move", {"office": str(cast.offices["gucheng"])})):
        answer = await browser.post(f"/staff/{cast.dan.id}/{path}", data=form)
        assert answer.status_code == 422 and "值班台最后一人" in answer.text
    answer = await browser.post(f"/staff/{cast.dan.id}/disable", data={"successor": str(cast.erin.id)})
    assert answer.status_code == 303
    assert await fetch_value("SELECT array_agg(login) FROM staff WHERE on_desk") == ["erin"]
    await refuse_without_desk()


async def test_one_of_two_at_the_desk_may_leave(cast: Cast) -> None:
    browser = await _security(cast)
    assert (await browser.post(f"/staff/{cast.erin.id}/desk", data={"on_desk": "1"})).status_code == 303
    assert (await browser.post(f"/staff/{cast.dan.id}/disable")).status_code == 303


async def test_nobody_disables_themselves_or_the_last_security_administrator(cast: Cast) -> None:
    browser = await _security(cast)
    assert "不能停用自己" in (await browser.post(f"/staff/{cast.sue.id}/disable")).text
    other = await add_member("susan", name="苏三", role="security_admin", office=cast.offices["bureau"])
    assert (await browser.post(f"/staff/{other.id}/disable")).status_code == 303
    assert (await browser.post(f"/staff/{other.id}/disable")).status_code == 404


async def test_a_moved_member_s_role_must_fit_the_office(cast: Cast) -> None:
    form = {"office": str(cast.offices["bureau"])}
    answer = await (await _security(cast)).post(f"/staff/{cast.alice.id}/move", data=form)
    assert answer.status_code == 422 and "不设在这个机构" in answer.text


async def test_an_absence_covers_whole_days_and_names_a_deputy(cast: Cast) -> None:
    browser = await _security(cast)
    form = {"from": "2026-11-26", "to": "2026-11-27", "deputy": str(cast.bob.id)}
    assert (await browser.post(f"/staff/{cast.alice.id}/absences", data=form)).status_code == 303
    row = await fetch_row("SELECT id, deputy, to_at - from_at AS length FROM absence")
    assert row and (row["deputy"], row["length"]) == (cast.bob.id, timedelta(days=2))
    again = await browser.post(f"/staff/{cast.alice.id}/absences", data=form | {"from": "2026-11-27"})
    assert again.status_code == 422 and "重叠" in again.text
    after = {"from": "2026-11-28", "to": "2026-11-28", "deputy": ""}
    assert (await browser.post(f"/staff/{cast.alice.id}/absences", data=after)).status_code == 303
    cast.clock.at += timedelta(days=1, hours=1)
    assert (await (await _security(cast)).post(f"/absences/{row['id']}/end")).status_code == 303
    assert await fetch_value("SELECT to_at FROM absence WHERE id = $1", row["id"]) == cast.now


@pytest.mark.parametrize(("away", "deputy"), [("alice", "bob"), ("alice", "dan"), ("bob", "erin"), ("lena", "leo")])
async def test_a_deputy_is_of_the_same_office_or_of_the_bureau(cast: Cast, away: str, deputy: str) -> None:
    form = {"from": "2026-11-26", "to": "2026-11-27", "deputy": str(cast.members[deputy].id)}
    path = f"/staff/{cast.members[away].id}/absences"
    assert (await (await _security(cast)).post(path, data=form)).status_code == 303


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"to": "2026-11-25"}, "结束时间要晚于"),
        ({"from": "soon"}, "请填写日期"),
        ({"deputy": "alice"}, "代班人不能是本人"),
        ({"deputy": "sam"}, "在岗的业务人员"),
        ({"deputy": "carol"}, "看不到其在管对象"),
        ({"deputy": "hal"}, "不能处置预警"),
        ({"deputy": "ines"}, "不能处置预警"),
    ],
)
async def test_a_bad_absence_is_refused(cast: Cast, change: dict[str, str], sentence: str) -> None:
    form = {"from": "2026-11-26", "to": "2026-11-27", "deputy": ""} | change
    if member := cast.members.get(form["deputy"]):
        form["deputy"] = str(member.id)
    answer = await (await _security(cast)).post(f"/staff/{cast.alice.id}/absences", data=form)
    assert answer.status_code == 422 and sentence in answer.text


async def test_an_office_is_closed_only_when_nobody_and_nothing_is_left(cast: Cast) -> None:
    order = await _file_of(cast, cast.carol)
    browser = await client_for(cast, cast.sam)
    huifeng = cast.offices["huifeng"]
    assert "还有在岗人员" in (await browser.post(f"/offices/{huifeng}/close")).text
    await execute("UPDATE staff SET disabled_at = $1 WHERE office = $2", NOW, huifeng)
    assert "还有 1 份在管档案" in (await browser.post(f"/offices/{huifeng}/close")).text
    await execute("UPDATE responsibility SET to_at = $1 WHERE subject_id = $2", NOW, order)
    assert (await browser.post(f"/offices/{huifeng}/close")).status_code == 303
    assert (await browser.post(f"/offices/{huifeng}/close")).status_code == 404
    assert "不能停用" in (await browser.post(f"/offices/{cast.offices['bureau']}/close")).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"code": "GC", "name": "古城二所"}, "代码已经有了"),
        ({"code": "", "name": "新城司法所"}, "机构代码"),
        ({"code": "XC", "name": ""}, "机构名称"),
    ],
)
async def test_a_bad_office_is_refused(cast: Cast, form: dict[str, str], sentence: str) -> None:
    answer = await (await client_for(cast, cast.sam)).post("/offices", data=form)
    assert answer.status_code == 422 and sentence in answer.text


async def test_the_first_administrator_is_made_once(db: None) -> None:
    code = await create_first_administrator("root1", "某区司法局", NOW)
    row = await fetch_row("SELECT role, one_time_until FROM staff")
    assert row and len(code) == 14 and (row["role"], row["one_time_until"]) == ("security_admin", NOW + timedelta(7))
    await refuse_without_desk()
    with pytest.raises(Refusal, match="已经有工作人员账号"):
        await create_first_administrator("root2", "某区司法局", NOW)


async def test_the_app_doesn_t_start_without_anybody_on_the_desk(cast: Cast) -> None:
    await refuse_without_desk()
    await execute("UPDATE staff SET on_desk = false")
    with pytest.raises(Refusal, match="值班台"):
        await refuse_without_desk()


async def test_the_desk_comes_before_all_other_case_workers(cast: Cast) -> None:
    await execute("UPDATE staff SET on_desk = false")
    form = {"login": "nina", "name": "倪娜", "role": "officer", "office": str(cast.offices["gucheng"])}
    answer = await (await _security(cast)).post("/staff", data=form)
    assert answer.status_code == 422 and "请先建立一名局值班台人员" in answer.text


async def test_one_may_end_one_s_own_session_elsewhere_and_nobody_else_s(cast: Cast) -> None:
    here, elsewhere = await client_for(cast, cast.alice), await client_for(cast, cast.alice)
    bob = await client_for(cast, cast.bob)
    ids = {row["staff"]: row["id"] for row in await fetch("SELECT staff, id FROM staff_session ORDER BY id DESC")}
    newest = await fetch_value("SELECT max(id) FROM staff_session WHERE staff = $1", cast.alice.id)
    await here.post(f"/account/sessions/{ids[cast.bob.id]}/end")
    assert (await bob.get("/account")).status_code == 200
    await here.post(f"/account/sessions/{newest}/end")
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await here.get("/account")).status_code == 200
