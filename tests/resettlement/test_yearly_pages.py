"""Who needs help first, how a year went, how the children fare, and reporting to the police station, through the pages."""

import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from supervision.days import SHANGHAI
from supervision.db import fetch, fetch_value
from supervision.errors import Refusal
from supervision.resettlement.forms import page_words
from supervision.web import environment
from tests.cast import NOW, Cast, client_for
from tests.resettlement.helped import owed, put
from tests.resettlement.test_pages import HARSH, filed, main_of, minute, take


async def test_a_ground_makes_a_key_person_who_is_then_fetched_and_withdrawing_it_takes_that_back(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 12, 10))
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    path = f"/people/{one.person}/assistance"
    sent = {"homeless": "1", "f06": "1", "kind": "key", "reason": "父母已故，没有住处"}
    assert (await alice.post(f"{path}/assessment", data=sent)).status_code == 403
    assert (await bob.post(f"{path}/assessment", data=sent | {"reason": ""})).status_code == 422
    assert (await bob.post(f"{path}/assessment", data=sent | {"kind": "other"})).status_code == 422
    assert (await bob.post(f"{path}/assessment", data=sent)).status_code == 303
    variants = "SELECT array_agg(variant) FROM duty WHERE rule = 'RA-08' AND subject_id = $1 AND state = 'open'"
    assert await fetch_value(variants, one.assistance) == ["fetch"]
    shown = (await bob.get(path)).text
    assert "危险性评估：重点" in shown and "父母已故，没有住处；无家可归、生活来源" in shown
    made = await fetch_value("SELECT id FROM help_assessment")
    assert (await bob.post(f"{path}/withdrawals/assessment/{made}", data={"reason": "录错人"})).status_code == 303
    assert await fetch_value("SELECT kind FROM assistance WHERE id = $1", one.assistance) == "general"
    assert await fetch_value(variants, one.assistance) == ["receive"]


def test_what_is_wrong_with_the_factors_is_read_with_their_group() -> None:
    refusal = Refusal("有 1 项需要修改。", fields={"factors": "请从列表中选择。"})
    form = environment().get_template("resettlement/_assessment.html")
    html = form.render(person=SimpleNamespace(id=1), words=page_words(), csrf_token="x", refusal=refusal)
    group = re.search(r'<fieldset[^>]*aria-describedby="factors-error".*?</fieldset>', html, re.DOTALL)
    assert group and 'id="factors-error"' in group[0] and "请从列表中选择。" in group[0]


async def test_an_assessment_after_the_release_asks_for_no_fetching_of_the_past(cast: Cast) -> None:
    alice, bob = await client_for(cast, cast.alice), await client_for(cast, cast.bob)
    one = await filed(cast, alice)
    before = await fetch("SELECT rule, variant, state FROM duty WHERE subject_id = $1 ORDER BY id", one.assistance)
    sent = {"mental": "1", "kind": "key", "reason": "新近确诊"}
    assert (await bob.post(f"/people/{one.person}/assistance/assessment", data=sent)).status_code == 303
    after = await fetch("SELECT rule, variant, state FROM duty WHERE subject_id = $1 ORDER BY id", one.assistance)
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
    assert await fetch_value("SELECT kind FROM assistance WHERE id = $1", one.assistance) == "key"


async def test_the_later_assessment_is_withdrawn_first(cast: Cast) -> None:
    bob = await client_for(cast, cast.bob)
    one = await put(cast, release_on=date(2026, 12, 10))
    path = f"/people/{one.person}/assistance"
    for kind in ("key", "general"):
        await bob.post(f"{path}/assessment", data={"kind": kind, "reason": "评估"})
    first, last = [row["id"] for row in await fetch("SELECT id FROM help_assessment ORDER BY id")]
    assert (await bob.post(f"{path}/withdrawals/assessment/{first}", data={"reason": "录错"})).status_code == 422
    assert (await bob.post(f"{path}/withdrawals/assessment/{last}", data={"reason": "录错"})).status_code == 303
    assert await fetch_value("SELECT kind FROM assistance") == "key"


@pytest.mark.parametrize("code", ["village", "township"])
async def test_a_year_is_appraised_by_each_side(cast: Cast, code: str) -> None:
    alice = await client_for(cast, cast.alice)
    one = await filed(
        cast, alice, release_on=date(2026, 5, 20), connected_on=date(2026, 5, 20), at=NOW.replace(month=5)
    )
    sides = "SELECT variant, state FROM duty WHERE rule = 'RA-20' AND subject_id = $1 ORDER BY variant"
    assert {row["state"] for row in await fetch(sides, one.assistance)} == {"open"}
    assert "钱归" in (await alice.get("/assistance?tab=appraise")).text
    path = f"/people/{one.person}/assistance/appraisals"
    sent = {"side": code, "grade": "good", "assessor": "村委 李四", "happened_at": minute(NOW), "content": "务工稳定"}
    for wrong in ({"side": "prison"}, {"grade": "bad"}, {"assessor": ""}, {"happened_at": minute(NOW + timedelta(1))}):
        assert (await alice.post(path, data=sent | wrong)).status_code == 422
    assert (await alice.post(path, data=sent)).status_code == 303
    states = {row["variant"]: row["state"] for row in await fetch(sides, one.assistance)}
    assert states.pop(code) == "met" and set(states.values()) == {"open"}
    shown = (await alice.get(f"/people/{one.person}/assistance")).text
    assert "务工稳定" in shown and [word for word in HARSH if word in main_of(shown)] == []


async def test_minor_children_are_put_down_and_looked_after_each_year(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    one = await filed(cast, alice)
    path = f"/people/{one.person}/assistance/children"
    sent = {"name": "钱小宝", "born_on": "2018-03-02", "guardian": "grandparent", "hardship": "poor"}
    sent |= {"happened_at": minute(NOW), "content": "已申请低保"}
    for wrong in (
        {"name": ""},
        {"born_on": "2008-11-25"},
        {"born_on": "2027-01-01"},
        {"guardian": "x"},
        {"hardship": ""},
    ):
        assert (await alice.post(path, data=sent | wrong)).status_code == 422
    assert (await alice.post(path, data=sent)).status_code == 303
    due = await fetch("SELECT due_at FROM duty WHERE rule = 'RA-19' AND subject_id = $1", one.assistance)
    assert [row["due_at"].astimezone(SHANGHAI).date() for row in due] == [date(2027, 12, 2)]
    assert "钱小宝；2018-03-02；监护人：祖父母、外祖父母；已申请低保" in (await alice.get(path.rpartition("/")[0])).text


async def test_reporting_to_the_police_station_by_the_day_of_the_certificate(cast: Cast) -> None:
    one = await put(cast, release_on=date(2026, 11, 25), announced=True, at=NOW - timedelta(days=10))
    alice = await client_for(cast, cast.alice)
    assert await take(alice, one, "arrived", code="alone", report_by="2026-12-05") == 303
    limit = await fetch_value("SELECT limit_at FROM duty WHERE rule = 'RA-10' AND subject_id = $1", one.assistance)
    assert limit == datetime(2026, 12, 6, tzinfo=SHANGHAI)
    assert await take(alice, one, "reported", said="") == 422
    assert await take(alice, one, "reported", said="古城派出所，已落户") == 303
    assert (await owed(one))["RA-10"] == "met"


async def test_help_by_a_department_is_put_down_with_it(cast: Cast) -> None:
    alice = await client_for(cast, cast.alice)
    one = await filed(cast, alice)
    path = f"/people/{one.person}/assistance"
    sent = {"what": "social_aid.minimum", "happened_at": minute(NOW), "department": "civil", "content": "每月"}
    assert (await alice.post(f"{path}/support", data=sent | {"department": "x"})).status_code == 422
    assert (await alice.post(f"{path}/support", data=sent)).status_code == 303
    assert "民政；每月" in (await alice.get(path)).text


async def test_prisoners_of_whom_a_prison_told_are_a_list(cast: Cast) -> None:
    await put(cast, name="卫东升", release_on=date(2028, 1, 1), prison="太原第一监狱")
    alice = await client_for(cast, cast.alice)
    assert "卫东升" in (await alice.get("/assistance?tab=inside")).text
    assert "卫东升" not in (await alice.get("/assistance?tab=all")).text
